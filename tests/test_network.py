"""The network's equations are the article's, their gradients are right, extremes stay finite."""

import pickle
from itertools import pairwise

import numpy as np
import pytest

from nnlab.model.activations import ACTIVATIONS
from nnlab.model.heads import head_of
from nnlab.model.initialization import INITIALIZATIONS, TFP, initialize
from nnlab.model.losses import OutputLoss, SquaredLoss, SquaredLossOfProbability, SquaredLossOfTanh
from nnlab.model.network import Network, Objective, Parameters, zero_parameters
from tests.helpers.textbook import TEXTBOOK

HIDDEN_LAYERS = [(), (4,), (4, 3), (4, 3, 2)]

LOSSES = {
    **head_of(2).losses,
    **head_of(2, "tanh_squared_error").losses,
    "squared error of a value": SquaredLoss,
}
SETTINGS = [*ACTIVATIONS, ("sine", "relu", "softplus")]  # for all layers, or one for each


def _per_layer(
    activation: str | tuple[str, ...], hidden_layers: tuple[int, ...]
) -> tuple[str, ...]:
    names = (activation,) * 3 if isinstance(activation, str) else activation
    return names[: len(hidden_layers)]


def _problem(sizes: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray, Parameters]:
    """Draw inputs, targets and parameters."""
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(20, sizes[0]))
    targets = (rng.random((20, 1)) > 0.5).astype(float)
    # biases too: with zero ones a unit whose inputs are all dead would sit on ReLU's kink
    parameters = zero_parameters(sizes)
    parameters.vector[:] = rng.normal(size=parameters.vector.shape)
    return inputs, targets, parameters


def _textbook_logits(
    inputs: np.ndarray, parameters: Parameters, activations: tuple[str, ...]
) -> np.ndarray:
    a = inputs
    *hidden, (weights, biases) = zip(parameters.weights, parameters.biases, strict=True)
    for (W, b), name in zip(hidden, activations, strict=True):
        a = TEXTBOOK[name](a @ W + b)
    return a @ weights + biases


@pytest.mark.parametrize("hidden_layers", HIDDEN_LAYERS)
@pytest.mark.parametrize("activation", SETTINGS)
def test_forward_and_loss_equal_the_articles_equations(
    activation: str | tuple[str, ...], hidden_layers: tuple[int, ...]
) -> None:
    sizes = (2, *hidden_layers, 1)
    inputs, t, parameters = _problem(sizes)
    activations = _per_layer(activation, hidden_layers)
    z = _textbook_logits(inputs, parameters, activations)
    a = 1 / (1 + np.exp(-z))
    # four sums of a few terms each: a few units in the 16th digit, more where they cancel
    logits = Network(sizes, activations, inputs).forward(parameters)
    np.testing.assert_allclose(logits, z, rtol=1e-12)
    np.testing.assert_allclose(head_of(2).outputs(logits), a, rtol=1e-12)
    loss = Objective(sizes, activations, inputs, t).loss(parameters)
    assert loss == pytest.approx(-np.mean(t * np.log(a) + (1 - t) * np.log(1 - a)), rel=1e-12)


def _central_differences(objective: Objective, parameters: Parameters) -> np.ndarray:
    numeric = np.empty_like(parameters.vector)
    h = 1e-5
    for index in range(len(numeric)):
        losses = []
        for sign in (1, -1):
            vector = parameters.vector.copy()
            vector[index] += sign * h
            losses.append(objective.loss(Parameters(parameters.layer_sizes, vector)))
        numeric[index] = (losses[0] - losses[1]) / (2 * h)
    return numeric


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("hidden_layers", HIDDEN_LAYERS)
@pytest.mark.parametrize("activation", SETTINGS)
def test_gradients_equal_central_differences(
    activation: str | tuple[str, ...], hidden_layers: tuple[int, ...], loss: type[OutputLoss]
) -> None:
    sizes = (2, *hidden_layers, 1)
    inputs, targets, parameters = _problem(sizes)
    if loss is SquaredLoss:
        targets = np.random.default_rng(1).normal(size=targets.shape)
    activations = _per_layer(activation, hidden_layers)
    objective = Objective(sizes, activations, inputs, targets, loss)
    objective.loss(parameters)
    analytic = objective.backward(parameters).copy()
    # h² truncation and cancellation at h = 1e-5 leave about 1e-10 absolute
    np.testing.assert_allclose(
        analytic, _central_differences(objective, parameters), rtol=1e-6, atol=1e-9
    )


