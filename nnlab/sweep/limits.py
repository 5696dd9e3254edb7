"""How large a sweep may be, so that it leaves room for other users of the server."""

from collections.abc import Iterable

from nnlab.data.rules import BrokenRule
from nnlab.training.batches import check_points
from nnlab.training.config import Config
from nnlab.training.work import check_work

MAX_RUNS = 500  # of one sweep: their results take about 3 MB
MAX_AT_ONCE = 32  # runs of one sweep that are computed at a time, even on a large cluster


def check_count(count: int) -> None:
    """Raise a BrokenRule if there are too many runs, or none."""
    if not 1 <= count <= MAX_RUNS:
        raise BrokenRule("runs", f"be from 1 to {MAX_RUNS} in one sweep", f"{count}")


def check_runs(configs: Iterable[Config]) -> None:
    """Raise a BrokenRule if a run has no training points, or too many points for its network."""
    for config in configs:
        check_points(config)
        check_work(config)
