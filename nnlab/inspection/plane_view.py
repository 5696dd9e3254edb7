"""The plane as the network and each of its units sees it: one forward pass over a grid."""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr

from nnlab.data.datasets import FloatArray
from nnlab.data.features import expand
from nnlab.data.plane import pixel_centers, plane_extent
from nnlab.inspection.plane_levels import (
    Levels,
    curve_levels,
    entropy_levels,
    output_levels,
    scale_levels,
    shade_levels,
)
from nnlab.model.computing import computing
from nnlab.model.network import Network
from nnlab.training.run import Run

GRID_SIZE = 100  # pixels of the plane along each axis
SHARES_SIZE = 50  # of the probabilities of several classes, which the page says at the pointer
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
    discretize : whether the output's map shows the prediction: the class, or the sign of a value
    entropy : whether the output's map shows the entropy of the probabilities; in a classification
    """

    unit: Unit | None = None
    thumbnails: bool = False
    discretize: bool = False
    entropy: bool = False


OUTPUT = ViewOptions()


class Thumbnails(NamedTuple):
    """Small maps of all units, layer by layer with the inputs first.

    Attributes
    ----------
    maps : uint8 (n_units, size, size), levels as in `plane_levels`, the topmost row first
    spans : per unit its least and greatest value over the plane, float32 (n_units, 2)
    """

    maps: Levels
    spans: NDArray[np.float32]


class PlaneView(NamedTuple):
    """The large map, and the small ones if they were asked for.

    Attributes
    ----------
    levels : uint8 (GRID_SIZE, GRID_SIZE), as in `plane_levels`, the topmost row first
    span : the least and the greatest value over the plane of the large map's unit, or of the
        entropy
    shares : if the map shows any of several classes, or the entropy, the probabilities of all
        classes in percent on a coarser grid, uint8 (n_classes, SHARES_SIZE, SHARES_SIZE)
    """

    levels: Levels
    span: tuple[float, float]
    shares: NDArray[np.uint8] | None = None
    thumbnails: Thumbnails | None = None


# Just before it diverges, a network can overflow at the rim, far from training points; and a unit
# that is 0 everywhere gives 0 / 0.
@computing()
def view_plane(run: Run, options: ViewOptions = OUTPUT) -> PlaneView:
    """Return the map of the network's output or of one of its units.

    The output's map is that of `output_levels`, or of `curve_levels`. The map of one of several
    output units goes from 0 to 1 by the probability of its class, that of any other unit from minus
    to plus its largest absolute value. The entropy is a fraction of log K, that of K equally likely
    classes.

    Raises
    ------
    IndexError
        If the network has no such unit.
    """
    layers, head = _outputs(run), run.config.head
    spans = [_span(values) for values in layers]
    scales = [np.abs(span).max(axis=0) * [[-1], [1]] for span in spans[:-1]]
    last, several = len(layers) - 1, head.n_outputs > 1
    unit = options.unit or Unit(last, 0)
    values = layers[unit.layer][:, unit.number]
    output = output_levels(head, layers[-1], discretize=options.discretize)
    if run.dataset.is_curve:  # the same in each row of the grid
        output = curve_levels(layers[-1][:GRID_SIZE, 0], *plane_extent(run.dataset)[2:])
    levels, shares = output, None
    if unit.layer < last:
        levels = scale_levels(values, *scales[unit.layer][:, unit.number]).reshape(output.shape)
    elif several:
        shares = _shares(layers[-1])
        if options.unit:
            levels = shade_levels(unit.number, values).reshape(output.shape)
    span = tuple(spans[unit.layer][:, unit.number].tolist())
    if options.entropy:
        probabilities = head.shares(layers[-1])
        entropies = entr(probabilities).sum(axis=1) / math.log(head.n_classes)
        levels, shares = entropy_levels(entropies), _shares(probabilities)
        span = tuple(_span(entropies).tolist())
    if not options.thumbnails:
        return PlaneView(levels, span, shares)
    size = thumbnail_size(sum(run.config.layer_sizes))
    step = GRID_SIZE // size
    rows = np.arange(step // 2, GRID_SIZE, step)
    pixels = (GRID_SIZE * rows[:, np.newaxis] + rows).ravel()
    maps = [
        scale_levels(values[pixels], *scale).T
        for values, scale in zip(layers[:-1], scales, strict=True)
    ]
    each = [shade_levels(label, column) for label, column in enumerate(layers[-1][pixels].T)]
    maps += each if several else [output.ravel()[pixels]]
    thumbnails = Thumbnails(
        np.vstack(maps).reshape(-1, size, size), np.hstack(spans).T.astype(np.float32)
    )
    return PlaneView(levels, span, shares, thumbnails)


def _shares(probabilities: FloatArray) -> NDArray[np.uint8]:
    """Return the probabilities of several classes on a coarser grid, as percentages."""
    step = GRID_SIZE // SHARES_SIZE
    maps = probabilities.T.reshape(-1, GRID_SIZE, GRID_SIZE)[
        :, step // 2 :: step, step // 2 :: step
    ]
    return np.rint(100 * np.nan_to_num(maps)).astype(np.uint8)


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
    return [network.layer_inputs[0][:, :-1], *network.activations, config.head.outputs(logits)]


def _span(values: FloatArray) -> FloatArray:
    """Return the least and the greatest value of each unit, (2, width)."""
    span = np.stack([values.min(axis=0), values.max(axis=0)])
    if np.isnan(span).any():  # infinities can make NaN, which fmin and fmax ignore
        span = np.stack([np.fmin.reduce(values), np.fmax.reduce(values)])
    return span
