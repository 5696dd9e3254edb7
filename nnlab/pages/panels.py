"""What is seen beside the charts: one panel at a time, as each costs the browser time at a tick."""

from types import ModuleType

import streamlit as st

from nnlab.live_chart import Update
from nnlab.pages import equations
from nnlab.pages.links import keep_in_link
from nnlab.training import Run

# by its name in the link: its title, and the module that draws it by `render(run)`; what a tick
# changes in its charts is `updates(run)`
PANELS: dict[str, tuple[str, ModuleType]] = {
    "equations": ("Equations", equations),
}
NONE = "none"
DEFAULT = NONE


def choice() -> None:
    """Draw the choice of a panel and keep it in the link; choosing the open one folds it away."""
    linked = st.query_params.get("panel", DEFAULT)
    name = st.segmented_control(
        "Panel",
        list(PANELS),
        format_func=lambda name: PANELS[name][0],
        default=None if linked == NONE else linked,
        key="panel",
        label_visibility="collapsed",
        help="What is shown beside the charts; a second click folds it away.",
    )
    keep_in_link("panel", name or NONE, DEFAULT)


def _open() -> ModuleType | None:
    name = st.session_state.panel
    return PANELS[name][1] if name else None


def render(run: Run) -> None:
    """Draw the open panel's place."""
    panel = _open()
    if panel:
        with st.container(key=f"panel_{st.session_state.panel}"):
            panel.render(run)


def updates(run: Run) -> dict[str, Update]:
    """Return what a tick changes in the charts of the open panel."""
    panel = _open()
    found: dict[str, Update] = panel.updates(run) if panel and hasattr(panel, "updates") else {}
    return found
