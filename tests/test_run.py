"""A run gives the article's numbers, obeys its laws, and survives extremes."""

import pickle
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neural_network import MLPClassifier

import nnlab
from nnlab import Config, Run, advance, evaluate, predict, rewind, set_parameter, start
from nnlab.data.datasets import DATASETS_FOR, Dataset
from nnlab.data.features import FEATURES, column_names
from nnlab.data.points import Points
from nnlab.model.activations import ACTIVATIONS
from nnlab.model.heads import OUTPUT_LOSSES
from nnlab.model.network import Parameters
from nnlab.training.config import TableConfig
from nnlab.training.edits import with_config
from tests.helpers.article import ARTICLE, SKLEARNS_NAMES
from tests.helpers.runs import assert_equal_bit_for_bit, configs


def test_the_public_interface_has_only_these_names() -> None:
    names = ["Config", "Metrics", "NeuralNetClassifier", "NeuralNetRegressor", "Run", "advance"]
    names += ["evaluate", "predict", "rewind", "set_parameter", "start"]
    assert nnlab.__all__ == names


def test_the_articles_table_comes_out() -> None:
    run = start(Config())
    for row in ARTICLE:
        run = advance(run, int(row["iteration"]) - run.iteration)
        metrics = evaluate(run)
        assert metrics.train_loss == pytest.approx(float(row["loss"]), rel=1e-9)
        assert metrics.train_accuracy == float(row["accuracy"])
    losses = advance(run, 1).losses[::1000]
    np.testing.assert_allclose(losses, [float(row["loss"]) for row in ARTICLE], rtol=1e-9)


RUNS = {
    "article": Config(),
    "three hidden layers": Config(samples=37, hidden_layers=(6, 3, 2), activation="tanh"),
    "no hidden layer": Config(samples=50, hidden_layers=(), noise=0.5),
    "wide": Config(samples=101, hidden_layers=(64, 33), activation="sigmoid"),
    "diverging": Config(samples=60, learning_rate=1000, activation="linear"),
}


@pytest.mark.parametrize("config", RUNS.values(), ids=RUNS.keys())
# no test depends on the machine's speed, and each example trains twice
@settings(max_examples=20)
@given(cuts=st.sets(st.integers(0, 230), max_size=8))
def test_chunks_do_not_change_a_single_bit(config: Config, cuts: set[int]) -> None:
    run = start(config)
    for begin, end in pairwise([0, *sorted(cuts), 230]):
        run = advance(run, end - begin)
    assert_equal_bit_for_bit(run, advance(start(config), 230))


# no test depends on the machine's speed
@settings(max_examples=200)
@given(config=configs(), cuts=st.sets(st.integers(0, 230), max_size=4))
def test_whatever_the_settings_chunks_do_not_change_a_single_bit(
    config: Config, cuts: set[int]
) -> None:
    run = start(config)
    for begin, end in pairwise([0, *sorted(cuts), 230]):
        run = advance(run, end - begin)
    whole = advance(start(config), 230)
    assert_equal_bit_for_bit(run, whole)
    # and the laws that hold at any point of any run
    assert whole.stopped or whole.iteration == 230
    assert whole.losses.shape == (whole.iteration,)
    assert len(whole.test_losses) == 1 + whole.iteration // 100
    assert np.isfinite(whole.losses).all()
    assert np.isfinite(whole.parameters.vector).all()
    metrics = evaluate(whole)
    assert np.isfinite(metrics.penalty)
    assert np.isfinite(metrics.train_loss) == (len(whole.dataset.train_inputs) > 0)
    assert np.isfinite(metrics.test_loss) == (len(whole.dataset.test_inputs) > 0)
    assert np.isfinite(predict(whole, np.array([[0.5, -0.5]]))).all()


def test_single_steps_do_not_change_a_single_bit() -> None:
    run = start(Config())
    for _ in range(130):
        run = advance(run, 1)
    assert_equal_bit_for_bit(run, advance(start(Config()), 130))


