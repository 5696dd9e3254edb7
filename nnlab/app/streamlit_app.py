"""The app's entry: the pages when run as a script, the server object when imported.

`streamlit run` looks for the words `app = st.App(` in the script itself, so that a script which
hands on to this one has to repeat them.
"""

import gc

import streamlit as st

from nnlab.app import navigation
from nnlab.app.explore import page as explore
from nnlab.app.live_chart import routes
from nnlab.app.playground import page as playground


def draw() -> None:
    """Draw the page that the address names."""
    navigation.register(playground.PAGE, explore.PAGE)
    navigation.run()


if __name__ == "__main__":
    draw()
else:
    app = st.App(__file__, routes=routes())
    # No collection needs to look through what has been imported, since it stays. And a tick makes
    # thousands of objects: at Python's threshold of 700, each tick would start several collections.
    gc.freeze()
    gc.set_threshold(10_000)
