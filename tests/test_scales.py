"""Scales: which of them hinder the training, and values with mean 0 and standard deviation 1."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from nnlab.data.points import NO_POINTS, Points
from nnlab.data.scales import (
    are_inputs_unscaled,
    are_targets_unscaled,
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
    ("inputs", "expected"),
    [
        ([(-1, 1), (1, -1)], False),
        ([(-10, 10), (10, -10)], False),
        ([(-1, 10.5), (1, 9)], True),  # beyond 10
        ([(-1, -3), (1, 3)], False),
        ([(-1, -3.01), (1, 3.01)], True),  # three times the spread
        ([(5, 0.1), (7, 0.1), (9, 0.1)], False),  # one is constant
        ([(18, 15_000), (60, 150_000)], True),
    ],
)
def test_inputs_are_unscaled_if_they_are_large_or_one_spreads_three_times_as_far(
    inputs: list[tuple[float, float]], expected: bool
) -> None:
    points = Points(inputs, np.zeros(len(inputs)))
    assert are_inputs_unscaled(points) == expected
    assert need_scaling(points, "classification") == expected


def test_large_targets_need_scaling_in_a_regression() -> None:
    small, large = (Points.of([(0, 0, 1), (1, 1, target)]) for target in (-10, -10.5))
    assert (are_targets_unscaled(small), are_targets_unscaled(large)) == (False, True)
    assert need_scaling(large, "regression")
    assert not need_scaling(small, "regression")


@pytest.mark.parametrize("size", [1e-300, 1.0, 1e308])
def test_the_mean_and_the_deviation_of_huge_and_tiny_values_are_finite(size: float) -> None:
    mean, deviation = mean_and_deviation(np.array([size, size / 2]))
    assert math.isclose(mean, 0.75 * size)
    assert math.isclose(deviation, 0.25 * size)
