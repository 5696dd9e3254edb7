"""Saves a finished run of the command line in files, by the ending of their names."""

import csv
import io
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from nnlab import process_end
from nnlab.data.rules import BrokenRule, shown
from nnlab.export.animation import animation, still
from nnlab.export.parameters_file import parameters_file
from nnlab.export.replay import replay
from nnlab.export.script import script
from nnlab.training.command_line import Row, Writer
from nnlab.training.config import Config
from nnlab.training.run import Run
from nnlab.training.wording import loss_name, value_text

Axes = tuple[str, str]


def writer(names: Sequence[str], config: Config) -> Writer:
    """Return a function that writes a run of a config to files, and says so.

    Raises
    ------
    BrokenRule
        Before any training: if an ending is unknown, a file cannot be written, or a run cannot be a
        script.
    """
    for name in names:
        if Path(name).suffix.lower() not in CONTENTS:
            must = f"end in {', '.join(CONTENTS)}"
            raise BrokenRule("save", must, shown(name))
        _check_writable(name)
        if Path(name).suffix.lower() == ".py":
            script(config)

    def write(run: Run, rows: Sequence[Row], axes: Axes) -> str:
        for name in names:
            content = CONTENTS[Path(name).suffix.lower()](run, rows, axes)
            try:
                Path(name).write_bytes(content)
            except OSError as error:
                raise process_end.OutputError from error
        return f"Saved {', '.join(names)}."

    return write


def _check_writable(name: str) -> None:
    """Raise a BrokenRule if a file cannot be written; leave it as it is."""
    try:
        path = Path(name)
        is_new = not path.exists()
        with path.open("ab"):
            pass
        if is_new:
            path.unlink()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        why = f"{shown(name)}: {getattr(error, 'strerror', None) or error}"
        raise BrokenRule("save", "be a file that can be written", why) from None


def _table(rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(["iteration", "train_loss", "train_accuracy"])
    for iteration, loss, accuracy in rows:
        numbers = ("" if math.isnan(number) else repr(number) for number in (loss, accuracy))
        lines.writerow([iteration, *numbers])  # a number that is missing, NaN, is an empty cell
    return text.getvalue().encode()


def _look(run: Run, axes: Axes) -> dict[str, Any]:
    return {"loss_name": loss_name(run.config), "log": False, "axes": axes}


def _page(run: Run, axes: Axes) -> bytes:
    network = "-".join(map(str, run.config.layer_sizes))
    title = f"The network {network} on {value_text('dataset', run.config.dataset)}"
    return replay(run, title, **_look(run, axes)).encode()


def _script(run: Run) -> bytes:
    config = run.config
    if config.learning_rate_schedule == "constant":  # others stretch over all iterations
        config = replace(config, iterations=max(1, run.iteration))
    return script(config).encode()


CONTENTS: dict[str, Callable[[Run, Sequence[Row], Axes], bytes]] = {
    ".npz": lambda run, rows, axes: parameters_file(run),
    ".py": lambda run, rows, axes: _script(run),
    ".html": lambda run, rows, axes: _page(run, axes),
    ".gif": lambda run, rows, axes: animation(run, **_look(run, axes)),
    ".png": lambda run, rows, axes: still(run, **_look(run, axes)),
    ".csv": lambda run, rows, axes: _table(rows),
}
