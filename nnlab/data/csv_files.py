"""CSV files of points: the one a user uploads, and the one the page offers for download.

A bad file raises a BrokenRule that names the row. Rows count from 1, with header and empty rows.
"""

import csv
import io
import math
import re
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from nnlab.data.cells import as_number, guarded, plain
from nnlab.data.file_text import rows_of
from nnlab.data.labels import classes_of
from nnlab.data.points import FloatArray, Points
from nnlab.data.rules import BrokenRule, shown
from nnlab.data.tables import PointsTable

MAX_ROWS, MAX_COLUMNS = 100_000, 100
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
_refusal = partial(BrokenRule, "file")


@dataclass(frozen=True)
class LabelledPoints:
    """Points, with the file's names for the inputs, the target and any classes."""

    points: Points
    axes: tuple[str, str]
    target: str
    classes: tuple[str, ...] | None


def read_table(content: bytes) -> PointsTable:
    """Return the cells of a CSV file.

    `file_text.rows_of` says what separates them. If it is not a comma, numbers may have a decimal
    comma. The first row is a header if no cell in it is a number, or if it counts the columns (see
    `_is_numbered_header`). Without a header the names are x1, x2, …

    Raises
    ------
    BrokenRule
        If the content is not text, or not a table of an allowed size.
    """
    columns, row_numbers, header = _columns(content)
    if len(row_numbers) <= header:
        raise _refusal("have rows of numbers", "only a header" if columns else "nothing")
    numbered = header and as_number(columns[-1][0]) is not None
    table = PointsTable({}, row_numbers[header:], numbered)
    for number, cells in enumerate(columns, 1):
        name = (plain(cells[0]) or f"column {number}") if header else f"x{number}"
        if name in table.columns:
            raise _refusal("have columns of different names", f"{shown(name)} twice")
        table.columns[name] = cells[header:]
    return table


def to_points(table: PointsTable, x1: str, x2: str, label: str, *, problem: str) -> LabelledPoints:
    """Return the points that three columns of a table describe.

    Parameters
    ----------
    x1, x2, label : names of three different columns
    problem : for "classification" there are two to six labels, and class 0 is the smallest number
        or the first in the alphabet; for "regression" the label is any number

    Raises
    ------
    BrokenRule
        If a cell does not fit its column, or there are not two to six labels.
    """
    if len({x1, x2, label} & {*table.columns}) != 3:
        rule = "be three different ones of the file"
        raise BrokenRule("columns", rule, shown((x1, x2, label)))
    inputs, classes = np.column_stack([_numbers(table, x1), _numbers(table, x2)]), None
    if problem == "regression":
        targets = _numbers(table, label)
    elif problem == "classification":
        targets, classes = classes_of(table, label)
    else:
        raise BrokenRule("problem", "be classification or regression", shown(problem))
    return LabelledPoints(Points(inputs, targets), (x1, x2), label, classes)


def write_table(
    points: Points, names: tuple[str, str, str], classes: tuple[str, ...] | None = None
) -> bytes:
    """Return points as a CSV file, which reads back as the same points bit for bit.

    `names` are those of the two inputs and the target, all different; `classes` replace their
    numbers. A name that a spreadsheet would run as a formula, or that reads as a number, gets a
    leading apostrophe, which `read_table` and `to_points` remove. Numbers stay as they are.
    """
    targets: list[Any] = points.targets.tolist()
    if classes is not None:
        cells = [guarded(name) if (n := as_number(name)) is None else n for name in classes]
        targets = [cells[int(target)] for target in targets]
    text = io.StringIO(newline="")
    # Quotes keep a name in one cell even where a spreadsheet splits at semicolons.
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([guarded(name) for name in names])
    writer.writerows(zip(*points.inputs.T.tolist(), targets, strict=True))
    # Excel reads non-ASCII letters only after a byte order mark.
    return text.getvalue().encode("utf-8" if text.getvalue().isascii() else "utf-8-sig")


def _columns(content: bytes) -> tuple[list[list[str]], list[int], bool]:
    """Return columns of cells, their row numbers, and whether the first row is a header."""
    rows: list[list[str]] = []
    row_numbers: list[int] = []
    number = 0
    for number, row, separator in rows_of(content):
        if number > MAX_ROWS + 1:  # empty rows count
            raise _refusal(f"have at most {MAX_ROWS:,} rows", "more")
        if not any(row):
            continue
        if not rows and not 3 <= len(row) <= MAX_COLUMNS:
            at = "commas, semicolons, tabs, bars or spaces"
            raise _refusal(f"have 3 to {MAX_COLUMNS} columns, split at {at}", f"{len(row):,}")
        if len(rows) == 1 and len(row) == len(rows[0]) + 1 and separator in "\t ":
            rows[0].insert(0, "")  # R writes the names of rows without a name for their column
        if rows and len(row) != len(rows[0]):
            where = f"{len(row):,} in row {number}"
            raise _refusal(f"have {len(rows[0])} cells in every row", where)
        rows.append(row if separator == "," else [_with_point(cell) for cell in row])
        row_numbers.append(number)
    columns = [list(cells) for cells in zip(*rows, strict=True)]
    header = all(as_number(cells[0]) is None for cells in columns) or _is_numbered_header(columns)
    if number > MAX_ROWS + header:
        raise _refusal(f"have at most {MAX_ROWS:,} rows", "more")
    return columns, row_numbers, header


def _with_point(cell: str) -> str:
    return cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell


def _is_numbered_header(columns: list[list[str]]) -> bool:
    """Say whether the first row counts the columns, as a header that pandas makes up does.

    The row is 0, 1, 2, … or 1, 2, 3, …, and its first cell is empty if the rows have an index. It
    is data instead if it looks like the rows below: the second row counts up by ones, too, or each
    number lies within the range of the whole numbers below it.
    """
    if len(columns[0]) < 2:
        return False
    has_index = not columns[0][0]
    counted = columns[has_index:]
    first = [cells[0] for cells in counted]
    if first not in ([str(start + place) for place in range(len(first))] for start in (0, 1)):
        return False
    second = [as_number(cells[1]) for cells in counted]
    counts_on = second[0] is not None and second == [second[0] + n for n in range(len(second))]
    return has_index or not (counts_on or all(map(_is_within, counted)))


def _is_within(cells: list[str]) -> bool:
    """Say whether the first of these numbers lies within the range of the others, all whole."""
    below = [one for cell in cells[1:] if (one := as_number(cell)) is not None and one.is_integer()]
    return len(below) == len(cells) - 1 and min(below) <= float(cells[0]) <= max(below)


def _numbers(table: PointsTable, name: str) -> FloatArray:
    """Return a column, float64 (n,)."""
    numbers = []
    for row, cell in zip(table.row_numbers, table.columns[name], strict=True):
        number = as_number(cell)
        if number is None or not math.isfinite(number):
            where = f"{shown(cell)} in column {shown(name)}, row {row}"
            raise _refusal("have finite numbers", where)
        numbers.append(number)
    return np.array(numbers)
