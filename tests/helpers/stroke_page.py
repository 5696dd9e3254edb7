"""A page with one chart to draw on, for the tests: strokes are taken and change nothing."""

import json

import streamlit as st

from nnlab.app.live_chart import Brush, Update, routes, stage, update
from nnlab.app.live_chart.inbox import Inbox

KEY = "chart"
AXIS = {"range": [-1, 1]}
LAYOUT = {
    "xaxis": AXIS,
    "yaxis": AXIS,
    "font": {"size": 14},
    "margin": dict.fromkeys("lrtb", 20),
}


@st.fragment
def _live() -> None:
    inbox = st.session_state.setdefault("inbox", Inbox())
    st.write(f"taken: {inbox.taken}")
    update({KEY: Update(1, "Nothing.")}, inbox=inbox, handlers={"stroke": lambda **_: None})


if __name__ == "__main__":
    stage(
        KEY,
        json.dumps({"data": [], "layout": LAYOUT}),
        (-1, 1, -1, 1),
        brush=Brush(0.1, 0),
        colors=("#000000", "#ffffff"),
    )
    _live()
else:
    app = st.App(__file__, routes=routes())
