"""The scikit-learn estimators pass its checks, work with its tools, and train as a run does."""

import inspect
import pickle
import re
import tracemalloc
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from scipy.special import expit
from sklearn.base import clone
from sklearn.datasets import (
    load_digits,
    load_iris,
    load_wine,
    make_classification,
    make_regression,
)
from sklearn.ensemble import AdaBoostClassifier
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.metrics import log_loss, recall_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import gen_batches
from sklearn.utils.estimator_checks import parametrize_with_checks

from nnlab import Config, NeuralNetClassifier, NeuralNetRegressor, predict, start
from nnlab.data.rules import BrokenRule
from nnlab.training.batches import DATA_FIELDS
from nnlab.training.config import TableConfig
from nnlab.training.run import advance
from tests.helpers.article import ARTICLE, SKLEARNS_NAMES

ESTIMATORS = [NeuralNetClassifier, NeuralNetRegressor]
Estimator = NeuralNetClassifier | NeuralNetRegressor


def table(n_samples: int = 60, n_columns: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs (n_samples, n_columns) and labels 0 and 1, which a regressor takes as well."""
    return make_classification(n_samples, n_columns, flip_y=0.1, random_state=0)


X, Y = table()


def article() -> tuple[np.ndarray, np.ndarray]:
    data = start(Config()).dataset
    return data.train_inputs, data.train_targets[:, 0].astype(int)


@pytest.mark.slow
@parametrize_with_checks([NeuralNetClassifier(), NeuralNetRegressor()])
def test_scikit_learns_own_checks_pass(
    estimator: Estimator, check: Callable[[Estimator], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")  # without it, one of them would be skipped
    check(estimator)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_the_parameters_are_configs_fields_that_say_how_to_learn(estimator: type) -> None:
    others = {*DATA_FIELDS, "problem", "features"}
    others |= {"output_loss"} if estimator is NeuralNetRegressor else set()
    expected = {item.name: item.default for item in fields(Config) if item.name not in others}
    expected |= {"class_weight": None} if estimator is NeuralNetClassifier else {}
    parameters = inspect.signature(estimator).parameters
    assert {name: parameter.default for name, parameter in parameters.items()} == expected
    assert {parameter.kind for parameter in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    assert estimator().get_params() == expected


@pytest.mark.slow
def test_the_articles_table_comes_out() -> None:
    inputs, labels = article()
    model = NeuralNetClassifier(iterations=24_000).fit(inputs, labels)
    assert model.score(inputs, labels) == float(ARTICLE[-1]["accuracy"])
    model.partial_fit(inputs, labels)
    losses = model.loss_curve_[::1000]
    np.testing.assert_allclose(losses, [float(row["loss"]) for row in ARTICLE], rtol=1e-9)


def test_on_the_plane_it_is_the_run_itself_bit_for_bit() -> None:
    inputs, labels = article()
    run = advance(start(Config()), 300)
    model = NeuralNetClassifier(iterations=300).fit(inputs, labels)
    np.testing.assert_array_equal(model.loss_curve_, run.losses)
    for ours, its in zip(model.coefs_, run.parameters.weights, strict=True):
        np.testing.assert_array_equal(ours, its)
    for ours, its in zip(model.intercepts_, run.parameters.biases, strict=True):
        np.testing.assert_array_equal(ours, its[0])
    points = np.random.default_rng(0).uniform(-1, 1, (50, 2))
    np.testing.assert_array_equal(model.predict_proba(points)[:, 1], predict(run, points))


def train_scikit_learns(
    peer: MLPClassifier | MLPRegressor,
    model: Estimator,
    X: np.ndarray,
    y: np.ndarray,
    sample_weight: np.ndarray | None = None,
) -> None:
    """Train scikit-learn's network in place on the same job from the same start."""
    peer.set_params(
        hidden_layer_sizes=model.hidden_layers,
        activation=SKLEARNS_NAMES[model.activation],
        solver="sgd",
        alpha=0,
        momentum=0,
        batch_size=len(X),
        learning_rate_init=model.learning_rate,
        shuffle=False,
    )
    options = {"classes": np.unique(y)} if isinstance(peer, MLPClassifier) else {}
    peer.partial_fit(X, y, **options)
    # partial_fit has drawn weights of its own and made one update: both are undone here.
    begun = clone(model).set_params(target_loss=1e6).fit(X, y)
    assert begun.n_iter_ == 0  # the stop rule holds from the start
    for ours, theirs in zip(begun.coefs_, peer.coefs_, strict=True):
        theirs[:] = ours
    for ours, theirs in zip(begun.intercepts_, peer.intercepts_, strict=True):
        theirs[:] = ours
    peer.loss_curve_.clear()
    for _ in range(model.iterations):
        peer.partial_fit(X, y, sample_weight=sample_weight)


@pytest.mark.parametrize("activation", SKLEARNS_NAMES)
@pytest.mark.parametrize("hidden_layers", [(), (4,), (5, 4, 3)])
@pytest.mark.parametrize("n_columns", [1, 7])
def test_losses_and_predictions_equal_those_of_scikit_learns_classifier(
    activation: str, hidden_layers: tuple[int, ...], n_columns: int
) -> None:
    X, y = make_classification(
        *(100, n_columns),
        n_informative=n_columns,
        n_redundant=0,
        n_clusters_per_class=1,
        random_state=0,
    )
    y = np.array(["no", "yes"])[y]
    model = NeuralNetClassifier(
        hidden_layers=hidden_layers,
        activation=activation,
        initialization="xavier",
        learning_rate=0.1,
        iterations=100,
    ).fit(X, y)
    peer = MLPClassifier()
    train_scikit_learns(peer, model, X, y)
    # 100 updates in another order of summation: far below 1e-9 on runs that are not chaotic
    np.testing.assert_allclose(model.loss_curve_, peer.loss_curve_, rtol=1e-9)
    np.testing.assert_allclose(model.predict_proba(X), peer.predict_proba(X), rtol=1e-9)
    np.testing.assert_array_equal(model.predict(X), peer.predict(X))
    assert model.score(X, y) == peer.score(X, y)


@pytest.mark.parametrize("load", [load_iris, load_wine])
@pytest.mark.parametrize("hidden_layers", [(), (5, 4)])
def test_three_classes_equal_those_of_scikit_learns_classifier(
    load: Callable[..., tuple[np.ndarray, np.ndarray]], hidden_layers: tuple[int, ...]
) -> None:
    X, y = load(return_X_y=True)
    X, y = StandardScaler().fit_transform(X), np.array(["a", "b", "c"])[y]
    model = NeuralNetClassifier(
        hidden_layers=hidden_layers,
        activation="tanh",
        initialization="xavier",
        learning_rate=0.3,
        iterations=200,
    ).fit(X, y)
    peer = MLPClassifier()
    train_scikit_learns(peer, model, X, y)
    np.testing.assert_allclose(model.loss_curve_, peer.loss_curve_, rtol=1e-9)  # as above
    np.testing.assert_allclose(model.predict_proba(X), peer.predict_proba(X), rtol=1e-8)
    np.testing.assert_array_equal(model.predict(X), peer.predict(X))
    assert model.classes_.tolist() == ["a", "b", "c"]
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1, rtol=1e-15)


