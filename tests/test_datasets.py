"""The points are scikit-learn's, cannot be changed, and depend on their own seed alone."""

import numpy as np
import pytest
from sklearn.datasets import make_blobs, make_circles, make_moons

from nnlab.data.datasets import DATASETS, DATASETS_FOR, circles, make_dataset
from nnlab.data.points import Points

CLASSES = [name for name in DATASETS_FOR["classification"] if name != "own"]
VALUES = ["plane", "multi-gaussian"]
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


def test_moons_are_scikit_learns_moved_to_the_middle() -> None:
    inputs, labels = DATASETS["moons"](200, 0.1, 3)
    expected_inputs, expected_labels = make_moons(200, noise=0.15, random_state=3)
    # three halves as large and around (0.5, 0.25); subtracting and dividing rounds
    np.testing.assert_allclose(1.5 * inputs + [0.5, 0.25], expected_inputs, rtol=1e-14, atol=1e-15)
    np.testing.assert_array_equal(labels, expected_labels)


def test_gaussians_are_scikit_learns_blobs() -> None:
    inputs, labels = DATASETS["gaussians"](200, 0.3, 3)
    spread = (0.02 + 0.3**2) ** 0.5  # Playground's variance of 1/2 on a plane of 5, and the noise
    expected_inputs, expected_labels = make_blobs(
        200, centers=[(-0.4, -0.4), (0.4, 0.4)], cluster_std=spread, random_state=3
    )
    np.testing.assert_allclose(inputs, expected_inputs, rtol=1e-14)  # the spread rounds
    np.testing.assert_array_equal(labels, expected_labels)


def test_xor_has_one_class_where_both_signs_agree() -> None:
    inputs, labels = DATASETS["xor"](400, 0, 3)
    np.testing.assert_array_equal(labels, inputs.prod(axis=1) > 0)
    assert (np.abs(inputs) >= 0.3 / 5.3).all()
    quadrants = (inputs > 0) @ [2, 1]
    np.testing.assert_array_equal(np.bincount(quadrants), [100] * 4)


def test_spirals_are_two_arms_of_which_one_is_the_other_turned_by_half() -> None:
    inputs, labels = DATASETS["spirals"](400, 0, 3)
    one, other = (sorted(map(tuple, inputs[labels == label])) for label in (1, 0))
    # sines and cosines of angles of up to 14 round in the 15th digit
    np.testing.assert_allclose(one, -np.array(other)[::-1], atol=1e-14)
    radii = np.hypot(*inputs[labels == 1].T)
    np.testing.assert_allclose(np.sort(radii), np.arange(200) / 200, atol=1e-14)
    angles = 1.75 * 2 * np.pi * radii
    expected = np.column_stack([radii * np.sin(angles), radii * np.cos(angles)])
    np.testing.assert_allclose(inputs[labels == 1], expected, atol=1e-13)


def test_the_plane_rises_along_the_diagonal() -> None:
    inputs, targets = DATASETS["plane"](200, 0, 3)
    np.testing.assert_allclose(targets, 0.6 * (inputs[:, 0] + inputs[:, 1]), rtol=1e-14)
    assert np.ptp(targets) > 1.5


def test_multi_gaussian_has_hills_and_hollows_in_turn() -> None:
    inputs, targets = DATASETS["multi-gaussian"](20_000, 0, 3)
    for x1, x2, sign in [(-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1)]:
        for side in (1, -1):
            distances = np.hypot(*(6 * inputs - [x1, side * x2]).T)
            near = distances < 1
            np.testing.assert_allclose(
                targets[near], side * sign * (1 - distances[near] / 2), rtol=1e-12
            )
    assert (targets == 0).any()


