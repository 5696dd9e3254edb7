"""The part of the plane that is drawn, where points lie on it, and the points of a grid over it."""

import numpy as np

from nnlab.data.datasets import Dataset, FloatArray

REACHES = (1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8, 10)  # times a power of ten, 1.25 apart
CURVE_MARGIN = 0.3  # above and below a curve's points, as a part of their height

Extent = tuple[float, float, float, float]  # left, right, bottom, top


def plane_extent(dataset: Dataset) -> Extent:
    """Return (left, right, bottom, top) of what is drawn: a square, unless the targets are a curve.

    The square grows in steps, so that it mostly stays the same while a user draws points. Its
    centre is 0 unless the points lie far from there.
    """
    if dataset.is_curve:
        x, y = np.vstack([places(dataset, "train"), places(dataset, "test")]).T
        reach = max(dataset.reach, float(np.abs(x).max()))
        low, high = float(y.min()), float(y.max())
        room = CURVE_MARGIN * ((high - low) or 1)
        return -reach, reach, low - room, high + room
    points = np.vstack([dataset.train_inputs, dataset.test_inputs])
    reach = np.abs(points).max(initial=dataset.reach)
    center = np.zeros(2)
    if reach > dataset.reach:
        low, high = points.min(axis=0), points.max(axis=0)
        if (np.abs(low + high) > high - low).any():
            center = (low + high) / 2
            reach = max(float((high - low).max()) / 2, 1e-9 * reach)
        step = 10 ** np.floor(np.log10(reach))
        reach = step * min(size for size in REACHES if size * step >= reach)
    left, bottom = (center - reach).tolist()
    right, top = (center + reach).tolist()
    return left, right, bottom, top


def places(dataset: Dataset, part: str) -> FloatArray:
    """Return where the points of a part, "train" or "test", are drawn, float64 (n_samples, 2)."""
    inputs: FloatArray = getattr(dataset, f"{part}_inputs")
    if not dataset.is_curve:
        return inputs
    return np.column_stack([inputs[:, 0], getattr(dataset, f"{part}_targets")])


def pixel_centers(extent: Extent, size: int) -> FloatArray:
    """Return the centres of a picture's pixels, row by row from the top, float64 (size**2, 2)."""
    left, right, bottom, top = extent
    offsets = (np.arange(size) + 0.5) / size
    x1, x2 = np.meshgrid(left + offsets * (right - left), top - offsets * (top - bottom))
    return np.column_stack([x1.ravel(), x2.ravel()])
