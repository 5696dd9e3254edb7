"""What the views of the page Explore are drawn from."""

from collections.abc import Sequence
from dataclasses import dataclass

from nnlab.sweep import Axis, Result
from nnlab.training.config import Config


@dataclass(frozen=True)
class SweepState:
    """A sweep as far as it has come.

    Attributes
    ----------
    base : the settings that the axes vary
    axes : what is varied, in the order in which they were chosen; may be empty: seeds only
    seeds : of the starting weights, one run per seed and setting
    results : of the runs that are finished and pass the filter, in the order of their index
    all_results : of all that are finished, in the order in which they came
    begun : what tells this sweep from those before
    done, total : how many runs are finished, and are to be
    """

    base: Config
    axes: tuple[Axis, ...]
    seeds: tuple[int, ...]
    results: tuple[Result, ...]
    all_results: tuple[Result, ...]
    begun: int
    done: int
    total: int


def failures(results: Sequence[Result]) -> list[str]:
    """Say how many of the runs have not ended well: "2 diverged", "1 failed"."""
    statuses = [result.status for result in results]
    counts = {"diverged": statuses.count("diverged"), "failed": statuses.count("error")}
    return [f"{count} {word}" for word, count in counts.items() if count]