@pytest.mark.parametrize("loss", head_of(3).losses.values(), ids=head_of(3).losses)
@pytest.mark.parametrize("n_classes", [3, 6])
@pytest.mark.parametrize("hidden_layers", HIDDEN_LAYERS)
def test_gradients_of_several_classes_equal_central_differences(
    hidden_layers: tuple[int, ...], n_classes: int, loss: type[OutputLoss]
) -> None:
    sizes = (2, *hidden_layers, n_classes)
    inputs, _, parameters = _problem(sizes)
    labels = np.random.default_rng(1).integers(0, n_classes, (len(inputs), 1)).astype(float)
    targets = loss.encode(labels, n_classes)
    objective = Objective(sizes, ("tanh",) * len(hidden_layers), inputs, targets, loss)
    objective.loss(parameters)
    analytic = objective.backward(parameters).copy()
    np.testing.assert_allclose(
        analytic, _central_differences(objective, parameters), rtol=1e-6, atol=1e-9
    )


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_an_objective_turns_to_other_samples(loss: type[OutputLoss]) -> None:
    """As an objective that was made for them."""
    sizes = (2, 4, 3, 1)
    inputs, targets, parameters = _problem(sizes)
    objective = Objective(sizes, ("sine", "sine"), inputs[:5], targets[:5], loss)
    objective.loss(parameters)
    columns = np.asfortranarray(np.column_stack([inputs, np.ones(len(inputs))]))
    objective.set_samples(columns[7:12], targets[7:12])
    fresh = Objective(sizes, ("sine", "sine"), inputs[7:12], targets[7:12], loss)
    # the same sums, though BLAS may read longer columns in another order
    assert objective.loss(parameters) == pytest.approx(fresh.loss(parameters), rel=1e-13)
    gradients = objective.backward(parameters)
    np.testing.assert_allclose(gradients, fresh.backward(parameters), rtol=1e-12, atol=1e-15)


def test_one_step_worked_by_hand() -> None:
    """One ReLU unit, one sample x = (2, 1) of class 1.

    z1 = 2 * 1 + 1 * (-0.5) + 0.5 = 2, a1 = 2, z2 = 2 * 0.5 - 1 = 0, a2 = 1/2, loss = log 2.
    dz2 = a2 - t = -1/2; dW2 = a1 dz2 = -1, db2 = -1/2; dz1 = W2 dz2 = -1/4;
    dW1 = x dz1 = (-1/2, -1/4), db1 = -1/4.
    """
    parameters = Parameters((2, 1, 1), np.array([1, -0.5, 0.5, 0.5, -1]))
    objective = Objective((2, 1, 1), ("relu",), np.array([[2.0, 1.0]]), np.array([[1.0]]))
    assert objective.loss(parameters) == pytest.approx(np.log(2), rel=1e-14)
    # exp and log round in the 16th digit
    np.testing.assert_allclose(
        objective.backward(parameters), [-0.5, -0.25, -0.25, -1, -0.5], rtol=1e-14
    )


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("hidden_layers", HIDDEN_LAYERS)
@pytest.mark.parametrize("activation", ["relu", "sine"])
def test_a_watcher_sees_every_array_of_a_step_in_its_order(
    activation: str, hidden_layers: tuple[int, ...], loss: type[OutputLoss]
) -> None:
    """z, a, dz, dW and da are the textbook's, and watching changes neither loss nor gradients."""
    sizes, activations = (2, *hidden_layers, 1), (activation,) * len(hidden_layers)
    inputs, t, parameters = _problem(sizes)
    seen: dict[tuple[str, int], np.ndarray] = {}

    def watch(name: str, layer: int, array: np.ndarray) -> None:
        assert (name, layer) not in seen
        seen[name, layer] = array.copy()

    objective = Objective(sizes, activations, inputs, t, loss)
    value = objective.loss(parameters, watch)
    gradients = objective.backward(parameters, watch).copy()
    unwatched = Objective(sizes, activations, inputs, t, loss)
    assert value == unwatched.loss(parameters)
    np.testing.assert_array_equal(gradients, unwatched.backward(parameters))

    last, a = len(hidden_layers), inputs
    squared_error_of_a = loss in {SquaredLossOfProbability, SquaredLossOfTanh}
    forward = [(name, layer) for layer in range(last) for name in ("z", "a")]
    forward += [("z", last)] + [("a", last)] * squared_error_of_a
    backward = [(name, k) for k in range(last, -1, -1) for name in ("da", "dz", "dW")][1:]
    assert list(seen) == forward + backward

    # sums of a few terms each: a few units in the 16th digit, more where they cancel
    close = {"rtol": 1e-11, "atol": 1e-15}
    layer_inputs = []
    for layer, (W, b) in enumerate(zip(parameters.weights, parameters.biases, strict=True)):
        layer_inputs.append(a)
        np.testing.assert_allclose(seen["z", layer], a @ W + b, **close)
        of_output = np.tanh if loss is SquaredLossOfTanh else lambda z: 1 / (1 + np.exp(-z))
        a = TEXTBOOK[activation](a @ W + b) if layer < last else of_output(a @ W + b)
        if ("a", layer) in seen:
            np.testing.assert_allclose(seen["a", layer], a, **close)
    z = seen["z", last]
    dz = {
        SquaredLoss: lambda: z - t,
        SquaredLossOfProbability: lambda: (a - t) * a * (1 - a),
        SquaredLossOfTanh: lambda: (a - (2 * t - 1)) * (1 - a**2),
    }.get(loss, lambda: a - t)() / len(t)
    for layer in range(last, -1, -1):
        np.testing.assert_allclose(seen["dz", layer], dz, **close)
        dW, db = layer_inputs[layer].T @ dz, dz.sum(axis=0, keepdims=True)
        np.testing.assert_allclose(seen["dW", layer], np.vstack([dW, db]), **close)
        if layer:
            da, z = dz @ parameters.weights[layer].T, seen["z", layer - 1]
            np.testing.assert_allclose(seen["da", layer - 1], da, **close)
            dz = da * (np.cos(z) if activation == "sine" else z > 0)


