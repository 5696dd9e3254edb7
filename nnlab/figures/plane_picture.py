"""The plane as the network and each of its units sees it, as pictures."""

import io
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from nnlab.data.datasets import FloatArray
from nnlab.data.features import expand
from nnlab.data.plane import pixel_centers, plane_extent
from nnlab.figures.style import MIDDLE_COLOR
from nnlab.model.computing import computing
from nnlab.model.network import Network, sigmoid
from nnlab.training.run import Run

BOUNDARY_COLORS = ("#f4ad66", "#52a0d0")  # the same, lighter: the points stand out from them
GRID_SIZE = 100  # pixels of the boundary picture along each axis
LEVELS = 128  # of probability in that picture: half the bytes of 256, and no eye sees the steps
THUMBNAIL_SIZES = (25, 20, 10)  # pixels of a unit's small map along each axis
MAX_THUMBNAIL_PIXELS = 60_000  # of all small maps: more units get smaller ones


@lru_cache
def _palette(levels: int) -> list[int]:
    """Return so many RGB triples, flat, from class 0's colour over near white to class 1's."""
    stops = np.array(
        [
            [int(color[i : i + 2], 16) for i in (1, 3, 5)]
            for color in (BOUNDARY_COLORS[0], MIDDLE_COLOR, BOUNDARY_COLORS[1])
        ]
    )
    level = np.linspace(0, 1, levels)
    channels = [np.interp(level, [0, 0.5, 1], stops[:, channel]) for channel in range(3)]
    return [int(value) for value in np.rint(np.column_stack(channels)).ravel()]


_grid = lru_cache(maxsize=16)(pixel_centers)


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
    discretize : the output is drawn as its answer: class 0 or 1, or the sign of a value
    """

    unit: Unit | None = None
    thumbnails: bool = False
    discretize: bool = False


class Thumbnails(NamedTuple):
    """Small maps of all units, layer by layer with the inputs first.

    Attributes
    ----------
    maps : levels of the palette, uint8 (n_units, size, size), the topmost row first
    spans : per unit its least and greatest value over the plane, float32 (n_units, 2)
    """

    maps: NDArray[np.uint8]
    spans: NDArray[np.float32]


class View(NamedTuple):
    """What is seen of a run over the plane, by one forward pass.

    Attributes
    ----------
    picture : PNG of 2 to 3 kB
    span : the least and the greatest value of the picture's unit over the plane
    thumbnails : if they were to be seen
    """

    picture: bytes
    span: tuple[float, float]
    thumbnails: Thumbnails | None = None


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
    spans = [_span(values) for values in layers]
    scales = [np.abs(span).max(axis=0) * [[-1], [1]] for span in spans]
    low = -1.0 if run.config.problem == "regression" else 0.0
    scales[-1] = np.array([[low], [1.0]])
    if what.discretize:
        layers[-1] = np.where(layers[-1] > (low + 1) / 2, 1.0, low)
    unit = what.unit or Unit(len(layers) - 1, 0)
    values = layers[unit.layer][:, unit.number]
    levels = _levels(values, *scales[unit.layer][:, unit.number])
    picture = png(levels.reshape(GRID_SIZE, GRID_SIZE))
    span = tuple(spans[unit.layer][:, unit.number].tolist())
    if not what.thumbnails:
        return View(picture, span)
    size = thumbnail_size(sum(run.config.layer_sizes))
    step = GRID_SIZE // size
    rows = np.arange(step // 2, GRID_SIZE, step)
    pixels = (GRID_SIZE * rows[:, np.newaxis] + rows).ravel()
    maps = [_levels(values[pixels], *scale).T for values, scale in zip(layers, scales, strict=True)]
    thumbnails = Thumbnails(
        np.concatenate(maps).reshape(-1, size, size), np.hstack(spans).T.astype(np.float32)
    )
    return View(picture, span, thumbnails)


def boundary_image(run: Run) -> bytes:
    """Draw the run's answer over the plane as a PNG of 2 to 3 kB."""
    return look(run, Look()).picture


def thumbnail_size(n_units: int) -> int:
    """Return the pixels of a small map along each axis, in a network of so many units."""
    fitting = (size for size in THUMBNAIL_SIZES if n_units * size**2 <= MAX_THUMBNAIL_PIXELS)
    return next(fitting, THUMBNAIL_SIZES[-1])


def png(levels: NDArray[np.uint8], shades: int = LEVELS) -> bytes:
    """Return levels of the palette as a picture, (height, width), in so many shades."""
    image = Image.fromarray(
        levels
        if shades == LEVELS
        else np.rint(levels * ((shades - 1) / (LEVELS - 1))).astype(np.uint8)
    )
    image.putpalette(_palette(shades))
    file = io.BytesIO()
    image.save(file, "png", compress_level=6)
    return file.getvalue()


@computing()
def _outputs(run: Run) -> list[FloatArray]:
    """Return what the units of each layer say at the grid's points, (GRID_SIZE**2, width) each."""
    config = run.config
    inputs = expand(config.features, _grid(plane_extent(run.dataset), GRID_SIZE))
    network = Network(config.layer_sizes, config.activations, inputs)
    logits = network.forward(run.parameters)
    answers = logits if config.problem == "regression" else sigmoid(logits)
    return [network.layer_inputs[0][:, :-1], *network.activations, answers]


def _span(values: FloatArray) -> FloatArray:
    """Return the least and the greatest value of each unit, (2, width)."""
    span = np.stack([values.min(axis=0), values.max(axis=0)])
    if np.isnan(span).any():  # where two infinite values have met, there is no number to compare
        span = np.stack([np.fmin.reduce(values), np.fmax.reduce(values)])
    return span


def _levels(values: FloatArray, low: FloatArray, high: FloatArray) -> NDArray[np.uint8]:
    """Return levels of the palette, which stretches from low to high, same shape as values."""
    shares = (values - low) / (high - low)
    shares = np.clip(np.nan_to_num(shares, nan=0.5, posinf=1, neginf=0), 0, 1)
    return np.rint(shares * (LEVELS - 1)).astype(np.uint8)
