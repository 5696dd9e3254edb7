"""The square of the plane that is drawn, and the points of a grid over it."""

import numpy as np

from nnlab.data.datasets import Dataset, FloatArray

MIN_REACH = 1.25  # from the centre to an edge: all data sets fit, if they have little noise
REACHES = (1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8, 10)  # times a power of ten, 1.25 apart

Extent = tuple[float, float, float, float]  # left, right, bottom, top


def plane_extent(dataset: Dataset) -> Extent:
    """Return (left, right, bottom, top) of the square that is drawn.

    It grows in steps, so that it mostly stays the same while a user draws points. Its centre is 0
    unless the points lie far from there.
    """
    points = np.vstack([dataset.train_inputs, dataset.test_inputs])
    reach = np.abs(points).max(initial=MIN_REACH)
    center = np.zeros(2)
    if reach > MIN_REACH:
        low, high = points.min(axis=0), points.max(axis=0)
        if (np.abs(low + high) > high - low).any():
            center = (low + high) / 2
            reach = max(float((high - low).max()) / 2, 1e-9 * reach)
        step = 10 ** np.floor(np.log10(reach))
        reach = step * min(size for size in REACHES if size * step >= reach)
    left, bottom = (center - reach).tolist()
    right, top = (center + reach).tolist()
    return left, right, bottom, top


def pixel_centers(extent: Extent, size: int) -> FloatArray:
    """Return the centres of a picture's pixels, row by row from the top, float64 (size**2, 2)."""
    left, right, bottom, top = extent
    offsets = (np.arange(size) + 0.5) / size
    x1, x2 = np.meshgrid(left + offsets * (right - left), top - offsets * (top - bottom))
    return np.column_stack([x1.ravel(), x2.ravel()])
