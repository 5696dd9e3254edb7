"""The sidebar of Explore: from the link and the widgets to the runs of one sweep.

In the link an axis is `axis1=learning_rate:0.001..1 log 7`: a field of Config and, behind the
colon, what is typed on the page.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any, NamedTuple

import streamlit as st

from nnlab.config import Config, parse
from nnlab.pages import navigation
from nnlab.pages.links import in_code, keep_in_link
from nnlab.pages.sweeps.presets import PRESETS, SUGGESTED, Preset
from nnlab.results.columns import setting_text
from nnlab.sweep import (
    MAX_RUNS,
    Axis,
    Range,
    axis_from_text,
    grid,
    random_sample,
    range_from_text,
)

MAX_AXES = 4
MAX_SEEDS = 100
MAX_SAMPLE_SEED = 10**6
DEFAULT_SEEDS = 1
DEFAULT_SAMPLE_SEED = 0
NOT_VARIED = ("seed", "points")  # the seeds have a field of their own, points can only be drawn
VARIED = [item.name for item in fields(Config) if item.name not in NOT_VARIED]
AXIS_NUMBERS = range(1, MAX_AXES + 1)
LINK_NAMES = (*(f"axis{number}" for number in AXIS_NUMBERS), "seeds", "sample", "sample_seed")
HELP = {item.name: item.metadata["help"] for item in fields(Config)}


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


class Plan(NamedTuple):
    """What is to be run.

    Attributes
    ----------
    base : the settings that the axes vary
    axes : what is varied; of a range that is drawn from, with the values that were drawn
    seeds : of the starting weights: that of the base, and the numbers behind it
    configs : of all runs, in the order in which they begin
    sampled : whether they were drawn at random, rather than all combinations
    """

    base: Config
    axes: tuple[Axis, ...]
    seeds: tuple[int, ...]
    configs: tuple[Config, ...]
    sampled: bool = False


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
    seeds = _linked_number("seeds", 1, MAX_SEEDS, refused)
    sample = _linked_number("sample", 1, MAX_RUNS, refused)
    sample_seed = _linked_number("sample_seed", 0, MAX_SAMPLE_SEED, refused)
    if not begun:
        state.base = state.run.config if "run" in state else _linked_base(refused)
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
    state.explore_refused = [
        f"The link's {in_code(sentence)}. The default is used instead." for sentence in refused
    ]


def _linked_number(name: str, least: int, most: int, refused: list[str]) -> int | None:
    """Return a number in the link; None if there is none, or one to be refused."""
    linked = st.query_params.get(name)
    if linked is None:
        return None
    if linked.isdecimal() and len(linked) < 10 and least <= int(linked) <= most:
        return int(linked)
    refused.append(f"{name} must be a whole number from {least} to {most}, got {linked}")
    st.query_params.pop(name)
    return None


def follow_playground() -> None:
    """Let the playground's settings be the base; only in a callback."""
    state = st.session_state
    state.base = state.run.config
    fill(iterations=state.base.iterations)


def turn_to(view: str) -> None:
    """Turn to a view, by its name in the link; only before it is drawn."""
    state = st.session_state
    state.turned_to = (state.get("turned_to", (0, ""))[0] + 1, view)


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


def _key(field: str) -> str:
    return f"{field}_{st.session_state.filled.number}"


def plan(take: Callable[[Preset], None]) -> tuple[Plan | None, str]:
    """Draw the settings and return what they ask for, or None and what is wrong with them.

    Parameters
    ----------
    take : called when an example is chosen
    """
    state = st.session_state
    with st.popover("Examples", help="Fill in the fields below, which can then be changed."):
        for name, preset in PRESETS.items():
            st.button(
                preset.title,
                key=f"example_{name}",
                type="tertiary",
                on_click=take,
                args=(preset,),
                help=preset.question,
            )
    place = st.container()
    left, right = st.columns(2)
    seeds = left.number_input(
        "Seeds",
        value=state.filled.seeds,
        step=1,
        key=_key("seeds"),
        help="How many runs each setting gets, each from other starting weights: was it the "
        "setting, or luck?",
    )
    iterations = right.number_input(
        "Iterations",
        value=state.filled.iterations,
        step=1000,
        key=_key("iterations"),
        help=HELP["iterations"],
    )
    sample, sample_seed = _sample()
    with place:
        axes, broken = _axes(sampled=sample is not None)
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
        if sample is None:
            grid_axes = tuple(axis for axis in axes if isinstance(axis, Axis))
            configs = grid(state.base, grid_axes, numbers)
            return Plan(state.base, grid_axes, numbers, tuple(configs)), ""
        if not axes:
            return None, "sample must have an axis or more to draw from, got none"
        configs = random_sample(state.base, axes, sample, sample_seed, numbers)
        drawn = tuple(_drawn(axis, configs) for axis in axes)
        return Plan(state.base, drawn, numbers, tuple(configs), sampled=True), ""
    except ValueError as error:
        return None, in_code(str(error))


