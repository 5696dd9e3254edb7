"""Losses and their derivatives are the formulas', and stay finite."""

import numpy as np
import pytest

from nnlab.model.heads import head_of
from nnlab.model.losses import (
    BrierLoss,
    CrossEntropy,
    SoftmaxCrossEntropy,
    SquaredLoss,
    SquaredLossOfProbability,
    SquaredLossOfTanh,
)

LOSSES = [CrossEntropy, SquaredLossOfProbability, SquaredLossOfTanh, SquaredLoss]
OF_CLASSES = [SoftmaxCrossEntropy, BrierLoss]


def _column(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)[:, np.newaxis]


def _loss_and_slopes(kind: type, z: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    loss, dz = kind(*z.shape), np.empty_like(z)
    loss.set_targets(kind.encode(targets, z.shape[1]))
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
        # a = 4/5 and 0, y = 1 and -1: (1/25 + 1) / 4; (a - y) / 2 * (1 - a²), which is 9/25 and 1
        (SquaredLossOfTanh, 13 / 50, [-9 / 250, 1 / 2]),
        # ((log 3 - 1)² + 0²) / 4; (z - t) / 2
        (SquaredLoss, (np.log(3) - 1) ** 2 / 4, [(np.log(3) - 1) / 2, 0]),
    ],
)
def test_two_samples_worked_by_hand(kind: type, value: float, slopes: list[float]) -> None:
    loss, dz = _loss_and_slopes(kind, _column(np.log(3), 0), _column(1, 0))
    # exp, log and tanh round in the 16th digit
    assert loss == pytest.approx(value, rel=1e-14)
    np.testing.assert_allclose(dz[:, 0], slopes, rtol=1e-14)


def test_two_samples_of_three_classes_worked_by_hand() -> None:
    """Logits log (1, 2, 1) of class 1 has a = (1/4, 1/2, 1/4), equal ones of class 0 a = 1/3."""
    z, targets = np.log([[1.0, 2, 1], [5, 5, 5]]), _column(1, 0)
    loss, dz = _loss_and_slopes(SoftmaxCrossEntropy, z, targets)
    # -(log 1/2 + log 1/3) / 2; (a - t) / 2
    assert loss == pytest.approx(np.log(6) / 2, rel=1e-14)
    np.testing.assert_allclose(dz, [[1 / 8, -1 / 4, 1 / 8], [-1 / 3, 1 / 6, 1 / 6]], rtol=1e-14)
    loss, dz = _loss_and_slopes(BrierLoss, z, targets)
    # ((1/16 + 1/4 + 1/16) + (4/9 + 1/9 + 1/9)) / 4
    assert loss == pytest.approx((3 / 8 + 2 / 3) / 4, rel=1e-14)
    # e = (a - t) / 2 as above: Σ e a is -1/16 and 0, and dz is a (e - Σ e a)
    slopes = [[3 / 64, -3 / 32, 3 / 64], [-1 / 9, 1 / 18, 1 / 18]]
    np.testing.assert_allclose(dz, slopes, rtol=1e-13)


def test_a_softmax_of_two_classes_is_the_sigmoid_of_the_difference() -> None:
    rng = np.random.default_rng(0)
    z, targets = rng.normal(0, 5, (50, 2)), rng.integers(0, 2, (50, 1)).astype(float)
    loss, dz = _loss_and_slopes(SoftmaxCrossEntropy, z, targets)
    one, its_dz = _loss_and_slopes(CrossEntropy, z[:, 1:] - z[:, :1], targets)
    assert loss == pytest.approx(one, rel=1e-13)
    np.testing.assert_allclose(dz, np.hstack([-its_dz, its_dz]), rtol=1e-9, atol=1e-17)


def test_the_loss_of_a_tanh_is_four_times_that_of_the_same_probabilities() -> None:
    z, targets = _column(-3, -0.5, 0, 1, 2), _column(0, 1, 1, 0, 1)
    of_tanh, _ = _loss_and_slopes(SquaredLossOfTanh, z, targets)
    of_probability, _ = _loss_and_slopes(SquaredLossOfProbability, 2 * z, targets)
    assert of_tanh == pytest.approx(4 * of_probability, rel=1e-14)
    logits = np.array([[-1000.0], [-3], [0], [2], [1000]])
    probabilities = head_of(2, "tanh_squared_error").outputs(logits)
    np.testing.assert_allclose(probabilities, head_of(2).outputs(2 * logits), rtol=1e-12)


