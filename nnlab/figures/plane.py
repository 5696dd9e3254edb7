"""The plane: the boundary as a picture, and the points above it."""

import html
import io
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from PIL import Image
from plotly.io.json import to_json_plotly

from nnlab.datasets import Dataset, FloatArray
from nnlab.figures.style import AXIS, CLASS_COLORS, MIDDLE_COLOR, styled
from nnlab.training import Run, predict

BOUNDARY_COLORS = ("#f4ad66", "#52a0d0")  # the same, lighter: the points stand out from them
RIM_COLOR = "#777777"
GRID_SIZE = 100  # pixels of the boundary picture along each axis
LEVELS = 128  # of probability in that picture: half the bytes of 256, and no eye sees the steps
MAX_POINTS = 2000  # drawn per set: more would only cover each other, and slow the page
MIN_REACH = 1.25  # of the plane from its centre: all data sets fit in with little noise
REACHES = (1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8, 10)  # and steps of about a quarter beyond


def _palette() -> list[int]:
    """Return LEVELS RGB triples, flat, from class 0's colour over near white to class 1's."""
    stops = np.array(
        [
            [int(color[i : i + 2], 16) for i in (1, 3, 5)]
            for color in (BOUNDARY_COLORS[0], MIDDLE_COLOR, BOUNDARY_COLORS[1])
        ]
    )
    level = np.linspace(0, 1, LEVELS)
    channels = [np.interp(level, [0, 0.5, 1], stops[:, channel]) for channel in range(3)]
    return [int(value) for value in np.rint(np.column_stack(channels)).ravel()]


_PALETTE = _palette()


def plane_extent(dataset: Dataset) -> tuple[float, float, float, float]:
    """Return (left, right, bottom, top) of the square that is drawn.

    It grows in steps, so that it mostly stays where it is while somebody draws points, and has its
    centre at 0 unless the points are far from there.
    """
    points = np.vstack([dataset.train_inputs, dataset.test_inputs])
    reach = np.abs(points).max(initial=MIN_REACH)
    center = np.zeros(2)
    if reach > MIN_REACH:
        low, high = points.min(axis=0), points.max(axis=0)
        if (np.abs(low + high) > high - low).any():
            center = (low + high) / 2
            reach = max(float((high - low).max()) / 2, 1e-9 * reach)
        step = 10 ** np.floor(np.log10(reach))
        reach = step * min(size for size in REACHES if size * step >= reach)
    left, bottom = (center - reach).tolist()
    right, top = (center + reach).tolist()
    return left, right, bottom, top


@lru_cache(maxsize=16)
def _grid(extent: tuple[float, float, float, float]) -> FloatArray:
    """Return the centres of the picture's pixels, row by row from the top, (GRID_SIZE**2, 2)."""
    left, right, bottom, top = extent
    offsets = (np.arange(GRID_SIZE) + 0.5) / GRID_SIZE
    x1, x2 = np.meshgrid(left + offsets * (right - left), top - offsets * (top - bottom))
    return np.column_stack([x1.ravel(), x2.ravel()])


def boundary_image(run: Run) -> bytes:
    """Draw the run's answer over the plane as a PNG of 2 to 3 kB.

    From class 0's colour to class 1's: the probability of class 1, or the value of a regression
    from -1 to 1.
    """
    # Just before it diverges, a network can overflow at the rim, where no training point stands.
    with np.errstate(over="ignore", invalid="ignore"):
        answers = predict(run, _grid(plane_extent(run.dataset)))
        shares = (answers + 1) / 2 if run.config.problem == "regression" else answers
    shares = np.clip(np.nan_to_num(shares, nan=0.5, posinf=1, neginf=0), 0, 1)
    levels = np.rint(shares * (LEVELS - 1)).astype(np.uint8)
    image = Image.fromarray(levels.reshape(GRID_SIZE, GRID_SIZE))
    image.putpalette(_PALETTE)
    png = io.BytesIO()
    image.save(png, "png", compress_level=6)
    return png.getvalue()


@lru_cache(maxsize=8)
def decision_boundary(
    dataset: Dataset,
    problem: str = "classification",
    axes: tuple[str, str] = ("x1", "x2"),
    shown: tuple[str, ...] = ("train", "test"),
) -> str:
    """Draw the points on a transparent plane, under which the boundary picture is laid.

    `shown` names the sets whose points are seen.
    """
    figure = go.Figure()
    sets = (
        ("train", dataset.train_inputs, dataset.train_targets[:, 0], "circle", 6, "white"),
        ("test", dataset.test_inputs, dataset.test_targets[:, 0], "diamond", 9, "black"),
    )
    # Of too many points the last ones are drawn, as a person's own come last.
    for name, inputs, targets, symbol, size, rim in sets:
        marker = {"symbol": symbol, "size": size, "line": {"color": rim, "width": 1}}
        if problem == "regression":
            colors = {"color": targets[-MAX_POINTS:].astype(np.float32), "cmin": -1, "cmax": 1}
            marker["line"] = {"color": RIM_COLOR, "width": 1}  # seen around values near 0, too
            colors["colorscale"] = [[0, CLASS_COLORS[0]], [0.5, MIDDLE_COLOR], [1, CLASS_COLORS[1]]]
            colors["showscale"] = name == "train"
            colors["colorbar"] = {"thickness": 10, "outlinewidth": 0}
            _add_points(figure, name, inputs[-MAX_POINTS:], {**marker, **colors})
            figure.data[-1].customdata = targets[-MAX_POINTS:]
            figure.data[-1].hovertemplate = f"{name} %{{customdata:.3g}}<extra></extra>"
            continue
        for label, color in enumerate(CLASS_COLORS):
            points = inputs[targets == label][-MAX_POINTS // 2 :]
            _add_points(figure, f"{name} class {label}", points, {**marker, "color": color})
    figure.for_each_trace(lambda trace: trace.update(visible=trace.name.startswith(shown)))
    hidden = [name for name, inputs, *_ in sets if len(inputs) > MAX_POINTS]
    note = f" ({MAX_POINTS:,} of the {' and '.join(hidden)} points shown)" if hidden else ""
    extent = plane_extent(dataset)
    left, right, bottom, top = extent
    x1, x2 = (
        html.escape(axis, quote=False) for axis in axes
    )  # Plotly reads some HTML in its texts
    figure.update_layout(
        xaxis={"title": f"{x1}{note}", "range": [left, right], "constrain": "domain", **AXIS},
        yaxis={
            "title": x2,
            "range": [bottom, top],
            "scaleanchor": "x",
            "constrain": "domain",
            **AXIS,
        },
        uirevision=repr(extent),  # a zoom lasts until the plane itself changes
    )
    text: str = to_json_plotly(styled(figure))
    return text


def _add_points(
    figure: go.Figure, name: str, points: FloatArray, marker: dict[str, object]
) -> None:
    points = points.astype(np.float32)
    figure.add_scatter(
        x=points[:, 0],
        y=points[:, 1],
        mode="markers",
        name=name,
        marker=marker,
        hovertemplate=f"{name}<br>x1 %{{x:.3f}}<br>x2 %{{y:.3f}}<extra></extra>",
    )
