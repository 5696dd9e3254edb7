"""Every epoch uses each training point once, in an order that depends on seed and epoch alone."""

from dataclasses import replace

import numpy as np
import pytest

from nnlab import Config, start
from nnlab.training.batches import Batches


def _dealt(batches: Batches, iteration: int) -> np.ndarray:
    """Return the points of a batch, (n_samples, 2)."""
    return batches.at(iteration).network.layer_inputs[0][:, :-1].copy()


@pytest.mark.parametrize(
    ("batch_size", "sizes"), [(4, [4, 4, 2]), (5, [5, 5]), (1, [1] * 10), (9, [9, 1])]
)
def test_an_epoch_deals_every_point_out_once(batch_size: int, sizes: list[int]) -> None:
    config = Config(samples=10, batch_size=batch_size)
    dataset = start(config).dataset
    batches = Batches(config, dataset)
    assert batches.per_epoch == len(sizes)
    for epoch in range(3):
        dealt = [_dealt(batches, epoch * len(sizes) + batch) for batch in range(len(sizes))]
        assert [len(points) for points in dealt] == sizes
        order = np.random.default_rng([config.seed, epoch]).permutation(10)
        np.testing.assert_array_equal(np.concatenate(dealt), dataset.train_inputs[order])


def test_a_batch_does_not_depend_on_those_before_it() -> None:
    config = Config(samples=10, batch_size=3)
    dataset = start(config).dataset
    in_order, at_once = Batches(config, dataset), Batches(config, dataset)
    for iteration in range(9):
        _dealt(in_order, iteration)
    np.testing.assert_array_equal(_dealt(in_order, 9), _dealt(at_once, 9))


@pytest.mark.parametrize("batch_size", [None, 10, 11])
def test_the_full_batch_is_in_the_datas_order(batch_size: int | None) -> None:
    config = Config(samples=10, batch_size=batch_size)
    dataset = start(config).dataset
    batches = Batches(config, dataset)
    assert batches.per_epoch == 1
    np.testing.assert_array_equal(_dealt(batches, 7), dataset.train_inputs)


@pytest.mark.parametrize("batch_size", [None, 1, 4, 9])
def test_a_batch_knows_the_numbers_of_its_points(batch_size: int | None) -> None:
    config = Config(samples=10, batch_size=batch_size)
    dataset = start(config).dataset
    batches = Batches(config, dataset)
    for iteration in (0, 2, 7):
        points = dataset.train_inputs[batches.samples_at(iteration)]
        np.testing.assert_array_equal(points, _dealt(batches, iteration))


def test_an_epoch_begins_where_the_datas_phase_says() -> None:
    """10 points in batches of 4 are 3 updates: with phase 2 an epoch begins at 2, 5 and 8."""
    config = Config(samples=10, batch_size=4)
    dataset = replace(start(config).dataset, phase=2)
    batches = Batches(config, dataset)
    begins = [iteration for iteration in range(2, 9) if batches.begin_at(iteration)]
    assert begins == [2, 5, 8]
    for first in (2, 5):
        dealt = np.concatenate([_dealt(batches, first + batch) for batch in range(3)])
        numbers = np.concatenate([batches.samples_at(first + batch) for batch in range(3)])
        assert sorted(numbers) == list(range(10))
        np.testing.assert_array_equal(dealt, dataset.train_inputs[numbers])
