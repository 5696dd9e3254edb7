"""A person's own points on the page: drawn on the plane, uploaded, downloaded, in the link."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import streamlit as st

from nnlab.app.links import code, in_code, keep_in_link
from nnlab.app.live_chart import Brush
from nnlab.app.playground import run_control
from nnlab.data.csv_files import MAX_BYTES, Table, guess_columns, read_table, to_points, write_table
from nnlab.data.datasets import OWN
from nnlab.data.points import MAX_LINK_POINTS, NO_POINTS, Points, add, decode, encode, erase
from nnlab.data.rules import BrokenRule, shown
from nnlab.training.config import MAX_SAMPLES
from nnlab.training.run import Run

MAX_UNDO, MAX_UNDO_POINTS = 50, 200_000  # in all that can be undone
DIGITS = 4  # of the plane's width in a drawn position: as fine as a pixel, and short in the link
ERASER_RADIUS = 0.06  # of the plane's width
ZOOM, ERASER = "Zoom", "Erase"
TARGETS = {"classification": (0.0, 1.0), "regression": (-1.0, 1.0)}


class OwnPoints(NamedTuple):
    """Points and what they are called in the file that they came with, if they did."""

    points: Points = NO_POINTS
    axes: tuple[str, str] = ("x1", "x2")
    target: str = "target"
    classes: tuple[str, str] | None = None


def current() -> OwnPoints:
    """Return the session's own points; in its first run those of the link.

    The session's key `own_points` holds them as the last of a list, the ones before for undo.
    """
    state = st.session_state
    if "own_points" not in state:
        state.own_points = [OwnPoints(decode(st.query_params.get("points", "")))]
    own: OwnPoints = state.own_points[-1]
    return own


def _push(own: OwnPoints) -> None:
    history = st.session_state.own_points
    if own == history[-1]:
        return
    size = max(len(entry.points) for entry in (*history, own))
    kept = min(MAX_UNDO, max(1, MAX_UNDO_POINTS // max(1, size)))
    st.session_state.own_points = [*history[-kept:], own]


def _undo(history: Sequence[OwnPoints]) -> None:
    if st.session_state.own_points is history:  # else the browser has told the click twice
        st.session_state.own_points = history[:-1]


def clear() -> None:
    """Take all own points away; undo brings them back."""
    _push(OwnPoints())


def take_over(points: Points) -> None:
    """Let these be the own points, if they are not; undo brings back those of before."""
    if points != current().points:
        _push(OwnPoints(points))


def arrive() -> None:
    """Take over the points of the link that one has arrived with from another page.

    A link that holds none stands for none, unless there are more than it could hold.
    """
    if len(current().points) <= MAX_LINK_POINTS:
        take_over(decode(st.query_params.get("points", "")))


def tools(run: Run) -> Brush | None:
    """Draw the choice of what a click on the plane does; return it for the stage."""
    first, second = (f"+ {target:g}".replace("-", "−") for target in TARGETS[run.config.problem])
    names = [ZOOM, first, second, ERASER]
    history = st.session_state.own_points
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        tool = st.segmented_control(
            "Draw points",
            names,
            default=ZOOM,
            required=True,
            key="tool",
            label_visibility="collapsed",
        )
        st.button(
            "Undo",
            key="undo",
            type="tertiary",
            on_click=_undo,
            args=(history,),
            disabled=len(history) < 2,
            help="Take back what you last drew, erased, cleared or uploaded.",
        )
        st.button(
            "Clear",
            key="clear",
            type="tertiary",
            on_click=clear,
            disabled=not len(history[-1].points),
            help="Take away all points that you have drawn or uploaded. To be alone with yours, "
            "choose the data set own.",
        )
        st.markdown(
            "",
            help="Click or drag on the plane to add points of the chosen class, with Shift of the "
            "other one, or to erase the points that you have added. The run goes on with them.",
        )
    if tool == ZOOM:
        return None
    kind = None if tool == ERASER else names.index(tool) - 1
    return Brush(ERASER_RADIUS, kind, st.session_state.get("strokes_taken", 0))


def download(run: Run) -> None:
    """Draw the download of the points."""
    own = current()
    st.download_button(
        "Points (CSV)",
        _file(*_contents(own, run)),  # made here: a later one may be gone by the next tick
        "points.csv",
        "text/csv",
        key="download",
        on_click="ignore",
        help="The training points, and with the data set own your test points, as a CSV file.",
        width="stretch",
    )


def take_strokes(run: Run, left: float, right: float) -> None:
    """Add or erase what has been drawn on the stage of the decision boundary.

    Streamlit drops what the browser has told if it tells more before the server has come to it: so
    it tells all strokes until it hears that they were taken, the session's key `strokes_taken`.
    """
    state = st.session_state
    for stroke in state["decision-boundary"].strokes or []:
        if stroke["number"] <= state.get("strokes_taken", 0):
            continue
        state.strokes_taken = stroke["number"]
        own, positions = current(), _positions(stroke["positions"], right - left)
        if stroke["kind"] == "erase":
            points = erase(own.points, positions, ERASER_RADIUS * (right - left))
        else:
            points = add(own.points, positions, TARGETS[run.config.problem][stroke["kind"] == 1])
        if len(points) <= MAX_SAMPLES:
            _push(own._replace(points=points))
        else:
            st.toast(f"At most {MAX_SAMPLES:,} own points: what you drew last was not added.")


def _positions(drawn: Sequence[Sequence[float]], width: float) -> Sequence[tuple[float, float]]:
    decimals = DIGITS - 1 - math.floor(math.log10(width))
    return [(round(float(x1), decimals), round(float(x2), decimals)) for x1, x2 in drawn[:1000]]


def sync_link(points: Points) -> str:
    """Keep the points in the link, or say that they do not fit."""
    fits = len(points) <= MAX_LINK_POINTS
    keep_in_link("points", encode(points) if fits else "", "")
    if fits:
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


def _choose_columns(table: Table, problem: str) -> None:
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

    def use() -> None:
        _push(OwnPoints(found.points, found.axes, found.target, found.classes))
        st.session_state.dataset = OWN
        run_control.renew()

    classes = found.classes or ()
    legend = "".join(f" · {code(shown(name))} is {label}" for label, name in enumerate(classes))
    st.caption(f"{len(found.points):,} points{legend}")
    st.button("Use these points", key="use_points", on_click=use, width="stretch")


def _contents(
    own: OwnPoints, run: Run
) -> tuple[Points, tuple[str, str, str], tuple[str, str] | None]:
    points, data = run.config.points, run.dataset
    if run.config.dataset != OWN:
        own, points = OwnPoints(), Points(data.train_inputs, data.train_targets[:, 0])
    # A regression may have added points of other targets than the classes have.
    classes = own.classes if run.config.problem == "classification" else None
    return points, (*own.axes, own.target), classes


_file = lru_cache(maxsize=4)(write_table)
