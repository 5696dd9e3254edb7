"""Sample weights for training, from scikit-learn's sample_weight and class_weight."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.validation import _check_sample_weight

from nnlab.data.datasets import FloatArray
from nnlab.data.rules import BrokenRule, is_real, shown


def checked(sample_weight: Any, inputs: FloatArray) -> FloatArray | None:
    """Return sample weights as float64 (n_samples,), or None if all samples weigh the same.

    Raises
    ------
    ValueError
        If the weights are not one finite number of at least 0 for each sample, or are all 0.
    """
    if sample_weight is None:
        return None
    weights: FloatArray = _check_sample_weight(
        sample_weight, inputs, dtype=np.float64, ensure_non_negative=True
    )
    return weights


def times_class_weights(
    weights: FloatArray | None, class_weight: Any, classes: NDArray[Any], labels: NDArray[Any]
) -> FloatArray | None:
    """Return the sample weights, each multiplied by the weight of its class.

    Parameters
    ----------
    weights : float64 (n_samples,), or None if all samples weigh the same
    class_weight : "balanced", so that each class has the same total weight; or a dictionary with
        the weight of each class, 1 for a missing class; or None
    classes : (n_classes,), sorted
    labels : (n_samples,), each in `classes`

    Raises
    ------
    ValueError
        If class_weight is something else, or names a class that does not exist.
    """
    if class_weight is None:
        return weights
    named = isinstance(class_weight, dict) and all(
        is_real(weight) and 0 < weight < np.inf for weight in class_weight.values()
    )
    if not named and not (isinstance(class_weight, str) and class_weight == "balanced"):
        must = "be None, 'balanced', or a dictionary with a finite number above 0 for each class"
        raise BrokenRule("class_weight", must, shown(class_weight))
    by_class: FloatArray = compute_class_weight(
        class_weight, classes=classes, y=labels, sample_weight=weights
    )
    of_samples: FloatArray = by_class[np.searchsorted(classes, labels)]
    if weights is not None:
        of_samples = weights / weights.max() * (of_samples / of_samples.max())  # no overflow
    return of_samples


def scaled(weights: FloatArray) -> FloatArray | None:
    """Return positive weights scaled to the mean 1, (n_samples, 1), or None if all are equal."""
    if (weights == weights[0]).all():
        return None
    fractions = weights / weights.max()  # so that their sum is finite
    column: FloatArray = (fractions / fractions.mean())[:, np.newaxis]
    return column
