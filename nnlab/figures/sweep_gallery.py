"""A sweep as a gallery: small boundaries, each with its accuracy and a small loss curve."""

from collections.abc import Callable, Sequence
from itertools import product
from math import ceil, inf, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlab.figures.plane_picture import png
from nnlab.figures.style import LIGHT, Palette
from nnlab.sweep import Axis, Result
from nnlab.sweep.analysis.columns import ACCURACIES, setting
from nnlab.sweep.analysis.seed_spread import Rule
from nnlab.sweep.runs import BOUNDARY_SIZE
from nnlab.training.config import Config
from nnlab.training.wording import field_name, value_text

SHEET_COLUMNS = 20  # of maps in the one picture that holds them all
SPARK_POINTS = 40  # of a small loss curve
NO_POINT = 255  # after the end of a curve that ended early
_LOWEST_LOSS = 1e-6  # the bottom of these curves


def gallery(
    results: Sequence[Result],
    rows: Axis | None,
    columns: Axis,
    per_cell: int,
    rule: Rule,
    query: Callable[[Config], str],
    palette: Palette = LIGHT,
) -> dict[str, Any]:
    """Return what the page draws of a sweep.

    A cell shows its median run by the rule's metric, with diverged runs as the worst; of the two in
    the middle of an even number, the better one.

    Parameters
    ----------
    results : the runs to show
    rows, columns : the axes; without rows the cells wrap like words
    per_cell : number of runs that a cell has at the end
    rule : when a run counts as solved
    query : the query of the playground's address with these settings

    Returns
    -------
    rows, columns, row_title, column_title : the values and the names of the axes as texts
    number_title : what the numbers in the cells mean
    several : whether more than one run shares a cell, so that the numbers have notes
    cells : row by row; None until there is a run, then the `index` of the run shown, `label`,
        `sentence`, `number`, `note`, `query` and `problem`
    sheet : PNG of all maps, `size` pixels wide and high each, `sheet_columns` of them in a row, in
        the order of the cells with a run
    sparks : uint8 (n_maps * SPARK_POINTS,), how far below the top the loss curves are, 0 to 254, or
        NO_POINT; from the first to the last iteration, on one logarithmic scale for all
    """
    groups: dict[tuple[int, int], list[Result]] = {}
    for result in results:
        row = rows.values.index(getattr(result.config, rows.name)) if rows else 0
        column = columns.values.index(getattr(result.config, columns.name))
        groups.setdefault((row, column), []).append(result)
    places = product(range(len(rows.values) if rows else 1), range(len(columns.values)))
    grouped = [groups.get(place) for place in places]
    shown = [_median(group, rule) for group in grouped if group]
    measures = {result.config.head.measure for result in results}
    names = [axis.name for axis in (rows, columns) if axis]
    return {
        "rows": [value_text(rows.name, value) for value in rows.values] if rows else [],
        "columns": [value_text(columns.name, value) for value in columns.values],
        "row_title": field_name(rows.name) if rows else "",
        "column_title": field_name(columns.name),
        "several": per_cell > 1,
        "number_title": "test loss" if "loss" in measures else "test accuracy",
        "cells": [
            _cell(group, names, per_cell, rule, query) if group else None for group in grouped
        ],
        "sheet": _sheet(shown, palette),
        "size": BOUNDARY_SIZE,
        "sheet_columns": SHEET_COLUMNS,
        "sparks": _sparks(shown),
    }


def _median(group: Sequence[Result], rule: Rule) -> Result:
    """Return the median run by the rule's metric."""
    sign = -1 if rule.metric in ACCURACIES else 1

    def badness(result: Result) -> float:
        value = getattr(result.metrics, rule.metric) if result.status == "done" else nan
        return inf if np.isnan(value) else float(sign * value)

    return sorted(group, key=badness)[(len(group) - 1) // 2]


def _cell(
    group: Sequence[Result],
    names: Sequence[str],
    per_cell: int,
    rule: Rule,
    query: Callable[[Config], str],
) -> dict[str, Any]:
    result = _median(group, rule)
    solved = int(rule.holds(group).sum())
    label = setting(result, names)
    sentence = f"{label}: {_outcome(result)}."
    if len(group) > 1:
        sentence += f" Seed {result.config.seed} is the median of {len(group)} runs; "
        sentence += f"{solved} of them solved it ({rule})."
    return {
        "index": result.index,
        "label": label,
        "sentence": sentence,
        "number": _number(result),
        "note": f"{solved} of {len(group)} solved" if per_cell > 1 else "",
        "query": query(result.config),
        "problem": result.status != "done",
    }


def _number(result: Result) -> str:
    if result.status != "done" or result.metrics is None:
        return result.status
    if result.config.head.measure == "loss":
        return _text(result.metrics.test_loss, ".4f")
    return _text(result.metrics.test_accuracy, ".1%")


def _text(value: float, form: str) -> str:
    return "–" if np.isnan(value) else format(value, form)  # of no points


def _outcome(result: Result) -> str:
    if result.metrics is None:
        return f"failed, {result.error}"
    metrics, seconds = result.metrics, f"{result.seconds:.2g} s"
    if result.status == "diverged":
        return f"diverged at iteration {result.iteration:,}, after {seconds}"
    parts = []
    for part in ("test", "train"):
        if result.config.n_classes:
            accuracy = getattr(metrics, f"{part}_accuracy")
            parts.append(f"{field_name(f'{part}_accuracy')} {_text(accuracy, '.1%')}")
        parts.append(
            f"{field_name(f'{part}_loss')} {_text(getattr(metrics, f'{part}_loss'), '.4f')}"
        )
    return ", ".join([*parts, f"{result.iteration:,} iterations in {seconds}"])


def _sheet(results: Sequence[Result], palette: Palette) -> bytes:
    size, count = BOUNDARY_SIZE, max(1, len(results))
    wide = min(count, SHEET_COLUMNS)
    sheet = np.full((ceil(count / SHEET_COLUMNS) * size, wide * size), 64, np.uint8)
    for number, result in enumerate(results):
        if result.boundary is not None:
            top, left = (size * part for part in divmod(number, SHEET_COLUMNS))
            sheet[top : top + size, left : left + size] = result.boundary
    return png(sheet, palette)


def _sparks(results: Sequence[Result]) -> NDArray[np.uint8]:
    logs = [np.log10(np.maximum(result.losses, _LOWEST_LOSS)) for result in results]
    finite = np.concatenate([each[np.isfinite(each)] for each in logs] or [np.empty(0)])
    if not finite.size:
        return np.full(len(results) * SPARK_POINTS, NO_POINT, np.uint8)
    low, high = finite.min(), max(finite.max(), finite.min() + 1e-3)
    sparks = np.full((len(results), SPARK_POINTS), NO_POINT, np.uint8)
    for spark, result, values in zip(sparks, results, logs, strict=True):
        if len(values):
            at = np.linspace(0, result.config.iterations, SPARK_POINTS)
            heights = (high - np.interp(at, result.loss_iterations, values)) / (high - low)
            reached = at <= result.iteration if result.status == "diverged" else at >= 0
            spark[reached] = np.rint(254 * heights[reached]).astype(np.uint8)
    return sparks.ravel()
