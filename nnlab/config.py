"""Config: every choice that a run depends on, with its default, its rule and its meaning.

Over 250 lines, as it is one list of 25 choices with a sentence each, kept in one place.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from numbers import Integral, Real
from typing import Any, NamedTuple

import numpy as np

from nnlab.activations import ACTIVATIONS
from nnlab.datasets import DATASETS, DATASETS_FOR
from nnlab.features import FEATURES, column_names
from nnlab.losses import OUTPUT_LOSSES
from nnlab.network import INITIALIZATIONS
from nnlab.optimizers import OPTIMIZERS, PENALTIES, SCHEDULES
from nnlab.points import NO_POINTS, Points, decode, encode

# Python and NumPy count these as numbers; here they are mistakes.
NOT_NUMBERS = (bool, np.timedelta64)

MAX_SAMPLES = 100_000
MAX_SIZE = 1e30  # of a point's numbers, which are drawn in float32
MAX_LAYERS, MAX_WIDTH = 8, 64


class Kind(NamedTuple):
    """What the values of a field have in common.

    Attributes
    ----------
    rule : turns a value into the field's own type, or raises TypeError, ValueError, OverflowError
    must : the rule in words, behind "<field> must"
    read : turns text into a value, or raises ValueError
    write : turns a value into text, the inverse of `read`
    placeholder : the value of an option in the help of the command line
    """

    rule: Callable[[Any], Any]
    must: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]
    placeholder: str


def _integer(low: int, high: int) -> Kind:
    def rule(value: Any) -> int:
        if isinstance(value, NOT_NUMBERS) or not isinstance(value, Integral):
            raise TypeError
        number = int(value)
        if not low <= number <= high:
            raise ValueError
        return number

    return Kind(rule, f"be a whole number from {low} to {high}", int, str, "N")


def _number(low: float, high: float, *, above: bool = False) -> Kind:
    def rule(value: Any) -> float:
        if isinstance(value, NOT_NUMBERS) or not isinstance(value, Real):
            raise TypeError
        number = float(value)  # an int beyond float64 raises OverflowError
        if not low <= number <= high or (above and number == low):
            raise ValueError
        return number

    def read(text: str) -> float:
        number = float(text)
        if not math.isfinite(number):
            raise ValueError
        return number

    bound = f"above {low:g}" if above else f"from {low:g}"
    return Kind(rule, f"be a finite number {bound} and at most {high:g}", read, repr, "X")


def _name(registry: Iterable[str]) -> Kind:
    known = tuple(registry)

    def rule(value: Any) -> str:
        if not isinstance(value, str):
            raise TypeError
        return known[known.index(value)]

    return Kind(rule, f"be one of {', '.join(known)}", str, str, "NAME")


def _optional(kind: Kind, without: str) -> Kind:
    """Let a field be None, which is empty text in a link."""
    return Kind(
        lambda value: None if value is None else kind.rule(value),
        f"{kind.must}, or None for {without}",
        lambda text: kind.read(text) if text.strip() else None,
        lambda value: "" if value is None else kind.write(value),
        kind.placeholder,
    )


def _read_list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",")) if text.strip() else ()


def _widths() -> Kind:
    width = _integer(1, MAX_WIDTH)

    def rule(value: Any) -> tuple[int, ...]:
        if not isinstance(value, tuple | list):
            raise TypeError
        if len(value) > MAX_LAYERS:
            raise ValueError
        return tuple(width.rule(width_) for width_ in value)

    return Kind(
        rule,
        f"be at most {MAX_LAYERS} whole numbers from 1 to {MAX_WIDTH}",
        lambda text: tuple(int(part) for part in _read_list(text)),
        lambda value: ",".join(map(str, value)),
        "N,N",
    )


def _choice(registry: Iterable[str]) -> Kind:
    name = _name(registry)

    def rule(value: Any) -> tuple[str, ...]:
        if not isinstance(value, tuple | list) or not 1 <= len(value) <= len(set(value)):
            raise TypeError
        return tuple(name.rule(name_) for name_ in value)

    must = f"be one or more different names out of {name.must.removeprefix('be one of ')}"
    return Kind(rule, must, _read_list, ",".join, "NAME,NAME")


def _name_per_layer(registry: Iterable[str]) -> Kind:
    name = _name(registry)

    def rule(value: Any) -> str | tuple[str, ...]:
        if isinstance(value, tuple | list):
            return tuple(name.rule(name_) for name_ in value[: MAX_LAYERS + 1])
        return str(name.rule(value))

    return Kind(
        rule,
        f"{name.must}, or a tuple of them with one per hidden layer",
        lambda text: _read_list(text) if "," in text else text,
        lambda value: value if isinstance(value, str) else ",".join(value),
        "NAME[,NAME]",
    )


def _points() -> Kind:
    def rule(value: Any) -> Points:
        if isinstance(value, Points):
            points = value
        elif isinstance(value, tuple | list) and len(value) <= MAX_SAMPLES:
            if not all(isinstance(triple, tuple | list) for triple in value):
                raise TypeError
            points = Points.of(value)
        else:
            raise TypeError
        if len(points) > MAX_SAMPLES:
            raise ValueError
        if (
            max(np.abs(points.inputs).max(initial=0), np.abs(points.targets).max(initial=0))
            > MAX_SIZE
        ):
            raise ValueError
        return points

    return Kind(
        rule,
        f"be at most {MAX_SAMPLES} points x1, x2, target of numbers up to {MAX_SIZE:g} in size",
        decode,
        encode,
        "TEXT",
    )


def shown(value: object) -> str:
    """Return a value as a part of one readable sentence: on one line, at most 80 characters."""
    try:
        text = " ".join(repr(value).split())
    except (ValueError, RecursionError):  # an int of over 4300 digits; lists in lists in lists
        return f"a value of type {type(value).__name__} that is too long to show"
    return text if len(text) <= 80 else text[:77] + "..."


def _setting(default: Any, kind: Kind, help_: str) -> Any:
    return field(
        default=default,
        metadata={"rule": kind.rule, "must": kind.must, "help": help_, "kind": kind},
    )


@dataclass(frozen=True, kw_only=True)
class Config:
    """The settings of a run. The defaults are the article's.

    Raises
    ------
    ValueError
        "<field> must <rule>, got <value>", for the first field that breaks its rule.
    """

    problem: str = _setting(
        "classification",
        _name(DATASETS_FOR),
        "Classification colours the plane by the probability of a class, regression by a value.",
    )
    dataset: str = _setting(
        "circles",
        _name(DATASETS),
        "Which shape the points form, for the network to learn; own: only the points you draw.",
    )
    samples: int = _setting(
        1000,
        _integer(2, MAX_SAMPLES),
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
        100, _integer(2, MAX_SAMPLES), "How many points are kept aside to test the network on."
    )
    test_seed: int = _setting(
        2, _integer(0, 2**32 - 1), "Which random test points are drawn; same number, same points."
    )
    points: Points = _setting(  # noqa: RUF009 - Points are frozen, though ruff cannot see it
        NO_POINTS,
        _points(),
        "Your own training points, on top of those of the data set; the picture bends to them too.",
    )
    features: tuple[str, ...] = _setting(
        ("x1", "x2"),
        _choice(FEATURES),
        "What the network sees of a point; squares and waves let even few units draw curves.",
    )
    hidden_layers: tuple[int, ...] = _setting(
        (10, 5),
        _widths(),
        "Units in each hidden layer; more let the boundary bend more. None: a straight line.",
    )
    activation: str | tuple[str, ...] = _setting(
        "relu",
        _name_per_layer(ACTIVATIONS),
        "What each hidden unit does with its sum: ReLU draws corners, tanh curves, sine waves.",
    )
    initialization: str = _setting(
        "normal",
        _name(INITIALIZATIONS),
        "How the weights are drawn before training; it sets the picture that learning starts from.",
    )
    seed: int = _setting(
        4,
        _integer(0, 2**32 - 1),
        "Which random starting weights and batches are drawn; same number, same run, digit for "
        "digit.",
    )
    output_loss: str = _setting(
        "cross_entropy",
        _name(OUTPUT_LOSSES),
        "What counts as wrong: cross-entropy pulls hard at points on the wrong side, squared error "
        "gently. A regression always has squared error.",
    )
    optimizer: str = _setting(
        "sgd",
        _name(OPTIMIZERS),
        "How a gradient becomes a step: momentum rolls on, Adam and RMSprop step alike in all "
        "directions, so the picture changes sooner.",
    )
    momentum: float = _setting(
        0.9,
        _number(0, 1),
        "How much of the last step the next one keeps, with momentum and nesterov; more of it is "
        "faster, and overshoots.",
    )
    learning_rate: float = _setting(
        0.01,
        _number(0, 1e6, above=True),
        "How far each update moves the weights; too small: nothing moves, too large: it jumps.",
    )
    learning_rate_schedule: str = _setting(
        "constant",
        _name(SCHEDULES),
        "How the learning rate falls over the iterations: the picture moves first and settles "
        "later; cosine begins anew when the iterations are over.",
    )
    batch_size: int | None = _setting(
        None,
        _optional(_integer(1, MAX_SAMPLES), "all of them"),
        "How many points each update looks at; few make quick, trembling steps.",
    )
    regularization: str = _setting(
        "none",
        _name(PENALTIES),
        "What holds the weights down: l2 keeps all of them small and the boundary smooth, l1 "
        "pushes the useless ones to 0.",
    )
    regularization_rate: float = _setting(
        0.001,
        _number(0, 1e6),
        "How hard l1 or l2 holds the weights down; too hard, and the picture stays flat.",
    )
    iterations: int = _setting(
        25_000, _integer(1, 1_000_000), "How many updates the run makes before it is finished."
    )
    target_loss: float | None = _setting(
        None,
        _optional(_number(0, 1e6), "no such stop"),
        "The run stops once the training loss is down to this; the picture is then good enough.",
    )
    patience: int | None = _setting(
        None,
        _optional(_integer(1, 1_000_000), "no such stop"),
        "The run stops after so many iterations without a better loss; the picture has settled.",
    )

    def __post_init__(self) -> None:
        given = {item.name: getattr(self, item.name) for item in fields(self)}
        for item in fields(self):
            value = given[item.name]
            try:
                object.__setattr__(self, item.name, item.metadata["rule"](value))
            except (TypeError, ValueError, OverflowError):
                raise _broken(item.name, item.metadata["must"], value) from None
        self._check_what_fits_together(given)

    def _check_what_fits_together(self, given: dict[str, Any]) -> None:
        known = DATASETS_FOR[self.problem]
        if self.dataset not in known:
            must = f"be one of {', '.join(known)} for the problem {self.problem}"
            raise _broken("dataset", must, given["dataset"])
        if not isinstance(self.activation, str):
            if len(self.activation) != len(self.hidden_layers):
                must = f"be one name or one per hidden layer, here {len(self.hidden_layers)}"
                raise _broken("activation", must, given["activation"])
            if len(set(self.activation)) == 1:  # so that two ways to say the same are equal
                object.__setattr__(self, "activation", self.activation[0])
        targets = self.points.targets
        if self.problem == "classification" and not ((targets == 0) | (targets == 1)).all():
            wrong = float(targets[(targets != 0) & (targets != 1)][0])
            must = "have the target 0 or 1 for the problem classification"
            raise _broken("points", must, wrong)

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Return (n_features, *hidden_layers, 1)."""
        return (len(self.features), *self.hidden_layers, 1)

    @property
    def activations(self) -> tuple[str, ...]:
        """Return the name of each hidden layer's activation."""
        if isinstance(self.activation, str):
            return (self.activation,) * len(self.hidden_layers)
        return self.activation


