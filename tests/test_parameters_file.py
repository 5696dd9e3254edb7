"""The parameters of a run can be used without nnlab, and its config read back from them."""

import doctest
import io
import json
from typing import Any

import numpy as np
import pytest
from scipy.special import softmax

import nnlab.export.parameters_file
from nnlab import Config, Run, advance, predict, set_parameter, start
from nnlab.export.parameters_file import parameters_file
from nnlab.training.config import parse


def trained(**changes: Any) -> Run:
    return advance(start(Config(samples=50, test_samples=10, **changes)), 30)


def load(run: Run) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(parameters_file(run)), allow_pickle=False) as file:
        return dict(file)


def test_the_file_alone_gives_the_runs_answers() -> None:
    """By the recipe of the docstring, for a network of tanh units."""
    run = trained(hidden_layers=(6, 3), activation="tanh", features=("x2", "x1"))
    saved = load(run)
    assert saved["features"].tolist() == ["x2", "x1"]
    assert saved["activations"].tolist() == ["tanh", "tanh"]
    inputs = np.random.default_rng(0).normal(size=(20, 2))
    a = inputs[:, ::-1]
    for layer in (1, 2):
        a = np.tanh(a @ saved[f"weights_{layer}"] + saved[f"biases_{layer}"])
    z = a @ saved["weights_3"] + saved["biases_3"]
    # only the order of the sums differs
    np.testing.assert_allclose(1 / (1 + np.exp(-z[:, 0])), predict(run, inputs), rtol=1e-12)


def test_the_file_of_several_classes_gives_their_probabilities() -> None:
    run = trained(dataset="spirals", classes=4, activation="tanh")
    saved = load(run)
    assert saved["layer_sizes"].tolist() == [2, 10, 5, 4]
    inputs = np.random.default_rng(0).normal(size=(20, 2))
    a = inputs
    for layer in (1, 2):
        a = np.tanh(a @ saved[f"weights_{layer}"] + saved[f"biases_{layer}"])
    z = a @ saved["weights_3"] + saved["biases_3"]
    np.testing.assert_allclose(softmax(z, axis=1), predict(run, inputs), rtol=1e-12)
    assert parse("classes", json.loads(str(saved["config"]))["classes"]) == 4


def test_the_arrays_are_the_parameters_bit_for_bit() -> None:
    run = trained(optimizer="adam")
    saved = load(run)
    assert saved["layer_sizes"].tolist() == [2, 10, 5, 1]
    assert saved["iteration"] == 30
    for layer, (weights, biases) in enumerate(
        zip(run.parameters.weights, run.parameters.biases, strict=True), start=1
    ):
        np.testing.assert_array_equal(saved[f"weights_{layer}"], weights)
        np.testing.assert_array_equal(saved[f"biases_{layer}"], biases)


def test_the_file_of_an_edited_run_says_so() -> None:
    run = trained()
    assert load(run)["edited"].tolist() is False
    assert load(set_parameter(run, 0, 0, 0, 0.5))["edited"].tolist() is True


def test_the_docstring_tells_how_the_config_comes_back() -> None:
    """By what it imports itself, and nothing that this module happens to."""
    failed, tried = doctest.testmod(nnlab.export.parameters_file, globs={})
    assert (failed, tried > 0) == (0, True)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"hidden_layers": ()},
        {"hidden_layers": (2, 3), "activation": ("tanh", "sine"), "batch_size": 7},
        {"target_loss": 0.1234567890123456, "patience": 9},
        # more of them than a link may hold
        {"points": [(0.1 * i, 1 / (i + 1), i % 2) for i in range(300)]},
    ],
)
def test_every_config_comes_back_from_the_file(changes: dict[str, Any]) -> None:
    run = trained(**changes)
    saved = load(run)
    settings = {
        name: parse(name, value) for name, value in json.loads(str(saved["config"])).items()
    }
    assert Config(**settings, points=saved["points"].tolist()) == run.config


def test_the_same_run_gives_the_same_file() -> None:
    assert parameters_file(trained()) == parameters_file(trained())
