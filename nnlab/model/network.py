"""The network's equations: forward pass, loss, and gradients by backpropagation.

Each layer computes z = a @ W + b. The biases are the last row of the layer's matrix, and the
activations have a last column of ones, so that this is a single product, forward and backward. All
layers' matrices are views of one vector, so that an update is a single subtraction.

Products are computed transposed, on views whose names end in `_t`: `np.dot` has half of the
overhead of `np.matmul`, and can write only to arrays in C order.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nnlab.model.activations import ACTIVATIONS
from nnlab.model.losses import CrossEntropy, OutputLoss, WeightedLoss

FloatArray = NDArray[np.float64]

# watch(name, layer, array) gets each array right after it is computed: "z" and "a" in the forward
# pass, "da", "dz" and "dW" in the backward pass. Layers count from 0, the first hidden one, to the
# output. The arrays are buffers that are soon overwritten, so a watcher copies what it keeps.
Watch = Callable[[str, int, FloatArray], None]


@dataclass(frozen=True, eq=False)
class Parameters:
    """All weights and biases of a network: one vector, and views of it for each layer.

    Attributes
    ----------
    layer_sizes : (n_features, *hidden_layers, n_outputs)
    vector : float64 (n_parameters,)
    """

    layer_sizes: tuple[int, ...]
    vector: FloatArray

    @cached_property
    def matrices(self) -> tuple[FloatArray, ...]:
        """Return each layer's weights, then biases as last row, float64 (fan_in + 1, fan_out)."""
        matrices, begin = [], 0
        for fan_in, fan_out in pairwise(self.layer_sizes):
            end = begin + (fan_in + 1) * fan_out
            matrices.append(self.vector[begin:end].reshape((fan_in + 1, fan_out), order="F"))
            begin = end
        return tuple(matrices)

    @cached_property
    def matrices_t(self) -> tuple[FloatArray, ...]:
        """Return each layer's matrix transposed, float64 (fan_out, fan_in + 1)."""
        return tuple(matrix.T for matrix in self.matrices)

    @cached_property
    def weights(self) -> tuple[FloatArray, ...]:
        """Return each layer's weights, float64 (fan_in, fan_out)."""
        return tuple(matrix[:-1] for matrix in self.matrices)

    @property
    def biases(self) -> tuple[FloatArray, ...]:
        """Return each layer's biases, float64 (1, fan_out)."""
        return tuple(matrix[-1:] for matrix in self.matrices)

    @cached_property
    def weight_mask(self) -> FloatArray:
        """Return float64 (n_parameters,): 1.0 where `vector` holds a weight, 0.0 for a bias."""
        mask = Parameters(self.layer_sizes, np.zeros_like(self.vector))
        for weights in mask.weights:
            weights[:] = 1
        mask.vector.flags.writeable = False
        return mask.vector

    def __reduce__(self) -> tuple[type["Parameters"], tuple[tuple[int, ...], FloatArray]]:
        # Pickled views would come back as copies.
        return Parameters, (self.layer_sizes, self.vector)

    def copy(self) -> "Parameters":
        """Return parameters with a vector of their own."""
        return Parameters(self.layer_sizes, self.vector.copy())


def zero_parameters(layer_sizes: Sequence[int]) -> Parameters:
    """Return parameters of the given layer sizes, all zero."""
    count = sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(layer_sizes))
    return Parameters(tuple(layer_sizes), np.zeros(count))


class Network:
    """The forward pass over one set of inputs, in buffers that are allocated once.

    Buffers are in Fortran order, so that each unit is one contiguous column. BLAS and element-wise
    loops run through columns twice as fast as through rows.

    Parameters
    ----------
    layer_sizes : (n_features, *hidden_layers, n_outputs)
    activations : for each hidden layer a name in ACTIVATIONS
    inputs : float64 (n_samples, n_features)
    """

    def __init__(
        self, layer_sizes: Sequence[int], activations: Sequence[str], inputs: FloatArray
    ) -> None:
        n_samples = len(inputs)
        self.functions = [ACTIVATIONS[name] for name in activations]
        # per layer: its inputs, (n_samples, fan_in + 1), the last column all ones
        self.layer_inputs = [np.ones((n_samples, n + 1), order="F") for n in layer_sizes[:-1]]
        self.layer_inputs[0][:, :-1] = inputs
        # per hidden layer: its activations, (n_samples, width), and the input of its derivative
        self.activations = [buffer[:, :-1] for buffer in self.layer_inputs[1:]]
        self.slopes = [
            np.empty_like(a) if function.from_pre_activations else a
            for function, a in zip(self.functions, self.activations, strict=True)
        ]
        self.logits = np.empty((n_samples, layer_sizes[-1]), order="F")
        self.inputs_t = [buffer.T for buffer in self.layer_inputs]
        self._z_t = [buffer.T for buffer in (*self.activations, self.logits)]
        self.first_product: Callable[..., FloatArray] = np.dot

    def set_inputs(self, inputs: FloatArray) -> None:
        """Replace the inputs by others, float64 (n_samples, n_features + 1), without copying."""
        self.layer_inputs[0], self.inputs_t[0] = inputs, inputs.T
        self.first_product = np.matmul  # np.dot copies a part of a larger array

    def forward(self, parameters: Parameters, watch: Watch | None = None) -> FloatArray:
        """Compute the logits, float64 (n_samples, n_outputs); the next call reuses their buffer.

        `watch` gets "z" and "a", float64 (n_samples, width), and the output's "z".
        """
        matrices_t, inputs_t, z_t = parameters.matrices_t, self.inputs_t, self._z_t
        product = self.first_product
        for layer, function in enumerate(self.functions):
            a = self.activations[layer]
            product(matrices_t[layer], inputs_t[layer], out=z_t[layer])  # z = a @ W + b, transposed
            product = np.dot
            if watch:
                watch("z", layer, a)
            if function.from_pre_activations:
                np.copyto(self.slopes[layer], a)
            function.apply(a)
            if watch:
                watch("a", layer, a)
        product(matrices_t[-1], inputs_t[-1], out=z_t[-1])  # z = a @ W + b, transposed
        if watch:
            watch("z", len(self.functions), self.logits)
        return self.logits


