"""Sweeps that are worth a look, ready to start."""

from typing import NamedTuple

from nnlab.config import Config


class Preset(NamedTuple):
    """The settings of a sweep.

    Attributes
    ----------
    title : what it varies
    question : that it answers
    axes : per axis the field and its values as text
    seeds : how many runs each setting gets
    base : the settings that the axes vary; None for those that there are
    view : by its name in the link, what is to be seen
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
        "Do wide layers need another learning rate?",
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
        "May the learning rate grow with the batch?",
        (("learning_rate", "0.001..1 log 7"), ("batch_size", "1; 10; 100; none")),
    ),
    "ten_seeds": Preset(
        "Ten seeds of the article", "Was the article lucky?", seeds=10, base=Config()
    ),
    "range_test": Preset(
        "Learning-rate range test",
        "Between which learning rates does it learn at all?",
        view="range",
    ),
}
