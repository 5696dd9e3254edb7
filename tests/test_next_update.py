"""One step shows the numbers of training bit for bit, and they are the textbook's."""

from dataclasses import replace

import numpy as np
import pytest

from nnlab import Config, Run, advance, evaluate, rewind, start
from nnlab.data.points import Points
from nnlab.inspection.next_update import look_at_step, make_step
from nnlab.inspection.numeric_gradients import (
    STEP_SIZE,
    affordable_checks,
    crossings,
    numeric_gradients,
    positions_of,
)
from nnlab.model.activations import ACTIVATIONS
from nnlab.model.heads import OUTPUT_LOSSES
from nnlab.model.network import Parameters
from nnlab.model.optimizers import OPTIMIZERS, PENALTIES, SCHEDULES
from tests.helpers.textbook import TEXTBOOK

SMALL = {"samples": 20, "test_samples": 10, "hidden_layers": (4, 3)}
# each activation in two hidden layers, and one of them in more and in fewer
NETWORKS = [
    *((name, (4, 3)) for name in ACTIVATIONS),
    *(("tanh", widths) for widths in [(), (4,), (4, 3, 2)]),
]
CLASSES = {"dataset": "spirals", "classes": 3}
# what a run can be asked to predict, and by which loss
PROBLEMS = [
    *({"output_loss": name} for name in OUTPUT_LOSSES),
    *({**CLASSES, "output_loss": name} for name in ("cross_entropy", "squared_error")),
    {"problem": "regression", "dataset": "multi-gaussian"},
]
UPDATES = [
    *({"optimizer": name} for name in OPTIMIZERS),
    *({"regularization": name, "regularization_rate": 0.1} for name in PENALTIES),
    *({"learning_rate_schedule": name, "iterations": 20} for name in SCHEDULES),
    {"batch_size": 1},
    {"batch_size": 7},  # 7, 7 and 6
    {"optimizer": "adam", "regularization": "l1", "batch_size": 7},
    {"optimizer": "nesterov", "momentum": 0.5, "features": ("x1", "x2^2", "x1*x2")},
    {"problem": "regression", "dataset": "plane", "optimizer": "rmsprop"},
    {**CLASSES, "optimizer": "adam", "batch_size": 7},
]


def _run(updates: int = 5, **settings: object) -> Run:
    return advance(start(Config(**{**SMALL, **settings})), updates)


def _all(parameters: Parameters) -> list[np.ndarray]:
    return [*parameters.weights, *parameters.biases]


@pytest.mark.parametrize("settings", UPDATES, ids=str)
@pytest.mark.parametrize("iterations", [0, 5])
def test_the_parameters_after_the_step_are_the_runs_bit_for_bit(
    settings: dict, iterations: int
) -> None:
    run = _run(iterations, **settings)
    step = look_at_step(run)
    after, advanced = make_step(run), advance(run, 1)
    np.testing.assert_array_equal(step.before.vector, run.parameters.vector)
    np.testing.assert_array_equal(step.after.vector, advanced.parameters.vector)
    np.testing.assert_array_equal(after.parameters.vector, advanced.parameters.vector)
    assert step.loss == advanced.losses[-1]
    assert step.iteration == run.iteration
    # and the run continues as if the step had not been inspected
    np.testing.assert_array_equal(advance(after, 9).losses, advance(run, 10).losses)


@pytest.mark.parametrize("settings", UPDATES, ids=str)
def test_a_step_on_one_point_is_the_step_of_a_run_that_has_no_other(settings: dict) -> None:
    """It starts from the same parameters, which depend on the seed alone."""
    run = _run(0, **settings)
    point = 11
    (x1, x2), (target,) = run.dataset.train_inputs[point], run.dataset.train_targets[point]
    alone = start(
        replace(run.config, dataset="own", points=Points.of([(x1, x2, target)]), batch_size=None)
    )
    np.testing.assert_array_equal(alone.dataset.train_inputs, [[x1, x2]])
    stepped = make_step(run, point)
    np.testing.assert_array_equal(stepped.parameters.vector, advance(alone, 1).parameters.vector)
    np.testing.assert_array_equal(stepped.parameters.vector, look_at_step(run, point).after.vector)
    assert stepped.losses[-1] == look_at_step(run, point).loss == evaluate(alone).train_loss


