"""The seed spread: how much runs differ if only their seeds differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlab.data.datasets import FloatArray
from nnlab.sweep import Axis, Result
from nnlab.sweep.analysis.columns import ACCURACIES, metric_column, setting
from nnlab.training.wording import field_name, value_text

QUARTILES = (25, 50, 75)  # percentiles: lower quartile, median, upper quartile
ROUNDING = 1e-9  # 95.1 / 100 need not be equal to 951 / 1000


class Rule(NamedTuple):
    """When a run counts as solved: an accuracy at or above the threshold, or a loss at or below."""

    metric: str
    threshold: float

    def holds(self, results: Sequence[Result]) -> NDArray[np.bool_]:
        """Say which runs are solved, bool (n_runs,); those that diverged or failed are not."""
        values = metric_column(results, self.metric).values
        if self.metric in ACCURACIES:
            return values >= self.threshold - ROUNDING
        return values <= self.threshold + ROUNDING

    def __str__(self) -> str:
        name = field_name(self.metric)
        if self.metric in ACCURACIES:
            return f"{name} at least {100 * self.threshold:.4g}%"
        return f"{name} at most {self.threshold:.4g}"


@dataclass(frozen=True, eq=False)
class SeedSpread:
    """How the runs of one setting have ended.

    Attributes
    ----------
    setting : in words: "learning rate 0.1 · activation tanh"
    values : the same without the axes' names: "0.1 · tanh"
    results : of its runs, including those that diverged or failed
    solved : how many of them are solved
    judged : how many could be: all but those that failed with an error
    quartiles : float64 (3,), of the metric over the runs that are done, as in `quartiles`
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
    """Group runs by everything the sweep varies except the seed; the best median comes first."""
    names = [axis.name for axis in axes if axis.name != "seed"]
    groups: dict[tuple[object, ...], list[Result]] = {}
    for result in results:
        key = tuple(getattr(result.config, name) for name in names)
        groups.setdefault(key, []).append(result)
    texts = [setting(group[0], names) or "the one setting" for group in groups.values()]
    found = [
        SeedSpread(
            # Rounded numbers can be equal, but two settings need two names.
            f"{text} (no. {number})" if texts.count(text) > 1 else text,
            " · ".join(map(value_text, names, values)),
            tuple(group),
            int(rule.holds(group).sum()),
            sum(result.status != "error" for result in group),
            quartiles(metric_column(group, metric).values),
        )
        for number, (text, (values, group)) in enumerate(zip(texts, groups.items(), strict=True), 1)
    ]
    sign = -1 if metric in ACCURACIES else 1
    return sorted(found, key=lambda spread: np.nan_to_num(sign * spread.quartiles[1], nan=np.inf))


def quartiles(values: FloatArray) -> FloatArray:
    """Return lower quartile, median and upper quartile, float64 (3, ...), along the first axis.

    In one dimension, NaN values are ignored; without values, all three are NaN.
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
    mean_over : how many iterations a bin has; the last may have fewer
    runs : how many runs there are
    ended : the iteration at which the first run ended; after that, it counts with its last mean
    """

    iterations: FloatArray
    quartiles: FloatArray
    mean_over: int
    runs: int
    ended: int


def loss_band(results: Sequence[Result]) -> Band | None:
    """Return the band of those runs of one setting that are done; None without any."""
    done = [result for result in results if result.status == "done"]
    if not done:
        return None
    (width,) = {result.mean_over for result in done}  # the same, as `Config.iterations` is
    ends = [result.iteration for result in done]
    edges = np.append(np.arange(0, max(1, *ends), width), max(1, *ends))
    losses = (result.mean_losses for result in done)
    means = np.array([np.pad(each, (0, len(edges) - 1 - len(each)), "edge") for each in losses])
    middles = (edges[:-1] + edges[1:] - 1) / 2
    return Band(middles, quartiles(means), width, len(done), min(ends))
