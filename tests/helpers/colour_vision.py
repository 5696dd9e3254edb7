"""Colours as people with different colour vision see them."""

from collections.abc import Sequence

import numpy as np

from tests.helpers.pictures import rgb

# Machado, Oliveira and Fernandes 2009, "A Physiologically-based Model for Simulation of Color
# Vision Deficiency", severity 1: protanopia, deuteranopia and tritanopia, on linear sRGB
DEFICIENCIES = np.array(
    [
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ],
    ]
)


def _linear(color: str) -> np.ndarray:
    channels = np.array(rgb(color)) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def seen_by_all(colors: Sequence[str]) -> list[list[np.ndarray]]:
    """Return the colours in linear sRGB: as they are, and as each deficiency shows them."""
    plain = [_linear(color) for color in colors]
    seen = [[np.clip(matrix @ color, 0, 1) for color in plain] for matrix in DEFICIENCIES]
    return [plain, *seen]


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """Return the distance of two colours in linear sRGB, measured in OKLab (Ottosson 2020)."""
    cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    difference = lab @ np.cbrt(cones @ one) - lab @ np.cbrt(cones @ other)
    return float(np.linalg.norm(difference))
