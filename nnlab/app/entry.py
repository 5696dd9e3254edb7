"""What both entries of the app do, the package's and that of a clone."""

import gc

from nnlab.app import navigation
from nnlab.app.explore import page as explore
from nnlab.app.playground import page as playground


def draw() -> None:
    """Draw the page that the address names."""
    navigation.register(playground.PAGE, explore.PAGE)
    navigation.run()


def collect_less_often() -> None:
    """Prepare the garbage collection of a server that has imported everything it needs.

    What has been imported stays, so no collection needs to look through it. And a tick creates
    thousands of objects: at Python's threshold of 700, it would start several collections.
    """
    gc.freeze()
    gc.set_threshold(10_000)
