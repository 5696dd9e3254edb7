"""Every array of one update, copied from the functions that train.

`Objective.loss` and `Objective.backward` pass their arrays to a watcher; `Updates` does the rest.
"""

from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from nnlab.data.datasets import Dataset
from nnlab.data.rules import BrokenRule
from nnlab.model.computing import computing
from nnlab.model.network import FloatArray, Objective, Parameters, zero_parameters
from nnlab.training.batches import Batches, objective_of
from nnlab.training.edit_record import STEP, Edit
from nnlab.training.kinds import whole_number
from nnlab.training.run import Run, advance, evaluate
from nnlab.training.update import Updates


@dataclass(frozen=True, eq=False)
class Step:
    """The update that a run makes next, from the inputs to the parameters after it.

    It is made for n_samples training points, but arrays keep only the requested number of them, the
    first ones. All arrays are float64, except `samples`.

    Attributes
    ----------
    iteration : number of updates made before
    point : index of the only training point that the update is made for; None: the batch
    samples, targets, sample_losses : indices, int (rows,), (rows, 1) and (rows, 1)
    activations : A_0 to A_L, (rows, width) each: the features, the hidden layers' activations, and
        the output's probabilities or, of a regression, its values
    pre_activations, deltas : Z_1 to Z_L and ∂loss/∂Z, (rows, width) each
    loss : the mean loss over all n_samples, without the penalty
    activation_gradients : ∂loss/∂A of A_1 to A_{L-1}, (rows, width) each
    gradients, penalty_gradients : ∂loss/∂parameters, of the loss alone, and ∂penalty/∂parameters
    directions : the optimizer's directions for the sum of both
    learning_rate : of this update, by the schedule
    before, after : the parameters; after = before - learning_rate * directions
    """

    iteration: int
    point: int | None
    n_samples: int
    samples: NDArray[np.intp]
    targets: FloatArray
    activations: tuple[FloatArray, ...]
    pre_activations: tuple[FloatArray, ...]
    sample_losses: FloatArray
    loss: float
    deltas: tuple[FloatArray, ...]
    activation_gradients: tuple[FloatArray, ...]
    gradients: Parameters
    penalty_gradients: Parameters
    directions: Parameters
    learning_rate: float
    before: Parameters
    after: Parameters


@computing()
def look_at_step(run: Run, point: int | None = None, rows: int | None = None) -> Step:
    """Compute the next update of a run without making it.

    Parameters
    ----------
    run : left as it is
    point : index of the only training point that the update is for; None: the next batch
    rows : number of samples whose rows are kept; None: all

    Raises
    ------
    BrokenRule
        If there is no such training point, or none at all.
    """
    samples, objective = objective_of_step(run, point)
    seen: dict[tuple[str, int], FloatArray] = {}

    def watch(name: str, layer: int, array: FloatArray) -> None:
        if name != "dW":  # backward returns all of them
            seen[name, layer] = array[:rows].copy()

    before, n_layers = run.parameters, len(run.parameters.matrices)
    inputs = objective.network.layer_inputs[0][:rows, :-1].copy()
    loss = objective.loss(before, watch)
    sample_losses = objective.output_loss.sample_losses()[:rows].copy()
    gradients = Parameters(before.layer_sizes, objective.backward(before, watch).copy())
    penalty_gradients = zero_parameters(before.layer_sizes)
    updates = Updates(run.config, run.optimizer_state, before)
    updates.penalize(penalty_gradients.vector, before)
    directions = gradients.copy()
    updates.penalize(directions.vector, before)
    updates.direct(directions.vector)
    after = before.copy()
    updates.make(gradients.vector.copy(), before, after, run.iteration)
    hidden = [seen["a", layer] for layer in range(n_layers - 1)]
    return Step(
        iteration=run.iteration,
        point=point,
        n_samples=len(samples),
        samples=samples[:rows],
        targets=run.dataset.train_targets[samples[:rows]],
        activations=(inputs, *hidden, _outputs(run, seen)),
        pre_activations=tuple(seen["z", layer] for layer in range(n_layers)),
        sample_losses=sample_losses,
        loss=loss,
        deltas=tuple(seen["dz", layer] for layer in range(n_layers)),
        activation_gradients=tuple(seen["da", layer] for layer in range(n_layers - 1)),
        gradients=gradients,
        penalty_gradients=penalty_gradients,
        directions=directions,
        learning_rate=updates.rate(run.iteration),
        before=before,
        after=after,
    )


@computing()
def make_step(run: Run, point: int | None = None) -> Run:
    """Make the update that `look_at_step` shows, and return a new Run.

    For the batch this is `advance(run, 1)`. For one training point it is the update of a run that
    has no other training point, and counts as an edit: a run that had stopped can go on, and
    `patience` starts again. As in `advance`, an update that leads to infinity is rejected, and
    the run has diverged.

    Raises
    ------
    BrokenRule
        If there is no such training point.
    """
    if point is None:
        return advance(run, 1)
    _check(run, point)
    data, row = run.dataset, slice(point, point + 1)
    alone = Dataset(
        data.train_inputs[row], data.train_targets[row], data.test_inputs, data.test_targets
    )
    config = replace(run.config, batch_size=None, target_loss=None, patience=None)
    stepped = advance(replace(run, dataset=alone, config=config, diverged=False), 1)
    stepped = replace(stepped, dataset=data, config=run.config)
    if stepped.diverged or not np.isfinite(evaluate(stepped).train_loss):
        return replace(run, diverged=True)
    # recorded at the next iteration, so that rewinding to this one undoes it
    done = Edit(stepped.iteration, STEP, "training point", int(point))
    return replace(stepped, edits=(*run.edits, done))


def _check(run: Run, point: int) -> None:
    most = len(run.dataset.train_inputs) - 1
    whole_number("point", point, 0, most, ", one of the training points")


def objective_of_step(run: Run, point: int | None) -> tuple[NDArray[np.intp], Objective]:
    """Return the indices of the training points that an update is made for, and their objective.

    Parameters and errors as for `look_at_step`.
    """
    config, data = run.config, run.dataset
    if not len(data.train_inputs):
        raise BrokenRule("dataset", "have at least one training point", "0")
    if point is None:
        batches = Batches(config, data, in_blocks=False)
        objective = cast("Objective", batches.at(run.iteration))  # as it is not in blocks
        return batches.samples_at(run.iteration), objective
    _check(run, point)
    row = slice(point, point + 1)
    objective = objective_of(config, data.train_inputs[row], data.train_targets[row])
    return np.array([point]), objective


def _outputs(run: Run, seen: dict[tuple[str, int], FloatArray]) -> FloatArray:
    """Return the output's activations: as the loss computed them, or else as `predict` does."""
    output = len(run.config.hidden_layers)
    return seen.get(("a", output), run.config.head.outputs(seen["z", output]))
