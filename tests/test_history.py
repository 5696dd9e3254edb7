"""A run keeps its past in bounded memory, can be rewound to it, and records its layers."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlab import Config, Run, advance, evaluate, rewind, start
from nnlab.data.datasets import Dataset
from nnlab.data.features import FEATURES, column_names
from nnlab.inspection.observation import observe
from nnlab.model.network import Parameters
from nnlab.model.optimizers import OPTIMIZERS
from nnlab.training.config import MAX_LAYERS, MAX_WIDTH, TableConfig
from nnlab.training.edits import with_config
from nnlab.training.history import (
    MAX_ROWS,
    MAX_SNAPSHOT_BYTES,
    MAX_SNAPSHOTS,
    LayerHistory,
    Snapshot,
    Snapshots,
)
from tests.helpers.runs import assert_equal_bit_for_bit, configs

TINY = Config(samples=4, test_samples=2, hidden_layers=(3,))
LARGEST = Config(
    samples=4,
    test_samples=2,
    hidden_layers=(MAX_WIDTH,) * MAX_LAYERS,
    features=tuple(FEATURES),
    optimizer="adam",
)


def _taken(run: Run, iterations: Iterable[int]) -> Snapshots:
    """Skip iterations of a run without training, as if all its numbers stayed the same."""
    snapshots = Snapshots(run.snapshots, run.iteration)
    for iteration in iterations:
        if iteration % snapshots.stride == 0:
            snapshots.add(run.snapshots[0]._replace(iteration=iteration))
    return snapshots


def _bytes(snapshots: Iterable[Snapshot]) -> int:
    """Count the bytes of all arrays that an object holds."""
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


def test_a_network_too_large_for_two_snapshots_keeps_two_all_the_same() -> None:
    config = TableConfig(features=column_names(2000), hidden_layers=(64, 64), optimizer="adam")
    inputs = np.random.default_rng(0).normal(size=(6, 2000))
    data = Dataset(inputs[:4], np.array([[0.0], [1], [0], [1]]), inputs[4:], np.zeros((2, 1)))
    run = start(config, data)
    assert _bytes(run.snapshots) > MAX_SNAPSHOT_BYTES
    run = advance(run, 40)
    assert run.snapshot_iterations == (0, 32, 40)
    assert_equal_bit_for_bit(rewind(run, 32), advance(start(config, data), 32), snapshots=False)


def test_the_snapshots_stay_in_bounds_when_the_optimizer_changes() -> None:
    """If their sizes differ, as many fit as if all were as large as the largest."""
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
@settings(max_examples=100)
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


@pytest.mark.slow
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


@pytest.mark.parametrize("iteration", [-1, 33, 230, 36.0, "0", None, True])
def test_an_iteration_without_a_snapshot_is_refused(iteration: object) -> None:
    run = advance(start(TINY), 37)
    rule = "a whole number from 0 to 37|one of snapshot_iterations"
    with pytest.raises(ValueError, match=f"^iteration must be ({rule}), got") as caught:
        rewind(run, iteration)
    assert str(caught.value).endswith(f", got {iteration!r}")


def test_rewinding_and_what_follows_leave_the_run_as_it_was() -> None:
    run = advance(start(TINY), 40)
    vectors = [one.vector.copy() for one in run.snapshots]
    advance(rewind(run, 8), 60)
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


# What the activations do and how they slope, once more and from the textbook: of z, not of a.
TEXTBOOK = {
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0),
    "tanh": (np.tanh, lambda z: 1 / np.cosh(z) ** 2),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
    "sine": (np.sin, np.cos),
}


def _assert_is_what_layers_do(
    row: LayerHistory, config: Config, inputs: np.ndarray, t: np.ndarray, parameters: Parameters
) -> None:
    """Compare a row with the article's equations, unit by unit and sample by sample."""
    names = config.activations
    weights, biases = parameters.weights, parameters.biases
    a, zs = [inputs], []
    for W, b, name in zip(weights, biases, [*names, "sigmoid"], strict=True):
        zs.append(a[-1] @ W + b)
        a.append(TEXTBOOK[name][0](zs[-1]))
    dz, norms = (a[-1] - t) / len(t), []
    for k in range(len(weights) - 1, -1, -1):
        dW, db = a[k].T @ dz, dz.sum(axis=0)
        norms.insert(0, sum(x * x for x in [*dW.ravel(), *db]) ** 0.5)
        if k:
            dz = (dz @ weights[k].T) * TEXTBOOK[names[k - 1]][1](zs[k - 1])
    # float32 keeps 7 digits
    np.testing.assert_allclose(row.gradient_norms, [norms], rtol=1e-6)
    expected = [sum(w * w for w in W.ravel()) ** 0.5 for W in weights]
    np.testing.assert_allclose(row.weight_norms, [expected], rtol=1e-6)
    for k, name in enumerate(names):
        slopes = TEXTBOOK[name][1](zs[k])
        dead = [all(slope == 0 for slope in unit) for unit in slopes.T]
        assert row.dead_fractions[0, k] == np.float32(np.mean(dead))
        # beyond ±0.97 a tanh counts as saturated, and a sigmoid where its tanh, 2 a - 1, is
        size = {"tanh": np.abs(a[k + 1]), "sigmoid": np.abs(2 * a[k + 1] - 1)}
        saturated = [value > 0.97 for value in size.get(name, np.zeros(1)).ravel()]
        assert row.saturated_fractions[0, k] == np.float32(np.mean(saturated))
    weights_ = np.concatenate([W.ravel() for W in weights])
    size = {"l1": np.abs(weights_).sum(), "l2": (weights_**2).sum() / 2, "none": 0}
    penalty = config.regularization_rate * size[config.regularization]
    np.testing.assert_allclose(row.penalties, [penalty], rtol=1e-12)  # another order of the sum