def test_a_time_limit_does_not_change_a_single_bit() -> None:
    run = start(Config())
    for _ in range(130):  # each time, at least one
        run = advance(run, 130 - run.iteration, seconds=1e-4)
    assert_equal_bit_for_bit(run, advance(start(Config()), 130))


def test_large_runs_obey_the_chunk_law_too() -> None:
    """At this size BLAS would spread a product over its threads, if it were allowed to."""
    config = Config(samples=20_000, hidden_layers=(32, 32))
    assert_equal_bit_for_bit(advance(advance(start(config), 1), 2), advance(start(config), 3))


def test_advance_leaves_its_argument_as_it_was() -> None:
    run = advance(start(Config(samples=50)), 5)
    vector, losses = run.parameters.vector.copy(), run.losses.copy()
    advance(run, 20)
    np.testing.assert_array_equal(run.parameters.vector, vector)
    np.testing.assert_array_equal(run.losses, losses)
    assert run.iteration == 5


def test_drawing_and_evaluating_change_nothing() -> None:
    looked_at = start(Config(samples=50))
    for _ in range(5):
        looked_at = advance(looked_at, 1)
        predict(looked_at, np.zeros((7, 2)))
        evaluate(looked_at)
    np.testing.assert_array_equal(looked_at.losses, advance(start(Config(samples=50)), 5).losses)


def test_zero_iterations_return_the_same_run() -> None:
    run = start(Config(samples=10))
    assert advance(run, 0) is run


@pytest.mark.parametrize("iterations", [-1, 2.0, "5", None, True])
def test_a_bad_number_of_iterations_is_refused(iterations: object) -> None:
    with pytest.raises(ValueError, match="iterations must be a whole number from 0, got") as caught:
        advance(start(Config(samples=10)), iterations)
    assert str(caught.value).endswith(repr(iterations))


@pytest.mark.parametrize("inputs", [np.zeros((3, 3)), np.zeros(2), [[np.nan, 0]], [[np.inf, 0]]])
def test_predict_refuses_what_are_not_points(inputs: object) -> None:
    with pytest.raises(ValueError, match="inputs must"):
        predict(start(Config(samples=10)), inputs)


def test_the_time_limit_stops_after_at_least_one_update() -> None:
    assert advance(start(Config()), 1_000_000, seconds=0).iteration == 1


def test_divergence_is_a_state_with_the_last_finite_parameters() -> None:
    run = advance(start(Config(learning_rate=1000, activation="linear")), 100)
    assert run.diverged
    assert 0 < run.iteration < 100
    assert len(run.losses) == run.iteration
    assert np.isfinite(run.losses).all()
    assert np.isfinite(run.parameters.vector).all()
    assert np.isfinite(evaluate(run).train_loss)
    assert advance(run, 10) is run


def test_a_learning_rate_of_1000_on_the_articles_network_stays_finite() -> None:
    """ReLU units die instead of overflowing; the loss from the logits has no log of 0."""
    run = advance(start(Config(learning_rate=1000)), 500)
    assert np.isfinite(run.losses).all()
    assert np.isfinite(run.parameters.vector).all()


def _sklearn_losses(config: Config, iterations: int) -> tuple[list[float], MLPClassifier]:
    """Train scikit-learn's MLPClassifier on the run's data from the run's own start."""
    run = start(config)
    inputs, labels = run.dataset.train_inputs, run.dataset.train_targets[:, 0].astype(int)
    model = MLPClassifier(
        config.hidden_layers,
        activation=SKLEARNS_NAMES[config.activation],
        solver="sgd",
        alpha=0,
        momentum=0,
        batch_size=len(inputs),
        learning_rate_init=config.learning_rate,
        shuffle=False,
        max_iter=1,
        tol=0,
    )
    model.partial_fit(inputs, labels, classes=[0, 1])
    # partial_fit has drawn weights of its own and made one update: both are undone here.
    for ours, theirs in zip(run.parameters.weights, model.coefs_, strict=True):
        theirs[:] = ours
    for ours, theirs in zip(run.parameters.biases, model.intercepts_, strict=True):
        theirs[:] = ours[0]
    model.loss_curve_.clear()
    for _ in range(iterations):
        model.partial_fit(inputs, labels)
    return model.loss_curve_, model


