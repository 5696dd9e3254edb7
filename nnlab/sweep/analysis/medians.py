"""A metric over two axes of a sweep: the median of the runs in each cell."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlab.data.datasets import FloatArray
from nnlab.sweep.analysis.columns import Column, places


class Medians(NamedTuple):
    """A metric over two axes.

    Attributes
    ----------
    rows, columns : texts of the places along each axis
    values : float64 (n_rows, n_columns), the median of the runs in a cell; NaN if none has a value
    counts : intp (n_rows, n_columns), of runs with a value
    without : intp (n_rows, n_columns), of runs without, which diverged or failed
    """

    rows: list[str]
    columns: list[str]
    values: FloatArray
    counts: NDArray[np.intp]
    without: NDArray[np.intp]


def medians(rows: Column, columns: Column, metric: Column) -> Medians:
    """Return the metric's median in each cell of two axes, over everything else that varies."""
    row, row_texts = places(rows)
    column, column_texts = places(columns)
    values = np.full((len(row_texts), len(column_texts)), np.nan)
    counts, without = np.zeros((2, *values.shape), np.intp)
    known = ~np.isnan(metric.values)
    np.add.at(counts, (row[known], column[known]), 1)
    np.add.at(without, (row[~known], column[~known]), 1)
    for cell in zip(*counts.nonzero(), strict=True):
        here = (row == cell[0]) & (column == cell[1])
        values[cell] = np.median(metric.values[known & here])
    return Medians(row_texts, column_texts, values, counts, without)