@dataclass(frozen=True, kw_only=True)
class TableConfig(Config):
    """The settings of a run on given data of any number of columns, seen as they are.

    The data are handed to `start`; what says which data to draw means nothing here. `features` are
    the columns' `column_names`.
    """

    features: tuple[str, ...] = field(
        default=column_names(1), metadata={"rule": tuple, "must": "be the names of the columns"}
    )


def _broken(name: str, must: str, value: object) -> ValueError:
    return ValueError(f"{name} must {must}, got {shown(value)}")


def _kind(name: str) -> Kind:
    kind: Kind = next(item.metadata["kind"] for item in fields(Config) if item.name == name)
    return kind


def parse(name: str, text: str) -> Any:
    """Read the text form of a Config field, as it stands in a link or on the command line.

    Numbers as usual, tuples as "10,5", None as empty text, points as `points.encode` writes them.
    Text that is not of the field's type is returned as it is, for Config's own rule to refuse with
    its own sentence.
    """
    try:
        return _kind(name).read(text)
    except ValueError:
        return text


def text(name: str, value: Any) -> str:
    """Write a value of a Config field as text: `parse(name, text(name, value))` equals the value.

    Raises
    ------
    ValueError
        If the value is of more points than a link may hold.
    """
    return _kind(name).write(value)
