"""A training run as a value: start it, advance it, evaluate it, predict with it.

Over 250 lines, half of them docstrings: what a Run is, and everything one can do with it.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlab.data.datasets import Dataset, FloatArray, read_only
from nnlab.data.features import expand
from nnlab.data.rules import BrokenRule, shown
from nnlab.model.computing import computing
from nnlab.model.initialization import initialize
from nnlab.model.network import Network, Parameters
from nnlab.model.optimizers import OptimizerState, initial_state
from nnlab.training.batches import Batches, dataset_of
from nnlab.training.config import Config
from nnlab.training.edit_record import PARAMETER, STEP, Edits
from nnlab.training.history import (
    STATISTICS_EVERY,
    LayerHistory,
    Snapshot,
    Snapshots,
    layer_row,
    read_only_state,
)
from nnlab.training.kinds import whole_number
from nnlab.training.metrics import Metrics, is_finite, loss_and_accuracy, penalty
from nnlab.training.stop_rules import StopRules
from nnlab.training.update import Updates

TEST_EVERY = 100  # iterations between two samples of the test metrics

# Below this, neither a loss nor an output can overflow, and no closer check is needed.
_SURELY_FINITE = 1e100

# Far from the data, a network's numbers can overflow. There they are clipped to this size.
_MAX_FAR = 1e150


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """One network in training. A Run never changes: `advance` returns a new one.

    Nothing in it can be written to: all arrays are read-only.

    Attributes
    ----------
    config, dataset : the current ones
    parameters : those after `iteration` updates; they and their loss are always finite
    optimizer_state : the memory of the update rule
    iteration : number of updates made
    losses : float64 (iteration,), the training loss of each update's batch, before the update and
        without the penalty
    test_losses, test_accuracies : float64 (1 + iteration // TEST_EVERY,), sampled at iterations
        0, TEST_EVERY, 2 * TEST_EVERY, ...
    snapshots : of iteration 0 and some others up to this one; `rewind` can return to them
    layer_history : statistics of the layers at iterations 0, STATISTICS_EVERY, 2 *
        STATISTICS_EVERY, ... below this one; in a long run only every second, fourth, ... of them
    diverged : True once an update would make a loss or a parameter infinite or NaN; that update is
        rejected, and the run stays where it is
    rule_met : the stop rule that holds at this iteration, "target_loss" or "plateau", else None
    best_loss, best_iteration : with `patience`, the best training loss so far and its iteration
    edits : the user's edits to the run, in order
    """

    config: Config
    dataset: Dataset
    parameters: Parameters
    optimizer_state: OptimizerState
    iteration: int
    losses: FloatArray
    test_losses: FloatArray
    test_accuracies: FloatArray
    snapshots: tuple[Snapshot, ...]
    layer_history: LayerHistory
    diverged: bool = False
    rule_met: str | None = None
    best_loss: float = math.inf
    best_iteration: int = 0
    edits: Edits = ()

    def __post_init__(self) -> None:
        parameters = self.parameters
        if parameters.vector.flags.writeable:  # and so are the parameters' views of it
            parameters = Parameters(parameters.layer_sizes, read_only(parameters.vector))
        self.__dict__.update(
            parameters=parameters,
            optimizer_state=read_only_state(self.optimizer_state),
            losses=read_only(self.losses),
            test_losses=read_only(self.test_losses),
            test_accuracies=read_only(self.test_accuracies),
            layer_history=self.layer_history.read_only(),
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        # unpickled arrays can be written to
        self.__dict__["snapshots"] = tuple(one.read_only() for one in self.snapshots)
        self.__post_init__()

    def __repr__(self) -> str:
        end = f", {self.stopped}" if self.stopped else ""
        loss = f", last loss {self.losses[-1]:g}" if len(self.losses) else ""
        return (
            f"<Run of {self.config.dataset}, layers {shown(self.config.layer_sizes)}: "
            f"{self.iteration} of {self.config.iterations} updates{loss}{end}>"
        )

    @property
    def test_iterations(self) -> NDArray[np.int64]:
        """Return the iterations at which the test metrics were sampled, (n_test_samples,)."""
        return np.arange(len(self.test_losses)) * TEST_EVERY

    @property
    def stopped(self) -> str | None:
        """Return why the run has stopped, "diverged", "target_loss" or "plateau", or None."""
        return "diverged" if self.diverged else self.rule_met

    @property
    def parameters_edited(self) -> bool:
        """Return whether the user has set a parameter or made a step on a single point."""
        return any(one.kind in {PARAMETER, STEP} for one in self.edits)

    @property
    def snapshot_iterations(self) -> tuple[int, ...]:
        """Return the iterations that `rewind` can return to; the last is the current one."""
        iterations = tuple(snapshot.iteration for snapshot in self.snapshots)
        return iterations if self.iteration in iterations[-1:] else (*iterations, self.iteration)


@computing()
def start(config: Config, dataset: Dataset | None = None) -> Run:
    """Draw the initial weights, and the data unless given; make no update yet."""
    dataset = dataset_of(config) if dataset is None else dataset
    how = config.initialization, config.seed, dataset.numbers_drawn
    parameters = initialize(config.layer_sizes, *how)
    state = initial_state(config.optimizer, len(parameters.vector))
    test = dataset.test_inputs, dataset.test_targets
    loss, accuracy = loss_and_accuracy(config, *test, parameters)
    return Run(
        config=config,
        dataset=dataset,
        parameters=parameters,
        optimizer_state=state,
        iteration=0,
        losses=np.empty(0),
        test_losses=np.array([loss]),
        test_accuracies=np.array([accuracy]),
        snapshots=(Snapshot(0, parameters.vector.copy(), state, math.inf, 0).read_only(),),
        layer_history=LayerHistory.empty(len(parameters.matrices)),
    )


def snapshot(run: Run) -> Snapshot:
    """Return a snapshot of a run."""
    state, best = run.optimizer_state, (run.best_loss, run.best_iteration)
    return Snapshot(run.iteration, run.parameters.vector, state, *best)


@computing()
def advance(
    run: Run,
    iterations: int,
    *,
    seconds: float = float("inf"),
    clock: Callable[[], float] = time.perf_counter,
    keeps_past: bool = True,
) -> Run:
    """Make updates of gradient descent, W -= learning_rate * direction(dW), and return a new Run.

    `advance(advance(run, a), b)` equals `advance(run, a + b)` bit for bit. It stops early where the
    run diverges or where a stop rule holds: `target_loss` or `patience`. The rules check the loss
    of the whole training set at the end of each epoch.

    Parameters
    ----------
    run : left as it is
    iterations : number of updates, at least 0; `config.iterations` does not limit it
    seconds : stop early once this time has passed, after at least one update
    clock : returns the time in seconds
    keeps_past : whether the new Run has snapshots of these updates, and statistics of its layers;
        without them, small networks learn up to a tenth faster

    Raises
    ------
    BrokenRule
        If iterations is not a whole number of at least 0.
    """
    iterations = whole_number("iterations", iterations, 0)
    if run.diverged or iterations == 0:
        return run
    config, dataset = run.config, run.dataset
    if not len(dataset.train_inputs):
        return _advance_without_points(run, iterations)
    batches = Batches(config, dataset)
    rules = StopRules(config, batches, run.best_loss, run.best_iteration)
    parameters, candidate = run.parameters.copy(), run.parameters.copy()
    updates = Updates(config, run.optimizer_state, parameters)
    snapshots = Snapshots(run.snapshots, run.iteration)
    test = dataset.test_inputs, dataset.test_targets
    losses, test_metrics, layer_rows = [], [], []
    iteration, diverged = run.iteration, False
    deadline = clock() + seconds

    train = batches.at(iteration)
    loss = train.loss(parameters)
    rules.check(iteration, loss, parameters)
    for _ in range(0 if rules.met else iterations):
        gradients = train.backward(parameters)
        has_row = keeps_past and iteration % STATISTICS_EVERY == 0
        if has_row:
            row = layer_row(iteration, config, train, parameters)
        updates.make(gradients, parameters, candidate, iteration)
        # Check the next loss before accepting the update, so that a Run can always be drawn.
        train = batches.at(iteration + 1)
        next_loss = train.loss(candidate)
        size = next_loss + np.dot(candidate.vector, candidate.vector)
        # written so that NaN gets the closer check too
        if not size < _SURELY_FINITE and not (
            math.isfinite(next_loss) and is_finite(config, dataset, candidate)
        ):
            diverged = True
            break
        losses.append(loss)
        if has_row:
            layer_rows.append(row)
        parameters, candidate, loss = candidate, parameters, next_loss
        updates.accept()
        iteration += 1
        if iteration % TEST_EVERY == 0:
            test_metrics.append(loss_and_accuracy(config, *test, parameters))
        rules.check(iteration, loss, parameters)
        if keeps_past and iteration % snapshots.stride == 0:
            state, best = updates.optimizer_state(), (rules.best_loss, rules.best_iteration)
            snapshots.add(Snapshot(iteration, parameters.vector.copy(), state, *best))
        if rules.met or clock() >= deadline:
            break
    test_losses, test_accuracies = np.array(test_metrics).reshape(-1, 2).T
    return replace(
        run,
        parameters=parameters,
        optimizer_state=updates.optimizer_state(),
        iteration=iteration,
        losses=np.concatenate([run.losses, losses]),
        test_losses=np.concatenate([run.test_losses, test_losses]),
        test_accuracies=np.concatenate([run.test_accuracies, test_accuracies]),
        diverged=diverged,
        rule_met=rules.met,
        best_loss=rules.best_loss,
        best_iteration=rules.best_iteration,
        snapshots=tuple(snapshots.kept),
        layer_history=run.layer_history.extended(layer_rows).thinned(),
    )


@computing()
def evaluate(run: Run) -> Metrics:
    """Compute the metrics of the run's current parameters."""
    config, data, parameters = run.config, run.dataset, run.parameters
    return Metrics(
        *loss_and_accuracy(config, data.train_inputs, data.train_targets, parameters),
        *loss_and_accuracy(config, data.test_inputs, data.test_targets, parameters),
        penalty(config, parameters),
    )


@computing()
def predict(run: Run, inputs: FloatArray) -> FloatArray:
    """Return the probability of class 1 or of each class, or a regression's value, for points.

    Parameters
    ----------
    run : left as it is
    inputs : float64 (n_samples, 2); (n_samples, n_columns) for a TableConfig

    Returns
    -------
    float64 (n_samples,), or (n_samples, n_classes) for more than two classes; finite: where the
    network's numbers would overflow, they are clipped

    Raises
    ------
    BrokenRule
        If inputs has another shape, or contains NaN or infinity.
    """
    inputs = np.asarray(inputs, dtype=np.float64)
    width = run.dataset.train_inputs.shape[1]
    if inputs.ndim != 2 or inputs.shape[1] != width:
        raise BrokenRule("inputs", f"have the shape (n_samples, {width})", shown(inputs.shape))
    if not np.isfinite(inputs).all():
        raise BrokenRule("inputs", "be finite numbers", "NaN or infinity")
    config = run.config
    inputs = expand(config.features, inputs)
    outputs = Network(config.layer_sizes, config.activations, inputs).forward(run.parameters)
    if not np.isfinite(outputs).all():
        far = ~np.isfinite(outputs).all(axis=1)
        inputs = inputs[far]
        _bound(inputs)
        network = Network(config.layer_sizes, config.activations, inputs)
        outputs[far] = network.forward(run.parameters, lambda _, __, array: _bound(array))
    outputs = config.head.outputs(outputs)
    return outputs if outputs.shape[1] > 1 else outputs[:, 0]


def _bound(array: FloatArray) -> None:
    """Clip an array's numbers in place, so that their products with weights do not overflow."""
    np.nan_to_num(array, copy=False, posinf=_MAX_FAR, neginf=-_MAX_FAR)
    np.clip(array, -_MAX_FAR, _MAX_FAR, out=array)


def _advance_without_points(run: Run, iterations: int) -> Run:
    """Count iterations only: without points there is no loss and nothing to learn."""
    iteration = run.iteration + iterations
    samples = [np.nan] * (iteration // TEST_EVERY - run.iteration // TEST_EVERY)
    snapshots = Snapshots(run.snapshots, run.iteration)
    for passed in range(run.iteration + 1, iteration + 1):
        if passed % snapshots.stride == 0:
            snapshots.add(snapshot(run)._replace(iteration=passed))
    first = -(-run.iteration // STATISTICS_EVERY) * STATISTICS_EVERY
    passed_rows = range(first, iteration, STATISTICS_EVERY)
    rows = [layer_row(passed, run.config, None, run.parameters) for passed in passed_rows]
    return replace(
        run,
        iteration=iteration,
        losses=np.concatenate([run.losses, np.zeros(iterations)]),
        test_losses=np.concatenate([run.test_losses, samples]),
        test_accuracies=np.concatenate([run.test_accuracies, samples]),
        snapshots=tuple(snapshots.kept),
        layer_history=run.layer_history.extended(rows).thinned(),
    )