LAYERS = {
    "article": Config(),
    "penalty": Config(regularization="l1", regularization_rate=0.1, hidden_layers=(4, 4, 4)),
    "saturated": Config(activation="tanh", features=("x1", "x2", "x1*x2"), learning_rate=3),
    "one for each": Config(
        activation=("sigmoid", "sine", "relu"),
        hidden_layers=(6, 5, 4),
        regularization="l2",
        optimizer="adam",
    ),
    "no hidden layer": Config(hidden_layers=()),
}


@pytest.mark.parametrize("config", LAYERS.values(), ids=LAYERS)
def test_the_rows_are_what_the_layers_do_by_the_textbook(config: Config) -> None:
    config = replace(config, samples=60)
    run = advance(start(config), 201)
    assert [*run.layer_history.iterations] == [0, 100, 200]
    # of some layer, some slopes are below the limit and some are not
    saturated = run.layer_history.saturated_fractions
    if config.activation == "tanh":
        assert ((saturated > 0.05) & (saturated < 0.95)).any()
    for index, iteration in enumerate([0, 100, 200]):
        then = advance(start(config), iteration)
        row = LayerHistory._make(column[index : index + 1] for column in run.layer_history)
        data = then.dataset
        inputs = np.column_stack(
            [data.train_inputs, data.train_inputs.prod(axis=1)][: len(config.features) - 1]
        )
        _assert_is_what_layers_do(row, config, inputs, data.train_targets, then.parameters)
        for column, now in zip(row, observe(then).layers, strict=True):
            assert column.dtype == now.dtype
            np.testing.assert_array_equal(column, now)


