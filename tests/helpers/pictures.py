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


def luminance(color: str) -> float:
    """Return the relative luminance of a colour by WCAG 2.2."""
    parts = np.array(rgb(color)) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours by WCAG 2.2, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
