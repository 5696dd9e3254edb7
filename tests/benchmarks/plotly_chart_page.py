"""The playground's two charts drawn with plain `st.plotly_chart`: what live.py compares with.

The same run advances by as many iterations per tick and at the same interval as on the playground
at speed 100. Each figure's title holds its iteration, so that live.py sees which one is drawn.
"""

import time

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from nnlab import Config, Run, advance, predict, start
from nnlab.app.pace import SPEEDS, TICK_SECONDS

FLUSH_SECONDS = 0.02  # for Streamlit to send the charts, which the next tick would drop
GRID_SIZE = 100  # of the boundary along each axis, as on the playground
MAX_LOSSES = 500  # points of the loss curve, as on the playground
COLORS = ("#f08a24", "#0877bd")


def decision_boundary(run: Run) -> go.Figure:
    """Draw the probability of class 1 as a heatmap, under the training and the test points."""
    data = run.dataset
    points = np.vstack([data.train_inputs, data.test_inputs])
    low, high = points.min() - 0.1, points.max() + 0.1
    axis = np.linspace(low, high, GRID_SIZE)
    plane = np.column_stack([values.ravel() for values in np.meshgrid(axis, axis)])
    probabilities = predict(run, plane).reshape(GRID_SIZE, GRID_SIZE).astype(np.float32)
    scale = [[0, COLORS[0]], [0.5, "#f4f4f4"], [1, COLORS[1]]]
    figure = go.Figure(
        go.Heatmap(
            x=axis, y=axis, z=probabilities, zmin=0, zmax=1, colorscale=scale, showscale=False
        )
    )
    sets = (
        ("train", data.train_inputs, data.train_targets, "circle", 6),
        ("test", data.test_inputs, data.test_targets, "diamond", 9),
    )
    for name, inputs, targets, symbol, size in sets:
        for label, color in enumerate(COLORS):
            chosen = inputs[targets[:, 0] == label].astype(np.float32)
            figure.add_scatter(
                x=chosen[:, 0],
                y=chosen[:, 1],
                mode="markers",
                name=f"{name}, class {label}",
                marker={
                    "color": color,
                    "symbol": symbol,
                    "size": size,
                    "line": {"color": "white" if name == "train" else "black", "width": 1},
                },
            )
    figure.update_xaxes(title="x1", range=[low, high], constrain="domain")
    figure.update_yaxes(title="x2", range=[low, high], constrain="domain", scaleanchor="x")
    return figure.update_layout(title=f"iteration {run.iteration}")


def loss_curve(run: Run) -> go.Figure:
    """Draw the training loss, thinned, and the sampled test loss."""
    step = 1 + len(run.losses) // MAX_LOSSES
    figure = go.Figure()
    figure.add_scatter(
        x=np.arange(len(run.losses), dtype=np.int32)[::step],
        y=run.losses[::step].astype(np.float32),
        mode="lines",
        name="train",
    )
    figure.add_scatter(x=run.test_iterations, y=run.test_losses, mode="lines", name="test")
    figure.update_layout(title=f"iteration {run.iteration}", xaxis_title="iteration")
    return figure.update_yaxes(title="loss (cross-entropy)", rangemode="tozero")


def live() -> None:
    """Make one tick of training while running, then draw both charts."""
    state = st.session_state
    if state.running:
        state.run = advance(state.run, SPEEDS["100"])
    left, right = st.columns(2)
    left.plotly_chart(decision_boundary(state.run), key="decision-boundary")
    right.plotly_chart(loss_curve(state.run), key="loss-curve")
    if state.running:
        time.sleep(FLUSH_SECONDS)  # without it a quarter of the frames are lost


def set_running(running: bool) -> None:
    """Start or pause."""
    st.session_state.running = running


st.set_page_config(layout="wide")
if "run" not in st.session_state:
    st.session_state.run, st.session_state.running = start(Config()), False
going = st.session_state.running
st.button("Pause" if going else "Start", key="start", on_click=set_running, args=(not going,))
st.fragment(live, run_every=TICK_SECONDS if going else None)()
