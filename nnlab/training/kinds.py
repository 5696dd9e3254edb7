"""Kinds of values: what holds for all that are alike, and how they are read from text and written.

A rule in words, as "be a whole number from 1 to 8", stands behind the name of what it is for.
"""

import math
from collections.abc import Callable, Iterable
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np

from nnlab.data.points import Points, decode, encode
from nnlab.data.rules import NOT_NUMBERS, BrokenRule, is_real, shown


class Kind(NamedTuple):
    """What values of one kind have in common.

    Attributes
    ----------
    rule : turns a value into the kind's own type, or raises TypeError, ValueError, OverflowError
    must : the rule in words, behind "<name> must"
    read : turns text into a value, or raises ValueError
    write : turns a value into text, the inverse of `read`
    placeholder : of a value in a help text
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
    """Return a whole number as an int.

    Parameters
    ----------
    name : of what the number is for
    low, high : the least and the greatest that will do; None: any from the least on
    why : a few words behind the rule

    Raises
    ------
    BrokenRule
        If it is not a whole number from `low` to `high`.
    """
    kind = whole(low, high)
    try:
        number: int = kind.rule(value)
    except (TypeError, ValueError):
        raise BrokenRule(name, kind.must + why, shown(value)) from None
    return number


def whole(low: int, high: int | None = None) -> Kind:
    """Return the kind of the whole numbers from `low` to `high`, None: without an end."""

    def rule(value: Any) -> int:
        if isinstance(value, NOT_NUMBERS) or not isinstance(value, Integral):
            raise TypeError
        number = int(value)
        if number < low or (high is not None and number > high):
            raise ValueError
        return number

    end = "" if high is None else f" to {high}"
    return Kind(rule, f"be a whole number from {low}{end}", int, str, "N", number=int)


def real(low: float, high: float, *, above: bool = False) -> Kind:
    """Return the kind of the finite numbers from `low`, or only above it, to `high`."""

    def rule(value: Any) -> float:
        if not is_real(value):
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
    must = f"be a finite number {bound} and at most {high:g}"
    return Kind(rule, must, read, repr, "X", number=float)


def one_of(registry: Iterable[str]) -> Kind:
    """Return the kind of the names that are known."""
    known = tuple(registry)

    def rule(value: Any) -> str:
        if not isinstance(value, str):
            raise TypeError
        return known[known.index(value)]

    return Kind(rule, f"be one of {', '.join(known)}", str, str, "NAME")


def optional(kind: Kind, without: str) -> Kind:
    """Let a value be None, which is empty text."""
    return kind._replace(
        rule=lambda value: None if value is None else kind.rule(value),
        must=f"{kind.must}, or None for {without}",
        read=lambda text: kind.read(text) if text.strip() else None,
        write=lambda value: "" if value is None else kind.write(value),
        optional=True,
    )


def _read_list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",")) if text.strip() else ()


def widths(most: int | None = None, widest: int | None = None) -> Kind:
    """Return the kind of lists of layers' widths, at most so many and so wide; None: any."""
    width = whole(1, widest)

    def rule(value: Any) -> tuple[int, ...]:
        if not isinstance(value, tuple | list):
            raise TypeError
        if most is not None and len(value) > most:
            raise ValueError
        return tuple(width.rule(width_) for width_ in value)

    number = "" if most is None else f"at most {most} "
    return Kind(
        rule,
        f"be {number}{width.must.removeprefix('be a ').replace('number', 'numbers')}",
        lambda text: tuple(int(part) for part in _read_list(text)),
        lambda value: ",".join(map(str, value)),
        "N,N",
        listed=True,
    )


def some_of(registry: Iterable[str]) -> Kind:
    """Return the kind of one or more different names that are known."""
    name = one_of(registry)

    def rule(value: Any) -> tuple[str, ...]:
        if not isinstance(value, tuple | list) or not 1 <= len(value) <= len(set(value)):
            raise TypeError
        return tuple(name.rule(name_) for name_ in value)

    must = f"be one or more different names out of {name.must.removeprefix('be one of ')}"
    return Kind(rule, must, _read_list, ",".join, "NAME,NAME", listed=True)


def one_of_per_layer(registry: Iterable[str]) -> Kind:
    """Return the kind of one known name for all layers, or of a name for each."""
    name = one_of(registry)

    def rule(value: Any) -> str | tuple[str, ...]:
        if isinstance(value, tuple | list):
            names = tuple(str(name.rule(name_)) for name_ in value)
            return names[0] if len(set(names)) == 1 else names  # two ways to say the same are equal
        return str(name.rule(value))

    return Kind(
        rule,
        f"{name.must}, or a tuple of them with one per hidden layer",
        lambda text: _read_list(text) if "," in text else text,
        lambda value: value if isinstance(value, str) else ",".join(value),
        "NAME[,NAME]",
        listed=True,
    )


def points(most: int, largest: float) -> Kind:
    """Return the kind of Points, which can be given as triples too.

    Parameters
    ----------
    most : so many points at most
    largest : no number of a point is larger, either way
    """

    def rule(value: Any) -> Points:
        if isinstance(value, Points):
            points = value
        elif isinstance(value, tuple | list) and len(value) <= most:
            if not all(isinstance(triple, tuple | list) for triple in value):
                raise TypeError
            points = Points.of(value)
        else:
            raise TypeError
        sizes = (np.abs(array).max(initial=0) for array in (points.inputs, points.targets))
        if len(points) > most or max(sizes) > largest:
            raise ValueError
        return points

    return Kind(
        rule,
        f"be at most {most} points x1, x2, target of numbers up to {largest:g} in size",
        decode,
        encode,
        "TEXT",
    )