def test_ten_classes_are_learned() -> None:
    """The page draws at most six, but the estimator has no such limit."""
    X, y = load_digits(return_X_y=True)
    model = NeuralNetClassifier(
        hidden_layers=(32,), initialization="he", optimizer="adam", iterations=200
    ).fit(X / 16, y)
    assert model.predict_proba(X / 16).shape == (1797, 10)
    assert model.score(X / 16, y) > 0.95


def test_partial_fit_of_three_classes_takes_chunks_without_one_of_them() -> None:
    X, y = load_iris(return_X_y=True)
    model = NeuralNetClassifier(seed=2)
    model.partial_fit(X[:50], y[:50], classes=[0, 1, 2])
    assert set(y[:50]) == {0}
    assert model.predict_proba(X).shape == (150, 3)
    model.partial_fit(X[50:], y[50:])
    assert model.n_iter_ == 2


def test_losses_and_predictions_equal_those_of_scikit_learns_regressor() -> None:
    X, y = make_regression(100, 6, random_state=0)
    y = y / y.std()
    model = NeuralNetRegressor(activation="tanh", learning_rate=0.1, iterations=100).fit(X, y)
    peer = MLPRegressor()
    train_scikit_learns(peer, model, X, y)
    np.testing.assert_allclose(model.loss_curve_, peer.loss_curve_, rtol=1e-9)  # as above
    np.testing.assert_allclose(model.predict(X), peer.predict(X), rtol=1e-9)
    assert model.score(X, y) == pytest.approx(peer.score(X, y), rel=1e-9)


@pytest.mark.parametrize(
    "labels",
    [
        ["inner", "outer"],
        [False, True],
        [-1, 1],
        [2.0, 3.0],
        np.array(["b", "c"], dtype=object),
        pd.Series(["x", "y"], dtype="category"),
    ],
    ids=["text", "bool", "int", "float", "object", "category"],
)
def test_labels_can_be_of_any_type(labels: Any) -> None:
    X, y = table()
    plain = NeuralNetClassifier(iterations=50, learning_rate=0.3).fit(X, y)
    named = pd.Series(labels).iloc[y] if isinstance(labels, pd.Series) else np.asarray(labels)[y]
    model = NeuralNetClassifier(iterations=50, learning_rate=0.3).fit(X, named)
    assert model.classes_.tolist() == list(labels)
    np.testing.assert_array_equal(model.predict_proba(X), plain.predict_proba(X))
    np.testing.assert_array_equal(model.predict(X), np.asarray(labels)[plain.predict(X)])
    assert model.score(X, named) == plain.score(X, y) > 0.7
    assert model.classes_.dtype == model.predict(X).dtype


