"""How a run gets on: whether its loss still moves, and how much of the task it has learned."""

import math
from functools import lru_cache

import numpy as np
from sklearn.neighbors import NearestNeighbors

from nnlab.data.datasets import Dataset, FloatArray
from nnlab.inspection.observation import Observation
from nnlab.training.config import Config
from nnlab.training.edit_record import STOP
from nnlab.training.history import LayerHistory
from nnlab.training.run import Run

FEW = 200  # iterations, too few to tell how a loss goes
NO_PROGRESS = 0.01  # less of a relative fall of the loss over half the run is none
ENOUGH_POINTS = 5000  # to look for neighbours among; of 100,000 it takes seconds
LEARNED = 0.8  # of the way from a constant answer to the nearest neighbour's: it has learned


def settled_since(run: Run) -> int:
    """Return the iteration at which somebody last changed what updates the run makes, or 0."""
    return max((one.iteration for one in run.edits if one.kind != STOP), default=0)


def layers_since(run: Run) -> LayerHistory:
    """Return the rows of the layer history since then: what was before has another cause."""
    history = run.layer_history
    begin = int(np.searchsorted(history.iterations, settled_since(run)))
    return LayerHistory._make(column[begin:] for column in history)


def loss_windows(run: Run) -> tuple[FloatArray, FloatArray] | None:
    """Return the losses in the middle and at the end of the run, a tenth of them each.

    Of a run that was changed by hand, since then; None if that is less than FEW iterations.
    """
    losses = run.losses[settled_since(run) :]
    if len(losses) < FEW:
        return None
    middle, length = len(losses) // 2, len(losses) // 10
    return losses[middle : middle + length], losses[-length:]


def is_stuck(observation: Observation) -> bool:
    """Say whether the loss no longer falls although there is more to learn.

    It falls no longer if it fell by less than NO_PROGRESS since the middle of the run, or rose.
    There is more to learn if the run has not come LEARNED of the way from the best constant answer
    to the answer of each point's nearest neighbour, which with many points is wrong at most twice
    as often as the best possible one (Cover and Hart 1967): so noise alone is nothing wrong.
    """
    windows = loss_windows(observation.run)
    if windows is None:
        return False
    before, now = windows[0].mean(), windows[1].mean()
    return bool(before - now < NO_PROGRESS * now) and share_learned(observation) < LEARNED


def share_learned(observation: Observation) -> float:
    """Return how far the run has come from the best constant answer, 0, to the neighbours', 1.

    In a classification by the share of training points on the wrong side, in a regression by the
    loss. Where the neighbours do no better than a constant there is nothing to learn, and it is 1.
    """
    run, metrics = observation.run, observation.metrics
    regression = run.config.problem == "regression"
    constant, neighbours = _errors(run.dataset, regression)
    if neighbours >= constant:
        return 1.0
    error = metrics.train_loss if regression else 1 - metrics.train_accuracy
    return (constant - error) / (constant - neighbours)


@lru_cache(maxsize=16)
def _errors(dataset: Dataset, regression: bool) -> tuple[float, float]:
    """Return the errors on the training set of the best constant, and of the nearest neighbours."""
    every = -(-len(dataset.train_inputs) // ENOUGH_POINTS)
    inputs, targets = dataset.train_inputs[::every], dataset.train_targets[::every, 0]
    if len(targets) < 2:
        return 0.0, 0.0
    nearest = NearestNeighbors(n_neighbors=1).fit(inputs)
    answers = targets[nearest.kneighbors(return_distance=False)[:, 0]]  # not a point's own
    if regression:
        return float(targets.var()) / 2, float(np.mean((targets - answers) ** 2)) / 2
    share = float(targets.mean())
    return min(share, 1 - share), float(np.mean(targets != answers))


def constant_loss(config: Config, dataset: Dataset) -> float:
    """Return the training loss of the best constant answer."""
    targets = dataset.train_targets
    if config.problem == "regression":
        return float(targets.var()) / 2
    share = float(targets.mean())
    if config.output_loss == "squared_error":
        return share * (1 - share) / 2
    return -sum(part * math.log(part) for part in (share, 1 - share) if part > 0)
