"""What may be done to a run besides training: other settings, a parameter by hand, back in time."""

import math
from dataclasses import replace

import numpy as np

from nnlab.data.rules import BrokenRule, is_real, shown
from nnlab.model.computing import computing
from nnlab.model.network import Parameters
from nnlab.model.optimizers import continued
from nnlab.training.batches import DATA_FIELDS, dataset_of
from nnlab.training.config import Config
from nnlab.training.edit_record import (
    PARAMETER,
    SETTING,
    STOP,
    Edit,
    edits_at,
    with_edit,
    with_settings,
)
from nnlab.training.kinds import whole_number
from nnlab.training.metrics import is_finite, loss_and_accuracy
from nnlab.training.run import TEST_EVERY, Run, snapshot

LARGEST_VALUE = 1000  # of a parameter that is set by hand, either way


def with_config(run: Run, config: Config) -> Run:
    """Let a run go on under another config, from its parameters, iteration and losses.

    The data are drawn anew only if their settings have changed; own points may come and go while
    the run trains. The optimizer's memory stays unless the optimizer is another one. What has
    stopped the run no longer counts, and `patience` begins anew. `edits` tells of it.

    Raises
    ------
    ValueError
        If the parameters do not fit: features and hidden layers have to stay as they are.
    """
    for name in ("features", "hidden_layers"):
        old, new = getattr(run.config, name), getattr(config, name)
        if new != old:
            must = f"stay {shown(old)} while a run goes on"
            raise BrokenRule(name, must, shown(new))
    same_data = all(getattr(config, name) == getattr(run.config, name) for name in DATA_FIELDS)
    return _going_on(
        replace(
            run,
            config=config,
            dataset=run.dataset if same_data else dataset_of(config),
            optimizer_state=continued(run.optimizer_state, config.optimizer),
            edits=with_settings(run.edits, run.iteration, run.config, config),
        )
    )


@computing()
def set_parameter(run: Run, layer: int, row: int, column: int, value: float) -> Run:
    """Set one weight or bias by hand, and return a new Run that goes on from there.

    The optimizer's memory stays. What has stopped the run no longer counts, and `patience` begins
    anew. A snapshot and a test sample of this iteration are made anew. `edits` tells of it.

    Parameters
    ----------
    run : left as it is
    layer : from 0, the first hidden one, to the output
    row, column : of the layer's matrix, (fan_in + 1, fan_out), whose last row are the biases
    value : from -LARGEST_VALUE to LARGEST_VALUE

    Raises
    ------
    ValueError
        If there is no such parameter, or the value is not such a number or takes the loss, or the
        penalty, to infinity.
    """
    parameters = run.parameters.copy()
    whole_number("layer", layer, 0, len(parameters.matrices) - 1)
    matrix = parameters.matrices[layer]
    fan_in = len(matrix) - 1
    whole_number("row", row, 0, fan_in)
    whole_number("column", column, 0, matrix.shape[1] - 1)
    if not is_real(value) or not -LARGEST_VALUE <= value <= LARGEST_VALUE:
        must = f"be a finite number from {-LARGEST_VALUE} to {LARGEST_VALUE}"
        raise BrokenRule("value", must, shown(value))
    before = float(matrix[row, column])
    matrix[row, column] = value
    if not is_finite(run.config, run.dataset, parameters):
        raise BrokenRule("value", "leave the loss finite", shown(value))
    unit = f"{column + 1} of layer {layer + 1}"
    name = f"bias {unit}" if row == fan_in else f"weight {row + 1} -> {unit}"
    one = Edit(run.iteration, PARAMETER, name, float(value), before)
    edits = with_edit(run.edits, one)
    return _going_on(replace(run, parameters=parameters, edits=edits))


def rewind(run: Run, iteration: int) -> Run:
    """Return the run as it was at an iteration, to look at it or to go on from there.

    Where nobody has changed a thing on the way it equals `advance(start(config), iteration)`, and
    goes on with the same losses; it may have fewer snapshots, and fewer rows of the layer history.
    Config and data are those of now, whatever they were then: settings that were changed later
    count as changed at that iteration, and `patience` begins anew there.

    Parameters
    ----------
    run : left as it is
    iteration : one of `run.snapshot_iterations`; the last one gives the run itself

    Raises
    ------
    ValueError
        If the run has no snapshot of that iteration.
    """
    known = run.snapshot_iterations
    iteration = whole_number("iteration", iteration, 0, run.iteration)
    if iteration not in known:
        raise BrokenRule("iteration", "be one of snapshot_iterations", shown(iteration))
    if iteration == run.iteration:
        return run
    snapshots = run.snapshots[: known.index(iteration) + 1]
    then = snapshots[-1]
    test_samples = 1 + then.iteration // TEST_EVERY
    rewound = replace(
        run,
        parameters=Parameters(run.parameters.layer_sizes, then.vector.copy()),
        optimizer_state=continued(then.optimizer_state, run.config.optimizer),
        iteration=then.iteration,
        losses=run.losses[: then.iteration],
        test_losses=run.test_losses[:test_samples],
        test_accuracies=run.test_accuracies[:test_samples],
        diverged=False,
        rule_met=None,
        best_loss=then.best_loss,
        best_iteration=then.best_iteration,
        snapshots=snapshots,
        layer_history=run.layer_history.until(then.iteration),
        edits=edits_at(run.edits, then.iteration),
    )
    # the test sample, and the best loss for `patience`, are then of other data or settings
    outdated = any(
        one.iteration > then.iteration and one.kind in {SETTING, STOP} for one in run.edits
    )
    return _going_on(rewound) if outdated else rewound


def _going_on(run: Run) -> Run:
    """Return a changed run as one that nothing has stopped, with what was sampled now made anew."""
    run = _with_test_sample(
        replace(
            run, diverged=False, rule_met=None, best_loss=math.inf, best_iteration=run.iteration
        )
    )
    if run.snapshots[-1].iteration != run.iteration:
        return run
    return replace(run, snapshots=(*run.snapshots[:-1], snapshot(run)))


@computing()
def _with_test_sample(run: Run) -> Run:
    """Return a run whose parameters or data have changed with the test sample of now made anew."""
    if run.iteration % TEST_EVERY:
        return run
    data = run.dataset
    loss, accuracy = loss_and_accuracy(
        run.config, data.test_inputs, data.test_targets, run.parameters
    )
    return replace(
        run,
        test_losses=np.append(run.test_losses[:-1], loss),
        test_accuracies=np.append(run.test_accuracies[:-1], accuracy),
    )
