"""Config: every choice that a run depends on, with its default, its rule and its meaning."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from numbers import Integral, Real
from typing import Any

import numpy as np

from nnlab.datasets import DATASETS
from nnlab.network import ACTIVATIONS, INITIALIZATIONS

# A rule turns a value into the field's own type or raises TypeError, ValueError or OverflowError.
Rule = Callable[[Any], Any]

# Python and NumPy count these as numbers; here they are mistakes.
_NOT_NUMBERS = (bool, np.timedelta64)


def _integer(low: int, high: int) -> tuple[Rule, str]:
    def rule(value: Any) -> int:
        if isinstance(value, _NOT_NUMBERS) or not isinstance(value, Integral):
            raise TypeError
        number = int(value)
        if not low <= number <= high:
            raise ValueError
        return number

    return rule, f"be a whole number from {low} to {high}"


def _number(low: float, high: float, *, above: bool = False) -> tuple[Rule, str]:
    def rule(value: Any) -> float:
        if isinstance(value, _NOT_NUMBERS) or not isinstance(value, Real):
            raise TypeError
        number = float(value)  # an int beyond float64 raises OverflowError
        if not low <= number <= high or (above and number == low):
            raise ValueError
        return number

    bound = f"above {low:g}" if above else f"from {low:g}"
    return rule, f"be a finite number {bound} and at most {high:g}"


def _name(registry: Iterable[str]) -> tuple[Rule, str]:
    known = tuple(registry)

    def rule(value: Any) -> str:
        if not isinstance(value, str):
            raise TypeError
        return known[known.index(value)]

    return rule, f"be one of {', '.join(known)}"


MAX_LAYERS, MAX_WIDTH = 8, 64


def _widths() -> tuple[Rule, str]:
    width_rule, _ = _integer(1, MAX_WIDTH)

    def rule(value: Any) -> tuple[int, ...]:
        if not isinstance(value, tuple | list):
            raise TypeError
        if len(value) > MAX_LAYERS:
            raise ValueError
        return tuple(width_rule(width) for width in value)

    return rule, f"be at most {MAX_LAYERS} whole numbers from 1 to {MAX_WIDTH}"


def shown(value: object) -> str:
    """Return a value as a part of one readable sentence: on one line, at most 80 characters."""
    try:
        text = " ".join(repr(value).split())
    except (ValueError, RecursionError):  # an int of over 4300 digits; lists in lists in lists
        return f"a value of type {type(value).__name__} that is too long to show"
    return text if len(text) <= 80 else text[:77] + "..."


def _setting(default: Any, rule: tuple[Rule, str], help_: str) -> Any:
    return field(default=default, metadata={"rule": rule[0], "must": rule[1], "help": help_})


@dataclass(frozen=True, kw_only=True)
class Config:
    """The settings of a run. The defaults are the article's.

    Raises
    ------
    ValueError
        "<field> must <rule>, got <value>", for the first field that breaks its rule.
    """

    dataset: str = _setting(
        "circles", _name(DATASETS), "Which shape the points form; the network has to separate it."
    )
    samples: int = _setting(
        1000,
        _integer(2, 100_000),
        "How many training points are drawn; more of them show the shape better but take longer.",
    )
    noise: float = _setting(
        0.05,
        _number(0, 10),
        "How far points stray from the shape (standard deviation); more of it mixes the colours.",
    )
    data_seed: int = _setting(
        4,
        _integer(0, 2**32 - 1),
        "Which training points are drawn; same number, same points.",
    )
    test_samples: int = _setting(
        100, _integer(2, 100_000), "How many points are kept aside to test the network on."
    )
    test_seed: int = _setting(
        2, _integer(0, 2**32 - 1), "Which random test points are drawn; same number, same points."
    )
    hidden_layers: tuple[int, ...] = _setting(
        (10, 5),
        _widths(),
        "Units in each hidden layer; more let the boundary bend more. None: a straight line.",
    )
    activation: str = _setting(
        "relu",
        _name(ACTIVATIONS),
        "What each hidden unit does with its sum: ReLU draws corners, tanh and sigmoid curves.",
    )
    initialization: str = _setting(
        "normal",
        _name(INITIALIZATIONS),
        "How the weights are drawn before training; it sets the picture that learning starts from.",
    )
    seed: int = _setting(
        4,
        _integer(0, 2**32 - 1),
        "Which random starting weights are drawn; same number, same run, digit for digit.",
    )
    learning_rate: float = _setting(
        0.01,
        _number(0, 1e6, above=True),
        "How far each update moves the weights; too small: nothing moves, too large: it jumps.",
    )
    iterations: int = _setting(
        25_000, _integer(1, 1_000_000), "How many updates the run makes before it is finished."
    )

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            try:
                object.__setattr__(self, item.name, item.metadata["rule"](value))
            except (TypeError, ValueError, OverflowError):
                must = item.metadata["must"]
                raise ValueError(f"{item.name} must {must}, got {shown(value)}") from None

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Return (n_features, *hidden_layers, 1)."""
        return (2, *self.hidden_layers, 1)


def parse(name: str, text: str) -> Any:
    """Read the text form of a Config field, as it stands in a link or on the command line.

    Numbers as usual, `hidden_layers` as "10,5" (empty: no hidden layer). Text that is not of the
    field's type is returned as it is, for Config's own rule to refuse with its own sentence.
    """
    default = next(item.default for item in fields(Config) if item.name == name)
    try:
        if isinstance(default, tuple):
            return tuple(int(width) for width in text.split(",")) if text.strip() else ()
        if isinstance(default, int):
            return int(text)
        if isinstance(default, float):
            number = float(text)
            return number if math.isfinite(number) else text
    except ValueError:
        return text
    return text
