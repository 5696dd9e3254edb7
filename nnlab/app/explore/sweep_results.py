"""The results of a sweep as the views of Explore draw them."""

from collections.abc import Sequence
from dataclasses import dataclass

from nnlab.app.explore.session import Plan, StartedSweep
from nnlab.sweep import Axis, Result
from nnlab.sweep.analysis.columns import sweep_columns
from nnlab.sweep.analysis.filters import Filter, passes
from nnlab.training.config import Config


@dataclass(frozen=True)
class SweepResults:
    """The results of a sweep so far.

    Attributes
    ----------
    base : the settings that the axes vary
    axes : what is varied, in the order in which it was chosen; may be empty
    seeds : of the starting weights, one run per seed and setting
    results : of all runs that have ended, in the order in which they came
    passing : those that pass the filter, in the order of their index
    started : identifies the sweep
    total : how many runs there are to be
    """

    base: Config
    axes: tuple[Axis, ...]
    seeds: tuple[int, ...]
    results: tuple[Result, ...]
    passing: tuple[Result, ...]
    started: int
    total: int

    @property
    def done(self) -> int:
        """Return how many runs have ended."""
        return len(self.results)


def results_so_far(plan: Plan, started: StartedSweep | None, chosen: Filter) -> SweepResults:
    """Return the results of a sweep, or of a plan that has not started."""
    results = tuple(started.sweep.results) if started else ()
    passing = passing_filter(results, plan.axes, plan.seeds, chosen)
    number = started.started if started else 0
    return SweepResults(
        plan.base, plan.axes, plan.seeds, results, passing, number, len(plan.configs)
    )


def passing_filter(
    results: Sequence[Result], axes: Sequence[Axis], seeds: Sequence[int], chosen: Filter
) -> tuple[Result, ...]:
    """Return the results that pass a filter, in the order of their index."""
    in_order = sorted(results, key=lambda result: result.index)
    if not chosen:
        return tuple(in_order)
    kept = passes(sweep_columns(in_order, axes, seeds), chosen)
    return tuple(result for result, keep in zip(in_order, kept, strict=True) if keep)


def failures(results: Sequence[Result]) -> list[str]:
    """Say how many of the runs did not end well: "2 diverged", "1 failed"."""
    statuses = [result.status for result in results]
    counts = {"diverged": statuses.count("diverged"), "failed": statuses.count("error")}
    return [f"{count} {word}" for word, count in counts.items() if count]
