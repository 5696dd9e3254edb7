"""Reads the colours of pictures and of CSS."""

import io

import numpy as np
from PIL import Image


def pixels(data: bytes, frame: int = 0) -> np.ndarray:
    """Return red, green and blue of a picture's frame, int (height, width, 3)."""
    image = Image.open(io.BytesIO(data))
    image.seek(frame if frame >= 0 else image.n_frames + frame)
    return np.asarray(image.convert("RGB")).astype(int)


def rgb(color: str) -> list[int]:
    """Return red, green and blue of a colour like "#f08a24"."""
    return [int(color[i : i + 2], 16) for i in (1, 3, 5)]
