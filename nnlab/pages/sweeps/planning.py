"""The sidebar of Explore: from the link and the widgets to the runs of one sweep.

In the link an axis is `axis1=learning_rate:0.001..1 log 7`: a field of Config and, behind the
colon, what is typed on the page.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import NamedTuple

import streamlit as st

from nnlab.config import Config, parse
from nnlab.pages import navigation
from nnlab.pages.links import keep_in_link
from nnlab.pages.sweeps.presets import PRESETS, SUGGESTED, Preset
from nnlab.results.columns import setting_text
from nnlab.sweep import Axis, axis_from_text, grid

MAX_AXES = 4
MAX_SEEDS = 100
DEFAULT_SEEDS = 1
NOT_VARIED = ("seed", "points")  # the seeds have a field of their own, points can only be drawn
VARIED = [item.name for item in fields(Config) if item.name not in NOT_VARIED]
AXIS_NUMBERS = range(1, MAX_AXES + 1)
LINK_NAMES = (*(f"axis{number}" for number in AXIS_NUMBERS), "seeds")
HELP = {item.name: item.metadata["help"] for item in fields(Config)}


class Plan(NamedTuple):
    """What is to be run.

    Attributes
    ----------
    base : the settings that the axes vary
    axes : what is varied
    seeds : of the starting weights: that of the base, and the numbers behind it
    configs : of all runs, in the order in which they begin
    """

    base: Config
    axes: tuple[Axis, ...]
    seeds: tuple[int, ...]
    configs: tuple[Config, ...]


def is_begun() -> bool:
    """Say whether the session has a sweep to come back to, made or only set up."""
    state = st.session_state
    return "sweep" in state or any(name in state.get("explore_query", {}) for name in LINK_NAMES)


def arrive() -> None:
    """Take over the sweep as it was left; else what the link says, and the playground's settings.

    The session's key `base` holds the settings that the axes vary; `explore_query` what the link
    held beside them; `explore_refused` what was wrong with the link.
    """
    state, link = st.session_state, st.query_params
    begun = is_begun()
    if begun:  # by Back, the link may be that of a moment before
        link.from_dict({**state.get("explore_query", {}), **navigation.config_query(state.base)})
    refused: list[str] = []
    axes: list[tuple[str, str]] = []
    for number in AXIS_NUMBERS:
        linked = link.get(f"axis{number}", "")
        name, _, values = linked.partition(":")
        if name in VARIED:
            axes.append((name, values))
        elif linked:
            refused.append(f"axis{number} must be a setting, a colon and values, got {linked}")
    _set_axes(axes)
    seeds = link.get("seeds", str(DEFAULT_SEEDS))
    if not (seeds.isdecimal() and 1 <= int(seeds[:9]) <= MAX_SEEDS):
        refused.append(f"seeds must be a whole number from 1 to {MAX_SEEDS}, got {seeds}")
        seeds = str(DEFAULT_SEEDS)
    state.seeds = int(seeds)
    if not begun:
        state.base = state.run.config if "run" in state else _linked_base(refused)
    state.sweep_iterations = state.base.iterations
    state.explore_refused = [
        f"The link's {in_code(sentence)}. The default is used instead." for sentence in refused
    ]


def follow_playground() -> None:
    """Let the playground's settings be the base; only in a callback."""
    state = st.session_state
    state.base = state.run.config
    state.sweep_iterations = state.base.iterations


def _linked_base(refused: list[str]) -> Config:
    """Return the settings in the link, and refuse those that break their rule."""
    base = navigation.DEFAULTS
    for item in fields(Config):
        if item.name in st.query_params:
            linked = st.query_params[item.name]
            try:
                base = replace(base, **{item.name: parse(item.name, linked)})
            except ValueError as error:
                refused.append(f"{str(error).partition(', got ')[0]}, got {linked}")
    return base


def in_code(sentence: str) -> str:
    """Put the value of "<field> must <rule>, got <value>" into a code span, never interpreted."""
    rule, got, value = sentence.partition(", got ")
    value = " ".join(value.split()).replace("`", "'")
    return f"{rule}{got}`{value[:80]}`" if value else sentence


