"""What the fields of Explore's sidebar begin with: of the link, an example, or what was typed.

In the link an axis is `axis1=learning_rate:0.001..1 log 7`: a field of Config and, behind the
colon, what is typed on the page.
"""

from dataclasses import replace
from typing import Any, NamedTuple

import streamlit as st

from nnlab.app import navigation
from nnlab.app.explore.setup.presets import SUGGESTED, Preset
from nnlab.app.links import DEFAULTS, config_query, refusal
from nnlab.data.rules import BrokenRule
from nnlab.sweep import MAX_RUNS
from nnlab.training.config import SETTINGS, Config, parse

MAX_AXES = 4
MAX_SEEDS = 100
MAX_SAMPLE_SEED = 10**6
DEFAULT_SEEDS = 1
DEFAULT_SAMPLE_SEED = 0
VARIED = [name for name, setting in SETTINGS.items() if setting.axis]
AXIS_NUMBERS = range(1, MAX_AXES + 1)
LINK_NAMES = (*(f"axis{number}" for number in AXIS_NUMBERS), "seeds", "sample", "sample_seed")


class Filled(NamedTuple):
    """What the fields begin with.

    A browser may tell once more what a field held before: so none is ever written to. To fill them
    in anew is to draw new ones in their place, which `number` tells from those of before.

    Attributes
    ----------
    number : how often they were filled in; a part of their keys
    axes : the name and the values of each, as text
    seeds, iterations : as typed; None if nothing is
    sample : how many settings are drawn at random from the axes; None for all of their combinations
    sample_seed : of that draw
    """

    number: int
    axes: tuple[tuple[str, str], ...]
    seeds: int | None
    iterations: int | None
    sample: int | None = None
    sample_seed: int | None = DEFAULT_SAMPLE_SEED

    def values(self, number: int, name: str) -> str:
        """Return what the values of an axis begin with if it is this setting."""
        axis = self.axes[number - 1] if number <= len(self.axes) else None
        return axis[1] if axis and axis[0] == name else SUGGESTED[name]


def is_begun() -> bool:
    """Say whether the session has a sweep to come back to, made or only set up."""
    state = st.session_state
    return "sweep" in state or any(name in state.get("explore_query", {}) for name in LINK_NAMES)


def arrive() -> None:
    """Take over the sweep as it was left; else what the link says, and the playground's settings.

    The session's key `base` holds the settings that the axes vary; `filled` what the fields begin
    with, as a Filled; `explore_query` what the link held beside the base; `explore_refused` what
    was wrong with the link; `turned_to` the view, and how often one was turned to.
    """
    state, link = st.session_state, st.query_params
    begun = is_begun()
    if begun:  # by Back, the link may be that of a moment before
        link.from_dict({**state.get("explore_query", {}), **config_query(state.base)})
    refused: list[str] = []
    axes: list[tuple[str, str]] = []
    for number in AXIS_NUMBERS:
        linked = link.get(f"axis{number}", "")
        name, _, values = linked.partition(":")
        if name in VARIED:
            axes.append((name, values))
        elif linked:
            broken = BrokenRule(f"axis{number}", "be a setting, a colon and values", "")
            refused.append(refusal(broken, linked))
    seeds = _linked_number("seeds", 1, MAX_SEEDS, refused)
    sample = _linked_number("sample", 1, MAX_RUNS, refused)
    sample_seed = _linked_number("sample_seed", 0, MAX_SAMPLE_SEED, refused)
    if not begun:
        run = navigation.current_run()
        state.base = run.config if run else _linked_base(refused)
    number = state.filled.number + 1 if "filled" in state else 1
    state.filled = Filled(
        number,
        tuple(axes),
        DEFAULT_SEEDS if seeds is None else seeds,
        state.base.iterations,
        sample,
        DEFAULT_SAMPLE_SEED if sample_seed is None else sample_seed,
    )
    turn_to(link.get("view", ""))
    state.explore_refused = refused


def _linked_number(name: str, least: int, most: int, refused: list[str]) -> int | None:
    """Return a number in the link; None if there is none, or one to be refused."""
    linked = st.query_params.get(name)
    if linked is None:
        return None
    if linked.isdecimal() and len(linked) < 10 and least <= int(linked) <= most:
        return int(linked)
    broken = BrokenRule(name, f"be a whole number from {least} to {most}", "")
    refused.append(refusal(broken, linked))
    st.query_params.pop(name)
    return None


def follow_playground() -> None:
    """Let the playground's settings be the base; only in a callback."""
    run = navigation.current_run()
    if run:
        st.session_state.base = run.config
        fill(iterations=run.config.iterations)


def turn_to(view: str) -> None:
    """Turn to a view, by its name in the link; only before it is drawn."""
    state = st.session_state
    state.turned_to = (state.get("turned_to", (0, ""))[0] + 1, view)


def _linked_base(refused: list[str]) -> Config:
    """Return the settings in the link, and refuse those that break their rule."""
    base = DEFAULTS
    for name in SETTINGS:
        if name in st.query_params:
            linked = st.query_params[name]
            try:
                base = replace(base, **{name: parse(name, linked)})
            except BrokenRule as broken:
                refused.append(refusal(broken, linked))
    return base


def key(field: str) -> str:
    """Return the key of a field."""
    return f"{field}_{st.session_state.filled.number}"


def fill_in(preset: Preset) -> None:
    """Fill in the fields as a preset says; only in a callback."""
    state = st.session_state
    if preset.base:
        state.base = preset.base
        fill(iterations=preset.base.iterations)
    fill(axes=preset.axes, seeds=preset.seeds, sample=None)
    turn_to(preset.view)


def fill(**changes: Any) -> None:
    """Fill in the fields anew, as they are but for these changes; only in a callback."""
    state = st.session_state
    filled: Filled = state.filled
    axes = []
    for number in AXIS_NUMBERS:
        name = state.get(key(f"axis{number}"))
        if name:
            begin = filled.values(number, name)
            axes.append((name, state.get(key(f"values{number}_{name}"), begin)))
    typed = Filled(
        filled.number + 1,
        tuple(axes),
        state.get(key("seeds"), filled.seeds),
        state.get(key("iterations"), filled.iterations),
        state.get(key("sample"), filled.sample),
        state.get(key("sample_seed"), filled.sample_seed),
    )
    state.filled = typed._replace(**changes)
