"""Numbers in, pictures out: the decision boundary and the loss curve."""

import io
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image
from plotly.io.json import to_json_plotly

from nnlab.datasets import Dataset, FloatArray
from nnlab.training import TEST_EVERY, Run, predict

CLASS_NAMES = ("class 0", "class 1")
CLASS_COLORS = ("#f08a24", "#0877bd")  # orange and blue: safe for colour-blind eyes
SET_COLORS = {"train": "#a06cd5", "test": "#2a9d8f"}  # not a class's, clear on white and on black
GRID_SIZE = 100  # pixels of the boundary picture along each axis
LEVELS = 128  # of probability in that picture: half the bytes of 256, and no eye sees the steps
MAX_POINTS = 2000  # drawn per set: more would only cover each other, and slow the page
MAX_BINS = 250  # of the loss curve, two points each: about what a screen resolves

_GRID_COLOR = "rgba(128, 128, 128, 0.25)"
_AXIS = {"gridcolor": _GRID_COLOR, "zeroline": False}
_EMPTY_TEMPLATE = go.layout.Template()  # Plotly's own would add 7 kB to every figure


def _palette() -> list[int]:
    """Return LEVELS RGB triples, flat, from class 0's colour over near white to class 1's."""
    stops = np.array(
        [
            [int(color[i : i + 2], 16) for i in (1, 3, 5)]
            for color in (CLASS_COLORS[0], "#f4f4f4", CLASS_COLORS[1])
        ]
    )
    level = np.linspace(0, 1, LEVELS)
    channels = [np.interp(level, [0, 0.5, 1], stops[:, channel]) for channel in range(3)]
    return [int(value) for value in np.rint(np.column_stack(channels)).ravel()]


_PALETTE = _palette()


def plane_extent(dataset: Dataset) -> tuple[float, float, float, float]:
    """Return (left, right, bottom, top) of the square around all points, with a margin."""
    points = np.vstack([dataset.train_inputs, dataset.test_inputs])
    low, high = points.min(axis=0), points.max(axis=0)
    center, half = (low + high) / 2, max(float((high - low).max()), 1e-9) * 0.58
    return (center[0] - half, center[0] + half, center[1] - half, center[1] + half)


@lru_cache(maxsize=16)
def _grid(extent: tuple[float, float, float, float]) -> FloatArray:
    """Return the centres of the picture's pixels, row by row from the top, (GRID_SIZE**2, 2)."""
    left, right, bottom, top = extent
    offsets = (np.arange(GRID_SIZE) + 0.5) / GRID_SIZE
    x1, x2 = np.meshgrid(left + offsets * (right - left), top - offsets * (top - bottom))
    return np.column_stack([x1.ravel(), x2.ravel()])


def boundary_image(run: Run) -> bytes:
    """Draw the probability of class 1 over the plane as a PNG of 2 to 3 kB."""
    # Just before it diverges, a network can overflow at the rim, where no training point stands.
    with np.errstate(over="ignore", invalid="ignore"):
        probabilities = np.nan_to_num(predict(run, _grid(plane_extent(run.dataset))), nan=0.5)
    levels = np.rint(probabilities * (LEVELS - 1)).astype(np.uint8)
    image = Image.fromarray(levels.reshape(GRID_SIZE, GRID_SIZE))
    image.putpalette(_PALETTE)
    png = io.BytesIO()
    image.save(png, "png", compress_level=6)
    return png.getvalue()


