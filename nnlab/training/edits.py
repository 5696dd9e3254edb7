"""Edits to a run: change its settings, set a parameter by hand, rewind it."""

import math
from dataclasses import replace

import numpy as np

from nnlab.data.rules import BrokenRule, is_real, shown
from nnlab.model.computing import computing
from nnlab.model.network import Parameters
from nnlab.model.optimizers import continued
from nnlab.training import edit_record
from nnlab.training.batches import DATA_FIELDS, dataset_of
from nnlab.training.config import Config
from nnlab.training.kinds import whole_number
from nnlab.training.metrics import is_finite, loss_and_accuracy
from nnlab.training.run import TEST_EVERY, Run, snapshot

LARGEST_VALUE = 1000  # largest absolute value of a parameter set by hand


def with_config(run: Run, config: Config) -> Run:
    """Return the run with another config and the same parameters, iteration and losses.

    The data are drawn again only if their settings have changed. The optimizer's memory is kept
    unless the optimizer changes. The run is no longer stopped, `patience` restarts, and `edits`
    records the change.

    Raises
    ------
    BrokenRule
        If features, hidden layers or the number of classes change, as the parameters would not
        fit.
    """
    for name in ("features", "hidden_layers", "classes"):
        old, new = getattr(run.config, name), getattr(config, name)
        if new != old:
            must = f"stay {shown(old)} while a run goes on"
            raise BrokenRule(name, must, shown(new))
    if config.layer_sizes != run.config.layer_sizes:  # the other data set has more or fewer classes
        must = f"stay {shown(run.config.dataset)} while a run goes on"
        raise BrokenRule("dataset", must, shown(config.dataset))
    same_data = all(getattr(config, name) == getattr(run.config, name) for name in DATA_FIELDS)
    return _continued(
        replace(
            run,
            config=config,
            dataset=run.dataset if same_data else dataset_of(config),
            optimizer_state=continued(run.optimizer_state, config.optimizer),
            edits=edit_record.with_settings(run.edits, run.iteration, run.config, config),
        )
    )


@computing()
def set_parameter(run: Run, layer: int, row: int, column: int, value: float) -> Run:
    """Set one weight or bias by hand, and return the new Run.

    The optimizer's memory is kept. The run is no longer stopped, `patience` restarts, and `edits`
    records the change. A snapshot and test metrics of this iteration are replaced.

    Parameters
    ----------
    run : left as it is
    layer : from 0, the first hidden layer, to the output
    row, column : in the layer's matrix, (fan_in + 1, fan_out), whose last row is the biases
    value : from -LARGEST_VALUE to LARGEST_VALUE

    Raises
    ------
    BrokenRule
        If there is no such parameter, or if the value is out of range or makes a loss or the
        penalty infinite.
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
    kind = edit_record.PARAMETER
    one = edit_record.Edit(run.iteration, kind, name, float(value), before)
    edits = edit_record.with_edit(run.edits, one)
    return _continued(replace(run, parameters=parameters, edits=edits))


def rewind(run: Run, iteration: int) -> Run:
    """Return the run as it was at an iteration.

    Without edits it equals `advance(start(config), iteration)` and continues with the same losses,
    but it may have fewer snapshots and fewer rows of the layer history. It keeps the current config
    and data: settings that were changed later count as changed at that iteration, and `patience`
    restarts there.

    Parameters
    ----------
    run : left as it is
    iteration : one of `run.snapshot_iterations`; the last one gives the run itself

    Raises
    ------
    BrokenRule
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
        edits=edit_record.edits_at(run.edits, then.iteration),
    )
    # after these edits, test metrics and the best loss belong to other data or settings
    kinds = {one.kind for one in run.edits if one.iteration > then.iteration}
    outdated = kinds & {edit_record.SETTING, edit_record.STOP}
    return _continued(rewound) if outdated else rewound


@computing()
def _continued(run: Run) -> Run:
    """Return an edited run that can continue; update this iteration's test metrics and snapshot."""
    run = replace(
        run, diverged=False, rule_met=None, best_loss=math.inf, best_iteration=run.iteration
    )
    if run.iteration % TEST_EVERY == 0:
        test = run.dataset.test_inputs, run.dataset.test_targets
        loss, accuracy = loss_and_accuracy(run.config, *test, run.parameters)
        losses, accuracies = np.append(run.test_losses[:-1], loss), run.test_accuracies[:-1]
        run = replace(run, test_losses=losses, test_accuracies=np.append(accuracies, accuracy))
    if run.snapshots[-1].iteration != run.iteration:
        return run
    return replace(run, snapshots=(*run.snapshots[:-1], snapshot(run)))
