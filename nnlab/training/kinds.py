"""Kinds of values, such as whole numbers in a range: their rule, and their form as text."""

import math
from collections.abc import Callable, Iterable
from functools import partial
from numbers import Integral
from typing import Any, NamedTuple, TypeVar

import numpy as np

from nnlab.data import formula
from nnlab.data.points import Points, decode, encode
from nnlab.data.rules import NOT_NUMBERS, BrokenRule, is_real, shown

Number = TypeVar("Number", int, float)


class Kind(NamedTuple):
    """A kind of values.

    Attributes
    ----------
    rule : converts a value to the kind's type, or raises TypeError, ValueError or OverflowError
    must : the rule in words, to follow "<name> must", such as "be a whole number from 1 to 8"
    read : converts text to a value, or raises ValueError
    write : converts a value to text, the inverse of `read`
    placeholder : stands for a value in a help text
    number : int or float, if a value is one number
    listed : whether a value can be several numbers or names
    optional : whether a value can be None
    """

    rule: Callable[[Any], Any]
    must: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]
    placeholder: str
    number: type | None = None
    listed: bool = False
    optional: bool = False


def whole_number(name: str, value: Any, low: int, high: int | None = None, why: str = "") -> int:
    """Return a whole number as an int, or raise a BrokenRule with the name.

    `high` is the largest allowed number; None: no limit. `why` follows the rule in the message.
    """
    kind = whole(low, high)
    try:
        number: int = kind.rule(value)
    except (TypeError, ValueError):
        raise BrokenRule(name, kind.must + why, shown(value)) from None
    return number


def whole(low: int, high: int | None = None) -> Kind:
    """Return the kind of whole numbers from `low` to `high`; None: no limit."""

    def rule(value: Any) -> int:
        if isinstance(value, NOT_NUMBERS) or not isinstance(value, Integral):
            raise TypeError
        number = int(value)
        if number < low or (high is not None and number > high):
            raise ValueError
        return number

    must = f"be a whole number {_range(low, high)}"
    return Kind(rule, must, partial(_read_number, int), str, "N", number=int)


def _read_number(number: type[Number], text: str) -> Number:
    """Read a number as people write it: Python would read 1_0 as 10."""
    if "_" in text:
        raise ValueError
    return number(text)


def _range(low: int, high: int | None) -> str:
    return f"from {low}" if high is None else f"from {low} to {high}"


def real(low: float, high: float, *, above: bool = False) -> Kind:
    """Return the kind of finite numbers from `low` to `high`, without `low` itself if `above`."""

    def rule(value: Any) -> float:
        if not is_real(value):
            raise TypeError
        number = float(value)  # an int beyond float64 raises OverflowError
        if not low <= number <= high or (above and number == low):
            raise ValueError
        return number + 0.0  # -0.0 becomes 0.0: NumPy refuses it as a standard deviation

    def read(text: str) -> float:
        number = _read_number(float, text)
        if not math.isfinite(number):
            raise ValueError
        return number

    bound = f"above {low:g} and at most" if above else f"from {low:g} to"
    must = f"be a finite number {bound} {high:g}"

    def write(value: float) -> str:
        return repr(value).removesuffix(".0")  # 1, not 1.0

    return Kind(rule, must, read, write, "X", number=float)


def one_of(registry: Iterable[str]) -> Kind:
    """Return the kind of names in a registry."""
    known = tuple(registry)

    def rule(value: Any) -> str:
        if not isinstance(value, str):
            raise TypeError
        return known[known.index(value)]

    return Kind(rule, f"be one of {', '.join(known)}", str, str, "NAME")


def _says_none(text: str) -> bool:
    return text.strip().lower() in {"", "none"}


def optional(kind: Kind, without: str) -> Kind:
    """Return the kind whose values can also be None, written as empty text and read from "none"."""
    return kind._replace(
        rule=lambda value: None if value is None else kind.rule(value),
        must=f"{kind.must}, or None for {without}",
        read=lambda text: None if _says_none(text) else kind.read(text),
        write=lambda value: "" if value is None else kind.write(value),
        optional=True,
    )


