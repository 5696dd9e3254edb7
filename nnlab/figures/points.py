"""The points on the plane, and what the network predicts for each."""

import html
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from nnlab.data.datasets import Dataset, FloatArray
from nnlab.data.plane import plane_extent
from nnlab.data.scales import ColumnScale, Scales
from nnlab.figures.shapes import sign, symbol
from nnlab.figures.style import AXIS, LIGHT, Palette, as_json
from nnlab.figures.unit_ticks import unit_ticks
from nnlab.inspection.observation import Observation

MAX_POINTS = 1000  # drawn per set: more would only cover each other, and slow the page
NEWEST = 100  # own points that are always drawn: what someone has just drawn must be seen
STEPS = 2**16 - 2  # of an output that is sent to the page: float32 would be twice as long
UNNAMED = (ColumnScale("x1"), ColumnScale("x2"), ColumnScale(""))
_LARGEST = float(np.finfo(np.float32).max)


class Trace(NamedTuple):
    """The points that are drawn as one trace of the figure.

    Attributes
    ----------
    part : "train" or "test"
    label : their class; None for a regression
    indices : in the part, (n_points,), ascending
    """

    part: str
    label: int | None
    indices: NDArray[np.intp]


class PointMarks(NamedTuple):
    """The network's predictions for the points of a trace.

    Attributes
    ----------
    low, high : 0 and 1 in a classification; the least and the greatest output in a regression
    outputs : uint16 (n_points * n_outputs,), point by point, from 0 at low to STEPS at high, so
        that a probability is exact to 1e-5; STEPS + 1 stands for NaN
    wrong : one bit per point, packed into uint8, the highest bit first: 1 on the wrong side; empty
        if mistakes are not marked
    """

    low: float
    high: float
    outputs: NDArray[np.uint16]
    wrong: NDArray[np.uint8]


@lru_cache(maxsize=8)
def traces(dataset: Dataset, n_classes: int) -> tuple[Trace, ...]:
    """Return which points the figure draws, trace by trace; no classes stand for a regression."""
    found = []
    for part in ("train", "test"):
        inputs, targets = (getattr(dataset, f"{part}_{name}") for name in ("inputs", "targets"))
        drawn = _drawn(inputs, dataset.own if part == "train" else 0)
        if not n_classes:
            found.append(Trace(part, None, drawn))
        else:
            labels = targets[drawn, 0]
            found += [Trace(part, label, drawn[labels == label]) for label in range(n_classes)]
    return tuple(found)


def _drawn(inputs: FloatArray, own: int) -> NDArray[np.intp]:
    """Return the indices of the points that are drawn, at most MAX_POINTS.

    The last `own` points are preferred to others, or if they are too many, the newest of them. The
    rest is chosen by a pseudorandom number that depends only on the place of a point, so that the
    others stay when points are added or erased.
    """
    count = len(inputs)
    if count <= MAX_POINTS:
        return np.arange(count)
    always = own if own <= MAX_POINTS else NEWEST
    order = np.argsort(_pseudorandom(inputs[: count - always]), kind="stable")
    return np.append(np.sort(order[: MAX_POINTS - always]), np.arange(count - always, count))


def _pseudorandom(inputs: FloatArray) -> NDArray[np.uint64]:
    """Return a number for each point: the output function of SplitMix64 (Steele et al. 2014)."""
    x1, x2 = np.ascontiguousarray(inputs).view(np.uint64).T
    mixed: NDArray[np.uint64] = x1 * np.uint64(0x9E3779B97F4A7C15) + x2
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))


def _note(dataset: Dataset) -> str:
    """Say how many points are shown, if not all are."""
    sizes = {"training": len(dataset.train_inputs), "test": len(dataset.test_inputs)}
    large = [f"{size:,} {name}" for name, size in sizes.items() if size > MAX_POINTS]
    return f"{MAX_POINTS:,} of {' and of '.join(large)} points shown" if large else ""


def point_marks(observation: Observation, *, misclassified: bool) -> list[PointMarks]:
    """Return the predictions for the points drawn, trace by trace; mistakes only if asked for."""
    run, marks = observation.run, []
    results = {"train": observation.train, "test": observation.test}
    for part, label, indices in traces(run.dataset, run.config.n_classes):
        outputs = np.clip(
            results[part].outputs[indices].ravel(), -_LARGEST, _LARGEST
        )  # JSON has no ∞
        known = outputs[~np.isnan(outputs)]
        low, high = 0.0, 1.0
        if label is None and len(known):
            low, high = float(known.min()), float(known.max())
        steps = np.rint((outputs - low) / ((high - low) or 1) * STEPS)
        levels = np.nan_to_num(steps, nan=STEPS + 1).astype(np.uint16)
        wrong = results[part].wrong[indices if misclassified else []]
        marks.append(PointMarks(low, high, levels, np.packbits(wrong)))
    return marks


