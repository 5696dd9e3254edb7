"""The panel Network: the diagram, the unit in the large chart, parameters set by hand."""

from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from nnlab.app import live_chart, report, theme
from nnlab.app.live_chart import Update
from nnlab.app.playground import session
from nnlab.app.playground.display_options import DisplayOptions
from nnlab.app.playground.record import Playground
from nnlab.app.turns import Shown
from nnlab.figures import network_diagram
from nnlab.inspection.plane_view import ViewOptions
from nnlab.training.config import MAX_LAYERS, MAX_WIDTH

KEY = "network"
STYLE = Path(__file__).with_suffix(".css")


def render(playground: Playground) -> None:  # noqa: ARG001 - every panel gets it
    """Draw the diagram's place."""
    st.html(STYLE)
    live_chart.diagram(KEY, theme.palette().ends, max_layers=MAX_LAYERS, max_units=MAX_WIDTH)


def view_options(playground: Playground, options: DisplayOptions, *, is_open: bool) -> ViewOptions:
    """Return what to draw of the plane, with the panel open or closed."""
    unit, sizes = playground.shown_unit, playground.run.config.layer_sizes
    # one output unit alone is what the large chart shows anyway
    last = len(sizes) - 1 if sizes[-1] == 1 else len(sizes)
    if unit and not (is_open and unit.layer < last and unit.number < sizes[unit.layer]):
        session.show_unit(None)  # this network has no such unit, or it cannot be unchosen now
        unit = None
    return ViewOptions(unit, is_open, options.discretize, options.entropy and not unit)


def caption(playground: Playground, shown: Shown, options: DisplayOptions) -> str:
    """Name the unit whose map the large chart shows, or the entropy, and the map's range."""
    unit = playground.shown_unit
    if not unit and options.entropy:
        low, high = (f"{value:.0%}" for value in shown.view.span)
        return f"Uncertainty: {low} to {high} of the largest possible entropy"
    if not unit:
        return ""
    span = (f"{value:.3g}" for value in shown.view.span)
    low, high = (text.replace("-", "−").replace("inf", "∞") for text in span)
    return f"{network_diagram.name(shown.run, unit, playground.class_names)}: {low} to {high}"


def reading(playground: Playground, shown: Shown, options: DisplayOptions) -> dict[str, Any] | None:
    """Return what the large chart's map shows, as in messages.json."""
    shares = shown.view.shares
    if not playground.shown_unit or shares is not None:
        return report.reading(shown.run.config, shares, discretize=options.discretize)
    reach = np.abs(np.nan_to_num(shown.view.span)).max()  # JSON has no infinity
    return {"kind": "unit", "reach": float(reach)}


def updates(playground: Playground, shown: Shown) -> dict[str, Update]:
    """Return what a tick changes in the diagram."""
    run, thumbnails, names = shown.run, shown.view.thumbnails, playground.class_names
    if thumbnails is None:
        return {}
    state: dict[str, Any] = {
        "shown": playground.shown_unit,
        "refused": playground.refused_value,
        "dead": [units.astype(np.uint8) for units in shown.observation.dead_units],
    }
    drawn = network_diagram.network(run, thumbnails, names, theme.palette()) | state
    sizes = "-".join(map(str, run.config.layer_sizes))
    alt = f"Network {sizes} at iteration {run.iteration}. Arrow keys go from unit to unit, E edits."
    return {KEY: Update(run.iteration, alt, network=drawn)}
