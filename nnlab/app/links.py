"""The page's link: it holds what differs from the defaults, and is not trusted."""

from collections.abc import Collection, Mapping
from dataclasses import fields

import streamlit as st

from nnlab.data.points import MAX_LINK_POINTS
from nnlab.data.rules import BrokenRule, shown
from nnlab.training.config import Config, parse, text

DEFAULTS = Config()


def config_query(config: Config) -> dict[str, str]:
    """Return what an address holds of these settings: the texts of all that is not the default.

    More points than a link may hold are left out; the session remembers them.
    """
    return {
        item.name: text(item.name, getattr(config, item.name))
        for item in fields(Config)
        if getattr(config, item.name) != getattr(DEFAULTS, item.name)
        and not (item.name == "points" and len(config.points) > MAX_LINK_POINTS)
    }


def refuse_bad_link(page_rules: Mapping[str, Collection[str]]) -> list[str]:
    """Remove the values that break their rule from the URL, and return a sentence for each.

    A widget reads its value from the URL before anything else in its script run. So if there are
    any, this script run must end, and the next one draws the widgets.

    Parameters
    ----------
    page_rules : for each query name that is no field of Config, the values it may have
    """
    link, refused = st.query_params, []
    good: dict[str, object] = {}  # a value may be fine only beside another: data and problem
    for name in (*page_rules, *(item.name for item in fields(Config))):
        if name not in link:
            continue
        linked = link[name]
        broken = _broken_rule(name, linked, page_rules, good)
        if broken:
            refused.append(refusal(broken, linked))
            del link[name]
    return refused


def _broken_rule(
    name: str, linked: str, page_rules: Mapping[str, Collection[str]], good: dict[str, object]
) -> BrokenRule | None:
    if name in page_rules:
        known = page_rules[name]
        return None if linked in known else BrokenRule(name, f"be one of {', '.join(known)}", "")
    try:
        value = parse(name, linked)
        Config(**{**good, name: value})
    except BrokenRule as broken:
        return broken
    good[name] = value
    return None


def code(words: str) -> str:
    """Return what came with a link, in a file or was typed as a code span: never interpreted."""
    return f"`{' '.join(words.split()).replace('`', chr(39))}`"


def in_code(broken: BrokenRule) -> str:
    """Return the sentence of a broken rule with the value in a code span."""
    return f"{broken.field} must {broken.rule}, got {code(broken.value)}"


def refusal(broken: BrokenRule, linked: str) -> str:
    """Say that a text in the link breaks a rule, and what the page does instead."""
    sentence = in_code(BrokenRule(broken.field, broken.rule, shown(linked)))
    return f"The link's {sentence}. The default is used instead."


def write(query: Mapping[str, str]) -> None:
    """Let the address hold this query, by one message."""
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)


def keep_in_link(name: str, value: str, default: str) -> None:
    """Put a value into the URL unless it is the default.

    For what `bind="query-params"` cannot write as Config reads it.
    """
    link = st.query_params
    if value == default:
        link.pop(name, None)
    elif link.get(name) != value:
        link[name] = value
