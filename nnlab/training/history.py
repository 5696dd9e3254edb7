"""What a run remembers of its way: its parameters at some iterations, and how its layers did."""

import math
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from nnlab.model.network import FloatArray, Objective, Parameters
from nnlab.model.optimizers import OptimizerState
from nnlab.training.config import Config
from nnlab.training.metrics import penalty

MAX_SNAPSHOTS = 256
# Under 2 MB together with the layer history, and enough for two of the largest network under Adam.
MAX_SNAPSHOT_BYTES = 1_500_000

DENSE, FIRST_STRIDE = 32, 16  # a stride below the latter has no more snapshots than the former


class Snapshot(NamedTuple):
    """A run at one iteration, as far as it does not follow from the series that the run keeps.

    Attributes
    ----------
    iteration : number of updates made before
    vector : float64 (n_parameters,), as in `Parameters`
    optimizer_state : what the update rule remembers of the updates before
    best_loss, best_iteration : as in `Run`
    size : bytes that its arrays take
    """

    iteration: int
    vector: FloatArray
    optimizer_state: OptimizerState
    best_loss: float
    best_iteration: int
    size: int

    @classmethod
    def of(
        cls,
        iteration: int,
        vector: FloatArray,
        optimizer_state: OptimizerState,
        best_loss: float,
        best_iteration: int,
    ) -> Self:
        """Make a snapshot with a vector of its own."""
        size = vector.nbytes + optimizer_state.vectors.nbytes
        return cls(iteration, vector.copy(), optimizer_state, best_loss, best_iteration, size)


