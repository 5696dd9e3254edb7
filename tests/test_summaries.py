"""The label of a popover says what it holds."""

from typing import Any

import pytest

from nnlab import Config, start
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
    assert summaries.of_data(values(), 1) == "seed 4 · 100 test points · 1 own point"


@pytest.mark.parametrize(
    ("count", "test_samples", "label"),
    [
        (1, 100, "1 own point"),
        (6, 500, "6 own points, 1 of them for the test"),
        (1200, 100, "1,200 own points, 100 of them for the test"),
    ],
)
def test_in_their_data_set_the_test_points_are_own_points(
    count: int, test_samples: int, label: str
) -> None:
    points = [(0.1 * number, 0, number % 2) for number in range(count)]
    data = start(Config(dataset="own", points=points, test_samples=test_samples)).dataset
    tests = len(data.test_inputs)
    assert label.endswith(f", {tests} of them for the test" if tests else " own point")
    own = values(dataset="own", test_samples=test_samples)
    assert summaries.of_data(own, count) == label


def test_a_label_does_not_name_what_is_hidden() -> None:
    """Each value has a word of its own, which is gone when its field is hidden."""
    every = values(
        optimizer="nesterov", momentum=0.55, batch_size=32, learning_rate_schedule="cosine",
        regularization="l2", regularization_rate=0.0005, target_loss=0.12, patience=2345,
        output_loss="squared_error", initialization="he", seed=7, data_seed=8, test_samples=77,
    )  # fmt: skip
    words = {
        **{"optimizer": "Nesterov", "momentum": "0.55", "batch_size": "32", "seed": "seed 7"},
        **{"learning_rate_schedule": "cosine", "regularization": "L2", "data_seed": "seed 8"},
        **{"regularization_rate": "0.0005", "target_loss": "0.12", "patience": "2,345"},
        **{"output_loss": "squared", "initialization": "He", "test_samples": "77"},
        "features": "x₁",
    }

    def labels(*hidden: str) -> str:
        seen = summaries.without(hidden, every)
        parts = (summaries.of_data(seen, 0), summaries.of_network(seen))
        return " · ".join((*parts, summaries.of_training(seen)))

    for name, word in words.items():
        assert word in labels()
        assert word not in labels(name), name
    batches = summaries.without(["batch_size"], values())
    assert summaries.of_training(batches) == "Gradient descent"
    assert summaries.of_data(summaries.without(words, every), None) == "more"


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
