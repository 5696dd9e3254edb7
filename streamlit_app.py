"""The entry of the app: the server object when imported, the page when run."""

import streamlit as st

from nnlab.live_chart import routes
from nnlab.pages import playground

if __name__ == "__main__":
    playground.render()
else:
    app = st.App(__file__, routes=routes())