# How often `partial_fit` has to be called for 24 updates on 60 samples.
PASSES = {None: 24, 60: 24, 20: 8, 16: 6}


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("batch_size", PASSES)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_partial_fits_on_the_same_data_are_one_fit_bit_for_bit(
    estimator: type, batch_size: int | None, optimizer: str
) -> None:
    X, y = table()
    options = {"batch_size": batch_size, "optimizer": optimizer}
    whole = estimator(iterations=24, **options).fit(X, y)
    pieces = estimator(**options)
    classes = ([0, 1],) if estimator is NeuralNetClassifier else ()
    for _ in range(PASSES[batch_size]):
        assert pieces.partial_fit(X, y, *classes) is pieces
    longer = estimator(iterations=12, **options).fit(X, y)
    for _ in range(PASSES[batch_size] // 2):
        longer.partial_fit(X, y)
    for model in (pieces, longer):
        assert model.n_iter_ == len(model.loss_curve_) == 24
        np.testing.assert_array_equal(model.loss_curve_, whole.loss_curve_)
        np.testing.assert_array_equal(model.predict(X), whole.predict(X))
        for ours, its in zip(model.coefs_, whole.coefs_, strict=True):
            np.testing.assert_array_equal(ours, its)


def test_a_fit_starts_from_new_weights() -> None:
    X, y = table()
    model = NeuralNetClassifier(iterations=20).fit(X[:, :2], 1 - y)
    model.fit(X, y)
    fresh = NeuralNetClassifier(iterations=20).fit(X, y)
    assert model.n_iter_ == 20
    np.testing.assert_array_equal(model.loss_curve_, fresh.loss_curve_)


def test_a_pass_sees_each_sample_once_whatever_the_sizes_of_the_chunks() -> None:
    """The steps are too short to change the loss, so all batches have that of the same network."""
    X, y = table(41)
    model = NeuralNetClassifier(batch_size=4, learning_rate=1e-12)
    for rows in (slice(10), slice(10, 17), slice(17, 40), slice(40, 41)):
        before = getattr(model, "n_iter_", 0)
        model.partial_fit(X[rows], y[rows], [0, 1])
        losses, n_samples = model.loss_curve_[before:], len(y[rows])
        assert len(losses) == -(-n_samples // 4)
        sizes = [batch.stop - batch.start for batch in gen_batches(n_samples, 4)]
        alone = clone(model).set_params(batch_size=None).partial_fit(X[rows], y[rows], [0, 1])
        mean = np.dot(losses, sizes) / n_samples
        assert mean == pytest.approx(alone.loss_curve_[0], rel=1e-9)  # steps of 1e-12


@pytest.mark.slow
def test_partial_fit_takes_chunks_without_one_of_the_classes() -> None:
    X, y = table()
    order = np.argsort(y)
    model = NeuralNetClassifier(learning_rate=0.1)
    for _ in range(300):
        for rows in np.array_split(order, 4):
            model.partial_fit(X[rows], y[rows], classes=[1, 0])
    assert model.n_iter_ == 1200
    assert model.classes_.tolist() == [0, 1]
    assert model.score(X, y) > 0.8


def test_partial_fit_uses_the_present_parameters() -> None:
    X, y = table()
    model = NeuralNetClassifier(iterations=10, target_loss=1e6).fit(X, y)
    assert model.n_iter_ == 0  # the rule holds from the start
    weights = [coefs.copy() for coefs in model.coefs_]
    model.set_params(learning_rate=0.01).partial_fit(X, y)
    step = model.coefs_[0] - weights[0]
    other = NeuralNetClassifier(iterations=10, target_loss=1e6).fit(X, y)
    other.set_params(learning_rate=0.1).partial_fit(X, y)
    # ten times the step; the sums that it is read from round in the 16th digit of the weights
    np.testing.assert_allclose(other.coefs_[0] - weights[0], 10 * step, rtol=1e-9, atol=1e-14)


@pytest.mark.slow
def test_the_stop_rules_end_a_fit() -> None:
    inputs, labels = article()
    model = NeuralNetClassifier(target_loss=0.6).fit(inputs, labels)
    unruled = NeuralNetClassifier(iterations=12_000).fit(inputs, labels).loss_curve_
    assert model.n_iter_ == np.argmax(unruled <= 0.6) > 0
    stuck = NeuralNetClassifier(learning_rate=1e-9, patience=30).fit(inputs, labels)
    assert stuck.n_iter_ == 30


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_divergence_is_a_warning_and_training_can_go_on(estimator: type) -> None:
    X, y = table()
    model = estimator(activation="linear", learning_rate=1e6)
    sentence = r"Training diverged after \d+ updates.*a learning_rate below 1e\+06\.$"
    with pytest.warns(ConvergenceWarning, match=sentence) as caught:
        model.fit(1e3 * X, y)
    assert caught[0].filename == __file__
    assert model.n_iter_ < 1000
    assert np.isfinite(model.predict(X)).all()
    assert all(np.isfinite(coefs).all() for coefs in model.coefs_)
    before = model.n_iter_
    model.set_params(learning_rate=1e-300).partial_fit(X, y)
    assert model.n_iter_ == before + 1


@pytest.mark.parametrize(
    ("input_scale", "target_scale", "advice"),
    [
        (
            *(1, 1e4),
            r"Standardize the target, whose values reach 1\.\d+e\+04 "
            r"\(TransformedTargetRegressor\), or choose a learning_rate below 0\.01\.",
        ),
        (
            *(1e3, 1),
            r"Standardize the inputs, whose values reach 1e\+03 \(StandardScaler\), or .*\.",
        ),
        (1e3, 1e4, "Standardize the inputs, .*, or standardize the target, .*, or choose .*"),
    ],
)
def test_a_fit_that_ends_worse_than_it_began_warns_and_names_the_scale(
    input_scale: float, target_scale: float, advice: str
) -> None:
    """So does one that diverges, where the scales are larger still."""
    X = np.linspace(-1, 1, 60).reshape(30, 2)
    y = X[:, 0] + X[:, 1] / 2
    model = NeuralNetRegressor(activation="linear", iterations=20)
    worse = r"ended worse than it began: loss \S+, up from \S+"
    begins = rf"^Training ({worse}|diverged after .* kept)\. "
    with pytest.warns(ConvergenceWarning, match=begins + advice + "$") as caught:
        model.fit(input_scale * X, target_scale * y)
    assert caught[0].filename == __file__
    assert model.fit(X, y).score(X, y) > -1


def test_an_end_worse_than_the_start_is_told_from_a_divergence() -> None:
    X = np.linspace(-1, 1, 60).reshape(30, 2)
    model = NeuralNetRegressor(hidden_layers=(), learning_rate=7, iterations=20)
    with pytest.warns(ConvergenceWarning, match="^Training ended worse .* Choose a learning_rate"):
        model.fit(X, X[:, 0])
    assert model.loss_curve_[-1] > model.loss_curve_[0]


WEIGHTS = np.random.default_rng(0).integers(0, 4, 60)  # of the rows of `table`, 0 to 3
WEIGHING = [
    (NeuralNetClassifier, {}),
    (NeuralNetClassifier, {"output_loss": "squared_error", "regularization": "l2"}),
    (NeuralNetClassifier, {"optimizer": "adam", "activation": "tanh"}),
    (NeuralNetRegressor, {}),
]


@pytest.mark.parametrize(("estimator", "options"), WEIGHING)
def test_a_weight_equals_as_many_rows(estimator: type, options: dict[str, Any]) -> None:
    X, y = table()
    options = {"learning_rate": 0.1, "iterations": 200, **options}
    weighted = estimator(**options).fit(X, y, sample_weight=WEIGHTS)
    rows = np.repeat(np.arange(60), WEIGHTS)
    repeated = estimator(**options).fit(X[rows], y[rows])
    # the sums have another order and another number of terms
    np.testing.assert_allclose(weighted.loss_curve_, repeated.loss_curve_, rtol=1e-8)
    np.testing.assert_allclose(weighted.predict(X), repeated.predict(X), rtol=1e-7)
    for ours, its in zip(weighted.coefs_, repeated.coefs_, strict=True):
        np.testing.assert_allclose(ours, its, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_weighted_training_equals_scikit_learns(estimator: type) -> None:
    X, y = table()
    weights = np.random.default_rng(1).exponential(5, 60)
    model = estimator(initialization="xavier", learning_rate=0.1, iterations=100)
    model.fit(X, y, sample_weight=weights)
    peer = MLPClassifier() if estimator is NeuralNetClassifier else MLPRegressor()
    train_scikit_learns(peer, model, X, y, weights)
    np.testing.assert_allclose(model.loss_curve_, peer.loss_curve_, rtol=1e-9)
    if estimator is NeuralNetClassifier:
        np.testing.assert_allclose(model.predict_proba(X), peer.predict_proba(X), rtol=1e-9)
        model.set_params(learning_rate=1e-300).partial_fit(X, y, sample_weight=weights)
        loss = log_loss(y, peer.predict_proba(X), sample_weight=weights)
        assert model.loss_curve_[-1] == pytest.approx(loss, rel=1e-9)
    else:
        np.testing.assert_allclose(model.predict(X), peer.predict(X), rtol=1e-9)


@pytest.mark.parametrize("batch_size", [None, 16])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_only_the_ratios_of_the_weights_count(estimator: type, batch_size: int | None) -> None:
    X, y = table()
    options = {"iterations": 30, "batch_size": batch_size}
    plain = estimator(**options).fit(X, y)
    for same in (1.0, np.full(60, 7), [1e308] * 60, [5e-324] * 60):
        model = estimator(**options).fit(X, y, sample_weight=same)
        np.testing.assert_array_equal(model.loss_curve_, plain.loss_curve_)
        np.testing.assert_array_equal(model.predict(X), plain.predict(X))
    weighted = estimator(**options).fit(X, y, sample_weight=WEIGHTS)
    assert (weighted.loss_curve_ != plain.loss_curve_).any()
    scaled = estimator(**options).fit(X, y, sample_weight=2.0**1000 * WEIGHTS)
    np.testing.assert_array_equal(scaled.loss_curve_, weighted.loss_curve_)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("batch_size", PASSES)
def test_weighted_partial_fits_on_the_same_data_are_one_fit_bit_for_bit(
    estimator: type, batch_size: int | None
) -> None:
    X, y = table()
    weights = 1.0 + WEIGHTS
    options = {"batch_size": batch_size}
    whole = estimator(iterations=24, **options).fit(X, y, sample_weight=weights)
    pieces = estimator(**options)
    classes = {"classes": [0, 1]} if estimator is NeuralNetClassifier else {}
    for _ in range(PASSES[batch_size]):
        pieces.partial_fit(X, y, **classes, sample_weight=weights)
    np.testing.assert_array_equal(pieces.loss_curve_, whole.loss_curve_)
    for ours, its in zip(pieces.coefs_, whole.coefs_, strict=True):
        np.testing.assert_array_equal(ours, its)


def test_the_batches_of_an_epoch_have_the_weighted_mean_of_all_samples() -> None:
    """The steps are too short to change the loss, and all batches have the same size."""
    X, y = table()
    weights = 1.0 + WEIGHTS
    model = NeuralNetClassifier(batch_size=12, learning_rate=1e-12)
    model.partial_fit(X, y, [0, 1], weights)
    whole = clone(model).set_params(batch_size=None).partial_fit(X, y, [0, 1], weights)
    assert len(model.loss_curve_) == 5
    assert model.loss_curve_.mean() == pytest.approx(whole.loss_curve_[0], rel=1e-9)  # 1e-12


def test_class_weights_are_sample_weights() -> None:
    X, y = table()
    y = np.where(np.arange(60) < 40, 0, y)  # few of class 1
    names = np.array(["no", "yes"])[y]
    counts = np.bincount(y)
    assert counts[1] < 15
    options = {"iterations": 50, "learning_rate": 0.1}
    balanced = NeuralNetClassifier(class_weight="balanced", **options).fit(X, names)
    by_class = {"no": 1 / counts[0], "yes": 1 / counts[1]}
    named = NeuralNetClassifier(class_weight=by_class, **options).fit(X, names)
    weights = (1 / counts)[y]
    sampled = NeuralNetClassifier(**options).fit(X, names, sample_weight=weights)
    for model in (named, sampled):
        np.testing.assert_allclose(model.predict_proba(X), balanced.predict_proba(X), rtol=1e-9)
    # weights of samples and of classes multiply, also where "balanced" counts the samples
    both = NeuralNetClassifier(class_weight={"yes": 3}, **options)
    both.fit(X, names, sample_weight=1 + WEIGHTS)
    product = (1 + WEIGHTS) * np.array([1, 3])[y]
    one = NeuralNetClassifier(**options).fit(X, names, sample_weight=product)
    np.testing.assert_allclose(both.predict_proba(X), one.predict_proba(X), rtol=1e-9)
    rows = np.repeat(np.arange(60), 1 + WEIGHTS)
    repeated = clone(balanced).fit(X[rows], names[rows])
    weighted = clone(balanced).fit(X, names, sample_weight=1 + WEIGHTS)
    np.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), rtol=1e-7)


def test_class_weights_count_in_partial_fit_too() -> None:
    X, y = table()
    whole = NeuralNetClassifier(iterations=6, class_weight={1: 5}).fit(X, y)
    pieces = NeuralNetClassifier(class_weight={1: 5})
    for _ in range(6):
        pieces.partial_fit(X, y, [0, 1])
    np.testing.assert_array_equal(pieces.loss_curve_, whole.loss_curve_)
    pieces.partial_fit(X[y == 1], y[y == 1])  # without the other class
    with pytest.raises(ValueError, match=r"^class_weight must .* in partial_fit, .*'balanced'$"):
        pieces.set_params(class_weight="balanced").partial_fit(X, y)


def test_class_weights_find_the_rare_class() -> None:
    X, y = make_classification(400, 2, n_redundant=0, weights=[0.95], flip_y=0, random_state=0)
    options = {"hidden_layers": (), "iterations": 500, "optimizer": "adam"}
    plain = NeuralNetClassifier(**options).fit(X, y)
    balanced = NeuralNetClassifier(class_weight="balanced", **options).fit(X, y)
    assert recall_score(y, balanced.predict(X)) > recall_score(y, plain.predict(X))


def test_it_works_in_ada_boost_which_weighs_the_samples() -> None:
    X, y = make_classification(200, 5, flip_y=0.3, random_state=0)  # no network gets all of it
    base = NeuralNetClassifier(hidden_layers=(2,), iterations=100, learning_rate=0.1)
    boosted = AdaBoostClassifier(base, n_estimators=3).fit(X, y)
    assert len(boosted.estimators_) == 3
    assert boosted.score(X, y) > 0.7


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        (-np.ones(60), "Negative values in data passed to"),
        (np.full(60, np.nan), "Input sample_weight contains NaN"),
        (np.full(60, np.inf), "Input sample_weight contains infinity"),
        (np.zeros(60), "weights"),
        (np.ones(59), r"sample_weight\.shape == \(59,\), expected \(60,\)"),
        (np.ones((60, 1)), "Sample weights must be 1D"),
        (["a"] * 60, "could not convert string to float"),
    ],
)
def test_bad_weights_are_refused_as_scikit_learn_refuses_them(
    estimator: type, weights: Any, sentence: str
) -> None:
    model = estimator(iterations=5)
    with pytest.raises(ValueError, match=sentence):
        model.fit(X, Y, sample_weight=weights)
    with pytest.raises(NotFittedError):
        model.predict(X)


