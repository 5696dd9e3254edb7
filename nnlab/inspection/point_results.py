"""Looking into a run as it stands: each point's answer and loss, the mistakes, the weights."""

import math
import sys
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from nnlab.data.datasets import FloatArray
from nnlab.model.network import sigmoid
from nnlab.training.batches import objective_of
from nnlab.training.metrics import is_wrong, overflow_is_divergence
from nnlab.training.run import Run


class PointResults(NamedTuple):
    """What a run makes of some points.

    Attributes
    ----------
    outputs : float64 (n,), the probability of class 1, or a regression's value
    losses : float64 (n,), of each point; their mean is the loss of `evaluate`
    wrong : bool (n,), on the wrong side of the boundary, as `evaluate` counts; in a regression
        none is
    """

    outputs: FloatArray
    losses: FloatArray
    wrong: NDArray[np.bool_]


@overflow_is_divergence
def point_results(run: Run, inputs: FloatArray, targets: FloatArray) -> PointResults:
    """Return what the run makes of its training points, its test points, or any others.

    One forward pass, as the trainer makes it; the run is left as it is.

    Parameters
    ----------
    inputs : float64 (n, 2)
    targets : float64 (n, 1), as in `run.dataset`
    """
    if not len(inputs):
        return PointResults(np.empty(0), np.empty(0), np.empty(0, dtype=np.bool_))
    objective = objective_of(run.config, inputs, targets)
    objective.loss(run.parameters)
    logits = objective.network.logits
    losses = objective.output_loss.sample_losses()[:, 0].copy()
    if run.config.problem == "regression":
        return PointResults(logits[:, 0].copy(), losses, np.zeros(len(inputs), dtype=np.bool_))
    return PointResults(sigmoid(logits)[:, 0], losses, is_wrong(logits, targets)[:, 0])


def confusion(targets: FloatArray, results: PointResults) -> NDArray[np.int64]:
    """Count the points of a classification by their class and by the network's answer.

    Parameters
    ----------
    targets : float64 (n, 1), each 0.0 or 1.0
    results : of these points

    Returns
    -------
    int64 (2, 2): row is the class, column the answer, as in `sklearn.metrics.confusion_matrix`
    """
    if not len(targets):
        return np.zeros((2, 2), dtype=np.int64)  # scikit-learn refuses to count nothing
    classes = targets[:, 0] > 0.5
    counts: NDArray[np.int64] = confusion_matrix(
        classes, classes != results.wrong, labels=[False, True]
    )
    return counts


def weight_histogram(run: Run, bins: int) -> tuple[FloatArray, tuple[NDArray[np.int64], ...]]:
    """Count the weights of each layer, without its biases, in bins that all layers share.

    The bins reach from -r to r, r the least of 1, 2 and 5 times a power of ten that holds all
    weights, so that they stay where they are while weights grow a little.

    Returns
    -------
    edges : float64 (bins + 1,)
    counts : per layer int64 (bins,)
    """
    largest = max(float(np.abs(weights).max()) for weights in run.parameters.weights)
    largest = max(largest, 1e-100)  # all zero: any reach will do
    power = 10.0 ** math.floor(math.log10(largest))
    reach = power * next(step for step in (1, 2, 5, 10, 20) if step * power >= largest)
    edges = np.linspace(-1, 1, bins + 1) * min(reach, sys.float_info.max)
    return edges, tuple(np.histogram(weights, edges)[0] for weights in run.parameters.weights)
