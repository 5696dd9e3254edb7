"""The points on the plane, and what the network predicts for each."""

import html
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from nnlab.data.datasets import Dataset
from nnlab.data.plane import plane_extent
from nnlab.figures.style import AXIS, LIGHT, RIM_COLOR, Palette, as_json
from nnlab.inspection.observation import Observation

MAX_POINTS = 2000  # drawn per set: more would only cover each other, and slow the page
STEPS = 2**16 - 2  # of an output that is sent to the page: float32 would be twice as long
_LARGEST = float(np.finfo(np.float32).max)


class Trace(NamedTuple):
    """The points that are drawn as one trace of the figure.

    Attributes
    ----------
    part : "train" or "test"
    label : their class, 0 or 1; None for a regression
    indices : in the part, (n_points,); if they are too many, the last ones, where own points are
    """

    part: str
    label: int | None
    indices: NDArray[np.intp]


class PointMarks(NamedTuple):
    """The network's predictions for the points of a trace.

    Attributes
    ----------
    low, high : 0 and 1 in a classification; the least and the greatest output in a regression
    outputs : uint16 (n_points,), from 0 at low to STEPS at high, so that a probability is exact to
        1e-5; STEPS + 1 stands for NaN
    wrong : one bit per point, packed into uint8, the highest bit first: 1 on the wrong side; empty
        if mistakes are not marked
    """

    low: float
    high: float
    outputs: NDArray[np.uint16]
    wrong: NDArray[np.uint8]


@lru_cache(maxsize=8)
def traces(dataset: Dataset, problem: str) -> tuple[Trace, ...]:
    """Return which points the figure draws, trace by trace."""
    found = []
    for part in ("train", "test"):
        targets = getattr(dataset, f"{part}_targets")[:, 0]
        if problem == "regression":
            found.append(Trace(part, None, np.arange(len(targets))[-MAX_POINTS:]))
        else:
            of_class = [np.flatnonzero(targets == label)[-MAX_POINTS // 2 :] for label in (0, 1)]
            found += [Trace(part, label, indices) for label, indices in enumerate(of_class)]
    return tuple(found)


def point_marks(observation: Observation, *, misclassified: bool) -> list[PointMarks]:
    """Return the predictions for the points drawn, trace by trace; mistakes only if asked for."""
    run, marks = observation.run, []
    results = {"train": observation.train, "test": observation.test}
    for part, label, indices in traces(run.dataset, run.config.problem):
        outputs = np.clip(results[part].outputs[indices], -_LARGEST, _LARGEST)  # JSON has no ∞
        known = outputs[~np.isnan(outputs)]
        low, high = 0.0, 1.0
        if label is None and len(known):
            low, high = float(known.min()), float(known.max())
        steps = np.rint((outputs - low) / ((high - low) or 1) * STEPS)
        levels = np.nan_to_num(steps, nan=STEPS + 1).astype(np.uint16)
        wrong = results[part].wrong[indices if misclassified else []]
        marks.append(PointMarks(low, high, levels, np.packbits(wrong)))
    return marks


_COLOR_BAR = {"thickness": 10, "outlinewidth": 0}


@lru_cache(maxsize=8)
def decision_boundary(
    dataset: Dataset,
    problem: str = "classification",
    axes: tuple[str, str] = ("x1", "x2"),
    shown: tuple[str, ...] = ("train", "test"),
    target: str = "",
    palette: Palette = LIGHT,
) -> str:
    """Draw the points on a transparent plane; the page puts the boundary picture under it.

    `shown` names the parts whose points are visible, and `target` what a regression's colours mean.
    """
    figure = go.Figure()
    for part, label, indices in traces(dataset, problem):
        inputs = getattr(dataset, f"{part}_inputs")[indices].astype(np.float32)
        name, shows = f"{part} class {label}", "<br>x1 %{x:.3f}<br>x2 %{y:.3f}"
        marker, targets = _marker(part, label, palette), None
        if label is None:
            targets = getattr(dataset, f"{part}_targets")[indices, 0]
            name, shows = part, " %{customdata:.3g}"
            marker["color"] = targets.astype(np.float32)
            marker["colorbar"] = {
                **_COLOR_BAR,
                "title": {"text": _escaped(target), "side": "right"},
            }
        figure.add_scatter(
            x=inputs[:, 0],
            y=inputs[:, 1],
            mode="markers",
            name=name,
            marker=marker,
            customdata=targets,
            hovertemplate=f"{name}{shows}<extra></extra>",
            meta=label,
            visible=part in shown,
        )
    sizes = {part: len(getattr(dataset, f"{part}_inputs")) for part in ("train", "test")}
    hidden = [part for part, size in sizes.items() if size > MAX_POINTS]
    note = f" ({MAX_POINTS:,} of the {' and '.join(hidden)} points shown)" if hidden else ""
    extent = plane_extent(dataset)
    left, right, bottom, top = extent
    x1, x2 = map(_escaped, axes)
    axis = {"constrain": "domain", **AXIS}
    return as_json(
        figure,
        repr(extent),  # a zoom lasts until the plane itself changes
        showlegend=problem == "regression",  # the brushes name the classes
        margin={"l": 52, "r": 6, "t": 6, "b": 42},
        xaxis={"title": {"text": f"{x1}{note}", "standoff": 4}, "range": [left, right], **axis},
        yaxis={
            "title": {"text": x2, "standoff": 4},
            "range": [bottom, top],
            "scaleanchor": "x",
            **axis,
        },
    )


def _escaped(name: str) -> str:
    """Return a name as Plotly shows it: it reads some HTML in its texts."""
    return html.escape(name, quote=False)


def _marker(part: str, label: int | None, palette: Palette) -> dict[str, object]:
    """Return a disc with a rim for a training point, a small ring for a test point."""
    (negative, positive), is_test = palette.points, part == "test"
    marker: dict[str, object] = {
        "symbol": "circle-open" if is_test else "circle",
        "size": 5 if is_test else 7,
        "line": {"color": palette.rim, "width": 1},
    }
    if label is not None:
        if is_test:
            marker["line"] = {"width": 1.5}
        return {**marker, "color": palette.points[label]}
    return {
        **marker,
        "line": {"color": RIM_COLOR, "width": 1},  # visible around values near 0, too
        "cmin": -1,
        "cmax": 1,
        "colorscale": [[0, negative], [0.5, palette.middle], [1, positive]],
        "showscale": part == "train",
    }
