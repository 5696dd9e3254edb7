"""Runs for sweeps, and the results that they must give."""

from dataclasses import astuple
from functools import cache

import numpy as np

from nnlab import Config
from nnlab.sweep import Axis, Result, Sweep, grid, run_one
from tests.helpers.waiting import wait_until

LONG = Config(samples=50, iterations=1_000_000)  # takes a minute and more
SHORT = Config(samples=50, iterations=50)


def results_of(sweep: Sweep) -> list[Result]:
    """Wait for all results; return them in the order of their runs."""
    wait_until(lambda: len(sweep.results) == sweep.total)
    return sorted(sweep.results, key=lambda result: result.index)


def bits(result: Result) -> tuple:
    """Return everything in a result except its seconds, for comparison to the last bit."""
    assert result.metrics
    assert result.boundary is not None
    arrays = (result.loss_iterations, result.losses, result.mean_losses, result.boundary)
    numbers = (result.index, result.config, result.status, result.iteration, result.error)
    metrics = np.array(astuple(result.metrics)).tobytes()
    return (*numbers, metrics, *((a.dtype, a.shape, a.tobytes()) for a in arrays))


# Several slices long, in mini-batches, under Adam, diverging, ended by a stop rule, a regression.
MIXED = [
    *grid(Config(samples=200, iterations=5000), [Axis("optimizer", ("sgd", "adam"))], [1]),
    Config(samples=200, batch_size=30, iterations=1000),
    Config(samples=50, learning_rate=1000.0, activation="linear"),
    Config(samples=50, target_loss=0.68),
    Config(problem="regression", dataset="plane", samples=50, iterations=500),
]


@cache
def expected() -> list[tuple]:
    """Compute the mixed runs in this process."""
    return [bits(run_one(index, config)) for index, config in enumerate(MIXED)]
