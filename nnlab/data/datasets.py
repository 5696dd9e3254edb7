"""The data sets a network learns from: points on the plane, each with a class or a value.

All sets lie between about -1 and 1 on both axes. Some come from scikit-learn's generators; the
others follow TensorFlow Playground (`dataset.ts`), whose points reach ±5 or ±6. Over 250 lines, as
it is a list of small functions, one for each set.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import make_blobs, make_circles, make_moons

from nnlab.data.formula import SINE
from nnlab.data.points import NO_POINTS, Points
from nnlab.data.real_sets import REAL_SETS, scale_of, split, table_of
from nnlab.data.regions import above, checkerboard, curve, disc
from nnlab.data.scales import Scales
from nnlab.data.seedrandom import Stream, seed_text
from nnlab.data.tfp_sets import REACH as TFP_REACH
from nnlab.data.tfp_sets import SETS as TFP_SETS
from nnlab.data.tfp_sets import draw as draw_tfp

FloatArray = NDArray[np.float64]
Scalar = TypeVar("Scalar", bound=np.generic)

OWN = "own"  # the data set that has only the user's own points
CURVE = "curve"  # the data set of values along one input, which has a figure of its own
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
    train_targets, test_targets : float64 (n_samples, 1); in a classification the number of the
        class, from 0.0
    train_weights : float64 (n_samples, 1), the samples' weights in training, with the mean 1; None:
        all samples weigh the same, as they always do in the metrics
    phase : an epoch begins where iteration % (updates per epoch) equals `phase`
    own : how many of the training points, the last ones, are the user's own
    in_order : whether batches keep the order of the points, as in TensorFlow Playground
    numbers_drawn : how many numbers of TensorFlow Playground's stream the points took
    reach : how far the plane is drawn from 0, at least
    scales : for a real data set, which is standardized: the scales of x1, x2 and, in regression,
        the target
    class_names : of a real data set
    is_curve : the targets are values along x1, and are drawn over it
    """

    train_inputs: FloatArray
    train_targets: FloatArray
    test_inputs: FloatArray
    test_targets: FloatArray
    train_weights: FloatArray | None = field(default=None, kw_only=True)
    phase: int = field(default=0, kw_only=True)
    own: int = field(default=0, kw_only=True)
    in_order: bool = field(default=False, kw_only=True)
    numbers_drawn: int = field(default=0, kw_only=True)
    reach: float = field(default=1.25, kw_only=True)  # all sets fit, if they have little noise
    scales: Scales = field(default=(), kw_only=True)
    class_names: tuple[str, ...] = field(default=(), kw_only=True)
    is_curve: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        names = ("train_inputs", "train_targets", "test_inputs", "test_targets", "train_weights")
        for name in names:
            array = getattr(self, name)
            if array is not None:
                object.__setattr__(self, name, read_only(array))

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.__post_init__()  # an unpickled array can be written to


def circles(
    samples: int, noise: float, seed: int, classes: int = 2
) -> tuple[FloatArray, FloatArray]:
    """Draw concentric circles, one for each class; class 0 is the outermost.

    Parameters
    ----------
    samples : number of points, at least 2
    noise : standard deviation of the Gaussian added to both coordinates
    seed : of the generator that draws both order and noise
    classes : number of classes, at least 2

    Returns
    -------
    inputs : float64 (samples, 2)
    targets : float64 (samples,), the number of the class, from 0.0
    """
    if classes == 2:  # the article's
        inputs, labels = make_circles(n_samples=samples, noise=noise, random_state=seed)
        return inputs, labels.astype(np.float64)
    rng = np.random.default_rng(seed)
    labels, along = _dealt(rng, samples, classes)
    # as far apart as the article's if there is room
    radii: FloatArray = np.linspace(1, 1 - (classes - 1) * min(0.2, 1 / classes), classes)
    inputs = _at(radii[labels], 2 * np.pi * along)
    return inputs + rng.normal(0, noise, (samples, 2)), labels.astype(np.float64)


def moons(samples: int, noise: float, seed: int) -> tuple[FloatArray, FloatArray]:
    """Draw two interleaving half circles; arguments and result as for `circles`."""
    # scikit-learn's moons span -1 to 2 and -1/2 to 1
    inputs, labels = make_moons(n_samples=samples, noise=1.5 * noise, random_state=seed)
    return (inputs - [0.5, 0.25]) / 1.5, labels.astype(np.float64)


