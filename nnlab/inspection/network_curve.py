"""The curve that a network of one input draws: what it predicts along x."""

import numpy as np
from numpy.typing import NDArray

from nnlab.data.plane import plane_extent
from nnlab.training.run import Run, predict

PLACES = 200  # of the curve: about every third pixel


def network_curve(run: Run) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what the network predicts along x, as x and y, float32 (PLACES,) each."""
    left, right, *_ = plane_extent(run.dataset)
    x = np.linspace(left, right, PLACES)
    outputs = predict(run, np.column_stack([x, np.zeros(PLACES)]))
    largest = float(np.finfo(np.float32).max)
    return x.astype(np.float32), np.clip(outputs, -largest, largest).astype(np.float32)