@pytest.mark.parametrize(
    "class_weight", ["balance", 5, {0: -1}, {0: 0}, {0: float("nan")}, {0: "1"}, [1, 2]]
)
def test_bad_class_weights_are_refused_in_one_sentence(class_weight: object) -> None:
    must = "None, 'balanced', or a dictionary with a finite number above 0 for each class"
    with pytest.raises(BrokenRule, match=f"^class_weight must be {must}, got "):
        NeuralNetClassifier(class_weight=class_weight).fit(X, Y)


def test_a_class_that_does_not_exist_has_no_weight() -> None:
    with pytest.raises(ValueError, match="not in class_weight"):
        NeuralNetClassifier(class_weight={0: 1, 7: 2}).fit(X, Y)


def test_a_class_whose_samples_all_weigh_nothing_is_missing() -> None:
    with pytest.raises(ValueError, match=r"^y must have two or more classes, got one class: 1$"):
        NeuralNetClassifier(iterations=5).fit(X, Y, sample_weight=Y)
    three = np.arange(60) % 3  # only two of them weigh something
    model = NeuralNetClassifier(iterations=5).fit(X, three, sample_weight=three > 0)
    assert model.classes_.tolist() == [1, 2]


def test_layers_and_batches_can_be_larger_than_the_page_draws_them() -> None:
    X, y = table(300)
    wide = NeuralNetClassifier(hidden_layers=(100,), batch_size=200_000, iterations=20).fit(X, y)
    assert wide.coefs_[0].shape == (X.shape[1], 100)
    whole = clone(wide).set_params(batch_size=None).fit(X, y)
    np.testing.assert_array_equal(wide.loss_curve_, whole.loss_curve_)
    deep = NeuralNetRegressor(
        hidden_layers=(3,) * 12, activation=("tanh", "relu") * 6, iterations=2
    )
    assert len(deep.fit(X, y).coefs_) == 13


