"""What a run remembers of its way: its parameters at some iterations, in bounded memory."""

from collections.abc import Iterable
from operator import attrgetter
from typing import NamedTuple, Self

from nnlab.network import FloatArray
from nnlab.optimizers import OptimizerState

MAX_SNAPSHOTS = 256
MAX_SNAPSHOT_BYTES = 1_500_000  # enough for two of the largest network's, under Adam

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
    together, are kept. Which ones there are follows from the iterations gone through, and not from
    the chunks in which that was done.

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
        self._largest = 0  # bytes of the largest one, which `take` looks for
        self.stride = _stride(iteration, MAX_SNAPSHOTS)  # or more, if they are large

    def take(self, snapshot: Snapshot) -> None:
        """Keep a snapshot, if it is due."""
        if not self._largest:
            self._largest = max(map(attrgetter("size"), [*self.kept, snapshot]))
        most = min(MAX_SNAPSHOTS, MAX_SNAPSHOT_BYTES // self._largest)
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
