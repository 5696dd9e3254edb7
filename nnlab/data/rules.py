"""What a broken rule says of the value that broke it."""

from numbers import Real

import numpy as np

# Python and NumPy count these as numbers; here they are mistakes.
NOT_NUMBERS = (bool, np.timedelta64)


def shown(value: object) -> str:
    """Return a value as a part of one readable sentence: on one line, at most 80 characters."""
    try:
        text = " ".join(repr(value).split())
    except (ValueError, RecursionError):  # an int of over 4300 digits; lists in lists in lists
        return f"a value of type {type(value).__name__} that is too long to show"
    return text if len(text) <= 80 else text[:77] + "..."


def is_real(value: object) -> bool:
    """Say whether a value is a number on the real line, which True and a time span are not."""
    return isinstance(value, Real) and not isinstance(value, NOT_NUMBERS)
