"""The app as it is served, and below it the settings with which the run makes its next step."""

import json

import streamlit as st

from nnlab.app import entry, live_chart
from nnlab.app.links import config_query
from nnlab.app.playground import session

if __name__ == "__main__":
    entry.draw()
    if session.is_open():
        query = json.dumps(config_query(session.current().run.config))
        st.html(f'<output class="trains-with">{query}</output>')
else:
    app = st.App(
        __file__,
        routes=live_chart.routes(),
        middleware=entry.middleware(),
        lifespan=entry.lifespan,
    )
