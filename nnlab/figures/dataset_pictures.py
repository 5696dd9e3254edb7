"""Small pictures of the data sets, for the buttons that choose them."""

from collections import defaultdict
from functools import cache

import numpy as np

from nnlab.data.datasets import CURVE, DATASETS, OWN, FloatArray, make_dataset
from nnlab.figures.plane_picture import shades
from nnlab.figures.style import Palette

SIDE = 44
SAMPLES, NOISE, SEED = 90, 0.03, 4
REACH = 1.25  # of the points from the middle, which is the middle of the picture
SHADES = 7  # of the values of a regression
_PENCIL = "M13 31l2-7L28 11l5 5L20 29z"


@cache
def picture(name: str, palette: Palette) -> str:
    """Return the picture of a data set as SVG; for the data set `own`, two dots and a pencil."""
    if name == OWN:
        drawn = _dots(palette.ends[0], "M8 12h0") + _dots(palette.ends[1], "M36 34h0")
        drawn += f'<path d="{_PENCIL}" stroke="{palette.line}" stroke-width="2" fill="none"/>'
    else:
        inputs, targets = _points(name)
        n_classes = DATASETS[name].n_classes
        levels, colors = targets, palette.points
        if n_classes == 0:
            levels = np.rint(np.clip((targets + 1) / 2, 0, 1) * (SHADES - 1))
            between = shades(palette.ends, np.linspace(0, 1, SHADES), palette.middle)
            colors = tuple(f"#{bytes(color).hex()}" for color in between)
        places = np.rint((inputs * [1, -1] / REACH + 1) * SIDE / 2).astype(int)
        paths: dict[int, str] = defaultdict(str)
        for (x, y), level in zip(places, levels, strict=True):
            paths[int(level)] += f"M{x} {y}h0"
        drawn = "".join(_dots(colors[level], path) for level, path in sorted(paths.items()))
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">{drawn}</svg>'


def _points(name: str) -> tuple[FloatArray, FloatArray]:
    """Return the points of a picture, and their targets."""
    if draw := DATASETS[name].draw:
        inputs, targets = draw(SAMPLES, NOISE, SEED)
        if name == CURVE:
            inputs = np.column_stack([inputs[:, 0], targets])
        return inputs, targets
    data = make_dataset(name, SAMPLES, NOISE, SEED, SAMPLES, SEED)
    few = slice(None, None, -(-len(data.train_inputs) // SAMPLES))
    # Standardized columns reach further than the drawn data sets.
    reach = data.reach if DATASETS[name].is_tfp else 2
    inputs = np.clip(data.train_inputs[few] / reach, -1.15, 1.15)
    return inputs, data.train_targets[few, 0]


def _dots(color: str, path: str) -> str:
    """Return round dots: a line of no length with round ends is shorter than a circle."""
    look = 'stroke-width="3.2" stroke-linecap="round"'
    return f'<path d="{path}" stroke="{color}" {look}/>'
