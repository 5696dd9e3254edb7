"""A user's own points on the page: drawn on the plane, uploaded, downloaded, in the link."""

from collections.abc import Callable
from functools import cache, lru_cache, partial
from threading import Lock
from typing import Any, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from nnlab.app.links import code, in_words, refusal
from nnlab.app.live_chart import Brush
from nnlab.app.playground import session
from nnlab.app.playground.actions import CLEAR, UNDO, USE_POINTS
from nnlab.app.playground.point_history import ERASER_RADIUS, OwnPoints, standardised
from nnlab.app.playground.record import Playground
from nnlab.app.turns import pausing_turn
from nnlab.data import csv_files
from nnlab.data.column_guess import guess_columns
from nnlab.data.datasets import OWN
from nnlab.data.points import MAX_LINK_POINTS, Points
from nnlab.data.rules import BrokenRule, shown
from nnlab.data.scales import mean_and_deviation, need_scaling

Result = TypeVar("Result")
LOOK, ERASER = "Look", "Erase"
MAX_NAME = 60  # characters of a column's name in the link
_COLUMNS = ("x1", "x2", "target")  # in the link, and the usual names
ADD = {"classification": ("Add orange", "Add blue"), "regression": ("Add −1", "Add +1")}


def replace(own: OwnPoints) -> None:
    """Replace the own points and their names, unless the points are the same."""
    if own.points != session.current().own.points:
        session.set_points(own)


def column_names(own: OwnPoints) -> dict[str, str]:
    """Return the names of the points' columns for the link, as far as they are not the usual."""
    if not 0 < len(own.points) <= MAX_LINK_POINTS:
        return {}
    columns = zip(_COLUMNS, map(_fitting, (*own.axes, own.target)), strict=True)
    return {column: name for column, name in columns if name and name != column}


def linked(points: Points, refused: list[str]) -> OwnPoints:
    """Return the link's points with the names of their columns; append refusals to `refused`."""
    found = dict(zip(_COLUMNS, _COLUMNS, strict=True))
    for column in _COLUMNS if len(points) else ():
        name = st.query_params.get(column, column)
        if name and name == _fitting(name):
            found[column] = name
        else:
            rule = f"be a name of 1 to {MAX_NAME} printable characters"
            refused.append(refusal(BrokenRule(column, rule, ""), name))
    return OwnPoints(points, (found["x1"], found["x2"]), found["target"])


def _fitting(name: str) -> str:
    """Return as much of a name as a link may hold."""
    line = " ".join("".join(filter(str.isprintable, name)).split())
    return line[:MAX_NAME].rstrip()


def tools(playground: Playground) -> Brush | None:
    """Draw the choice of what a click on the plane does, and return it for the stage."""
    config = playground.run.config
    names = [LOOK, *ADD[config.problem], ERASER]
    # Who chooses the data set of own points wants to draw; a widget of its own begins so.
    first, key = (names[1], "own_tool") if config.dataset == OWN else (LOOK, "tool")
    look: dict[str, Any] = {"required": True, "label_visibility": "collapsed"}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        tool = st.segmented_control("Draw points", names, default=first, key=key, **look)
        UNDO.button(st, playground, type="tertiary")
        CLEAR.button(st, playground, type="tertiary")
        st.markdown(
            "",
            help="Click or drag on the plane to add points of the chosen class, or to erase points "
            "that you have added. Shift adds the other class. By keyboard: Tab to the plane, arrow "
            "keys, Enter. Training continues with them. In the data set “Your own points”, every "
            "fifth is a test point, a small ring: the network does not learn from it.",
        )
    if tool == LOOK:
        return None
    return Brush(ERASER_RADIUS, None if tool == ERASER else names.index(tool) - 1)


def file(playground: Playground) -> bytes:
    """Return the points as a CSV file."""
    config, data, own = playground.run.config, playground.run.dataset, playground.own
    points = config.points
    if config.dataset != OWN:
        own, points = OwnPoints(), Points(data.train_inputs, data.train_targets[:, 0])
    # In a regression, added points may have targets that are not classes.
    classes = own.classes if config.problem == "classification" else None
    return _write(points, (*own.axes, own.target), classes)


def left_out_of_link(points: Points) -> str:
    """Say so if the points do not fit into the link."""
    if len(points) <= MAX_LINK_POINTS:
        return ""
    return (
        f"The link leaves out your {len(points):,} points: it holds at most {MAX_LINK_POINTS}. "
        "Download them to keep them."
    )


def files(problem: str) -> None:
    """Draw the upload of points."""
    uploaded = st.file_uploader(
        "Upload points (CSV)",
        type=["csv", "tsv", "txt"],
        key="upload",
        max_upload_size=csv_files.MAX_BYTES // 1_000_000,
        help="Two numeric columns and a label column with two values (for regression, a numeric "
        "target).",
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
        st.caption("The first row only numbers the columns, so it is used as the header.")
    left, right = st.columns(2)
    label = "label" if problem == "classification" else "target"
    places = ((left, "x₁"), (right, "x₂"), (left, label.capitalize()))
    # Another file or problem has other guesses, and so other widgets.
    suffix = f"{file_id}_{problem}"
    x1, x2, label = (
        where.selectbox(f"{role} column", names, names.index(guess), key=f"column_{index}_{suffix}")
        for index, ((where, role), guess) in enumerate(zip(places, guessed, strict=True))
    )

    def points() -> tuple[OwnPoints, bool]:
        found = csv_files.to_points(table(), x1, x2, label, problem=problem)
        own = OwnPoints(found.points, found.axes, found.target, found.classes)
        return own, need_scaling(own.points, problem)

    source = (file_id, x1, x2, label, problem)
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
_write = lru_cache(maxsize=4)(csv_files.write_table)
