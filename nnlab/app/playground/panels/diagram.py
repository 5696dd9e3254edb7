"""The panel Network: the diagram, the unit that the large chart shows, parameters set by hand.

The session's keys are `shown_unit`, a Unit or absent; `actions_taken`, the number of the last thing
done in the diagram; `refused_value`, what was wrong with it, mostly empty.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import streamlit as st

from nnlab.app import live_chart
from nnlab.app.live_chart import Update
from nnlab.app.playground.time_travel import seen
from nnlab.app.turns import Shown, turn
from nnlab.figures import diagram
from nnlab.figures.plane_picture import Look, Unit
from nnlab.figures.style import CLASS_COLORS
from nnlab.training.config import MAX_LAYERS, MAX_WIDTH
from nnlab.training.edits import set_parameter
from nnlab.training.run import Run

KEY = "network"


def render(run: Run) -> None:  # noqa: ARG001 - as of every panel
    """Draw the diagram's place."""
    live_chart.diagram(
        KEY, CLASS_COLORS, max_layers=MAX_LAYERS, max_units=MAX_WIDTH, on_layers=_set_layers
    )


def _set_layers() -> None:
    st.session_state.hidden_layers = str(st.session_state[KEY].layers)


def what(run: Run, *, is_open: bool, discretize: bool) -> Look:
    """Return what is to be seen of the plane, while the panel is open or folded away."""
    unit: Unit | None = st.session_state.get("shown_unit")
    sizes = run.config.layer_sizes
    if unit and not (is_open and unit.layer < len(sizes) - 1 and unit.number < sizes[unit.layer]):
        del st.session_state.shown_unit  # other layers, or nowhere to choose it
        unit = None
    return Look(unit, thumbnails=is_open, discretize=discretize)


def caption(shown: Shown) -> str:
    """Say which unit's map the large chart shows, and its range; nothing for the output's."""
    unit: Unit | None = st.session_state.get("shown_unit")
    if not unit:
        return ""
    span = (f"{value:.3g}" for value in shown.view.span)
    low, high = (text.replace("-", "−").replace("inf", "∞") for text in span)
    return f"{diagram.name(shown.run, unit)}: {low} to {high}"


def updates(shown: Shown) -> dict[str, Update]:
    """Return what a tick changes in the diagram."""
    run, thumbnails = shown.run, shown.view.thumbnails
    if thumbnails is None:
        return {}
    state = st.session_state
    drawn: dict[str, Any] = {
        **diagram.network(run, thumbnails),
        "shown": state.get("shown_unit"),
        "taken": state.get("actions_taken", 0),
        "refused": state.get("refused_value", ""),
    }
    sizes = "-".join(map(str, run.config.layer_sizes))
    alt = f"Network {sizes} at iteration {run.iteration}. Arrow keys go from unit to unit, E edits."
    return {KEY: Update(run.iteration, alt, network=drawn)}


def act() -> None:
    """Take what was done in the diagram."""
    state = st.session_state
    with turn():  # not in the middle of a tick, which would put its own run in place of this one
        for action in state["update"].actions["actions"]:
            if action["number"] <= state.get("actions_taken", 0):
                continue
            if "show" in action:
                _show(action["show"])
            else:
                state.refused_value = _set(action["set"], action["value"])
            state.actions_taken = action["number"]


def _set(place: Sequence[int], typed: str) -> str:
    """Set the weight or bias at layer, row and column, or return what is wrong with the value."""
    state = st.session_state
    if seen(state.run) is not state.run:
        return "This is past: choose Continue from here to change it."
    value: Any = typed  # if it is no number, set_parameter refuses it by its rule
    with suppress(ValueError):
        value = float(typed)
    layer, row, column = place
    try:
        state.run = set_parameter(state.run, layer, row, column, value)
    except ValueError as error:
        return str(error)
    return ""


def _show(place: Sequence[int] | None) -> None:
    if place:
        layer, number = place
        st.session_state.shown_unit = Unit(layer, number)
    else:
        st.session_state.pop("shown_unit", None)
