"""A run gives the article's numbers, obeys its laws, and survives extremes."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

import nnlab
from nnlab import Config, advance, evaluate, predict, start
from nnlab.network import (
    ACTIVATIONS,
    INITIALIZATIONS,
    Objective,
    Parameters,
    initialize,
    zero_parameters,
)

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


@pytest.mark.parametrize("chunks", [[1] * 30, [7, 0, 23], [29, 1]])
def test_chunks_do_not_change_a_single_bit(chunks: list[int]) -> None:
    whole = advance(start(Config(hidden_layers=(6, 3))), 130)
    run = advance(start(Config(hidden_layers=(6, 3))), 100)
    for chunk in chunks:
        run = advance(run, chunk)
    assert run.iteration == whole.iteration == 130
    for name in ("losses", "test_losses", "test_accuracies", "test_iterations"):
        np.testing.assert_array_equal(getattr(run, name), getattr(whole, name))
    np.testing.assert_array_equal(run.parameters.vector, whole.parameters.vector)


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


def test_a_negative_number_of_iterations_is_refused() -> None:
    with pytest.raises(ValueError, match="iterations must be a whole number from 0, got -1"):
        advance(start(Config(samples=10)), -1)


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


def test_divergence_comes_at_the_same_iteration_whatever_the_chunks() -> None:
    config = Config(learning_rate=1000, activation="linear")
    whole, run = advance(start(config), 100), start(config)
    for _ in range(100):
        run = advance(run, 1)
    assert run.iteration == whole.iteration
    np.testing.assert_array_equal(run.parameters.vector, whole.parameters.vector)


def test_a_learning_rate_of_1000_on_the_articles_network_stays_finite() -> None:
    """ReLU units die instead of overflowing; the loss from the logits has no log of 0."""
    run = advance(start(Config(learning_rate=1000)), 500)
    assert np.isfinite(run.losses).all()
    assert np.isfinite(run.parameters.vector).all()


# tolerances: h² truncation and cancellation at h = 1e-5 leave about 1e-10 absolute
@pytest.mark.parametrize("hidden_layers", [(), (4,), (4, 3), (4, 3, 2)])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_equal_central_differences(
    activation: str, hidden_layers: tuple[int, ...]
) -> None:
    sizes = (2, *hidden_layers, 1)
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(20, 2))
    targets = (rng.random((20, 1)) > 0.5).astype(float)
    # biases too: with zero ones a unit whose inputs are all dead would sit on ReLU's kink
    parameters = zero_parameters(sizes)
    parameters.vector[:] = rng.normal(size=parameters.vector.shape)
    objective = Objective(sizes, activation, inputs, targets)
    objective.loss(parameters)
    analytic = objective.backward(parameters).copy()
    numeric = np.empty_like(analytic)
    h = 1e-5
    for index in range(len(numeric)):
        losses = []
        for sign in (1, -1):
            vector = parameters.vector.copy()
            vector[index] += sign * h
            losses.append(objective.loss(Parameters(sizes, vector)))
        numeric[index] = (losses[0] - losses[1]) / (2 * h)
    np.testing.assert_allclose(analytic, numeric, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("logit", [-1000.0, 1000.0])
def test_loss_and_gradients_stay_finite_for_extreme_logits(logit: float) -> None:
    inputs = np.array([[1.0, 0.0], [1.0, 0.0]])
    targets = np.array([[0.0], [1.0]])
    objective = Objective((2, 1), "relu", inputs, targets)
    parameters = Parameters((2, 1), np.array([logit, 0.0, 0.0]))
    assert objective.loss(parameters) == 500  # by hand: (1000 + 0) / 2
    gradient = objective.backward(parameters)
    # by hand: one of the two is wholly wrong, (a - t) x / m = ±1/2 for x1 and the bias
    np.testing.assert_allclose(gradient, np.array([0.5, 0, 0.5]) * np.sign(logit), atol=1e-300)


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


@pytest.mark.parametrize(
    ("name", "variance"), [("normal", 1), ("he", 2 / 64), ("xavier", 2 / 128), ("zeros", 0)]
)
def test_initial_weights_have_the_variance_of_their_source(name: str, variance: float) -> None:
    weights = initialize((64, 64, 1), name, 0).weights[0]
    assert weights.var() == pytest.approx(variance, rel=0.06)  # 4096 draws: 3 sigma are 6.6 %
    assert name in INITIALIZATIONS


def test_the_test_metrics_are_sampled_every_hundred_iterations() -> None:
    run = advance(start(Config(samples=50)), 250)
    np.testing.assert_array_equal(run.test_iterations, [0, 100, 200])
    at_200 = evaluate(advance(start(Config(samples=50)), 200))
    assert run.test_losses[2] == at_200.test_loss
    assert run.test_accuracies[2] == at_200.test_accuracy
