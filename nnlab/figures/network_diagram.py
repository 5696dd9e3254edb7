"""The network as a diagram: its units as small maps, its weights as lines, its biases."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlab.data.datasets import FloatArray
from nnlab.figures.plane_picture import png
from nnlab.figures.style import LIGHT, Palette
from nnlab.inspection.plane_levels import LEVELS
from nnlab.inspection.plane_view import Thumbnails, Unit
from nnlab.training.run import Run
from nnlab.training.wording import option_name

MAX_EDGES = 400  # lines drawn: more would hide each other, and slow the page
MAX_SHEET_BYTES = 20_000  # of all small maps: those of a large network get fewer colours
N_COLORS = (LEVELS, 16, 4)


def network(
    run: Run, thumbnails: Thumbnails, names: Sequence[str], palette: Palette = LIGHT
) -> dict[str, Any]:
    """Return what the page draws of a network.

    Parameters
    ----------
    thumbnails : of the run, from `view_plane`
    names : of the classes

    Returns
    -------
    layers : (n_features, *hidden_layers, n_outputs)
    inputs : names of the features
    outputs : names of several output units; none if there is one
    sheet : PNG of all thumbnails, side by side, `size` pixels wide and high each
    spans : per unit its least and greatest value over the plane, float32 (n_units, 2)
    edges : per layer the weights that are drawn, the strongest last: `indices`, int32 (n,), as
        row * fan_out + column, and `weights`, float32 (n,)
    biases : per layer float32 (fan_out,)
    note : a sentence if not all weights are drawn, else empty
    """
    weights, sizes = run.parameters.weights, run.config.layer_sizes
    counts = fair_counts([matrix.size for matrix in weights], MAX_EDGES)
    drawn, total = sum(counts), sum(matrix.size for matrix in weights)
    return {
        "layers": sizes,
        "inputs": [option_name("features", name) for name in run.config.features],
        "outputs": names if run.config.head.n_outputs > 1 else (),
        "sheet": _sheet(thumbnails.maps, palette),
        "size": thumbnails.maps.shape[-1],
        "spans": thumbnails.spans,
        "edges": [_strongest(matrix, count) for matrix, count in zip(weights, counts, strict=True)],
        "biases": [_single(biases[0]) for biases in run.parameters.biases],
        "note": f"The strongest {drawn:,} of {total:,} weights are drawn." if drawn < total else "",
    }


def name(run: Run, unit: Unit, names: Sequence[str]) -> str:
    """Return the name of a unit; `names` are those of the classes."""
    if unit.layer == 0:
        return f"Input {option_name('features', run.config.features[unit.number])}"
    if unit.layer == len(run.config.layer_sizes) - 1:
        several = run.config.head.n_outputs > 1
        return f"Output {names[unit.number]}" if several else "Output"
    return f"Unit {unit.number + 1} of layer {unit.layer}"


def fair_counts(sizes: Sequence[int], most: int) -> list[int]:
    """Return how many of each to take: at most `most` in all, equally many where possible."""
    counts, left = [0] * len(sizes), most
    for done, index in enumerate(np.argsort(sizes, kind="stable")):
        counts[index] = min(sizes[index], left // (len(sizes) - done))
        left -= counts[index]
    return counts


def _strongest(weights: FloatArray, count: int) -> dict[str, NDArray[Any]]:
    flat = weights.ravel()
    indices = np.argsort(np.abs(flat), kind="stable")[len(flat) - count :]
    return {"indices": indices.astype(np.int32), "weights": _single(flat[indices])}


def _single(values: FloatArray) -> NDArray[np.float32]:
    """Return single precision; just before divergence, values may be clipped to its largest."""
    largest = np.finfo(np.float32).max
    return np.clip(values, -largest, largest).astype(np.float32)


def _sheet(maps: NDArray[np.uint8], palette: Palette) -> bytes:
    levels = np.hstack(list(maps))
    for n_colors in N_COLORS:
        sheet = png(levels, palette, n_colors=n_colors)
        if len(sheet) <= MAX_SHEET_BYTES:
            break
    return sheet
