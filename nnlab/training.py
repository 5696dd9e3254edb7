"""A training run as a value: start it, advance it, evaluate it, predict with it."""

import math
import time
from dataclasses import dataclass, replace
from numbers import Integral

import numpy as np
from numpy.typing import NDArray

from nnlab.config import Config
from nnlab.datasets import Dataset, FloatArray, make_dataset
from nnlab.network import Network, Objective, Parameters, initialize, sigmoid

TEST_EVERY = 100  # iterations between two samples of the test metrics

# NumPy need not warn of it: advance finds divergence by itself and reports it as a state.
_overflow_is_divergence = np.errstate(over="ignore", invalid="ignore")


@dataclass(frozen=True)
class Metrics:
    """Mean cross-entropy and accuracy (a fraction, 0 to 1) on the training and the test set."""

    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float


@dataclass(frozen=True)
class Run:
    """One network in training. Nothing changes a Run: `advance` returns a new one.

    Attributes
    ----------
    config, dataset : what the run was started with
    parameters : after `iteration` updates; always finite, and so is their loss
    iteration : number of updates made
    losses : float64 (iteration,), the training loss before each update
    test_losses, test_accuracies : float64 (1 + iteration // TEST_EVERY,), sampled at iterations
        0, TEST_EVERY, 2 * TEST_EVERY, ...
    diverged : True once an update made the loss or a parameter infinite or NaN; that update is
        not taken, and the run stays where it is
    """

    config: Config
    dataset: Dataset
    parameters: Parameters
    iteration: int
    losses: FloatArray
    test_losses: FloatArray
    test_accuracies: FloatArray
    diverged: bool = False

    @property
    def test_iterations(self) -> NDArray[np.int64]:
        """Return the iterations at which the test metrics were sampled, (n_test_samples,)."""
        return np.arange(len(self.test_losses)) * TEST_EVERY


def start(config: Config) -> Run:
    """Draw the data and the initial weights; no update is made yet."""
    dataset = make_dataset(
        config.dataset,
        config.samples,
        config.noise,
        config.data_seed,
        config.test_samples,
        config.test_seed,
        config.points,
    )
    parameters = initialize(config.layer_sizes, config.initialization, config.seed)
    loss, accuracy = _loss_and_accuracy(
        config, dataset.test_inputs, dataset.test_targets, parameters
    )
    return Run(config, dataset, parameters, 0, np.empty(0), np.array([loss]), np.array([accuracy]))


@_overflow_is_divergence
def advance(run: Run, iterations: int, *, seconds: float = float("inf")) -> Run:
    """Make updates of full-batch gradient descent, W -= learning_rate * dW, and return a new Run.

    `advance(advance(run, a), b)` equals `advance(run, a + b)` bit for bit.

    Parameters
    ----------
    run : left as it is
    iterations : how many updates to make, at least 0; `config.iterations` does not limit them
    seconds : stop early, after at least one update, once so much time has passed

    Raises
    ------
    ValueError
        If iterations is not a whole number or negative.
    """
    if not isinstance(iterations, Integral) or iterations < 0:
        raise ValueError(f"iterations must be a whole number from 0, got {iterations!r}")
    if run.diverged or iterations == 0:
        return run
    config, dataset = run.config, run.dataset
    train = _objective(config, dataset.train_inputs, dataset.train_targets)
    parameters, candidate = run.parameters.copy(), run.parameters.copy()
    losses, test_metrics = [], []
    iteration, diverged = run.iteration, False
    deadline = time.perf_counter() + seconds

    loss = train.loss(parameters)
    for _ in range(iterations):
        gradients = train.backward(parameters)
        np.multiply(gradients, config.learning_rate, out=gradients)
        np.subtract(parameters.vector, gradients, out=candidate.vector)
        # A sum is finite only if all its terms are: one cheap test for all parameters. The next
        # loss is looked at before the update counts, so that a Run can always be drawn.
        next_loss = train.loss(candidate)
        if not math.isfinite(next_loss + np.add.reduce(candidate.vector)):
            diverged = True
            break
        losses.append(loss)
        parameters, candidate, loss = candidate, parameters, next_loss
        iteration += 1
        if iteration % TEST_EVERY == 0:
            test_metrics.append(
                _loss_and_accuracy(config, dataset.test_inputs, dataset.test_targets, parameters)
            )
        if time.perf_counter() >= deadline:
            break
    test_losses, test_accuracies = np.array(test_metrics).reshape(-1, 2).T
    return replace(
        run,
        parameters=parameters,
        iteration=iteration,
        losses=np.concatenate([run.losses, losses]),
        test_losses=np.concatenate([run.test_losses, test_losses]),
        test_accuracies=np.concatenate([run.test_accuracies, test_accuracies]),
        diverged=diverged,
    )


@_overflow_is_divergence
def evaluate(run: Run) -> Metrics:
    """Compute loss and accuracy of the run's present parameters; the run is left as it is."""
    config, data, parameters = run.config, run.dataset, run.parameters
    return Metrics(
        *_loss_and_accuracy(config, data.train_inputs, data.train_targets, parameters),
        *_loss_and_accuracy(config, data.test_inputs, data.test_targets, parameters),
    )


@_overflow_is_divergence
def predict(run: Run, inputs: FloatArray) -> FloatArray:
    """Return the probability of class 1, float64 (n_samples,), for inputs (n_samples, 2).

    Raises
    ------
    ValueError
        If inputs is not of that shape or holds NaN or infinity.
    """
    inputs = np.asarray(inputs, dtype=np.float64)
    if inputs.ndim != 2 or inputs.shape[1] != run.config.layer_sizes[0]:
        raise ValueError(f"inputs must have the shape (n_samples, 2), got {inputs.shape!r}")
    if not np.isfinite(inputs).all():
        raise ValueError("inputs must be finite numbers, got NaN or infinity")
    network = Network(run.config.layer_sizes, run.config.activation, inputs)
    return sigmoid(network.forward(run.parameters))[:, 0]


def _objective(config: Config, inputs: FloatArray, targets: FloatArray) -> Objective:
    return Objective(config.layer_sizes, config.activation, inputs, targets)


def _loss_and_accuracy(
    config: Config, inputs: FloatArray, targets: FloatArray, parameters: Parameters
) -> tuple[float, float]:
    objective = _objective(config, inputs, targets)
    loss = objective.loss(parameters)
    # A probability of exactly one half counts as class 0: the article rounds, and to even.
    hits = (objective.network.logits > 0) == (targets > 0.5)
    return loss, float(np.mean(hits))
