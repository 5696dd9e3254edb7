"""A user's own points, and how a stroke of the brush changes them."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from nnlab.data.points import NO_POINTS, FloatArray, Points, add, erase
from nnlab.data.scales import ColumnScale, Scales, moments, standardized_points

MAX_UNDO, MAX_UNDO_POINTS = 50, 200_000  # steps back, and points in all of them together
DIGITS = 4  # of a drawn position, in plane widths: as fine as a pixel, and short in the link
FINEST, SMALLEST = 1e-4, 1e-30  # deviations, the first as a fraction of the mean, that ticks show
ERASER_RADIUS = 0.06  # as a fraction of the plane's width


Units = tuple[tuple[float, float], ...]  # mean and deviation of x1, x2 and the target
PLAIN: Units = ((0, 1), (0, 1), (0, 1))  # of numbers that are in their unit


class OwnPoints(NamedTuple):
    """Points, and what is known of the file that they came from.

    Attributes
    ----------
    axes, target : the names of the columns
    classes : the names of the classes; None if the file had none
    units : a number stands for mean + deviation * number in the file
    """

    points: Points = NO_POINTS
    axes: tuple[str, str] = ("x1", "x2")
    target: str = "target"
    classes: tuple[str, ...] | None = None
    units: Units = PLAIN

    @property
    def scales(self) -> Scales:
        """What the numbers of x1, x2 and the target mean."""
        names = (*self.axes, self.target)
        return tuple(ColumnScale(name, *unit) for name, unit in zip(names, self.units, strict=True))

    @property
    def columns(self) -> tuple[str, str, str]:
        """The names of the numbers as they are, with a word where they are standardized."""
        x1, x2, target = (
            name if (mean, deviation) == (0, 1) else f"{name} (standardized)"
            for name, mean, deviation in self.scales
        )
        return x1, x2, target


def standardised(own: OwnPoints, problem: str) -> OwnPoints:
    """Return the points with standardized inputs and, in a regression, targets."""
    columns = [*own.points.inputs.T, own.points.targets]
    scales = [*map(_rescaled, own.scales, columns)]
    if problem == "classification":
        scales[2] = own.scales[2]
    x1, x2, target = scales
    return OwnPoints(
        standardized_points(own.points, problem),
        (x1.name, x2.name),
        target.name,
        own.classes,
        tuple((mean, deviation) for _, mean, deviation in scales),
    )


def are_readable(mean: float, deviation: float) -> bool:
    """Say whether ticks of an axis with this unit can be told apart."""
    return max(FINEST * abs(mean), SMALLEST) < deviation < 1 / SMALLEST


def _rescaled(scale: ColumnScale, values: FloatArray) -> ColumnScale:
    """Return the scale of values once they are standardized, without a unit if none is readable."""
    mean, deviation = moments(values)
    mean, deviation = scale.mean + scale.deviation * mean, scale.deviation * deviation
    if are_readable(mean, deviation):
        return ColumnScale(scale.name, mean, deviation)
    return ColumnScale(f"{scale.name} (standardized)")


def appended(history: Sequence[OwnPoints], own: OwnPoints) -> tuple[OwnPoints, ...]:
    """Return the history with new points as its last entry; the oldest entries may go."""
    if own == history[-1]:
        return tuple(history)
    size = max(len(entry.points) for entry in (*history, own))
    kept = min(MAX_UNDO, max(1, MAX_UNDO_POINTS // max(1, size)))
    return (*history[-kept:], own)


def stroked(
    points: Points,
    problem: str,
    label: int | None,
    positions: Sequence[Sequence[float]],
    width: float,
) -> Points:
    """Return the points after a stroke of the brush.

    Parameters
    ----------
    problem : of the run, as in Config
    label : class of the new points; in a regression 0 stands for the value -1; None erases
    positions : x1 and x2 of each point of the stroke, (n, 2)
    width : of the plane
    """
    decimals = DIGITS - 1 - math.floor(math.log10(width))
    rounded = [(round(float(x1), decimals), round(float(x2), decimals)) for x1, x2 in positions]
    if label is None:
        return erase(points, rounded, ERASER_RADIUS * width)
    target = 2.0 * label - 1 if problem == "regression" else float(label)
    return add(points, rounded, target)
