"""The network's equations: initialize, forward pass, loss, and gradients by backpropagation.

Each layer computes z = a @ W + b. The biases are the last row of one matrix per layer and every
activation carries a column of ones, so that this is a single product, forward and backward; all
layers' matrices are views of one vector, so that an update is a single subtraction.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


class Activation(NamedTuple):
    """An activation and its derivative, both in place.

    apply(z) turns the pre-activations z into activations a. backward(a, deltas) multiplies the
    gradients with respect to a by da/dz, which for all of these is a function of a.
    """

    apply: Callable[[FloatArray], object]
    backward: Callable[[FloatArray, FloatArray], object]


def _relu_backward(a: FloatArray, deltas: FloatArray) -> None:
    np.multiply(deltas, a > 0, out=deltas)  # the derivative at 0 is 0, as in the article


def _tanh_backward(a: FloatArray, deltas: FloatArray) -> None:
    np.multiply(deltas, 1 - a * a, out=deltas)


def _sigmoid(z: FloatArray) -> None:
    # 1 / (1 + exp(-z)) would overflow below z = -709; this form cannot.
    np.multiply(z, 0.5, out=z)
    np.tanh(z, out=z)
    np.add(z, 1, out=z)
    np.multiply(z, 0.5, out=z)


def _sigmoid_backward(a: FloatArray, deltas: FloatArray) -> None:
    np.multiply(deltas, a * (1 - a), out=deltas)


ACTIVATIONS: dict[str, Activation] = {
    "relu": Activation(lambda z: np.maximum(z, 0, out=z), _relu_backward),
    "tanh": Activation(lambda z: np.tanh(z, out=z), _tanh_backward),
    "sigmoid": Activation(_sigmoid, _sigmoid_backward),
    "linear": Activation(lambda z: None, lambda a, deltas: None),
}

# (fan_in, fan_out) -> factor on standard-normal weights
INITIALIZATIONS: dict[str, Callable[[int, int], float]] = {
    "normal": lambda fan_in, fan_out: 1.0,  # the article
    "he": lambda fan_in, fan_out: (2 / fan_in) ** 0.5,  # He et al. 2015, eq. 10
    "xavier": lambda fan_in, fan_out: (2 / (fan_in + fan_out)) ** 0.5,  # Glorot, Bengio 2010
    "zeros": lambda fan_in, fan_out: 0.0,
}


@dataclass(frozen=True)
class Parameters:
    """All weights and biases of a network as one vector, and as the layers' views of it.

    Attributes
    ----------
    layer_sizes : (n_features, *hidden_layers, 1)
    vector : float64 (n_parameters,)
    matrices : per layer float64 (fan_in + 1, fan_out): the weights, and the biases as last row
    weights : per layer float64 (fan_in, fan_out)
    biases : per layer float64 (1, fan_out)
    """

    layer_sizes: tuple[int, ...]
    vector: FloatArray

    @cached_property
    def matrices(self) -> tuple[FloatArray, ...]:
        """Return the layers' stacked weights and biases, views of `vector`."""
        shapes = [(fan_in + 1, fan_out) for fan_in, fan_out in pairwise(self.layer_sizes)]
        ends = np.cumsum([rows * columns for rows, columns in shapes])
        parts = np.split(self.vector, ends[:-1])
        return tuple(
            part.reshape(shape, order="F") for part, shape in zip(parts, shapes, strict=True)
        )

    @property
    def weights(self) -> tuple[FloatArray, ...]:
        """Return the layers' weights, views of `vector`."""
        return tuple(matrix[:-1] for matrix in self.matrices)

    @property
    def biases(self) -> tuple[FloatArray, ...]:
        """Return the layers' biases, views of `vector`."""
        return tuple(matrix[-1:] for matrix in self.matrices)

    def copy(self) -> "Parameters":
        """Return the same numbers in a vector of their own."""
        return Parameters(self.layer_sizes, self.vector.copy())


def zero_parameters(layer_sizes: Sequence[int]) -> Parameters:
    """Return parameters of the given layer sizes, all zero."""
    count = sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(layer_sizes))
    return Parameters(tuple(layer_sizes), np.zeros(count))


def initialize(layer_sizes: Sequence[int], initialization: str, seed: int) -> Parameters:
    """Draw the weights layer after layer from one `RandomState(seed)`; biases are zero.

    This is the stream of the article's global seed, which its numbers depend on.
    """
    rng = np.random.RandomState(seed)
    parameters = zero_parameters(layer_sizes)
    for weights in parameters.weights:
        scale = INITIALIZATIONS[initialization](*weights.shape)
        weights[:] = rng.randn(*weights.shape) * scale
    return parameters