class Objective:
    """The loss of a network on one set of samples, and its gradients by backpropagation.

    Parameters
    ----------
    layer_sizes, activations, inputs : as for Network
    targets : float64 (n_samples, n_targets), as `encode` of the loss returns them
    output_loss : the loss of the logits
    weights : float64 (n_samples, 1), of the samples; None: all samples weigh the same
    """

    def __init__(
        self,
        layer_sizes: Sequence[int],
        activations: Sequence[str],
        inputs: FloatArray,
        targets: FloatArray,
        output_loss: type[OutputLoss] = CrossEntropy,
        weights: FloatArray | None = None,
    ) -> None:
        n_samples = len(inputs)
        self.network = Network(layer_sizes, activations, inputs)
        self.output_loss: OutputLoss | WeightedLoss = output_loss(n_samples, layer_sizes[-1])
        self.output_loss.set_targets(targets)
        if weights is not None:
            self.output_loss = self._weighted = WeightedLoss(self.output_loss)
            self._weighted.set_weights(weights)
        self.gradients = zero_parameters(layer_sizes)
        # Two buffers are enough, as a layer's deltas depend only on those of the next layer.
        buffers = [np.empty((n_samples, max(layer_sizes[1:])), order="F") for _ in range(2)]
        self._deltas = [buffers[i % 2][:, :width] for i, width in enumerate(layer_sizes[1:])]
        self._deltas_t = [deltas.T for deltas in self._deltas]

    def set_samples(
        self, inputs: FloatArray, targets: FloatArray, weights: FloatArray | None = None
    ) -> None:
        """Replace the samples with the same number of others, without copying.

        `inputs`, float64 (n_samples, n_features + 1), have contiguous columns, the last all ones.
        `weights` must be given if the first samples had weights, and only then.
        """
        self.network.set_inputs(inputs)
        self.output_loss.set_targets(targets)
        if weights is not None:
            self._weighted.set_weights(weights)

    def loss(self, parameters: Parameters, watch: Watch | None = None) -> float:
        """Run the forward pass and return the mean of the samples' losses, each times its weight.

        `watch` gets what `Network.forward` computes, and the output's "a" if the loss computes it:
        the squared error of a classification does, cross-entropy needs only the logits.
        """
        loss = self.output_loss.loss(self.network.forward(parameters, watch))
        if watch and self.output_loss.activations is not None:
            watch("a", len(self.network.functions), self.output_loss.activations)
        return loss

    def networks(self, parameters: Parameters) -> Iterator["Network"]:  # noqa: ARG002 - in blocks, it needs them
        """Yield the network, whose slopes are those of the last `backward`."""
        yield self.network

    def backward(self, parameters: Parameters, watch: Watch | None = None) -> FloatArray:
        """Return ∂loss/∂parameters, float64 (n_parameters,), after `loss(parameters)`.

        The gradients are the article's, section "Backward Propagation". The vector is a buffer that
        the next call reuses. The call overwrites the hidden activations, so each `backward` needs
        its own `loss` first.

        `watch` gets, from the output back, each layer's "dz", float64 (n_samples, width), its "dW",
        float64 (fan_in + 1, fan_out), whose last row is db, and the "da" of the hidden layer before
        it, float64 (n_samples, width).
        """
        layer_inputs, gradients = self.network.layer_inputs, self.gradients.matrices
        gradients_t, deltas_t = self.gradients.matrices_t, self._deltas_t
        weights = parameters.weights
        dz = self._deltas[-1]
        self.output_loss.differentiate(dz)
        if watch:
            watch("dz", len(weights) - 1, dz)
        for layer in range(len(weights) - 1, 0, -1):
            np.dot(deltas_t[layer], layer_inputs[layer], out=gradients_t[layer])  # dW, db below it
            if watch:
                watch("dW", layer, gradients[layer])
            da = self._deltas[layer - 1]
            np.dot(weights[layer], deltas_t[layer], out=deltas_t[layer - 1])  # da = dz @ W.T
            if watch:
                watch("da", layer - 1, da)
            slopes = self.network.slopes[layer - 1]
            self.network.functions[layer - 1].differentiate(slopes)
            dz = np.multiply(da, slopes, out=da)  # dz = da * g'(z)
            if watch:
                watch("dz", layer - 1, dz)
        product = self.network.first_product
        product(deltas_t[0], layer_inputs[0], out=gradients_t[0])  # dW, db below it
        if watch:
            watch("dW", 0, gradients[0])
        return self.gradients.vector
