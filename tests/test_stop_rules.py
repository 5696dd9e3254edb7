"""A stop rule is met where it says, and looking twice makes no difference."""

import math

import pytest

from nnlab import Config, start
from nnlab.training.batches import Batches
from nnlab.training.stop_rules import StopRules


def _rules(best_loss: float = math.inf, best_iteration: int = 0, **rules: float) -> StopRules:
    """Return the rules of a run in full batches."""
    config = Config(samples=10, **rules)
    return StopRules(config, Batches(config, start(config).dataset), best_loss, best_iteration)


def _met(rules: StopRules, losses: list[float]) -> list[str | None]:
    found = []
    parameters = start(Config(samples=10)).parameters
    for iteration, loss in enumerate(losses):
        for _ in range(2):
            rules.check(iteration, loss, parameters)
        found.append(rules.met)
    return found


def test_no_rule_is_never_met() -> None:
    assert _met(_rules(), [1.0, 0.0, 0.0]) == [None] * 3


def test_the_target_is_met_at_it_and_below_it() -> None:
    assert _met(_rules(target_loss=0.5), [0.6, 0.51, 0.5]) == [None, None, "target_loss"]
    assert _met(_rules(target_loss=0.5), [0.4]) == ["target_loss"]


def test_patience_ends_so_many_iterations_after_the_best_loss() -> None:
    losses = [1.0, 0.9, 0.95, 0.91, 0.8, 0.85, 0.81, 0.8]
    assert _met(_rules(patience=3), losses) == [None] * 7 + ["plateau"]


def test_less_than_a_ten_thousandth_is_no_improvement() -> None:
    """But several small steps are one once they add up to it: each counts from the best loss."""
    assert _met(_rules(patience=2), [1.0, 0.99991, 0.99991]) == [None, None, "plateau"]
    assert _met(_rules(patience=3), [1.0, 0.99995, 0.99989, 0.9999, 0.9999]) == [None] * 5


def test_the_rules_of_a_later_call_know_the_best_loss_of_the_earlier_ones() -> None:
    rules = _rules(patience=5, best_loss=0.1, best_iteration=-3)
    assert _met(rules, [0.5, 0.4, 0.3]) == [None, None, "plateau"]
    assert (rules.best_loss, rules.best_iteration) == (0.1, -3)


@pytest.mark.parametrize("batch_size", [3, 5])
def test_batches_are_looked_at_when_an_epoch_is_over(batch_size: int) -> None:
    """By the loss of all points, not by that of the last batch."""
    config = Config(samples=10, batch_size=batch_size, target_loss=1e6)
    run = start(config)
    batches = Batches(config, run.dataset)
    for iteration in range(1, 20):
        rules = StopRules(config, batches, math.inf, 0)
        rules.check(iteration, 1e9, run.parameters)
        assert rules.met == ("target_loss" if iteration % batches.per_epoch == 0 else None)
