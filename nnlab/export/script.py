"""A run as a Python script of its own, which needs NumPy and scikit-learn but not nnlab.

`script.txt` is the text with all that any script may need. Its lines `% if TAG`, `% elif TAG`,
`% else` and `% end` choose what stands between them: a tag is a name that the config has chosen,
such as circles or adam, or one of those that `_tags` adds. `$name` stands for a value.
"""

import base64
import textwrap
import zlib
from importlib.metadata import version
from pathlib import Path
from string import Template

import numpy as np

from nnlab.data.datasets import OWN, Dataset
from nnlab.data.rules import BrokenRule, shown
from nnlab.training.batches import updates_per_epoch
from nnlab.training.config import Config
from nnlab.training.run import start

MAX_LINES, MAX_COLUMNS = 120, 100

_TEXT = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")

# a = g(z), and the slope g'(z) that da is multiplied by, as in nnlab/activations.py
_ACTIVATIONS = {
    "relu": ("np.maximum(z, 0)", "a > 0"),
    "leaky_relu": ("np.maximum(z, 0.01 * z)", "np.where(a > 0, 1, 0.01)"),
    "tanh": ("np.tanh(z)", "1 - a * a"),
    "sigmoid": ("(np.tanh(z * 0.5) + 1) * 0.5", "a * (1 - a)"),
    "linear": ("z", "1"),
    "elu": ("np.maximum(z, 0) + np.expm1(np.minimum(z, 0))", "np.minimum(a, 0) + 1"),
    "softplus": ("np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))", "-np.expm1(-a)"),
    "sine": ("np.sin(z)", "np.cos(z)"),
}
_FEATURES = {
    **{"x1": "x1", "x2": "x2", "x1^2": "x1 * x1", "x2^2": "x2 * x2", "x1*x2": "x1 * x2"},
    **{f"{wave}({x})": f"np.{wave}({x})" for wave in ("sin", "cos") for x in ("x1", "x2")},
}
# what stands at the top of the script, line by line
_SETTINGS = (
    ("layer_sizes", "noise", "seed"),
    ("iterations", "learning_rate"),
    ("batch_size", "momentum", "regularization_rate"),
    ("target_loss", "patience"),
)
_SEEDS = ("samples", "data_seed", "test_samples", "test_seed")  # that stand where they are used


def script(config: Config) -> str:
    """Write a script that repeats the run of a config, with every loss bit for bit.

    It prints what `python -m nnlab` prints, and leaves a list `losses` behind: as `Run.losses` once
    the run has made `config.iterations` updates or has stopped by itself.

    Returns
    -------
    Python source of at most MAX_LINES lines of at most MAX_COLUMNS characters

    Raises
    ------
    ValueError
        If own points need more lines than that, or if no point is there to train with.
    """
    dataset = start(config).dataset
    if not len(dataset.train_inputs):
        raise BrokenRule("points", "be at least one in a script", "none")
    for packed in (False, True):
        text = _chosen(_TEXT, _tags(config, dataset, packed=packed))
        text = Template(text).substitute(_values(config, dataset, packed=packed))
        if text.count("\n") <= MAX_LINES:
            return text
    must = f"fit into a script of {MAX_LINES} lines"
    if len(config.points):
        raise BrokenRule("points", must, f"{len(config.points)} points")
    raise BrokenRule("activation", must, shown(config.activation))


def _chosen(text: str, tags: set[str]) -> str:
    """Return the lines of the text whose conditions hold."""
    lines: list[str] = []
    # of each choice that the line stands in: whether this part of it holds, and whether any did
    choices: list[tuple[bool, bool]] = []
    for line in text.splitlines(keepends=True):
        match line.split():
            case ["%", "if", tag]:
                choices.append((tag in tags, tag in tags))
            case ["%", "elif", tag]:
                _, done = choices[-1]
                choices[-1] = (tag in tags and not done, tag in tags or done)
            case ["%", "else"]:
                _, done = choices[-1]
                choices[-1] = (not done, True)
            case ["%", "end"]:
                choices.pop()
            case _ if all(holds for holds, _ in choices):
                lines.append(line)
    return "".join(lines)


def _tags(config: Config, dataset: Dataset, *, packed: bool) -> set[str]:
    activations = config.activations
    several = len(set(activations)) > 1
    conditions = {
        "hidden": bool(activations),
        "several": several,
        "slopes_of_a": several or not {"sine", "linear"} & set(activations),
        "drawn": config.dataset != OWN,
        "points": bool(len(config.points)),
        "packed": packed and bool(len(config.points)),
        "tests": bool(len(dataset.test_inputs)),
        "batches": updates_per_epoch(config.batch_size, len(dataset.train_inputs)) > 1,
        "target_loss": config.target_loss is not None,
        "patience": config.patience is not None,
        "stop_rules": config.target_loss is not None or config.patience is not None,
        "remembering": config.optimizer in {"momentum", "nesterov", "rmsprop"},
    }
    return {
        *(tag for tag, holds in conditions.items() if holds),
        *(config.problem, config.dataset, config.initialization, *activations),
        *(config.output_loss, config.optimizer, config.learning_rate_schedule),
        config.regularization,
    }


