"""A CSV file as the data of a run on the command line, by the same rules as on the page."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nnlab.data.column_guess import guess_columns
from nnlab.data.csv_files import LabelledPoints, read_table, to_points
from nnlab.data.datasets import OWN
from nnlab.data.labels import MAX_CLASSES, count_missing, labels_of, with_labels, without_missing
from nnlab.data.rules import BrokenRule, shown
from nnlab.data.scales import need_scaling, standardized_points
from nnlab.data.tables import PointsTable
from nnlab.training.batches import DATA_FIELDS

OPTIONS = {
    "csv": ("FILE", "Train on the points of this file: two columns of numbers, and a label."),
    "label": ("NAME", "The label's column in the file. Default: guessed."),
    "labels": ("NAME,NAME", "Keep only rows with one of these labels."),
    "standardize": (
        "YES|NO",
        "Scale inputs, and a regression's target, to a mean of 0 and a standard deviation of 1. "
        "Default: if they are large, or one input varies more than 3 times as much as the other.",
    ),
}
LEAVE_OUT = "leave_out_empty"
# The fields of Config that the points of a file make meaningless.
REPLACED = [name for name in DATA_FIELDS if name not in ("data_columns", "test_samples")]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a file to a parser."""
    for name, (placeholder, help_) in OPTIONS.items():
        parser.add_argument(f"--{name}", metavar=placeholder, help=help_)
    help_ = "Leave out the rows of the file with an empty cell."
    parser.add_argument("--leave-out-empty", action="store_true", default=None, help=help_)


def check_options(options: Mapping[str, Any]) -> None:
    """Raise a BrokenRule for an option that would have no effect, with or without a file."""
    if options["csv"] is None:
        names, must = [*OPTIONS, LEAVE_OUT], "be given together with --csv FILE"
    else:
        names, must = REPLACED, "be left out with --csv, whose file replaces it"
    for name in names:
        if options[name] is not None:
            raise BrokenRule(name, must, shown(options[name]))


def file_settings(options: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, str], str]:
    """Return the fields of Config that a file decides, the names of its inputs, and a sentence.

    The sentence says what was read.

    Raises
    ------
    BrokenRule
        If the file cannot be read, or breaks a rule.
    """
    problem = options["problem"] or "classification"
    table = read_table(_content(options["csv"]))
    columns = _columns(table, options, problem)
    missing = count_missing(table, columns)
    if missing and not options[LEAVE_OUT]:
        must = "have no empty cell in the chosen columns, or be read with --leave-out-empty"
        raise BrokenRule("csv", must, f"{_rows(missing)} with one")
    if missing:
        table = without_missing(table, columns)
    if options["labels"] is not None:
        table = with_labels(table, columns[-1], _names(options["labels"]))
    if problem == "classification" and (count := len(labels_of(table, columns[-1]))) > MAX_CLASSES:
        must = f"have two to {MAX_CLASSES} labels, or be read with --labels, which keeps some"
        raise BrokenRule("csv", must, f"{count:,} in column {shown(columns[-1])}")
    found = to_points(table, *columns, problem=problem)
    scaled = _is_scaled(options["standardize"], found, problem)
    points = standardized_points(found.points, problem) if scaled else found.points
    x1, x2 = (f"{name} (standardized)" if scaled else name for name in found.axes)
    fields: dict[str, Any] = {"dataset": OWN, "points": points}
    if found.classes:
        fields["classes"] = len(found.classes)
    return fields, (x1, x2), _sentence(found, missing, scaled=scaled)


def _content(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        why = getattr(error, "strerror", None) or str(error)
        raise BrokenRule("csv", "be a file that can be read", f"{shown(name)}: {why}") from None


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


def _columns(table: PointsTable, options: Mapping[str, Any], problem: str) -> tuple[str, str, str]:
    """Return the columns that the options name, and guess the others."""
    x1, x2, label = guess_columns(table, problem, options["label"])
    if options["data_columns"]:
        names = _names(options["data_columns"])
        if len(names) != 2:
            raise BrokenRule("data_columns", "be two names", shown(options["data_columns"]))
        x1, x2 = names
    for field, name in (
        ("data_columns", x1),
        ("data_columns", x2),
        ("label", label if options["label"] is None else options["label"]),
    ):
        if name not in table.columns:
            must = f"be among those of the file, {', '.join(map(shown, table.columns))}"
            raise BrokenRule(field, must, shown(name))
    return x1, x2, label


def _is_scaled(option: str | None, found: LabelledPoints, problem: str) -> bool:
    if option is None:
        return need_scaling(found.points, problem)
    if option.lower() not in ("yes", "no"):
        raise BrokenRule("standardize", "be yes or no", shown(option))
    return option.lower() == "yes"


def _rows(count: int) -> str:
    return f"{count:,} row" if count == 1 else f"{count:,} rows"


def _sentence(found: LabelledPoints, missing: int, *, scaled: bool) -> str:
    """Say which points were read."""
    x1, x2 = map(shown, found.axes)
    classes = "; ".join(f"{number} is {name}" for number, name in enumerate(found.classes or ()))
    parts = [
        f"{len(found.points):,} points: inputs {x1} and {x2}",
        "standardized" if scaled else "",
        f"target {shown(found.target)}" + (f" ({classes})" if classes else ""),
        f"{_rows(missing)} with empty cells left out" if missing else "",
    ]
    return ", ".join(filter(None, parts)) + "."
