"""The label of a popover says what it holds."""

from typing import Any

import pytest

from nnlab import Config
from nnlab.app.playground import rate_steps, summaries
from nnlab.app.playground.fields import config_values


def values(**settings: Any) -> dict[str, Any]:
    return config_values(Config(**settings))


def test_the_articles_popovers() -> None:
    article = values()
    assert summaries.of_data(article, 0) == "seed 4 · 100 test points · upload"
    assert summaries.of_network(article) == "x₁, x₂ · normal weights, seed 4"
    assert summaries.of_training(article) == "Gradient descent · all points"


@pytest.mark.parametrize(
    ("settings", "label"),
    [
        (
            {"optimizer": "adam", "batch_size": 32, "regularization": "l2"}
            | {"regularization_rate": 0.0005},
            "Adam · batch 32 · L2 0.0005",
        ),
        (
            {"optimizer": "nesterov", "momentum": 0.5, "learning_rate_schedule": "cosine"},
            "Nesterov 0.5 · all points · cosine schedule",
        ),
        (
            {"optimizer": "rmsprop", "target_loss": 0.1, "patience": 2000},
            "RMSprop · all points · stop at loss 0.1 · stop after 2,000 without progress",
        ),
    ],
)
def test_training(settings: dict[str, Any], label: str) -> None:
    assert summaries.of_training(values(**settings)) == label


@pytest.mark.parametrize(
    ("settings", "label"),
    [
        ({"features": ("x1", "x1^2"), "initialization": "he"}, "x₁, x₁² · He weights, seed 4"),
        (
            {"seed": 1, "output_loss": "squared_error"},
            "x₁, x₂ · normal weights, seed 1 · squared error",
        ),
        (
            {"problem": "regression", "output_loss": "squared_error"},
            "x₁, x₂ · normal weights, seed 4",
        ),
    ],
)
def test_network(settings: dict[str, Any], label: str) -> None:
    assert summaries.of_network(values(**settings)) == label


def test_own_points_are_counted_and_have_no_seed() -> None:
    assert summaries.of_data(values(data_seed=9), 1200) == (
        "seed 9 · 100 test points · 1,200 own points"
    )
    assert summaries.of_data(values(dataset="own"), 3) == "100 test points · 3 own points"


def test_a_cleared_field_is_left_out() -> None:
    cleared = dict.fromkeys(("data_seed", "seed", "test_samples", "momentum"))
    bad = values(optimizer="momentum", regularization="l1") | cleared
    bad["regularization_rate"] = None
    assert summaries.of_data(bad, 0) == "upload"
    assert summaries.of_network(bad) == "x₁, x₂ · normal weights"
    assert summaries.of_training(bad) == "Momentum · all points · L1"


def test_the_rates_are_one_and_three_of_each_power_of_ten() -> None:
    assert rate_steps.RATES[:3] == (1e-6, 3e-6, 1e-5)
    assert rate_steps.RATES[-2:] == (1000, 3000)
    for rate, higher in zip(rate_steps.RATES, rate_steps.RATES[1:], strict=False):
        assert rate_steps.higher(rate) == rate_steps.higher(1.5 * rate) == higher
        assert rate_steps.lower(higher) == rate_steps.lower(1.5 * rate) == rate
