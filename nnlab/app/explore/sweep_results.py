"""The results of a sweep as the views of Explore draw them."""

from collections.abc import Sequence
from itertools import compress
from typing import NamedTuple

from nnlab.app.explore import session
from nnlab.app.explore.session import Plan, StartedSweep
from nnlab.sweep import Result
from nnlab.sweep.analysis.columns import sweep_columns
from nnlab.sweep.analysis.filters import Filter, passes


class SweepResults(NamedTuple):
    """The results of a sweep so far.

    Attributes
    ----------
    plan : of the sweep
    results : of all runs that have ended, in the order in which they arrived
    passing : those that pass the filter, in the order of their index
    started : identifies the sweep
    """

    plan: Plan
    results: tuple[Result, ...]
    passing: tuple[Result, ...]
    started: int

    @property
    def done(self) -> int:
        """Return how many runs have ended."""
        return len(self.results)


def results_so_far(plan: Plan, started: StartedSweep | None) -> SweepResults:
    """Return the results of a sweep, or of a plan that has not started; the filter applies."""
    results = started.sweep.results if started else ()
    chosen = session.current().filter
    return filtered(plan, results, chosen, started.started if started else 0)


def filtered(
    plan: Plan, results: Sequence[Result], chosen: Filter, started: int = 0
) -> SweepResults:
    """Return the results, and which of them pass a filter."""
    passing = sorted(results, key=lambda result: result.index)
    if chosen:
        passing = list(compress(passing, passes(sweep_columns(passing, plan.varied), chosen)))
    return SweepResults(plan, tuple(results), tuple(passing), started)


def failures(results: Sequence[Result]) -> list[str]:
    """Say how many runs did not end well: "2 diverged", "1 failed"."""
    statuses = [result.status for result in results]
    counts = {"diverged": statuses.count("diverged"), "failed": statuses.count("error")}
    return [f"{count} {word}" for word, count in counts.items() if count]