def plan() -> tuple[Plan | None, str]:
    """Draw the settings and return what they ask for, or None and what is wrong with them."""
    state = st.session_state
    st.selectbox(
        "Example",
        list(PRESETS),
        index=None,
        placeholder="Choose one",
        format_func=lambda name: PRESETS[name].title,
        key="preset",
        on_change=_choose_preset,
        help="Fills in the fields below, which can then be changed.",
    )
    axes, broken = _axes()
    left, right = st.columns(2)
    seeds = left.number_input(
        "Seeds",
        value=DEFAULT_SEEDS,
        step=1,
        key="seeds",
        help="How many runs each setting gets, each from other starting weights: was it the "
        "setting, or luck?",
    )
    iterations = right.number_input(
        "Iterations",
        value=navigation.DEFAULTS.iterations,
        step=1000,
        key="sweep_iterations",
        help=HELP["iterations"],
    )
    try:
        state.base = replace(state.base, iterations=iterations)
        query = navigation.config_query(state.base)
        for item in fields(Config):
            keep_in_link(item.name, query.get(item.name, ""), "")
        if seeds is None or not 1 <= seeds <= MAX_SEEDS:
            return None, f"seeds must be a whole number from 1 to {MAX_SEEDS}, got {seeds}"
        keep_in_link("seeds", str(seeds), str(DEFAULT_SEEDS))
        if broken:
            return None, broken
        numbers = tuple(range(state.base.seed, state.base.seed + seeds))
        return Plan(state.base, axes, numbers, tuple(grid(state.base, axes, numbers))), ""
    except ValueError as error:
        return None, in_code(str(error))


def _axes() -> tuple[tuple[Axis, ...], str]:
    """Draw the axes that are chosen and one more; return them, and what is wrong, if anything."""
    axes: list[Axis] = []
    broken = ""
    for number in AXIS_NUMBERS:
        name = st.selectbox(
            f"Axis {number}",
            VARIED,
            index=None,
            placeholder="Choose a setting to vary" if number == 1 else "none",
            format_func=lambda name: name.replace("_", " "),
            key=f"axis{number}",
            on_change=_suggest,
            args=(number,),
        )
        if name is None:
            _leave_out(number)
            break
        typed = st.text_input(
            f"Values of axis {number}",
            key=f"values{number}",
            label_visibility="collapsed",
            placeholder="0.1; 1; 10 or 0.001..1 log 7",
        )
        keep_in_link(f"axis{number}", f"{name}:{typed}", "")
        try:
            axes.append(axis_from_text(name, typed or ""))
        except ValueError as error:
            broken = broken or in_code(str(error))
        else:
            st.caption(_told(axes[-1]))
    if not axes:
        st.caption(
            "Values are separated by semicolons, 4; 8; 10,5. A range of numbers is 0..1 5, five at "
            "equal distances, or 0.001..1 log 7, seven at equal factors."
        )
    return tuple(axes), broken


def _told(axis: Axis) -> str:
    """Say which values an axis has."""
    texts = [setting_text(axis.name, value) for value in axis.values]
    if len(texts) > 8:
        texts = [*texts[:3], "…", *texts[-2:]]
    count = "1 value" if len(axis.values) == 1 else f"{len(axis.values)} values"
    return f"{count}: {' · '.join(texts)}"


def _leave_out(first: int) -> None:
    """Leave the axes from this number on out of the link."""
    for number in AXIS_NUMBERS[first - 1 :]:
        keep_in_link(f"axis{number}", "", "")


def _suggest(number: int) -> None:
    state = st.session_state
    name = state[f"axis{number}"]
    state.preset = None
    if name:
        state[f"values{number}"] = SUGGESTED[name]
        return
    axes = [(state[f"axis{at}"], state[f"values{at}"]) for at in AXIS_NUMBERS]
    _set_axes([axis for axis in axes if axis[0]])  # those behind it move up


def _choose_preset() -> None:
    name = st.session_state.preset
    if name:
        fill_in(PRESETS[name])


def fill_in(preset: Preset) -> None:
    """Set the fields as a preset says; only in a callback."""
    state = st.session_state
    if preset.base:
        state.base = preset.base
        state.sweep_iterations = preset.base.iterations
    state.seeds, state.view = preset.seeds, preset.view
    _set_axes(preset.axes)


def _set_axes(axes: Sequence[tuple[str, str]]) -> None:
    """Set the fields of all axes: name and values, nothing behind the last one."""
    filled = [*axes, *[(None, "")] * MAX_AXES]
    for number, (name, values) in zip(AXIS_NUMBERS, filled, strict=False):
        st.session_state[f"axis{number}"], st.session_state[f"values{number}"] = name, values
