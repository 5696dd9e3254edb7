"""Maps of the plane as PNG pictures in the classes' colours."""

import io
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from nnlab.figures.style import BOUNDARY_COLORS, MIDDLE_COLOR
from nnlab.inspection.plane_view import LEVELS


@lru_cache
def _palette(n_colors: int) -> list[int]:
    """Return RGB triples, flat, from class 0's colour over near white to class 1's."""
    first, last = BOUNDARY_COLORS
    stops = np.array([ImageColor.getrgb(color) for color in (first, MIDDLE_COLOR, last)])
    places = np.linspace(0, 1, n_colors)
    channels = [np.interp(places, [0, 0.5, 1], stops[:, channel]) for channel in range(3)]
    return [int(value) for value in np.rint(np.column_stack(channels)).ravel()]


def png(levels: NDArray[np.uint8], n_colors: int = LEVELS) -> bytes:
    """Return a map as a PNG; that of a `PlaneView` takes 2 to 3 kB.

    Parameters
    ----------
    levels : uint8 (height, width), from 0 to LEVELS - 1
    n_colors : fewer colours make a smaller file
    """
    if n_colors != LEVELS:
        levels = np.rint(levels * ((n_colors - 1) / (LEVELS - 1))).astype(np.uint8)
    image = Image.fromarray(levels)
    image.putpalette(_palette(n_colors))
    file = io.BytesIO()
    image.save(file, "png", compress_level=6)
    return file.getvalue()
