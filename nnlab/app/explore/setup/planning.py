"""The sidebar of Explore: from its fields to the runs of one sweep."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from nnlab.app.explore import session
from nnlab.app.explore.session import Plan, keep_in_query
from nnlab.app.explore.setup import examples
from nnlab.app.explore.setup.sweep_fields import (
    AXIS_NUMBERS,
    DEFAULT_SAMPLE_SEED,
    DEFAULT_SEEDS,
    MAX_SEEDS,
    VARIED,
    fill,
    initial_values,
    key,
)
from nnlab.app.links import in_words
from nnlab.data.rules import BrokenRule
from nnlab.sweep import Axis, Range, axis_from_text, grid, random_sample, range_from_text
from nnlab.training.config import SETTINGS, Config
from nnlab.training.wording import label, short, value_text


def plan() -> tuple[Plan | None, str]:
    """Draw the fields; return the plan, or None and what is wrong with them."""
    examples.menu()
    place = st.container()
    left, right = st.columns(2)
    why = "How many runs each combination gets, each with different starting weights."
    seeds = _number(left, "Seeds", "seeds", why)
    why = SETTINGS["iterations"].help
    iterations = _number(right, "Iterations", "iterations", why, step=1000)
    sample, sample_seed = _sample()
    with place:
        axes, broken = _axes(sampled=sample is not None)
    try:
        # A cleared field is None, which Config refuses in its own words.
        base = replace(session.current().base, iterations=iterations)  # type: ignore[arg-type]
        session.set_base(base)
        if seeds is None or not 1 <= seeds <= MAX_SEEDS:
            must = f"be a whole number from 1 to {MAX_SEEDS}"
            return None, in_words(BrokenRule("seeds", must, f"{seeds}"))
        keep_in_query("seeds", str(seeds), str(DEFAULT_SEEDS))
        if broken:
            return None, broken
        numbers = tuple(range(base.seed, base.seed + seeds))
        if sample is None:
            grid_axes = tuple(axis for axis in axes if isinstance(axis, Axis))
            configs = grid(base, grid_axes, numbers)
            return Plan(base, grid_axes, numbers, tuple(configs)), ""
        if not axes:
            must = "have at least one axis to draw from"
            return None, in_words(BrokenRule("sample", must, "none"))
        configs = random_sample(base, axes, sample, sample_seed, numbers)
        drawn = tuple(_drawn(axis, configs) for axis in axes)
        return Plan(base, drawn, numbers, tuple(configs), sampled=True), ""
    except BrokenRule as error:
        return None, in_words(error)


def _number(
    place: DeltaGenerator,
    label: str,
    name: str,
    why: str,
    *,
    step: int = 1,
    empty: str | None = None,
) -> int | None:
    """Draw a field for a whole number, by its name in FieldValues."""
    value: int | None = getattr(session.current().fields, name)
    return place.number_input(
        label, value=value, step=step, placeholder=empty, key=key(name), help=why
    )


def _sample() -> tuple[int | None, int]:
    """Draw the fields of a random sample; return its size, or None for a grid, and its seed."""
    place = st.container()  # as wide as the sidebar: half of it would cut the words
    why = "How many combinations to draw at random from the axes' values. Empty: all of them."
    sample = _number(place, "Sample N at random", "sample", why, empty="all combinations")
    keep_in_query("sample", "" if sample is None else str(sample), "")
    if sample is None:
        keep_in_query("sample_seed", "", "")
        return None, DEFAULT_SAMPLE_SEED
    why = "The same seed draws the same combinations."
    sample_seed = _number(place, "Sampling seed", "sample_seed", why) or DEFAULT_SAMPLE_SEED
    keep_in_query("sample_seed", str(sample_seed), str(DEFAULT_SAMPLE_SEED))
    return sample, sample_seed


def _drawn(axis: Axis | Range, configs: Sequence[Config]) -> Axis:
    """Return a range as an axis of its sampled values."""
    if isinstance(axis, Axis):
        return axis
    return Axis(axis.name, tuple(sorted({getattr(config, axis.name) for config in configs})))


def _range(name: str, typed: str) -> Axis | Range:
    """Read a range or values to sample from, without the count that a grid needs."""
    low, between, rest = typed.partition("..")
    words = rest.split()
    if len(words) > 1 and words[-1] != "log":
        words.pop()
    return range_from_text(name, f"{low}{between}{' '.join(words)}")


def _axes(*, sampled: bool) -> tuple[tuple[Axis | Range, ...], str]:
    """Draw the chosen axes and one more; return them, and what is wrong with them."""
    initial = session.current().fields.axes
    axes: list[Axis | Range] = []
    broken = ""
    for number in AXIS_NUMBERS:
        begin = initial[number - 1][0] if number <= len(initial) else None
        name = st.selectbox(
            f"Axis {number}",
            VARIED,
            index=VARIED.index(begin) if begin else None,
            placeholder="Choose a setting to vary" if number == 1 else "none",
            format_func=label,
            key=key(f"axis{number}"),
            on_change=_close_gap,
            args=(number,),
        )
        if name is None:
            for later in AXIS_NUMBERS[number - 1 :]:
                keep_in_query(f"axis{later}", "", "")
            break
        typed = st.text_input(
            f"Values of axis {number}",
            value=initial_values(number, name),
            key=key(f"values{number}_{name}"),
            label_visibility="collapsed",
            placeholder="0.1; 1; 10 or 0.001..1 log 7",
        )
        keep_in_query(f"axis{number}", f"{name}:{typed}", "")
        try:
            read = _range if sampled else axis_from_text
            axes.append(read(name, typed or ""))
        except BrokenRule as error:
            broken = broken or in_words(error)
        else:
            st.caption(_values_shown(axes[-1]))
    if not axes:
        st.caption(
            "Separate values by semicolons: 4; 8; 10,5. For a range, enter `0..1 5` (five evenly "
            "spaced values) or `0.001..1 log 7` (seven values, evenly spaced on a log scale)."
        )
    return tuple(axes), broken


def _values_shown(axis: Axis | Range) -> str:
    """Return the values of an axis as text."""
    if isinstance(axis, Range):
        scale = ", on a logarithmic scale" if axis.log else ""
        return f"Drawn from {short(axis.low)} to {short(axis.high)}{scale}"
    texts = [value_text(axis.name, value) for value in axis.values]
    if len(texts) > 8:
        texts = [*texts[:3], "…", *texts[-2:]]
    count = "1 value" if len(axis.values) == 1 else f"{len(axis.values)} values"
    return f"{count}: {' · '.join(texts)}"


def _close_gap(number: int) -> None:
    """Move up the axes after a cleared one."""
    state = st.session_state
    cleared, *later = (state.get(key(f"axis{at}")) for at in AXIS_NUMBERS[number - 1 :])
    if cleared is None and any(later):
        fill()
