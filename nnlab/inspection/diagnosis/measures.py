"""What several rules need to know of a run's layers."""

import math

import numpy as np
from numpy.typing import NDArray

from nnlab.training.run import Run


def norm(norms: NDArray[np.float32]) -> float:
    """Return the norm of all layers together from those of each, float32 (1, n_layers).

    It is 0 before the first sample, (0, n_layers), and where there was no training point.
    """
    together = math.hypot(*norms.ravel().tolist())
    return 0.0 if math.isnan(together) else together


def rounded(rate: float) -> float:
    """Return a rate that is set and shown, with three significant digits."""
    return float(f"{rate:.3g}")


def good_start(run: Run) -> str:
    """Return the initialization that fits the activations of a run.

    He et al. 2015 made "he" for ReLU, Glorot and Bengio 2010 "xavier" for tanh and its like.
    """
    for_xavier = {"tanh", "sigmoid", "sine", "linear"}
    return "xavier" if for_xavier & set(run.config.activations) else "he"
