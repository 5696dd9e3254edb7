"""The points a network learns from: inputs on the plane, and the class or value to answer there.

All sets lie in about -1 to 1 on both axes. scikit-learn's generators where it has one; the others
follow TensorFlow Playground's definitions (`dataset.ts`), whose plane reaches to 5 or 6.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import make_blobs, make_circles, make_moons

from nnlab.data.points import NO_POINTS, Points

FloatArray = NDArray[np.float64]

OWN = "own"  # the data set of a person's own points alone
OWN_TEST_EVERY = 5  # of these points every fifth is kept aside as a test point


@dataclass(frozen=True, eq=False)
class Dataset:
    """Training and test points. The arrays are read-only, so that runs can share them.

    Equal only to itself, so that what is drawn of it can be cached. Of a person's own points there
    may be too few for a test set, or none at all.

    Attributes
    ----------
    train_inputs, test_inputs : float64 (n_samples, 2), or (n_samples, n_columns) under a
        TableConfig
    train_targets, test_targets : float64 (n_samples, 1), for two classes each 0.0 or 1.0
    phase : an epoch begins at the iterations that leave this when divided by its updates
    """

    train_inputs: FloatArray
    train_targets: FloatArray
    test_inputs: FloatArray
    test_targets: FloatArray
    phase: int = field(default=0, kw_only=True)


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
    targets : float64 (samples,), 0.0 or 1.0
    """
    inputs, labels = make_circles(n_samples=samples, noise=noise, random_state=seed)
    return inputs, labels.astype(np.float64)


def moons(samples: int, noise: float, seed: int) -> tuple[FloatArray, FloatArray]:
    """Draw two half circles that reach into each other; arguments and result as for `circles`."""
    # scikit-learn's moons reach from -1 to 2 and from -1/2 to 1
    inputs, labels = make_moons(n_samples=samples, noise=1.5 * noise, random_state=seed)
    return (inputs - [0.5, 0.25]) / 1.5, labels.astype(np.float64)


def gaussians(samples: int, noise: float, seed: int) -> tuple[FloatArray, FloatArray]:
    """Draw two round clouds; arguments and result as for `circles`.

    Theirs: centres at ±2 of 5, variance 1/2 without noise. The noise comes on top of that.
    """
    inputs, labels = make_blobs(
        n_samples=samples,
        centers=[(-0.4, -0.4), (0.4, 0.4)],
        cluster_std=np.hypot(0.5**0.5 / 5, noise),
        random_state=seed,
    )
    return inputs, labels.astype(np.float64)


def xor(samples: int, noise: float, seed: int) -> tuple[FloatArray, FloatArray]:
    """Deal points to the four quadrants; class 1 is where x1 and x2 have the same sign.

    Arguments and result as for `circles`. Theirs: uniform up to 5, and 0.3 off the axes.
    """
    rng = np.random.default_rng(seed)
    quadrants = rng.permutation(samples) % 4
    signs = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)])[quadrants]
    inputs = signs * (rng.uniform(0, 5, (samples, 2)) + 0.3) / 5.3
    return inputs + rng.normal(0, noise, (samples, 2)), (quadrants % 2 == 0).astype(np.float64)


