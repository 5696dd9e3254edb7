"""Real data sets: tables of scikit-learn, of which a network sees two columns.

They are part of scikit-learn's installation, so they need no internet.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine

from nnlab.data.points import FloatArray
from nnlab.data.scales import ColumnScale

TEST_EVERY = 5  # one of so many rows is a test point


class RealSet(NamedTuple):
    """A table of measurements, each row with its class or value.

    Attributes
    ----------
    load : scikit-learn's function
    about : a sentence on what the data are, with their source
    pair : the names of two columns in which much can be seen
    n_classes : 0 for values
    """

    load: Callable[[], Any]
    about: str
    pair: tuple[str, str]
    n_classes: int


class Measurements(NamedTuple):
    """The rows of a real data set.

    Attributes
    ----------
    names : of the columns, (k,)
    columns : float64 (n, k)
    targets : float64 (n,), the numbers of classes, or values
    target : the name of the targets
    classes : the names of the classes; empty for values
    """

    names: tuple[str, ...]
    columns: FloatArray
    targets: FloatArray
    target: str
    classes: tuple[str, ...]


REAL_SETS = {
    "breast-cancer": RealSet(
        load_breast_cancer,
        "569 breast tumours, measured in pictures of their cells at the University of Wisconsin "
        "(Wolberg, Street and Mangasarian, 1995).",
        ("worst radius", "worst concave points"),
        2,
    ),
    "iris": RealSet(
        load_iris,
        "150 irises of three species, measured by E. Anderson and published by R. A. Fisher "
        "(1936).",
        ("petal length (cm)", "petal width (cm)"),
        3,
    ),
    "wine": RealSet(
        load_wine,
        "178 wines of three growers in one region of Italy, analysed chemically (Forina et al., "
        "1991).",
        ("alcohol", "flavanoids"),
        3,
    ),
    "diabetes": RealSet(
        lambda: load_diabetes(scaled=False),
        "442 patients with diabetes: how far it progressed in a year. bp is the blood pressure, s1 "
        "to s6 are of the blood serum (Efron, Hastie, Johnstone and Tibshirani, 2004).",
        ("bmi", "s5"),
        0,
    ),
}


@cache
def table_of(name: str) -> Measurements:
    """Return the table of a real data set."""
    bunch = REAL_SETS[name].load()
    names = tuple(str(column).replace("_", " ") for column in bunch.feature_names)
    classes = tuple(str(one).replace("_", " ") for one in bunch.get("target_names", ()))
    columns, targets = np.asarray(bunch.data, float), np.asarray(bunch.target, float)
    return Measurements(names, columns, targets, "class" if classes else "progression", classes)


def split(targets: FloatArray, test_samples: int, seed: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which rows are test points, bool (n,): every fifth, at most `test_samples`.

    They are stratified: of rows in a random order, sorted by their targets, they are evenly spaced.
    So each class, or each range of values, has its share of them.
    """
    count = min(len(targets) // TEST_EVERY, test_samples)
    order = np.random.default_rng(seed).permutation(len(targets))
    order = order[np.argsort(targets[order], kind="stable")]
    is_test = np.zeros(len(targets), dtype=np.bool_)
    is_test[order[((np.arange(count) + 0.5) * len(targets) / count).astype(int)]] = True
    return is_test


def scale_of(name: str, training: FloatArray) -> ColumnScale:
    """Return the scale of a column by its values in the training points, (n,)."""
    return ColumnScale(name, float(training.mean()), float(training.std()))
