"""What is seen beside the charts: one panel at a time, as each costs the browser time at a tick."""

from pathlib import Path
from types import ModuleType

import streamlit as st

from nnlab.figures.plane import View
from nnlab.live_chart import Update
from nnlab.pages import diagram, equations, layers, one_step
from nnlab.pages.links import keep_in_link
from nnlab.training import Run

# by its name in the link: its title, and the module that draws it by `render(run)`; what a tick
# changes in its charts is `updates(run, view)`
PANELS: dict[str, tuple[str, ModuleType]] = {
    "network": ("Network", diagram),
    "layers": ("Layers", layers),
    "step": ("One step", one_step),
    "equations": ("Equations", equations),
}
STYLE = Path(__file__).with_suffix(".css")
NONE = "none"
DEFAULT = "network"


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
            st.html(STYLE)
            panel.render(run)


def is_open(panel: ModuleType) -> bool:
    """Say whether this panel is the open one."""
    return _open() is panel


def updates(run: Run, view: View) -> dict[str, Update]:
    """Return what a tick changes in the charts of the open panel.

    Parameters
    ----------
    view : of the run, as it is drawn at this tick
    """
    panel = _open()
    if panel is None or not hasattr(panel, "updates"):
        return {}
    found: dict[str, Update] = panel.updates(run, view)
    return found