# per parameter values that break its rule
BAD = {
    "hidden_layers": [(0,), 0, (6.5,), "10,5"],
    "activation": ["tanhh", None, ("relu",)],
    "initialization": ["glorot"],
    "seed": [-1, None, 0.5, True],
    "optimizer": ["lbfgs"],
    "momentum": [2, "0.9"],
    "learning_rate": [0, -1, float("nan"), "adaptive"],
    "learning_rate_schedule": ["invscaling"],
    "batch_size": [0, "auto"],
    "regularization": ["ridge"],
    "regularization_rate": [-1],
    "iterations": [0, 1.5],
    "target_loss": [-1],
    "patience": [0],
}


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in BAD.items() for value in values]
)
def test_a_bad_parameter_is_refused_by_fit_in_configs_words(
    estimator: type, name: str, value: object
) -> None:
    X, y = table()
    with pytest.raises(ValueError, match=f"^{name} must .*, got ") as expected:
        TableConfig(**{name: value})
    model = estimator(**{name: value})  # the constructor takes anything
    assert model.get_params()[name] is value
    for train in (model.fit, model.partial_fit):
        options = {"classes": [0, 1]} if "classes" in inspect.signature(train).parameters else {}
        with pytest.raises(ValueError, match=f"^{name} must") as caught:
            train(X, y, **options)
        assert str(caught.value) == str(expected.value)
    with pytest.raises(NotFittedError):
        model.predict(X)


