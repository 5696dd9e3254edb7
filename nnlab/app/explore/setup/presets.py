"""Example sweeps, and suggested values for each axis."""

from collections.abc import Iterable
from typing import NamedTuple

from nnlab.data import formula
from nnlab.data.datasets import DATASETS, DATASETS_FOR
from nnlab.model.activations import ACTIVATIONS
from nnlab.model.heads import OUTPUT_LOSSES
from nnlab.model.initialization import INITIALIZATIONS
from nnlab.model.optimizers import OPTIMIZERS, PENALTIES, SCHEDULES
from nnlab.training.config import Config

RANGE_TEST = "range"  # the range test's view, by its name in the link


class Preset(NamedTuple):
    """An example sweep.

    Attributes
    ----------
    title : what it varies
    question : the question that it answers
    axes : the field and the values of each, as text
    seeds : how many runs each setting gets
    base : the settings that the axes vary; None for the present ones
    view : the view that shows the results, by its name in the link
    """

    title: str
    question: str
    axes: tuple[tuple[str, str], ...] = ()
    seeds: int = 1
    base: Config | None = None
    view: str = "gallery"


PRESETS = {
    "rate_width": Preset(
        "Learning rate × width",
        "Do wide layers need a different learning rate?",
        (("learning_rate", "0.001..1 log 7"), ("hidden_layers", "2; 4; 8; 16; 32")),
    ),
    "depth_activation": Preset(
        "Depth × activation",
        "Which activations still learn in four layers?",
        (
            ("activation", "relu; leaky_relu; tanh; sigmoid; elu; softplus; sine; linear"),
            ("hidden_layers", "8; 8,8; 8,8,8; 8,8,8,8"),
        ),
    ),
    "batch_rate": Preset(
        "Batch size × learning rate",
        "Can the learning rate grow with the batch size?",
        (("learning_rate", "0.001..1 log 7"), ("batch_size", "1; 10; 100; none")),
    ),
    "ten_seeds": Preset(
        "Ten seeds of the article", "Was the article's seed lucky?", seeds=10, base=Config()
    ),
    "range_test": Preset(
        "Learning-rate range test",
        "At which learning rates does it learn at all?",
        view=RANGE_TEST,
    ),
}


def _all(names: Iterable[str]) -> str:
    return "; ".join(names)


# The suggested values of an axis, as text.
SUGGESTED = {
    "problem": _all(DATASETS_FOR),
    "dataset": _all(name for name in DATASETS_FOR["classification"] if DATASETS[name].draw),
    "function": _all(formula.EXAMPLES),
    "classes": "2..6 5",
    "samples": "10..1000 log 5",
    "noise": "0..0.5 6",
    "data_seed": "1..5 5",
    "test_samples": "100; 1000",
    "test_seed": "1..5 5",
    "features": "x1,x2; x1,x2,x1^2,x2^2; x1^2,x2^2",
    "hidden_layers": "2; 4; 8; 16; 32",
    "activation": _all(ACTIVATIONS),
    "initialization": _all(INITIALIZATIONS),
    "output_loss": _all(OUTPUT_LOSSES),
    "optimizer": _all(OPTIMIZERS),
    "momentum": "0.5; 0.8; 0.9; 0.95; 0.99",
    "learning_rate": "0.001..1 log 7",
    "learning_rate_schedule": _all(SCHEDULES),
    "batch_size": "1; 10; 100; none",
    "regularization": _all(PENALTIES),
    "regularization_rate": "0.0001..0.1 log 4",
    "iterations": "1000..25000 log 5",
    "target_loss": "0.1; 0.2; 0.3",
    "patience": "100; 1000; none",
}
