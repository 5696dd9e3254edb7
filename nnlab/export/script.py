"""A run as a Python script, which needs NumPy and scikit-learn but not nnlab.

`script.py.jinja` is a Jinja2 template with everything that any script may need.
"""

import base64
import re
import textwrap
import zlib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from nnlab.data.datasets import DATASETS, OWN, Dataset
from nnlab.data.formula import python_source
from nnlab.data.real_sets import REAL_SETS, table_of
from nnlab.data.rules import BrokenRule, shown
from nnlab.model.activations import ACTIVATIONS
from nnlab.model.initialization import TFP
from nnlab.training.batches import dataset_of, updates_per_epoch
from nnlab.training.config import Config

MAX_LINES, MAX_COLUMNS = 120, 100
MAX_POINTS = 2000  # more are not tried: they would have to be very much alike to fit

_TEMPLATE = jinja2.Environment(
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    undefined=jinja2.StrictUndefined,
).from_string(Path(__file__).with_suffix(".py.jinja").read_text(encoding="utf-8"))

_FEATURES = {
    **{"x1": "x1", "x2": "x2", "x1^2": "x1 * x1", "x2^2": "x2 * x2", "x1*x2": "x1 * x2"},
    **{f"{wave}({x})": f"np.{wave}({x})" for wave in ("sin", "cos") for x in ("x1", "x2")},
}
# the settings at the top of the script, line by line
_SETTINGS = (
    ("layer_sizes", "noise", "seed"),
    ("iterations", "learning_rate"),
    ("batch_size", "momentum", "regularization_rate"),
    ("target_loss", "patience"),
)


def script(config: Config) -> str:
    """Return a script that repeats the run of a config, with every loss bit for bit.

    It prints what `python -m nnlab` prints. At its end, the list `losses` equals `Run.losses` after
    `config.iterations` updates, or when the run has stopped by itself.

    Returns
    -------
    Python source of at most MAX_LINES lines of at most MAX_COLUMNS characters

    Raises
    ------
    BrokenRule
        If the script would need more lines than that, or if there is no training point.
    """
    must, count = f"fit into a script of {MAX_LINES} lines", len(config.points)
    if count > MAX_POINTS:
        raise BrokenRule("points", must, f"{count} points")
    if DATASETS[config.dataset].is_tfp:
        raise BrokenRule("dataset", must, shown(config.dataset))
    if config.initialization == TFP:
        raise BrokenRule("initialization", must, shown(config.initialization))
    dataset = dataset_of(config)
    if not len(dataset.train_inputs):
        raise BrokenRule("points", "be at least one in a script", "none")
    for packed in (False, True):
        text = _TEMPLATE.render(_values(config, dataset, packed=packed))
        if text.count("\n") <= MAX_LINES:
            return text
    if count:
        raise BrokenRule("points", must, f"{count} points")
    raise BrokenRule("activation", must, shown(config.activation))


def _values(config: Config, dataset: Dataset, *, packed: bool) -> dict[str, Any]:
    """Return the template's variables."""
    activations, n_points = config.activations, len(config.points)
    first = ACTIVATIONS[activations[0]] if activations else None
    takes_z = any(ACTIVATIONS[name].from_pre_activations for name in activations)
    arguments = "z, a" if takes_z else "a"
    coordinates = [x for x in ("x1", "x2") if any(x in name for name in config.features)]
    n_train = len(dataset.train_inputs)
    per_epoch = updates_per_epoch(config.batch_size, n_train)
    several = len(set(activations)) > 1
    functions = [_functions(name, arguments) for name in activations]
    return {
        "config": config,
        "drawn": DATASETS[config.dataset].draw is not None,
        "real": _real(config) if config.dataset in REAL_SETS else None,
        "versions": f"NumPy {version('numpy')}, scikit-learn {version('scikit-learn')}",
        "settings": _settings(config, per_epoch),
        "several": several,
        "functions": functions,
        "coordinates": coordinates,
        "columns": [f"x[:, {int(x[1]) - 1}]" for x in coordinates],
        "features": [_FEATURES[name] for name in config.features],
        "activation": first.source if first else "",
        "slope": first.slope_source if first else "",
        "takes_z": takes_z,
        "scipy_functions": sorted({*re.findall(r"(?<![\w.])\w+(?=\()", " ".join(functions))}),
        "slope_arguments": arguments,
        "slopes_of_a": several or bool(first and re.search(r"\ba\b", first.slope_source)),
        "function": _returned(python_source(config.function)),
        "of_function": "function" in DATASETS[config.dataset].shaped_by,
        "numpy_functions": [
            name for name in ("cos", "exp", "sin", "sqrt") if name in config.function
        ],
        "own": _own_points(config, dataset, packed=packed) if n_points else "",
        "packed": packed and n_points,
        "n_train": n_train,
        "n_test": len(dataset.test_inputs),
        "per_epoch": per_epoch,
    }


def _returned(source: str) -> str:
    """Return an expression as it follows `return`: on one line, or in brackets on several."""
    as_it_is = "  # fmt: skip"
    if len(source) <= MAX_COLUMNS - len("    return " + as_it_is):
        return source + as_it_is * ("**" in source)  # a formatter has its own rules for powers
    look: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False}
    lines = textwrap.wrap(source, MAX_COLUMNS - 8, **look)
    return "\n".join(["(", *(f"        {line}" for line in lines), f"    ){as_it_is}"])


def _functions(activation: str, arguments: str) -> str:
    """Return the line of a list with an activation and its slope as functions."""
    source, slope = ACTIVATIONS[activation].source, ACTIVATIONS[activation].slope_source
    plain = re.fullmatch(r"(np\.\w+)\(z\)", source)
    line = f"    ({plain[1] if plain else f'lambda z: {source}'}, lambda {arguments}: {slope}),"
    comment = f"  # {activation}"
    return line + comment if len(line + comment) <= MAX_COLUMNS else line


def _real(config: Config) -> dict[str, Any]:
    """Return what the script needs to know of a real data set."""
    table, real = table_of(config.dataset), REAL_SETS[config.dataset]
    return {
        "load": f"load_{config.dataset.replace('-', '_')}",
        "arguments": "" if real.n_classes else "scaled=False",
        "places": [table.names.index(name) for name in config.data_columns or real.pair],
        "names": " and ".join(config.data_columns or real.pair),
    }


def _settings(config: Config, per_epoch: int) -> str:
    """Return the settings that the script needs, on few lines."""
    needed = {
        "noise": DATASETS[config.dataset].draw is not None,
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
    """Return own points as lines of text, readable or packed; test points come last."""
    rows = np.column_stack([config.points.inputs, config.points.targets])
    if config.dataset == OWN:
        train = np.column_stack([dataset.train_inputs, dataset.train_targets])
        test = np.column_stack([dataset.test_inputs, dataset.test_targets])
        rows = np.concatenate([train, test])
    if packed:
        text = base64.b85encode(zlib.compress(rows.T.tobytes(), 9)).decode()
        return textwrap.fill(text, MAX_COLUMNS, break_on_hyphens=False)
    # "~" keeps a point's numbers on one line
    texts = ["~" + "~".join(repr(x).removesuffix(".0") for x in row) for row in rows.tolist()]
    return textwrap.fill(" ".join(texts), MAX_COLUMNS, break_on_hyphens=False).replace("~", " ")
