"""A user's own points, and how a stroke of the brush changes them."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from nnlab.data.points import NO_POINTS, Points, add, erase
from nnlab.data.scales import standardized_points

MAX_UNDO, MAX_UNDO_POINTS = 50, 200_000  # steps back, and points in all of them together
DIGITS = 4  # of a drawn position, in plane widths: as fine as a pixel, and short in the link
ERASER_RADIUS = 0.06  # as a fraction of the plane's width


class OwnPoints(NamedTuple):
    """Points, and the names of their columns and classes in the file that they came from."""

    points: Points = NO_POINTS
    axes: tuple[str, str] = ("x1", "x2")
    target: str = "target"
    classes: tuple[str, ...] | None = None


def standardised(own: OwnPoints, problem: str) -> OwnPoints:
    """Return the points with standardized inputs and, in a regression, targets; names say so."""
    (x1, x2), target = (f"{name} (standardized)" for name in own.axes), own.target
    if problem == "regression":
        target = f"{target} (standardized)"
    return OwnPoints(standardized_points(own.points, problem), (x1, x2), target, own.classes)


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
