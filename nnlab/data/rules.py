"""The error for a value that breaks its rule, and how its message shows the value."""

from numbers import Real

import numpy as np

# Python and NumPy count these as numbers, but nnlab does not.
NOT_NUMBERS = (bool, np.timedelta64)


class BrokenRule(ValueError):  # noqa: N818 - named like its sentence
    """A user's value breaks a rule: "<field> must <rule>, got <value>".

    Attributes
    ----------
    field : the name of what the value is for
    rule : the rule in words, to follow "must"
    value : the value as text; only this part can contain text from outside nnlab
    """

    def __init__(self, field: str, rule: str, value: str) -> None:
        super().__init__(field, rule, value)
        self.field, self.rule, self.value = field, rule, value

    def __str__(self) -> str:
        return f"{self.field} must {self.rule}, got {self.value}"


def shown(value: object) -> str:
    """Return a value as text for a message: on one line, at most 80 characters."""
    try:
        text = " ".join(repr(value).split())
    except (ValueError, RecursionError):  # an int of over 4300 digits; deeply nested lists
        return f"a value of type {type(value).__name__} that is too long to show"
    return text if len(text) <= 80 else text[:77] + "..."


def is_real(value: object) -> bool:
    """Return whether a value is a real number; booleans and time spans do not count."""
    return isinstance(value, Real) and not isinstance(value, NOT_NUMBERS)
