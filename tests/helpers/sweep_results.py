"""Results of sweeps made by hand, for the tests of views and analysis."""

from dataclasses import replace

import numpy as np

from nnlab import Config
from nnlab.sweep import BOUNDARY_SIZE, Result
from nnlab.training.downsampling import bin_means
from nnlab.training.metrics import Metrics


def result(
    index: int,
    *,
    status: str = "done",
    accuracy: float = 0.9,
    loss: float = 0.3,
    losses: tuple[float, ...] = (0.7, 0.5, 0.3),
    every: int = 100,
    **settings: object,
) -> Result:
    """Return a result with these metrics; the train loss is nine tenths of the test loss.

    The losses are given at regular iterations, with straight lines between them.
    """
    config = Config(**{"iterations": every * (len(losses) - 1), **settings})
    if status == "error":
        none = np.empty(0, np.int32), np.empty(0), np.empty(0)
        return Result(index, config, status, None, *none, None, 0.5, 0, "The worker died.")
    share = np.nan if config.problem == "regression" else accuracy
    iteration = every * (len(losses) - 1)
    places = every * np.arange(len(losses))
    made = Result(
        index=index,
        config=config,
        status=status,
        metrics=Metrics(0.9 * loss, share, loss, share),
        loss_iterations=places.astype(np.int32),
        losses=np.array(losses),
        mean_losses=np.empty(0),
        boundary=np.full((BOUNDARY_SIZE, BOUNDARY_SIZE), 10 * index % 256, np.uint8),
        seconds=0.5,
        iteration=iteration,
    )
    each = np.interp(np.arange(iteration), places, losses)
    return replace(made, mean_losses=bin_means(each, made.mean_over))
