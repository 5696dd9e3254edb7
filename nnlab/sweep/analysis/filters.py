"""Which runs pass: those whose columns lie within chosen ranges."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nnlab.sweep.analysis.columns import Column

# by a column's name the ranges (low, high) that its values may lie in, both ends included; an end
# can be infinite
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
    slack = [SLACK * abs(end) if np.isfinite(end) else 0 for end in (low, high)]
    return (column.values >= low - slack[0]) & (column.values <= high + slack[1])


def marked(column: Column, bounds: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """Return the ranges that have been marked on the axis of a column.

    A mark that reaches beyond all numbers of the axis has no end there: a better run may come. One
    that reaches beyond both ends is none.

    Parameters
    ----------
    bounds : low, high, low, high and so on, as places along the axis
    """
    known = column.coordinates[~np.isnan(column.values)]
    ranges = []
    for low, high in zip(bounds[::2], bounds[1::2], strict=True):
        if column.choices:
            ranges.append((low, high))
            continue
        ends = (
            -np.inf if low <= known.min(initial=np.inf) else column.value(low),
            np.inf if high >= known.max(initial=-np.inf) else column.value(high),
        )
        if ends != (-np.inf, np.inf):
            ranges.append(ends)
    return tuple(ranges)


def marks(column: Column, ranges: Sequence[tuple[float, float]]) -> list[list[float]]:
    """Return ranges as places along the axis; what has no end reaches to the end of the axis."""
    known = column.values[~np.isnan(column.values)]
    ends = [
        [known.min() if np.isinf(low) else low, known.max() if np.isinf(high) else high]
        for low, high in ranges
    ]
    return [np.log10(pair).tolist() if column.log else pair for pair in ends]


def sentence(columns: Sequence[Column], chosen: Filter) -> str:
    """Say what a filter lets pass: "learning rate 0.01 to 0.1, activation relu or tanh"."""
    parts = []
    for column in columns:
        ranges = chosen.get(column.name)
        if not ranges:
            continue
        choices = (
            [
                choice
                for place, choice in enumerate(column.choices)
                if any(low - SLACK <= place <= high + SLACK for low, high in ranges)
            ]
            if column.choices
            else [_range(column, low, high) for low, high in ranges]
        )
        parts.append(f"{column.title} {' or '.join(choices) or 'nothing'}")
    return ", ".join(parts)


def _range(column: Column, low: float, high: float) -> str:
    if np.isinf(high):
        return f"at least {column.show(low)}"
    return (
        f"at most {column.show(high)}"
        if np.isinf(low)
        else f"{column.show(low)} to {column.show(high)}"
    )