def test_a_bad_output_loss_is_refused_by_the_classifier() -> None:
    with pytest.raises(ValueError, match=r"^output_loss must be one of .*, got 'hinge'$"):
        NeuralNetClassifier(output_loss="hinge").fit(*table())


BAD_DATA = [
    (X, np.ones(60), ValueError, r"^y must have two or more classes, got one class: 1\.0$"),
    (X, np.linspace(0, 1, 60), ValueError, "Unknown label type: continuous"),
    (X, Y[:-1], ValueError, "inconsistent numbers of samples"),
    (X, None, ValueError, "requires y to be passed, but the target y is None"),
    (csr_array(X), Y, TypeError, "Sparse data was passed"),
    (np.where(X > 1, np.nan, X), Y, ValueError, "Input X contains NaN"),
    (np.where(X > 1, np.inf, X), Y, ValueError, "Input X contains infinity"),
    (X[0], Y, ValueError, "Expected 2D array, got 1D array"),
    (X[:0], Y[:0], ValueError, r"Found array with 0 sample\(s\)"),
    (X.astype(str) + "a", Y, ValueError, "could not convert string to float"),
]


@pytest.mark.parametrize(
    ("inputs", "labels", "error", "sentence"), BAD_DATA, ids=[entry[3] for entry in BAD_DATA]
)
def test_bad_data_are_refused_as_scikit_learn_refuses_them(
    inputs: Any, labels: Any, error: type[Exception], sentence: str
) -> None:
    model = NeuralNetClassifier(iterations=5)
    with pytest.raises(error, match=sentence):
        model.fit(inputs, labels)
    with pytest.raises(NotFittedError):
        model.predict(X)


