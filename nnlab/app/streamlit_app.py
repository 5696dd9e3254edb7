"""The app's entry: the pages when run as a script, the server object when imported.

`streamlit run` looks for the words `app = st.App(` in the script itself, so a script that imports
this one has to repeat them.
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
    # What has been imported stays, so no collection needs to look through it. And a tick creates
    # thousands of objects: at Python's threshold of 700, it would start several collections.
    gc.freeze()
    gc.set_threshold(10_000)
