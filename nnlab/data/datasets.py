"""The data sets a network learns from: points on the plane, each with a class or a value.

All sets lie between about -1 and 1 on both axes. Some come from scikit-learn's generators; the
others follow TensorFlow Playground (`dataset.ts`), whose points reach ±5 or ±6.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import make_blobs, make_circles, make_moons

from nnlab.data.points import NO_POINTS, Points

FloatArray = NDArray[np.float64]
Scalar = TypeVar("Scalar", bound=np.generic)

OWN = "own"  # the data set that has only the user's own points
OWN_TEST_EVERY = 5  # every fifth of these points is a test point


def read_only(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """Return the array if it is read-only, else a read-only view of it."""
    if not array.flags.writeable:
        return array
    view = array.view()
    view.flags.writeable = False
    return view


@dataclass(frozen=True, eq=False)
class Dataset:
    """Training and test points, in read-only views that runs can share; both can be empty.

    A Dataset equals only itself, so it can be a cache key.

    Attributes
    ----------
    train_inputs, test_inputs : float64 (n_samples, 2), or (n_samples, n_columns) under a
        TableConfig
    train_targets, test_targets : float64 (n_samples, 1), 0.0 or 1.0 in a classification
    train_weights : float64 (n_samples, 1), the samples' weights in training, with the mean 1; None:
        all samples weigh the same, as they always do in the metrics
    phase : an epoch begins where iteration % (updates per epoch) equals `phase`
    own : how many of the training points, the last ones, are the user's own
    """

    train_inputs: FloatArray
    train_targets: FloatArray
    test_inputs: FloatArray
    test_targets: FloatArray
    train_weights: FloatArray | None = field(default=None, kw_only=True)
    phase: int = field(default=0, kw_only=True)
    own: int = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        names = ("train_inputs", "train_targets", "test_inputs", "test_targets", "train_weights")
        for name in names:
            array = getattr(self, name)
            if array is not None:
                object.__setattr__(self, name, read_only(array))

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.__post_init__()  # an unpickled array can be written to


def circles(samples: int, noise: float, seed: int) -> tuple[FloatArray, FloatArray]:
    """Draw two concentric circles; the inner one is class 1.

    Parameters
    ----------
    samples : number of points, at least 2
    noise : standard deviation of the Gaussian added to both coordinates
    seed : of the `numpy.random.RandomState` that draws both order and noise

    Returns
    -------
    inputs : float64 (samples, 2)
    targets : float64 (samples,), 0.0 or 1.0
    """
    inputs, labels = make_circles(n_samples=samples, noise=noise, random_state=seed)
    return inputs, labels.astype(np.float64)


def moons(samples: int, noise: float, seed: int) -> tuple[FloatArray, FloatArray]:
    """Draw two interleaving half circles; arguments and result as for `circles`."""
    # scikit-learn's moons span -1 to 2 and -1/2 to 1
    inputs, labels = make_moons(n_samples=samples, noise=1.5 * noise, random_state=seed)
    return (inputs - [0.5, 0.25]) / 1.5, labels.astype(np.float64)


def gaussians(samples: int, noise: float, seed: int) -> tuple[FloatArray, FloatArray]:
    """Draw two round clouds; arguments and result as for `circles`.

    In TensorFlow Playground, on ±5, the centres are at ±2 and the variance is 1/2 plus the noise.
    """
    inputs, labels = make_blobs(
        n_samples=samples,
        centers=[(-0.4, -0.4), (0.4, 0.4)],
        cluster_std=np.hypot(0.5**0.5 / 5, noise),
        random_state=seed,
    )
    return inputs, labels.astype(np.float64)


def xor(samples: int, noise: float, seed: int) -> tuple[FloatArray, FloatArray]:
    """Draw points in all four quadrants; class 1 is where x1 and x2 have the same sign.

    Arguments and result as for `circles`. As in TensorFlow Playground, points are drawn uniformly
    up to ±5, and then moved 0.3 away from the axes.
    """
    rng = np.random.default_rng(seed)
    quadrants = rng.permutation(samples) % 4
    signs = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)])[quadrants]
    inputs = signs * (rng.uniform(0, 5, (samples, 2)) + 0.3) / 5.3
    return inputs + rng.normal(0, noise, (samples, 2)), (quadrants % 2 == 0).astype(np.float64)


def spirals(samples: int, noise: float, seed: int) -> tuple[FloatArray, FloatArray]:
    """Draw two arms of a spiral, 1¾ turns each; arguments and result as for `circles`.

    In TensorFlow Playground, the radius grows from 0 to 5, and the angle with it to 1.75 * 2π.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(samples)
    labels = order % 2
    along = (order // 2) / ((samples + 1 - labels) // 2)  # from 0 to 1 along each arm
    angles = 1.75 * 2 * np.pi * along + np.where(labels == 1, 0, np.pi)
    inputs = np.column_stack([along * np.sin(angles), along * np.cos(angles)])
    return inputs + rng.normal(0, noise, (samples, 2)), labels.astype(np.float64)


def plane(samples: int, noise: float, seed: int) -> tuple[FloatArray, FloatArray]:
    """Draw values that rise along the diagonal from -1.2 to 1.2; arguments as for `circles`.

    In TensorFlow Playground, the value is (x1 + x2) / 10, for points up to ±6.
    """
    rng = np.random.default_rng(seed)
    inputs = rng.uniform(-1, 1, (samples, 2))
    return inputs + rng.normal(0, noise, (samples, 2)), 0.6 * inputs.sum(axis=1)


def multi_gaussian(samples: int, noise: float, seed: int) -> tuple[FloatArray, FloatArray]:
    """Draw values on three hills and three hollows, from -1 to 1; arguments as for `circles`.

    As in TensorFlow Playground, with points up to ±6, each is a cone of height ±1 and radius 2. The
    centres are at x1 = -4, 0 and 4, and at x2 = ±2.5.
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


DATASETS: dict[str, Callable[[int, float, int], tuple[FloatArray, FloatArray]]] = {
    "circles": circles,
    "moons": moons,
    "xor": xor,
    "gaussians": gaussians,
    "spirals": spirals,
    "plane": plane,
    "multi-gaussian": multi_gaussian,
    OWN: lambda samples, noise, seed: (np.empty((0, 2)), np.empty(0)),
}
# The data sets for each problem: classes can serve as values, but not the other way round.
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
    """Draw a training set and a test set, each from its own seed, and add the user's own points.

    Own points follow the drawn ones in the training set. In the data set `own`, every fifth of them
    is a test point instead, up to `test_samples`. Results without own points are cached, so that
    many users with the same settings share one copy.
    """
    drawn = _draw(name, samples, noise, data_seed, test_samples, test_seed)
    if not len(points):
        return drawn
    tests = np.arange(len(points)) % OWN_TEST_EVERY == OWN_TEST_EVERY - 1
    tests &= (name == OWN) & (np.cumsum(tests) <= test_samples)
    inputs, targets = points.inputs, points.targets[:, np.newaxis]
    return Dataset(
        np.concatenate([drawn.train_inputs, inputs[~tests]]),
        np.concatenate([drawn.train_targets, targets[~tests]]),
        np.concatenate([drawn.test_inputs, inputs[tests]]),
        np.concatenate([drawn.test_targets, targets[tests]]),
        own=int(np.count_nonzero(~tests)),
    )


@lru_cache(maxsize=16)  # 5 MB each with 100,000 points
def _draw(
    name: str, samples: int, noise: float, data_seed: int, test_samples: int, test_seed: int
) -> Dataset:
    arrays = []
    for count, seed in ((samples, data_seed), (test_samples, test_seed)):
        inputs, targets = DATASETS[name](count, noise, seed)
        arrays += [inputs, targets[:, np.newaxis]]
    return Dataset(*arrays)
