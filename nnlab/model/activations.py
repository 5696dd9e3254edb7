"""The activation functions of hidden units, and their derivatives, both in place."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

LEAK = 0.01  # slope of leaky_relu below 0, PyTorch's default

# A tanh beyond ±0.97 counts as saturated, as in A. Karpathy, "Building makemore, part 3:
# Activations & Gradients, BatchNorm" (2022). This is its slope there; the largest is 1.
SATURATED_SLOPE = 1 - 0.97**2


class Activation(NamedTuple):
    """A function g of a layer's pre-activations z, and its derivative, both in place.

    Attributes
    ----------
    apply : turns z into the activations a = g(z)
    differentiate : turns a into g'(z)
    from_pre_activations : whether `differentiate` takes z instead of a, as the sine's does
    saturated_slope : a slope below this counts as saturated; None if the function never saturates
    """

    apply: Callable[[FloatArray], object]
    differentiate: Callable[[FloatArray], object]
    from_pre_activations: bool = False
    saturated_slope: float | None = None


def sigmoid_in_place(z: FloatArray) -> None:
    """Turn z into 1 / (1 + exp(-z)), without overflow."""
    # exp(-z) overflows below z = -709; the equal (1 + tanh(z / 2)) / 2 cannot
    np.multiply(z, 0.5, out=z)
    np.tanh(z, out=z)
    np.add(z, 1, out=z)
    np.multiply(z, 0.5, out=z)


def _tanh_slope(a: FloatArray) -> None:
    np.multiply(a, a, out=a)
    np.subtract(1, a, out=a)


def _elu(z: FloatArray) -> None:
    np.add(np.maximum(z, 0), np.expm1(np.minimum(z, 0)), out=z)  # z above 0, exp(z) - 1 below


def _elu_slope(a: FloatArray) -> None:
    np.add(np.minimum(a, 0), 1, out=a)  # 1 above 0, exp(z) = a + 1 below


def _softplus(z: FloatArray) -> None:
    # log(1 + exp(z)) as max(z, 0) + log(1 + exp(-|z|)), which cannot overflow
    np.add(np.maximum(z, 0), np.log1p(np.exp(-np.abs(z))), out=z)


def _softplus_slope(a: FloatArray) -> None:
    # the sigmoid of z: 1 - 1 / (1 + exp(z)) = 1 - exp(-a)
    np.negative(np.expm1(-a), out=a)


ACTIVATIONS: dict[str, Activation] = {
    # the slope of ReLU at 0 is 0, as in the article
    "relu": Activation(lambda z: np.maximum(z, 0, out=z), lambda a: np.copyto(a, a > 0)),
    "leaky_relu": Activation(
        lambda z: np.maximum(z, LEAK * z, out=z), lambda a: np.copyto(a, np.where(a > 0, 1, LEAK))
    ),
    "tanh": Activation(lambda z: np.tanh(z, out=z), _tanh_slope, saturated_slope=SATURATED_SLOPE),
    # (1 + tanh(z / 2)) / 2, whose slope is a quarter of that of the tanh
    "sigmoid": Activation(
        sigmoid_in_place,
        lambda a: np.multiply(a, 1 - a, out=a),
        saturated_slope=SATURATED_SLOPE / 4,
    ),
    "linear": Activation(lambda z: None, lambda a: a.fill(1)),
    # Clevert et al. 2016, with alpha = 1: z above 0, exp(z) - 1 below
    "elu": Activation(_elu, _elu_slope),
    "softplus": Activation(_softplus, _softplus_slope),  # log(1 + exp(z))
    "sine": Activation(
        lambda z: np.sin(z, out=z), lambda z: np.cos(z, out=z), from_pre_activations=True
    ),
}
