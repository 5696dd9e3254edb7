"""The settings and their values as people say them; links and Python keep Config's names."""

import re
from typing import Any

from nnlab.data.datasets import OWN, OWN_TEST_EVERY
from nnlab.data.rules import BrokenRule
from nnlab.training.config import SETTINGS, Config, text

# Those that are not Config's name with spaces.
FIELDS = {
    "output_loss": "loss",
    "learning_rate_schedule": "schedule",
    "samples": "training points",
    "test_samples": "test points",
    "train_loss": "training loss",
    "train_accuracy": "training accuracy",
    "regularization_rate": "regularization strength",
    "target_loss": "stop at loss",
    "patience": "stop after … without progress",
}
# What the page says for None; for other fields, and for no layers, it says "none".
WITHOUT = {"batch_size": "all points", "target_loss": "off", "patience": "off"}
# The parts of a rule that the page words otherwise than Python: there, an empty field is None.
_ON_THE_PAGE = {
    "a finite number": "a number",
    "None for all of them": "empty for all points",
    "None for no such stop": "empty for no limit",
    "1e+06": "1,000,000",
    "the data set own": "the data set “Your own points”",
}
OPTIONS: dict[str, dict[str, str]] = {
    "problem": {"classification": "Classification", "regression": "Regression"},
    "dataset": {
        "circles": "Circles",
        "moons": "Moons",
        "xor": "XOR",
        "gaussians": "Gaussians",
        "spirals": "Spirals",
        "disc": "Disc",
        "checkerboard": "Checkerboard",
        "function": "Above or below",
        "plane": "Slope",
        "multi-gaussian": "Hills and hollows",
        "curve": "Curve",
        "breast-cancer": "Breast cancer",
        "iris": "Iris",
        "wine": "Wine",
        "diabetes": "Diabetes",
        "tfp-circle": "TensorFlow Playground's circle",
        "tfp-xor": "TensorFlow Playground's XOR",
        "tfp-gauss": "TensorFlow Playground's Gaussians",
        "tfp-spiral": "TensorFlow Playground's spiral",
        "tfp-plane": "TensorFlow Playground's slope",
        "tfp-cones": "TensorFlow Playground's hills",
        "own": "Your own points",
    },
    "features": {
        "x1": "x₁",
        "x2": "x₂",
        "x1^2": "x₁²",
        "x2^2": "x₂²",
        "x1*x2": "x₁·x₂",
        "sin(x1)": "sin(x₁)",
        "sin(x2)": "sin(x₂)",
        "cos(x1)": "cos(x₁)",
        "cos(x2)": "cos(x₂)",
    },
    "activation": {
        "relu": "ReLU",
        "leaky_relu": "Leaky ReLU",
        "tanh": "Tanh",
        "sigmoid": "Sigmoid",
        "linear": "Linear",
        "elu": "ELU",
        "softplus": "Softplus",
        "sine": "Sine",
        "gelu": "GELU",
        "step": "Step",
    },
    "initialization": {
        "normal": "Normal",
        "uniform": "Uniform",
        "xavier": "Xavier",
        "he": "He",
        "zeros": "Zeros",
        "tfp": "Playground",
    },
    "output_loss": {
        "cross_entropy": "Cross-entropy",
        "squared_error": "Squared error",
        "tanh_squared_error": "Squared error of tanh",
    },
    "optimizer": {
        "sgd": "Gradient descent",
        "momentum": "Momentum",
        "nesterov": "Nesterov",
        "rmsprop": "RMSprop",
        "adam": "Adam",
    },
    "learning_rate_schedule": {
        "constant": "Constant",
        "step": "Step",
        "exponential": "Exponential",
        "cosine": "Cosine",
    },
    "regularization": {"none": "None", "l1": "L1", "l2": "L2"},
}


def field_name(name: str) -> str:
    """Return a field's or a metric's name in words: "learning rate"."""
    return FIELDS.get(name, name.replace("_", " "))


def label(name: str) -> str:
    """Return a field's name as it begins a line: "Learning rate"."""
    words = field_name(name)
    return words[:1].upper() + words[1:]


def short(number: float) -> str:
    """Return a number for people: whole from 100 on, else two digits, or four if exact."""
    if 100 <= abs(number) < 1e6:
        return f"{number:.0f}"
    exact = f"{number:.4g}"
    return exact if float(exact) == number else f"{number:.2g}"


def own_points(dataset: str, count: int, test_samples: int | None) -> str:
    """Return how many own points there are, and in their data set, how many are test points.

    `test_samples` is None where one does not see it.
    """
    words = f"{count:,} own point{'' if count == 1 else 's'}"
    tests = min(count // OWN_TEST_EVERY, test_samples or 0) if dataset == OWN else 0
    return f"{words}, {tests:,} of them for the test" if tests else words


def option_name(name: str, option: Any) -> str:
    """Return one option of a field in words; an unknown one as it is."""
    return OPTIONS.get(name, {}).get(option, str(option))


def value_text(name: str, value: Any) -> str:
    """Return a value of a field in words: "Leaky ReLU", "0.0032", "none"."""
    if isinstance(value, float):
        return short(value)
    written = text(name, value)
    if name in OPTIONS:
        return ", ".join(option_name(name, option.strip()) for option in written.split(","))
    return written or WITHOUT.get(name, "none")


def phrase(name: str, value: Any) -> str:
    """Return a field and its value in words: "learning rate 0.0032"."""
    return f"{field_name(name)} {value_text(name, value)}"


def loss_name(config: Config) -> str:
    """Return the name of the loss under these settings."""
    return config.head.losses[config.output_loss].name


def on_the_page(broken: BrokenRule) -> str:
    """Return a broken rule without Python's words; its options keep their names in Config."""
    rule = broken.rule
    for python, words in _ON_THE_PAGE.items():
        rule = rule.replace(python, words)
    return re.sub(r"(?<![\d,])\d{5,}", lambda found: f"{int(found[0]):,}", rule)


def rule_in_words(broken: BrokenRule) -> str:
    """Return a broken rule as the page says it: what its field must do, in words."""
    options = OPTIONS.get(broken.field, {})
    rule = re.sub(r"[^\s,]+", lambda found: options.get(found[0], found[0]), on_the_page(broken))
    name = "Iterations without progress" if broken.field == "patience" else label(broken.field)
    return f"{name} must {rule}"


def read_options(name: str, typed: str) -> Any:
    """Return the options that a person has typed, by their names in words or in Config."""
    by_name = {words.lower(): option for option, words in OPTIONS[name].items()}
    parts = [part.strip() for part in typed.split(",")]
    found = ",".join(by_name.get(part.lower(), part) for part in parts)
    return SETTINGS[name].kind.read(found)
