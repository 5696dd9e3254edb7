"""Losses and their derivatives are the formulas', and stay finite."""

import numpy as np
import pytest

from nnlab.model.losses import OUTPUT_LOSSES, CrossEntropy, SquaredLoss, SquaredLossOfProbability

LOSSES = [*OUTPUT_LOSSES.values(), SquaredLoss]


def _column(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)[:, np.newaxis]


def _loss_and_slopes(kind: type, z: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    loss, dz = kind(len(z)), np.empty_like(z)
    loss.set_targets(targets)
    value = loss.loss(z)
    loss.differentiate(dz)
    return value, dz


@pytest.mark.parametrize(
    ("kind", "value", "slopes"),
    [
        # a = 3/4 and 1/2: -(log 3/4 + log 1/2) / 2; (a - t) / 2
        (CrossEntropy, (np.log(4 / 3) + np.log(2)) / 2, [-1 / 8, 1 / 4]),
        # (1/16 + 1/4) / 4; (a - t) / 2 * a (1 - a), which is 3/16 and 1/4
        (SquaredLossOfProbability, 5 / 64, [-3 / 128, 1 / 16]),
        # ((log 3 - 1)² + 0²) / 4; (z - t) / 2
        (SquaredLoss, (np.log(3) - 1) ** 2 / 4, [(np.log(3) - 1) / 2, 0]),
    ],
)
def test_two_samples_worked_by_hand(kind: type, value: float, slopes: list[float]) -> None:
    loss, dz = _loss_and_slopes(kind, _column(np.log(3), 0), _column(1, 0))
    # exp, log and tanh round in the 16th digit
    assert loss == pytest.approx(value, rel=1e-14)
    np.testing.assert_allclose(dz[:, 0], slopes, rtol=1e-14)


@pytest.mark.parametrize("kind", LOSSES)
def test_the_mean_of_the_samples_losses_is_the_loss(kind: type) -> None:
    z, targets = _column(-2, -0.5, 0, 1, 300), _column(0, 1, 1, 0, 0)
    loss = kind(len(z))
    loss.set_targets(targets)
    value = loss.loss(z)
    assert loss.sample_losses().shape == (5, 1)
    assert loss.sample_losses().mean() == pytest.approx(value, rel=1e-14)  # of another sum


@pytest.mark.parametrize(
    ("kind", "value", "slopes"),
    [
        (CrossEntropy, 500, [0.5, 0]),
        (SquaredLossOfProbability, 0.25, [0, 0]),
        (SquaredLoss, (1000**2 + 999**2) / 4, [500, 499.5]),
    ],
)
def test_extreme_outputs_stay_finite(kind: type, value: float, slopes: list[float]) -> None:
    """Of two outputs of 1000 one is wholly wrong, the other right."""
    loss, dz = _loss_and_slopes(kind, _column(1000, 1000), _column(0, 1))
    assert loss == value
    np.testing.assert_array_equal(dz[:, 0], slopes)


@pytest.mark.parametrize("kind", LOSSES)
def test_the_derivative_is_that_of_the_loss(kind: type) -> None:
    z, targets = _column(-2, -0.5, 0, 1, 3), _column(0, 1, 1, 0, 1)
    _, dz = _loss_and_slopes(kind, z, targets)
    h = 1e-5  # truncation h² and cancellation 1e-16 / h: 1e-10 absolute
    for index, slope in enumerate(dz[:, 0]):
        step = h * (np.arange(len(z)) == index)[:, np.newaxis]
        above, below = (_loss_and_slopes(kind, z + s, targets)[0] for s in (step, -step))
        assert slope == pytest.approx((above - below) / (2 * h), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("kind", LOSSES)
def test_outputs_and_targets_are_left_as_they_were(kind: type) -> None:
    z, targets = _column(1, 2), _column(0, 1)
    _loss_and_slopes(kind, z, targets)
    np.testing.assert_array_equal(z, _column(1, 2))
    np.testing.assert_array_equal(targets, _column(0, 1))
