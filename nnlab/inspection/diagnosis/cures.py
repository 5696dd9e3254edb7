"""The cures that several rules offer: starting weights, updates and layers that usually work."""

from typing import Any

from nnlab.inspection.diagnosis.finding import Cure
from nnlab.model.activations import ACTIVATIONS
from nnlab.training.config import Config
from nnlab.training.wording import short, value_text

# Learning rates that usually work for points of the size 1 and a mean loss. Momentum of 0.9 makes
# steps ten times as long; Adam and RMSprop move each weight by about the learning rate.
USUAL_RATE = {"sgd": 0.1, "momentum": 0.03, "nesterov": 0.03, "rmsprop": 0.003, "adam": 0.01}
FAR = 3.0  # a rate that differs less from the usual one is left alone
ADAM_RATE = USUAL_RATE["adam"]
DEEP = 3  # hidden layers; more of them are harder to train, and no data set here needs them
NARROW, WIDE = 8, 16  # units; the spirals need the larger number
PENALTIES = (0.001, 0.003, 0.01, 0.03)  # strengths of L2
BENDING = ("relu", "leaky_relu", "tanh")  # activations that pass on an error of nearly its size


def good_start(activations: tuple[str, ...]) -> str:
    """Return the initialization that fits activations."""
    starts = {ACTIVATIONS[name].start for name in activations}
    return "xavier" if "xavier" in starts else "he"


def start_cures(config: Config) -> tuple[Cure, ...]:
    """Return cures for starting weights: those that fit, and an activation that passes errors on.

    Only the weights change if the activations pass errors on already.
    """
    cures = []
    if config.initialization not in {"xavier", "he"}:
        fits = good_start(config.activations)
        name = value_text("initialization", fits)
        reason = f"{name} draws random weights that keep the size of signals."
        cures.append(Cure({"initialization": fits}, reason))
    if not set(config.activations) <= set(BENDING):
        changes = _changed(config, {"activation": "tanh", "initialization": "xavier"})
        cures.append(Cure(changes, "Tanh passes on more of the error."))
    return tuple(cures)


def bend_cures(config: Config) -> tuple[Cure, ...]:
    """Return cures for a network that cannot bend the boundary."""
    if not config.hidden_layers:
        bends: dict[str, Any] = {}
        if config.activation not in BENDING:
            bends = {"activation": "tanh"}
        start: dict[str, Any] = {}
        if config.initialization not in {"xavier", "he"}:
            fits = good_start((bends.get("activation", config.activation),))
            start = {"initialization": fits}
        reason = "Hidden layers let the boundary bend."
        few = {"hidden_layers": (NARROW, NARROW), **bends}
        many = {"hidden_layers": (WIDE, WIDE), **bends, **start}
        if not start:
            return Cure(few, reason), Cure(many, reason)
        return Cure(few, reason), Cure({**few, **start}, reason), Cure(many, reason)
    changes = _changed(config, {"activation": "tanh", "initialization": "xavier"})
    return (Cure(changes, "Tanh units let the boundary bend."),)


def update_cures(config: Config) -> tuple[Cure, ...]:
    """Return cures for updates: the optimizer's usual learning rate, and Adam."""
    cures, usual = [], USUAL_RATE[config.optimizer]
    if not usual / FAR <= config.learning_rate <= usual * FAR:
        cures.append(Cure({"learning_rate": usual}, f"A learning rate of {usual:g} is usual."))
    if config.optimizer != "adam":
        changes = _changed(config, {"optimizer": "adam", "learning_rate": ADAM_RATE})
        cures.append(Cure(changes, "Adam adapts the size of each weight's step."))
    return tuple(cures)


def layer_cures(config: Config) -> tuple[Cure, ...]:
    """Return cures for hidden layers: fewer if they are many, wider if they are narrow."""
    layers = config.hidden_layers[: 2 if len(config.hidden_layers) > DEEP else None]
    few = NARROW if len(layers) > 1 else 2 * NARROW
    shapes = [
        tuple(max(few, width) for width in layers),
        tuple(max(WIDE, width) for width in (layers if len(layers) > 1 else layers * 2)),
    ]
    changes: dict[str, Any] = {}
    if not isinstance(config.activation, str):  # one name per layer
        changes = {"activation": config.activation[0]}
    fewer = len(layers) < len(config.hidden_layers)
    reason = "Fewer layers are easier to train." if fewer else "More units let more through."
    return tuple(
        Cure({"hidden_layers": shape, **changes}, reason)
        for shape in dict.fromkeys(shapes)
        if shape != config.hidden_layers
    )


def penalty_cures(config: Config) -> tuple[Cure, ...]:
    """Return L2 penalties that are stronger than the present one."""
    present = config.regularization_rate if config.regularization == "l2" else 0.0
    return tuple(
        Cure(
            {"regularization": "l2", "regularization_rate": rate},
            f"An L2 penalty of {short(rate)} keeps the boundary smooth.",
        )
        for rate in PENALTIES
        if rate > present
    )


def _changed(config: Config, values: dict[str, Any]) -> dict[str, object]:
    return {name: value for name, value in values.items() if getattr(config, name) != value}