@pytest.mark.parametrize("activation", SKLEARNS_NAMES)
@pytest.mark.parametrize("hidden_layers", [(), (4,), (5, 4, 3)])
def test_losses_equal_scikit_learns(activation: str, hidden_layers: tuple[int, ...]) -> None:
    config = Config(
        samples=200,
        activation=activation,
        hidden_layers=hidden_layers,
        initialization="xavier",
        learning_rate=0.1,
    )
    theirs, model = _sklearn_losses(config, 100)
    run = advance(start(config), 100)
    # 100 updates in another order of summation: far below 1e-9 on runs that are not chaotic
    np.testing.assert_allclose(run.losses, theirs, rtol=1e-9)
    points = np.random.default_rng(0).uniform(-1, 1, (50, 2))
    np.testing.assert_allclose(predict(run, points), model.predict_proba(points)[:, 1], rtol=1e-9)


def test_the_order_of_samples_does_not_matter() -> None:
    run = start(Config(samples=100))
    order = np.random.default_rng(0).permutation(100)
    data = run.dataset
    shuffled = replace(
        run,
        dataset=replace(
            data, train_inputs=data.train_inputs[order], train_targets=data.train_targets[order]
        ),
    )
    np.testing.assert_allclose(advance(shuffled, 50).losses, advance(run, 50).losses, rtol=1e-10)


def test_the_test_metrics_are_sampled_every_hundred_iterations() -> None:
    run = advance(start(Config(samples=50)), 250)
    np.testing.assert_array_equal(run.test_iterations, [0, 100, 200])
    at_200 = evaluate(advance(start(Config(samples=50)), 200))
    assert run.test_losses[2] == at_200.test_loss
    assert run.test_accuracies[2] == at_200.test_accuracy


def test_a_new_learning_rate_acts_from_the_next_update_on() -> None:
    run = advance(start(Config(samples=50)), 5)
    faster = replace(run, config=replace(run.config, learning_rate=0.1))
    step, long_step = (advance(r, 1).parameters.vector - r.parameters.vector for r in (run, faster))
    # ten times the step; the sums that it is read from round in the 16th digit of the weights
    np.testing.assert_allclose(long_step, 10 * step, rtol=1e-9, atol=1e-15)


def test_a_probability_of_one_half_counts_as_class_0() -> None:
    """The article rounds a, and NumPy rounds 0.5 to 0; with zero weights half the points are 0."""
    metrics = evaluate(start(Config(initialization="zeros")))
    assert metrics.train_accuracy == 0.5
    assert metrics.train_loss == pytest.approx(np.log(2), rel=1e-14)  # a sum of 1000 equal terms
    uneven = start(Config(initialization="zeros", samples=3))
    ones = uneven.dataset.train_targets.sum()
    assert evaluate(uneven).train_accuracy == (3 - ones) / 3


def test_predictions_are_probabilities_that_the_accuracy_counts() -> None:
    run = advance(start(Config(samples=200, learning_rate=0.3)), 300)
    for inputs, targets, accuracy in (
        (run.dataset.train_inputs, run.dataset.train_targets, evaluate(run).train_accuracy),
        (run.dataset.test_inputs, run.dataset.test_targets, evaluate(run).test_accuracy),
    ):
        probabilities = predict(run, inputs)
        assert probabilities.shape == (len(inputs),)
        assert ((probabilities >= 0) & (probabilities <= 1)).all()
        assert np.mean((probabilities > 0.5) == targets[:, 0]) == accuracy


