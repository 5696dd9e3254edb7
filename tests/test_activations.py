"""Activations and their slopes are the textbook's, and stay finite."""

import numpy as np
import pytest

from nnlab.model.activations import ACTIVATIONS
from tests.helpers.textbook import TEXTBOOK


def _slopes(name: str, z: np.ndarray) -> np.ndarray:
    function, a = ACTIVATIONS[name], z.copy()
    if not function.from_pre_activations:
        function.apply(a)
    function.differentiate(a)
    return a


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_and_its_slope_equal_the_textbook(name: str) -> None:
    z = np.linspace(-5, 5, 101)  # without ReLU's kink: the step over it is not a slope
    z = z[np.abs(z) > 1e-3]
    a = z.copy()
    ACTIVATIONS[name].apply(a)
    np.testing.assert_allclose(a, TEXTBOOK[name](z), rtol=1e-12)  # sums that cancel at |z| = 5
    h = 1e-5  # truncation h² and cancellation 1e-16 / h: 1e-10 absolute
    numeric = (TEXTBOOK[name](z + h) - TEXTBOOK[name](z - h)) / (2 * h)
    np.testing.assert_allclose(_slopes(name, z), numeric, rtol=1e-6, atol=1e-9)
    assert numeric.any() == ACTIVATIONS[name].has_slope


@pytest.mark.parametrize(
    ("name", "slope"),
    [("relu", 0), ("leaky_relu", 0.01), ("elu", 1), ("softplus", 0.5), ("gelu", 0.5), ("step", 0)],
)
def test_the_slope_at_zero_is_the_articles_and_pytorchs(name: str, slope: float) -> None:
    """The article takes a > 0 for ReLU."""
    np.testing.assert_array_equal(_slopes(name, np.array([0.0, -0.0])), [slope, slope])


@pytest.mark.parametrize(
    ("name", "values", "slopes"),
    [
        ("relu", [0, 1000], [0, 1]),
        ("leaky_relu", [-10, 1000], [0.01, 1]),
        ("tanh", [-1, 1], [0, 0]),
        ("sigmoid", [0, 1], [0, 0]),
        ("linear", [-1000, 1000], [1, 1]),
        ("elu", [-1, 1000], [0, 1]),
        ("softplus", [0, 1000], [0, 1]),
        ("gelu", [0, 1000], [0, 1]),
        ("step", [0, 1], [0, 0]),
        ("sine", [-np.sin(1000), np.sin(1000)], [np.cos(1000), np.cos(1000)]),
    ],
)
def test_activations_stay_finite_at_1000(
    name: str, values: list[float], slopes: list[float]
) -> None:
    z = np.array([-1000.0, 1000.0])
    a = z.copy()
    ACTIVATIONS[name].apply(a)
    np.testing.assert_array_equal(a, values)
    np.testing.assert_array_equal(_slopes(name, z), slopes)


def test_small_values_keep_their_digits() -> None:
    """Where 1 + exp(z) rounds to 1, softplus is exp(z) and so is its slope; elu at 0 is z."""
    z = np.array([-40.0])
    a = z.copy()
    ACTIVATIONS["softplus"].apply(a)
    # exp carries its argument's rounding, 40 units in the 16th digit
    np.testing.assert_allclose(a, np.exp(-40), rtol=1e-14)
    np.testing.assert_allclose(_slopes("softplus", z), np.exp(-40), rtol=1e-14)
    a = np.array([-1e-12])
    ACTIVATIONS["elu"].apply(a)
    np.testing.assert_allclose(a, -1e-12, rtol=1e-11)  # z²/2 less
