"""A run gives the article's numbers, obeys its laws, and survives extremes."""

import csv
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neural_network import MLPClassifier

import nnlab
from nnlab import Config, Run, advance, evaluate, predict, start
from nnlab.network import ACTIVATIONS

# The 25 rows that the article "Implementing Neural Network Algorithm with NumPy" prints.
ARTICLE = list(
    csv.DictReader((Path(__file__).parent / "data/article_table.csv").read_text().splitlines())
)


def test_the_public_interface_is_what_the_design_says() -> None:
    names = ["Config", "Metrics", "Run", "advance", "evaluate", "predict", "start"]
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


def _assert_equal_bit_for_bit(run: Run, other: Run) -> None:
    assert (run.iteration, run.diverged) == (other.iteration, other.diverged)
    for name in ("losses", "test_losses", "test_accuracies", "test_iterations"):
        np.testing.assert_array_equal(getattr(run, name), getattr(other, name))
    np.testing.assert_array_equal(run.parameters.vector, other.parameters.vector)


RUNS = {
    "article": Config(),
    "three hidden layers": Config(samples=37, hidden_layers=(6, 3, 2), activation="tanh"),
    "no hidden layer": Config(samples=50, hidden_layers=(), noise=0.5),
    "wide": Config(samples=101, hidden_layers=(64, 33), activation="sigmoid"),
    "diverging": Config(samples=60, learning_rate=1000, activation="linear"),
}


@pytest.mark.parametrize("config", RUNS.values(), ids=RUNS.keys())
# no test depends on the machine's speed, and each example trains twice
@settings(deadline=None, max_examples=20)
@given(cuts=st.sets(st.integers(0, 230), max_size=8))
def test_chunks_do_not_change_a_single_bit(config: Config, cuts: set[int]) -> None:
    run = start(config)
    for begin, end in pairwise([0, *sorted(cuts), 230]):
        run = advance(run, end - begin)
    _assert_equal_bit_for_bit(run, advance(start(config), 230))


def test_single_steps_do_not_change_a_single_bit() -> None:
    run = start(Config())
    for _ in range(130):
        run = advance(run, 1)
    _assert_equal_bit_for_bit(run, advance(start(Config()), 130))


def test_a_time_limit_does_not_change_a_single_bit() -> None:
    run = start(Config())
    while run.iteration < 130:
        run = advance(run, 130 - run.iteration, seconds=1e-4)
    _assert_equal_bit_for_bit(run, advance(start(Config()), 130))


def test_large_runs_obey_the_chunk_law_too() -> None:
    """At this size BLAS would spread a product over its threads, if it were allowed to."""
    config = Config(samples=20_000, hidden_layers=(32, 32))
    _assert_equal_bit_for_bit(advance(advance(start(config), 1), 2), advance(start(config), 3))


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


def test_no_iterations_give_the_same_run() -> None:
    run = start(Config(samples=10))
    assert advance(run, 0) is run


@pytest.mark.parametrize("iterations", [-1, 2.0, "5", None])
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
        activation={"relu": "relu", "tanh": "tanh", "sigmoid": "logistic", "linear": "identity"}[
            config.activation
        ],
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


@pytest.mark.parametrize("activation", ACTIVATIONS)
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
