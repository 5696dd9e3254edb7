"""The seed spread: how much the runs of one setting differ, which only their seeds tell apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlab.data.datasets import FloatArray
from nnlab.sweep import Axis, Result
from nnlab.sweep.analysis.columns import ACCURACIES, metric_column, setting, setting_text

QUARTILES = (25, 50, 75)  # percentiles: lower quartile, median, upper quartile
ROUNDING = 1e-9  # 95.1 / 100 need not be the number that 951 / 1000 is


class Rule(NamedTuple):
    """When a run counts as one that has solved its problem.

    Attributes
    ----------
    metric : one of METRICS
    threshold : an accuracy must be at least this, a loss at most
    """

    metric: str
    threshold: float

    def holds(self, results: Sequence[Result]) -> NDArray[np.bool_]:
        """Say which runs have solved it, bool (n_runs,); one that diverged or failed has not."""
        values = metric_column(results, self.metric).values
        if self.metric in ACCURACIES:
            return values >= self.threshold - ROUNDING
        return values <= self.threshold + ROUNDING

    def __str__(self) -> str:
        name = self.metric.replace("_", " ")
        if self.metric in ACCURACIES:
            return f"{name} at least {100 * self.threshold:.4g}%"
        return f"{name} at most {self.threshold:.4g}"


@dataclass(frozen=True, eq=False)
class SeedSpread:
    """What became of the runs of one setting.

    Attributes
    ----------
    setting : in words: "learning rate 0.1 · activation tanh"
    values : of its axes alone: "0.1 · tanh"
    results : its runs, the diverged and failed ones among them
    solved : how many of them have solved the problem
    judged : how many could have: all but those that failed by an error
    quartiles : float64 (3,), of the metric over the runs that are done: lower quartile, median,
        upper quartile; NaN if none is
    """

    setting: str
    values: str
    results: tuple[Result, ...]
    solved: int
    judged: int
    quartiles: FloatArray

    def count(self, status: str) -> int:
        """Return how many runs have this status."""
        return sum(result.status == status for result in self.results)


def seed_spreads(
    results: Sequence[Result], axes: Sequence[Axis], metric: str, rule: Rule
) -> list[SeedSpread]:
    """Group runs by all that the sweep varies but the seed, and say what became of each group.

    The best median comes first, settings without one last.
    """
    names = [axis.name for axis in axes if axis.name != "seed"]
    groups: dict[tuple[object, ...], list[Result]] = {}
    for result in results:
        key = tuple(getattr(result.config, name) for name in names)
        groups.setdefault(key, []).append(result)
    found = [
        SeedSpread(
            setting(group[0], names) or "the one setting",
            " · ".join(setting_text(name, getattr(group[0].config, name)) for name in names),
            tuple(group),
            int(rule.holds(group).sum()),
            sum(result.status != "error" for result in group),
            quartiles(metric_column(group, metric).values),
        )
        for group in groups.values()
    ]
    sign = -1 if metric in ACCURACIES else 1
    return sorted(found, key=lambda spread: np.nan_to_num(sign * spread.quartiles[1], nan=np.inf))


def quartiles(values: FloatArray) -> FloatArray:
    """Return lower quartile, median and upper quartile, float64 (3, ...), along the first axis.

    Of one dimension, NaN are left out; of nothing, all three are NaN.
    """
    if values.ndim == 1:
        values = values[~np.isnan(values)]
    if not len(values):
        return np.full((3, *values.shape[1:]), np.nan)
    return np.percentile(values, QUARTILES, axis=0)


class Band(NamedTuple):
    """The training losses of several runs of one setting, over the iterations.

    Attributes
    ----------
    iterations : float64 (n_points,), ascending: the middles of the bins
    quartiles : float64 (3, n_points), of the runs' mean losses in each bin
    mean_over : how many iterations there are in a bin, but for the last one
    runs : how many are in it
    ended : iteration at which the first of them had ended; from there on it counts with its last
        mean
    """

    iterations: FloatArray
    quartiles: FloatArray
    mean_over: int
    runs: int
    ended: int


def loss_band(results: Sequence[Result]) -> Band | None:
    """Return the band of those runs of one setting that are done; None if none is."""
    done = [result for result in results if result.status == "done"]
    if not done:
        return None
    (width,) = {result.mean_over for result in done}  # they have as many iterations to make
    last = max(result.iteration for result in done)
    bins = np.arange(0, max(1, last), width)
    means = np.array(
        [
            np.pad(result.mean_losses, (0, len(bins) - len(result.mean_losses)), mode="edge")
            for result in done
        ]
    )
    middles = (bins + np.append(bins[1:], max(1, last)) - 1) / 2
    ended = min(result.iteration for result in done)
    return Band(middles, quartiles(means), width, len(done), ended)
