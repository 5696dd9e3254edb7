"""Sweeps that are worth a look, ready to start."""

from typing import NamedTuple

from nnlab.config import Config


class Preset(NamedTuple):
    """The settings of a sweep.

    Attributes
    ----------
    title : what it varies
    axes : per axis the field and its values as text
    seeds : how many runs each setting gets
    base : the settings that the axes vary; None for those that there are
    """

    title: str
    axes: tuple[tuple[str, str], ...]
    seeds: int = 1
    base: Config | None = None


PRESETS = {
    "rate_width": Preset(
        "Learning rate × width",
        (("learning_rate", "0.001..1 log 7"), ("hidden_layers", "2; 4; 8; 16; 32")),
    ),
    "depth_activation": Preset(
        "Depth × activation",
        (
            ("activation", "relu; tanh; sigmoid; linear; leaky_relu; elu; softplus; sine"),
            ("hidden_layers", "8; 8,8; 8,8,8; 8,8,8,8"),
        ),
    ),
    "batch_rate": Preset(
        "Batch size × learning rate",
        (("batch_size", "10; 32; 100; 320"), ("learning_rate", "0.001..1 log 7")),
    ),
    "ten_seeds": Preset("Ten seeds of the article", (), 10, Config()),
}
