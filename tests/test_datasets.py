"""The points are scikit-learn's, cannot be changed, and depend on their own seed alone."""

import numpy as np
import pytest
from sklearn.datasets import make_circles

from nnlab.datasets import DATASETS, circles, make_dataset

ARRAYS = ("train_inputs", "train_targets", "test_inputs", "test_targets")


@pytest.mark.parametrize(("samples", "noise", "seed"), [(1000, 0.05, 4), (100, 0.05, 2), (7, 1, 0)])
def test_circles_are_scikit_learns_of_the_same_seed(samples: int, noise: float, seed: int) -> None:
    inputs, labels = circles(samples, noise, seed)
    expected_inputs, expected_labels = make_circles(samples, noise=noise, random_state=seed)
    np.testing.assert_array_equal(inputs, expected_inputs)
    np.testing.assert_array_equal(labels, expected_labels)


def test_without_noise_the_inner_circle_is_class_1() -> None:
    inputs, labels = circles(50, 0, 0)
    # radii by scikit-learn's definition, 1 and factor=0.8; cos² + sin² rounds in the 16th digit
    radii = np.hypot(*inputs.T)
    np.testing.assert_allclose(radii, np.where(labels == 1, 0.8, 1.0), rtol=1e-14)


@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("samples", [2, 3, 100_000])
def test_shapes_types_and_labels(name: str, samples: int) -> None:
    inputs, labels = DATASETS[name](samples, 0.1, 0)
    assert (inputs.shape, inputs.dtype) == ((samples, 2), np.float64)
    assert (labels.shape, labels.dtype) == ((samples,), np.float64)
    assert set(labels) == {0.0, 1.0}
    assert np.isfinite(inputs).all()


@pytest.mark.parametrize("name", DATASETS)
def test_drawing_leaves_the_global_generator_alone(name: str) -> None:
    state = np.random.get_state  # only looked at
    before = state()
    DATASETS[name](100, 0.1, 0)
    np.testing.assert_array_equal(before[1], state()[1])
    assert before[2:] == state()[2:]


def test_a_dataset_has_columns_of_targets() -> None:
    dataset = make_dataset("circles", 30, 0.05, 4, 20, 2)
    shapes = [getattr(dataset, name).shape for name in ARRAYS]
    assert shapes == [(30, 2), (30, 1), (20, 2), (20, 1)]


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_are_read_only(name: str) -> None:
    array = getattr(make_dataset("circles", 30, 0.05, 4, 20, 2), name)
    with pytest.raises(ValueError, match="read-only"):
        array[0, 0] = 5.0


def test_the_same_settings_share_one_dataset() -> None:
    first = make_dataset("circles", 30, 0.05, 4, 20, 2)
    assert make_dataset("circles", 30, 0.05, 4, 20, 2) is first
    assert make_dataset("circles", 30, 0.05, 5, 20, 2) is not first


def test_the_test_set_does_not_depend_on_the_training_set() -> None:
    first = make_dataset("circles", 30, 0.05, 4, 20, 2)
    second = make_dataset("circles", 50, 0.05, 9, 20, 2)
    np.testing.assert_array_equal(first.test_inputs, second.test_inputs)
    np.testing.assert_array_equal(first.test_targets, second.test_targets)
    third = make_dataset("circles", 30, 0.05, 4, 25, 3)
    np.testing.assert_array_equal(first.train_inputs, third.train_inputs)
    assert not np.array_equal(first.test_inputs, third.test_inputs[:20])
