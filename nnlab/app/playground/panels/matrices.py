"""Matrices as compact tables with a fixed number of digits; large ones are cut."""

import html
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st

from nnlab.inspection.next_update import Step
from nnlab.model.network import FloatArray, Parameters
from nnlab.training.config import Config

Names = Sequence[Sequence[str]]  # of the units of each layer, from `unit_names`
ROWS, COLUMNS = 5, 5  # shown of a larger matrix


class Digits(NamedTuple):
    """How to write the numbers of a matrix: in units of 10^exponent, with `places` decimals."""

    places: int
    exponent: int = 0


def digits(values: FloatArray) -> Digits:
    """Return how to write numbers so that the largest one has about five significant digits."""
    size = float(np.abs(values[np.isfinite(values)]).max(initial=0))
    if size == 0:
        return Digits(4)
    magnitude = max(-300, int(np.floor(np.log10(size))))  # below that, 10^magnitude loses digits
    if -1 <= magnitude <= 3:  # short enough without a unit
        return Digits(4 - max(0, magnitude))
    return Digits(4, magnitude)


def number(value: float, how: Digits) -> str:
    """Write a number: an exact 0 as "0", unlike a small number, and NaN as "–"."""
    if np.isnan(value):
        return "–"  # not computed
    if value == 0:
        return "0"
    text = f"{value / 10.0**how.exponent:.{how.places}f}"
    return text.replace("-", "−").replace("inf", "∞")


def shown_rows(count: int, *, has_biases: bool) -> list[int]:
    """Return which rows of a matrix are shown: the first ones, and the biases in the last row."""
    ordinary = count - has_biases
    return [*range(min(ordinary, ROWS)), *range(ordinary, count)]


def matrix(
    name: str,
    values: FloatArray,
    row_names: Sequence[str],
    column_names: Sequence[str],
    *,
    n_rows: int | None = None,
    how: Digits | None = None,
    has_biases: bool = False,
) -> str:
    """Return a matrix as an HTML table with its name and shape, cut to ROWS × COLUMNS.

    Parameters
    ----------
    name : HTML
    values : float64 (rows, columns), at least the first rows
    n_rows : of the whole matrix, if that has more
    how : to write the numbers; None for the `digits` of those shown
    has_biases : the last row holds biases; it is always shown, and counted separately in the shape
    """
    n_rows = len(values) if n_rows is None else n_rows
    n_columns = values.shape[1]
    rows = shown_rows(len(values), has_biases=has_biases)
    cells = values[rows, :COLUMNS]
    how = how or digits(cells)
    weight_rows = n_rows - has_biases
    shape = f"{weight_rows:,} × {n_columns:,}"
    if has_biases:
        shape += f" and 1 × {n_columns:,}"
    if how.exponent:
        shape += f", in units of 10<sup>{how.exponent}</sup>".replace("-", "−")
    n_shown, n_cells = len(rows) - has_biases, cells.shape[1]
    cuts = [f"{n_shown} of {weight_rows:,} rows"] if n_shown < weight_rows else []
    cuts += [f"{n_cells} of {n_columns:,} columns"] if n_cells < n_columns else []
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in column_names[:COLUMNS])
    lines = []
    for row, line in zip(rows, cells, strict=True):
        numbers = "".join(f"<td>{number(value, how)}</td>" for value in line)
        kind = ' class="biases"' if has_biases and row == rows[-1] else ""
        header = html.escape(row_names[row])
        lines.append(f'<tr{kind}><th scope="row">{header}</th>{numbers}</tr>')
    note = f"<small>{', '.join(cuts)}</small>" if cuts else ""
    return (
        f"<figure><figcaption><span>{name}</span> <small>{shape}</small></figcaption>"
        f"<table><thead><tr><td></td>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
        f"{note}</figure>"
    )


def of_samples(name: str, values: FloatArray, step: Step, layer: int, names: Names) -> str:
    """Return a table with a row per sample and a column per unit of a layer; 0 is the input."""
    samples = [f"{sample}" for sample in step.samples]
    return matrix(name, values, samples, names[layer], n_rows=step.n_samples)


def of_parameters(
    name: str, parameters: Parameters, layer: int, names: Names, how: Digits | None = None
) -> str:
    """Return a table of a layer's weights and biases; layers count from 1."""
    rows, columns = [*names[layer - 1], "b"], names[layer]
    values = parameters.matrices[layer - 1]
    return matrix(name, values, rows, columns, how=how, has_biases=True)


def unit_names(config: Config, classes: Sequence[str]) -> Names:
    """Return the names of the units of each layer.

    They are the features, the numbers of hidden units, and of several outputs the classes.
    """
    numbers = [[f"{unit}" for unit in range(1, size + 1)] for size in config.layer_sizes[1:]]
    output = classes if config.head.n_outputs > 1 else numbers[-1]
    return [config.features, *numbers[:-1], output]


def draw(*tables: str) -> None:
    """Draw tables side by side where there is room."""
    st.html(f'<div class="matrices">{"".join(tables)}</div>')
