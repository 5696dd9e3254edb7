"""The page's link: it holds what differs from the defaults, and is not trusted."""

from collections.abc import Collection, Mapping
from dataclasses import fields

import streamlit as st

from nnlab.data.rules import shown
from nnlab.training.config import Config, parse


def refuse_bad_link(page_rules: Mapping[str, Collection[str]]) -> list[str]:
    """Say which values in the URL break their rule, and begin again without them.

    A widget reads its value from the URL before anything else, and once per script run: to keep a
    bad value out, it has to go from the URL before the run in which the widget is drawn.

    Parameters
    ----------
    page_rules : for each query name that is no field of Config, the values it may have
    """
    state, link = st.session_state, st.query_params
    if "run" not in state:
        refused = []
        good: dict[str, object] = {}  # a value may be fine only beside another: data and problem
        for name in (*page_rules, *(item.name for item in fields(Config))):
            if name not in link:
                continue
            text = link[name]
            rule = _broken_rule(name, text, page_rules, good)
            if rule:
                value = code(shown(text))
                refused.append(f"The link's {rule}, got {value}. The default is used instead.")
                del link[name]
        if refused:
            state.refused = refused
            st.rerun()
    sentences: list[str] = state.get("refused", [])
    return sentences


def _broken_rule(
    name: str, text: str, page_rules: Mapping[str, Collection[str]], good: dict[str, object]
) -> str | None:
    if name in page_rules:
        return (
            None
            if text in page_rules[name]
            else f"{name} must be one of {', '.join(page_rules[name])}"
        )
    try:
        value = parse(name, text)
        Config(**{**good, name: value})
    except ValueError as error:
        return str(error).partition(", got ")[0]
    good[name] = value
    return None


def code(text: str) -> str:
    """Return what came with a link, in a file or was typed as a code span: never interpreted."""
    return f"`{' '.join(text.split()).replace('`', chr(39))}`"


def in_code(sentence: str) -> str:
    """Put the value of "<field> must <rule>, got <value>" into a code span, at most 80 of it."""
    rule, got, value = sentence.partition(", got ")
    return f"{rule}{got}{code(value[:80])}" if got else sentence


def keep_in_link(name: str, text: str, default: str) -> None:
    """Put a value into the URL unless it is the default.

    For what `bind="query-params"` cannot write as Config reads it.
    """
    link = st.query_params
    if text == default:
        link.pop(name, None)
    elif link.get(name) != text:
        link[name] = text
