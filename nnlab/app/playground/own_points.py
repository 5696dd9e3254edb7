"""A person's own points on the page: drawn on the plane, uploaded, downloaded, in the link."""

from functools import lru_cache

import streamlit as st

from nnlab.app.links import code, in_code
from nnlab.app.live_chart import Brush
from nnlab.app.playground import session
from nnlab.app.playground.actions import CLEAR, UNDO, USE_POINTS
from nnlab.app.playground.point_history import ERASER_RADIUS, TARGETS, OwnPoints
from nnlab.app.playground.record import Playground
from nnlab.data.csv_files import (
    MAX_BYTES,
    PointsTable,
    guess_columns,
    read_table,
    to_points,
    write_table,
)
from nnlab.data.datasets import OWN
from nnlab.data.points import MAX_LINK_POINTS, Points
from nnlab.data.rules import BrokenRule, shown

ZOOM, ERASER = "Zoom", "Erase"


def replace_points(points: Points) -> None:
    """Let these be the own points, with plain names, if they are not already."""
    if points != session.current().own.points:
        session.set_points(OwnPoints(points))


def tools(playground: Playground) -> Brush | None:
    """Draw the choice of what a click on the plane does, and return it for the stage."""
    targets = TARGETS[playground.run.config.problem]
    first, second = (f"+ {target:g}".replace("-", "−") for target in targets)
    names = [ZOOM, first, second, ERASER]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        tool = st.segmented_control(
            "Draw points",
            names,
            default=ZOOM,
            required=True,
            key="tool",
            label_visibility="collapsed",
        )
        UNDO.button(st, playground, type="tertiary")
        CLEAR.button(st, playground, type="tertiary")
        st.markdown(
            "",
            help="Click or drag on the plane to add points of the chosen class, with Shift of the "
            "other one, or to erase the points that you have added. The run goes on with them.",
        )
    if tool == ZOOM:
        return None
    return Brush(ERASER_RADIUS, None if tool == ERASER else names.index(tool) - 1)


def download(playground: Playground) -> None:
    """Draw the download of the points."""
    st.download_button(
        "Points (CSV)",
        _file(*_contents(playground)),  # made now: one made at a click may be gone by the next tick
        "points.csv",
        "text/csv",
        key="download",
        on_click="ignore",
        help="The training points, and with the data set own your test points, as a CSV file.",
        width="stretch",
    )


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
        max_upload_size=MAX_BYTES // 1_000_000,
        help="Two numeric columns and a label column with two values (for a regression: a number).",
    )
    if uploaded:
        try:
            _choose_columns(read_table(uploaded.getvalue()), problem)
        except BrokenRule as error:
            st.error(in_code(error), icon=":material/error:")


def _choose_columns(table: PointsTable, problem: str) -> None:
    names = list(table.columns)
    guessed = guess_columns(table)
    left, right = st.columns(2)
    places = (
        (left, "x1"),
        (right, "x2"),
        (left, "label" if problem == "classification" else "target"),
    )
    x1, x2, label = (
        where.selectbox(f"Column of {role}", names, names.index(guess), key=f"column_{index}")
        for index, ((where, role), guess) in enumerate(zip(places, guessed, strict=True))
    )
    standardize = st.checkbox(
        "Standardise",
        key="standardise",
        help="Give both inputs mean 0 and standard deviation 1: large numbers learn badly.",
    )
    found = to_points(table, x1, x2, label, problem=problem, standardize=standardize)

    classes = found.classes or ()
    legend = "".join(f" · {code(shown(name))} is {label}" for label, name in enumerate(classes))
    st.caption(f"{len(found.points):,} points{legend}")
    own = OwnPoints(found.points, found.axes, found.target, found.classes)
    USE_POINTS.button(st, session.current(), own, width="stretch")


def _contents(
    playground: Playground,
) -> tuple[Points, tuple[str, str, str], tuple[str, str] | None]:
    run, own = playground.run, playground.own
    points, data = run.config.points, run.dataset
    if run.config.dataset != OWN:
        own, points = OwnPoints(), Points(data.train_inputs, data.train_targets[:, 0])
    # A regression may have added points of other targets than the classes have.
    classes = own.classes if run.config.problem == "classification" else None
    return points, (*own.axes, own.target), classes


_file = lru_cache(maxsize=4)(write_table)
