"""How large a sweep may be, so that it leaves room for other users of the server."""

from collections.abc import Iterable
from itertools import pairwise

from nnlab.data.rules import BrokenRule
from nnlab.training.batches import check_points
from nnlab.training.config import Config

MAX_RUNS = 500  # of one sweep: their results take about 3 MB
MAX_AT_ONCE = 32  # runs of one sweep that are computed at a time, even on a large cluster
# Points times parameters: an update then takes about 20 ms at most. A run with the article's 1,000
# points may have 10,000 parameters.
MAX_PRODUCTS = 10_000_000


def check_count(count: int) -> None:
    """Raise a BrokenRule if there are too many runs, or none."""
    if not 1 <= count <= MAX_RUNS:
        raise BrokenRule("runs", f"be from 1 to {MAX_RUNS} in one sweep", f"{count}")


def check_points_and_sizes(configs: Iterable[Config]) -> None:
    """Raise a BrokenRule if a run has no training points, or too many points × parameters."""
    for config in configs:
        check_points(config)
        n_parameters = sum((a + 1) * b for a, b in pairwise(config.layer_sizes))
        n_points = {
            "points": len(config.points),
            "samples": len(config.points) + (config.samples if config.dataset != "own" else 0),
            "test_samples": config.test_samples,
        }
        most = MAX_PRODUCTS // n_parameters
        for name, count in n_points.items():
            if count > most:
                must = f"be at most {most} in a sweep over a network of {n_parameters} parameters"
                raise BrokenRule(name, must, f"{count}")
