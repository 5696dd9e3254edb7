"""The levels of a map of the plane: small numbers that stand for what each pixel shows.

One table of colours serves all maps. Its first LEVELS entries go from one end of a scale to the
other: from class 0 to class 1, or from low to high values. Then come SHADES for each of several
classes, from not likelier than any other to sure, and the line between their regions.
"""

import numpy as np
from numpy.typing import NDArray

from nnlab.data.datasets import FloatArray
from nnlab.data.labels import MAX_CLASSES
from nnlab.model.heads import Head

LEVELS = 128  # of a scale: a PNG has half the bytes of one with 256, and looks the same
SHADES = 21  # of a class
BORDER = LEVELS + MAX_CLASSES * SHADES  # the last level: the line between two classes
HALF_LINE = 0.75  # pixels: half the width of a curve

Levels = NDArray[np.uint8]


def scale_levels(values: FloatArray, low: FloatArray | float, high: FloatArray | float) -> Levels:
    """Return values as levels between low and high; NaN is in the middle."""
    fractions = (values - low) / (high - low)
    fractions = np.clip(np.nan_to_num(fractions, nan=0.5, posinf=1, neginf=0), 0, 1)
    return np.rint(fractions * (LEVELS - 1)).astype(np.uint8)


def shade_levels(label: int | NDArray[np.intp], fractions: FloatArray) -> Levels:
    """Return the levels of a class, for each fraction from 0 to 1; NaN counts as 0."""
    shades = np.rint(np.clip(np.nan_to_num(fractions), 0, 1) * (SHADES - 1))
    return (LEVELS + label * SHADES + shades).astype(np.uint8)


def curve_levels(values: FloatArray, bottom: float, top: float) -> Levels:
    """Return the picture of a curve: a line on a plane of the middle colour.

    Parameters
    ----------
    values : float64 (size,), the heights of the curve in each column
    bottom, top : the heights at the lower and the upper edge

    Returns
    -------
    uint8 (size, size)
    """
    size = len(values)
    rows = (top - values) / (top - bottom) * size - 0.5
    beside = np.pad((rows[1:] + rows[:-1]) / 2, 1, mode="edge")  # halfway to the next columns
    ends = np.stack([beside[:-1], rows, beside[1:]])
    distances = np.arange(size)[:, np.newaxis]
    is_line = (distances >= ends.min(axis=0) - HALF_LINE) & (
        distances <= ends.max(axis=0) + HALF_LINE
    )
    return np.where(is_line, BORDER, LEVELS).astype(np.uint8)


def entropy_levels(entropies: FloatArray) -> Levels:
    """Return the map of entropies, from 0 in the middle of the scale to 1 at its high end."""
    size = round(len(entropies) ** 0.5)
    return scale_levels(entropies, -1.0, 1.0).reshape(size, size)


def output_levels(head: Head, outputs: FloatArray, *, discretize: bool = False) -> Levels:
    """Return the map of a network's output over a square grid.

    With one output unit, levels go from 0 to 1 by the probability of class 1, or from -1 to 1 by
    the value of a regression. Several classes have their `class_levels`.

    Parameters
    ----------
    outputs : float64 (size * size, n_outputs), row by row
    discretize : show the predicted class, or the sign of a value, and not how sure it is

    Returns
    -------
    uint8 (size, size)
    """
    size = round(len(outputs) ** 0.5)
    if head.n_outputs == 1:
        low = 0.0 if head.n_classes else -1.0
        if discretize:
            outputs = np.where(outputs > (low + 1) / 2, 1.0, low)
        return scale_levels(outputs, low, 1.0).reshape(size, size)
    return class_levels(outputs, discretize=discretize)


def class_levels(probabilities: FloatArray, *, discretize: bool = False) -> Levels:
    """Return the map of the probabilities of K classes over a square grid, K at least 3.

    A pixel has the likeliest class. Its shade is (p - 1/K) / (1 - 1/K), where p is that class's
    probability. With more than MAX_CLASSES classes, some have the same colour.

    Parameters
    ----------
    probabilities : float64 (size * size, K), row by row
    discretize : show how the classes are predicted, and not how sure the network is

    Returns
    -------
    uint8 (size, size)
    """
    size, count = round(len(probabilities) ** 0.5), probabilities.shape[1]
    likeliest = np.nan_to_num(probabilities, nan=-1).argmax(axis=1)
    sure = (probabilities.max(axis=1) * count - 1) / (count - 1)
    if discretize:
        sure = np.ones(len(probabilities))
    levels = shade_levels(likeliest % MAX_CLASSES, sure).reshape(size, size)
    labels = likeliest.reshape(size, size)
    border = np.zeros((size, size), dtype=np.bool_)
    border[:, :-1] |= labels[:, :-1] != labels[:, 1:]
    border[:-1] |= labels[:-1] != labels[1:]
    levels[border] = BORDER
    return levels
