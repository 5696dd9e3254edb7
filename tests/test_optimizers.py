"""Update rules, schedules and penalties, each by its formula; test_torch.py holds them together."""

import math

import numpy as np
import pytest

from nnlab import Config, advance, start
from nnlab.model.network import zero_parameters
from nnlab.model.optimizers import OPTIMIZERS, PENALTIES, SCHEDULES, initial_state
from nnlab.training.batches import objective_of
from nnlab.training.update import Updates

GRADIENT = np.array([2.0, -0.5, 0.0])


def _directions(name: str, gradients: list[np.ndarray], momentum: float) -> list[np.ndarray]:
    optimizer, found = OPTIMIZERS[name], []
    before = initial_state(name, len(gradients[0])).vectors
    for updates, gradient in enumerate(gradients, start=1):
        direction, after = gradient.copy(), np.full_like(before, np.nan)
        optimizer.direct(direction, before, after, updates, momentum)
        found.append(direction)
        before = after
    return found


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("sgd", [2, -0.5, 0], [2, -0.5, 0]),
        ("momentum", [2, -0.5, 0], [3, -0.75, 0]),  # g, then g / 2 + g
        ("nesterov", [3, -0.75, 0], [3.5, -0.875, 0]),  # g + v / 2 with the v above
        # g / √(0.01 g²), then g / √(0.0199 g²); the eps of 1e-8 is seen in the 8th digit
        ("rmsprop", [10, -10, 0], [1 / math.sqrt(0.0199), -1 / math.sqrt(0.0199), 0]),
        ("adam", [1, -1, 0], [1, -1, 0]),  # equal gradients: their mean over its own size
    ],
)
def test_two_updates_worked_by_hand(name: str, first: list, second: list) -> None:
    one, two = _directions(name, [GRADIENT, GRADIENT], momentum=0.5)
    np.testing.assert_allclose(one, first, rtol=3e-7)
    np.testing.assert_allclose(two, second, rtol=3e-7)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_rule_reads_its_memory_and_writes_the_next(name: str) -> None:
    """So that an update that is not taken leaves no trace."""
    state = initial_state(name, 3)
    assert (state.optimizer, state.updates) == (name, 0)
    assert state.vectors.shape == (OPTIMIZERS[name].n_vectors, 3)
    after = state.vectors.copy()
    OPTIMIZERS[name].direct(GRADIENT.copy(), state.vectors, after, 1, 0.9)
    assert not state.vectors.any()
    assert after.any() == (name != "sgd")


@pytest.mark.parametrize(
    ("name", "factors"),
    [
        ("constant", {0: 1, 99: 1, 1000: 1}),
        ("step", {0: 1, 9: 1, 10: 1 / 2, 99: 1 / 512, 100: 1 / 1024}),
        ("exponential", {0: 1, 50: 0.1, 100: 0.01, 200: 0.0001}),
        ("cosine", {0: 1, 50: 0.5, 75: (1 - math.sqrt(0.5)) / 2, 100: 1, 150: 0.5}),
    ],
)
def test_a_schedule_of_100_iterations(name: str, factors: dict[int, float]) -> None:
    for iteration, factor in factors.items():
        assert SCHEDULES[name](iteration, 100) == pytest.approx(factor, rel=1e-14)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("iterations", [1, 2, 9, 25, 1_000_000])
def test_a_schedule_is_a_fraction_at_any_iteration(name: str, iterations: int) -> None:
    for iteration in [*range(30), 999_999, 10**9]:
        assert 0 <= SCHEDULES[name](iteration, iterations) <= 1


def test_penalties_by_hand() -> None:
    weights = np.array([3.0, -4.0, 0.0])
    assert PENALTIES["none"].penalize(weights) == 0
    assert PENALTIES["l1"].penalize(weights) == 7
    assert PENALTIES["l2"].penalize(weights) == 12.5
    np.testing.assert_array_equal(PENALTIES["none"].differentiate(weights), [0, 0, 0])
    np.testing.assert_array_equal(PENALTIES["l1"].differentiate(weights), [1, -1, 0])
    np.testing.assert_array_equal(PENALTIES["l2"].differentiate(weights), weights)


