"""The points a network learns from: inputs on the plane and their class, 0 or 1."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import make_circles

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Training and test points. The arrays are read-only, so that runs can share them.

    Equal only to itself, so that what is drawn of it can be cached.

    Attributes
    ----------
    train_inputs, test_inputs : float64 (n_samples, 2)
    train_targets, test_targets : float64 (n_samples, 1), each 0.0 or 1.0
    """

    train_inputs: FloatArray
    train_targets: FloatArray
    test_inputs: FloatArray
    test_targets: FloatArray


def circles(samples: int, noise: float, seed: int) -> tuple[FloatArray, FloatArray]:
    """Draw two concentric circles; the inner one is class 1.

    Parameters
    ----------
    samples : number of points, at least 2
    noise : standard deviation of the Gaussian added to both coordinates
    seed : of the one `numpy.random.RandomState` behind shuffle and noise

    Returns
    -------
    inputs : float64 (samples, 2)
    labels : float64 (samples,), 0.0 or 1.0
    """
    inputs, labels = make_circles(n_samples=samples, noise=noise, random_state=seed)
    return inputs, labels.astype(np.float64)


DATASETS: dict[str, Callable[[int, float, int], tuple[FloatArray, FloatArray]]] = {
    "circles": circles,
}


@lru_cache(maxsize=128)
def make_dataset(
    name: str, samples: int, noise: float, data_seed: int, test_samples: int, test_seed: int
) -> Dataset:
    """Draw a training set and a test set, each from its own seed.

    Cached: a room of people on the same settings holds the points once.
    """
    arrays = []
    for count, seed in ((samples, data_seed), (test_samples, test_seed)):
        inputs, labels = DATASETS[name](count, noise, seed)
        arrays += [inputs, labels[:, np.newaxis]]
    for array in arrays:
        array.flags.writeable = False
    return Dataset(*arrays)
