"""Settings and their values have the names that people say; what people type is read by them."""

import pytest

from nnlab import Config
from nnlab.data.datasets import DATASETS
from nnlab.data.features import FEATURES
from nnlab.model.activations import ACTIVATIONS
from nnlab.model.heads import OUTPUT_LOSSES
from nnlab.model.initialization import INITIALIZATIONS
from nnlab.model.optimizers import OPTIMIZERS, PENALTIES, SCHEDULES
from nnlab.training.config import SETTINGS
from nnlab.training.wording import OPTIONS, label, phrase, read_options, short, value_text

REGISTRIES = {
    "problem": ("classification", "regression"),
    "dataset": DATASETS,
    "features": FEATURES,
    "activation": ACTIVATIONS,
    "initialization": INITIALIZATIONS,
    "output_loss": OUTPUT_LOSSES,
    "optimizer": OPTIMIZERS,
    "learning_rate_schedule": SCHEDULES,
    "regularization": PENALTIES,
}


@pytest.mark.parametrize("name", REGISTRIES)
def test_every_option_has_a_name_of_its_own_in_the_registrys_order(name: str) -> None:
    assert list(OPTIONS[name]) == list(REGISTRIES[name])
    names = list(OPTIONS[name].values())
    assert len(set(names)) == len(names)
    assert not any("_" in words or "^" in words or "*" in words for words in names)


def test_no_name_of_a_setting_has_an_underscore() -> None:
    for name in SETTINGS:
        assert "_" not in label(name)
        assert label(name)[0].isupper()
    assert label("learning_rate") == "Learning rate"
    assert label("patience") == "Stop after … without progress"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0.00316228, "0.0032"),
        (0.316228, "0.32"),
        (0.01, "0.01"),
        (0.0125, "0.0125"),
        (0.9995, "0.9995"),
        (3.0, "3"),
        (1e-7, "1e-07"),
        (0.0, "0"),
        (25000, "25000"),
        (12345.6, "12346"),
    ],
)
def test_a_number_is_as_short_as_a_person_reads_it(number: float, shown: str) -> None:
    assert short(number) == shown


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("learning_rate", 0.00316228, "learning rate 0.0032"),
        ("activation", ("relu", "leaky_relu"), "activation ReLU, Leaky ReLU"),
        ("features", ("x1", "x1*x2", "x2^2"), "features x₁, x₁·x₂, x₂²"),
        ("output_loss", "cross_entropy", "loss Cross-entropy"),
        ("hidden_layers", (10, 5), "hidden layers 10,5"),
        ("hidden_layers", (), "hidden layers none"),
        ("batch_size", None, "batch size all points"),
    ],
)
def test_a_setting_is_said_in_words(name: str, value: object, shown: str) -> None:
    assert phrase(name, value) == shown


@pytest.mark.parametrize(
    ("typed", "activation"),
    [
        ("Leaky ReLU", "leaky_relu"),
        ("leaky_relu", "leaky_relu"),
        ("ReLU, tanh", ("relu", "tanh")),
        ("relu,TANH", ("relu", "tanh")),
    ],
)
def test_activations_are_read_by_both_names(typed: str, activation: object) -> None:
    layers = (4, 2)
    read = read_options("activation", typed)
    assert Config(hidden_layers=layers, activation=read).activation == activation


def test_a_text_shows_the_names_of_several_activations() -> None:
    assert value_text("activation", "tanh, relu") == "Tanh, ReLU"
    assert value_text("activation", "of my own") == "of my own"
