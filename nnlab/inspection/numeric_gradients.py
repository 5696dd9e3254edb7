"""Gradients by central differences, to compare with those of backpropagation."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nnlab.inspection.next_update import Step, objective_of_step
from nnlab.model.activations import ACTIVATIONS
from nnlab.model.computing import computing
from nnlab.model.network import FloatArray, Parameters, zero_parameters
from nnlab.training.run import Run

STEP_SIZE = 1e-5  # h of the central difference: truncation h² and rounding 1e-16 / h are balanced
CHECK_WORK = 100_000_000  # multiplications that one check may take: about 0.1 s


@computing()
def numeric_gradients(run: Run, point: int | None, positions: Sequence[int]) -> FloatArray:
    """Return (loss(w + h) - loss(w - h)) / 2h for some of the parameters, by `Objective.loss`.

    The central difference of Press et al., Numerical Recipes, section 5.7, with h = STEP_SIZE. Each
    parameter takes two forward passes over all samples, see `affordable_checks`.

    Parameters
    ----------
    run, point : as for `look_at_step`
    positions : indices of the parameters in `Parameters.vector`

    Returns
    -------
    float64 (len(positions),)
    """
    _, objective = objective_of_step(run, point)
    parameters, found = run.parameters.copy(), np.empty(len(positions))
    for place, position in enumerate(positions):
        higher, lower = (
            objective.loss(_moved(parameters, run.parameters, position, sign)) for sign in (1, -1)
        )
        found[place] = (higher - lower) / (2 * STEP_SIZE)
    return found


def affordable_checks(step: Step) -> int:
    """Return for how many parameters `numeric_gradients` stays within CHECK_WORK, possibly 0."""
    weights = sum(fan_in * fan_out for fan_in, fan_out in pairwise(step.before.layer_sizes))
    return CHECK_WORK // (2 * step.n_samples * weights)


@computing()
def crossings(run: Run, point: int | None, position: int) -> int:
    """Count the kinks that the central difference of the parameter at a position steps over.

    A kink is a pre-activation of a kinked activation, over all samples and units, that is above 0
    at only one of w + h and w - h. There the central difference mixes the slopes of both sides,
    while backpropagation uses the slope at w.
    """
    _, objective = objective_of_step(run, point)
    above: dict[int, list[NDArray[np.bool_]]] = {
        layer: [] for layer, name in enumerate(run.config.activations) if ACTIVATIONS[name].has_kink
    }

    def watch(name: str, layer: int, array: FloatArray) -> None:
        if name == "z" and layer in above:
            above[layer].append(array > 0)

    parameters = run.parameters.copy()
    for sign in (1, -1):
        objective.loss(_moved(parameters, run.parameters, position, sign), watch)
    return sum(int(np.sum(higher != lower)) for higher, lower in above.values())


def positions_of(layer_sizes: Sequence[int]) -> tuple[NDArray[np.intp], ...]:
    """Return the indices in the vector of all numbers in `Parameters.matrices`, in their shapes."""
    places = zero_parameters(layer_sizes)
    places.vector[:] = np.arange(len(places.vector))
    return tuple(matrix.astype(np.intp) for matrix in places.matrices)


def _moved(parameters: Parameters, origin: Parameters, position: int, sign: int) -> Parameters:
    np.copyto(parameters.vector, origin.vector)
    parameters.vector[position] += sign * STEP_SIZE
    return parameters
