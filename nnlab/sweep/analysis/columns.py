"""The columns of a sweep: the settings that its runs differ in, and their metrics."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlab.data.datasets import FloatArray
from nnlab.sweep import Axis, Result
from nnlab.training.config import SETTINGS
from nnlab.training.wording import field_name, phrase, short, value_text

ACCURACIES = ("test_accuracy", "train_accuracy")
METRICS = (*ACCURACIES, "test_loss", "train_loss")


@dataclass(frozen=True, eq=False)
class Column:
    """One axis of a sweep or one metric, of every run.

    Attributes
    ----------
    name : a field of Config, or one of METRICS
    values : float64 (n_runs,), numbers, or indices into `choices`; NaN for a metric of a run that
        diverged or failed
    choices : as text; empty for numbers
    log : whether it is drawn on a logarithmic axis; all values are then above 0
    """

    name: str
    values: FloatArray
    choices: tuple[str, ...] = ()
    log: bool = False

    @property
    def title(self) -> str:
        """Return the name in words."""
        return field_name(self.name)

    @property
    def coordinates(self) -> FloatArray:
        """Return where the runs are along the axis: the values, or their decimal logarithms."""
        return np.log10(self.values) if self.log else self.values

    def value(self, coordinate: float) -> float:
        """Return the value at a coordinate."""
        return float(10**coordinate) if self.log else coordinate

    def show(self, value: float) -> str:
        """Return one of the values as text."""
        if np.isnan(value):
            return "–"
        if self.choices:
            return self.choices[int(value)]
        if self.name in METRICS:
            return f"{value:.1%}" if self.name in ACCURACIES else f"{value:.4g}"
        return short(value)


def axis_column(results: Sequence[Result], axis: Axis) -> Column:
    """Return the column of an axis; values that the axis does not have come after its own."""
    values = [getattr(result.config, axis.name) for result in results]
    known = list(dict.fromkeys([*axis.values, *values]))
    if not SETTINGS[axis.name].seed and all(isinstance(value, Real) for value in known):
        return Column(axis.name, np.array(values, dtype=np.float64), log=is_geometric(known))
    places = np.array([known.index(value) for value in values], dtype=np.float64)
    return Column(axis.name, places, tuple(value_text(axis.name, value) for value in known))


def metric_column(results: Sequence[Result], name: str) -> Column:
    """Return the column of one of METRICS; only runs that are done have a value."""
    found = [getattr(one.metrics, name) if one.status == "done" else np.nan for one in results]
    values = np.array(found, dtype=np.float64)
    # Losses differ by factors; a loss of exactly 0 has no logarithm.
    return Column(name, values, log=name not in ACCURACIES and not (values <= 0).any())


def sweep_columns(results: Sequence[Result], axes: Sequence[Axis]) -> list[Column]:
    """Return a column for each axis of a sweep, and for each metric of its runs."""
    metrics = [metric_column(results, name) for name in metrics_of(results)]
    return [*(axis_column(results, axis) for axis in axes), *metrics]


def metrics_of(results: Sequence[Result]) -> tuple[str, ...]:
    """Return those of METRICS that some run has, or could have if none is done."""
    known = [name for name in METRICS if not np.isnan(metric_column(results, name).values).all()]
    if known:
        return tuple(known)
    losses_alone = {result.config.head.measure for result in results} == {"loss"}
    return METRICS[len(ACCURACIES) :] if losses_alone else METRICS


def is_geometric(values: Sequence[Any]) -> bool:
    """Say whether numbers are spaced by factors rather than by differences.

    They are if their median is nearer to the geometric than to the arithmetic mean of the least and
    the greatest, on a logarithmic scale.
    """
    least, greatest = min(values, default=0), max(values, default=0)
    if least <= 0 or least == greatest:
        return False
    low, high = np.log([np.sqrt(least * greatest), (least + greatest) / 2])
    return bool(np.log(np.median(values)) < (low + high) / 2)


def setting(result: Result, names: Sequence[str]) -> str:
    """Return the named settings of a run as text: "learning rate 0.1 · hidden layers 8"."""
    return " · ".join(phrase(name, getattr(result.config, name)) for name in names)


def places(column: Column, *, most: int = 20, bins: int = 10) -> tuple[NDArray[np.intp], list[str]]:
    """Assign the runs to places along an axis: one per value, or bins if there are too many values.

    Parameters
    ----------
    most : the largest number of distinct values that get a place each
    bins : how many bins of equal width there are otherwise

    Returns
    -------
    places : intp (n_runs,), -1 for runs without a value
    texts : of each place
    """
    nothing = np.isnan(column.values)
    if column.choices:
        return np.where(nothing, -1, column.values).astype(np.intp), list(column.choices)
    distinct = np.unique(column.values[~nothing])
    if len(distinct) <= most:
        found = np.searchsorted(distinct, column.values)
        return np.where(nothing, -1, found), [column.show(value) for value in distinct]
    known = column.coordinates[~nothing]
    edges = np.linspace(known.min(), known.max(), bins + 1)
    found = np.clip(np.searchsorted(edges, column.coordinates, side="right") - 1, 0, bins - 1)
    shown = [column.show(edge) for edge in (10**edges if column.log else edges)]
    return np.where(nothing, -1, found), [f"{low} – {high}" for low, high in pairwise(shown)]
