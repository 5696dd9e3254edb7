"""Results of single points and weights agree with the run's own counts and means."""

from dataclasses import astuple, replace

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss

from nnlab import Config, Run, advance, evaluate, predict, start
from nnlab.data.datasets import Dataset
from nnlab.inspection.observation import confusion, observe, weight_histogram
from nnlab.model.heads import OUTPUT_LOSSES
from nnlab.model.network import Parameters

RUNS = {
    "article": Config(samples=200),
    "squared error": Config(samples=200, output_loss="squared_error", learning_rate=0.3),
    "squared error of tanh": Config(samples=200, output_loss="tanh_squared_error"),
    "regression": Config(samples=200, problem="regression", dataset="plane"),
    "no layers": Config(samples=200, hidden_layers=()),
    "batches": Config(samples=200, batch_size=32, features=("x1", "x1*x2"), activation="sine"),
}


def trained(config: Config) -> Run:
    return advance(start(config), 150)


def linear(weight: float, x1: np.ndarray, targets: np.ndarray) -> Run:
    """Return a run without hidden layers whose logit is weight * x1, and points at (x1, 0)."""
    inputs = np.column_stack([x1, np.zeros_like(x1)])
    run = start(Config(hidden_layers=()), Dataset(inputs, targets, inputs, targets))
    return replace(run, parameters=Parameters((2, 1), np.array([weight, 0.0, 0.0])))


@pytest.mark.parametrize(
    "config", [*RUNS.values(), Config(dataset="own"), Config(dataset="own", points=[(0, 0, 1)])]
)
def test_the_metrics_are_exactly_those_of_evaluate(config: Config) -> None:
    run = trained(replace(config, regularization="l2"))
    np.testing.assert_array_equal(astuple(observe(run).metrics), astuple(evaluate(run)))


@pytest.mark.parametrize("config", RUNS.values(), ids=RUNS)
def test_the_mean_of_the_points_losses_is_the_loss_in_the_metrics(config: Config) -> None:
    seen = observe(trained(config))
    metrics, train, test = seen.metrics, seen.train, seen.test
    # the order of a sum changes its last digits
    assert np.mean(train.losses) == pytest.approx(metrics.train_loss, rel=1e-12)
    assert np.mean(test.losses) == pytest.approx(metrics.test_loss, rel=1e-12)


@pytest.mark.parametrize("config", RUNS.values(), ids=RUNS)
def test_outputs_are_those_of_predict_and_mistakes_those_of_evaluate(config: Config) -> None:
    run = trained(config)
    before = run.parameters.vector.copy()
    results = observe(run).train
    np.testing.assert_array_equal(results.outputs[:, 0], predict(run, run.dataset.train_inputs))
    np.testing.assert_array_equal(run.parameters.vector, before)
    if config.problem == "regression":
        assert not results.wrong.any()
    else:
        assert 1 - np.mean(results.wrong) == pytest.approx(evaluate(run).train_accuracy)


def test_a_points_loss_is_the_formulas() -> None:
    run = trained(RUNS["article"])
    results, t = observe(run).test, run.dataset.test_targets[:, 0]
    a = results.outputs[:, 0]
    np.testing.assert_allclose(results.losses, -np.log(np.where(t == 1, a, 1 - a)), rtol=1e-10)
    squared = trained(RUNS["squared error"])
    results = observe(squared).test
    np.testing.assert_allclose(results.losses, (results.outputs[:, 0] - t) ** 2 / 2, rtol=1e-10)


def test_a_confident_mistake_has_a_large_finite_loss() -> None:
    run = linear(1000, np.array([1.0, -1.0]), np.array([[0.0], [0.0]]))
    results = observe(run).train
    assert results.losses.tolist() == [1000, 0]
    assert results.wrong.tolist() == [True, False]


def test_all_losses_of_a_classification_are_in_the_table() -> None:
    assert {run.output_loss for run in RUNS.values()} == set(OUTPUT_LOSSES)


def test_without_points_there_are_no_results_and_nothing_is_confused() -> None:
    run = start(Config(dataset="own"))
    results = observe(run).test
    assert [len(values) for values in results] == [0, 0, 0, 0]
    assert confusion(run.dataset.test_targets, results).tolist() == [[0, 0], [0, 0]]


def test_the_confusion_matrix_counts_classes_by_predictions() -> None:
    """Class 1 is predicted right of x1 = 0, and each of the four counts is a different one."""
    x1 = np.array([-1, -1, -1, 1, 1, 1, 1, -1, -1, 1.0])
    targets = np.array([0, 0, 0, 0, 0, 1, 1, 1, 0, 1.0])[:, np.newaxis]
    assert confusion(targets, observe(linear(1, x1, targets)).train).tolist() == [[4, 2], [1, 3]]


