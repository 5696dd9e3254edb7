"""A user's own points on the page: drawn on the plane, uploaded, downloaded, in the link."""

import csv
import io
from collections.abc import Sequence
from functools import lru_cache
from itertools import starmap
from typing import Any

import streamlit as st

from nnlab.app import theme
from nnlab.app.links import refusal
from nnlab.app.live_chart import Brush
from nnlab.app.playground import session
from nnlab.app.playground.actions import CLEAR, UNDO
from nnlab.app.playground.point_history import ERASER_RADIUS, PLAIN, OwnPoints, Units, are_readable
from nnlab.app.playground.record import Playground
from nnlab.data import csv_files
from nnlab.data.datasets import OWN
from nnlab.data.labels import MAX_CLASSES
from nnlab.data.points import MAX_LINK_POINTS, NO_POINTS, Points
from nnlab.data.rules import BrokenRule
from nnlab.data.scales import ColumnScale
from nnlab.figures.style import COLOR_NAMES

LOOK, ERASER = "Look", "Erase"
MAX_NAMED = 3  # classes whose tools have names; those of more have numbers, as there is less room
MAX_NAME = 60  # characters of a column's or a class's name in the link
_COLUMNS = ("x1", "x2", "target")  # in the link, and the usual names
_CLASSES, _UNITS = "class_names", "units"  # in the link


def replace(own: OwnPoints) -> None:
    """Replace the own points and their names, unless the points are the same."""
    if own.points != session.current().own.points:
        session.set_points(own)


def names_query(own: OwnPoints) -> dict[str, str]:
    """Return the link's names of the points' columns, except the usual ones, and of their classes.

    The names of the classes are a row of a CSV file, since a name may hold a comma.
    """
    if not 0 < len(own.points) <= MAX_LINK_POINTS:
        return {}
    columns = zip(_COLUMNS, map(_fitting, (*own.axes, own.target)), strict=True)
    query = {column: name for column, name in columns if name and name != column}
    classes = [_fitting(name) for name in own.classes or ()]
    if _are_class_names(classes):
        row = io.StringIO()
        csv.writer(row, lineterminator="").writerow(classes)
        query[_CLASSES] = row.getvalue()
    if own.units != PLAIN:
        query[_UNITS] = ";".join(f"{mean:.9g},{deviation:.9g}" for mean, deviation in own.units)
    return query


def linked(points: Points, refused: list[str]) -> OwnPoints:
    """Return the link's points with their names; append refusals to `refused`."""
    found = dict(zip(_COLUMNS, _COLUMNS, strict=True))
    for column in _COLUMNS if len(points) else ():
        name = st.query_params.get(column, column)
        if name and name == _fitting(name):
            found[column] = name
        else:
            rule = f"be a name of 1 to {MAX_NAME} printable characters"
            refused.append(refusal(BrokenRule(column, rule, ""), name))
    classes = _linked_classes(refused) if len(points) else None
    units = _linked_units(refused) if len(points) else PLAIN
    return OwnPoints(points, (found["x1"], found["x2"]), found["target"], classes, units)


def _linked_units(refused: list[str]) -> Units:
    text = st.query_params.get(_UNITS)
    if text is None:
        return PLAIN
    pairs = [pair.split(",") for pair in text.split(";")]
    try:
        units = tuple((float(mean), float(deviation)) for mean, deviation in pairs)
    except ValueError:
        units = ()
    if len(units) == len(PLAIN) and all(starmap(are_readable, units)):
        return units
    rule = "be three pairs of a mean and a deviation, as in 39,12;8e4,3e4;0,1"
    refused.append(refusal(BrokenRule(_UNITS, rule, ""), text))
    return PLAIN


def _linked_classes(refused: list[str]) -> tuple[str, ...] | None:
    if _CLASSES not in st.query_params:
        return None
    row = st.query_params[_CLASSES]
    try:
        names = next(csv.reader([row], strict=True), [])
    except csv.Error:
        names = []
    if _are_class_names(names):
        return tuple(names)
    rule = (
        f"be 2 to {MAX_CLASSES} different names of 1 to {MAX_NAME} printable characters, with "
        "commas between them"
    )
    refused.append(refusal(BrokenRule(_CLASSES, rule, ""), row))
    return None


def _are_class_names(names: Sequence[str]) -> bool:
    """Say whether a link may hold these as the names of the classes."""
    fit = all(name and name == _fitting(name) for name in names)
    return fit and 2 <= len(names) <= MAX_CLASSES and len({*names}) == len(names)


