"""The network's equations are the article's, their gradients are right, extremes stay finite."""

from itertools import pairwise

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from nnlab.network import (
    ACTIVATIONS,
    INITIALIZATIONS,
    Network,
    Objective,
    Parameters,
    initialize,
    sigmoid,
    zero_parameters,
)

HIDDEN_LAYERS = [(), (4,), (4, 3), (4, 3, 2)]

# The textbook forms, fine for moderate z.
TEXTBOOK = {
    "relu": lambda z: np.where(z > 0, z, 0),
    "tanh": lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "linear": lambda z: z,
}


def _problem(sizes: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, Parameters]:
    """Draw inputs, targets and parameters."""
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(20, sizes[0]))
    targets = (rng.random((20, 1)) > 0.5).astype(float)
    # biases too: with zero ones a unit whose inputs are all dead would sit on ReLU's kink
    parameters = zero_parameters(sizes)
    parameters.vector[:] = rng.normal(size=parameters.vector.shape)
    return inputs, targets, parameters


def _textbook_logits(inputs: np.ndarray, parameters: Parameters, activation: str) -> np.ndarray:
    a = inputs
    *hidden, (weights, biases) = zip(parameters.weights, parameters.biases, strict=True)
    for W, b in hidden:
        a = TEXTBOOK[activation](a @ W + b)
    return a @ weights + biases