def test_partial_fit_refuses_what_does_not_go_on() -> None:
    model = NeuralNetClassifier(iterations=5)
    for classes, y, sentence in (
        (None, Y, r"^classes must be passed on the first call to partial_fit\.$"),
        ([0], Y, "^classes must have two or more classes, got one class: 0$"),
        ([0, 0.5], Y, "^Unknown label type: continuous"),
        ([0, 1], Y + 1, "^y contains previously unseen labels"),
    ):
        with pytest.raises(ValueError, match=sentence):
            model.partial_fit(X, y, classes=classes)
        with pytest.raises(NotFittedError):
            model.predict(X)
    model.fit(X, Y)
    for inputs, y, classes, sentence in (
        (X, Y, [1, 2], r"^classes must stay \[0, 1\] while training goes on, got \[1, 2\]$"),
        (X, Y, [0, 1, 2], r"^classes must stay \[0, 1\] while training .*, got \[0, 1, 2\]$"),
        (X, Y + 1, None, "^y contains previously unseen labels"),
        (X[:, :3], Y, None, "X has 3 features, but NeuralNetClassifier is expecting 5 features"),
    ):
        with pytest.raises(ValueError, match=sentence):
            model.partial_fit(inputs, y, classes=classes)
    with pytest.raises(ValueError, match=r"^hidden_layers must stay \(10, 5\) .*, got \(4,\)$"):
        model.set_params(hidden_layers=(4,)).partial_fit(X, Y)
    assert model.n_iter_ == 5


@pytest.mark.parametrize("name", ["loss_curve_", "n_iter_", "coefs_", "intercepts_", "classes_"])
def test_before_a_fit_there_are_no_fitted_attributes(name: str) -> None:
    assert not hasattr(NeuralNetClassifier(), name)


def test_column_names_are_kept_and_held() -> None:
    frame = pd.DataFrame(X, columns=[f"column {number}" for number in range(5)])
    model = NeuralNetClassifier(iterations=5).fit(frame, Y)
    assert model.feature_names_in_.tolist() == frame.columns.tolist()
    assert model.n_features_in_ == 5
    assert not hasattr(NeuralNetClassifier(iterations=5).fit(X, Y), "feature_names_in_")
    with pytest.raises(ValueError, match="The feature names should match"):
        model.predict(frame.rename(columns={"column 0": "other"}))


def test_it_works_in_a_pipeline_a_grid_search_and_cross_validation() -> None:
    inputs, labels = article()
    values, inputs, names = inputs[:, 0], 1000 + 50 * inputs, np.array(["out", "in"])[labels]
    model = NeuralNetClassifier(iterations=400, optimizer="adam")
    pipeline = make_pipeline(StandardScaler(), model)
    grid = {
        "neuralnetclassifier__hidden_layers": [(), (8,)],
        "neuralnetclassifier__learning_rate": [0.003, 0.1],
    }
    search = GridSearchCV(pipeline, grid, cv=3).fit(inputs, names)
    assert search.best_params_ == {
        "neuralnetclassifier__hidden_layers": (8,),
        "neuralnetclassifier__learning_rate": 0.1,
    }
    assert search.score(inputs, names) > 0.9
    scores = cross_val_score(search.best_estimator_, inputs, names, cv=4)
    assert scores.shape == (4,)
    assert scores.min() > 0.85
    losses = cross_val_score(search.best_estimator_, inputs, names, scoring="neg_log_loss")
    assert losses.min() > -0.4
    regressor = make_pipeline(
        StandardScaler(), NeuralNetRegressor(iterations=300, learning_rate=0.1)
    )
    assert cross_val_score(regressor, inputs, values).min() > 0.9


