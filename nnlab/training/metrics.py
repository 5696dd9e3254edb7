"""What parameters are worth: loss and accuracy on some points, the penalty, and whether finite."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnlab.data.datasets import Dataset, FloatArray
from nnlab.model.network import Parameters
from nnlab.model.optimizers import PENALTIES
from nnlab.training.batches import objective_of
from nnlab.training.config import Config


@dataclass(frozen=True)
class Metrics:
    """How well a run does on the training and the test set.

    Attributes
    ----------
    train_loss, test_loss : the mean loss, as `output_loss` says, without the penalty; NaN of no
        points
    train_accuracy, test_accuracy : fractions, 0 to 1; NaN for a regression and of no points
    penalty : of the regularization, rate * ½Σw² or rate * Σ|w|; the gradients are those of
        training loss plus penalty
    """

    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float
    penalty: float = 0.0


def loss_and_accuracy(
    config: Config, inputs: FloatArray, targets: FloatArray, parameters: Parameters
) -> tuple[float, float]:
    """Return the loss without the penalty, and the fraction of points on their side.

    Parameters
    ----------
    config : says features, network and loss
    inputs : float64 (n_samples, 2); of no points, both are NaN
    targets : float64 (n_samples, 1); for a regression, the accuracy is NaN
    """
    if not len(inputs):
        return math.nan, math.nan
    objective = objective_of(config, inputs, targets)
    loss = objective.loss(parameters)
    if config.problem == "regression":
        return loss, math.nan
    return loss, float(np.mean(~is_wrong(objective.network.logits, targets)))


def is_wrong(logits: FloatArray, targets: FloatArray) -> NDArray[np.bool_]:
    """Say which points of a classification are on the wrong side of the boundary.

    A probability of exactly one half counts as class 0: the article rounds, and to even.

    Parameters
    ----------
    logits, targets : float64 (n_samples, 1)

    Returns
    -------
    bool (n_samples, 1)
    """
    wrong: NDArray[np.bool_] = (logits > 0) != (targets > 0.5)
    return wrong


def penalty(config: Config, parameters: Parameters) -> float:
    """Return regularization_rate * ½Σw² or * Σ|w| over the weights w, or 0."""
    if config.regularization == "none":
        return 0.0
    weights = parameters.vector[parameters.weight_mask == 1]
    return config.regularization_rate * PENALTIES[config.regularization].penalize(weights)


def is_finite(config: Config, data: Dataset, parameters: Parameters) -> bool:
    """Say whether the parameters, their penalty and their losses are finite."""
    values = [*parameters.vector, penalty(config, parameters)]
    for inputs, targets in (
        (data.train_inputs, data.train_targets),
        (data.test_inputs, data.test_targets),
    ):
        if len(inputs):
            values.append(loss_and_accuracy(config, inputs, targets, parameters)[0])
    return bool(np.isfinite(values).all())