@pytest.mark.parametrize("hidden_layers", HIDDEN_LAYERS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_forward_and_loss_equal_the_articles_equations(
    activation: str, hidden_layers: tuple[int, ...]
) -> None:
    sizes = (2, *hidden_layers, 1)
    inputs, t, parameters = _problem(sizes)
    z = _textbook_logits(inputs, parameters, activation)
    a = 1 / (1 + np.exp(-z))
    # four sums of a few terms each: a few units in the 16th digit, more where they cancel
    logits = Network(sizes, activation, inputs).forward(parameters)
    np.testing.assert_allclose(logits, z, rtol=1e-12)
    np.testing.assert_allclose(sigmoid(logits), a, rtol=1e-12)
    loss = Objective(sizes, activation, inputs, t).loss(parameters)
    assert loss == pytest.approx(-np.mean(t * np.log(a) + (1 - t) * np.log(1 - a)), rel=1e-12)


@pytest.mark.parametrize("hidden_layers", HIDDEN_LAYERS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_equal_central_differences(
    activation: str, hidden_layers: tuple[int, ...]
) -> None:
    sizes = (2, *hidden_layers, 1)
    inputs, targets, parameters = _problem(sizes)
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
    # h² truncation and cancellation at h = 1e-5 leave about 1e-10 absolute
    np.testing.assert_allclose(analytic, numeric, rtol=1e-6, atol=1e-9)


def test_one_step_worked_by_hand() -> None:
    """One ReLU unit, one sample x = (2, 1) of class 1.

    z1 = 2 * 1 + 1 * (-0.5) + 0.5 = 2, a1 = 2, z2 = 2 * 0.5 - 1 = 0, a2 = 1/2, loss = log 2.
    dz2 = a2 - t = -1/2; dW2 = a1 dz2 = -1, db2 = -1/2; dz1 = W2 dz2 = -1/4;
    dW1 = x dz1 = (-1/2, -1/4), db1 = -1/4.
    """
    parameters = Parameters((2, 1, 1), np.array([1, -0.5, 0.5, 0.5, -1]))
    objective = Objective((2, 1, 1), "relu", np.array([[2.0, 1.0]]), np.array([[1.0]]))
    assert objective.loss(parameters) == pytest.approx(np.log(2), rel=1e-14)
    # exp and log round in the 16th digit
    np.testing.assert_allclose(
        objective.backward(parameters), [-0.5, -0.25, -0.25, -1, -0.5], rtol=1e-14
    )


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_and_its_slope_equal_the_textbook(name: str) -> None:
    z = np.linspace(-5, 5, 101)  # without ReLU's kink: the step over it is not a slope
    z = z[np.abs(z) > 1e-3]
    a = z.copy()
    ACTIVATIONS[name].apply(a)
    np.testing.assert_allclose(a, TEXTBOOK[name](z), rtol=1e-12)  # sums that cancel at |z| = 5
    ACTIVATIONS[name].differentiate(a)
    h = 1e-5  # truncation h² and cancellation 1e-16 / h: 1e-10 absolute
    numeric = (TEXTBOOK[name](z + h) - TEXTBOOK[name](z - h)) / (2 * h)
    np.testing.assert_allclose(a, numeric, rtol=1e-6, atol=1e-9)


def test_the_slope_of_relu_at_zero_is_zero() -> None:
    """As in the article, which takes a > 0."""
    a = np.array([0.0, -0.0])
    ACTIVATIONS["relu"].differentiate(a)
    np.testing.assert_array_equal(a, [0, 0])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_stay_finite_at_1000(name: str) -> None:
    a = np.array([-1000.0, 1000.0])
    ACTIVATIONS[name].apply(a)
    expected = {"relu": [0, 1000], "tanh": [-1, 1], "sigmoid": [0, 1], "linear": [-1000, 1000]}
    np.testing.assert_array_equal(a, expected[name])
    ACTIVATIONS[name].differentiate(a)
    slopes = {"relu": [0, 1], "tanh": [0, 0], "sigmoid": [0, 0], "linear": [1, 1]}
    np.testing.assert_array_equal(a, slopes[name])


@pytest.mark.parametrize("logit", [-1000.0, 1000.0])
def test_loss_and_gradients_stay_finite_for_extreme_logits(logit: float) -> None:
    inputs = np.array([[1.0, 0.0], [1.0, 0.0]])
    targets = np.array([[0.0], [1.0]])
    objective = Objective((2, 1), "relu", inputs, targets)
    parameters = Parameters((2, 1), np.array([logit, 0.0, 0.0]))
    assert objective.loss(parameters) == 500  # by hand: (1000 + 0) / 2
    gradient = objective.backward(parameters)
    # by hand: one of the two is wholly wrong, (a - t) x / m = ±1/2 for x1 and the bias
    np.testing.assert_array_equal(gradient, np.array([0.5, 0, 0.5]) * np.sign(logit))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("factor", [1e3, 1e6])
def test_extremes_stay_finite_through_hidden_layers(activation: str, factor: float) -> None:
    sizes = (2, 4, 3, 1)
    inputs, targets, parameters = _problem(sizes)
    parameters.vector[:] *= factor
    objective = Objective(sizes, activation, inputs, targets)
    assert np.isfinite(objective.loss(parameters))
    assert np.isfinite(objective.backward(parameters)).all()


def test_a_small_loss_keeps_its_digits() -> None:
    """A sample right by a logit of 40 has the loss log(1 + exp(-40)) and the deltas of its size."""
    objective = Objective((2, 1), "relu", np.array([[1.0, 0.0]]), np.array([[1.0]]))
    parameters = Parameters((2, 1), np.array([40.0, 0.0, 0.0]))
    # exp carries its argument's rounding, 40 units in the 16th digit
    assert objective.loss(parameters) == pytest.approx(np.exp(-40), rel=1e-14)
    assert objective.backward(parameters)[0] == pytest.approx(-np.exp(-40), rel=1e-14)


def test_weights_and_biases_are_views_of_one_vector() -> None:
    parameters = zero_parameters((2, 3, 1))
    assert [weights.shape for weights in parameters.weights] == [(2, 3), (3, 1)]
    assert [biases.shape for biases in parameters.biases] == [(1, 3), (1, 1)]
    for number, array in enumerate([*parameters.weights, *parameters.biases], start=1):
        array[:] = number
    # each column of a layer's matrix in turn: its weights, then its bias
    expected = [1, 1, 3] * 3 + [2, 2, 2, 4]
    np.testing.assert_array_equal(parameters.vector, expected)


def test_a_copy_of_parameters_shares_nothing() -> None:
    original = initialize((2, 3, 1), "normal", 0)
    copy = original.copy()
    copy.vector[:] = 0
    assert original.vector.any()


@pytest.mark.parametrize("name", INITIALIZATIONS)
def test_initial_weights_have_the_variance_of_their_source(name: str) -> None:
    """The article's 1; He et al. 2015, eq. 10; Glorot and Bengio 2010, eq. 16."""
    variances = {"normal": 1, "he": 2 / 64, "xavier": 2 / (64 + 64), "zeros": 0}
    weights = initialize((64, 64, 1), name, 0).weights[0]
    assert weights.var() == pytest.approx(variances[name], rel=0.066)  # 4096 draws: 3 sigma


@pytest.mark.parametrize("name", INITIALIZATIONS)
def test_initial_biases_are_zero(name: str) -> None:
    for biases in initialize((2, 10, 5, 1), name, 4).biases:
        assert not biases.any()


def test_normal_weights_are_one_stream_layer_after_layer() -> None:
    """The article's stream: its global seed 4 and RandomState(4) are the same generator."""
    rng = np.random.RandomState(4)
    expected = [rng.randn(*shape) for shape in pairwise((2, 10, 5, 1))]
    weights = initialize((2, 10, 5, 1), "normal", 4).weights
    for ours, theirs in zip(weights, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_matrix_products_run_on_one_thread() -> None:
    # empty on a Mac, where NumPy's Accelerate chooses by itself
    threads = [blas["num_threads"] for blas in threadpool_info() if blas["user_api"] == "blas"]
    assert set(threads) <= {1}
