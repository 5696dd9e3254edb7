"""Maps of the plane as PNG pictures in the classes' colours."""

import io
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from nnlab.data.datasets import FloatArray
from nnlab.data.labels import MAX_CLASSES
from nnlab.figures.style import LIGHT, Palette
from nnlab.inspection.plane_levels import LEVELS, SHADES

SMALL_SCALE = 16  # colours of the scale of a small picture: fewer make a smaller file


def shades(
    ends: tuple[str, str], places: FloatArray, middle: str = LIGHT.middle
) -> NDArray[np.uint8]:
    """Return colours, uint8 (n, 3): from one end at 0 via the middle at 0.5 to the other at 1."""
    stops = np.array([ImageColor.getrgb(color) for color in (ends[0], middle, ends[1])])
    channels = [np.interp(places, [0, 0.5, 1], channel) for channel in stops.T]
    colors: NDArray[np.uint8] = np.rint(np.column_stack(channels)).astype(np.uint8)
    return colors


@lru_cache
def _colors(palette: Palette, n_colors: int) -> bytes:
    low, middle, high = palette.map
    return shades((low, high), np.linspace(0, 1, n_colors), middle).tobytes()


@lru_cache
def class_colors(palette: Palette) -> NDArray[np.uint8]:
    """Return the colours of the levels of several classes, uint8 (MAX_CLASSES * SHADES + 1, 3).

    They are mixed in OKLab (Ottosson 2020), where equal steps look equally large.
    """
    names = np.array([ImageColor.getrgb(color) for color in (palette.middle, *palette.plane)])
    linear = np.where(
        names <= 0.04045 * 255, names / 3294.6, ((names / 255 + 0.055) / 1.055) ** 2.4
    )
    middle, *ends = np.cbrt(linear @ _LMS.T) @ _LAB.T
    fractions = np.linspace(0, 1, SHADES)[:, np.newaxis]
    lab = np.vstack([middle + fractions * (end - middle) for end in ends])
    linear = (lab @ np.linalg.inv(_LAB).T) ** 3 @ np.linalg.inv(_LMS).T
    curved = 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055
    mixed = np.clip(np.where(linear <= 0.0031308, 12.92 * linear, curved), 0, 1)
    colors: NDArray[np.uint8] = np.rint(255 * mixed).astype(np.uint8)
    return np.vstack([colors, np.array([ImageColor.getrgb(palette.line)], np.uint8)])


# Ottosson, "A perceptual color space for image processing": from linear sRGB to cones, and on
_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def small_levels(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the levels of a map as the numbers of colours in a small picture, see `recolored`."""
    reduced = np.rint(levels * ((SMALL_SCALE - 1) / (LEVELS - 1)))
    of_classes = levels + np.int16(SMALL_SCALE + MAX_CLASSES - LEVELS)
    return np.where(levels < LEVELS, reduced, of_classes).astype(np.uint8)


def painted(levels: NDArray[np.uint8], palette: Palette = LIGHT) -> NDArray[np.uint8]:
    """Return the colours of a map's pixels, uint8 (height, width, 3), as `png` paints them."""
    scale = np.frombuffer(_colors(palette, LEVELS), np.uint8).reshape(-1, 3)
    return np.concatenate([scale, class_colors(palette)])[levels]


def recolored(picture: bytes, palette: Palette = LIGHT) -> bytes:
    """Return a small picture of a map and its points in the colours of a palette.

    Parameters
    ----------
    picture : a PNG of numbers of colours: SMALL_SCALE for a scale, one for the points of each
        class, and those of the levels of several classes
    """
    image = Image.open(io.BytesIO(picture))
    points = bytes(channel for color in palette.points for channel in ImageColor.getrgb(color))
    image.putpalette(_colors(palette, SMALL_SCALE) + points + class_colors(palette).tobytes())
    file = io.BytesIO()
    image.save(file, "png", optimize=True)
    return file.getvalue()


def png(levels: NDArray[np.uint8], palette: Palette = LIGHT, *, n_colors: int = LEVELS) -> bytes:
    """Return a map as a PNG; that of a `PlaneView` takes 2 to 3 kB.

    Parameters
    ----------
    levels : uint8 (height, width), as in `plane_levels`
    n_colors : of the scale; fewer make a smaller file
    """
    colors, of_classes = _colors(palette, n_colors), levels >= LEVELS
    if n_colors != LEVELS:
        reduced = np.rint(levels * ((n_colors - 1) / (LEVELS - 1))).astype(np.uint8)
        levels = np.where(of_classes, levels - np.uint8(LEVELS - n_colors), reduced)
    if of_classes.any():
        colors += class_colors(palette).tobytes()
    image = Image.fromarray(levels)
    image.putpalette(colors)
    file = io.BytesIO()
    image.save(file, "png", compress_level=6)
    return file.getvalue()
