"""A range test finds the learning rates between which a network learns."""

from dataclasses import replace

import numpy as np
import pytest

from nnlab import Config, advance, evaluate, start
from nnlab.sweep.range_test import (
    BEGUN,
    CAUTION,
    FAR_ABOVE,
    HIGHEST,
    LOWEST,
    RATES,
    UPDATES,
    RangeTest,
    range_test,
)
from nnlab.training.edits import with_config

SMALL = Config(samples=100, hidden_layers=(5,))


def test_the_rate_grows_by_equal_factors_over_the_whole_range() -> None:
    rates = range_test(Config()).rates
    assert rates[0] == pytest.approx(LOWEST)
    assert rates[-1] == pytest.approx(HIGHEST)
    assert len(rates) == RATES
    assert np.diff(np.log(rates)) == pytest.approx(np.log(HIGHEST / LOWEST) / (RATES - 1))


@pytest.mark.parametrize("changes", [{}, {"optimizer": "adam"}, {"batch_size": 10}])
def test_one_run_trains_on_at_each_rate(changes: dict[str, object]) -> None:
    """The first losses are computed again from the library's own parts."""
    config = replace(SMALL, **changes)
    test = range_test(config)
    run = start(replace(config, learning_rate=LOWEST))
    assert test.first_loss == evaluate(run).train_loss
    for rate, loss in zip(test.rates[:20], test.losses[:20], strict=True):
        run = with_config(run, replace(run.config, learning_rate=float(rate)))
        run = advance(run, UPDATES)
        assert evaluate(run).train_loss == loss


def test_the_rate_the_schedule_and_the_stop_rules_of_the_settings_do_not_matter() -> None:
    plain = range_test(SMALL)
    other = range_test(
        replace(
            SMALL,
            learning_rate=100,
            learning_rate_schedule="step",
            target_loss=1000,
            patience=1,
            iterations=7,
        )
    )
    assert np.array_equal(plain.losses, other.losses)
    assert plain.end == other.end


def test_it_ends_when_the_loss_is_far_above_its_best() -> None:
    test = range_test(Config(optimizer="adam"))
    assert test.end == "far above"
    assert test.losses[-1] > FAR_ABOVE * test.losses[:-1].min()
    above = test.losses[:-1] > FAR_ABOVE * np.minimum.accumulate(test.losses[:-1])
    assert not above.any()


def test_it_ends_where_the_run_diverges() -> None:
    config = Config(problem="regression", activation="linear", hidden_layers=(10, 10, 10))
    test = range_test(replace(config, initialization="normal", noise=10))
    assert test.end in ("diverged", "far above")
    assert np.isfinite(test.losses).all()
    assert len(test.rates) == len(test.losses) < RATES


def test_learning_begins_after_a_tenth_of_the_fall_and_ends_at_the_least_loss() -> None:
    losses = np.array([10, 9.9, 9.2, 8.9, 5, 1, 0, 3, 20.0])
    test = RangeTest(np.arange(1, 10) / 10, losses, first_loss=10.0, end="highest")
    assert BEGUN == 0.1
    assert test.begins == pytest.approx(0.4)  # 8.9 is the first at or below 9
    assert test.ends == pytest.approx(0.7)
    assert test.suggested == pytest.approx(0.7 / CAUTION, rel=0.05)
    assert test.falls


@pytest.mark.slow
def test_the_suggestion_learns_better_than_rates_far_below_and_above_it() -> None:
    """On the article's data and others, by whole runs of 3000 iterations."""
    for config in (Config(seed=5), Config(activation="tanh"), Config(hidden_layers=(32,))):
        rate = range_test(config).suggested
        below, at, above = (
            evaluate(advance(start(replace(config, learning_rate=rate * factor)), 3000)).train_loss
            for factor in (1 / 30, 1, 100)
        )
        assert at < below
        assert at < above


def test_weights_that_begin_at_zero_never_learn() -> None:
    assert not range_test(replace(SMALL, initialization="zeros")).falls


def test_without_points_there_is_nothing_to_test() -> None:
    with pytest.raises(ValueError, match="points must not be empty for a range test, got none"):
        range_test(Config(dataset="own"))
