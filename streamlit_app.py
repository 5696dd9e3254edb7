"""The entry of a clone, for `streamlit run streamlit_app.py`; the package has the same one."""

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