def spirals(samples: int, noise: float, seed: int) -> tuple[FloatArray, FloatArray]:
    """Draw two arms of a spiral, 1¾ turns each; arguments and result as for `circles`.

    Theirs: along an arm the radius grows from 0 to 5, and the angle with it to 1.75 * 2π.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(samples)
    labels = order % 2
    along = (order // 2) / ((samples + 1 - labels) // 2)  # 0 … 1, for each arm by its own number
    angles = 1.75 * 2 * np.pi * along + np.where(labels == 1, 0, np.pi)
    inputs = np.column_stack([along * np.sin(angles), along * np.cos(angles)])
    return inputs + rng.normal(0, noise, (samples, 2)), labels.astype(np.float64)


def plane(samples: int, noise: float, seed: int) -> tuple[FloatArray, FloatArray]:
    """Draw values that rise evenly along the diagonal; arguments as for `circles`.

    Theirs: (x1 + x2) / 10 on -6 … 6.

    Returns
    -------
    inputs : float64 (samples, 2)
    targets : float64 (samples,), -1.2 … 1.2
    """
    rng = np.random.default_rng(seed)
    inputs = rng.uniform(-1, 1, (samples, 2))
    return inputs + rng.normal(0, noise, (samples, 2)), 0.6 * inputs.sum(axis=1)


def multi_gaussian(samples: int, noise: float, seed: int) -> tuple[FloatArray, FloatArray]:
    """Draw values on three hills and three hollows; arguments as for `circles`.

    Theirs: centres at -4, 0, 4 and ±2.5 of 6, each a cone of height ±1 and radius 2.

    Returns
    -------
    inputs : float64 (samples, 2)
    targets : float64 (samples,), -1 … 1
    """
    rng = np.random.default_rng(seed)
    inputs = rng.uniform(-1, 1, (samples, 2))
    targets = np.zeros(samples)
    cones = [(-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1)]
    for x1, x2, sign in cones:
        distances = np.hypot(6 * inputs[:, 0] - x1, 6 * inputs[:, 1] - x2)
        heights = np.clip(1 - distances / 2, 0, 1)
        targets = np.where(heights > np.abs(targets), sign * heights, targets)
    return inputs + rng.normal(0, noise, (samples, 2)), targets


def own(samples: int, noise: float, seed: int) -> tuple[FloatArray, FloatArray]:  # noqa: ARG001
    """Draw no points, whatever the arguments: a person brings all of them."""
    return np.empty((0, 2)), np.empty(0)


DATASETS: dict[str, Callable[[int, float, int], tuple[FloatArray, FloatArray]]] = {
    "circles": circles,
    "moons": moons,
    "xor": xor,
    "gaussians": gaussians,
    "spirals": spirals,
    "plane": plane,
    "multi-gaussian": multi_gaussian,
    OWN: own,
}
# The sets that a problem can be posed on: classes are values too, but not the other way round.
DATASETS_FOR: dict[str, tuple[str, ...]] = {
    "classification": ("circles", "moons", "xor", "gaussians", "spirals", OWN),
    "regression": tuple(DATASETS),
}


def make_dataset(
    name: str,
    samples: int,
    noise: float,
    data_seed: int,
    test_samples: int,
    test_seed: int,
    points: Points = NO_POINTS,
) -> Dataset:
    """Draw a training set and a test set, each from its own seed, and add a person's own points.

    These come after the drawn ones and train, except in the data set `own`, where every fifth of
    them is a test point, up to `test_samples`. Without own points the result is cached: a room of
    people on the same settings holds it once.
    """
    drawn = _draw(name, samples, noise, data_seed, test_samples, test_seed)
    if not len(points):
        return drawn
    tests = np.arange(len(points)) % OWN_TEST_EVERY == OWN_TEST_EVERY - 1
    tests &= (name == OWN) & (np.cumsum(tests) <= test_samples)
    inputs, targets = points.inputs, points.targets[:, np.newaxis]
    return _read_only(
        np.concatenate([drawn.train_inputs, inputs[~tests]]),
        np.concatenate([drawn.train_targets, targets[~tests]]),
        np.concatenate([drawn.test_inputs, inputs[tests]]),
        np.concatenate([drawn.test_targets, targets[tests]]),
    )


@lru_cache(maxsize=16)  # at 100,000 points 5 MB each
def _draw(
    name: str, samples: int, noise: float, data_seed: int, test_samples: int, test_seed: int
) -> Dataset:
    arrays = []
    for count, seed in ((samples, data_seed), (test_samples, test_seed)):
        inputs, targets = DATASETS[name](count, noise, seed)
        arrays += [inputs, targets[:, np.newaxis]]
    return _read_only(*arrays)


def _read_only(*arrays: FloatArray) -> Dataset:
    for array in arrays:
        array.flags.writeable = False
    return Dataset(*arrays)