class Snapshots:
    """Snapshots from iteration 0 on, at a stride that doubles time and again.

    First soon, so that they cost the beginning little: every iteration up to 32, and every 16th
    from 256 on. Then whenever there are too many: at most MAX_SNAPSHOTS, of MAX_SNAPSHOT_BYTES
    together, are kept, but two in any case. Which ones there are follows from the iterations gone
    through, and not from the chunks in which that was done.

    Parameters
    ----------
    kept : those so far, the first one of iteration 0
    iteration : the present one

    Attributes
    ----------
    kept : the snapshots, a list
    stride : a snapshot can be due where the iteration is a multiple of it
    """

    def __init__(self, kept: Iterable[Snapshot], iteration: int) -> None:
        self._begin_with(list(kept), iteration)

    def _begin_with(self, kept: list[Snapshot], iteration: int) -> None:
        self.kept = kept
        self._largest = 0  # bytes of the largest one, which `add` looks for
        self.stride = _stride(iteration, MAX_SNAPSHOTS)  # or more, if they are large

    def add(self, snapshot: Snapshot) -> None:
        """Keep a snapshot, if it is due."""
        if not self._largest:
            self._largest = max(map(attrgetter("size"), [*self.kept, snapshot]))
        most = min(MAX_SNAPSHOTS, max(2, MAX_SNAPSHOT_BYTES // self._largest))
        self.stride = _stride(snapshot.iteration, most)
        if snapshot.iteration % self.stride:
            return
        self.kept.append(snapshot)
        if len(self.kept) > most:
            sparser = [one for one in self.kept if one.iteration % self.stride == 0]
            self._begin_with(sparser, snapshot.iteration)


def _stride(iteration: int, most: int) -> int:
    """Return the smallest power of two with few enough multiples from 0 up to an iteration.

    That are `most` in any case, and DENSE while the stride is below FIRST_STRIDE.
    """
    stride = 1
    while iteration // stride >= (min(DENSE, most) if stride < FIRST_STRIDE else most):
        stride *= 2
    return stride


STATISTICS_EVERY = 100  # iterations between two samples of the layers, at first
MAX_ROWS = 2_000  # of them: 0.3 MB of the deepest network

_MAX_FLOAT32 = float(np.finfo(np.float32).max)


class LayerHistory(NamedTuple):
    """The layers of a run at some iterations: one row each, of the update that was made there.

    Every STATISTICS_EVERY iterations, and of a long run every second, fourth, … of them; what was
    sampled between them is dropped. Of its batch, as the forward and the backward pass found it; in
    a small batch a unit is more often dead than it is for all points. Without a training point,
    what needs one is NaN.

    Attributes
    ----------
    iterations : int64 (n,)
    gradient_norms : float32 (n, n_layers), the Frobenius norm of the gradient of the loss, without
        the penalty, by a layer's weights and biases
    weight_norms : float32 (n, n_layers), the Frobenius norm of the weights, without the biases
    dead_fractions : float32 (n, n_hidden_layers), the share of the units whose slope g'(z) is 0 for
        all samples, so that no gradient gets through them
    saturated_fractions : float32 (n, n_hidden_layers), the share of the slopes, of all units and
        samples, that are below the activation's `saturated_slope`; 0 if it has none
    penalties : float64 (n,), of the regularization
    """

    iterations: NDArray[np.int64]
    gradient_norms: NDArray[np.float32]
    weight_norms: NDArray[np.float32]
    dead_fractions: NDArray[np.float32]
    saturated_fractions: NDArray[np.float32]
    penalties: FloatArray

    def extended(self, rows: "Sequence[LayerRow]") -> "LayerHistory":
        """Return the history with further rows behind it, all of them."""
        if not rows:
            return self
        columns: zip[tuple[NDArray[Any], Any]] = zip(self, zip(*rows, strict=True), strict=True)
        return LayerHistory._make(
            np.concatenate([old, np.array(new, old.dtype)]) for old, new in columns
        )

    def thinned(self) -> "LayerHistory":
        """Return at most MAX_ROWS of the rows, at a stride that doubles whenever there are more.

        Which ones follows from the last row, and not from the chunks in which they have come.
        """
        last = self.iterations[-1] if len(self.iterations) else 0
        stride = STATISTICS_EVERY
        while last // stride >= MAX_ROWS:
            stride *= 2
        kept = self.iterations % stride == 0
        return LayerHistory._make(column[kept] for column in self)

    def until(self, iteration: int) -> "LayerHistory":
        """Return the rows of the updates that lead to an iteration."""
        n = int(np.searchsorted(self.iterations, iteration))
        return LayerHistory._make(column[:n] for column in self)


class LayerRow(NamedTuple):
    """One row of a LayerHistory, each layer's numbers in a list."""

    iteration: int
    gradient_norms: list[float]
    weight_norms: list[float]
    dead_fractions: list[float]
    saturated_fractions: list[float]
    penalty: float


def no_layer_history(n_layers: int) -> LayerHistory:
    """Return a history without a row."""
    layers, hidden = np.empty((0, n_layers), np.float32), np.empty((0, n_layers - 1), np.float32)
    return LayerHistory(np.empty(0, np.int64), layers, layers, hidden, hidden, np.empty(0))


def look_at_layers(
    iteration: int, config: Config, objective: Objective | None, parameters: Parameters
) -> LayerRow:
    """Return how the layers do, right after `objective.backward(parameters)`.

    It reads what is left in the buffers then: gradients, and slopes in place of the activations.
    Without an objective, of no training points, what it would say is NaN.
    """
    n_layers = len(parameters.matrices)
    gradient_norms, dead, saturated = ([np.nan] * n for n in (n_layers, *(n_layers - 1,) * 2))
    if objective:
        gradient_norms = [_norm(matrix) for matrix in objective.gradients.matrices]
        network = objective.network
        dead = [1 - np.count_nonzero(s.any(axis=0)) / s.shape[1] for s in network.slopes]
        limits = [function.saturated_slope for function in network.functions]
        saturated = [
            0.0 if limit is None else np.count_nonzero(s < limit) / s.size
            for s, limit in zip(network.slopes, limits, strict=True)
        ]
    weight_norms = [_norm(weights) for weights in parameters.weights]
    penalty_ = penalty(config, parameters)
    return LayerRow(iteration, gradient_norms, weight_norms, dead, saturated, penalty_)


def _norm(matrix: FloatArray) -> float:
    """Return the Frobenius norm, or float32's largest number where it is larger or NaN."""
    norm = math.sqrt(np.vdot(matrix.T, matrix.T))  # matrices are in Fortran order
    return norm if norm < _MAX_FLOAT32 else _MAX_FLOAT32