def test_three_classes_are_counted_as_scikit_learn_counts_them() -> None:
    config = Config(dataset="spirals", classes=3, optimizer="adam", samples=150, noise=0.2)
    run = advance(start(config), 300)
    data, seen = run.dataset, observe(run)
    predictions = predict(run, data.train_inputs).argmax(axis=1)
    expected = confusion_matrix(data.train_targets[:, 0], predictions)
    assert confusion(data.train_targets, seen.train, 3).tolist() == expected.tolist()
    assert len(np.unique(predictions)) == 3
    accuracy = accuracy_score(data.train_targets[:, 0], predictions)
    assert accuracy == evaluate(run).train_accuracy == seen.metrics.train_accuracy
    assert log_loss(data.train_targets[:, 0], predict(run, data.train_inputs)) == pytest.approx(
        evaluate(run).train_loss, rel=1e-12
    )


def test_one_class_alone_still_makes_a_two_by_two_matrix() -> None:
    run = start(Config(dataset="own", points=[(0.5, 0.5, 1), (0.1, 0.2, 1)]))
    counts = confusion(run.dataset.train_targets, observe(run).train)
    assert counts.shape == (2, 2)
    assert counts[0].sum() == 0
    assert counts[1].sum() == 2


def test_the_confusion_matrix_agrees_with_the_accuracy() -> None:
    run = advance(start(Config()), 2000)
    counts = confusion(run.dataset.train_targets, observe(run).train)
    assert counts.sum() == 1000
    assert counts.trace() / 1000 == pytest.approx(evaluate(run).train_accuracy)


def test_the_weight_histogram_holds_every_weight_and_no_bias() -> None:
    run = start(Config())
    vector = np.where(run.parameters.weight_mask == 1, run.parameters.vector, 1000)
    run = replace(run, parameters=Parameters(run.parameters.layer_sizes, vector))
    edges, counts = weight_histogram(run, 40)
    assert [count.sum() for count in counts] == [20, 50, 5]
    assert edges.shape == (41,)
    weights = run.parameters.weights[1]
    for bin_ in (12, 20, 25):
        inside = (weights >= edges[bin_]) & (weights < edges[bin_ + 1])
        assert counts[1][bin_] == inside.sum()


@pytest.mark.parametrize(
    ("largest", "reach"), [(0.9, 1), (1.0, 1), (1.1, 2), (4.2, 5), (0.0021, 0.005), (3e40, 5e40)]
)
def test_the_bins_reach_to_a_round_number(largest: float, reach: float) -> None:
    run = start(Config(hidden_layers=()))
    for sign in (1, -1):
        vector = np.array([sign * largest, 0.0, 0.0])
        weighted = replace(run, parameters=Parameters((2, 1), vector))
        edges, counts = weight_histogram(weighted, 10)
        assert edges[[0, -1]] == pytest.approx([-reach, reach])
        assert counts[0].sum() == 2


@pytest.mark.parametrize("largest", [0.0, 5e-324, 1e308])
def test_any_size_of_weights_has_a_histogram(largest: float) -> None:
    run = start(Config(hidden_layers=()))
    run = replace(run, parameters=Parameters((2, 1), np.array([largest, 0.0, 0.0])))
    edges, counts = weight_histogram(run, 10)
    assert np.isfinite(edges).all()
    assert counts[0].sum() == 2


def test_a_dead_unit_is_0_for_all_training_points() -> None:
    """Also after a backward pass, which reuses the memory; and only a unit of ReLU can be dead."""
    run = advance(start(Config(samples=100, learning_rate=1)), 50)
    observation = observe(run)
    outputs, expected = run.dataset.train_inputs, []
    weights_and_biases = zip(run.parameters.weights[:-1], run.parameters.biases[:-1], strict=True)
    for weights, biases in weights_and_biases:
        outputs = np.maximum(outputs @ weights + biases, 0)
        expected.append((outputs == 0).all(axis=0).tolist())
    assert any(map(any, expected))
    assert not all(map(all, expected))
    assert [dead.tolist() for dead in observation.dead_units] == expected
    assert observation.layers.dead_fractions[-1].tolist() == pytest.approx(
        [np.mean(dead) for dead in expected]
    )
    assert [dead.tolist() for dead in observation.dead_units] == expected
    leaky = advance(start(Config(samples=100, learning_rate=1, activation="leaky_relu")), 50)
    assert not any(dead.any() for dead in observe(leaky).dead_units)
    without_points = observe(start(Config(dataset="own")))
    assert [dead.tolist() for dead in without_points.dead_units] == [[False] * 10, [False] * 5]
