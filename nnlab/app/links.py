"""The page's link: it holds the settings that differ from the defaults, and is checked."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import streamlit as st

from nnlab.data.points import MAX_LINK_POINTS
from nnlab.data.rules import BrokenRule, shown
from nnlab.training.config import SETTINGS, Config, parse, text
from nnlab.training.wording import on_the_page, rule_in_words

DEFAULTS = Config()
_NOTHING = {"None", "''", "()", "none", "nothing"}
# What the page finds in a file, or counts.
_NOT_ENTERED = {"file", "columns", "points", "runs", "dataset"}


def config_query(config: Config) -> dict[str, str]:
    """Return the query of these settings: the text of each that is not the default.

    Points are left out if there are too many for a link; the session remembers them.
    """
    return {
        name: text(name, value)
        for name in SETTINGS
        if (value := getattr(config, name)) != getattr(DEFAULTS, name)
        and not (name == "points" and len(config.points) > MAX_LINK_POINTS)
    }


def linked_config(refused: list[str]) -> Config:
    """Return the link's settings, and append the sentences about bad ones to `refused`."""
    config = DEFAULTS
    for name in SETTINGS:
        if name in st.query_params:
            linked = st.query_params[name]
            try:
                config = replace(config, **{name: parse(name, linked)})
            except BrokenRule as broken:
                refused.append(refusal(broken, linked))
    return config


def linked_choices(known: Mapping[str, Collection[str]], refused: list[str]) -> dict[str, str]:
    """Return the link's other values, and append the sentences about bad ones to `refused`.

    Parameters
    ----------
    known : for each name, the values it may have
    """
    found = {name: st.query_params[name] for name in known if name in st.query_params}
    for name, linked in list(found.items()):
        if linked not in known[name]:
            rule = f"be one of {', '.join(known[name])}"
            refused.append(refusal(BrokenRule(name, rule, ""), linked))
            del found[name]
    return found


def code(words: str) -> str:
    """Return text from a link, a file or a field as a code span, so that it is not interpreted."""
    return f"`{' '.join(words.split()).replace('`', chr(39))}`"


def in_words(broken: BrokenRule) -> str:
    """Return the sentence of a broken rule as the page says it, with the value in a code span."""
    value = broken.value.removesuffix(".0")  # -1, not -1.0
    if listed := re.fullmatch(r"\(([-\d, ]+?),?\)", value):  # the widths of layers
        value = listed[1]
    found = "nothing" if value in _NOTHING else code(value)
    verb = "found" if broken.field in _NOT_ENTERED else "you entered"
    return f"{rule_in_words(broken)}; {verb} {found}"


def refusal(broken: BrokenRule, linked: str) -> str:
    """Say that a text in the link breaks a rule, and that the default is used.

    The options have Config's names here, as in the link.
    """
    name = broken.field.replace("_", " ")
    sentence = f"The link's {name} must {on_the_page(broken)}, not {code(shown(linked))}."
    return f"{sentence} The default is used instead."


def say_refusals(sentences: Sequence[str]) -> None:
    """Draw one notice about all that was refused: the first sentence, and a list of the others.

    A list on the page itself would not fit into the place for notices.
    """
    if not sentences:
        return
    first, *others = sentences
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="refusals"):
        st.warning(first)
        if others:
            with st.popover(f"… and {len(others)} more"), st.container(key="other_refusals"):
                st.markdown("\n".join(f"- {sentence}" for sentence in others))


def write(query: Mapping[str, str]) -> None:
    """Write this query into the address, by one message."""
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)
