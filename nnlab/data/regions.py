"""Data sets of two classes that fill regions of the plane, and the curve of a function.

Arguments and results of the functions are those of `datasets.circles`.
"""

import numpy as np

from nnlab.data.formula import SINE, values_of
from nnlab.data.points import FloatArray

CELLS = 4  # of the checkerboard along each axis


def disc(samples: int, noise: float, seed: int) -> tuple[FloatArray, FloatArray]:
    """Draw a disc inside a ring, with a gap between them; the disc is class 1.

    This is TensorFlow Playground's circle. On its plane of ±5, the disc's radii are uniform from 0
    to 2.5, so its middle is denser, and the ring's from 3.5 to 5.
    """
    rng = np.random.default_rng(seed)
    labels = rng.permutation(samples) % 2
    radii = np.where(labels == 1, 0, 3.5) + rng.uniform(0, 1, samples) * np.where(labels, 2.5, 1.5)
    angles = rng.uniform(0, 2 * np.pi, samples)
    inputs = np.column_stack([radii * np.sin(angles), radii * np.cos(angles)]) / 5
    return inputs + rng.normal(0, noise, (samples, 2)), labels.astype(np.float64)


def checkerboard(samples: int, noise: float, seed: int) -> tuple[FloatArray, FloatArray]:
    """Draw points on a board of four by four cells, whose neighbours differ in their class."""
    rng = np.random.default_rng(seed)
    columns, rows = divmod(rng.permutation(samples) % CELLS**2, CELLS)
    cells = np.column_stack([columns, rows])
    inputs = (cells + rng.uniform(0, 1, (samples, 2))) * 2 / CELLS - 1
    return inputs + rng.normal(0, noise, (samples, 2)), ((columns + rows) % 2).astype(np.float64)


def above(
    samples: int, noise: float, seed: int, function: str = SINE
) -> tuple[FloatArray, FloatArray]:
    """Draw points all over the plane; class 1 is above the curve x2 = function(x1).

    `function` is a canonical formula. The classes are of equal size only if the curve halves the
    plane.
    """
    rng = np.random.default_rng(seed)
    inputs = rng.uniform(-1, 1, (samples, 2))
    labels = inputs[:, 1] > values_of(function, inputs[:, 0])
    return inputs + rng.normal(0, noise, (samples, 2)), labels.astype(np.float64)


def curve(
    samples: int, noise: float, seed: int, function: str = SINE
) -> tuple[FloatArray, FloatArray]:
    """Draw values of a function of x1 alone, from -1 to 1; x2 is always 0.

    `function` is a canonical formula. The noise is added to the values, not to the inputs.
    """
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, samples)
    return np.column_stack([x, np.zeros(samples)]), values_of(function, x) + rng.normal(
        0, noise, samples
    )