def test_predict_takes_no_points_and_lists() -> None:
    run = start(Config(samples=10))
    assert predict(run, np.empty((0, 2))).shape == (0,)
    assert predict(run, [[0, 1]]) == predict(run, np.array([[0.0, 1.0]]))


def test_batches_are_drawn_again_each_epoch_and_the_last_is_a_mean_over_its_own_size() -> None:
    """10 points in batches of 4: the last loss of an epoch is that of 2 points."""
    config = Config(samples=10, batch_size=4, learning_rate=1e-12, initialization="xavier")
    run = advance(start(config), 6)
    per_point = [
        evaluate(
            replace(
                run,
                dataset=replace(
                    run.dataset,
                    train_inputs=run.dataset.train_inputs[[index]],
                    train_targets=run.dataset.train_targets[[index]],
                ),
            )
        ).train_loss
        for index in range(10)
    ]
    expected = []
    for epoch in range(2):
        order = np.random.default_rng([config.seed, epoch]).permutation(10)
        expected += [np.mean(np.array(per_point)[rows]) for rows in np.split(order, [4, 8])]
    # steps of 1e-12 leave the weights as they are, in twelve digits
    np.testing.assert_allclose(run.losses, expected, rtol=1e-10)


@pytest.mark.parametrize("batch_size", [50, 51, 100_000])
def test_a_batch_of_all_points_or_more_is_the_full_batch(batch_size: int) -> None:
    config = Config(samples=50)
    full = advance(start(config), 20)
    assert_equal_bit_for_bit(advance(start(replace(config, batch_size=batch_size)), 20), full)


@pytest.mark.parametrize(("name", "penalty"), [("none", 0), ("l1", 0.5 * 5), ("l2", 0.5 * 4.5)])
def test_the_penalty_is_a_number_of_its_own(name: str, penalty: float) -> None:
    """By hand for the weights 1, -2, 2: 5 = |1| + |-2| + |2| and 4.5 = (1 + 4 + 4) / 2."""
    run = start(Config(hidden_layers=(1,), regularization=name, regularization_rate=0.5))
    plain = start(Config(hidden_layers=(1,)))
    vector = np.array([1.0, -2, 7, 2, -3])  # x1, x2, bias; hidden unit, bias
    parameters = Parameters(run.parameters.layer_sizes, vector)
    run, plain = (replace(one, parameters=parameters) for one in (run, plain))
    metrics = evaluate(run)
    assert metrics.penalty == penalty
    assert metrics.train_loss == evaluate(plain).train_loss
    assert advance(run, 1).losses == advance(plain, 1).losses
    # one update is longer by rate * w or rate * sign(w), and not at all for a bias
    slopes = {"none": [0, 0, 0, 0, 0], "l1": [1, -1, 0, 1, 0], "l2": [1, -2, 0, 2, 0]}[name]
    longer = advance(plain, 1).parameters.vector - advance(run, 1).parameters.vector
    np.testing.assert_allclose(longer, 0.01 * 0.5 * np.array(slopes), rtol=1e-10, atol=1e-15)


def test_a_regularization_rate_without_a_regularization_does_nothing() -> None:
    config = Config(samples=20, regularization_rate=5)
    assert_equal_bit_for_bit(advance(start(config), 9), advance(start(Config(samples=20)), 9))


@pytest.mark.parametrize("output_loss", OUTPUT_LOSSES)
def test_a_regression_has_squared_error_whatever_output_loss_says(output_loss: str) -> None:
    config = Config(problem="regression", dataset="plane", output_loss=output_loss, samples=50)
    run = advance(start(config), 30)
    data = run.dataset
    errors = predict(run, data.train_inputs) - data.train_targets[:, 0]
    metrics = evaluate(run)
    assert metrics.train_loss == pytest.approx(np.mean(errors**2) / 2, rel=1e-12)
    assert np.isnan([metrics.train_accuracy, metrics.test_accuracy]).all()
    assert np.isnan(run.test_accuracies).all()
    assert predict(run, data.train_inputs).min() < 0  # a value, no probability


