"""The place of the large chart: the plane with its points, or the curve of a function."""

from collections.abc import Sequence

from nnlab.app import live_chart, theme
from nnlab.app.live_chart import Brush
from nnlab.app.playground import hiding, presenting
from nnlab.app.playground.record import Playground
from nnlab.data.datasets import CURVE, OWN
from nnlab.data.plane import plane_extent
from nnlab.figures.function_curve import function_curve
from nnlab.figures.points import decision_boundary
from nnlab.figures.style import COLOR_NAMES


def render(playground: Playground, parts: Sequence[str], brush: Brush | None) -> None:
    """Draw the place; `parts` are those whose points are shown, "train" and "test"."""
    run, config, own = playground.run, playground.run.config, playground.own
    palette, shown = theme.palette(), tuple(parts)
    if config.dataset == CURVE:
        figure = function_curve(run.dataset, shown, palette)
        live_chart.stage("function-curve", presenting.figure(playground, figure))
        return
    target = own.target if config.dataset == OWN and len(own.points) else ""
    if run.dataset.scales[2:]:
        target = run.dataset.scales[2].name
    names = playground.class_names
    figure = decision_boundary(
        run.dataset,
        config.n_classes,
        own.axes,
        shown,
        target,
        palette,
        names if names[:1] != COLOR_NAMES[:1] else (),
    )
    live_chart.stage(
        "decision-boundary",
        presenting.figure(playground, figure),
        plane_extent(run.dataset),
        brush=brush if hiding.shows_tools(playground) else None,
        colors=palette.points[: max(2, config.n_classes)],
        map_colors=palette.map,
        names=names,
        pins=True,
    )
