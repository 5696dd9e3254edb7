"""A receipt: runs with their settings, what was changed on the way, and what they reached.

It is a small TOML file. It proves nothing by itself: whoever gets it runs it again.
"""

import json
import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from nnlab.data.rules import BrokenRule, shown
from nnlab.training.config import SETTINGS, Config, parse, text
from nnlab.training.edit_record import SETTING, STOP, Edit
from nnlab.training.kinds import whole
from nnlab.training.run import Run, evaluate

NUMBERS = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")
MAX_CHARACTERS = 200_000
MAX_NAME = 100
MAX_ITERATIONS = 1_000_000
HEAD = "# A receipt of nnlab. `nnlab verify FILE` runs it again; the new run is the proof.\n"


class RunRecord(NamedTuple):
    """A run in a receipt.

    Attributes
    ----------
    step : of the lesson, from 1; 0 without a lesson
    reached : the level of the step's goal, 0 for none
    settings : the text of each setting that is not the default, at the end of the run
    edits : what was changed on the way, with values as text
    iterations : number of updates made
    numbers : by their names in NUMBERS; NaN is left out
    """

    step: int
    reached: int
    settings: Mapping[str, str]
    edits: tuple[Edit, ...]
    iterations: int
    numbers: Mapping[str, float]

    @property
    def config(self) -> Config:
        """Return the settings at the end of the run, or raise their BrokenRule."""
        return Config(**{name: parse(name, value) for name, value in self.settings.items()})


class Receipt(NamedTuple):
    """What a receipt says.

    Attributes
    ----------
    version : of the nnlab that made it
    lesson : name of the lesson, or nothing
    name : of the person, or nothing
    """

    version: str
    lesson: str
    name: str
    runs: tuple[RunRecord, ...]


class NotAReceipt(ValueError):  # noqa: N818 - named like its sentence
    """A text that is not a receipt; its message follows "FILE is not a receipt:"."""


def check_points(run: Run) -> None:
    """Raise a BrokenRule if no receipt can hold the run's own points.

    That is if they were changed on the way, or are too many for a link.
    """
    if any(one.name == "points" for one in run.edits):
        raise BrokenRule("points", "stay as they are for a receipt", "points changed on the way")
    text("points", run.config.points)


def record_of(run: Run, step: int = 0, reached: int = 0) -> RunRecord:
    """Return the record of a run.

    Raises
    ------
    BrokenRule
        As `check_points`.
    """
    check_points(run)
    default = Config()
    settings = {
        name: text(name, value)
        for name in SETTINGS
        if (value := getattr(run.config, name)) != getattr(default, name)
    }
    edits = tuple(
        one._replace(value=_written(one, one.value), before=_written(one, one.before))
        for one in run.edits
    )
    metrics = evaluate(run)
    found = {name: getattr(metrics, name) for name in NUMBERS}
    numbers = {name: value for name, value in found.items() if not math.isnan(value)}
    return RunRecord(step, reached, settings, edits, run.iteration, numbers)


def _written(edit: Edit, value: Any) -> str:
    return text(edit.name, value) if edit.kind in {SETTING, STOP} else repr(value)


def write(receipt: Receipt) -> str:
    """Return a receipt as TOML."""
    lines = [HEAD + _line("nnlab", receipt.version)]
    lines += [_line(key, getattr(receipt, key)) for key in ("name", "lesson")]
    for run in receipt.runs:
        place = {"lesson": receipt.lesson, "step": str(run.step)} if run.step else {}
        lines += ["\n[[runs]]\n", _line("step", run.step), _line("reached", run.reached)]
        lines += [_line("iterations", run.iterations)]
        lines += [_line("link", f"?{urlencode({**place, **run.settings}, safe=',')}")]
        lines += [_table("settings", run.settings), _table("numbers", run.numbers)]
        for edit in run.edits:
            lines += ["\n[[runs.edits]]\n"]
            lines += [_line(key, value) for key, value in edit._asdict().items()]
    return "".join(lines)


def _line(key: str, value: str | float) -> str:
    # A JSON string is a TOML string, and so is a number as Python writes it.
    return f"{json.dumps(key)} = {json.dumps(value, ensure_ascii=False)}\n"


def _table(name: str, values: Mapping[str, str] | Mapping[str, float]) -> str:
    return f"\n[runs.{name}]\n" + "".join(_line(key, value) for key, value in values.items())


def read(source: str) -> Receipt:
    """Read a receipt, or raise NotAReceipt with what is wrong."""
    if len(source) > MAX_CHARACTERS:
        raise NotAReceipt(f"it must have at most {MAX_CHARACTERS:,} characters")
    try:
        found = tomllib.loads(source)
    except (ValueError, RecursionError) as error:
        raise NotAReceipt(f"it must be TOML ({shown(str(error))})") from None
    texts = {key: _text(found, key) for key in ("nnlab", "lesson", "name")}
    runs = found.get("runs")
    if not isinstance(runs, list) or not 1 <= len(runs) <= 50:
        raise NotAReceipt("it must have 1 to 50 runs")
    return Receipt(texts["nnlab"], texts["lesson"], texts["name"], tuple(map(_run, runs)))


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str) or len(value) > MAX_NAME:
        raise NotAReceipt(f"{key} must be a text of at most {MAX_NAME} characters")
    return value


def _number(table: Mapping[str, Any], key: str, most: int) -> int:
    kind = whole(0, most)
    try:
        number: int = kind.rule(table.get(key))
    except (TypeError, ValueError):
        raise NotAReceipt(f"{key} must {kind.must}, got {shown(table.get(key))}") from None
    return number


def _run(table: Any) -> RunRecord:
    if not isinstance(table, dict):
        raise NotAReceipt("each of its runs must be a table")
    settings = _texts(table.get("settings", {}), "settings", SETTINGS)
    numbers = table.get("numbers", {})
    if not isinstance(numbers, dict) or not all(
        name in NUMBERS and isinstance(value, int | float) for name, value in numbers.items()
    ):
        raise NotAReceipt(f"numbers must be numbers out of {', '.join(NUMBERS)}")
    edits = table.get("edits", [])
    if not isinstance(edits, list) or len(edits) > 1000:
        raise NotAReceipt("edits must be a list of at most 1,000")
    return RunRecord(
        _number(table, "step", 100),
        _number(table, "reached", 3),
        settings,
        tuple(map(_edit, edits)),
        _number(table, "iterations", MAX_ITERATIONS),
        {name: float(value) for name, value in numbers.items()},
    )


def _texts(table: Any, name: str, known: Iterable[str]) -> dict[str, str]:
    names = set(known)
    if not isinstance(table, dict) or not all(
        key in names and isinstance(value, str) for key, value in table.items()
    ):
        raise NotAReceipt(f"{name} must be texts, by the names of settings")
    return dict(table)


def _edit(table: Any) -> Edit:
    fields: Sequence[str] = ("kind", "name", "value", "before")
    if not isinstance(table, dict):
        raise NotAReceipt("each edit must be a table")
    kind, name, value, before = (_text(table, key) for key in fields)
    if kind in {SETTING, STOP} and name not in SETTINGS:
        raise NotAReceipt(f"an edit must name a setting, got {shown(name)}")
    at = _number(table, "iteration", MAX_ITERATIONS)
    return Edit(at, kind, name, value, before)