@lru_cache(maxsize=8)
def decision_boundary(dataset: Dataset) -> str:
    """Draw the points on a transparent plane, under which the boundary picture is laid."""
    figure = go.Figure()
    sets = (
        ("train", dataset.train_inputs, dataset.train_targets, "circle", 6),
        ("test", dataset.test_inputs, dataset.test_targets, "diamond", 9),
    )
    hidden = [name for name, inputs, *_ in sets if len(inputs) > MAX_POINTS]
    for set_name, inputs, targets, symbol, size in sets:
        for label, (class_name, color) in enumerate(zip(CLASS_NAMES, CLASS_COLORS, strict=True)):
            points = inputs[targets[:, 0] == label][: MAX_POINTS // 2].astype(np.float32)
            figure.add_scatter(
                x=points[:, 0],
                y=points[:, 1],
                mode="markers",
                name=f"{set_name} {class_name}",
                marker={
                    "color": color,
                    "symbol": symbol,
                    "size": size,
                    "line": {"color": "white" if set_name == "train" else "black", "width": 1},
                },
                hovertemplate=f"{set_name} {class_name}<br>x1 %{{x:.3f}}<br>x2 %{{y:.3f}}"
                "<extra></extra>",
            )
    note = f" ({MAX_POINTS:,} of the {' and '.join(hidden)} points shown)" if hidden else ""
    extent = plane_extent(dataset)
    left, right, bottom, top = extent
    figure.update_layout(
        xaxis={"title": f"x1{note}", "range": [left, right], "constrain": "domain", **_AXIS},
        yaxis={
            "title": "x2",
            "range": [bottom, top],
            "scaleanchor": "x",
            "constrain": "domain",
            **_AXIS,
        },
        uirevision=repr(extent),  # a zoom lasts until the plane itself changes
    )
    text: str = to_json_plotly(_styled(figure))
    return text


@lru_cache(maxsize=2)
def loss_curve(*, log: bool) -> str:
    """Draw the axes and the two empty lines, train and test, that `loss_series` fills."""
    figure = go.Figure()
    for name, dash in (("train", "solid"), ("test", "dash")):
        figure.add_scatter(
            name=name,
            line={"color": SET_COLORS[name], "dash": dash, "width": 2},
            marker={"color": SET_COLORS[name], "size": 8},
            cliponaxis=False,
            hovertemplate=f"iteration %{{x}}<br>{name} loss %{{y:.4g}}<extra></extra>",
        )
    figure.update_layout(
        xaxis={"title": "iteration", "rangemode": "tozero", **_AXIS},
        yaxis={
            "title": "loss (cross-entropy)",
            "type": "log" if log else "linear",
            "rangemode": "normal" if log else "tozero",
            **_AXIS,
        },
        uirevision=f"log={log}",
    )
    text: str = to_json_plotly(_styled(figure))
    return text


def loss_series(
    run: Run, present_loss: float
) -> list[tuple[NDArray[np.int32], NDArray[np.float64]]]:
    """Return iterations and losses of the loss curve's lines, thinned for a screen.

    Parameters
    ----------
    present_loss : the training loss of the run's present parameters, the curve's last point

    Returns
    -------
    train, test : (iterations, losses), int32 and float64 (n_points,)
    """
    train, test = thin(run.losses), thin(run.test_losses)
    return [
        (
            np.append(train, run.iteration).astype(np.int32),
            np.append(run.losses[train], present_loss),
        ),
        ((test * TEST_EVERY).astype(np.int32), run.test_losses[test]),
    ]


def thin(values: FloatArray) -> NDArray[np.intp]:
    """Choose the values that a screen can show, without losing a spike.

    Parameters
    ----------
    values : float64 (n,)

    Returns
    -------
    indices : intp (at most 2 * MAX_BINS + 2,), ascending: each bin's least and greatest value, and
        the first and the last of all
    """
    if len(values) <= 2 * MAX_BINS:
        return np.arange(len(values))
    width = -(-len(values) // MAX_BINS)
    whole = len(values) // width * width  # the rest is a bin of its own
    bins = values[:whole].reshape(-1, width)
    first = np.arange(0, whole, width)
    kept = [first + bins.argmin(axis=1), first + bins.argmax(axis=1), [0, len(values) - 1]]
    if whole < len(values):
        kept.append([whole + values[whole:].argmin(), whole + values[whole:].argmax()])
    return np.unique(np.concatenate(kept))


def _styled(figure: go.Figure) -> go.Figure:
    return figure.update_layout(
        showlegend=True,
        template=_EMPTY_TEMPLATE,
        margin={"l": 52, "r": 8, "t": 30, "b": 40},
        paper_bgcolor="rgba(0, 0, 0, 0)",
        plot_bgcolor="rgba(0, 0, 0, 0)",
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1.01,
            "yanchor": "bottom",
            "itemwidth": 30,
            "font": {"size": 12},
        },
        font={"size": 13, "family": "Source Sans, sans-serif"},  # the page's own
    )
