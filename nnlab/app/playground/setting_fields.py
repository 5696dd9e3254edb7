"""A setting as a widget of the sidebar, which shows the field's value and keeps what one enters."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import streamlit as st

from nnlab.app.playground import session
from nnlab.training.config import SETTINGS, parse
from nnlab.training.wording import label, option_name


def value(name: str) -> Any:
    """Return what a field shows."""
    return session.current().fields.values[name]


def words(name: str) -> dict[str, Any]:
    """Return the look of a choice whose options are shown in words."""
    return {"format_func": partial(option_name, name)}


def named(name: str, look: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a setting's widget: its label, key, help, command and look."""
    key = session.current().fields.key(name)
    change = {"on_change": session.enter, "args": (name, key)}
    return {"label": label(name), "key": key, "help": SETTINGS[name].help, **change, **look}


def number(where: Any, name: str, **look: Any) -> Any:
    """Draw a setting that is a number."""
    # No limits here: Config states the rule in a sentence, which the page shows.
    form = {"step": 1, "format": "%d"} if SETTINGS[name].kind.number is int else {"format": "%g"}
    return where.number_input(value=value(name), **named(name, form | look))


def choice(where: Any, name: str, known: Iterable[str], **look: Any) -> Any:
    """Draw a setting that is one of several options."""
    options = list(known)
    arguments = named(name, words(name) | look)
    return where.selectbox(options=options, index=options.index(value(name)), **arguments)


def buttons(name: str, known: Iterable[Any], label_visibility: str = "collapsed") -> Any:
    """Draw a setting that is one of several options as buttons."""
    look = {"label_visibility": label_visibility, "required": True, "default": value(name)}
    arguments = named(name, words(name) | look)
    return st.segmented_control(options=list(known), width="stretch", **arguments)


def typed(name: str, **look: Any) -> Any:
    """Draw a setting as text, and return it parsed.

    A setting that may be None is text, too: a cleared field of a number would return to the value
    with which it was drawn.
    """
    text = st.text_input(**named(name, {"value": value(name), **look}))
    return parse(name, text or "")
