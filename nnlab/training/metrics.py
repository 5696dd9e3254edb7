"""The metrics of parameters: loss, accuracy, penalty, and whether they are finite."""

import math
from dataclasses import dataclass

import numpy as np

from nnlab.data.datasets import Dataset, FloatArray
from nnlab.model.network import Parameters
from nnlab.model.optimizers import PENALTIES
from nnlab.training.batches import objective_of
from nnlab.training.config import Config


@dataclass(frozen=True)
class Metrics:
    """The metrics of a run on its training set and its test set.

    Attributes
    ----------
    train_loss, test_loss : the mean loss, without the penalty; NaN without points
    train_accuracy, test_accuracy : fractions from 0 to 1; NaN for a regression and without points
    penalty : rate * ½Σw² or rate * Σ|w|; updates follow the gradients of training loss + penalty
    """

    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float
    penalty: float = 0.0


def loss_and_accuracy(
    config: Config, inputs: FloatArray, targets: FloatArray, parameters: Parameters
) -> tuple[float, float]:
    """Return the loss without the penalty, and the fraction of points on the right side.

    Parameters
    ----------
    inputs : float64 (n_samples, 2); without points, both results are NaN
    targets : float64 (n_samples, 1); for a regression, the accuracy is NaN
    """
    if not len(inputs):
        return math.nan, math.nan
    objective = objective_of(config, inputs, targets)
    loss = objective.loss(parameters)
    return loss, config.head.accuracy(objective.network.logits, targets)


def penalty(config: Config, parameters: Parameters) -> float:
    """Return regularization_rate * ½Σw² or * Σ|w| over the weights w, or 0."""
    if config.regularization == "none":
        return 0.0
    weights = parameters.vector[parameters.weight_mask == 1]
    return config.regularization_rate * PENALTIES[config.regularization].penalize(weights)


def is_finite(config: Config, data: Dataset, parameters: Parameters) -> bool:
    """Return whether the parameters, their penalty and their losses are finite."""
    pairs = ((data.train_inputs, data.train_targets), (data.test_inputs, data.test_targets))
    losses = [loss_and_accuracy(config, *pair, parameters)[0] for pair in pairs if len(pair[0])]
    return bool(np.isfinite([*parameters.vector, penalty(config, parameters), *losses]).all())
