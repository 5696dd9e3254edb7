"""Filters: runs pass if their columns are within chosen ranges."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nnlab.sweep.analysis.columns import Column

# Column name -> ranges (low, high) of values that pass; ends are included, and may be infinite.
Filter = Mapping[str, tuple[tuple[float, float], ...]]
SLACK = 1e-9  # relative to a bound, as taking its logarithm and back rounds it


def passes(columns: Sequence[Column], chosen: Filter) -> NDArray[np.bool_]:
    """Say which runs pass a filter, bool (n_runs,); names without a column are ignored.

    A run without a value does not pass if its column is filtered.
    """
    passing = np.ones(len(columns[0].values) if columns else 0, dtype=np.bool_)
    for column in columns:
        ranges = chosen.get(column.name)
        if ranges:
            values = column.values
            passing &= np.logical_or.reduce(
                [
                    (values >= low - SLACK * abs(low)) & (values <= high + SLACK * abs(high))
                    for low, high in ranges
                ]
            )
    return passing


def marked(column: Column, bounds: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """Return the ranges that have been marked on the axis of a column.

    An end at or beyond all numbers of the axis becomes infinite, since a better run may still come.
    A mark over the whole axis does not count.

    Parameters
    ----------
    bounds : low, high, low, high and so on, as coordinates
    """
    pairs = list(zip(bounds[::2], bounds[1::2], strict=True))
    if column.choices:
        return tuple(pairs)
    known = column.coordinates[~np.isnan(column.values)]
    least, greatest = known.min(initial=np.inf), known.max(initial=-np.inf)
    ranges = (
        (
            -np.inf if low <= least else column.value(low),
            np.inf if high >= greatest else column.value(high),
        )
        for low, high in pairs
    )
    return tuple(ends for ends in ranges if ends != (-np.inf, np.inf))


def marks(column: Column, ranges: Sequence[tuple[float, float]]) -> list[list[float]]:
    """Return ranges as coordinates; an infinite end becomes the end of the axis."""
    known = column.values[~np.isnan(column.values)]
    ends = [
        [known.min() if np.isinf(low) else low, known.max() if np.isinf(high) else high]
        for low, high in ranges
    ]
    return [np.log10(pair).tolist() if column.log else pair for pair in ends]


def sentence(columns: Sequence[Column], chosen: Filter) -> str:
    """Say what passes a filter: "learning rate 0.01 to 0.1, activation relu or tanh"."""
    parts = []
    for column in columns:
        ranges = chosen.get(column.name, ())
        texts = [_range(column, low, high) for low, high in ranges]
        if column.choices:
            texts = [
                choice
                for place, choice in enumerate(column.choices)
                if any(low - SLACK <= place <= high + SLACK for low, high in ranges)
            ]
        if ranges:
            parts.append(f"{column.title} {' or '.join(texts) or 'nothing'}")
    return ", ".join(parts)


def _range(column: Column, low: float, high: float) -> str:
    if np.isinf(high):
        return f"at least {column.show(low)}"
    return f"{f'{column.show(low)} to' if np.isfinite(low) else 'at most'} {column.show(high)}"