def test_runs_and_parameters_are_equal_to_themselves_alone() -> None:
    runs = [start(Config(samples=20)) for _ in range(2)]
    for one, other in (runs, [run.parameters for run in runs]):
        assert one == one  # noqa: PLR0124 - arrays have no truth value
        assert {one, other, one} == {one, other}
        assert one != other


def test_a_regression_learns_the_plane() -> None:
    config = Config(problem="regression", dataset="plane", hidden_layers=(), noise=0)
    run = advance(start(replace(config, learning_rate=0.5)), 300)
    # targets are 0.6 (x1 + x2): a network without hidden layers is the formula itself
    np.testing.assert_allclose(run.parameters.vector, [0.6, 0.6, 0], atol=1e-6)


def test_the_network_sees_the_features() -> None:
    """The circles without noise are x1² + x2² = 1 or 0.64: a straight line in the squares."""
    config = Config(features=("x1^2", "x2^2"), hidden_layers=(), noise=0, learning_rate=3)
    assert evaluate(advance(start(config), 2000)).train_accuracy == 1
    seen_plainly = replace(config, features=("x1", "x2"))
    assert evaluate(advance(start(seen_plainly), 2000)).train_accuracy < 0.7


def test_a_target_loss_stops_the_run_where_the_loss_is_down_to_it() -> None:
    config = Config(target_loss=0.6)
    run = advance(start(config), 25_000)
    assert (run.stopped, run.diverged) == ("target_loss", False)
    assert run.losses.min() > 0.6 >= evaluate(run).train_loss
    assert_equal_bit_for_bit(advance(run, 1000), run)
    unruled = advance(start(Config()), 12_000).losses
    assert run.iteration == len(run.losses) == np.argmax(unruled <= 0.6) > 0
    np.testing.assert_array_equal(unruled[: run.iteration], run.losses)


def test_a_target_loss_of_batches_is_that_of_the_whole_training_set() -> None:
    config = Config(samples=100, batch_size=8, optimizer="adam", target_loss=0.3)
    run = advance(start(config), 25_000)
    assert run.stopped == "target_loss"
    assert run.iteration % 13 == 0  # 100 points in batches of 8: 13 updates are an epoch
    assert evaluate(run).train_loss <= 0.3
    assert run.losses.min() < 0.2  # of a batch that is low by chance, long before
    before = advance(start(replace(config, target_loss=None)), run.iteration - 13)
    assert evaluate(before).train_loss > 0.3


def test_a_plateau_stops_the_run_when_the_best_loss_is_as_old_as_the_patience() -> None:
    config = Config(samples=100, learning_rate=1000.0, patience=150)  # dead units: nothing moves
    run = advance(start(config), 25_000)
    assert run.stopped == "plateau"
    assert run.iteration == run.best_iteration + 150
    assert run.best_loss == run.losses[run.best_iteration]
    assert run.losses[run.best_iteration + 1 :].min() > run.best_loss * (1 - 1e-4)
    assert_equal_bit_for_bit(advance(run, 1000), run)


def test_a_run_that_gets_better_has_no_plateau() -> None:
    assert advance(start(Config(learning_rate=0.1, patience=20)), 300).stopped is None


@pytest.mark.parametrize(
    ("rule", "looser"),
    [({"target_loss": 0.69}, 0.68), ({"target_loss": 0.69}, None), ({"patience": 10}, 2000)],
)
def test_a_run_goes_on_when_its_stop_rule_no_longer_holds(rule: dict, looser: object) -> None:
    config = Config(samples=200, **rule, learning_rate=0.001 if "patience" in rule else 0.01)
    run = advance(start(config), 20_000)
    assert run.stopped == ("plateau" if "patience" in rule else "target_loss")
    changed = replace(config, **dict.fromkeys(rule, looser))
    for other in (replace(run, config=changed), with_config(run, changed)):
        assert advance(other, 5).iteration == run.iteration + 5
        assert advance(other, 5).stopped is None


