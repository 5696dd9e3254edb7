"""A run remembers its way in bounded memory, and can be taken back to it."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlab import Config, Run, advance, evaluate, rewind, start
from nnlab.config import MAX_LAYERS, MAX_WIDTH
from nnlab.editing import with_config
from nnlab.features import FEATURES
from nnlab.history import MAX_SNAPSHOT_BYTES, MAX_SNAPSHOTS, Snapshot, Snapshots
from nnlab.optimizers import OPTIMIZERS
from tests.test_training import assert_equal_bit_for_bit, configs

TINY = Config(samples=4, test_samples=2, hidden_layers=(3,))
LARGEST = Config(
    samples=4,
    test_samples=2,
    hidden_layers=(MAX_WIDTH,) * MAX_LAYERS,
    features=tuple(FEATURES),
    optimizer="adam",
)


def _taken(run: Run, iterations: Iterable[int]) -> Snapshots:
    """Let a run of the same numbers throughout pass by so many iterations, without training."""
    snapshots = Snapshots(run.snapshots, run.iteration)
    for iteration in iterations:
        if iteration % snapshots.stride == 0:
            snapshots.take(run.snapshots[0]._replace(iteration=iteration))
    return snapshots


def _bytes(snapshots: Iterable[Snapshot]) -> int:
    """Count the bytes of all arrays that are reached."""
    return sum(one.vector.nbytes + one.optimizer_state.vectors.nbytes for one in snapshots)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(
    "config",
    [Config(), replace(LARGEST, optimizer="sgd"), replace(LARGEST, hidden_layers=(32, 32)), TINY],
    ids=["article", "largest", "wide", "tiny"],
)
def test_a_million_iterations_take_at_most_one_and_a_half_megabytes(
    config: Config, optimizer: str
) -> None:
    run = start(replace(config, optimizer=optimizer))
    kept = list(run.snapshots)
    for begin in range(0, 1_000_000, 125_000):
        kept = _taken(replace(run, snapshots=tuple(kept), iteration=begin), _after(begin)).kept
        iterations = [one.iteration for one in kept]
        assert iterations[0] == 0
        assert iterations == sorted(set(iterations))
        assert 2 <= len(kept) <= MAX_SNAPSHOTS
        assert _bytes(kept) <= MAX_SNAPSHOT_BYTES == 1_500_000
        # no gap is wider than it has to be: half of these would be kept too, were there room
        most = min(MAX_SNAPSHOTS, MAX_SNAPSHOT_BYTES // _bytes(kept[:1]))
        assert np.diff(iterations).max() <= max(16, 2 * (begin + 125_000) / most)


def _after(begin: int) -> range:
    return range(begin + 1, begin + 125_001)


def test_every_iteration_has_a_snapshot_at_first_and_every_16th_later() -> None:
    run = advance(start(TINY), 3000)
    expected = [
        *range(32),
        *range(32, 64, 2),
        *range(64, 128, 4),
        *range(128, 256, 8),
        *range(256, 3001, 16),
    ]
    # the present one, 3000, is no multiple of 16
    assert run.snapshot_iterations == (*expected, 3000)
    assert len(run.snapshots) == len(expected)


def test_the_largest_network_keeps_its_start_and_one_more() -> None:
    run = advance(start(LARGEST), 300)
    assert run.snapshot_iterations == (0, 256, 300)
    assert_equal_bit_for_bit(rewind(run, 256), advance(start(LARGEST), 256))


def test_the_snapshots_stay_in_bounds_when_the_optimizer_changes() -> None:
    """Of different sizes, as many fit as if all were as large as the largest."""
    run = start(replace(LARGEST, hidden_layers=(32, 32)))
    for optimizer in ("sgd", "adam", "sgd", "momentum"):
        run = with_config(run, replace(run.config, optimizer=optimizer))
        pieces = run
        for _ in range(4):
            pieces = advance(pieces, 25)
        run = advance(run, 100)
        assert run.snapshot_iterations == pieces.snapshot_iterations
        assert _bytes(run.snapshots) <= MAX_SNAPSHOT_BYTES


# no test depends on the machine's speed
@settings(deadline=None, max_examples=100)
@given(config=configs(), data=st.data())
def test_a_rewound_run_is_the_run_as_it_was_bit_for_bit(
    config: Config, data: st.DataObject
) -> None:
    run = advance(start(config), 230)
    iteration = data.draw(st.sampled_from(run.snapshot_iterations))
    rewound = rewind(run, iteration)
    if iteration == run.iteration:  # where a stop rule may have been met
        assert rewound is run
        return
    assert_equal_bit_for_bit(rewound, advance(start(config), iteration), snapshots=False)
    assert set(rewound.snapshot_iterations) <= set(run.snapshot_iterations)
    again = advance(rewound, run.iteration - iteration)
    assert_equal_bit_for_bit(replace(again, diverged=run.diverged), run)
    assert advance(again, 1).diverged == advance(run, 1).diverged


@pytest.mark.parametrize("options", [{}, {"optimizer": "adam", "batch_size": 7}])
def test_a_rewound_run_of_the_article_goes_on_with_the_same_losses(options: dict) -> None:
    run = advance(start(Config(samples=100, **options)), 5000)
    for iteration in run.snapshot_iterations[::40]:
        rewound = rewind(run, iteration)
        assert_equal_bit_for_bit(rewound, advance(start(run.config), iteration), snapshots=False)
        np.testing.assert_array_equal(advance(rewound, 5000 - iteration).losses, run.losses)


def test_the_present_is_the_run_itself() -> None:
    run = advance(start(TINY), 37)
    assert run.snapshot_iterations[-2:] == (36, 37)
    assert rewind(run, 37) is run
    diverged = advance(start(replace(TINY, learning_rate=1e6, activation="linear")), 100)
    assert diverged.stopped == "diverged"
    assert rewind(diverged, diverged.iteration) is diverged


def test_a_diverged_run_goes_back_to_where_it_had_not_diverged() -> None:
    config = replace(TINY, learning_rate=1e6, activation="linear")
    run = advance(start(config), 100)
    rewound = rewind(run, 2)
    assert rewound.stopped is None
    assert_equal_bit_for_bit(advance(rewound, 100), run)


@pytest.mark.parametrize("iteration", [-1, 33, 230, 36.0, "0", None])
def test_an_iteration_without_a_snapshot_is_refused(iteration: object) -> None:
    run = advance(start(TINY), 37)
    with pytest.raises(
        ValueError, match="iteration must be a whole number out of snapsh"
    ) as caught:
        rewind(run, iteration)
    assert str(caught.value).endswith(f", got {iteration!r}")


def test_rewinding_and_what_follows_leave_the_run_as_it_was() -> None:
    run = advance(start(TINY), 40)
    vectors = [one.vector.copy() for one in run.snapshots]
    rewound = rewind(run, 8)
    rewound.parameters.vector[:] = 0
    advance(rewound, 60)
    assert run.iteration == len(run.losses) == 40
    for one, vector in zip(run.snapshots, vectors, strict=True):
        np.testing.assert_array_equal(one.vector, vector)


def test_a_branch_keeps_the_past_that_it_comes_from() -> None:
    run = advance(start(TINY), 100)
    branch = advance(with_config(rewind(run, 40), replace(TINY, learning_rate=0.5)), 60)
    assert branch.snapshot_iterations == run.snapshot_iterations
    np.testing.assert_array_equal(branch.losses[:40], run.losses[:40])
    assert (branch.losses[41:] != run.losses[41:]).all()
    before = rewind(branch, 24)
    np.testing.assert_array_equal(before.parameters.vector, rewind(run, 24).parameters.vector)
    assert evaluate(rewind(branch, 60)).train_loss == branch.losses[60]


def test_without_a_point_there_are_snapshots_too() -> None:
    run = start(Config(dataset="own"))
    whole = advance(run, 5000)
    assert_equal_bit_for_bit(whole, advance(advance(advance(run, 31), 700), 4269))
    assert_equal_bit_for_bit(rewind(whole, 96), advance(run, 96), snapshots=False)
    assert whole.snapshot_iterations == advance(start(TINY), 5000).snapshot_iterations
