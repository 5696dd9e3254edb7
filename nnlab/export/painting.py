"""Tools to paint with Pillow: scales with ticks, smooth shapes, one palette for all frames."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

from nnlab.data.datasets import FloatArray

DETAIL = 4  # how many times larger shapes are painted, to be smoothed

Pixels = NDArray[np.uint8]


class Scale(NamedTuple):
    """An axis, linear or logarithmic: from values between low and high to pixels first to last."""

    low: float
    high: float
    first: int
    last: int
    log: bool = False

    def pixels(self, values: ArrayLike) -> FloatArray:
        """Return the pixels of values, float64 of the same shape; those beyond an end are at it."""
        low, high, at = self.low, self.high, np.clip(values, self.low, self.high)
        if self.log:
            low, high, at = np.log(low), np.log(high), np.log(at)
        return self.first + (at - low) / (high - low) * (self.last - self.first)

    def ticks(self) -> list[tuple[int, str]]:
        """Return pixels and texts of about five round values."""
        values = self._powers() if self.log else np.empty(0)
        if len(values) < 2:  # linear, or less than a power of ten
            values = self._steps()
        return [
            (round(pixel), f"{value:,.0f}" if 1000 <= value < 1e6 else f"{value:.4g}")
            for pixel, value in zip(self.pixels(values).tolist(), values.tolist(), strict=True)
        ]

    def _steps(self) -> FloatArray:
        """Return round values with equal steps between them."""
        about = (self.high - self.low) / 5
        power = 10.0 ** np.floor(np.log10(about))
        step = power * next(factor for factor in (1, 2, 5, 10) if factor * power >= about)
        values: FloatArray = step * np.arange(
            np.ceil(self.low / step), np.floor(self.high / step) + 1
        )
        return values

    def _powers(self) -> FloatArray:
        """Return powers of ten; with fewer than two of them, also 2 and 5 times these."""
        first, last = np.ceil(np.log10(self.low)), np.floor(np.log10(self.high))
        values: FloatArray = 10.0 ** np.arange(first, last + 1, max(1, round((last - first) / 5)))
        if len(values) < 2:
            powers = 10.0 ** np.arange(first - 1, last + 2)
            values = np.sort(np.concatenate([powers, 2 * powers, 5 * powers]))
            values = values[(values >= self.low) & (values <= self.high)]
        return values


@cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return Pillow's own font, which is the same on every machine."""
    return ImageFont.load_default(size)


def blend(first: str, second: str, fractions: FloatArray) -> Pixels:
    """Return colours between two, uint8 (n, 3): the first one at 0, the second one at 1."""
    ends = np.array([ImageColor.getrgb(first), ImageColor.getrgb(second)])
    colors = np.rint(ends[0] + fractions[:, np.newaxis] * (ends[1] - ends[0]))
    pixels: Pixels = colors.astype(np.uint8)
    return pixels


def smooth(
    mode: str, size: tuple[int, int], paint: Callable[[ImageDraw.ImageDraw], None]
) -> Image.Image:
    """Return a picture whose shapes have smooth edges; `paint` draws DETAIL times as large."""
    image = Image.new(mode, (size[0] * DETAIL, size[1] * DETAIL))
    paint(ImageDraw.Draw(image))
    return image.reduce(DETAIL)


def in_one_palette(images: Sequence[Image.Image], n_colors: int) -> tuple[Pixels, list[Pixels]]:
    """Return a palette, uint8 (at most n_colors, 3), and RGB pictures of equal width as indices."""
    stacked = Image.fromarray(np.concatenate([np.asarray(image) for image in images]))
    numbered = stacked.quantize(n_colors, dither=Image.Dither.NONE)
    palette = np.array(numbered.getpalette(), dtype=np.uint8).reshape(-1, 3)
    ends = np.cumsum([image.height for image in images])
    return palette, np.split(np.asarray(numbered), ends[:-1])