def test_a_rule_that_already_holds_makes_no_update() -> None:
    run = advance(start(Config(samples=20)), 3)
    stopped = advance(with_config(run, replace(run.config, target_loss=1e6)), 10)
    assert (stopped.stopped, stopped.iteration) == ("target_loss", 3)


def test_divergence_is_what_has_stopped_the_run() -> None:
    run = advance(start(Config(learning_rate=1000, activation="linear")), 100)
    assert run.stopped == "diverged"
    assert start(Config(samples=10)).stopped is None


def test_a_diverged_run_goes_on_from_its_last_finite_state_under_another_config() -> None:
    run = advance(start(Config(learning_rate=1e6, activation="linear", optimizer="momentum")), 100)
    assert run.stopped == "diverged"
    assert np.isfinite(run.optimizer_state.vectors).all()
    calmer = with_config(run, replace(run.config, learning_rate=1e-300))
    assert calmer.stopped is None
    assert advance(calmer, 5).iteration == run.iteration + 5


def test_with_config_keeps_parameters_iteration_losses_and_data() -> None:
    run = advance(start(Config(samples=50, optimizer="adam")), 7)
    other = with_config(run, replace(run.config, learning_rate=0.3, batch_size=8))
    assert (other.config.learning_rate, other.iteration) == (0.3, 7)
    for name in ("parameters", "losses", "dataset", "test_losses", "optimizer_state"):
        assert getattr(other, name) is getattr(run, name)
    assert run.config.learning_rate == 0.01


def test_with_config_draws_points_into_a_run_in_progress() -> None:
    run = advance(start(Config(samples=50)), 7)
    drawn = with_config(run, replace(run.config, points=[(0, 0, 1), (1, 1, 0)]))
    assert len(drawn.dataset.train_inputs) == 52
    assert drawn.parameters is run.parameters
    further = advance(drawn, 3)
    assert further.iteration == 10
    np.testing.assert_array_equal(further.losses[:7], run.losses)
    erased = with_config(further, replace(further.config, points=()))
    np.testing.assert_array_equal(erased.dataset.train_inputs, run.dataset.train_inputs)


def test_with_config_lets_another_optimizer_begin_without_memory() -> None:
    run = advance(start(Config(samples=50, optimizer="momentum")), 7)
    for other in (
        with_config(run, replace(run.config, optimizer="adam")),
        replace(run, config=replace(run.config, optimizer="adam")),
    ):
        one = advance(other, 1)
        assert (one.optimizer_state.optimizer, one.optimizer_state.updates) == ("adam", 1)
        # Adam's first step is the learning rate itself for every parameter with a gradient
        step = np.abs(one.parameters.vector - run.parameters.vector)
        assert step.max() == pytest.approx(0.01, rel=1e-4)  # eps beside the gradient's size


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"hidden_layers": (4,)}, r"hidden_layers must stay \(10, 5\) while .*, got \(4,\)"),
        ({"features": ("x1", "x1^2")}, r"features must stay .*, got \('x1', 'x1\^2'\)"),
    ],
)
def test_with_config_refuses_what_the_parameters_do_not_fit(change: dict, sentence: str) -> None:
    run = start(Config(samples=10))
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        with_config(run, replace(run.config, **change))


@pytest.mark.parametrize("options", [{}, {"batch_size": 3}, {"optimizer": "adam"}])
def test_without_points_a_run_counts_iterations_and_learns_nothing(options: dict) -> None:
    run = start(Config(dataset="own", regularization="l2", **options))
    later = advance(advance(run, 130), 120)
    assert (later.iteration, later.stopped) == (250, None)
    np.testing.assert_array_equal(later.losses, np.zeros(250))
    np.testing.assert_array_equal(later.parameters.vector, run.parameters.vector)
    np.testing.assert_array_equal(later.test_losses, [np.nan] * 3)
    metrics = evaluate(later)
    assert np.isnan([metrics.train_loss, metrics.train_accuracy]).all()
    assert np.isnan([metrics.test_loss, metrics.test_accuracy]).all()
    assert predict(later, np.zeros((3, 2))).shape == (3,)
    drawn = advance(with_config(later, replace(later.config, points=[(0.5, 0.5, 1)])), 10)
    assert drawn.iteration == 260
    assert drawn.losses[250] > drawn.losses[259] > 0


