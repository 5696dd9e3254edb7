"""The entry of the app: the server object when imported, the pages when run."""

import streamlit as st

from nnlab.live_chart import routes
from nnlab.pages import explore, navigation, playground

if __name__ == "__main__":
    navigation.run(
        {navigation.PLAYGROUND: playground.render, navigation.EXPLORE: explore.render},
    )
else:
    app = st.App(__file__, routes=routes())
