"""From a gradient to an update: the update rules, learning-rate schedules and penalties.

The update rules and their constants are PyTorch's (`torch.optim.SGD`, `RMSprop`, `Adam`). A rule
turns the gradient into a direction d, in place. Every rule's update is then w -= learning_rate * d.
"""

# ruff: noqa: ARG001 - all rules have the same parameters

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from nnlab.model.activations import FloatArray

RMSPROP_ALPHA = 0.99
ADAM_BETA1, ADAM_BETA2 = 0.9, 0.999
# Arrays, since NumPy would convert a plain number at each update.
_BETA1, _BETA2 = np.array(ADAM_BETA1), np.array(ADAM_BETA2)
_OF_GRADIENT, _OF_SQUARE = np.array(1 - ADAM_BETA1), np.array(1 - ADAM_BETA2)
EPSILON = 1e-8  # keeps RMSprop and Adam from dividing by 0

# direct(d, old, new, t, momentum): d is the gradient, and the direction afterwards. old and new,
# (n_vectors, n_parameters), are the rule's memory before this update (only read) and after it (only
# written). t is the number of this update, from 1.
Direct = Callable[[FloatArray, FloatArray, FloatArray, int, float], None]


class Optimizer(NamedTuple):
    """An update rule: the number of vectors it remembers, and the rule itself."""

    n_vectors: int
    direct: Direct


def _sgd(d: FloatArray, old: FloatArray, new: FloatArray, t: int, momentum: float) -> None:
    """Follow the gradient itself: d = g."""


def _momentum(d: FloatArray, old: FloatArray, new: FloatArray, t: int, momentum: float) -> None:
    """Follow a velocity (Polyak 1964): v = momentum * v + g, d = v."""
    new[0] = momentum * old[0] + d
    d[:] = new[0]


def _nesterov(d: FloatArray, old: FloatArray, new: FloatArray, t: int, momentum: float) -> None:
    """Look one step ahead (Sutskever et al. 2013): v = momentum * v + g, d = g + momentum * v."""
    new[0] = momentum * old[0] + d
    d += momentum * new[0]


def _rmsprop(d: FloatArray, old: FloatArray, new: FloatArray, t: int, momentum: float) -> None:
    """Divide by the gradient's recent size (Hinton, lecture 6e): s = αs + (1-α)g², d = g / √s."""
    new[0] = RMSPROP_ALPHA * old[0] + (1 - RMSPROP_ALPHA) * (d * d)
    d /= np.sqrt(new[0]) + EPSILON


def _adam(d: FloatArray, old: FloatArray, new: FloatArray, t: int, momentum: float) -> None:
    """Divide the mean gradient by its size, both corrected for their start at 0.

    Kingma and Ba 2015, algorithm 1: m = β₁m + (1-β₁)g, v = β₂v + (1-β₂)g²,
    d = m / (1-β₁ᵗ) / (√(v / (1-β₂ᵗ)) + ε).
    """
    m, v = new
    np.multiply(old[0], _BETA1, out=m)
    m += np.multiply(d, _OF_GRADIENT, out=v)
    np.multiply(old[1], _BETA2, out=v)
    np.multiply(d, d, out=d)
    v += np.multiply(d, _OF_SQUARE, out=d)
    # Both corrections are plain numbers, which saves two passes over the vector.
    correction1, correction2 = 1 - ADAM_BETA1**t, math.sqrt(1 - ADAM_BETA2**t)
    size = np.sqrt(v, out=d)
    size *= correction1 / correction2
    size += correction1 * EPSILON
    np.divide(m, size, out=d)


OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": Optimizer(0, _sgd),
    "momentum": Optimizer(1, _momentum),
    "nesterov": Optimizer(1, _nesterov),
    "rmsprop": Optimizer(1, _rmsprop),
    "adam": Optimizer(2, _adam),
}


class OptimizerState(NamedTuple):
    """What an update rule remembers between two updates.

    Attributes
    ----------
    optimizer : a name in OPTIMIZERS
    updates : number of updates made
    vectors : float64 (n_vectors, n_parameters), zeros before the first update
    """

    optimizer: str
    updates: int
    vectors: FloatArray


def initial_state(optimizer: str, n_parameters: int) -> OptimizerState:
    """Return the state of an update rule before its first update."""
    return OptimizerState(optimizer, 0, np.zeros((OPTIMIZERS[optimizer].n_vectors, n_parameters)))


def continued(state: OptimizerState, optimizer: str) -> OptimizerState:
    """Return the state itself, or an initial one if it belongs to another update rule."""
    if state.optimizer == optimizer:
        return state
    return initial_state(optimizer, state.vectors.shape[1])


# (iteration, iterations of the run) -> factor on the learning rate, even after the run's end
SCHEDULES: dict[str, Callable[[int, int], float]] = {
    "constant": lambda iteration, iterations: 1.0,
    # halved at every tenth of the run: PyTorch's StepLR(step_size=iterations // 10, gamma=0.5)
    "step": lambda iteration, iterations: 0.5 ** (iteration // max(1, iterations // 10)),
    # a hundredth at the end of the run: ExponentialLR(gamma=0.01 ** (1 / iterations))
    "exponential": lambda iteration, iterations: 0.01 ** (iteration / iterations),
    # 0 at the end of the run, where it restarts: Loshchilov and Hutter 2017 (SGDR), eq. 5
    "cosine": lambda iteration, iterations: (
        (1 + math.cos(math.pi * (iteration % iterations) / iterations)) / 2
    ),
}


class Penalty(NamedTuple):
    """A penalty on the weights w and its derivative, both without the rate."""

    penalize: Callable[[FloatArray], float]
    differentiate: Callable[[FloatArray], FloatArray]


PENALTIES: dict[str, Penalty] = {
    "none": Penalty(lambda w: 0.0, np.zeros_like),
    # Σ|w|; its slope at 0 is 0, as in PyTorch
    "l1": Penalty(lambda w: float(np.abs(w).sum()), np.sign),
    "l2": Penalty(lambda w: float(np.dot(w, w)) / 2, lambda w: w),  # ½ Σw²
}