@pytest.mark.parametrize("problem", DATASETS_FOR)
@pytest.mark.parametrize("batch_size", [None, 2])
def test_points_at_the_bound_train_or_diverge_without_a_warning(
    problem: str, batch_size: int | None
) -> None:
    points = [(1e30, -1e30, 1.0), (1e20, 1, 0), (0, 0, 1), (1, 1, 0), (1e30, 1e30, 1)]
    config = Config(
        problem=problem,
        dataset="own",
        points=points,
        features=("x1", "x2", "x1*x2"),
        batch_size=batch_size,
    )
    run = advance(start(config), 100)
    assert run.diverged or run.iteration == 100
    assert run.diverged or problem == "classification"  # whose gradient has a bound
    assert np.isfinite(run.losses).all()
    evaluate(run)
    predict(run, np.array([[1e308, 1e308]]))


def test_own_points_train_and_every_fifth_tests() -> None:
    points = Points.of([(x, 0.0, float(x > 0)) for x in np.linspace(-1, 1, 20)])
    run = advance(start(Config(dataset="own", points=points, learning_rate=0.3)), 500)
    metrics = evaluate(run)
    assert (len(run.dataset.train_inputs), len(run.dataset.test_inputs)) == (16, 4)
    assert metrics.train_accuracy == 1
    assert metrics.test_accuracy in {0.75, 1}  # two of the four lie beside the boundary
    assert np.isfinite(run.test_losses).all()


@pytest.mark.parametrize("batch_size", [None, 7])
@pytest.mark.parametrize("width", [1, 2, 5])
def test_a_table_trains_as_the_plane_does(width: int, batch_size: int | None) -> None:
    """Any number of columns, seen as they are; of two of them, the same as points on the plane."""
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(40, width))
    targets = (inputs.sum(axis=1, keepdims=True) > 0).astype(float)
    data = Dataset(inputs[:30], targets[:30], inputs[30:], targets[30:])
    config = TableConfig(features=column_names(width), batch_size=batch_size, learning_rate=0.1)
    assert config.layer_sizes == (width, 10, 5, 1)
    run = advance(start(config, data), 230)
    assert run.dataset is data
    assert_equal_bit_for_bit(advance(advance(start(config, data), 33), 197), run)
    outputs = predict(run, inputs[30:])
    assert evaluate(run).test_accuracy == np.mean((outputs > 0.5) == targets[30:, 0])
    with pytest.raises(ValueError, match=rf"inputs must have the shape \(n_samples, {width}\)"):
        predict(run, np.zeros((3, width + 1)))
    if width == 2:
        plane = start(Config(batch_size=batch_size, learning_rate=0.1), data)
        assert_equal_bit_for_bit(advance(plane, 230), run)


