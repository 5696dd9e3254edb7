"""The metrics of a run, and the prediction and the loss of each of its points."""

import math
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from nnlab.data.datasets import FloatArray
from nnlab.model.computing import computing
from nnlab.model.network import Objective
from nnlab.training.batches import objective_of
from nnlab.training.history import LayerHistory, layer_row
from nnlab.training.metrics import Metrics, penalty
from nnlab.training.run import Run


class PointResults(NamedTuple):
    """The predictions for n points.

    Attributes
    ----------
    outputs : float64 (n, n_outputs), the probability of class 1 or of each class, or a value
    losses : float64 (n,); their mean is the loss in `Metrics`
    predictions : int (n,), the numbers of the predicted classes; all 0 in a regression
    wrong : bool (n,), as for the accuracy in `Metrics`; all False in a regression
    """

    outputs: FloatArray
    losses: FloatArray
    predictions: NDArray[np.intp]
    wrong: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Observation:
    """A run with its results, from one forward pass over its training and one over its test points.

    `metrics` is what `evaluate(run)` returns, bit for bit.
    """

    run: Run
    metrics: Metrics
    train: PointResults
    test: PointResults
    _objective: Objective | None  # of the training points; its buffers hold the forward pass

    @property
    def dead_units(self) -> list[NDArray[np.bool_]]:
        """Which units of ReLU are dead, bool (width,) per hidden layer.

        The output of a dead unit is 0 for all training points, so that no gradient gets through it.
        """
        config, objective = self.run.config, self._objective
        dead: list[NDArray[np.bool_]] = [
            np.zeros(width, dtype=np.bool_) for width in config.hidden_layers
        ]
        if objective:
            for layer, name in enumerate(config.activations):
                if name == "relu":
                    # After a backward pass these are slopes, which are 0 where the outputs were.
                    dead[layer] = np.logical_not(objective.network.activations[layer].any(axis=0))
        return dead

    @cached_property
    @computing()
    def layers(self) -> LayerHistory:
        """One row for the whole training set; the first access makes one backward pass."""
        run, objective = self.run, self._objective
        if objective:
            objective.backward(run.parameters)
        return layer_row(run.iteration, run.config, objective, run.parameters)


@computing()
def observe(run: Run) -> Observation:
    """Return the metrics of a run and the results of all its points."""
    data = run.dataset
    objective, train, train_metrics = _results(run, data.train_inputs, data.train_targets)
    _, test, test_metrics = _results(run, data.test_inputs, data.test_targets)
    metrics = Metrics(*train_metrics, *test_metrics, penalty(run.config, run.parameters))
    return Observation(run, metrics, train, test, objective)


def _results(
    run: Run, inputs: FloatArray, targets: FloatArray
) -> tuple[Objective | None, PointResults, tuple[float, float]]:
    """Make one forward pass; return its objective, the results, and mean loss and accuracy."""
    head = run.config.head
    if not len(inputs):
        nothing = np.empty((0, head.n_outputs))
        none = head.predictions(nothing)[:, 0]
        return None, PointResults(nothing, np.empty(0), none, none > 0), (math.nan, math.nan)
    objective = objective_of(run.config, inputs, targets)
    loss, logits = objective.loss(run.parameters), objective.network.logits
    results = PointResults(
        head.outputs(logits),
        objective.output_loss.sample_losses()[:, 0].copy(),
        head.predictions(logits)[:, 0],
        head.is_wrong(logits, targets)[:, 0],
    )
    return objective, results, (loss, head.accuracy(logits, targets))


def confusion(targets: FloatArray, results: PointResults, n_classes: int = 2) -> NDArray[np.int64]:
    """Count the points of a classification by class (row) and by predicted class (column).

    Parameters
    ----------
    targets : float64 (n, 1), the numbers of the classes

    Returns
    -------
    int64 (n_classes, n_classes), as `sklearn.metrics.confusion_matrix`
    """
    if not len(targets):  # scikit-learn refuses to count nothing
        return np.zeros((n_classes, n_classes), dtype=np.int64)
    counts: NDArray[np.int64] = confusion_matrix(
        targets[:, 0], results.predictions, labels=range(n_classes)
    )
    return counts


def weight_histogram(run: Run, bins: int) -> tuple[FloatArray, tuple[NDArray[np.int64], ...]]:
    """Count the weights of each layer, without its biases, in bins that all layers share.

    The bins reach from -r to r. r is the smallest of 1, 2 and 5 times a power of ten that covers
    all weights, so that the bins stay in place while weights grow a little.

    Returns
    -------
    edges : float64 (bins + 1,)
    counts : per layer int64 (bins,)
    """
    largest = max(float(np.abs(weights).max()) for weights in run.parameters.weights)
    largest = max(largest, 1e-100)  # all weights zero: any reach will do
    power = 10.0 ** math.floor(math.log10(largest))
    reach = power * next(step for step in (1, 2, 5, 10, 20) if step * power >= largest)
    edges = np.linspace(-1, 1, bins + 1) * min(reach, sys.float_info.max)
    return edges, tuple(np.histogram(weights, edges)[0] for weights in run.parameters.weights)
