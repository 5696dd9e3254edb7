"""Maps of the plane as PNG pictures in the classes' colours."""

import io
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from nnlab.data.datasets import FloatArray
from nnlab.figures.style import LIGHT, Palette
from nnlab.inspection.plane_view import LEVELS


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
    return shades(palette.plane, np.linspace(0, 1, n_colors), palette.middle).tobytes()


def recolored(picture: bytes, palette: Palette = LIGHT) -> bytes:
    """Return a PNG of levels in the colours of a palette.

    Parameters
    ----------
    picture : a PNG whose pixels are levels of the plane, or LEVELS or LEVELS + 1 for points of
        class 0 or 1
    """
    image = Image.open(io.BytesIO(picture))
    points = bytes(channel for color in palette.points for channel in ImageColor.getrgb(color))
    image.putpalette(_colors(palette, LEVELS) + points)
    file = io.BytesIO()
    image.save(file, "png", optimize=True)
    return file.getvalue()


def png(levels: NDArray[np.uint8], palette: Palette = LIGHT, *, n_colors: int = LEVELS) -> bytes:
    """Return a map as a PNG; that of a `PlaneView` takes 2 to 3 kB.

    Parameters
    ----------
    levels : uint8 (height, width), from 0 to LEVELS - 1
    n_colors : fewer colours make a smaller file
    """
    if n_colors != LEVELS:
        levels = np.rint(levels * ((n_colors - 1) / (LEVELS - 1))).astype(np.uint8)
    image = Image.fromarray(levels)
    image.putpalette(_colors(palette, n_colors))
    file = io.BytesIO()
    image.save(file, "png", compress_level=6)
    return file.getvalue()