def _entries(value: Any) -> tuple[Any, ...]:
    """Return the entries of a tuple, a list or an array (n,). Any other value is a single entry."""
    if isinstance(value, tuple | list) or (isinstance(value, np.ndarray) and value.ndim == 1):
        return tuple(value)
    return (value,)


def _read_list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",")) if text.strip() else ()


def widths(most: int | None = None, widest: int | None = None) -> Kind:
    """Return the kind of lists of layer widths, with at most `most` layers; None: no limit."""
    width = whole(1, widest)

    def rule(value: Any) -> tuple[int, ...]:
        entries = _entries(value)
        if most is not None and len(entries) > most:
            raise ValueError
        return tuple(width.rule(entry) for entry in entries)

    def read(text: str) -> tuple[int, ...]:
        if _says_none(text):
            return ()
        return tuple(_read_number(int, part) for part in _read_list(text))

    number = "" if most is None else f"at most {most} "
    must = f"be {number}whole numbers {_range(1, widest)}"
    return Kind(rule, must, read, lambda value: ",".join(map(str, value)), "N,N", listed=True)


def some_of(registry: Iterable[str]) -> Kind:
    """Return the kind of one or more different names in a registry."""
    known = tuple(registry)
    name = one_of(known)

    def rule(value: Any) -> tuple[str, ...]:
        entries = _entries(value)
        if not 1 <= len(entries) <= len(set(entries)):
            raise ValueError
        return tuple(name.rule(entry) for entry in entries)

    must = f"be one or more different names out of {', '.join(known)}"
    return Kind(rule, must, _read_list, ",".join, "NAME,NAME", listed=True)


def pair_of_names() -> Kind:
    """Return the kind of two different names, or none."""

    def rule(value: Any) -> tuple[str, ...]:
        entries = _entries(value)
        if not all(isinstance(entry, str) for entry in entries):
            raise TypeError
        if len(entries) not in (0, 2) or len(entries) != len(set(entries)):
            raise ValueError
        return tuple(str(entry) for entry in entries)

    must = "be two different names, or empty"
    return Kind(rule, must, _read_list, ",".join, "NAME,NAME", listed=True)


def one_of_per_layer(registry: Iterable[str]) -> Kind:
    """Return the kind of one name in a registry for all layers, or one name for each layer."""
    name = one_of(registry)

    def rule(value: Any) -> str | tuple[str, ...]:
        names = tuple(str(name.rule(entry)) for entry in _entries(value))
        return names[0] if len(set(names)) == 1 else names  # equal settings, one form

    return Kind(
        rule,
        f"{name.must}, or one of them for each hidden layer",
        lambda text: _read_list(text) if "," in text else text,
        lambda value: value if isinstance(value, str) else ",".join(value),
        "NAME[,NAME]",
        listed=True,
    )


def function_of_x() -> Kind:
    """Return the kind of formulas in x, as canonical text."""

    def rule(value: Any) -> str:
        if not isinstance(value, str):
            raise TypeError
        return formula.canonical(value)

    return Kind(rule, formula.MUST, str, str, "FORMULA")


def points(most: int, largest: float) -> Kind:
    """Return the kind of at most `most` Points, with numbers up to `largest` in size.

    A value can also be a sequence of triples, or an array (n, 3).
    """
    lists = (tuple, list, np.ndarray)

    def rule(value: Any) -> Points:
        points: Points = value
        if not isinstance(value, Points):
            triples = isinstance(value, lists) and len(value) <= most
            if not triples or not all(isinstance(triple, lists) for triple in value):
                raise TypeError
            points = Points.of(value)
        sizes = (np.abs(array).max(initial=0) for array in (points.inputs, points.targets))
        if len(points) > most or max(sizes) > largest:
            raise ValueError
        return points

    must = f"be at most {most} points (x1, x2, target) of numbers up to ±{largest:g}"
    return Kind(rule, must, decode, encode, "TEXT")
