"""A metric over two axes of a sweep: the median of the runs in each place."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlab.data.datasets import FloatArray
from nnlab.sweep.analysis.columns import Column, places


class Medians(NamedTuple):
    """A metric over two axes.

    Attributes
    ----------
    rows, columns : what the places stand for
    values : float64 (n_rows, n_columns), the median over all runs in a place; NaN if none has a
        value
    counts : intp (n_rows, n_columns), of runs with a value
    without : intp (n_rows, n_columns), of runs without, which diverged or failed
    """

    rows: list[str]
    columns: list[str]
    values: FloatArray
    counts: NDArray[np.intp]
    without: NDArray[np.intp]


def medians(rows: Column, columns: Column, metric: Column) -> Medians:
    """Return the median of the metric in each place of two axes, over all else that varies."""
    row, row_texts = places(rows)
    column, column_texts = places(columns)
    shape = (len(row_texts), len(column_texts))
    cell = row * shape[1] + column
    known = ~np.isnan(metric.values)
    size = shape[0] * shape[1]
    counts = np.bincount(cell[known], minlength=size).reshape(shape)
    without = np.bincount(cell[~known], minlength=size).reshape(shape)
    values = np.full(size, np.nan)
    for place in np.unique(cell[known]):
        values[place] = np.median(metric.values[known & (cell == place)])
    return Medians(row_texts, column_texts, values.reshape(shape), counts, without)
