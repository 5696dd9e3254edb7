"""The upload of a file of points: its columns, rows and labels, and whether it is standardized."""

from collections.abc import Callable
from functools import cache, partial
from threading import Lock
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from nnlab.app.links import code, in_words
from nnlab.app.playground import session
from nnlab.app.playground.actions import USE_POINTS
from nnlab.app.playground.point_history import OwnPoints, standardised
from nnlab.app.turns import pausing_turn
from nnlab.data import csv_files
from nnlab.data.column_guess import guess_columns
from nnlab.data.file_text import MAX_BYTES
from nnlab.data.labels import (
    MAX_CLASSES,
    MAX_OFFERED,
    commonest_labels,
    count_missing,
    labels_of,
    with_labels,
    without_missing,
)
from nnlab.data.rules import BrokenRule, shown
from nnlab.data.scales import mean_and_deviation, need_scaling
from nnlab.data.tables import PointsTable

Result = TypeVar("Result")


def files(problem: str) -> None:
    """Draw the upload of points."""
    uploaded = st.file_uploader(
        "Upload points (CSV)",
        type=["csv", "tsv", "txt", "dat", "data", "arff"],
        key="upload",
        max_upload_size=MAX_BYTES // 1_000_000,
        help="Two numeric columns and a label column with two to six values (for regression, a "
        "numeric target).",
    )
    # Above the choice of columns, since that may reach below the end of a small window.
    outcome = st.container()
    if uploaded:
        try:
            _choose_columns(uploaded, problem, outcome)
        except BrokenRule as error:
            outcome.error(in_words(error), icon=":material/error:")
    if session.current().wants_upload:
        session.take_upload(None)


def _choose_columns(uploaded: UploadedFile, problem: str, outcome: DeltaGenerator) -> None:
    table = cache(lambda: csv_files.read_table(uploaded.getvalue()))

    def columns() -> tuple[list[str], bool, tuple[str, str, str]]:
        read = table()
        return list(read.columns), read.has_numbered_header, guess_columns(read, problem)

    file_id = uploaded.file_id
    names, numbered, guessed = session.remember("columns", (file_id, problem), _reading(columns))
    if numbered:
        st.caption("The first row just counts the columns, so it is used as the header.")
    left, right = st.columns(2)
    label = "label" if problem == "classification" else "target"
    places = ((left, "x₁"), (right, "x₂"), (left, label.capitalize()))
    # Another file or problem has other guesses, and so other widgets.
    suffix = f"{file_id}_{problem}"
    x1, x2, label = (
        where.selectbox(f"{role} column", names, names.index(guess), key=f"column_{index}_{suffix}")
        for index, ((where, role), guess) in enumerate(zip(places, guessed, strict=True))
    )

    chosen_columns = (x1, x2, label)
    rows = (file_id, *chosen_columns, problem)
    n_missing, known, commonest = session.remember(
        "rows", rows, _reading(partial(_rows_and_labels, table, chosen_columns, problem))
    )
    if n_missing and not _leaves_out(n_missing, outcome, f"{chosen_columns}_{suffix}"):
        return
    kept = known
    if len(known) > MAX_CLASSES:
        kept = _kept_labels(known, commonest, f"{label}_{suffix}")

    def points() -> tuple[OwnPoints, bool]:
        complete = without_missing(table(), chosen_columns)
        if kept != known:
            complete = with_labels(complete, label, kept)
        found = csv_files.to_points(complete, *chosen_columns, problem=problem)
        own = OwnPoints(found.points, found.axes, found.target, found.classes)
        return own, need_scaling(own.points, problem)

    source = (*rows, kept)
    own, unscaled = session.remember("points", source, _reading(points))
    both = "both inputs" if problem == "classification" else "both inputs and the target"
    help_ = (
        f"Scale {both} to a mean of 0 and a standard deviation of 1. This is on at first if values "
        "are large (beyond ±10), or if one input varies more than 3 times as much as the other. A "
        "network learns badly from such values."
    )
    # Other columns may have another default, and so another widget.
    chosen = st.checkbox("Standardize", unscaled, f"standardise_{unscaled}_{suffix}", help_)
    if chosen:
        scaled = partial(_standardised, own, problem)
        own, units = session.remember("standardised points", source, scaled)
        st.caption(units)
    classes = own.classes or ()
    legend = "".join(f" · {code(shown(name))} is {label}" for label, name in enumerate(classes))
    outcome.caption(f"{len(own.points):,} points{legend}")
    USE_POINTS.button(outcome, session.current(), width="stretch")
    if session.current().wants_upload:
        session.take_upload(own)
        st.rerun()


def _rows_and_labels(
    table: Callable[[], PointsTable], columns: tuple[str, str, str], problem: str
) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """Return how many rows have an empty cell in these columns, and the labels of the others.

    All labels come first, then the commonest ones; none if there are too many to choose from.
    """
    read = table()
    if len(set(columns)) < len(columns):
        return 0, (), ()  # `to_points` refuses them
    missing = count_missing(read, columns)
    if problem == "regression":
        return missing, (), ()
    complete = without_missing(read, columns)
    labels = labels_of(complete, columns[-1])
    if len(labels) > MAX_OFFERED:
        return missing, (), ()
    return missing, labels, commonest_labels(complete, columns[-1])


def _leaves_out(count: int, outcome: DeltaGenerator, suffix: str) -> bool:
    """Offer to leave out the rows with empty cells, and say whether the user does."""
    rows = f"{count:,} row with an empty cell" if count == 1 else f"{count:,} rows with empty cells"
    help_ = "A network cannot learn from a point without a number for each input, and a label."
    return outcome.checkbox(f"Leave out {rows}", key=f"leave_out_{suffix}", help=help_)


def _kept_labels(
    known: tuple[str, ...], commonest: tuple[str, ...], suffix: str
) -> tuple[str, ...]:
    """Let the user choose among more labels than a network has classes."""
    help_ = (
        f"The file has {len(known)} labels, and a network at most {MAX_CLASSES} classes: at first "
        "the commonest ones are kept."
    )
    look: dict[str, Any] = {"default": commonest, "max_selections": MAX_CLASSES}
    kept = st.multiselect("Labels to keep", known, key=f"labels_{suffix}", help=help_, **look)
    return tuple(one for one in known if one in kept)


def _standardised(own: OwnPoints, problem: str) -> tuple[OwnPoints, str]:
    """Return the standardized points, and what 0 and 1 mean in the units of the file."""
    columns = dict(zip(own.axes, own.points.inputs.T, strict=True))
    if problem == "regression":
        columns[own.target] = own.points.targets
    spreads = {name: mean_and_deviation(column) for name, column in columns.items()}
    units = " · ".join(
        f"{code(shown(name))}: mean {mean}, standard deviation {deviation}"
        for name, (mean, deviation) in spreads.items()
    )
    return standardised(own, problem), units


def _reading(compute: Callable[[], Result]) -> Callable[[], Result]:
    """Return the function, wrapped so that other sessions compute while it reads a file.

    With a large file, this takes seconds; guessing its columns takes as long as reading it.
    """

    def read() -> Result:
        with pausing_turn(), _one_file:
            return compute()

    return read


_one_file = Lock()  # the server reads one file at a time