@pytest.mark.parametrize("logit", [-1000.0, 1000.0])
def test_loss_and_gradients_stay_finite_for_extreme_logits(logit: float) -> None:
    inputs = np.array([[1.0, 0.0], [1.0, 0.0]])
    targets = np.array([[0.0], [1.0]])
    objective = Objective((2, 1), (), inputs, targets)
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
    objective = Objective(sizes, (activation,) * 2, inputs, targets)
    assert np.isfinite(objective.loss(parameters))
    assert np.isfinite(objective.backward(parameters)).all()


def test_a_small_loss_keeps_its_digits() -> None:
    """A sample right by a logit of 40 has the loss log(1 + exp(-40)) and the deltas of its size."""
    objective = Objective((2, 1), (), np.array([[1.0, 0.0]]), np.array([[1.0]]))
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


def test_the_weight_mask_tells_weights_from_biases() -> None:
    parameters = zero_parameters((2, 3, 1))
    parameters.vector[:] = 5 * parameters.weight_mask
    assert all((weights == 5).all() for weights in parameters.weights)
    assert not any(biases.any() for biases in parameters.biases)


def test_a_copy_of_parameters_shares_nothing() -> None:
    original = initialize((2, 3, 1), "normal", 0)
    copy = original.copy()
    copy.vector[:] = 0
    assert original.vector.any()


def test_pickled_parameters_are_views_of_one_vector_still() -> None:
    parameters = initialize((2, 3, 1), "normal", 0)
    parameters.weights  # noqa: B018 - the views exist before
    twin = pickle.loads(pickle.dumps(parameters))
    np.testing.assert_array_equal(twin.vector, parameters.vector)
    twin.weights[0][0, 0] = 7
    assert twin.vector[0] == twin.matrices[0][0, 0] == 7


@pytest.mark.parametrize("name", INITIALIZATIONS)
def test_initial_weights_have_the_variance_of_their_source(name: str) -> None:
    """The article's 1; Playground's ±1/2; He et al., eq. 10; Glorot and Bengio, eq. 12."""
    variances = {
        **{"normal": 1, "uniform": 1 / 12, "he": 2 / 64, "xavier": 2 / 128, "zeros": 0},
        TFP: 1 / 12,
    }
    weights = initialize((64, 64, 1), name, 0).weights[0]
    assert weights.var() == pytest.approx(variances[name], rel=0.066)  # 4096 draws: 3 sigma


@pytest.mark.parametrize("name", INITIALIZATIONS)
def test_initial_biases_are_zero_and_tensorflow_playgrounds_a_tenth(name: str) -> None:
    for biases in initialize((2, 10, 5, 1), name, 4).biases:
        assert (biases == (0.1 if name == TFP else 0)).all()


def test_normal_weights_are_one_stream_layer_after_layer() -> None:
    """The article's stream: its global seed 4 and RandomState(4) are the same generator."""
    rng = np.random.RandomState(4)
    expected = [rng.randn(*shape) for shape in pairwise((2, 10, 5, 1))]
    weights = initialize((2, 10, 5, 1), "normal", 4).weights
    for ours, theirs in zip(weights, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)
