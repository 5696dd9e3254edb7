"""Config accepts what it says and refuses the rest with field, rule and value."""

from dataclasses import fields

import numpy as np
import pytest

from nnlab import Config
from nnlab.config import parse

BAD = {
    "dataset": ["", "spheres", 1, None],
    "samples": [1, 0, -5, 100_001, 10.0, "10", True, None, float("nan")],
    "noise": [-0.1, 10.1, float("nan"), float("inf"), "0.1", True, None],
    "data_seed": [-1, 2**32, 1.5, False, None],
    "test_samples": [1, -1, 100_001, 2.0, True],
    "test_seed": [-1, 2**32, "2"],
    "hidden_layers": [(0,), (65,), (4, -1), (1,) * 9, (2.5,), (True,), "10,5", 10, None],
    "activation": ["", "RELU", None, 3],
    "initialization": ["", "random", None],
    "seed": [-1, 2**32, 0.5, True],
    "learning_rate": [0, 0.0, -1, 1e7, float("nan"), float("inf"), 10**400, "0.1", True, None],
    "iterations": [0, -1, 1_000_001, 5.0, True, None],
}


def test_the_table_of_bad_values_covers_every_field() -> None:
    assert set(BAD) == {item.name for item in fields(Config)}


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, values in BAD.items() for v in values])
def test_a_bad_value_is_refused_with_field_rule_and_value(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=rf"^{name} must be ") as caught:
        Config(**{name: value})
    shown = repr(value)
    assert str(caught.value).endswith(f", got {shown if len(shown) <= 80 else shown[:77] + '...'}")


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match="relu, tanh, sigmoid, linear, got 'step'"):
        Config(activation="step")


def test_numpy_scalars_and_lists_become_plain_values() -> None:
    config = Config(samples=np.int64(50), noise=np.float32(0.5), hidden_layers=[np.int8(3)])
    assert (config.samples, config.noise, config.hidden_layers) == (50, 0.5, (3,))
    assert type(config.samples) is int
    assert type(config.hidden_layers[0]) is int


def test_configs_are_values() -> None:
    assert Config(learning_rate=1) == Config(learning_rate=1.0)
    assert hash(Config()) == hash(Config())


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("hidden_layers", "4,2", (4, 2)),
        ("hidden_layers", "", ()),
        ("learning_rate", "3e-1", 0.3),
        ("samples", "12", 12),
        ("activation", "tanh", "tanh"),
        ("learning_rate", "1e999", "1e999"),
        ("hidden_layers", "<script>", "<script>"),
    ],
)
def test_text_is_read_as_the_fields_type_or_left_for_the_rule(
    name: str, text: str, value: object
) -> None:
    assert parse(name, text) == value