# Inside the plot, so that the plane of a regression is as large as any other.
_COLOR_BAR = {"thickness": 10, "outlinewidth": 0, "x": 1, "xanchor": "right", "len": 0.6}
_CORNERS = {  # of the plot, for the names of its axes, the names of the classes and a note
    "x1": {"x": 1, "xanchor": "right", "y": 0, "yanchor": "bottom"},
    "x2": {"x": 0, "xanchor": "left", "y": 1, "yanchor": "top"},
    "legend": {"x": 0, "xanchor": "left", "y": 0, "yanchor": "bottom"},
    "note": {"x": 1, "xanchor": "right", "y": 1, "yanchor": "top"},
}
LEGEND = list(_CORNERS).index("legend")  # among the annotations; both axes have names


@lru_cache(maxsize=8)
def decision_boundary(
    dataset: Dataset,
    n_classes: int = 2,
    scales: Scales = UNNAMED,
    shown: tuple[str, ...] = ("train", "test"),
    palette: Palette = LIGHT,
    names: tuple[str, ...] = (),
) -> str:
    """Draw the points on a transparent plane; the page puts the boundary picture under it.

    `scales` name the axes and what a regression's colours mean, `shown` the parts whose points are
    visible, and `names` the classes in the legend; none: there is no legend.
    """
    figure, veil = go.Figure(), f"{palette.rim}c0"
    for part, label, indices in traces(dataset, n_classes):
        inputs = getattr(dataset, f"{part}_inputs")[indices].astype(np.float32)
        name = f"{part} class {label}"
        marker, targets = _marker(part, label, n_classes, palette), None
        if label is None:
            targets = getattr(dataset, f"{part}_targets")[indices, 0]
            name = part
            marker["color"] = targets.astype(np.float32)
            marker["colorbar"] = {
                **_COLOR_BAR,
                "bgcolor": veil,
                "title": {"text": _escaped(scales[2].name), "side": "right"},
                **unit_ticks(scales[2], -1, 1),
            }
        figure.add_scatter(
            x=inputs[:, 0],
            y=inputs[:, 1],
            mode="markers",
            name=name,
            marker=marker,
            customdata=targets,
            hoverinfo="none",  # the page says what the network predicts
            meta=label,
            visible=part in shown,
        )
    extent = plane_extent(dataset)
    left, right, bottom, top = extent
    texts = {
        "x1": _escaped(scales[0].name),
        "x2": _escaped(scales[1].name),
        "legend": "<br>".join(
            f'<span style="color: {palette.points[label]}">{sign(label, n_classes)}</span> '
            f"{html.escape(name, quote=False)}"
            for label, name in enumerate(names)
        ),
        "note": _note(dataset),
    }
    axis = {"constrain": "domain", **AXIS}
    across, up = unit_ticks(scales[0], left, right), unit_ticks(scales[1], bottom, top)
    return as_json(
        figure,
        repr(extent),  # a zoom lasts until the plane itself changes
        showlegend=False,  # an annotation names the classes
        margin={"l": 42, "r": 2, "t": 4, "b": 24},
        xaxis={"range": [left, right], **axis, **across},
        yaxis={"range": [bottom, top], "scaleanchor": "x", **axis, **up},
        annotations=[
            {
                **{"text": text, "name": name, "showarrow": False, "bgcolor": veil},
                **{"align": "left", "xref": "x domain", "yref": "y domain", **_CORNERS[name]},
            }
            for name, text in texts.items()
            if text
        ],
    )


def axis_name(name: str) -> str:
    """Return the name of an input as people write it."""
    return {"x1": "x₁", "x2": "x₂"}.get(name, name)


def _escaped(name: str) -> str:
    """Return a name as Plotly shows it: it reads some HTML in its texts."""
    return html.escape(axis_name(name), quote=False)


def _marker(part: str, label: int | None, n_classes: int, palette: Palette) -> dict[str, object]:
    """Return a shape with a rim for a training point, a small ring for a test point.

    Rim or fill stands out from everything that the plane shows, also from a line between regions.
    """
    is_test = part == "test"
    width = 1.5 if is_test else 1
    shape = {"symbol": symbol(label or 0, n_classes), "size": 5 if is_test else 7}
    if label is not None:
        fill, rim = palette.points[label], palette.rim
        if is_test:
            fill, rim = rim, fill
        return {**shape, "color": fill, "line": {"color": rim, "width": width}}
    negative, positive = palette.ends
    return {
        **shape,
        "line": {"color": palette.line, "width": width},  # visible around values near 0, too
        "cmin": -1,
        "cmax": 1,
        "colorscale": [[0, negative], [0.5, palette.middle], [1, positive]],
        "showscale": part == "train",
    }
