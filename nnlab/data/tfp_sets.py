"""TensorFlow Playground's own data sets: its formulas, its plane of ±6 and its random numbers.

They follow `dataset.ts` of that project. Arguments of the functions are a number of points, the
noise as a fraction, and a stream; each returns rows of x1, x2 and the target. A class is 1 or 0,
where that project has 1 or -1.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlab.data.seedrandom import Stream

Row = tuple[float, float, float]
REACH = 6.0  # of the plane, from its centre


def draw(name: str, samples: int, noise: float, stream: Stream) -> NDArray[np.float64]:
    """Draw and shuffle the points of a data set in SETS, float64 (samples, 3)."""
    rows = SETS[name].draw(samples, noise, stream)
    for count in range(len(rows), 0, -1):
        index = int(count * stream.random())
        rows[count - 1], rows[index] = rows[index], rows[count - 1]
    return np.array(rows[:samples])


def _circle(samples: int, noise: float, stream: Stream) -> list[Row]:
    """Draw a disc inside a ring."""
    rows = []
    for low, high in ((0, 2.5), (3.5, 5)):
        for _ in range(math.ceil(samples / 2)):
            radius, angle = stream.uniform(low, high), stream.uniform(0, 2 * math.pi)
            x1, x2 = radius * math.sin(angle), radius * math.cos(angle)
            moved = math.hypot(*_moved(x1, x2, 5, noise, stream))
            rows.append((x1, x2, float(moved < 2.5)))
    return rows


def _xor(samples: int, noise: float, stream: Stream) -> list[Row]:
    """Draw points in four quadrants, 0.3 away from the axes."""
    rows = []
    for _ in range(samples):
        x1, x2 = (x + (0.3 if x > 0 else -0.3) for x in (stream.uniform(-5, 5) for _ in range(2)))
        moved = math.prod(_moved(x1, x2, 5, noise, stream))
        rows.append((x1, x2, float(moved >= 0)))
    return rows


def _gauss(samples: int, noise: float, stream: Stream) -> list[Row]:
    """Draw two round clouds."""
    deviation = math.sqrt(0.5 + 7 * noise)
    return [
        (center + deviation * _normal(stream), center + deviation * _normal(stream), target)
        for center, target in ((2, 1.0), (-2, 0.0))
        for _ in range(math.ceil(samples / 2))
    ]


def _spiral(samples: int, noise: float, stream: Stream) -> list[Row]:
    """Draw two arms of a spiral."""
    rows = []
    for begin, target in ((0, 1.0), (math.pi, 0.0)):
        for number in range(math.ceil(samples / 2)):
            along = number / (samples / 2)
            radius, angle = along * 5, 1.75 * number / (samples / 2) * 2 * math.pi + begin
            x1 = radius * math.sin(angle) + stream.uniform(-1, 1) * noise
            x2 = radius * math.cos(angle) + stream.uniform(-1, 1) * noise
            rows.append((x1, x2, target))
    return rows


def _plane(samples: int, noise: float, stream: Stream) -> list[Row]:
    """Draw values that rise along the diagonal."""
    return _values(samples, noise, stream, lambda x1, x2: (x1 + x2) / 10)


def _cones(samples: int, noise: float, stream: Stream) -> list[Row]:
    """Draw values on three hills and three hollows, each a cone of height ±1 and radius 2."""
    signs = {(-4, 2.5): 1, (0, 2.5): -1, (4, 2.5): 1, (-4, -2.5): -1, (0, -2.5): 1, (4, -2.5): -1}

    def height(x1: float, x2: float) -> float:
        heights = (
            sign * max(0.0, 1 - math.hypot(x1 - at[0], x2 - at[1]) / 2)
            for at, sign in signs.items()
        )
        return max(heights, key=abs)

    return _values(samples, noise, stream, height)


def _values(
    samples: int, noise: float, stream: Stream, value: Callable[[float, float], float]
) -> list[Row]:
    """Draw points all over the plane, each with the value where its noise moves it."""
    rows = []
    for _ in range(samples):
        x1, x2 = stream.uniform(-REACH, REACH), stream.uniform(-REACH, REACH)
        rows.append((x1, x2, value(*_moved(x1, x2, REACH, noise, stream))))
    return rows


def _moved(x1: float, x2: float, reach: float, noise: float, stream: Stream) -> tuple[float, float]:
    """Return a point moved by its noise, which changes only its target."""
    return x1 + stream.uniform(-reach, reach) * noise, x2 + stream.uniform(-reach, reach) * noise


def _normal(stream: Stream) -> float:
    """Return a number of the standard normal distribution, by Marsaglia's polar method."""
    while True:
        first, second = 2 * stream.random() - 1, 2 * stream.random() - 1
        size = first * first + second * second
        if size <= 1:
            return math.sqrt(-2 * math.log(size) / size) * first


class TfpSet(NamedTuple):
    """A data set: what draws its points, and its number of classes, 0 for values."""

    draw: Callable[[int, float, Stream], list[Row]]
    n_classes: int = 2


SETS: dict[str, TfpSet] = {
    "tfp-circle": TfpSet(_circle),
    "tfp-xor": TfpSet(_xor),
    "tfp-gauss": TfpSet(_gauss),
    "tfp-spiral": TfpSet(_spiral),
    "tfp-plane": TfpSet(_plane, 0),
    "tfp-cones": TfpSet(_cones, 0),
}
