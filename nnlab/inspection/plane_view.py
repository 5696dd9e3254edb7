"""The plane as the network and each of its units sees it: one forward pass over a grid."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlab.data.datasets import FloatArray
from nnlab.data.features import expand
from nnlab.data.plane import pixel_centers, plane_extent
from nnlab.model.computing import computing
from nnlab.model.network import Network, sigmoid
from nnlab.training.run import Run

GRID_SIZE = 100  # pixels of the plane along each axis
LEVELS = 128  # of a pixel: a PNG has half the bytes of one with 256, and looks the same
THUMBNAIL_SIZES = (25, 20, 10)  # pixels of a unit's small map along each axis
MAX_THUMBNAIL_PIXELS = 60_000  # of all small maps together: many units get smaller maps

_grid = lru_cache(maxsize=16)(pixel_centers)


class Unit(NamedTuple):
    """A unit: its layer, from 0 for the inputs to the output, and its number in this layer."""

    layer: int
    number: int


class ViewOptions(NamedTuple):
    """What to look at on the plane.

    Attributes
    ----------
    unit : the unit whose map is large; None: the output
    discretize : whether the output's map shows the prediction: class 0 or 1, or the sign of a value
    """

    unit: Unit | None = None
    thumbnails: bool = False
    discretize: bool = False


OUTPUT = ViewOptions()


class Thumbnails(NamedTuple):
    """Small maps of all units, layer by layer with the inputs first.

    Attributes
    ----------
    maps : uint8 (n_units, size, size), from 0 to LEVELS - 1, the topmost row first
    spans : per unit its least and greatest value over the plane, float32 (n_units, 2)
    """

    maps: NDArray[np.uint8]
    spans: NDArray[np.float32]


class PlaneView(NamedTuple):
    """The large map, and the small ones if they were asked for.

    Attributes
    ----------
    levels : uint8 (GRID_SIZE, GRID_SIZE), from 0 to LEVELS - 1, the topmost row first
    span : the least and the greatest value of the large map's unit over the plane
    """

    levels: NDArray[np.uint8]
    span: tuple[float, float]
    thumbnails: Thumbnails | None = None


# Just before it diverges, a network can overflow at the rim, far from training points; and a unit
# that is 0 everywhere gives 0 / 0.
@computing()
def view_plane(run: Run, options: ViewOptions = OUTPUT) -> PlaneView:
    """Return the map of the network's output or of one of its units.

    The levels of the output's map go from 0 to 1 by the probability of class 1, or from -1 to 1 by
    the value of a regression; those of any other unit from minus to plus its largest absolute
    value.

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
    if options.discretize:
        layers[-1] = np.where(layers[-1] > (low + 1) / 2, 1.0, low)
    unit = options.unit or Unit(len(layers) - 1, 0)
    values = layers[unit.layer][:, unit.number]
    levels = _levels(values, *scales[unit.layer][:, unit.number]).reshape(GRID_SIZE, GRID_SIZE)
    span = tuple(spans[unit.layer][:, unit.number].tolist())
    if not options.thumbnails:
        return PlaneView(levels, span)
    size = thumbnail_size(sum(run.config.layer_sizes))
    step = GRID_SIZE // size
    rows = np.arange(step // 2, GRID_SIZE, step)
    pixels = (GRID_SIZE * rows[:, np.newaxis] + rows).ravel()
    maps = [_levels(values[pixels], *scale).T for values, scale in zip(layers, scales, strict=True)]
    thumbnails = Thumbnails(
        np.concatenate(maps).reshape(-1, size, size), np.hstack(spans).T.astype(np.float32)
    )
    return PlaneView(levels, span, thumbnails)


def thumbnail_size(n_units: int) -> int:
    """Return the pixels of a small map along each axis, in a network of n_units."""
    fitting = (size for size in THUMBNAIL_SIZES if n_units * size**2 <= MAX_THUMBNAIL_PIXELS)
    return next(fitting, THUMBNAIL_SIZES[-1])


def _outputs(run: Run) -> list[FloatArray]:
    """Return the outputs of each layer's units at the grid's points, (GRID_SIZE**2, width) each."""
    config = run.config
    inputs = expand(config.features, _grid(plane_extent(run.dataset), GRID_SIZE))
    network = Network(config.layer_sizes, config.activations, inputs)
    logits = network.forward(run.parameters)
    outputs = logits if config.problem == "regression" else sigmoid(logits)
    return [network.layer_inputs[0][:, :-1], *network.activations, outputs]


def _span(values: FloatArray) -> FloatArray:
    """Return the least and the greatest value of each unit, (2, width)."""
    span = np.stack([values.min(axis=0), values.max(axis=0)])
    if np.isnan(span).any():  # infinities can make NaN, which fmin and fmax ignore
        span = np.stack([np.fmin.reduce(values), np.fmax.reduce(values)])
    return span


def _levels(values: FloatArray, low: FloatArray, high: FloatArray) -> NDArray[np.uint8]:
    """Return values as levels between low and high; NaN is in the middle."""
    fractions = (values - low) / (high - low)
    fractions = np.clip(np.nan_to_num(fractions, nan=0.5, posinf=1, neginf=0), 0, 1)
    return np.rint(fractions * (LEVELS - 1)).astype(np.uint8)
