"""What the views of the page Explore are drawn from."""

from dataclasses import dataclass

from nnlab.config import Config
from nnlab.sweep import Axis, Result


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
