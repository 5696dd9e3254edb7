"""A series of numbers over the iterations made short: without losing a spike, or by its means."""

import numpy as np
from numpy.typing import NDArray

from nnlab.data.datasets import FloatArray


def thin(values: FloatArray, bins: int) -> NDArray[np.intp]:
    """Choose the values that a picture of a series needs.

    Parameters
    ----------
    values : float64 (n,)
    bins : into how many parts of about the same length the series is divided, at least 1

    Returns
    -------
    indices : intp (at most 2 * bins + 2,), ascending: each bin's least and greatest value, and
        the first and the last of all; of at most 2 * bins values all
    """
    if len(values) <= 2 * bins:
        return np.arange(len(values))
    width = -(-len(values) // bins)
    whole = len(values) // width * width  # the rest is a bin of its own
    parts = values[:whole].reshape(-1, width)
    first = np.arange(0, whole, width)
    kept = [first + parts.argmin(axis=1), first + parts.argmax(axis=1), [0, len(values) - 1]]
    if whole < len(values):
        kept.append([whole + values[whole:].argmin(), whole + values[whole:].argmax()])
    return np.unique(np.concatenate(kept))


def bin_means(values: FloatArray, width: int) -> FloatArray:
    """Return the mean of the first `width` values, of the next ones, and so on.

    Parameters
    ----------
    values : float64 (n,)
    width : at least 1

    Returns
    -------
    float64 (n / width, rounded up): the last bin has the values that are left
    """
    first = np.arange(0, len(values), width)
    if not len(first):
        return np.empty(0)
    counts = np.diff(first, append=len(values))
    # divided before they are summed, as a sum of large losses can overflow where the mean does not
    return np.add.reduceat(values / np.repeat(counts, counts), first)
