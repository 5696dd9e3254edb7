"""What a link hides of the page, for a class: settings, panels and parts, by their names.

A hidden control is drawn all the same, and so keeps its value; a style hides it.
"""

from collections.abc import Iterable

import streamlit as st

from nnlab.app.links import code
from nnlab.app.playground.panels import PANELS
from nnlab.app.playground.record import HIDE, Playground
from nnlab.data.rules import shown
from nnlab.training.config import SETTINGS
from nnlab.training.wording import label

# Each part's name, what people call it, and where it is on the page.
PARTS = {
    "settings": ("All settings", '.stSidebar, [data-testid="stExpandSidebarButton"]'),
    "examples": ("Examples", ".stSidebar .stVerticalBlock:has(> * > .st-key-examples)"),
    "explore": ("Link to Explore", ".st-key-pages .stPageLink"),
    "step_buttons": ("Step buttons", ".st-key-step, .st-key-step_tick"),
    "reset": ("Reset", ".st-key-reset"),
    "speed": ("Speed", ".st-key-speed"),
    "tools": ("Drawing tools", ".st-key-tools"),
    "log_loss": ("Log axis", ".st-key-log_loss"),
    "time_line": ("Timeline", ".st-key-time_line"),
    "save": ("Save", ".st-key-save"),
    "share": ("Share", ".st-key-share"),
    "advice": ("Advice", ".st-key-diagnosis"),
}
# What else belongs to a setting, besides its field.
_BESIDE = {
    "dataset": ".st-key-datasets",
    "points": ".st-key-upload, .st-key-tools",
    "hidden_layers": ".st-key-add_layer, .st-key-remove_layer, .network .names button",
    "seed": ".st-key-new_seed",
    "learning_rate": ".st-key-lower_rate, .st-key-higher_rate",
}
NAMES = {
    **{name: label(name) for name in SETTINGS},
    **{name: f"{panel.title} panel" for name, panel in PANELS.items()},
    **{name: words for name, (words, _) in PARTS.items()},
}


def linked(refused: list[str]) -> dict[str, str]:
    """Return what the link hides, and append a sentence about unknown names to `refused`."""
    parts = st.query_params.get(HIDE, "").split(",")
    asked = dict.fromkeys(name for part in parts if (name := part.strip()))
    if unknown := [name for name in asked if name not in NAMES]:
        refused.append(
            "The link's hide must hold names that Share offers, such as noise, layers or save, not "
            f"{code(shown(','.join(unknown)))}. The others are hidden."
        )
    known = ",".join(name for name in asked if name in NAMES)
    return {HIDE: known} if known else {}


def hide(playground: Playground) -> None:
    """Send the style that hides what the link says."""
    if selectors := ", ".join(_selectors(playground, playground.hidden)):
        st.html(f"<style>{selectors} {{ display: none !important; }}</style>")


def _selectors(playground: Playground, hidden_names: Iterable[str]) -> Iterable[str]:
    for name in hidden_names:
        if name in SETTINGS:
            yield f".st-key-{playground.fields.key(name)}"
        if name in _BESIDE:
            yield _BESIDE[name]
        if name in PARTS:
            yield PARTS[name][1]
