"""Config accepts what it says and refuses the rest with field, rule and value."""

from dataclasses import Field, FrozenInstanceError, fields
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nnlab import Config
from nnlab.config import parse

# More digits than Python turns into text, and more brackets than it follows.
HUGE = 10**5000
NESTED: list = []
for _ in range(10_000):
    NESTED = [NESTED]

BAD_SEEDS = [-1, 2**32, 1.5, "2", False, None, HUGE, -HUGE, Decimal(1), Fraction(1), np.array([1])]
BAD_NAMES = ["", "RELU", "spheres", "relu ", "x" * 1_000_000, 1, None, b"relu", ["relu"], HUGE]
BAD = {
    "dataset": [*BAD_NAMES, np.array(["circles"])],
    "samples": [1, 0, -5, 100_001, 10.0, "10", "", True, None, float("nan"), HUGE, 1j],
    "noise": [-0.1, 10.1, float("nan"), float("inf"), "0.1", True, None, HUGE, Decimal("0.1"), 1j],
    "data_seed": BAD_SEEDS,
    "test_samples": [1, -1, 100_001, 2.0, True, HUGE, np.zeros((3, 3)), np.timedelta64(5, "ns")],
    "test_seed": BAD_SEEDS,
    "hidden_layers": [
        *[(0,), (65,), (4, -1), (1,) * 9, (2.5,), (True,), (None,), ("4",), (HUGE,), ((4,),)],
        *["10,5", "", 10, None, {4}, np.array([4, 2]), NESTED, [NESTED], [1] * 1_000_000],
    ],
    "activation": BAD_NAMES,
    "initialization": BAD_NAMES,
    "seed": BAD_SEEDS,
    "learning_rate": [
        *[0, 0.0, -0.0, -1, 1e7, float("nan"), float("-inf"), float("inf"), HUGE, Fraction(HUGE)],
        *["0.1", "", True, np.True_, None, Decimal("0.1"), np.array(0.1), np.timedelta64(5, "ns")],
    ],
    "iterations": [0, -1, 1_000_001, 5.0, True, None, HUGE, np.float64(5)],
}


def test_the_table_of_bad_values_covers_every_field() -> None:
    assert set(BAD) == {item.name for item in fields(Config)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param(name, value, id=f"{name}-{index}")
        for name, values in BAD.items()
        for index, value in enumerate(values)
    ],
)
def test_a_bad_value_is_refused_in_one_sentence_of_field_rule_and_value(
    name: str, value: object
) -> None:
    with pytest.raises(ValueError, match=rf"^{name} must be .*, got [^\n]+$") as caught:
        Config(**{name: value})
    shown = str(caught.value).rpartition(", got ")[2]
    # 80 characters of a value, or the sentence's own words for one that Python cannot show
    assert len(str(caught.value)) <= 200
    assert caught.value.__cause__ is None
    try:
        text = " ".join(repr(value).split())
    except (ValueError, RecursionError):
        assert shown == f"a value of type {type(value).__name__} that is too long to show"
    else:
        expected = text if len(text) <= 80 else text[:77] + "..."
        assert str(caught.value).endswith(f", got {expected}")


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match="relu, tanh, sigmoid, linear, got 'step'"):
        Config(activation="step")


def test_numpy_scalars_and_lists_become_plain_values() -> None:
    config = Config(samples=np.int64(50), noise=np.float32(0.5), hidden_layers=[np.int8(3)])
    assert (config.samples, config.noise, config.hidden_layers) == (50, 0.5, (3,))
    assert type(config.samples) is int
    assert type(config.hidden_layers[0]) is int
    assert type(config.noise) is float
    assert type(Config(activation=np.str_("tanh")).activation) is str
    assert Config(learning_rate=Fraction(1, 4)).learning_rate == 0.25


def test_configs_are_values() -> None:
    assert Config(learning_rate=1) == Config(learning_rate=1.0)
    assert hash(Config()) == hash(Config())
    with pytest.raises(FrozenInstanceError):
        Config().samples = 5


@pytest.mark.parametrize(
    ("name", "lowest", "highest"),
    [
        ("samples", 2, 100_000),
        ("noise", 0.0, 10.0),
        ("seed", 0, 2**32 - 1),
        ("hidden_layers", (), (64,) * 8),
        ("learning_rate", 5e-324, 1e6),
        ("iterations", 1, 1_000_000),
    ],
)
def test_the_limits_themselves_are_allowed(name: str, lowest: object, highest: object) -> None:
    assert getattr(Config(**{name: lowest}), name) == lowest
    assert getattr(Config(**{name: highest}), name) == highest


def test_the_defaults_are_the_articles_run() -> None:
    config = Config()
    assert (config.dataset, config.samples) == ("circles", 1000)
    assert (config.noise, config.data_seed) == (0.05, 4)
    assert (config.test_samples, config.test_seed) == (100, 2)
    assert (config.activation, config.initialization, config.seed) == ("relu", "normal", 4)
    assert (config.learning_rate, config.iterations) == (0.01, 25_000)
    assert config.layer_sizes == (2, 10, 5, 1)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("hidden_layers", "4,2", (4, 2)),
        ("hidden_layers", "", ()),
        ("learning_rate", "3e-1", 0.3),
        ("samples", "12", 12),
        ("activation", "tanh", "tanh"),
        ("learning_rate", "1e999", "1e999"),
        ("learning_rate", "nan", "nan"),
        ("hidden_layers", "<script>", "<script>"),
        ("hidden_layers", "4,,2", "4,,2"),
        ("samples", "1.5", "1.5"),
        ("samples", "9" * 5000, "9" * 5000),
        ("samples", "", ""),
    ],
)
def test_text_is_read_as_the_fields_type_or_left_for_the_rule(
    name: str, text: str, value: object
) -> None:
    assert parse(name, text) == value


@pytest.mark.parametrize("item", fields(Config), ids=lambda item: item.name)
def test_the_text_of_a_default_is_read_as_the_default(item: Field) -> None:
    default = item.default
    text = ",".join(map(str, default)) if isinstance(default, tuple) else str(default)
    assert parse(item.name, text) == default


@settings(deadline=None)  # no test depends on the machine's speed
@given(name=st.sampled_from([item.name for item in fields(Config)]), text=st.text(max_size=50))
@example(name="samples", text="9" * 5000)
def test_any_text_gives_a_config_or_one_sentence(name: str, text: str) -> None:
    value = parse(name, text)
    try:
        config = Config(**{name: value})
    except ValueError as error:
        sentence = str(error)
    else:
        assert getattr(config, name) == value
        return
    assert sentence.startswith(f"{name} must be ")
    assert sentence.isprintable()
