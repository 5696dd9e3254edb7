"""The activation functions, and the derivatives of those of hidden units, all in place."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

FloatArray = NDArray[np.float64]

_ZERO = np.zeros(())  # an array, as NumPy needs twice the time for a Python number
MOST_ZEROS = 2**18  # 2 MB
LEAK = 0.01  # slope of leaky_relu below 0, PyTorch's default

# A tanh beyond ±0.97 counts as saturated, as in A. Karpathy, "Building makemore, part 3:
# Activations & Gradients, BatchNorm" (2022). This is its slope there; the largest is 1.
SATURATED_SLOPE = 1 - 0.97**2


class Activation(NamedTuple):
    """A function g of a layer's pre-activations z, and all that is known of it.

    Attributes
    ----------
    apply : turns z into the activations a = g(z), in place
    differentiate : turns a into g'(z), in place
    formula, slope_formula : the equations of g and of g' as LaTeX
    source, slope_source : g of z, and g' of z or a, as NumPy expressions that give the same bits;
        functions without `np.` are those of scipy.special
    from_pre_activations : whether `differentiate` takes z instead of a, as the sine's does
    saturated_slope : a slope below this counts as saturated; None if the function never saturates
    has_kink : whether the slope jumps at 0
    has_slope : False if the slope is 0 everywhere, so that no gradient passes
    start : the initialization that fits it: "he" was made for ReLU (He et al. 2015), "xavier" for
        tanh and similar functions (Glorot and Bengio 2010)
    """

    apply: Callable[[FloatArray], object]
    differentiate: Callable[[FloatArray], object]
    formula: str
    slope_formula: str
    source: str
    slope_source: str
    from_pre_activations: bool = False
    saturated_slope: float | None = None
    has_kink: bool = False
    has_slope: bool = True
    start: str = "he"


@lru_cache(maxsize=16)
def zeros(shape: tuple[int, ...]) -> FloatArray:
    """Return zeros to compare an array of this shape with; a single zero if it is large.

    NumPy's `maximum` of two arrays takes a third as long as with an array and a number.
    """
    found = np.zeros(shape if math.prod(shape) <= MOST_ZEROS else (), order="F")
    found.flags.writeable = False
    return found


def sigmoid_in_place(z: FloatArray) -> None:
    """Turn z into 1 / (1 + exp(-z)), without overflow."""
    # exp(-z) overflows below z = -709; the equal (1 + tanh(z / 2)) / 2 cannot
    np.multiply(z, 0.5, out=z)
    np.tanh(z, out=z)
    np.add(z, 1, out=z)
    np.multiply(z, 0.5, out=z)


def tanh_in_place(z: FloatArray) -> None:
    """Turn z into tanh(z)."""
    np.tanh(z, out=z)


def softmax_in_place(z: FloatArray) -> None:
    """Turn each row of z, float64 (n_samples, n), into exp(z) / Σ exp(z), without overflow."""
    # a common summand cancels, and exp of a number up to 0 cannot overflow
    np.subtract(z, z.max(axis=1, keepdims=True), out=z)
    np.exp(z, out=z)
    np.divide(z, z.sum(axis=1, keepdims=True), out=z)


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


def _gelu(z: FloatArray) -> None:
    np.multiply(z, ndtr(z), out=z)


def _gelu_slope(z: FloatArray) -> None:
    # Φ(z) + z φ(z), with the standard normal distribution function Φ and density φ
    np.add(ndtr(z), z * np.exp(-z * z / 2) / (2 * np.pi) ** 0.5, out=z)


ACTIVATIONS: dict[str, Activation] = {
    "relu": Activation(
        lambda z: np.maximum(z, zeros(z.shape), out=z),
        lambda a: np.copyto(a, a > _ZERO),  # the slope at 0 is 0, as in the article
        r"g(z) = \max(z, 0)",
        r"g'(z) = 1 \text{ above } 0 \text{, else } 0",
        "np.maximum(z, 0)",
        "a > 0",
        has_kink=True,
    ),
    "leaky_relu": Activation(
        lambda z: np.maximum(z, LEAK * z, out=z),
        lambda a: np.copyto(a, np.where(a > 0, 1, LEAK)),
        r"g(z) = \max(z, 0.01 z)",
        r"g'(z) = 1 \text{ above } 0 \text{, else } 0.01",
        "np.maximum(z, 0.01 * z)",
        "np.where(a > 0, 1, 0.01)",
        has_kink=True,
    ),
    "tanh": Activation(
        lambda z: np.tanh(z, out=z),
        _tanh_slope,
        r"g(z) = \tanh z",
        r"g'(z) = 1 - a^2",
        "np.tanh(z)",
        "1 - a * a",
        saturated_slope=SATURATED_SLOPE,
        start="xavier",
    ),
    # (1 + tanh(z / 2)) / 2, whose slope is a quarter of that of the tanh
    "sigmoid": Activation(
        sigmoid_in_place,
        lambda a: np.multiply(a, 1 - a, out=a),
        r"g(z) = 1 / (1 + e^{-z})",
        r"g'(z) = a (1 - a)",
        "(np.tanh(z * 0.5) + 1) * 0.5",
        "a * (1 - a)",
        saturated_slope=SATURATED_SLOPE / 4,
        start="xavier",
    ),
    "linear": Activation(
        lambda z: None,
        lambda a: a.fill(1),
        "g(z) = z",
        "g'(z) = 1",
        "z",
        "1",
        start="xavier",
    ),
    # Clevert et al. 2016, with alpha = 1
    "elu": Activation(
        _elu,
        _elu_slope,
        r"g(z) = z \text{ above } 0,\ e^z - 1 \text{ below}",
        r"g'(z) = 1 \text{ above } 0,\ a + 1 \text{ below}",
        "np.maximum(z, 0) + np.expm1(np.minimum(z, 0))",
        "np.minimum(a, 0) + 1",
    ),
    "softplus": Activation(
        _softplus,
        _softplus_slope,
        r"g(z) = \log(1 + e^z)",
        r"g'(z) = 1 - e^{-a}",
        "np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))",
        "-np.expm1(-a)",
    ),
    "sine": Activation(
        lambda z: np.sin(z, out=z),
        lambda z: np.cos(z, out=z),
        r"g(z) = \sin z",
        r"g'(z) = \cos z",
        "np.sin(z)",
        "np.cos(z)",
        from_pre_activations=True,
        start="xavier",
    ),
    # Hendrycks and Gimpel 2016
    "gelu": Activation(
        _gelu,
        _gelu_slope,
        r"g(z) = z\,\Phi(z)",
        r"g'(z) = \Phi(z) + z\,\varphi(z)",
        "z * ndtr(z)",
        "ndtr(z) + z * np.exp(-z * z / 2) / (2 * np.pi) ** 0.5",
        from_pre_activations=True,
    ),
    # the perceptron's (Rosenblatt 1958), which gradients cannot train
    "step": Activation(
        lambda z: np.copyto(z, z > 0),
        lambda a: a.fill(0),
        r"g(z) = 1 \text{ above } 0 \text{, else } 0",
        "g'(z) = 0",
        "np.where(z > 0, 1.0, 0.0)",
        "0 * a",
        has_kink=True,
        has_slope=False,
    ),
}
