"""The panel Network: the diagram, the unit in the large chart, parameters set by hand."""

from typing import Any

import streamlit as st

from nnlab.app import live_chart
from nnlab.app.live_chart import Update
from nnlab.app.playground import session
from nnlab.app.playground.record import Playground
from nnlab.app.turns import Shown
from nnlab.figures import diagram
from nnlab.figures.plane_picture import Look, Unit
from nnlab.figures.style import CLASS_COLORS
from nnlab.training.config import MAX_LAYERS, MAX_WIDTH

KEY = "network"


def render(playground: Playground) -> None:  # noqa: ARG001 - every panel gets it
    """Draw the diagram's place."""
    live_chart.diagram(
        KEY, CLASS_COLORS, max_layers=MAX_LAYERS, max_units=MAX_WIDTH, on_layers=_set_layers
    )


def _set_layers() -> None:
    session.fill_in({"hidden_layers": str(st.session_state[KEY].layers)})


def look(playground: Playground, *, is_open: bool, discretize: bool) -> Look:
    """Return what to draw of the plane, with the panel open or closed."""
    unit, sizes = playground.shown_unit, playground.run.config.layer_sizes
    if unit and not (is_open and unit.layer < len(sizes) - 1 and unit.number < sizes[unit.layer]):
        session.show_unit(None)  # this network has no such unit, or it cannot be unchosen now
        unit = None
    return Look(unit, thumbnails=is_open, discretize=discretize)


def caption(playground: Playground, shown: Shown) -> str:
    """Name the unit whose map the large chart shows, and its range; nothing for the output's."""
    if not playground.shown_unit:
        return ""
    span = (f"{value:.3g}" for value in shown.view.span)
    low, high = (text.replace("-", "−").replace("inf", "∞") for text in span)
    return f"{diagram.name(shown.run, playground.shown_unit)}: {low} to {high}"


def updates(playground: Playground, shown: Shown) -> dict[str, Update]:
    """Return what a tick changes in the diagram."""
    run, thumbnails = shown.run, shown.view.thumbnails
    if thumbnails is None:
        return {}
    drawn: dict[str, Any] = {
        **diagram.network(run, thumbnails),
        "shown": playground.shown_unit,
        "taken": playground.actions_taken,
        "refused": playground.refused_value,
    }
    sizes = "-".join(map(str, run.config.layer_sizes))
    alt = f"Network {sizes} at iteration {run.iteration}. Arrow keys go from unit to unit, E edits."
    return {KEY: Update(run.iteration, alt, network=drawn)}


def act() -> None:
    """Do what the user did in the diagram."""
    for action in st.session_state["update"].actions["actions"]:
        if action["number"] <= session.current().actions_taken:
            continue
        if "show" in action:
            session.show_unit(Unit(*action["show"]) if action["show"] else None)
        else:
            layer, row, column = action["set"]
            session.set_parameter(layer, row, column, action["value"])
        session.action_taken(action["number"])