@pytest.mark.parametrize("response_method", ["auto", "predict_proba", "predict"])
def test_a_decision_boundary_can_be_drawn(
    response_method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    inputs, labels = article()
    names = np.array(["in", "out"])[labels]
    model = NeuralNetClassifier(iterations=1500, learning_rate=0.3).fit(inputs, names)
    display = DecisionBoundaryDisplay.from_estimator(
        model, inputs, grid_resolution=20, response_method=response_method, class_of_interest="out"
    )
    points = np.column_stack([display.xx0.ravel(), display.xx1.ravel()])
    expected = model.predict_proba(points)[:, 1]
    expected = expected > 0.5 if response_method == "predict" else expected
    np.testing.assert_array_equal(display.response.ravel(), expected)
    assert display.response.min() < 0.1
    assert display.response.max() > 0.9


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_clone_has_the_parameters_and_no_training(estimator: type) -> None:
    model = estimator(iterations=5, hidden_layers=[3], seed=np.int64(7)).fit(X, Y)
    twin = clone(model)
    assert twin.get_params() == model.get_params()
    assert model.hidden_layers == [3]  # stored as it was given
    with pytest.raises(NotFittedError):
        twin.predict(X)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_pickled_estimator_trains_on_with_the_same_digits(estimator: type) -> None:
    model = estimator(iterations=20, optimizer="adam", batch_size=8).fit(X, Y)
    model.predict(X)
    twin = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(twin.predict(X), model.predict(X))
    np.testing.assert_array_equal(
        twin.partial_fit(X, Y).loss_curve_, model.partial_fit(X, Y).loss_curve_
    )


def test_a_pickled_estimator_holds_neither_the_data_nor_its_history() -> None:
    inputs, labels = table(20_000, 20)
    model = NeuralNetClassifier(iterations=3).fit(inputs, labels)
    assert inputs.nbytes == 3_200_000
    assert len(pickle.dumps(model)) < 20_000
    inputs, labels = table(10, 400)
    model = NeuralNetClassifier(iterations=200).fit(inputs, labels)
    weights = sum(coefs.nbytes for coefs in model.coefs_)
    assert len(pickle.dumps(model)) < 2 * weights + 20_000  # those of now and of the start


def test_parameters_changed_between_calls_are_not_kept_for_ever() -> None:
    changing, steady = NeuralNetClassifier(), NeuralNetClassifier()
    for count in range(100):
        changing.set_params(learning_rate=0.001 * (1 + count % 2)).partial_fit(X, Y, [0, 1])
        steady.partial_fit(X, Y, [0, 1])
    # a hundred changes would take some 3 kB
    assert len(pickle.dumps(changing)) < len(pickle.dumps(steady)) + 500


def test_the_weights_that_are_seen_are_the_weights_in_use() -> None:
    model = NeuralNetClassifier(iterations=20).fit(X, Y)
    for one in (model, pickle.loads(pickle.dumps(model)), clone(model).fit(X, Y)):
        a = X
        for coefs, intercepts in zip(one.coefs_[:-1], one.intercepts_[:-1], strict=True):
            a = np.maximum(a @ coefs + intercepts, 0)
        second = expit(a @ one.coefs_[-1] + one.intercepts_[-1])[:, 0]
        np.testing.assert_allclose(one.predict_proba(X)[:, 1], second, rtol=1e-12)
        with pytest.raises(ValueError, match="read-only"):
            one.coefs_[0][:] = 0


def test_a_probability_of_one_half_counts_as_the_first_class() -> None:
    model = NeuralNetClassifier(iterations=1, initialization="zeros", learning_rate=1e-300)
    model.fit(X, Y)
    np.testing.assert_array_equal(model.predict_proba(X), np.full((60, 2), 0.5))
    assert set(model.predict(X)) == {0}


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_large_data_are_copied_once(estimator: type) -> None:
    """Into the network's own columns; the hidden units need little more."""
    inputs, labels = table(20_000, 50)
    inputs.flags.writeable = False
    model = estimator(hidden_layers=(2,), iterations=2)
    for work in (lambda: model.fit(inputs, labels), lambda: model.predict(inputs)):
        tracemalloc.start()
        work()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert inputs.nbytes < peak < 1.5 * inputs.nbytes


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_small_batches_need_no_memory_for_the_hidden_units_of_all_samples(estimator: type) -> None:
    inputs, labels = table(20_000, 5)
    model = estimator(hidden_layers=(64, 64), initialization="xavier", batch_size=32, iterations=2)
    tracemalloc.start()
    model.fit(inputs, labels)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    hidden_units = len(inputs) * 64 * inputs.itemsize  # of one layer
    assert peak < hidden_units


@pytest.mark.parametrize("weighted", [False, True])
def test_the_losses_at_both_ends_are_those_of_all_samples(weighted: bool) -> None:
    """Also where there are more samples than are computed at a time."""
    inputs, labels = table(2500)
    weights = np.arange(1.0, 2501) if weighted else None
    model = NeuralNetClassifier(learning_rate=300, batch_size=500, iterations=10, seed=1)
    with pytest.warns(ConvergenceWarning, match="ended worse") as caught:
        model.fit(inputs, labels, weights)
    after, before = re.findall(r"\d[\d.e+-]*\d", str(caught[0].message))[:2]
    untrained = clone(model).set_params(target_loss=1e6).fit(inputs, labels, weights)
    for fitted, loss in [(untrained, before), (model, after)]:
        assert f"{total_loss(fitted, inputs, labels, weights):.3g}" == loss


def total_loss(
    model: NeuralNetClassifier, inputs: np.ndarray, labels: np.ndarray, weights: np.ndarray | None
) -> float:
    """Return the mean cross-entropy of a network of ReLU units, in the textbook's form."""
    a = inputs
    for layer, (w, b) in enumerate(zip(model.coefs_, model.intercepts_, strict=True)):
        z = a @ w + b
        a = np.maximum(z, 0) if layer < len(model.coefs_) - 1 else z
    wrong = np.where(labels == 1, -a[:, 0], a[:, 0])
    return float(np.average(np.logaddexp(0, wrong), weights=weights))


def test_many_columns_train() -> None:
    inputs, labels = table(200, 3000)
    model = NeuralNetClassifier(initialization="xavier", learning_rate=0.1, iterations=60)
    model.fit(inputs, labels)
    assert model.coefs_[0].shape == (3000, 10)
    assert model.score(inputs, labels) > 0.95