@pytest.mark.parametrize("name", CLASSES + VALUES)
@pytest.mark.parametrize("samples", [2, 3, 100_000])
def test_shapes_types_and_targets(name: str, samples: int) -> None:
    inputs, targets = DATASETS[name](samples, 0.1, 0)
    assert (inputs.shape, inputs.dtype) == ((samples, 2), np.float64)
    assert (targets.shape, targets.dtype) == ((samples,), np.float64)
    assert np.isfinite(inputs).all()
    assert np.isfinite(targets).all()
    if name in CLASSES:
        assert set(targets) == {0.0, 1.0}
        assert abs(targets.sum() - samples / 2) <= 0.5  # as many of each class


@pytest.mark.parametrize("name", CLASSES + VALUES)
def test_all_sets_fill_the_same_plane(name: str) -> None:
    inputs, _ = DATASETS[name](1000, 0, 0)
    reach = np.abs(inputs).max()
    assert 0.7 < reach <= 1.001


# not the Gaussians, whose points and noise are one draw: their own test shows it
@pytest.mark.parametrize("name", ["circles", "moons", "xor", "spirals", *VALUES])
def test_noise_moves_the_points_and_leaves_the_targets(name: str) -> None:
    still, noisy = (DATASETS[name](20_000, noise, 0) for noise in (0, 0.2))
    np.testing.assert_array_equal(still[1], noisy[1])
    # 20,000 draws per axis: 3 sigma are 1.5 %
    np.testing.assert_allclose((noisy[0] - still[0]).std(axis=0), 0.2, rtol=0.015)


@pytest.mark.parametrize("name", CLASSES + VALUES)
def test_the_seed_draws_the_points(name: str) -> None:
    first, same, other = (DATASETS[name](50, 0.1, seed)[0] for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


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


def _points(count: int) -> Points:
    return Points.of([(index, -index, index % 2) for index in range(count)])


@pytest.mark.parametrize("name", CLASSES)
def test_own_points_come_after_the_drawn_ones(name: str) -> None:
    drawn = make_dataset(name, 30, 0.05, 4, 20, 2)
    both = make_dataset(name, 30, 0.05, 4, 20, 2, _points(7))
    np.testing.assert_array_equal(both.train_inputs[:30], drawn.train_inputs)
    np.testing.assert_array_equal(both.train_inputs[30:], _points(7).inputs)
    np.testing.assert_array_equal(both.train_targets[:30], drawn.train_targets)
    np.testing.assert_array_equal(both.train_targets[30:, 0], _points(7).targets)
    np.testing.assert_array_equal(both.test_inputs, drawn.test_inputs)
    assert drawn.train_inputs.shape == (30, 2)  # the shared data set has not grown


def test_every_fifth_of_own_points_alone_is_a_test_point() -> None:
    data = make_dataset("own", 30, 0.05, 4, 20, 2, _points(12))
    np.testing.assert_array_equal(data.test_inputs[:, 0], [4, 9])
    np.testing.assert_array_equal(data.train_inputs[:, 0], [0, 1, 2, 3, 5, 6, 7, 8, 10, 11])
    np.testing.assert_array_equal(data.test_targets[:, 0], [0, 1])


def test_own_test_points_are_at_most_test_samples() -> None:
    data = make_dataset("own", 30, 0.05, 4, 2, 2, _points(20))
    np.testing.assert_array_equal(data.test_inputs[:, 0], [4, 9])
    assert len(data.train_inputs) == 18
    assert 14 in data.train_inputs[:, 0]


@pytest.mark.parametrize("count", [0, 1, 4])
def test_few_own_points_are_no_test_set(count: int) -> None:
    data = make_dataset("own", 30, 0.05, 4, 20, 2, _points(count))
    shapes = [getattr(data, name).shape for name in ARRAYS]
    assert shapes == [(count, 2), (count, 1), (0, 2), (0, 1)]


def test_own_points_are_read_only_too() -> None:
    data = make_dataset("circles", 30, 0.05, 4, 20, 2, _points(3))
    for name in ARRAYS:
        with pytest.raises(ValueError, match="read-only"):
            getattr(data, name)[0, 0] = 5.0
