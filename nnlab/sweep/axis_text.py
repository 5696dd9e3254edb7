"""An axis of a sweep as text, for links, the page and the command line.

Values are separated by semicolons, as in "4; 8; 10,5", or by commas where a value cannot contain
one: "sgd, adam". A range of numbers is "0.001..1 log 7", seven values from 0.001 to 1 on a
logarithmic scale, or "0..1 5", five on a linear one. Both functions raise a BrokenRule for bad
text.
"""

from nnlab.data.rules import BrokenRule, shown
from nnlab.sweep.axes import Axis, Range, check_field, check_values
from nnlab.training.config import SETTINGS, parse

BETWEEN = ".."


def axis_from_text(name: str, text: str) -> Axis:
    """Read the values of a field."""
    check_field(name)
    kind = SETTINGS[name].kind
    if kind.number and BETWEEN in text:
        must = "be LOW..HIGH COUNT or LOW..HIGH log COUNT as a range"
        range_, rest = _range(name, text, must)
        if len(rest) != 1:
            raise BrokenRule(name, must, shown(text))
        return range_.spaced(parse("iterations", rest[0]))
    separator = ";" if kind.listed or ";" in text else ","
    parts = [part.strip() for part in text.split(separator)] if text.strip() else []
    check_values(name, len(parts))  # before any of them is read
    return Axis(name, tuple(parse(name, part) for part in parts))


def range_from_text(name: str, text: str) -> Range | Axis:
    """Read a range of a field to draw from, without a count, or its values."""
    check_field(name)
    if not SETTINGS[name].kind.number or BETWEEN not in text:
        return axis_from_text(name, text)
    must = "be LOW..HIGH or LOW..HIGH log as a range to draw from"
    range_, rest = _range(name, text, must)
    if rest:
        raise BrokenRule(name, must, shown(text))
    return range_


def _range(name: str, text: str, must: str) -> tuple[Range, list[str]]:
    """Return the range, and the words after it."""
    low, _, after = text.partition(BETWEEN)
    high, *rest = after.split() or [""]
    if not low.strip() or not high or BETWEEN in high:
        raise BrokenRule(name, must, shown(text))
    log = rest[:1] == ["log"]
    # `parse` leaves a text that is not a number as it is, and Range refuses it
    return Range(name, parse(name, low.strip()), parse(name, high), log), rest[log:]
