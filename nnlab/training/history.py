"""The history of a run: snapshots of its parameters, and statistics of its layers."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlab.data.datasets import read_only
from nnlab.model.blocks import BlockedObjective
from nnlab.model.network import FloatArray, Objective, Parameters
from nnlab.model.optimizers import OptimizerState
from nnlab.training.config import Config
from nnlab.training.metrics import penalty

MAX_SNAPSHOTS = 256
# Under 2 MB with the layer history, and enough for two snapshots of the largest network with Adam.
MAX_SNAPSHOT_BYTES = 1_500_000

DENSE, FIRST_STRIDE = 32, 16  # at most DENSE snapshots while the stride is below FIRST_STRIDE


def read_only_state(state: OptimizerState) -> OptimizerState:
    """Return the state with read-only arrays; the state itself if it has them."""
    vectors = state.vectors
    return state._replace(vectors=read_only(vectors)) if vectors.flags.writeable else state


class Snapshot(NamedTuple):
    """What `rewind` needs of a run at one iteration, besides the run's own series.

    Attributes
    ----------
    iteration : number of updates made so far
    vector : float64 (n_parameters,), as in `Parameters`
    optimizer_state : the memory of the update rule
    best_loss, best_iteration : as in `Run`
    """

    iteration: int
    vector: FloatArray
    optimizer_state: OptimizerState
    best_loss: float
    best_iteration: int

    def read_only(self) -> "Snapshot":
        """Return the snapshot with read-only arrays."""
        state = read_only_state(self.optimizer_state)
        return self._replace(vector=read_only(self.vector), optimizer_state=state)


class Snapshots:
    """Snapshots from iteration 0 on, at a stride that doubles as the run gets longer.

    The stride doubles fast at first, so that snapshots cost little: every iteration up to 32, and
    every 16th from 256 on. After that it doubles whenever there are more than MAX_SNAPSHOTS, or
    more than MAX_SNAPSHOT_BYTES; two snapshots are always kept. The snapshots depend only on the
    iterations, and not on the chunks in which a run was advanced.

    Only iterations that are multiples of `stride` can get a snapshot.
    """

    def __init__(self, kept: Iterable[Snapshot], iteration: int) -> None:
        self._begin_with(list(kept), iteration)

    def _begin_with(self, kept: list[Snapshot], iteration: int) -> None:
        self.kept = kept
        self._largest = 0  # bytes of the largest one; `add` computes it
        self.stride = _stride(iteration, MAX_SNAPSHOTS)  # larger if the snapshots are large

    def add(self, snapshot: Snapshot) -> None:
        """Keep a snapshot if its iteration is a multiple of the stride."""
        if not self._largest:
            known = [*self.kept, snapshot]
            self._largest = max(s.vector.nbytes + s.optimizer_state.vectors.nbytes for s in known)
        most = min(MAX_SNAPSHOTS, max(2, MAX_SNAPSHOT_BYTES // self._largest))
        self.stride = _stride(snapshot.iteration, most)
        if snapshot.iteration % self.stride:
            return
        self.kept.append(snapshot.read_only())
        if len(self.kept) > most:
            sparser = [one for one in self.kept if one.iteration % self.stride == 0]
            self._begin_with(sparser, snapshot.iteration)


def _stride(iteration: int, most: int) -> int:
    """Return the smallest power of two with few enough multiples from 0 to an iteration.

    At most `most` multiples are allowed, and at most DENSE while the stride is below FIRST_STRIDE.
    """
    stride = 1
    while iteration // stride >= (min(DENSE, most) if stride < FIRST_STRIDE else most):
        stride *= 2
    return stride


STATISTICS_EVERY = 100  # iterations between two rows of the layer history, at first
MAX_ROWS = 2_000  # 0.3 MB for the deepest network

_MAX_FLOAT32 = float(np.finfo(np.float32).max)


class LayerHistory(NamedTuple):
    """Statistics of a run's layers, one row for each sampled update.

    There is a row every STATISTICS_EVERY iterations. In a long run, only every second, fourth, …
    row is kept. Rows describe the update's batch; in a small batch, a unit is dead more often than
    on all points. Without training points, what depends on them is NaN.

    Attributes
    ----------
    iterations : int64 (n,)
    gradient_norms : float32 (n, n_layers), the Frobenius norm of the gradient of the loss, without
        the penalty, with respect to a layer's weights and biases
    weight_norms : float32 (n, n_layers), the Frobenius norm of the weights, without the biases
    dead_fractions : float32 (n, n_hidden_layers), the fraction of units whose slope g'(z) is 0 for
        all samples, so that no gradient passes through them
    saturated_fractions : float32 (n, n_hidden_layers), the fraction of slopes, over units and
        samples, below the activation's `saturated_slope`; 0 if it has none
    penalties : float64 (n,), the penalty of the regularization
    """

    iterations: NDArray[np.int64]
    gradient_norms: NDArray[np.float32]
    weight_norms: NDArray[np.float32]
    dead_fractions: NDArray[np.float32]
    saturated_fractions: NDArray[np.float32]
    penalties: FloatArray

    @classmethod
    def empty(cls, n_layers: int) -> "LayerHistory":
        """Return a history without rows."""
        layers, hidden = np.empty((2, 0, n_layers), "f4"), np.empty((2, 0, n_layers - 1), "f4")
        return cls._make([np.empty(0, np.int64), *layers, *hidden, np.empty(0)])

    def extended(self, rows: "Sequence[LayerHistory]") -> "LayerHistory":
        """Return the history followed by other rows."""
        return LayerHistory._make(map(np.concatenate, zip(self, *rows, strict=True)))

    def thinned(self) -> "LayerHistory":
        """Return at most MAX_ROWS of the rows, at a stride that doubles whenever there are more.

        The rows depend only on the last one, and not on the chunks in which they were added.
        """
        last = self.iterations[-1] if len(self.iterations) else 0
        stride = STATISTICS_EVERY
        while last // stride >= MAX_ROWS:
            stride *= 2
        kept = self.iterations % stride == 0
        return LayerHistory._make(column[kept] for column in self)

    def read_only(self) -> "LayerHistory":
        """Return the history with read-only arrays."""
        return LayerHistory._make(read_only(column) for column in self)

    def until(self, iteration: int) -> "LayerHistory":
        """Return the rows of the updates before an iteration."""
        n = int(np.searchsorted(self.iterations, iteration))
        return LayerHistory._make(column[:n] for column in self)


def layer_row(
    iteration: int,
    config: Config,
    objective: Objective | BlockedObjective | None,
    parameters: Parameters,
) -> LayerHistory:
    """Return the layers' statistics as one row, right after `objective.backward(parameters)`.

    At that moment the buffers hold the gradients, and the slopes in place of the activations.
    Without training points there is no objective, and the statistics are NaN.
    """
    n_layers = len(parameters.matrices)
    gradient_norms, dead, saturated = ([np.nan] * n for n in (n_layers, *(n_layers - 1,) * 2))
    if objective:
        gradient_norms = [_norm(matrix) for matrix in objective.gradients.matrices]
        alive = [np.zeros(width, dtype=np.bool_) for width in config.hidden_layers]
        flat, slopes = np.zeros((2, n_layers - 1), dtype=np.int64)
        for network in objective.networks(parameters):
            for layer, function in enumerate(network.functions):
                s, limit = network.slopes[layer], function.saturated_slope
                alive[layer] |= s.any(axis=0)
                flat[layer] += 0 if limit is None else np.count_nonzero(s < limit)
                slopes[layer] += s.size
        dead = [1 - np.count_nonzero(units) / len(units) for units in alive]
        saturated = [count / of for count, of in zip(flat, slopes, strict=True)]
    weight_norms = [_norm(weights) for weights in parameters.weights]
    statistics = (gradient_norms, weight_norms, dead, saturated)
    float32 = (np.array([values], np.float32) for values in statistics)
    penalties = np.array([penalty(config, parameters)])
    return LayerHistory._make([np.array([iteration]), *float32, penalties])


def _norm(matrix: FloatArray) -> float:
    """Return the Frobenius norm, or float32's largest number if it is larger or NaN."""
    norm = math.sqrt(np.vdot(matrix.T, matrix.T))  # matrices are in Fortran order
    return norm if norm < _MAX_FLOAT32 else _MAX_FLOAT32
