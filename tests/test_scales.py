"""Scales: which of them hinder the training, and values with mean 0 and standard deviation 1."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from nnlab.data.points import NO_POINTS, Points
from nnlab.data.scales import (
    are_large,
    are_uneven,
    mean_and_deviation,
    need_scaling,
    standardized,
    standardized_points,
)

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def test_columns_are_standardized_as_scikit_learn_does_it() -> None:
    inputs = np.random.default_rng(1).normal([5, -300], [0.1, 70], size=(50, 2))
    expected = StandardScaler().fit_transform(inputs)
    # a mean of 5 beside a deviation of 0.1 costs two of float64's 16 digits
    np.testing.assert_allclose(standardized(inputs), expected, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(standardized(inputs[:, 0]), expected[:, 0], rtol=1e-11, atol=1e-13)


@given(low=FINITE, high=FINITE)
@example(low=-1e308, high=1.7e308)
@example(low=-5e-324, high=0.0)
@example(low=1.0, high=1.0000000000000002)
def test_two_values_are_standardized_to_one_below_and_one_above(low: float, high: float) -> None:
    """(low - mean) / deviation is -1 and 1 for any two values: deviation is half their distance."""
    low, high = min(low, high), max(low, high)
    result = standardized(np.array([[low, 7], [high, 7]]))
    expected = [-1, 1] if low < high else [0, 0]
    # rounding of the mean, the squares, their root and the quotient: a few units in the last place
    np.testing.assert_allclose(result[:, 0], expected, rtol=1e-15)
    np.testing.assert_array_equal(result[:, 1], [0, 0])


def test_the_targets_of_a_regression_are_standardized_and_classes_are_not() -> None:
    points = Points.of([(10, 7, 0), (30, 7, 1)])
    assert standardized_points(points, "classification") == Points.of([(-1, 0, 0), (1, 0, 1)])
    assert standardized_points(points, "regression") == Points.of([(-1, 0, -1), (1, 0, 1)])


@pytest.mark.parametrize("problem", ["classification", "regression"])
def test_no_points_need_no_scaling_and_stay_no_points(problem: str) -> None:
    assert not need_scaling(NO_POINTS, problem)
    assert standardized_points(NO_POINTS, problem) == NO_POINTS


@pytest.mark.parametrize(
    ("inputs", "large", "uneven"),
    [
        ([(-1, 1), (1, -1)], False, False),
        ([(-10, 10), (10, -10)], False, False),
        ([(-1, 10.5), (1, 9)], True, False),
        ([(-1, -3), (1, 3)], False, False),
        ([(-1, -3.01), (1, 3.01)], False, True),
        ([(5, 0.1), (7, 0.1), (9, 0.1)], False, False),  # one is constant
        ([(18, 15_000), (60, 150_000)], True, True),
        ([(1e308, 1e308), (-1e308, -1e308)], True, False),
    ],
)
def test_inputs_beyond_10_are_large_and_three_times_the_spread_is_uneven(
    inputs: list[tuple[float, float]], large: bool, uneven: bool
) -> None:
    points = Points(inputs, np.zeros(len(inputs)))
    assert (are_large(points.inputs), are_uneven(points.inputs)) == (large, uneven)
    assert need_scaling(points, "classification") == (large or uneven)


def test_standardised_values_are_not_large_even_if_one_is_far_out() -> None:
    values = standardized(np.array([0.0] * 200 + [1.0]))
    assert values.max() > 14
    assert not are_large(values)


def test_large_targets_need_scaling_in_a_regression() -> None:
    small, large = (Points.of([(0, 0, 1), (1, 1, target)]) for target in (-10, -10.5))
    assert (are_large(small.targets), are_large(large.targets)) == (False, True)
    assert need_scaling(large, "regression")
    assert not need_scaling(small, "regression")


@pytest.mark.parametrize(
    ("size", "mean", "deviation"),
    [
        (1e-300, "7.5e-301", "2.5e-301"),
        (1.0, "0.75", "0.25"),
        (-2e5, "-150,000", "50,000"),
        (1e308, "7.5e+307", "2.5e+307"),
    ],
)
def test_mean_and_deviation_are_written_with_three_digits_whatever_their_size(
    size: float, mean: str, deviation: str
) -> None:
    assert mean_and_deviation(np.array([size, size / 2])) == (mean, deviation)