def _sample() -> tuple[int | None, int]:
    """Draw the choice of a random sample; return its size, None for a grid, and its seed."""
    filled: Filled = st.session_state.filled
    left, right = st.columns(2)
    sample = left.number_input(
        "Random settings",
        value=filled.sample,
        step=1,
        placeholder="grid",
        key=_key("sample"),
        help="How many settings are drawn at random from the ranges of the axes, or from their "
        "values. Empty: a grid of all combinations.",
    )
    keep_in_link("sample", "" if sample is None else str(sample), "")
    if sample is None:
        keep_in_link("sample_seed", "", "")
        return None, DEFAULT_SAMPLE_SEED
    sample_seed = right.number_input(
        "Sampling seed",
        value=filled.sample_seed,
        step=1,
        key=_key("sample_seed"),
        help="The same seed draws the same settings.",
    )
    keep_in_link("sample_seed", str(sample_seed or 0), str(DEFAULT_SAMPLE_SEED))
    return sample, sample_seed or 0


def _drawn(axis: Axis | Range, configs: Sequence[Config]) -> Axis:
    """Return the axis with the values that were drawn, if it is a range."""
    if isinstance(axis, Axis):
        return axis
    return Axis(axis.name, tuple(sorted({getattr(config, axis.name) for config in configs})))


def _range(name: str, typed: str) -> Axis | Range:
    """Read what to draw from; a range may have the count that a grid needs."""
    low, between, behind = typed.partition("..")
    words = behind.split()
    if len(words) > 1 and words[-1] != "log":
        words.pop()
    return range_from_text(name, f"{low}{between}{' '.join(words)}")


def _axes(*, sampled: bool) -> tuple[tuple[Axis | Range, ...], str]:
    """Draw the axes that are chosen and one more; return them, and what is wrong, if anything."""
    filled: Filled = st.session_state.filled
    axes: list[Axis | Range] = []
    broken = ""
    for number in AXIS_NUMBERS:
        begin = filled.axes[number - 1][0] if number <= len(filled.axes) else None
        name = st.selectbox(
            f"Axis {number}",
            VARIED,
            index=VARIED.index(begin) if begin else None,
            placeholder="Choose a setting to vary" if number == 1 else "none",
            format_func=lambda name: name.replace("_", " "),
            key=_key(f"axis{number}"),
            on_change=_close_gap,
            args=(number,),
        )
        if name is None:
            _leave_out(number)
            break
        typed = st.text_input(
            f"Values of axis {number}",
            value=filled.values(number, name),
            key=_key(f"values{number}_{name}"),
            label_visibility="collapsed",
            placeholder="0.1; 1; 10 or 0.001..1 log 7",
        )
        keep_in_link(f"axis{number}", f"{name}:{typed}", "")
        try:
            read = _range if sampled else axis_from_text
            axes.append(read(name, typed or ""))
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


def _told(axis: Axis | Range) -> str:
    """Say which values an axis has."""
    if isinstance(axis, Range):
        scale = ", on a logarithmic scale" if axis.log else ""
        return f"Drawn from {axis.low:g} to {axis.high:g}{scale}"
    texts = [setting_text(axis.name, value) for value in axis.values]
    if len(texts) > 8:
        texts = [*texts[:3], "…", *texts[-2:]]
    count = "1 value" if len(axis.values) == 1 else f"{len(axis.values)} values"
    return f"{count}: {' · '.join(texts)}"


def _leave_out(first: int) -> None:
    """Leave the axes from this number on out of the link."""
    for number in AXIS_NUMBERS[first - 1 :]:
        keep_in_link(f"axis{number}", "", "")


def _close_gap(number: int) -> None:
    """Let the axes behind one that was cleared move up."""
    state = st.session_state
    cleared, *behind = (state.get(_key(f"axis{at}")) for at in AXIS_NUMBERS[number - 1 :])
    if cleared is None and any(behind):
        fill()


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
        name = state.get(_key(f"axis{number}"))
        if name:
            begin = filled.values(number, name)
            axes.append((name, state.get(_key(f"values{number}_{name}"), begin)))
    typed = Filled(
        filled.number + 1,
        tuple(axes),
        state.get(_key("seeds"), filled.seeds),
        state.get(_key("iterations"), filled.iterations),
        state.get(_key("sample"), filled.sample),
        state.get(_key("sample_seed"), filled.sample_seed),
    )
    state.filled = typed._replace(**changes)
