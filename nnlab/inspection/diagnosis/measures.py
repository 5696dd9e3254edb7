"""What several rules need to know about a run's layers."""

import math

import numpy as np
from numpy.typing import NDArray

from nnlab.training.run import Run


def norm(norms: NDArray[np.float32]) -> float:
    """Return the norm over all layers from the norm of each.

    Parameters
    ----------
    norms : float32 (1, n_layers); without a row, or with NaN for no training point, the norm is 0
    """
    together = math.hypot(*norms.ravel().tolist())
    return 0.0 if math.isnan(together) else together


def rounded(rate: float) -> float:
    """Return a rate with three significant digits, as it is both set and shown."""
    return float(f"{rate:.3g}")


def good_start(run: Run) -> str:
    """Return the initialization that fits the activations of a run.

    "he" was made for ReLU (He et al. 2015), "xavier" for tanh and similar functions (Glorot and
    Bengio 2010).
    """
    for_xavier = {"tanh", "sigmoid", "sine", "linear"}
    return "xavier" if for_xavier & set(run.config.activations) else "he"
