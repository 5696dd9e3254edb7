"""Shorten a series of numbers: keep each bin's extremes, or take each bin's mean."""

import numpy as np
from numpy.typing import NDArray

from nnlab.data.datasets import FloatArray


def thin(values: FloatArray, bins: int) -> NDArray[np.intp]:
    """Choose the values of a series that a chart needs to show every spike.

    Parameters
    ----------
    values : float64 (n,)
    bins : number of parts of about equal length that the series is divided into, at least 1

    Returns
    -------
    indices : intp (at most 2 * bins + 2,), ascending: the minimum and maximum of each bin, and the
        first and last value; a series of at most 2 * bins values keeps all of them
    """
    if len(values) <= 2 * bins:
        return np.arange(len(values))
    width = -(-len(values) // bins)
    whole = len(values) // width * width  # the rest is one more bin
    parts = values[:whole].reshape(-1, width)
    first = np.arange(0, whole, width)
    kept = [first + parts.argmin(axis=1), first + parts.argmax(axis=1), [0, len(values) - 1]]
    if whole < len(values):
        kept.append([whole + values[whole:].argmin(), whole + values[whole:].argmax()])
    return np.unique(np.concatenate(kept))


def bin_means(values: FloatArray, width: int) -> FloatArray:
    """Return the mean of each `width` successive values.

    Parameters
    ----------
    values : float64 (n,)
    width : at least 1

    Returns
    -------
    float64 (n / width rounded up,); the last bin may have fewer values
    """
    first = np.arange(0, len(values), width)
    if not len(first):
        return np.empty(0)
    counts = np.diff(first, append=len(values))
    # Divide before summing: a sum of large losses can overflow where their mean does not.
    return np.add.reduceat(values / np.repeat(counts, counts), first)