@pytest.mark.parametrize("point", [None, 3])
@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
@pytest.mark.parametrize(
    ("activation", "hidden_layers"), [*NETWORKS, (("sine", "relu", "softplus"), (4, 3, 2))]
)
def test_every_array_follows_from_the_textbooks_equations(
    activation: str | tuple[str, ...], hidden_layers: tuple[int, ...], problem: dict, point: int
) -> None:
    run = _run(hidden_layers=hidden_layers, activation=activation, **problem)
    names = run.config.activations
    step = look_at_step(run, point)
    rows = slice(None) if point is None else [point]
    inputs, t = run.dataset.train_inputs[rows], run.dataset.train_targets[rows]

    m, activations = len(inputs), [inputs]
    for layer, name in enumerate([*names, "linear"]):
        W, b = run.parameters.weights[layer], run.parameters.biases[layer]
        z = activations[-1] @ W + b
        # sums of a few terms: a few units in the 16th digit, more where they cancel
        np.testing.assert_allclose(step.pre_activations[layer], z, rtol=1e-12, atol=1e-14)
        activations.append(TEXTBOOK[name](z))
    if run.config.problem == "regression":
        a, losses = z, (z - t) ** 2 / 2
        dz = (a - t) / m
    elif run.config.n_classes > 2:
        powers, is_class = np.exp(z), t == np.arange(3)
        a = activations[-1] = powers / powers.sum(axis=1, keepdims=True)
        losses, dz = -np.log(a[is_class])[:, np.newaxis], (a - is_class) / m
        if run.config.output_loss == "squared_error":
            losses = ((a - is_class) ** 2).sum(axis=1, keepdims=True) / 2
            dz = np.array([e @ (np.diag(p) - np.outer(p, p)) for e, p in zip(dz, a, strict=True)])
    else:
        a = activations[-1] = 1 / (1 + np.exp(-z))
        if run.config.output_loss == "tanh_squared_error":
            a, y = np.tanh(z), 2 * t - 1
            activations[-1], losses, dz = a, (a - y) ** 2 / 2, (a - y) / m * (1 - a**2)
        elif run.config.output_loss == "squared_error":
            losses, dz = (a - t) ** 2 / 2, (a - t) / m * a * (1 - a)
        else:
            losses, dz = -t * np.log(a) - (1 - t) * np.log(1 - a), (a - t) / m
    for ours, theirs in zip(step.activations, activations, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(step.sample_losses, losses, rtol=1e-11, atol=1e-14)
    assert step.loss == pytest.approx(losses.mean(), rel=1e-12)
    np.testing.assert_array_equal(step.targets, t)
    assert step.n_samples == m

    for layer in range(len(hidden_layers), -1, -1):
        np.testing.assert_allclose(step.deltas[layer], dz, rtol=1e-9, atol=1e-14)
        dW = activations[layer].T @ dz
        np.testing.assert_allclose(step.gradients.weights[layer], dW, rtol=1e-9, atol=1e-14)
        db = dz.sum(axis=0, keepdims=True)
        np.testing.assert_allclose(step.gradients.biases[layer], db, rtol=1e-9, atol=1e-14)
        if layer:
            da = dz @ run.parameters.weights[layer].T
            ours = step.activation_gradients[layer - 1]
            np.testing.assert_allclose(ours, da, rtol=1e-9, atol=1e-14)
            dz = da * _slope(names[layer - 1], step.pre_activations[layer - 1])


def _slope(name: str, z: np.ndarray) -> np.ndarray:
    """Return the slopes of an activation by its textbook form and a complex step.

    Im g(z + ih) / h has no rounding (Squire and Trapp 1998), where g takes complex numbers.
    """
    pieces = {"relu": (z > 0) * 1.0, "leaky_relu": np.where(z > 0, 1, 0.01)}
    if name in pieces:
        return pieces[name]
    if name == "elu":
        return np.where(z > 0, 1, np.exp(z))
    return np.imag(TEXTBOOK[name](z + 1e-200j)) / 1e-200


@pytest.mark.parametrize("point", [None, 3])
@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
@pytest.mark.parametrize(("activation", "hidden_layers"), NETWORKS)
def test_the_numeric_gradient_is_the_analytic_one(
    activation: str, hidden_layers: tuple[int, ...], problem: dict, point: int | None
) -> None:
    run = _run(hidden_layers=hidden_layers, activation=activation, batch_size=7, **problem)
    analytic = look_at_step(run, point).gradients.vector
    positions = range(len(analytic))
    numeric = numeric_gradients(run, point, positions)
    smooth = [crossings(run, point, position) == 0 for position in positions]
    assert np.mean(smooth) > 0.9
    # h² truncation and cancellation at h = 1e-5 leave about 1e-10 absolute
    np.testing.assert_allclose(numeric[smooth], analytic[smooth], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("activation", "low", "high", "analytic"), [("relu", 0, 1, 0), ("leaky_relu", 0.01, 1, 0.01)]
)
def test_at_a_corner_the_numeric_gradient_mixes_the_slopes_of_both_sides(
    activation: str, low: float, high: float, analytic: float
) -> None:
    """One unit, one point at the origin: z = b1 = 0, at the kink of g.

    L = ½(w2 g(b1) + b2 - t)² with w2 = 1, b2 = 0, t = -1: dL/db1 = g'(0), which is `low` from the
    left and `high` from the right.
    """
    config = Config(
        problem="regression",
        dataset="own",
        points=Points.of([(0, 0, -1)]),
        hidden_layers=(1,),
        activation=activation,
    )
    run = start(config)
    parameters = Parameters((2, 1, 1), np.array([1.0, 1.0, 0.0, 1.0, 0.0]))
    run = replace(run, parameters=parameters)
    bias = 2
    assert crossings(run, 0, bias) == 1
    assert crossings(run, 0, 0) == 0  # a weight of an input that is 0 moves nothing
    assert look_at_step(run, 0).gradients.vector[bias] == analytic
    # the mean of both slopes, except for the curvature of the loss over h
    (numeric,) = numeric_gradients(run, 0, [bias])
    assert numeric == pytest.approx((low + high) / 2, abs=2 * STEP_SIZE)


def test_smooth_activations_have_no_corners() -> None:
    run = _run(activation="tanh", initialization="zeros", updates=1)
    assert sum(crossings(run, None, position) for position in range(31)) == 0


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_direction_and_parameters_after_follow_from_the_optimizers_formula(
    optimizer: str,
) -> None:
    run = _run(optimizer=optimizer, momentum=0.8, regularization="l2", regularization_rate=0.1)
    step = look_at_step(run)
    g = step.gradients.vector + step.penalty_gradients.vector
    memory, t = run.optimizer_state.vectors, run.iteration + 1
    expected = {
        "sgd": lambda: g,
        "momentum": lambda: 0.8 * memory[0] + g,
        "nesterov": lambda: g + 0.8 * (0.8 * memory[0] + g),
        "rmsprop": lambda: g / (np.sqrt(0.99 * memory[0] + 0.01 * g**2) + 1e-8),
        "adam": lambda: (
            ((0.9 * memory[0] + 0.1 * g) / (1 - 0.9**t))
            / (np.sqrt((0.999 * memory[1] + 0.001 * g**2) / (1 - 0.999**t)) + 1e-8)
        ),
    }[optimizer]()
    np.testing.assert_allclose(step.directions.vector, expected, rtol=1e-12)
    assert step.learning_rate == 0.01
    np.testing.assert_array_equal(
        step.after.vector, run.parameters.vector - 0.01 * step.directions.vector
    )


@pytest.mark.parametrize(
    ("regularization", "slope"), [("none", np.zeros_like), ("l1", np.sign), ("l2", lambda w: w)]
)
def test_the_penaltys_part_is_its_slope_for_weights_and_nothing_for_biases(
    regularization: str, slope: object
) -> None:
    run = _run(regularization=regularization, regularization_rate=0.25)
    parts = look_at_step(run).penalty_gradients
    for part, weights in zip(parts.weights, run.parameters.weights, strict=True):
        np.testing.assert_array_equal(part, 0.25 * slope(weights))
    assert not any(biases.any() for biases in parts.biases)


@pytest.mark.parametrize(("schedule", "factor"), [("step", 0.5), ("cosine", 0.5)])
def test_the_learning_rate_is_the_schedules_at_this_iteration(schedule: str, factor: float) -> None:
    settings = {"learning_rate_schedule": schedule, "iterations": 20}
    at = {"step": 2, "cosine": 10}[schedule]  # a tenth of the run; half of it
    step = look_at_step(_run(at, **settings))
    assert step.learning_rate == pytest.approx(0.01 * factor, rel=1e-14)


def test_rows_limit_what_is_kept_of_the_samples_and_nothing_else() -> None:
    run = _run(batch_size=10)
    whole, cut = look_at_step(run), look_at_step(run, rows=4)
    for name in ("activations", "pre_activations", "deltas", "activation_gradients"):
        for long, short in zip(getattr(whole, name), getattr(cut, name), strict=True):
            assert len(long) == 10
            np.testing.assert_array_equal(short, long[:4])
    for name in ("samples", "targets", "sample_losses"):
        np.testing.assert_array_equal(getattr(cut, name), getattr(whole, name)[:4])
    for name in ("loss", "n_samples"):
        assert getattr(cut, name) == getattr(whole, name)
    for name in ("gradients", "directions", "after"):
        np.testing.assert_array_equal(getattr(cut, name).vector, getattr(whole, name).vector)


@pytest.mark.parametrize("batch_size", [None, 1, 7])
def test_a_step_names_the_points_of_its_batch(batch_size: int | None) -> None:
    run = _run(batch_size=batch_size)
    step = look_at_step(run)
    np.testing.assert_array_equal(step.activations[0], run.dataset.train_inputs[step.samples])
    np.testing.assert_array_equal(step.targets, run.dataset.train_targets[step.samples])
    assert look_at_step(run, 6).samples.tolist() == [6]


def test_looking_changes_nothing() -> None:
    run = _run(optimizer="adam", batch_size=7)
    vector, memory = run.parameters.vector.copy(), run.optimizer_state.vectors.copy()
    step = look_at_step(run)
    numeric_gradients(run, None, range(31))
    crossings(run, None, 3)
    np.testing.assert_array_equal(run.parameters.vector, vector)
    np.testing.assert_array_equal(run.optimizer_state.vectors, memory)
    again = look_at_step(run)
    np.testing.assert_array_equal(again.after.vector, step.after.vector)
    # training on does not change the arrays of the step either
    advance(run, 10)
    np.testing.assert_array_equal(again.deltas[0], step.deltas[0])


def test_a_step_on_one_point_is_an_edit_and_the_run_goes_on() -> None:
    run = _run(regularization="l2", batch_size=7, patience=1000)
    stepped = make_step(run, 17)
    assert stepped.edits == (*run.edits, (6, "step", "training point", 17, None))
    assert make_step(run).edits == run.edits
    assert stepped.parameters_edited
    assert not rewind(stepped, 5).parameters_edited
    assert rewind(advance(stepped, 2), 6).parameters_edited
    assert stepped.iteration == 6
    assert stepped.config == run.config
    assert stepped.dataset is run.dataset
    assert stepped.best_loss == np.inf  # patience starts again
    assert advance(stepped, 4).iteration == 10
    np.testing.assert_array_equal(advance(stepped, 4).losses[:6], stepped.losses)


def test_a_stop_rule_no_longer_counts_after_a_step_on_one_point() -> None:
    run = _run(target_loss=1e6)
    run = advance(run, 1)
    assert run.stopped == "target_loss"
    assert make_step(run).iteration == run.iteration
    stepped = make_step(run, 0)
    assert stepped.iteration == run.iteration + 1
    assert stepped.stopped is None


def test_a_run_that_diverged_goes_on_from_a_step_on_one_point() -> None:
    run = replace(_run(), diverged=True)
    assert make_step(run) is run
    stepped = make_step(run, 0)
    assert (stepped.iteration, stepped.stopped) == (run.iteration + 1, None)
    np.testing.assert_array_equal(stepped.parameters.vector, look_at_step(run, 0).after.vector)
    assert [one.kind for one in stepped.edits] == ["step"]


@pytest.mark.parametrize("point", [None, 0])
def test_a_step_into_infinity_is_not_taken(point: int | None) -> None:
    settings = {"problem": "regression", "dataset": "plane", "activation": "linear"}
    run = _run(1, learning_rate=1e6, optimizer="momentum", **settings)
    for _ in range(1000):
        following = make_step(run, point)
        if following.diverged:
            break
        run = following
    assert following.diverged
    assert following.iteration == run.iteration
    np.testing.assert_array_equal(following.parameters.vector, run.parameters.vector)
    assert following.edits == run.edits
    assert np.isfinite(evaluate(following).train_loss)
    look_at_step(following, point)  # and warns of nothing


@pytest.mark.parametrize("point", [-1, 20, 1.0, "1", np.nan, True])
@pytest.mark.parametrize("function", [look_at_step, make_step])
def test_a_point_that_there_is_not_is_refused(function: object, point: object) -> None:
    with pytest.raises(ValueError, match=r"point must be a whole number from 0 to 19.*, got "):
        function(_run(), point)


def test_without_training_points_there_is_no_step_to_look_at() -> None:
    run = start(Config(dataset="own"))
    with pytest.raises(ValueError, match="dataset must have at least one training point, got 0"):
        look_at_step(run)


def test_positions_are_those_of_the_vector() -> None:
    sizes = (2, 3, 1)
    parameters = Parameters(sizes, np.random.default_rng(0).normal(size=13))
    for positions, matrix in zip(positions_of(sizes), parameters.matrices, strict=True):
        np.testing.assert_array_equal(parameters.vector[positions], matrix)


def test_all_of_the_articles_gradients_are_affordable_and_none_of_a_huge_network() -> None:
    assert affordable_checks(look_at_step(start(Config()), rows=0)) >= 91
    huge = start(Config(samples=17_000, hidden_layers=(64,) * 8))
    # 17000 samples times 28 864 weights are above the limit of 100 million already
    assert affordable_checks(look_at_step(huge, rows=0)) == 0
    assert affordable_checks(look_at_step(huge, 0, 0)) == 100_000_000 // (2 * 28_864)


@pytest.mark.parametrize("initialization", ["zeros", "normal"])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_one_sample_and_zeros_are_fine(initialization: str, activation: str) -> None:
    config = Config(
        dataset="own",
        points=Points.of([(0, 0, 1)]),
        initialization=initialization,
        activation=activation,
    )
    step = look_at_step(start(config))
    assert step.n_samples == 1
    for array in (*step.activations, *step.deltas, *_all(step.gradients), *_all(step.after)):
        assert np.isfinite(array).all()