def test_a_row_is_of_the_batch_and_an_observation_of_all_points() -> None:
    config = Config(samples=50, batch_size=8, activation="tanh")
    run = advance(start(config), 101)
    order = np.random.default_rng([config.seed, 100 // 7]).permutation(50)
    batch = order[100 % 7 * 8 :][:8]  # 50 points in batches of 8 are 7
    then = advance(start(config), 100)
    data = then.dataset
    row = LayerHistory._make(column[1:2] for column in run.layer_history)
    inputs, targets = data.train_inputs, data.train_targets
    _assert_is_what_layers_do(row, config, inputs[batch], targets[batch], then.parameters)
    _assert_is_what_layers_do(observe(then).layers, config, inputs, targets, then.parameters)


def _with_vector(run: Run, vector: np.ndarray) -> Run:
    return replace(run, parameters=Parameters(run.parameters.layer_sizes, vector))


def test_a_dead_layer_built_by_hand() -> None:
    """Three ReLU units of biases -10, 10 and -10: on points of size 1, two of them are dead."""
    run = start(Config(samples=100, hidden_layers=(3, 2)))
    layers = [[0.1, 0.1, -10], [0.1, 0.1, 10], [0.1, 0.1, -10], [1, 1, 1, 0], [1, -1, 1, 20]]
    run = _with_vector(run, np.concatenate([*layers, [1, 1, 0]]))
    for row in (observe(run).layers, advance(run, 1).layer_history):
        np.testing.assert_array_equal(row.dead_fractions, np.float32([[2 / 3, 0]]))
        np.testing.assert_array_equal(row.saturated_fractions, [[0, 0]])
    parameters = run.parameters.copy()
    parameters.biases[0][:] = -10
    row = observe(replace(run, parameters=parameters)).layers
    # the second layer's unit of bias 0 is on its kink now, whose slope is 0; the other one is not
    np.testing.assert_array_equal(row.dead_fractions, [[1, 0.5]])
    assert row.gradient_norms[0, 0] == 0  # no gradient passes a dead layer
    assert row.gradient_norms[0, 1] > 0  # the biases after it still learn


def test_zeros_leave_all_but_the_last_layer_without_a_gradient() -> None:
    """By hand: for tanh, a = 0 everywhere and W = 0, so that only the output's bias has one.

    Its gradient is mean(1/2 - t), and there are 500 points of each class.
    """
    run = start(Config(initialization="zeros", activation="tanh"))
    row = observe(run).layers
    np.testing.assert_array_equal(row.weight_norms, [[0, 0, 0]])
    np.testing.assert_array_equal(row.dead_fractions, [[0, 0]])
    np.testing.assert_allclose(row.gradient_norms, [[0, 0, 0]], atol=1e-15)
    uneven = start(Config(initialization="zeros", activation="tanh", samples=3))
    expected = abs(0.5 - uneven.dataset.train_targets.mean())
    np.testing.assert_allclose(observe(uneven).layers.gradient_norms, [[0, 0, expected]], 1e-6)
    relu = start(Config(initialization="zeros"))  # whose slope at 0 is 0
    np.testing.assert_array_equal(observe(relu).layers.dead_fractions, [[1, 1]])


def test_looking_at_the_layers_changes_nothing() -> None:
    run = looked_at = start(Config(samples=50, activation="tanh"))
    for _ in range(5):
        looked_at = advance(looked_at, 1)
        assert len(observe(looked_at).layers.iterations) == 1
    assert_equal_bit_for_bit(looked_at, advance(run, 5))


def test_an_update_that_is_not_taken_has_no_row() -> None:
    config = Config(samples=60, activation="linear", learning_rate=1e-3)
    run = advance(start(config), 100)
    huge = with_config(run, replace(config, learning_rate=1e6))
    diverged = advance(_with_vector(huge, run.parameters.vector * 1e100), 5)
    assert (diverged.stopped, diverged.iteration) == ("diverged", 100)
    assert [*diverged.layer_history.iterations] == [0]


def test_a_norm_beyond_float32_is_its_largest_number() -> None:
    run = start(
        Config(
            problem="regression",
            dataset="plane",
            samples=20,
            hidden_layers=(1,),
            activation="linear",
        )
    )
    run = _with_vector(run, np.array([1e150, 0, 0, 1e-150, 0]))
    for row in (observe(run).layers, advance(run, 1).layer_history):
        largest = np.finfo(np.float32).max
        assert (row.weight_norms[:, 0] == largest).all()
        assert all(np.isfinite(column).all() for column in row)


def test_the_layers_of_a_run_without_a_point_have_weights_alone() -> None:
    run = advance(start(Config(dataset="own", hidden_layers=(2,), activation="tanh")), 230)
    np.testing.assert_array_equal(run.layer_history.iterations, [0, 100, 200])
    for row in (run.layer_history, observe(run).layers):
        assert np.isnan(row.gradient_norms).all()
        assert np.isnan([row.dead_fractions, row.saturated_fractions]).all()
        expected = [np.linalg.norm(weights) for weights in run.parameters.weights]
        np.testing.assert_allclose(row.weight_norms[-1], expected, rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("width", [1, 24, MAX_WIDTH])
def test_snapshots_and_layers_of_a_million_iterations_take_under_2_megabytes(
    width: int, optimizer: str
) -> None:
    """Without points to train on, iterations are still counted and sampled."""
    config = replace(LARGEST, hidden_layers=(width,) * MAX_LAYERS, optimizer=optimizer)
    run = advance(start(replace(config, dataset="own")), 1_000_000)
    rows = sum(column.nbytes for column in run.layer_history)
    assert 0 < rows + _bytes(run.snapshots) < 2_000_000


@pytest.mark.slow
def test_the_layers_of_a_long_run_are_kept_at_a_stride_that_doubles() -> None:
    run = start(Config(dataset="own", hidden_layers=(2,)))
    for iteration, stride in (
        (200_000, 100),
        (200_001, 200),
        (200_101, 200),
        (400_000, 200),
        (400_001, 400),
        (1_000_000, 800),
    ):
        whole = advance(run, iteration)
        np.testing.assert_array_equal(
            whole.layer_history.iterations, np.arange(0, iteration, stride)
        )
        assert len(whole.layer_history.iterations) <= MAX_ROWS
        pieces = run
        for cut in (137, 200_000, 200_050, 399_900, 812_345, 1_000_000):
            pieces = advance(pieces, max(0, min(cut, iteration) - pieces.iteration))
        for column, its_twin in zip(pieces.layer_history, whole.layer_history, strict=True):
            np.testing.assert_array_equal(column, its_twin)


def test_a_long_run_rewound_gets_the_same_rows_again() -> None:
    run = advance(start(Config(dataset="own", hidden_layers=(2,))), 210_000)
    rewound = rewind(run, run.snapshot_iterations[-40])
    assert 150_000 < rewound.iteration < 200_000
    np.testing.assert_array_equal(
        rewound.layer_history.iterations, np.arange(0, rewound.iteration, 200)
    )
    again = advance(rewound, 210_000 - rewound.iteration)
    np.testing.assert_array_equal(again.layer_history.iterations, run.layer_history.iterations)
