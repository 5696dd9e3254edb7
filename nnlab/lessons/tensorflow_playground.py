"""Reads a link of TensorFlow Playground: its settings here, and what cannot be the same.

Its link holds keys and values after a #, joined by & and =. `state.ts` of that project says what
they mean; a Boolean is true unless its text is "false", and `<key>_hide` is true only for "true".

Over 250 lines, as it is one table of that page's keys, with what each becomes here.
"""

import math
import zlib
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from nnlab.data.rules import BrokenRule, shown
from nnlab.data.seedrandom import seed_number
from nnlab.model.initialization import TFP
from nnlab.training.config import MAX_LAYERS, MAX_WIDTH, Config

MAX_CHARACTERS = 4000


class LinkedSettings(NamedTuple):
    """What a link says.

    Attributes
    ----------
    config : its settings
    hidden : names of the settings and parts of the page that it hides
    view : what the page shows, by the names in its link
    differs : a sentence in Markdown for each thing that cannot be the same, or was left out
    """

    config: Config
    hidden: tuple[str, ...]
    view: dict[str, str]
    differs: tuple[str, ...]


_CLASSES = {
    "circle": "tfp-circle",
    "xor": "tfp-xor",
    "gauss": "tfp-gauss",
    "spiral": "tfp-spiral",
}
_VALUES = {"reg-plane": "tfp-plane", "reg-gauss": "tfp-cones"}
_ACTIVATIONS = ("relu", "tanh", "sigmoid", "linear")
_PENALTIES = {"none": "none", "L1": "l1", "L2": "l2"}
_FEATURES = {
    "x": "x1",
    "y": "x2",
    "xSquared": "x1^2",
    "ySquared": "x2^2",
    "xTimesY": "x1*x2",
    "sinX": "sin(x1)",
    "sinY": "sin(x2)",
}
_ON = {"x", "y"}  # unless the link says otherwise
# What each control of that page is called here; a control without a name has no counterpart.
_CONTROLS = {
    "activation": ("activation",),
    "regularization": ("regularization",),
    "regularizationRate": ("regularization_rate",),
    "batchSize": ("batch_size",),
    "dataset": ("dataset",),
    "learningRate": ("learning_rate",),
    "noise": ("noise",),
    "numHiddenLayers": ("hidden_layers",),
    "networkShape": ("hidden_layers",),
    "percTrainData": ("samples", "test_samples"),
    "problem": ("problem",),
    "resetButton": ("reset",),
    "stepButton": ("step_buttons",),
    "playButton": (),
    "showTestData": (),
    "discretize": (),
    **dict.fromkeys(_FEATURES, ("features",)),
}
_VIEW = {"showTestData": "test_points", "discretize": "discretize"}
_OTHERS = {"regDataset", "seed", "initZero", "cosX", "cosY", "collectStats", "tutorial", "hideText"}
_KEYS = {*_CONTROLS, *_OTHERS}


def read_link(link: str) -> LinkedSettings:
    """Read a link, or what stands after its #. A bad value never makes the whole link fail."""
    state = link.strip()[:MAX_CHARACTERS].rpartition("#")[2]
    found = dict(parse_qsl(state, keep_blank_values=True))
    return _Reader(found).settings()


