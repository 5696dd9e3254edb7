"""The place of the large chart: the plane with its points, or the curve of a function."""

from collections.abc import Sequence

import streamlit as st

from nnlab.app import live_chart, theme
from nnlab.app.live_chart import Brush
from nnlab.app.playground import hiding, presenting
from nnlab.app.playground.own_points import MAX_NAMED
from nnlab.app.playground.record import Playground
from nnlab.data.datasets import CURVE, OWN
from nnlab.data.plane import plane_extent
from nnlab.data.scales import ColumnScale
from nnlab.figures.function_curve import function_curve
from nnlab.figures.points import LEGEND, decision_boundary
from nnlab.figures.style import COLOR_NAMES

# Where the tools are no icons, they are the legend.
_LEGEND = f'[data-live-chart=decision-boundary] .annotation[data-index="{LEGEND}"]'
_NO_LEGEND = f"<style>@media (width > 900px) {{ {_LEGEND} {{ display: none }} }}</style>"


def render(playground: Playground, parts: Sequence[str], brush: Brush | None) -> None:
    """Draw the place; `parts` are those whose points are shown, "train" and "test"."""
    run, config, own = playground.run, playground.run.config, playground.own
    palette, shown = theme.palette(), tuple(parts)
    if config.dataset == CURVE:
        figure = function_curve(run.dataset, shown, palette)
        live_chart.stage("function-curve", presenting.figure(playground, figure))
        return
    scales = run.dataset.scales or tuple(map(ColumnScale, (*own.axes, "")))
    if config.dataset == OWN and len(own.points):
        scales = own.scales
    names = legend = playground.class_names
    tools_are_seen = hiding.shows_tools(playground)
    if len(names) > MAX_NAMED:
        legend = tuple(f"{label} {name}" for label, name in enumerate(names))
    elif tools_are_seen and names[:1] == COLOR_NAMES[:1]:
        st.html(_NO_LEGEND)
    figure = decision_boundary(
        run.dataset,
        config.n_classes,
        scales,
        shown,
        palette,
        legend,
    )
    live_chart.stage(
        "decision-boundary",
        presenting.figure(playground, figure),
        plane_extent(run.dataset),
        brush=brush if tools_are_seen else None,
        colors=palette.points[: max(2, config.n_classes)],
        map_colors=palette.map,
        names=names,
        scales=scales,
        pins=True,
    )