def arrays_in(value: object) -> Iterator[np.ndarray]:
    """Return all arrays that can be reached from a value, through attributes and entries."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, Parameters):
        views = (value.matrices, value.weights, value.biases)
        yield from arrays_in((value.vector, value.weight_mask, *views))
    elif isinstance(value, Points):
        yield from (value.inputs, value.targets)
    elif is_dataclass(value):
        for item in fields(value):
            yield from arrays_in(getattr(value, item.name))
    elif isinstance(value, tuple):
        for entry in value:
            yield from arrays_in(entry)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_nothing_that_a_run_holds_can_be_written_to(optimizer: str) -> None:
    points = [(0.1, 0.2, 1), (0.3, 0.4, 0)]
    begin = start(Config(samples=20, points=points, optimizer=optimizer))
    run = advance(begin, 150)
    edited = set_parameter(run, 0, 0, 0, 0.5)
    runs = [begin, run, advance(run, 1), edited, rewind(run, run.snapshot_iterations[3])]
    runs += [with_config(run, replace(run.config, optimizer="momentum", samples=25))]
    runs += [advance(start(Config(dataset="own")), 120)]  # without points
    runs += [advance(start(Config(learning_rate=1e6, activation="linear")), 400)]
    runs += [pickle.loads(pickle.dumps(one)) for one in runs]
    for one in runs:
        arrays = list(arrays_in(one))
        assert len(arrays) > 20
        assert not any(array.flags.writeable for array in arrays)
    with pytest.raises(ValueError, match="read-only"):
        run.losses[0] = 0
    with pytest.raises(ValueError, match="read-only"):
        run.parameters.weights[0][:] = 0


def test_a_run_leaves_the_arrays_that_it_was_given_as_they_are() -> None:
    inputs, targets = np.eye(2), np.array([[0.0], [1.0]])
    run = start(Config(), Dataset(inputs, targets, inputs, targets))
    assert inputs.flags.writeable
    assert not run.dataset.train_inputs.flags.writeable


def test_a_pickled_run_goes_on_as_the_run_itself() -> None:
    run = advance(start(Config(samples=30, optimizer="adam", batch_size=7)), 130)
    assert_equal_bit_for_bit(advance(pickle.loads(pickle.dumps(run)), 100), advance(run, 100))


@pytest.mark.parametrize(
    "run",
    [
        advance(start(Config()), 0),
        advance(start(Config(samples=20)), 5000),
        advance(start(Config(learning_rate=1e6, activation="linear")), 400),
        start(Config(points=[(0, 0, 1)] * 5000, hidden_layers=(64,) * 8, iterations=10**6)),
        start(
            TableConfig(hidden_layers=(3,) * 300, features=column_names(2000)),
            Dataset(np.ones((9, 2000)), np.ones((9, 1)), np.ones((0, 2000)), np.ones((0, 1))),
        ),
    ],
    ids=["start", "long", "diverged", "large", "deep"],
)
def test_the_words_for_a_run_are_one_short_line(run: Run) -> None:
    words = repr(run)
    assert len(words) < 250
    assert words == " ".join(words.split())
    assert f"{run.iteration} of {run.config.iterations} updates" in words
    assert ("diverged" in words) == run.diverged
    assert ("last loss" in words) == (run.iteration > 0)


# On most of these points, a layer's products overflow; infinities of both signs add up to NaN.
FAR = [(1e308, 1e308), (-1e308, 1e308), (1e200, -1e200), (0.0, -1e308), (0.5, 0.5)]


@pytest.mark.parametrize("problem", DATASETS_FOR)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("features", [("x1", "x2"), tuple(FEATURES)])
def test_a_prediction_is_a_number_however_far_the_point_is(
    problem: str, activation: str, features: tuple[str, ...]
) -> None:
    config = Config(
        problem=problem, activation=activation, features=features, hidden_layers=(20, 20)
    )
    run = start(config)
    predictions = predict(run, FAR)
    assert np.isfinite(predictions).all()
    assert predictions[-1] == pytest.approx(predict(run, FAR[-1:])[0], rel=1e-12)
    if problem == "classification":
        assert ((predictions >= 0) & (predictions <= 1)).all()


def test_a_run_that_keeps_no_past_learns_the_same() -> None:
    config = Config(samples=50, batch_size=8, optimizer="adam")
    kept, lean = (advance(start(config), 250, keeps_past=keeps) for keeps in (True, False))
    np.testing.assert_array_equal(lean.losses, kept.losses)
    np.testing.assert_array_equal(lean.test_losses, kept.test_losses)
    np.testing.assert_array_equal(lean.parameters.vector, kept.parameters.vector)
    assert lean.snapshot_iterations == (0, 250)
    assert len(lean.layer_history.iterations) == 0
