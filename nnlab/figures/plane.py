"""The plane: the boundary as a picture, and the points above it."""

import html
import io
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image
from plotly.io.json import to_json_plotly

from nnlab.datasets import Dataset, FloatArray
from nnlab.features import expand
from nnlab.figures.style import AXIS, CLASS_COLORS, MIDDLE_COLOR, styled
from nnlab.network import Network, sigmoid
from nnlab.training import Run

BOUNDARY_COLORS = ("#f4ad66", "#52a0d0")  # the same, lighter: the points stand out from them
RIM_COLOR = "#777777"
GRID_SIZE = 100  # pixels of the boundary picture along each axis
LEVELS = 128  # of probability in that picture: half the bytes of 256, and no eye sees the steps
THUMBNAIL_SIZES = (25, 20, 10)  # pixels of a unit's small map along each axis
MAX_THUMBNAIL_PIXELS = 60_000  # of all small maps: more units get smaller ones
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


class Unit(NamedTuple):
    """A unit of a network by its place.

    Attributes
    ----------
    layer : 0 for the inputs, 1 for the first hidden layer, the last one for the output
    number : from 0 within its layer
    """

    layer: int
    number: int


class Look(NamedTuple):
    """What is to be seen of a run over the plane.

    Attributes
    ----------
    unit : whose map is the picture; None for the output's
    thumbnails : small maps of all units, too
    """

    unit: Unit | None = None
    thumbnails: bool = False


class View(NamedTuple):
    """What is seen of a run over the plane, by one forward pass.

    Attributes
    ----------
    picture : PNG of 2 to 3 kB
    span : the least and the greatest value of the picture's unit
    thumbnails : per unit, layer by layer with the inputs first, levels of the palette from the top,
        uint8 (n_units, size, size); None if they were not to be seen
    spans : likewise its least and greatest value over the plane, float32 (n_units, 2)
    """

    picture: bytes
    span: tuple[float, float]
    thumbnails: NDArray[np.uint8] | None = None
    spans: NDArray[np.float32] | None = None


# Just before it diverges, a network can overflow at the rim, where no training point stands.
@np.errstate(over="ignore", invalid="ignore")  # and a unit that is 0 everywhere stays near white
def look(run: Run, what: Look) -> View:
    """Draw the plane as the network, or one of its units, sees it.

    The output's map goes from class 0's colour to class 1's by the probability of class 1, or by
    the value of a regression from -1 to 1; any other unit's from minus to plus its largest absolute
    value, with 0 near white.

    Raises
    ------
    IndexError
        If the network has no such unit.
    """
    layers = _outputs(run)
    spans = [np.stack([values.min(axis=0), values.max(axis=0)]) for values in layers]
    scales = [np.abs(span).max(axis=0) * [[-1], [1]] for span in spans]
    scales[-1] = np.array([[-1.0 if run.config.problem == "regression" else 0.0], [1.0]])
    unit = what.unit or Unit(len(layers) - 1, 0)
    values = layers[unit.layer][:, unit.number]
    levels = _levels(values, *scales[unit.layer][:, unit.number])
    picture = png(levels.reshape(GRID_SIZE, GRID_SIZE))
    low, high = spans[unit.layer][:, unit.number].tolist()
    if not what.thumbnails:
        return View(picture, (low, high))
    size = thumbnail_size(sum(run.config.layer_sizes))
    step = GRID_SIZE // size
    rows = np.arange(step // 2, GRID_SIZE, step)
    pixels = (GRID_SIZE * rows[:, np.newaxis] + rows).ravel()
    maps = [_levels(values[pixels], *scale).T for values, scale in zip(layers, scales, strict=True)]
    thumbnails = np.concatenate(maps).reshape(-1, size, size)
    return View(picture, (low, high), thumbnails, np.hstack(spans).T.astype(np.float32))


def boundary_image(run: Run) -> bytes:
    """Draw the run's answer over the plane as a PNG of 2 to 3 kB."""
    return look(run, Look()).picture


def thumbnail_size(n_units: int) -> int:
    """Return the pixels of a small map along each axis, in a network of so many units."""
    fitting = (size for size in THUMBNAIL_SIZES if n_units * size**2 <= MAX_THUMBNAIL_PIXELS)
    return next(fitting, THUMBNAIL_SIZES[-1])


def png(levels: NDArray[np.uint8]) -> bytes:
    """Return levels of the palette as a picture, (height, width)."""
    image = Image.fromarray(levels)
    image.putpalette(_PALETTE)
    file = io.BytesIO()
    image.save(file, "png", compress_level=6)
    return file.getvalue()


def _outputs(run: Run) -> list[FloatArray]:
    """Return what the units of each layer say at the grid's points, (GRID_SIZE**2, width) each."""
    config = run.config
    inputs = expand(config.features, _grid(plane_extent(run.dataset)))
    network = Network(config.layer_sizes, config.activation, inputs)
    logits = network.forward(run.parameters)
    answers = logits if config.problem == "regression" else sigmoid(logits)
    return [network.layer_inputs[0][:, :-1], *network.activations, answers]


def _levels(values: FloatArray, low: FloatArray, high: FloatArray) -> NDArray[np.uint8]:
    """Return levels of the palette, which stretches from low to high, same shape as values."""
    shares = (values - low) / (high - low)
    shares = np.clip(np.nan_to_num(shares, nan=0.5, posinf=1, neginf=0), 0, 1)
    return np.rint(shares * (LEVELS - 1)).astype(np.uint8)


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