@pytest.mark.parametrize("name", PENALTIES)
def test_the_slope_of_a_penalty_equals_central_differences(name: str) -> None:
    weights = np.array([3.0, -4.0, 0.7])  # none near 0, where |w| has its kink
    slopes = PENALTIES[name].differentiate(weights)
    h = 1e-5
    for index, slope in enumerate(slopes):
        step = h * (np.arange(3) == index)
        penalize = PENALTIES[name].penalize
        numeric = (penalize(weights + step) - penalize(weights - step)) / (2 * h)
        assert slope == pytest.approx(numeric, rel=1e-6)  # cancellation 1e-15 / h


def _one_unit() -> tuple[Config, Updates]:
    """Return momentum and L2 on a network of the two weights and the bias of one output unit."""
    config = Config(
        hidden_layers=(),
        optimizer="momentum",
        momentum=0.5,
        regularization="l2",
        regularization_rate=0.25,
        learning_rate=0.1,
        learning_rate_schedule="step",
        iterations=10,
    )
    return config, Updates(config, initial_state("momentum", 3), zero_parameters((2, 1)))


def test_two_whole_updates_worked_by_hand() -> None:
    """From w = (2, -4), b = 1 and the gradient (1, 1, 1), at a rate that halves each iteration.

    g + w / 4 = (1.5, 0, 1), the direction of the first update; at the rate 0.1 it leads to
    (1.85, -4, 0.9). There, g + w / 4 = (1.4625, 0, 1), and with half of the velocity before the
    direction is (2.2125, 0, 1.5); at the rate 0.05 it leads to (1.739375, -4, 0.825).
    """
    _, updates = _one_unit()
    parameters, following = zero_parameters((2, 1)), zero_parameters((2, 1))
    parameters.vector[:] = [2, -4, 1]
    for iteration, expected in enumerate(([1.85, -4, 0.9], [1.739375, -4, 0.825])):
        updates.make(np.ones(3), parameters, following, iteration)
        np.testing.assert_allclose(following.vector, expected, rtol=1e-14)
        updates.accept()
        parameters, following = following, parameters


def test_an_update_that_is_not_taken_leaves_no_trace() -> None:
    config, updates = _one_unit()
    parameters, following = zero_parameters((2, 1)), zero_parameters((2, 1))
    updates.make(np.ones(3), parameters, following, 0)
    assert updates.optimizer_state().updates == 0
    assert not updates.optimizer_state().vectors.any()
    once = following.copy()
    updates.make(np.ones(3), parameters, following, 0)
    np.testing.assert_array_equal(following.vector, once.vector)
    updates.accept()
    assert (updates.optimizer_state().optimizer, updates.optimizer_state().updates) == (
        config.optimizer,
        1,
    )
    np.testing.assert_array_equal(
        updates.optimizer_state().vectors, [np.ones(3)]
    )  # v = 0.5 * 0 + g


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("penalty", PENALTIES)
def test_the_parts_of_an_update_are_what_training_does(name: str, penalty: str) -> None:
    """Penalty, direction and rate, one by one, lead where `advance` leads, bit for bit."""
    config = Config(samples=20, optimizer=name, regularization=penalty, regularization_rate=0.1)
    run = advance(start(config), 7)
    data = run.dataset
    objective = objective_of(config, data.train_inputs, data.train_targets)
    objective.loss(run.parameters)
    direction = objective.backward(run.parameters)
    updates = Updates(config, run.optimizer_state, run.parameters)
    updates.penalize(direction, run.parameters)
    updates.direct(direction)
    following = run.parameters.vector - updates.rate(run.iteration) * direction
    np.testing.assert_array_equal(following, advance(run, 1).parameters.vector)


def test_the_memory_of_another_optimizer_counts_as_none() -> None:
    run = advance(start(Config(samples=20, optimizer="adam")), 7)
    updates = Updates(Config(optimizer="momentum"), run.optimizer_state, run.parameters)
    assert (updates.optimizer_state().optimizer, updates.optimizer_state().updates) == (
        "momentum",
        0,
    )
    assert not updates.optimizer_state().vectors.any()
