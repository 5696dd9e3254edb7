"""Which runs a sweep makes: settings along axes or drawn from ranges, times seeds."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from nnlab.data.rules import BrokenRule, is_real, shown
from nnlab.sweep.limits import MAX_RUNS, check_count, check_runs
from nnlab.training.config import SETTINGS, Config
from nnlab.training.kinds import whole, whole_number

DIGITS = 6  # of a value within a range: 0.0316228 is easier to read than 0.03162277660168379


@dataclass(frozen=True)
class Axis:
    """A field of Config and the values that a sweep gives it, in their order.

    Raises
    ------
    BrokenRule
        If Config has no such field, there is no value or more than MAX_RUNS, or a value is repeated
        or breaks the field's rule.
    """

    name: str
    values: tuple[Any, ...]

    def __post_init__(self) -> None:
        check_field(self.name)
        check_values(self.name, len(self.values))
        values = tuple(_checked(self.name, value) for value in self.values)
        for number, value in enumerate(values):
            if value in values[:number]:
                raise BrokenRule(self.name, "have each value once", f"{shown(value)} twice")
        object.__setattr__(self, "values", values)


@dataclass(frozen=True)
class Range:
    """A numeric field of Config, and the range of values that a sweep gives it, ends included.

    With `log`, values are spaced and drawn on a logarithmic scale.

    Raises
    ------
    BrokenRule
        If the field is not a number, if the ends are not numbers, break the field's rule or are
        reversed, or if a logarithmic range does not begin above 0.
    """

    name: str
    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        name = self.name
        check_field(name)
        if not SETTINGS[name].kind.number:
            raise BrokenRule(name, "be given by its values in a sweep", "a range")
        for end in (self.low, self.high):
            if not is_real(end) or not abs(end) < math.inf:
                raise BrokenRule(name, "range over finite numbers", shown(end))
        if not self.low < self.high:
            ends = f"{shown(self.low)} to {shown(self.high)}"
            raise BrokenRule(name, "range from a lower to a higher number", ends)
        if self.log and not self.low > 0:
            raise BrokenRule(name, "range from above 0 on a logarithmic scale", shown(self.low))
        for end in (self.low, self.high):
            _checked(name, _whole(end) if self._is_whole else end)

    @property
    def _is_whole(self) -> bool:
        return SETTINGS[self.name].kind.number is int

    def spaced(self, count: int) -> Axis:
        """Return `count` evenly spaced values, ends included; fewer if whole numbers coincide.

        All but the ends are rounded to DIGITS significant digits, or to whole numbers. Raises a
        BrokenRule unless the count is a whole number from 2 to MAX_RUNS.
        """
        try:
            count = whole(2, MAX_RUNS).rule(count)
        except (TypeError, ValueError):
            must = f"have from 2 to {MAX_RUNS} values in a range"
            raise BrokenRule(self.name, must, shown(count)) from None
        fractions = np.arange(1, count - 1) / (count - 1)
        values = [self.low, *(self._at(fraction, 0.0) for fraction in fractions), self.high]
        return Axis(self.name, tuple(dict.fromkeys(map(self._rounded, values))))

    def draw(self, rng: np.random.Generator) -> float:
        """Draw a value: all are equally likely on the range's scale."""
        # each whole number, including the ends, covers all numbers that round to it
        return self._rounded(self._at(rng.random(), 0.5 if self._is_whole else 0.0))

    def _at(self, fraction: float, beyond: float) -> float:
        """Return the value at a fraction of the way from one end to the other, within the range."""
        low, high = self.low - beyond, self.high + beyond
        value = low * (high / low) ** fraction if self.log else low + fraction * (high - low)
        if not self._is_whole:
            value = float(f"{value:.{DIGITS}g}")
        return min(max(value, self.low), self.high)

    def _rounded(self, value: float) -> float:
        return round(value) if self._is_whole else float(value)


def grid(base: Config, axes: Sequence[Axis], seeds: Sequence[int]) -> list[Config]:
    """Return the settings of all combinations of the axes' values, each with every seed.

    The seeds change fastest, then the last axis.

    Raises
    ------
    BrokenRule
        If there would be too many runs, if one of them is too large for a sweep, has no training
        points or breaks a rule of Config, or if an axis or a seed appears twice.
    """
    names = [axis.name for axis in axes]
    _check_axes(names)
    check_count(math.prod(len(axis.values) for axis in axes) * len(seeds))
    combinations = product(*(axis.values for axis in axes))
    return _times_seeds(base, (dict(zip(names, each, strict=True)) for each in combinations), seeds)


def random_sample(
    base: Config, ranges: Sequence[Range | Axis], count: int, rng_seed: int, seeds: Sequence[int]
) -> list[Config]:
    """Return `count` settings drawn at random, each with every seed.

    Each is drawn independently: a number from a range, on its scale, or one of an axis' values. The
    same `rng_seed` gives the same settings, and a larger sample begins with them.

    Raises
    ------
    BrokenRule
        As in `grid`, or if `count` is not a whole number above 0, or `rng_seed` one of at least 0.
    """
    _check_axes([one.name for one in ranges])
    count, rng_seed = whole_number("count", count, 1), whole_number("rng_seed", rng_seed, 0)
    check_count(count * len(seeds))
    rng = np.random.default_rng(rng_seed)
    drawn = ({one.name: _draw(one, rng) for one in ranges} for _ in range(count))
    return _times_seeds(base, drawn, seeds)


def check_field(name: str) -> None:
    """Raise a BrokenRule if an axis is not a field of Config."""
    if name not in SETTINGS:
        raise BrokenRule("axis", f"be one of {', '.join(SETTINGS)}", shown(name))


def check_values(name: str, count: int) -> None:
    """Raise a BrokenRule if an axis has no values, or more values than a sweep may have runs."""
    if not count:
        raise BrokenRule(name, "have at least one value in a sweep", "none")
    if count > MAX_RUNS:
        raise BrokenRule(name, f"have at most {MAX_RUNS} values in a sweep", f"{count:,}")


def _check_axes(names: list[str]) -> None:
    for number, name in enumerate(names):
        if name in names[:number]:
            raise BrokenRule("axes", "be different fields", f"{shown(name)} twice")
    if "seed" in names:
        raise BrokenRule("axes", "leave the seed to the sweep's seeds", "'seed'")


def _checked(name: str, value: Any) -> Any:
    kind = SETTINGS[name].kind
    try:
        return kind.rule(value)
    except (TypeError, ValueError, OverflowError):
        raise BrokenRule(name, kind.must, shown(value)) from None


def _whole(number: float) -> float:
    return int(number) if number == int(number) else number


def _draw(one: Range | Axis, rng: np.random.Generator) -> Any:
    return one.draw(rng) if isinstance(one, Range) else one.values[rng.integers(len(one.values))]


def _times_seeds(
    base: Config, settings: Iterable[dict[str, Any]], seeds: Sequence[int]
) -> list[Config]:
    seeds = Axis("seed", tuple(seeds)).values
    configs = [replace(base, **changes, seed=seed) for changes in settings for seed in seeds]
    check_runs(configs)
    return configs
