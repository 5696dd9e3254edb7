"""Which runs are looked at: those whose columns lie within chosen ranges."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nnlab.results.columns import Column

# by a column's name the ranges (low, high) that its values may lie in, both ends included
Filter = Mapping[str, tuple[tuple[float, float], ...]]
SLACK = 1e-9  # of a bound, relative: it may have been through a logarithm and back


def passes(columns: Sequence[Column], chosen: Filter) -> NDArray[np.bool_]:
    """Say which runs pass a filter, bool (n_runs,); names that no column has do not count.

    A run without a value passes only where its column is not filtered.
    """
    passing = np.ones(len(columns[0].values) if columns else 0, dtype=np.bool_)
    for column in columns:
        ranges = chosen.get(column.name)
        if ranges:
            within = [_within(column, low, high) for low, high in ranges]
            passing &= np.logical_or.reduce(within)
    return passing


def _within(column: Column, low: float, high: float) -> NDArray[np.bool_]:
    slack = SLACK * max(abs(low), abs(high))
    return (column.values >= low - slack) & (column.values <= high + slack)


def sentence(columns: Sequence[Column], chosen: Filter) -> str:
    """Say what a filter lets pass: "learning rate 0.01 to 0.1, activation relu or tanh"."""
    parts = []
    for column in columns:
        ranges = chosen.get(column.name)
        if not ranges:
            continue
        if column.choices:
            told = [
                choice
                for place, choice in enumerate(column.choices)
                if any(low - SLACK <= place <= high + SLACK for low, high in ranges)
            ]
        else:
            told = [f"{column.show(low)} to {column.show(high)}" for low, high in ranges]
        parts.append(f"{column.title} {' or '.join(told) or 'nothing'}")
    return ", ".join(parts)
