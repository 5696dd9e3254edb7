"""What a link hides of the page, for a class: settings, panels and parts, by their names.

A hidden control is drawn, so that it keeps its value, and a style hides it.
"""

from collections.abc import Collection, Iterable, Iterator

import streamlit as st

from nnlab.app.action import Action
from nnlab.app.links import code
from nnlab.app.playground.panels import PANELS
from nnlab.app.playground.record import HIDE_QUERY, Playground
from nnlab.app.playground.settings import PLACES
from nnlab.data.rules import shown
from nnlab.training.config import SETTINGS
from nnlab.training.wording import label

# Each part's name, what people call it, and where it is on the page.
PARTS = {
    "settings": (
        "All settings",
        '.stSidebar, [data-testid="stExpandSidebarButton"], .network .names button, '
        ".st-key-apply_advice",
    ),
    "examples": ("Examples", ".stSidebar .stVerticalBlock:has(> * > .st-key-examples)"),
    "explore": ("Links to Explore and Lessons", ".st-key-pages .stPageLink"),
    "step_buttons": ("Step buttons", ".st-key-step, .st-key-step_tick"),
    "reset": ("Reset", ".st-key-reset"),
    "speed": ("Speed", ".st-key-speed_choice"),
    "tools": ("Drawing tools", ".st-key-tools"),
    "log_loss": ("Log axis", ".st-key-log_axis"),
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
_DRAWING = ".st-key-drawing_tools, .st-key-undo, .st-key-clear"
_FRAME = "outline: 3px solid var(--primary-color); outline-offset: 2px; border-radius: 8px;"
# Where on the page a step of a lesson can point at, besides the fields of settings.
_POINTED = {
    "start": ":is(.st-key-start, .st-key-pause) button",
    "reset": ".st-key-reset button",
    "speed": ".st-key-speed_choice",
    "plane": "[data-live-chart=decision-boundary]",
    "network": ".st-key-panel_place",
    "loss": "[data-live-chart=loss-curve]",
    "time_line": ".st-key-time_line",
    "save": ".st-key-save",
    "share": ".st-key-share",
    "dataset": ".st-key-datasets",
}
# The actions that have keys, by the part with their buttons.
_ACTIONS = {"step_buttons": ("step", "step_tick"), "reset": ("reset",)}
NAMES = {
    **{name: label(name) for name in SETTINGS},
    **{name: f"{panel.title} panel" for name, panel in PANELS.items()},
    **{name: words for name, (words, _) in PARTS.items()},
}


def linked(refused: list[str]) -> dict[str, str]:
    """Return what the link hides, and append a sentence about unknown names to `refused`."""
    parts = st.query_params.get(HIDE_QUERY, "").split(",")
    asked = dict.fromkeys(name for part in parts if (name := part.strip()))
    if unknown := [name for name in asked if name not in NAMES]:
        refused.append(
            "The link's hide must hold names that Share offers, such as noise, layers or save, not "
            f"{code(shown(','.join(unknown)))}."
        )
    known = ",".join(name for name in asked if name in NAMES)
    return {HIDE_QUERY: known} if known else {}


def hide(playground: Playground) -> None:
    """Send the style that hides what the link says."""
    outside = hidden_settings(playground)
    selectors = [*_selectors(playground, playground.hidden)]
    if playground.lesson:
        selectors += [*_selectors(playground, outside - {"points"}), *_empty_places(outside)]
        selectors.append(".st-key-apply_advice")
    rule = ""
    if "points" in outside:  # what stands beside the drawing tools keeps its place
        selectors += [_DRAWING, ".st-key-upload"]
        rule = ".st-key-tools { justify-content: flex-end; min-height: var(--tools); }"
    if selectors:
        st.html(f"<style>{', '.join(selectors)} {{ display: none !important; }} {rule}</style>")


def point(playground: Playground) -> None:
    """Send the style that frames what the step of a lesson points at."""
    step = playground.lesson_step
    if not step or not step.points_at:
        return
    name = step.points_at
    place = _POINTED.get(name) or f".st-key-{playground.fields.key(name)}"
    st.html(f"<style>{place} {{ {_FRAME} }}</style>")


def hidden_settings(playground: Playground) -> set[str]:
    """Return the settings that the open lesson does not show."""
    return set(SETTINGS) - set(playground.lesson.controls) if playground.lesson else set()


def _empty_places(hidden: Collection[str]) -> Iterable[str]:
    """Return the sections and popovers of the sidebar that hold only hidden settings."""
    for place, names in PLACES.items():
        if all(name in hidden for name in names):
            yield f".st-key-{place}"


def shows_tools(playground: Playground) -> bool:
    """Say whether the drawing tools can be seen, so that a click may draw."""
    hidden = {*playground.hidden, *hidden_settings(playground)}
    return not playground.presenting and {"tools", "points"}.isdisjoint(hidden)


def seen_actions(
    playground: Playground, actions: Iterable[Action[Playground]]
) -> Iterator[Action[Playground]]:
    """Return the actions whose buttons the link does not hide: keys act for these alone."""
    hidden = {name for part in playground.hidden for name in _ACTIONS.get(part, ())}
    return (action for action in actions if action.name not in hidden)


def _selectors(playground: Playground, hidden_names: Iterable[str]) -> Iterable[str]:
    for name in hidden_names:
        if name in SETTINGS:
            yield f".st-key-{playground.fields.key(name)}"
        if name in _BESIDE:
            yield _BESIDE[name]
        if name in PARTS:
            yield PARTS[name][1]
