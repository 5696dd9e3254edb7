"""The labels in a file, and its rows: those without empty cells, and those with chosen labels."""

import math
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from nnlab.data.cells import as_number, is_missing, plain
from nnlab.data.points import FloatArray
from nnlab.data.rules import BrokenRule, shown
from nnlab.data.tables import PointsTable

MAX_CLASSES = 6  # no more colours and shapes can be told apart
MAX_OFFERED = 100  # labels to choose from; a column with more values is not a label column


def labels_of(table: PointsTable, name: str) -> tuple[str, ...]:
    """Return the labels of a column in the order of their classes.

    Numbers are ordered by size, so that 0 and 1 stay 0 and 1, and others by the alphabet.

    Raises
    ------
    BrokenRule
        If a row has no label.
    """
    return tuple(_labels(table, name))


def commonest_labels(table: PointsTable, name: str) -> tuple[str, ...]:
    """Return the MAX_CLASSES labels of the most rows, in the order of their classes.

    Of equally common labels the first ones are returned.

    Raises
    ------
    BrokenRule
        If a row has no label.
    """
    found, counts = _labels(table, name), Counter(table.columns[name])
    rows = {label: sum(counts[cell] for cell in cells) for label, cells in found.items()}
    commonest = sorted(rows, key=rows.__getitem__, reverse=True)[:MAX_CLASSES]
    return tuple(label for label in found if label in commonest)


def with_labels(table: PointsTable, name: str, labels: Collection[str]) -> PointsTable:
    """Return the rows that have one of these labels; a number can be written in any way.

    Raises
    ------
    BrokenRule
        If no row has one of them.
    """
    found, cells = _labels(table, name), set[str]()
    for label in labels:
        number = as_number(label)
        same = found.get(label) or (number is not None and found.get(_written(number)))
        if not same:
            some = ", ".join(map(shown, list(found)[:MAX_CLASSES]))
            more = ", …" if len(found) > MAX_CLASSES else ""
            must = f"be among those in column {shown(name)}, {some}{more}"
            raise BrokenRule("labels", must, shown(label))
        cells.update(same)
    return table.rows([cell in cells for cell in table.columns[name]])


def count_missing(table: PointsTable, names: Sequence[str]) -> int:
    """Return how many rows have an empty cell in one of these columns."""
    return sum(_has_missing(table, names))


def without_missing(table: PointsTable, names: Sequence[str]) -> PointsTable:
    """Return the rows that have no empty cell in these columns.

    Raises
    ------
    BrokenRule
        If there are none.
    """
    missing = _has_missing(table, names)
    if all(missing):
        columns = ", ".join(map(shown, names))
        raise BrokenRule("file", "have rows without empty cells", f"none in columns {columns}")
    return table.rows([not one for one in missing])


def classes_of(table: PointsTable, name: str) -> tuple[FloatArray, tuple[str, ...]]:
    """Return the class of each row, float64 (n,), from 0.0, and the labels.

    Raises
    ------
    BrokenRule
        If a row has no label, or if there are not two to MAX_CLASSES labels.
    """
    found, cells = _labels(table, name), table.columns[name]
    if not 2 <= len(found) <= MAX_CLASSES:
        got = f"{len(found):,}" if len(found) > 2 else f"only {shown(plain(cells[0]))}"
        where = f"{got} in column {shown(name)}"
        raise BrokenRule("file", f"have two to {MAX_CLASSES} labels", where)
    numbers = {cell: number for number, same in enumerate(found.values()) for cell in same}
    return np.array([numbers[cell] for cell in cells], dtype=np.float64), tuple(found)


def _labels(table: PointsTable, name: str) -> dict[str, list[str]]:
    """Return the cells that stand for each label: 1 and 1.0 are the same."""
    cells = table.columns[name]
    texts = {cell: plain(cell) for cell in dict.fromkeys(cells)}
    numbers = {cell: as_number(text) for cell, text in texts.items()}
    for cell, text in texts.items():
        if not text or not math.isfinite(numbers[cell] or 0):
            where = f"{shown(cell)} in column {shown(name)}, row {table.row_of(name, cell)}"
            raise BrokenRule("file", "have a label in every row", where)
    values: dict[str, Any] = texts if None in numbers.values() else numbers
    found: dict[str, list[str]] = {}
    for cell, value in sorted(values.items(), key=lambda item: item[1]):
        label = value if isinstance(value, str) else _written(value)
        found.setdefault(label, []).append(cell)
    return found


def _written(number: float) -> str:
    return repr(number).removesuffix(".0")


def _has_missing(table: PointsTable, names: Sequence[str]) -> list[bool]:
    missing = [False] * len(table.row_numbers)
    for name in names:
        empty = {cell for cell in set(table.columns[name]) if is_missing(cell)}
        if empty:
            missing = [
                one or cell in empty for one, cell in zip(missing, table.columns[name], strict=True)
            ]
    return missing
