"""What several rules measure: the progress of a run and the size of its gradients."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from nnlab.data.datasets import Dataset, FloatArray
from nnlab.data.scales import are_uneven, standardized
from nnlab.inspection.observation import Observation
from nnlab.model.losses import class_fractions
from nnlab.training.config import Config
from nnlab.training.edit_record import STOP
from nnlab.training.history import LayerHistory
from nnlab.training.run import Run

FEW = 200  # iterations: too few to judge a loss curve
NO_PROGRESS = 0.01  # a smaller relative fall of the loss over half the run is no progress
ENOUGH_POINTS = 5000  # to search for neighbours; with 100,000 the search takes seconds
LEARNED = 0.8  # a task counts as learned from this fraction on
WORST_SCORE = {"accuracy": 0.0, "loss": -1.0}
# A better run has to gain this much of the score: three points of accuracy, or 0.05 of R².
GAIN = {"accuracy": 0.03, "loss": 0.05}  # by the head's measure


def settled_since(run: Run) -> int:
    """Return the iteration of the last change that affects the updates, or 0."""
    return max((one.iteration for one in run.edits if one.kind != STOP), default=0)


def norm(norms: NDArray[np.float32]) -> float:
    """Return the norm over all layers; 0 without rows, or without training points (NaN)."""
    together = math.hypot(*norms.ravel().tolist())
    return 0.0 if math.isnan(together) else together


def layers_since(run: Run) -> LayerHistory:
    """Return the layer history since `settled_since`; earlier rows have other causes."""
    history = run.layer_history
    begin = int(np.searchsorted(history.iterations, settled_since(run)))
    return LayerHistory._make(column[begin:] for column in history)


def loss_windows(run: Run) -> tuple[FloatArray, FloatArray] | None:
    """Return a tenth of the losses from the middle of the run and a tenth from its end.

    Only losses since the last change count. The result is None if they are fewer than FEW.
    """
    losses = run.losses[settled_since(run) :]
    if len(losses) < FEW:
        return None
    middle, length = len(losses) // 2, len(losses) // 10
    return losses[middle : middle + length], losses[-length:]


def is_stuck(observation: Observation) -> bool:
    """Say whether the loss no longer falls although there is more to learn.

    It no longer falls if it has fallen by less than NO_PROGRESS since the middle of the run. There
    is more to learn if `fraction_learned` is below LEARNED. Noise alone does not lower that
    fraction: with many points, the nearest neighbour's prediction is wrong at most twice as often
    as the best possible one (Cover and Hart 1967).
    """
    windows = loss_windows(observation.run)
    if windows is None:
        return False
    before, now = (float(window.mean()) for window in windows)
    return before - now < NO_PROGRESS * now and fraction_learned(observation) < LEARNED


def is_over(run: Run) -> bool:
    """Say whether a run is over.

    It is if it has diverged, or has made all its iterations, and at least FEW of them since the
    last change that affects the updates.
    """
    made = run.iteration - settled_since(run)
    return run.diverged or (run.iteration >= run.config.iterations and made >= FEW)


def score(observation: Observation, *, test_only: bool = False) -> float:
    """Return the accuracy, or a regression's R², but not less than WORST_SCORE.

    It is the mean of those over the training and over the test points, if there are any. The sets
    count alike, so that a network that only memorizes gains little. A diverged run has WORST_SCORE,
    as has a regression without any targets that vary.
    """
    run, metrics = observation.run, observation.metrics
    worst = WORST_SCORE[run.config.head.measure]
    if run.diverged:
        return worst
    if not run.config.n_classes:
        sets = [
            (metrics.train_loss, run.dataset.train_targets),
            (metrics.test_loss, run.dataset.test_targets),
        ]
        values = [_r_squared(loss, targets) for loss, targets in sets]
    else:
        values = [metrics.train_accuracy, metrics.test_accuracy]
    known = [max(value, worst) for value in values[test_only:] if not math.isnan(value)]
    return sum(known) / len(known) if known else worst


def _r_squared(loss: float, targets: FloatArray) -> float:
    """Return R², or NaN where it is not defined: for targets that do not vary, as a single one."""
    variance = float(targets.var()) if len(targets) else 0.0
    return 1 - 2 * loss / variance if variance else math.nan


def fraction_learned(observation: Observation) -> float:
    """Return how much of the task the run has learned.

    0 is as good as the best constant prediction, 1 as good as predicting each point from its
    nearest neighbour, by the fraction of wrong training points or, in a regression, the loss.
    Where neighbours do no better than a constant, there is nothing to learn, and the result is 1.
    """
    run, metrics = observation.run, observation.metrics
    n_classes = run.config.n_classes
    constant, neighbours = _errors(run.dataset, n_classes)
    if neighbours >= constant:
        return 1.0
    error = 1 - metrics.train_accuracy if n_classes else metrics.train_loss
    return (constant - error) / (constant - neighbours)


@lru_cache(maxsize=16)
def _errors(dataset: Dataset, n_classes: int) -> tuple[float, float]:
    """Return the training errors of the best constant, and of each point's nearest neighbour."""
    every = -(-len(dataset.train_inputs) // ENOUGH_POINTS)
    inputs, targets = dataset.train_inputs[::every], dataset.train_targets[::every, 0]
    if len(targets) < 2:
        return 0.0, 0.0
    if are_uneven(inputs):  # else only the wider input would decide which point is nearest
        inputs = standardized(inputs)
    nearest = NearestNeighbors(n_neighbors=1).fit(inputs)
    # a point is not its own neighbour
    predictions = targets[nearest.kneighbors(return_distance=False)[:, 0]]
    if not n_classes:
        return float(targets.var()) / 2, float(np.mean((targets - predictions) ** 2)) / 2
    return 1 - float(class_fractions(targets).max()), float(np.mean(targets != predictions))


def constant_loss(config: Config, dataset: Dataset) -> float:
    """Return the training loss of the best constant prediction."""
    return config.head.losses[config.output_loss].of_constant(dataset.train_targets)