def _fitting(name: str) -> str:
    """Return as much of a name as a link may hold."""
    line = " ".join("".join(filter(str.isprintable, name)).split())
    return line[:MAX_NAME].rstrip()


def tools(playground: Playground) -> Brush | None:
    """Draw the choice of what a click on the plane does, and return it for the stage."""
    config = playground.run.config
    names = [LOOK, *adding(config.n_classes), ERASER]
    # Anyone who chooses “Your own points” wants to draw, so a separate widget starts with a drawing
    # tool.
    first, key = (names[1], "own_tool") if config.dataset == OWN else (LOOK, "tool")
    if config.n_classes > 2:  # and a tool of a class that is gone cannot be the chosen one
        key += f"_{config.n_classes}"
    look: dict[str, Any] = {"required": True, "label_visibility": "collapsed"}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        with st.container(width="content", key="drawing_tools"):
            _color(config.n_classes)
            tool = st.segmented_control("Draw points", names, default=first, key=key, **look)
        UNDO.button(st, playground, type="tertiary")
        CLEAR.button(st, playground, type="tertiary")
        st.markdown(
            "",
            help="Click or drag on the plane to add points of the chosen class, or to erase points "
            "that you have added. Training continues with the changed points. Shift adds the next "
            "class. By keyboard: Tab to the plane, arrow keys, Enter. In the data set “Your own "
            "points”, every fifth is a test point, a small ring, from which the network does not "
            "learn.",
        )
    if tool == LOOK:
        return None
    return Brush(ERASER_RADIUS, None if tool == ERASER else names.index(tool) - 1)


def adding(n_classes: int) -> list[str]:
    """Return the names of the tools that add points; no classes stand for a regression."""
    if not n_classes:
        return ["Add −1", "Add +1"]
    if n_classes == 2:
        return [f"Add {name}" for name in COLOR_NAMES[:2]]
    # with more of them, each has a line in its colour
    if n_classes <= MAX_NAMED:
        return [name.capitalize() for name in COLOR_NAMES[:n_classes]]
    return [f"{label}" for label in range(n_classes)]


def _color(n_classes: int) -> None:
    """Give each tool that adds points the colour of its class, of three or more in a line below."""
    tool = ".st-key-drawing_tools [role=radio]"
    rules = [
        f"{tool}:nth-child({place}) {{ --class: {color} }}"
        for place, color in enumerate(theme.palette().points[: max(2, n_classes)], 2)
    ]
    if n_classes > 2:
        line = "box-shadow: inset 0 -4px var(--class)"
        rules.append(f"{tool}:not(:first-child, :last-child) {{ {line} }}")
    if n_classes > MAX_NAMED:
        rules.append(f"{tool} {{ padding-inline: 0.6rem }}")
    st.html(f"<style>{' '.join(rules)}</style>")


def file(playground: Playground) -> bytes:
    """Return the points as a CSV file."""
    config, data, names = playground.run.config, playground.run.dataset, named(playground)
    points = config.points
    if config.dataset != OWN:
        points = Points(data.train_inputs, data.train_targets[:, 0])
    classes = None
    # In a regression, added points may have targets that are not classes. Classes that the file did
    # not have are called by their colours.
    if config.n_classes and names.classes:
        classes = (*names.classes, *COLOR_NAMES[len(names.classes) :])
    return _write(points, names.columns, classes)


def named(playground: Playground) -> OwnPoints:
    """Return the names of the columns and classes that the run trains on, without the points."""
    data = playground.run.dataset
    if playground.run.config.dataset == OWN:
        return playground.own._replace(points=NO_POINTS)
    if data.is_curve:
        return OwnPoints(axes=("x", "y"))
    if not data.scales:
        return OwnPoints()
    x1, x2, target = (*data.scales, ColumnScale("class"))[:3]
    units = tuple((scale.mean, scale.deviation) for scale in (x1, x2, target))
    classes = data.class_names or None
    return OwnPoints(NO_POINTS, (x1.name, x2.name), target.name, classes, units)


def left_out_of_link(points: Points) -> str:
    """Say so if the points do not fit into the link."""
    if len(points) <= MAX_LINK_POINTS:
        return ""
    return (
        f"The link leaves out your {len(points):,} points: it holds at most {MAX_LINK_POINTS}. "
        "Download them to keep them."
    )


_write = lru_cache(maxsize=4)(csv_files.write_table)