@pytest.mark.parametrize("kind", [*LOSSES, *OF_CLASSES])
def test_the_mean_of_the_samples_losses_is_the_loss(kind: type) -> None:
    z, targets = _column(-2, -0.5, 0, 1, 300), _column(0, 1, 1, 0, 0)
    if kind in OF_CLASSES:
        z = z * [1, -1, 0.5, 2]
    loss = kind(*z.shape)
    loss.set_targets(kind.encode(targets, z.shape[1]))
    value = loss.loss(z)
    assert loss.sample_losses().shape == (5, 1)
    assert loss.sample_losses().mean() == pytest.approx(value, rel=1e-14)  # of another sum


@pytest.mark.parametrize(
    ("kind", "value", "slopes"),
    [
        (CrossEntropy, 500, [0.5, 0]),
        (SquaredLossOfProbability, 0.25, [0, 0]),
        (SquaredLossOfTanh, 1, [0, 0]),
        (SquaredLoss, (1000**2 + 999**2) / 4, [500, 499.5]),
    ],
)
def test_extreme_outputs_stay_finite(kind: type, value: float, slopes: list[float]) -> None:
    """Of two outputs of 1000 one is wholly wrong, the other right."""
    loss, dz = _loss_and_slopes(kind, _column(1000, 1000), _column(0, 1))
    assert loss == value
    np.testing.assert_array_equal(dz[:, 0], slopes)


@pytest.mark.parametrize(
    ("kind", "value", "slopes"),
    [
        (SoftmaxCrossEntropy, 1000, [[0.5, -0.5, 0], [0, 0, 0]]),
        (BrierLoss, 0.5, [[0, 0, 0], [0, 0, 0]]),
    ],
)
def test_extreme_outputs_of_classes_stay_finite(kind: type, value: float, slopes: list) -> None:
    """The first sample is wholly wrong, by a difference of 2000, and the second right."""
    z = np.array([[1000.0, -1000, 0], [1000, -1000, 0]])
    loss, dz = _loss_and_slopes(kind, z, _column(1, 0))
    assert loss == value
    np.testing.assert_array_equal(dz, slopes)


@pytest.mark.parametrize(
    ("kind", "n_outputs"),
    [*((kind, 1) for kind in LOSSES), *((kind, n) for kind in OF_CLASSES for n in (3, 6))],
)
def test_the_derivative_is_that_of_the_loss(kind: type, n_outputs: int) -> None:
    z, targets = _column(-2, -0.5, 0, 1, 3), _column(0, 1, 1, 0, 1)
    if n_outputs > 1:
        rng = np.random.default_rng(0)
        z, targets = rng.normal(0, 2, (8, n_outputs)), rng.integers(0, n_outputs, (8, 1))
    _, dz = _loss_and_slopes(kind, z, targets)
    h = 1e-5  # truncation h² and cancellation 1e-16 / h: 1e-10 absolute
    for index, slope in np.ndenumerate(dz):
        step = np.zeros_like(z)
        step[index] = h
        above, below = (_loss_and_slopes(kind, z + s, targets)[0] for s in (step, -step))
        assert slope == pytest.approx((above - below) / (2 * h), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    ("kind", "targets", "value"),
    [
        (CrossEntropy, [0, 0, 0, 1], 2 * np.log(2) - 0.75 * np.log(3)),
        (SquaredLossOfProbability, [0, 0, 0, 1], 3 / 32),
        # the best constant is -1/2: (3 * 1/4 + 9/4) / 8
        (SquaredLossOfTanh, [0, 0, 0, 1], 3 / 8),
        (SoftmaxCrossEntropy, [0, 1, 2, 2], 1.5 * np.log(2)),
        # (2 * 1/4 * 3/4 + 1/2 * 1/2) / 2
        (BrierLoss, [0, 1, 2, 2], 5 / 16),
        (SquaredLoss, [1, 1, 4, 4], 9 / 8),
        # a class that no sample has
        (SoftmaxCrossEntropy, [1, 1, 2, 2], np.log(2)),
    ],
)
def test_the_loss_of_the_best_constant_is_worked_by_hand(
    kind: type, targets: list[float], value: float
) -> None:
    assert kind.of_constant(_column(*targets)) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize("kind", [*LOSSES, *OF_CLASSES])
def test_outputs_and_targets_are_left_as_they_were(kind: type) -> None:
    z, targets = _column(1, 2), _column(0, 1)
    if kind in OF_CLASSES:
        z = z * [1, 2, 3]
    before = z.copy()
    _loss_and_slopes(kind, z, targets)
    np.testing.assert_array_equal(z, before)
    np.testing.assert_array_equal(targets, _column(0, 1))
