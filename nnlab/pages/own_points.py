"""A person's own points on the page: drawn on the plane, uploaded, downloaded, in the link."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import streamlit as st

from nnlab.config import MAX_SAMPLES
from nnlab.csv_data import MAX_BYTES, Table, guess_columns, read_table, to_points, write_table
from nnlab.datasets import OWN
from nnlab.live_chart import Brush
from nnlab.pages.links import code, keep_in_link
from nnlab.points import MAX_LINK_POINTS, NO_POINTS, Points, add, decode, encode, erase
from nnlab.training import Run

MAX_UNDO = 50
DECIMALS = 3  # of a drawn position: as fine as a pixel, and short in the link
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
    if own != history[-1]:
        st.session_state.own_points = [*history[-MAX_UNDO:], own]


def _undo() -> None:
    st.session_state.own_points = st.session_state.own_points[:-1]


def clear() -> None:
    """Take all own points away; undo brings them back."""
    _push(OwnPoints())


def tools(run: Run) -> Brush | None:
    """Draw the choice of what a click on the plane does; return it for the stage."""
    first, second = TARGETS[run.config.problem]
    names = [ZOOM, f"+ {first:g}", f"+ {second:g}", ERASER]
    history = st.session_state.own_points
    with st.container(horizontal=True, vertical_alignment="center"):
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
    return Brush(ERASER_RADIUS, None if tool == ERASER else names.index(tool) - 1)


def take_stroke(run: Run, left: float, right: float) -> None:
    """Add or erase what has been drawn on the stage of the decision boundary."""
    stroke = st.session_state["decision-boundary"].stroke
    if not stroke:
        return
    own, positions = current(), _positions(stroke.get("positions"))
    if stroke.get("kind") == "erase":
        points = erase(own.points, positions, ERASER_RADIUS * (right - left))
    else:
        points = add(own.points, positions, TARGETS[run.config.problem][stroke["kind"] == 1])
    if len(points) <= MAX_SAMPLES:
        _push(own._replace(points=points))


def _positions(drawn: Any) -> Sequence[tuple[float, float]]:
    # From the browser: whatever is not a position there is none here.
    return [
        (round(float(x1), DECIMALS), round(float(x2), DECIMALS)) for x1, x2 in (drawn or [])[:1000]
    ]


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
    """Draw the upload and the download of points."""
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
        except ValueError as error:
            rule, _, value = str(error).partition(", got ")
            st.error(f"{rule}, got {code(value)}", icon=":material/error:")
    run: Run | None = st.session_state.get("run")
    if run:
        st.download_button(
            "Download points",
            lambda: _download(run),
            "points.csv",
            "text/csv",
            key="download",
            on_click="ignore",
            width="stretch",
            help="The training points, and with the data set own your test points, as a CSV file.",
        )


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

    classes = f" · {found.classes[0]} is 0, {found.classes[1]} is 1" if found.classes else ""
    st.caption(f"{len(found.points):,} points{classes}".replace("$", r"\$"))
    st.button("Use these points", key="use_points", on_click=use, width="stretch")


def _download(run: Run) -> bytes:
    own, data = current(), run.dataset
    if run.config.dataset != OWN:
        own = OwnPoints(Points(data.train_inputs, data.train_targets[:, 0]))
    return write_table(own.points, (*own.axes, own.target), own.classes)
