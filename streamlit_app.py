"""The entry of the app: the server object when imported, the pages when run."""

import streamlit as st

from nnlab.app import navigation
from nnlab.app.explore import page as explore
from nnlab.app.live_chart import routes
from nnlab.app.playground import page as playground

if __name__ == "__main__":
    navigation.run(
        {navigation.PLAYGROUND: playground.render, navigation.EXPLORE: explore.render},
    )
else:
    app = st.App(__file__, routes=routes())
