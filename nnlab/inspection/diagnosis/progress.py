"""What several rules measure: the progress of a run and the size of its gradients."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from nnlab.data.datasets import Dataset, FloatArray
from nnlab.data.scales import are_uneven, standardized
from nnlab.inspection.observation import Observation
from nnlab.training.config import Config
from nnlab.training.edit_record import STOP
from nnlab.training.history import LayerHistory
from nnlab.training.run import Run

FEW = 200  # iterations: too few to judge a loss curve
NO_PROGRESS = 0.01  # a smaller relative fall of the loss over half the run is no progress
ENOUGH_POINTS = 5000  # to search for neighbours; with 100,000 the search takes seconds
LEARNED = 0.8  # a task counts as learned from this fraction on


def settled_since(run: Run) -> int:
    """Return the iteration of the last change that affects the updates, or 0."""
    return max((one.iteration for one in run.edits if one.kind != STOP), default=0)


def good_start(run: Run) -> str:
    """Return the initialization that fits the activations of a run.

    "he" was made for ReLU (He et al. 2015), "xavier" for tanh and similar functions (Glorot and
    Bengio 2010).
    """
    for_xavier = {"tanh", "sigmoid", "sine", "linear"}
    return "xavier" if for_xavier & set(run.config.activations) else "he"


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


def fraction_learned(observation: Observation) -> float:
    """Return how much of the task the run has learned.

    0 is as good as the best constant prediction, 1 as good as predicting each point from its
    nearest neighbour, by the fraction of wrong training points or, in a regression, the loss.
    Where neighbours do no better than a constant, there is nothing to learn, and the result is 1.
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
    if regression:
        return float(targets.var()) / 2, float(np.mean((targets - predictions) ** 2)) / 2
    fraction = float(targets.mean())
    return min(fraction, 1 - fraction), float(np.mean(targets != predictions))


def constant_loss(config: Config, dataset: Dataset) -> float:
    """Return the training loss of the best constant prediction."""
    targets = dataset.train_targets
    if config.problem == "regression":
        return float(targets.var()) / 2
    fraction = float(targets.mean())
    if config.output_loss == "squared_error":
        return fraction * (1 - fraction) / 2
    return -sum(part * math.log(part) for part in (fraction, 1 - fraction) if part > 0)
