"""The panels beside the charts: one at a time, since each costs time at every tick."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from nnlab.app.live_chart import Update
from nnlab.app.navigation import SCROLL_BY_KEYS
from nnlab.app.playground import session
from nnlab.app.playground.panels import diagram, equations, layers, one_step
from nnlab.app.playground.record import Playground
from nnlab.app.turns import Shown


class Panel(NamedTuple):
    """A panel: its title, what draws it, and what returns the changes of a tick in its charts."""

    title: str
    render: Callable[[Playground], None]
    updates: Callable[[Playground, Shown], dict[str, Update]] = lambda _, shown: {}


PANELS = {  # by their names in the link
    "network": Panel("Network", diagram.render, diagram.updates),
    "layers": Panel("Layers", layers.render, layers.updates),
    "step": Panel("One step", one_step.render),
    "equations": Panel("Equations", equations.render),
}
STYLE = Path(__file__).with_name("panels.css")
NONE = "none"
DEFAULT = "network"


def choice() -> str | None:
    """Draw the choice of a panel, kept in the link, and return the open one's name."""
    playground = session.current()
    shown = [name for name in PANELS if name not in playground.hidden]
    linked = playground.query.get("panel", DEFAULT)
    name = st.segmented_control(
        "Panel",
        shown,
        format_func=lambda name: PANELS[name].title,
        default=linked if linked in shown else None,
        key=playground.fields.key("panel"),
        label_visibility="collapsed",
        help="What is shown beside the charts; a second click folds it away.",
    )
    session.keep_in_query("panel", name or NONE, DEFAULT)
    return name


def render(name: str | None, playground: Playground) -> None:
    """Draw the open panel."""
    if name:
        with st.container(key=f"panel_{name}"):
            st.html(STYLE)
            st.html(SCROLL_BY_KEYS, unsafe_allow_javascript=True)
            PANELS[name].render(playground)


def updates(name: str | None, playground: Playground, shown: Shown) -> dict[str, Update]:
    """Return what a tick changes in the charts of the open panel."""
    return PANELS[name].updates(playground, shown) if name else {}