class _Reader:
    """Reads the values of one link, and collects what is to be said about them."""

    def __init__(self, found: dict[str, str]) -> None:
        self._found = found
        self._said: list[str] = []

    def settings(self) -> LinkedSettings:
        """Return the settings."""
        unknown = [key for key in self._found if key.removesuffix("_hide") not in _KEYS]
        if unknown:
            names = ", ".join(_quoted(key) for key in unknown[:5])
            are = "is" if len(unknown) == 1 else "are"
            self._said.append(f"The link's {names} {are} unknown and ignored.")
        config = self._penalty(self._network(self._data()))
        hidden = dict.fromkeys(
            name for key in _CONTROLS if self._hides(key) for name in self._hidden_by(key)
        )
        view = {name: "true" for key, name in _VIEW.items() if self._flag(key)}
        return LinkedSettings(config, tuple(hidden), view, (*self._said, *self._always(config)))

    def _flag(self, key: str, *, default: bool = False) -> bool:
        return self._found[key] != "false" if key in self._found else default

    def _hides(self, key: str) -> bool:
        return self._found.get(f"{key}_hide") == "true"

    def _hidden_by(self, key: str) -> tuple[str, ...]:
        """Return what hiding a control hides here: the features, only if it hides all of them."""
        if key in _FEATURES and not all(map(self._hides, _FEATURES)):
            return ()
        return _CONTROLS[key]

    def _one_of(self, key: str, known: Any, default: str) -> str:
        value = self._found.get(key, default)
        if value in known:
            return str(value)
        allowed = ", ".join(known)
        self._left_out(key, f"be one of {allowed}", value, default)
        return default

    def _left_out(self, key: str, must: str, value: str, instead: str) -> None:
        self._said.append(
            f"The link's {key} must {must}, not {_quoted(value)}; {instead} was taken instead."
        )

    def _number(self, key: str, default: float) -> float:
        text = self._found.get(key)
        if text is None:
            return default
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if math.isfinite(value) and "_" not in text:
            return value
        self._left_out(key, "be a number", text, f"{default:g}")
        return default

    def _set(self, config: Config, key: str, **change: Any) -> Config:
        """Return the config with one more setting, unless it breaks the setting's rule."""
        try:
            return replace(config, **change)
        except BrokenRule as broken:
            default = shown(getattr(config, broken.field))
            self._left_out(key, broken.rule, self._found.get(key, ""), default)
            return config

    def _noise(self) -> float:
        """Return the noise as a fraction: below 0 it is 0 there, and above 80 per cent it is 50."""
        per_cent = self._number("noise", 0)
        if per_cent > 80:
            self._said.append(
                f"The link's noise is {per_cent:g} %. TensorFlow Playground replaces noise above "
                "80 % by 50 %, and so does this page."
            )
            return 0.5
        return max(0.0, per_cent) / 100

    def _data(self) -> Config:
        problem = self._one_of("problem", ("classification", "regression"), "classification")
        regression = problem == "regression"
        known, key = (_VALUES, "regDataset") if regression else (_CLASSES, "dataset")
        name = self._one_of(key, known, next(iter(known)))
        share = self._number("percTrainData", 50)
        if not 1 <= share <= 99:
            self._left_out("percTrainData", "be from 1 to 99", f"{share:g}", "50")
            share = 50
        count = 1200 if regression else 500
        train = math.floor(count * share / 100)
        seed = self._seed()
        return Config(
            problem=problem,
            dataset=known[name],
            noise=self._noise(),
            samples=train,
            test_samples=count - train,
            seed=seed,
            data_seed=seed,
            output_loss=Config.output_loss if regression else "tanh_squared_error",
        )

    def _seed(self) -> int:
        """Return the link's seed; without one, that page draws a new one, and here it is ours."""
        text = self._found.get("seed")
        if not text:
            return Config.seed
        number = seed_number(text)
        if number is not None:
            return number
        self._said.append(
            f"The link's seed {_quoted(text)} is not a number such as 0.59704, so the points and "
            "starting weights differ from those in TensorFlow Playground."
        )
        return zlib.crc32(text.encode())

    def _network(self, config: Config) -> Config:
        chosen = tuple(
            name
            for key, name in _FEATURES.items()
            if self._flag(key, default=key in _ON) and not self._hides(key)
        )
        if not chosen:
            self._said.append("The link has no feature; x and y were taken instead.")
        config = replace(config, features=chosen or Config.features)
        shape = self._found.get("networkShape", "4,2")
        parts = [part for part in shape.split(",") if part.strip()]
        if not all(part.strip().isdecimal() and len(part) < 9 for part in parts):
            self._left_out("networkShape", "be whole numbers", shape, "4,2")
            parts = ["4", "2"]
        widths = [int(part) for part in parts]
        fitting = tuple(min(max(width, 1), MAX_WIDTH) for width in widths[:MAX_LAYERS])
        if list(fitting) != widths:
            self._said.append(
                f"The link's network has the layers {_quoted(shape)}, but at most "
                f"{MAX_LAYERS} layers of 1 to {MAX_WIDTH} units are possible here, so it is cut to "
                f"{','.join(map(str, fitting))}."
            )
        activation = self._one_of("activation", _ACTIVATIONS, "tanh")
        zeros = self._flag("initZero")
        return replace(
            config,
            hidden_layers=fitting,
            activation=activation,
            initialization="zeros" if zeros else TFP,
        )

    def _penalty(self, config: Config) -> Config:
        rate = self._number("learningRate", 0.03)
        config = self._set(replace(config, learning_rate=0.03), "learningRate", learning_rate=rate)
        size = self._number("batchSize", 10)
        config = self._set(replace(config, batch_size=10), "batchSize", batch_size=_whole(size))
        penalty = self._one_of("regularization", _PENALTIES, "none")
        strength = self._number("regularizationRate", 0)
        if penalty == "none":
            return config
        config = replace(config, regularization=_PENALTIES[penalty], regularization_rate=0.0)
        return self._set(config, "regularizationRate", regularization_rate=strength)

    def _always(self, config: Config) -> list[str]:
        """Say what is never the same, as far as it concerns these settings."""
        said = []
        if config.batch_size and config.batch_size > config.samples:
            said.append("There, a batch larger than the training set never trains; here it does.")
        if config.regularization == "l1":
            said.append("With L1, a weight that reaches 0 can leave it again; there it stays 0.")
        return said


def _quoted(value: str) -> str:
    """Return text from the link as a code span, so that Markdown does not interpret it."""
    return f"`{shown(value).replace('`', chr(39))}`"


def _whole(number: float) -> float:
    return int(number) if number == int(number) else number
