"""The entry of a clone, for `streamlit run streamlit_app.py`; the package has the same one."""

import streamlit as st

from nnlab.app import live_chart, streamlit_app

if __name__ == "__main__":
    streamlit_app.draw()
else:
    app = st.App(__file__, routes=live_chart.routes())