def _values(config: Config, dataset: Dataset, *, packed: bool) -> dict[str, object]:
    """Return what the names in the text stand for."""
    n_train, regression = len(dataset.train_inputs), config.problem == "regression"
    sets = ["train", "test"] if len(dataset.test_inputs) else ["train"]
    activations = config.activations
    apply, slope = _ACTIVATIONS[activations[0]] if activations else ("", "")
    arguments = "z, a" if "sine" in activations else "a"
    coordinates = [x for x in ("x1", "x2") if any(x in name for name in config.features)]
    per_epoch = updates_per_epoch(config.batch_size, n_train)
    return {
        "network": "-".join(map(str, config.layer_sizes)),
        "data": "points of one's own" if config.dataset == OWN else config.dataset,
        "versions": f"NumPy {version('numpy')}, scikit-learn {version('scikit-learn')}",
        "settings": _settings(config, per_epoch),
        "functions": "\n".join(_functions(name, arguments) for name in activations),
        "coordinates": ", ".join(coordinates),
        "columns_of_x": ", ".join(f"x[:, {int(x[1]) - 1}]" for x in coordinates),
        "features": ", ".join(_FEATURES[name] for name in config.features),
        "activation": apply,
        "activation_name": activations[0] if activations else "",
        "slope": slope,
        "slope_arguments": arguments,
        "loss_dz_inputs": "loss, dz, inputs" if regression else "loss, _, dz, inputs",
        "whole_loss": _whole_loss(per_epoch),
        "stop": _stop(config, per_epoch),
        "all_losses": ", ".join(f"forward(*{name})[0]" for name in sets),
        "own": _own_points(config, dataset, packed=packed),
        "packed": ", packed for want of space" if packed else "",
        "n_train": n_train,
        "per_epoch": per_epoch,
        "tenth": max(1, config.iterations // 10),
        "rate": "LEARNING_RATE" if config.learning_rate_schedule == "constant" else "rate",
        **{name: getattr(config, name) for name in _SEEDS},
    }


def _whole_loss(per_epoch: int) -> str:
    return "whole_loss" if per_epoch > 1 else "loss"


def _stop(config: Config, per_epoch: int) -> str:
    """Return the condition under which a stop rule ends the run."""
    target = f"{_whole_loss(per_epoch)} <= TARGET_LOSS"
    plateau = "iteration - best_iteration >= PATIENCE"
    if per_epoch > 1:
        plateau = f"(epoch_ends and {plateau})"
    rules = {target: config.target_loss, plateau: config.patience}
    used = [rule for rule, value in rules.items() if value is not None]
    return " or ".join(used) if len(used) > 1 else "".join(used).strip("()")


def _functions(activation: str, arguments: str) -> str:
    """Return the line of a list that holds an activation and its slope as functions."""
    apply, slope = _ACTIVATIONS[activation]
    function = apply.removesuffix("(z)") if apply in {"np.tanh(z)", "np.sin(z)"} else ""
    line = f"    ({function or f'lambda z: {apply}'}, lambda {arguments}: {slope}),"
    comment = f"  # {activation}"
    return line + comment if len(line + comment) <= MAX_COLUMNS else line


def _settings(config: Config, per_epoch: int) -> str:
    """Return the settings that the script names, on few lines."""
    needed = {
        "noise": config.dataset != OWN,
        "momentum": config.optimizer in {"momentum", "nesterov"},
        "batch_size": per_epoch > 1,
        "regularization_rate": config.regularization != "none",
        "target_loss": config.target_loss is not None,
        "patience": config.patience is not None,
    }
    lines = []
    for names in _SETTINGS:
        used = [name for name in names if needed.get(name, True)]
        if used:
            values = [getattr(config, name) for name in used]
            texts = [f"{value:_}" if isinstance(value, int) else repr(value) for value in values]
            lines.append(f"{', '.join(used).upper()} = {', '.join(texts)}")
    return "\n".join(lines)


def _own_points(config: Config, dataset: Dataset, *, packed: bool) -> str:
    """Return own points as lines of text, readable or packed; those for testing come last."""
    points = config.points
    rows = np.column_stack([points.inputs, points.targets])
    if config.dataset == OWN:
        train = np.column_stack([dataset.train_inputs, dataset.train_targets])
        test = np.column_stack([dataset.test_inputs, dataset.test_targets])
        rows = np.concatenate([train, test])
    if packed:
        text = base64.b85encode(zlib.compress(rows.T.tobytes(), 9)).decode()
        lines = [text[i : i + MAX_COLUMNS] for i in range(0, len(text), MAX_COLUMNS)]
        return "\n".join(lines)
    # "~" keeps a point's numbers on one line
    texts = ["~" + "~".join(repr(x).removesuffix(".0") for x in row) for row in rows.tolist()]
    lines = textwrap.wrap(" ".join(texts), MAX_COLUMNS, break_on_hyphens=False)
    return "\n".join(lines).replace("~", " ")
