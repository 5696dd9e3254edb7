"""The learning rates that the buttons beside the field step through: 1, 3, 10 and so on."""

from bisect import bisect_left, bisect_right

RATES = tuple(float(f"{digit}e{power}") for power in range(-6, 4) for digit in (1, 3))


def lower(rate: float) -> float | None:
    """Return the next of RATES below a rate, or None."""
    place = bisect_left(RATES, rate)
    return RATES[place - 1] if place else None


def higher(rate: float) -> float | None:
    """Return the next of RATES above a rate, or None."""
    place = bisect_right(RATES, rate)
    return RATES[place] if place < len(RATES) else None
