"""The shapes of the classes' points: their names in Plotly, and their outlines elsewhere."""

import numpy as np

from nnlab.data.datasets import FloatArray

SYMBOLS = ("circle", "square", "triangle-up", "diamond", "cross", "star")  # of each class


def symbol(label: int, n_classes: int) -> str:
    """Return the shape of a class's points: two classes both have discs, more have one each."""
    return SYMBOLS[label] if n_classes > 2 else SYMBOLS[0]


def sign(label: int, n_classes: int) -> str:
    """Return a letter that looks like the points of a class, for a legend."""
    return "●■▲◆✚★"[SYMBOLS.index(symbol(label, n_classes))]


def outline(name: str) -> FloatArray:
    """Return the corners of a shape about as large as a disc of radius 1, float64 (n, 2).

    The second coordinate grows downwards, as in pictures.
    """
    corners = {
        "circle": _turned(24, 1),
        "square": 0.9 * _SQUARE,
        "triangle-up": np.array([(0, -1.2), (1.15, 0.8), (-1.15, 0.8)]),
        "diamond": 1.25 * _turned(4, 1),
        "cross": 1.2 * np.array([point for turn in range(4) for point in _arm(turn)]),
        "star": np.stack([1.35 * _turned(5, 1), 0.6 * _turned(5, 1, 0.5)], axis=1).reshape(-1, 2),
    }
    return corners[name]


_SQUARE = np.array([(-1.0, -1.0), (1, -1), (1, 1), (-1, 1)])


def _turned(count: int, radius: float, begin: float = 0) -> FloatArray:
    """Return corners on a circle, the first one at the top, `begin` steps on."""
    angles = 2 * np.pi * (np.arange(count) + begin) / count
    return radius * np.column_stack([np.sin(angles), -np.cos(angles)])


def _arm(turn: int) -> list[tuple[float, float]]:
    """Return the corners of one arm of a cross, after some quarter turns."""
    corners = [(-0.35, -0.35), (-0.35, -1.0), (0.35, -1.0)]
    for _ in range(turn):
        corners = [(-y, x) for x, y in corners]
    return corners
