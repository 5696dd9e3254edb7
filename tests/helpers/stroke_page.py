"""A page with one chart to draw on, for the tests: strokes are taken and change nothing."""

import json

import streamlit as st

from nnlab.app.live_chart import Brush, Update, routes, stage

KEY = "chart"
AXIS = {"range": [-1, 1]}


def _take() -> None:
    st.session_state.taken = st.session_state[KEY].strokes[-1]["number"]


if __name__ == "__main__":
    taken = st.session_state.get("taken", 0)
    stage(
        KEY,
        json.dumps({"data": [], "layout": {"xaxis": AXIS, "yaxis": AXIS}}),
        (-1, 1, -1, 1),
        shows=Update(1, "Nothing."),
        brush=Brush(0.1, 0, taken),
        colors=("#000000", "#ffffff"),
        on_stroke=_take,
    )
    st.write(f"taken: {taken}")
else:
    app = st.App(__file__, routes=routes())