def gaussians(
    samples: int, noise: float, seed: int, classes: int = 2
) -> tuple[FloatArray, FloatArray]:
    """Draw a round cloud for each class; arguments and result as for `circles`.

    In TensorFlow Playground, on ±5, the centres are at ±2 and the variance is 1/2 plus the noise.
    With more than two classes, the centres are as far from the middle as these, and evenly spaced
    around it.
    """
    turns = 0.625 + np.arange(classes) / classes  # class 0 is at the lower left
    inputs, labels = make_blobs(
        n_samples=samples,
        centers=[(-0.4, -0.4), (0.4, 0.4)] if classes == 2 else _at(0.32**0.5, 2 * np.pi * turns),
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


def spirals(
    samples: int, noise: float, seed: int, classes: int = 2
) -> tuple[FloatArray, FloatArray]:
    """Draw an arm of a spiral for each class; arguments and result as for `circles`.

    In TensorFlow Playground, the radius of two arms grows from 0 to 5, and the angle with it to
    1.75 * 2π. More arms have fewer turns, so that their distances stay the same.
    """
    rng = np.random.default_rng(seed)
    labels, along = _dealt(rng, samples, classes)
    turns, begins = 3.5 / classes, (classes - 1 - labels) / classes
    angles = turns * 2 * np.pi * along + 2 * np.pi * begins
    inputs = np.column_stack([along * np.sin(angles), along * np.cos(angles)])
    return inputs + rng.normal(0, noise, (samples, 2)), labels.astype(np.float64)


def _dealt(
    rng: np.random.Generator, samples: int, classes: int
) -> tuple[NDArray[np.intp], FloatArray]:
    """Deal out samples to classes in a random order; return labels and places from 0 to 1."""
    order = rng.permutation(samples)
    labels = order % classes
    return labels, (order // classes) / ((samples + classes - 1 - labels) // classes)


def _at(radii: FloatArray | float, angles: FloatArray) -> FloatArray:
    """Return points at these polar coordinates, float64 (n, 2)."""
    return np.column_stack([radii * np.cos(angles), radii * np.sin(angles)])


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


Draw = Callable[..., tuple[FloatArray, FloatArray]]


class DataSource(NamedTuple):
    """Where the points of a data set come from.

    Attributes
    ----------
    draw : draws points and targets, (samples, noise, seed), and the settings in `shaped_by`; None:
        the points are the user's own, the rows of a real data set, or TensorFlow Playground's
    n_classes : its number of classes; 0 for values; None: any number, as `Config.classes` says
    shaped_by : the other fields of Config that it depends on
    is_tfp : whether it is one of `tfp_sets`: one seed draws its training and test points together
    """

    draw: Draw | None
    n_classes: int | None
    shaped_by: tuple[str, ...] = ()
    is_tfp: bool = False

    @property
    def is_random(self) -> bool:
        """Return whether a seed draws the points."""
        return self.draw is not None or self.is_tfp


DATASETS: dict[str, DataSource] = {
    "circles": DataSource(circles, None, ("classes",)),
    "moons": DataSource(moons, 2),
    "xor": DataSource(xor, 2),
    "gaussians": DataSource(gaussians, None, ("classes",)),
    "spirals": DataSource(spirals, None, ("classes",)),
    "disc": DataSource(disc, 2),
    "checkerboard": DataSource(checkerboard, 2),
    "function": DataSource(above, 2, ("function",)),
    "plane": DataSource(plane, 0),
    "multi-gaussian": DataSource(multi_gaussian, 0),
    CURVE: DataSource(curve, 0, ("function",)),
    **{
        name: DataSource(None, real.n_classes, ("data_columns",))
        for name, real in REAL_SETS.items()
    },
    **{name: DataSource(None, one.n_classes, is_tfp=True) for name, one in TFP_SETS.items()},
    OWN: DataSource(None, None),
}
# The data sets for each problem: drawn classes can serve as values, but not the other way round.
DATASETS_FOR: dict[str, tuple[str, ...]] = {
    "classification": tuple(name for name, one in DATASETS.items() if one.n_classes != 0),
    "regression": tuple(name for name, one in DATASETS.items() if one.draw or not one.n_classes),
}


_NOTHING = Dataset(np.empty((0, 2)), np.empty((0, 1)), np.empty((0, 2)), np.empty((0, 1)))


def make_dataset(
    dataset: str,
    samples: int,
    noise: float,
    data_seed: int,
    test_samples: int,
    test_seed: int,
    points: Points = NO_POINTS,
    classes: int = 2,
    function: str = SINE,
    data_columns: tuple[str, ...] = (),
) -> Dataset:
    """Draw a training set and a test set, each from its own seed, and add the user's own points.

    Own points follow the drawn ones in the training set. In the data set `own`, every fifth of them
    is a test point instead, up to `test_samples`. Results without own points are cached, so that
    many users with the same settings share one copy.
    """
    source = DATASETS[dataset]
    if dataset in REAL_SETS:
        drawn = _real(dataset, data_columns or REAL_SETS[dataset].pair, test_samples, test_seed)
    elif source.is_tfp:
        drawn = _tfp(dataset, samples, noise, data_seed, test_samples)
    elif source.draw:
        given = {"classes": classes, "function": function}
        arguments = tuple(given[name] for name in source.shaped_by)
        drawn = _draw(source.draw, samples, noise, data_seed, test_samples, test_seed, arguments)
    else:
        drawn = _NOTHING
    if not len(points):
        return drawn
    tests = np.arange(len(points)) % OWN_TEST_EVERY == OWN_TEST_EVERY - 1
    tests &= (dataset == OWN) & (np.cumsum(tests) <= test_samples)
    inputs, targets = points.inputs, points.targets[:, np.newaxis]
    return replace(
        drawn,
        train_inputs=np.concatenate([drawn.train_inputs, inputs[~tests]]),
        train_targets=np.concatenate([drawn.train_targets, targets[~tests]]),
        test_inputs=np.concatenate([drawn.test_inputs, inputs[tests]]),
        test_targets=np.concatenate([drawn.test_targets, targets[tests]]),
        own=int(np.count_nonzero(~tests)),
    )


@lru_cache(maxsize=16)  # 5 MB each with 100,000 points
def _draw(
    draw: Draw,
    samples: int,
    noise: float,
    data_seed: int,
    test_samples: int,
    test_seed: int,
    arguments: tuple[int | str, ...],
) -> Dataset:
    arrays = []
    for count, seed in ((samples, data_seed), (test_samples, test_seed)):
        inputs, targets = draw(count, noise, seed, *arguments)
        arrays += [inputs, targets[:, np.newaxis]]
    return Dataset(*arrays, is_curve=draw is curve)


@lru_cache(maxsize=16)
def _tfp(name: str, samples: int, noise: float, seed: int, test_samples: int) -> Dataset:
    """Return TensorFlow Playground's points; the first ones train, as there."""
    stream = Stream(seed_text(seed))
    rows = draw_tfp(name, samples + test_samples, noise, stream)
    return Dataset(
        *(rows[:samples, :2], rows[:samples, 2:], rows[samples:, :2], rows[samples:, 2:]),
        in_order=True,
        numbers_drawn=stream.count,
        reach=TFP_REACH,
    )


@lru_cache(maxsize=16)
def _real(name: str, pair: tuple[str, str], test_samples: int, test_seed: int) -> Dataset:
    """Return two columns of a real data set, standardized by their training points."""
    table = table_of(name)
    is_test = split(table.targets, test_samples, test_seed)
    numbers = {one: table.columns[:, table.names.index(one)] for one in pair}
    if not table.classes:
        numbers[table.target] = table.targets
    scales = tuple(scale_of(one, values[~is_test]) for one, values in numbers.items())
    columns = [
        (values - scale.mean) / scale.deviation
        for values, scale in zip(numbers.values(), scales, strict=True)
    ]
    inputs = np.column_stack(columns[:2])
    targets = np.column_stack(columns[2:] or [table.targets])
    parts = (part[rows] for rows in (~is_test, is_test) for part in (inputs, targets))
    return Dataset(*parts, scales=scales, class_names=table.classes)