class Network:
    """The forward and backward pass over one set of inputs, on buffers allocated once.

    Buffers are in Fortran order: each unit is one contiguous column, which both BLAS and the
    element-wise loops run through twice as fast as through rows.

    Parameters
    ----------
    layer_sizes : (n_features, *hidden_layers, 1)
    activation : a name in ACTIVATIONS, for all hidden layers
    inputs : float64 (n_samples, n_features)
    """

    def __init__(self, layer_sizes: Sequence[int], activation: str, inputs: FloatArray) -> None:
        n_samples = len(inputs)
        self.activation = ACTIVATIONS[activation]
        # per layer: its inputs, (n_samples, fan_in + 1), the last column ones
        self.layer_inputs = [
            np.ones((n_samples, width + 1), order="F") for width in layer_sizes[:-1]
        ]
        self.activations = [buffer[:, :-1] for buffer in self.layer_inputs]
        self.activations[0][:] = inputs
        self.logits = np.empty((n_samples, 1), order="F")

    def forward(self, parameters: Parameters) -> FloatArray:
        """Compute the logits, float64 (n_samples, 1), in a buffer that the next call reuses."""
        *hidden, output = parameters.matrices
        for layer, matrix in enumerate(hidden):
            a = self.activations[layer + 1]
            np.matmul(self.layer_inputs[layer], matrix, out=a)  # z = a @ W + b
            self.activation.apply(a)
        np.matmul(self.layer_inputs[-1], output, out=self.logits)
        return self.logits


class Objective:
    """Binary cross-entropy of a network with sigmoid output on one data set, and its gradients.

    With a = sigmoid(z) the article's loss -mean(t log a + (1 - t) log(1 - a)) is
    mean(max(z, 0) - t z + log(1 + exp(-|z|))) in terms of the logit z, which stays finite where
    the article's form is 0 * log 0. The gradients are the article's, section "Backpropagation".

    Parameters
    ----------
    layer_sizes, activation, inputs : as for Network
    targets : float64 (n_samples, 1), each 0.0 or 1.0
    """

    def __init__(
        self,
        layer_sizes: Sequence[int],
        activation: str,
        inputs: FloatArray,
        targets: FloatArray,
    ) -> None:
        self.network = Network(layer_sizes, activation, inputs)
        self.targets = targets
        self.gradients = zero_parameters(layer_sizes)
        self._deltas = [np.empty((len(inputs), width), order="F") for width in layer_sizes[1:]]
        self._exp = np.empty_like(self.network.logits)  # exp(-|z|), never above 1
        self._scratch = np.empty_like(self.network.logits)

    def loss(self, parameters: Parameters) -> float:
        """Run the forward pass and return the mean cross-entropy over the samples."""
        z = self.network.forward(parameters)
        exp, scratch = self._exp, self._scratch
        np.abs(z, out=exp)
        np.negative(exp, out=exp)
        np.exp(exp, out=exp)
        total = np.add.reduce(np.log1p(exp, out=scratch)[:, 0])
        total += np.add.reduce(np.maximum(z, 0, out=scratch)[:, 0])
        total -= np.dot(z[:, 0], self.targets[:, 0])
        return float(total) / len(z)

    def backward(self, parameters: Parameters) -> FloatArray:
        """Return ∂loss/∂parameters, float64 (n_parameters,), after `loss(parameters)`.

        The vector is a buffer that the next call reuses.
        """
        z, deltas = self.network.logits, self._deltas[-1]
        np.add(self._exp, 1, out=self._scratch)
        np.copyto(self._exp, 1.0, where=z >= 0)
        np.divide(self._exp, self._scratch, out=deltas)  # sigmoid(z)
        np.subtract(deltas, self.targets, out=deltas)
        np.divide(deltas, len(z), out=deltas)  # dz = (a - t) / m
        for layer in range(len(self._deltas) - 1, 0, -1):
            dz, a = self._deltas[layer], self.network.layer_inputs[layer]
            np.matmul(a.T, dz, out=self.gradients.matrices[layer])  # dW, and db below it
            previous = self._deltas[layer - 1]
            np.matmul(dz, parameters.matrices[layer][:-1].T, out=previous)  # da = dz @ W.T
            self.network.activation.backward(self.network.activations[layer], previous)
        np.matmul(self.network.layer_inputs[0].T, self._deltas[0], out=self.gradients.matrices[0])
        return self.gradients.vector


def sigmoid(logits: FloatArray) -> FloatArray:
    """Return 1 / (1 + exp(-logits)), same shape, without overflow."""
    probabilities = logits.copy()
    _sigmoid(probabilities)
    return probabilities
