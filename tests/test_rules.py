"""A broken rule as an error: one sentence, and its three parts for those who show it."""

import pickle

import pytest

from nnlab import Config
from nnlab.data.rules import BrokenRule, shown


def test_a_broken_rule_is_one_sentence_of_three_parts() -> None:
    error = BrokenRule("samples", "be a whole number", "1.5")
    assert str(error) == "samples must be a whole number, got 1.5"
    assert (error.field, error.rule, error.value) == ("samples", "be a whole number", "1.5")
    assert isinstance(error, ValueError)


def test_a_broken_rule_comes_back_whole_from_another_process() -> None:
    error = BrokenRule("a", "b, got c", "d")
    back = pickle.loads(pickle.dumps(error))
    assert str(back) == str(error)
    assert (back.field, back.rule, back.value) == ("a", "b, got c", "d")


@pytest.mark.parametrize(
    ("settings", "field", "value"),
    [
        ({"samples": 1.5}, "samples", "1.5"),
        ({"optimizer": "x, got y"}, "optimizer", "'x, got y'"),
        ({"problem": "classification", "dataset": "plane"}, "dataset", "'plane'"),
        ({"activation": ("relu", "tanh", "relu")}, "activation", "('relu', 'tanh', 'relu')"),
        ({"points": [(0, 0, 0.5)]}, "points", "0.5"),
        ({"points": [(0, 0)]}, "points", "[(0, 0)]"),
    ],
)
def test_config_names_the_field_and_the_value(
    settings: dict[str, object], field: str, value: str
) -> None:
    with pytest.raises(BrokenRule) as caught:
        Config(**settings)  # type: ignore[arg-type]
    assert (caught.value.field, caught.value.value) == (field, value)


def test_a_long_value_is_cut_to_one_line() -> None:
    assert shown("a\n" * 100) == repr("a\n" * 100)[:77] + "..."
    assert shown([1, 2]) == "[1, 2]"
