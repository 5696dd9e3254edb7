"""The entry of the package: the pages when run as a script, the server object when imported.

`streamlit run` looks for the words `app = st.App(` in the script itself, so each entry has them.
"""

import streamlit as st

from nnlab.app import entry, live_chart

if __name__ == "__main__":
    entry.draw()
else:
    entry.collect_less_often()
    app = st.App(
        __file__,
        routes=live_chart.routes(),
        middleware=entry.middleware(),
        lifespan=entry.lifespan,
    )
