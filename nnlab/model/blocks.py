"""Many samples, block by block: the buffers of a block stay in the processor's cache.

Each core works on blocks of its own. NumPy lets other threads run while it computes, and the blocks
are large enough for that to pay. What they give is summed in their order, so that the last digits
are the same for any number of cores.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from itertools import pairwise

import numpy as np

from nnlab.model.activations import FloatArray
from nnlab.model.losses import OutputLoss
from nnlab.model.network import Network, Objective, Parameters, zero_parameters

MOST_AT_ONCE = 8192  # samples that are not cut into blocks
BLOCK = 4096  # samples of a block, at most
CORES = os.cpu_count() or 1


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(CORES, "blocks")


class BlockedObjective:
    """An objective whose forward and backward pass go together through one block after another.

    Its loss and its gradients are those of `Objective` up to rounding. `loss` computes the
    gradients, too, so that a block is in the cache for both.

    Parameters
    ----------
    layer_sizes, activations, output_loss : as for Objective
    inputs : float64 (n_samples, n_features + 1), with contiguous columns, the last all ones
    targets, weights : as for Objective
    """

    def __init__(
        self,
        layer_sizes: Sequence[int],
        activations: Sequence[str],
        inputs: FloatArray,
        targets: FloatArray,
        output_loss: type[OutputLoss],
        weights: FloatArray | None = None,
    ) -> None:
        count = len(inputs)
        ends = np.linspace(0, count, -(-count // BLOCK) + 1).astype(int).tolist()
        self._blocks = [slice(*ends) for ends in pairwise(ends)]
        self._losses = [0.0] * len(self._blocks)
        self.gradients = zero_parameters(layer_sizes)
        self._block_gradients = np.empty((len(self._blocks), len(self.gradients.vector)))
        self.set_samples(inputs, targets, weights)

        def objective(number: int) -> Objective:
            rows = self._blocks[number]
            some = None if weights is None else weights[rows]
            made = Objective(
                layer_sizes, activations, inputs[rows, :-1], targets[rows], output_loss, some
            )
            made.set_samples(inputs[rows], targets[rows], some)  # and drop the copy of the inputs
            return made

        # each core has buffers of its own, of at most two sizes
        numbers = {rows.stop - rows.start: number for number, rows in enumerate(self._blocks)}
        cores = min(CORES, len(self._blocks))
        self._objectives = [
            {size: objective(number) for size, number in numbers.items()} for _ in range(cores)
        ]

    def set_samples(
        self, inputs: FloatArray, targets: FloatArray, weights: FloatArray | None = None
    ) -> None:
        """Replace the samples, as `Objective.set_samples` does."""
        self._samples = inputs, targets, weights

    def loss(self, parameters: Parameters) -> float:
        """Return the mean of the samples' losses, each times its weight."""
        # in copies of this context, as threads do not inherit how NumPy treats overflow
        works = [
            _threads().submit(copy_context().run, self._work, core, parameters)
            for core in range(len(self._objectives))
        ]
        for work in works:
            work.result()
        gradients, total = self.gradients.vector, 0.0
        gradients.fill(0)
        for rows, loss, block in zip(
            self._blocks, self._losses, self._block_gradients, strict=True
        ):
            share = (rows.stop - rows.start) / len(self._samples[0])
            total += share * loss
            np.multiply(block, share, out=block)
            np.add(gradients, block, out=gradients)
        return total

    def _work(self, core: int, parameters: Parameters) -> None:
        """Compute the losses and gradients of a core's blocks."""
        for number in range(core, len(self._blocks), len(self._objectives)):
            objective = self._on_block(core, number)
            self._losses[number] = objective.loss(parameters)
            self._block_gradients[number] = objective.backward(parameters)

    def _on_block(self, core: int, number: int) -> Objective:
        """Return a core's objective with the samples of a block."""
        rows = self._blocks[number]
        objective = self._objectives[core][rows.stop - rows.start]
        inputs, targets, weights = self._samples
        objective.set_samples(
            inputs[rows], targets[rows], None if weights is None else weights[rows]
        )
        return objective

    def backward(self, parameters: Parameters) -> FloatArray:  # noqa: ARG002 - as in Objective
        """Return ∂loss/∂parameters, float64 (n_parameters,), after `loss(parameters)`."""
        return self.gradients.vector

    def networks(self, parameters: Parameters) -> Iterator[Network]:
        """Yield the network of each block after its backward pass, which this repeats."""
        for number in range(len(self._blocks)):
            objective = self._on_block(0, number)
            objective.loss(parameters)
            objective.backward(parameters)
            yield objective.network
