"""The values of the fields in Explore's sidebar: from the link, from a preset, or as typed.

In the link an axis is `axis1=learning_rate:0.001..1 log 7`: a field of Config, a colon, and the
values as typed on the page.
"""

from collections.abc import Collection
from typing import Any

import streamlit as st

from nnlab.app import navigation
from nnlab.app.explore import session
from nnlab.app.explore.session import FieldValues
from nnlab.app.explore.setup.presets import SUGGESTED, Preset
from nnlab.app.links import config_query, linked_config, refusal
from nnlab.data.rules import BrokenRule
from nnlab.sweep import MAX_RUNS
from nnlab.training.config import SETTINGS, Config

MAX_AXES = 4
MAX_SEEDS = 100
DEFAULT_SEEDS = 1
DEFAULT_SAMPLE_SEED = 0
# by name in the link: the default, the least and the greatest number
NUMBERS = {
    "seeds": (DEFAULT_SEEDS, 1, MAX_SEEDS),
    "sample": (None, 1, MAX_RUNS),
    "sample_seed": (DEFAULT_SAMPLE_SEED, 0, 10**6),
}
VARIED = [name for name, setting in SETTINGS.items() if setting.axis]
AXIS_NUMBERS = range(1, MAX_AXES + 1)
LINK_NAMES = (*(f"axis{number}" for number in AXIS_NUMBERS), *NUMBERS)


def query_for(settings: Config) -> dict[str, str]:
    """Return Explore's query; without a sweep to return to, the base is these settings."""
    if not session.is_open():
        return config_query(settings)
    explore = session.current()
    return {**explore.query, **config_query(explore.base if explore.has(LINK_NAMES) else settings)}


def arrive(names: Collection[str]) -> None:
    """Open the page with the sweep as it was left, or with the link.

    Without a sweep to return to, the base is the playground's settings, or the link's if the
    playground has no run.

    Parameters
    ----------
    names : of everything in the link besides the base settings
    """
    run = navigation.current_run()
    refused: list[str] = []
    if not session.is_open():
        linked = st.query_params
        query = {name: linked[name] for name in names if name in linked}
        session.open_(run.config if run else linked_config(refused), query)
    explore = session.current()
    query = dict(explore.query)
    base = explore.base if explore.has(LINK_NAMES) or not run else run.config
    axes = []
    for number in AXIS_NUMBERS:
        linked_axis = query.get(f"axis{number}", "")
        name, _, values = linked_axis.partition(":")
        if name in VARIED:
            axes.append((name, values))
        elif linked_axis:
            broken = BrokenRule(f"axis{number}", "be a setting, a colon and values", "")
            refused.append(refusal(broken, linked_axis))
    numbers = {name: _linked_number(query, name, refused) for name in NUMBERS}
    fields = FieldValues(0, tuple(axes), iterations=base.iterations, **numbers)
    session.arrive(base, query, fields, refused)


def _linked_number(query: dict[str, str], name: str, refused: list[str]) -> int | None:
    """Return a number in the link, or its default; a bad one is refused and removed."""
    default, least, most = NUMBERS[name]
    linked = query.get(name)
    if linked is None:
        return default
    if linked.isdecimal() and len(linked) < 10 and least <= int(linked) <= most:
        return int(linked)
    broken = BrokenRule(name, f"be a whole number from {least} to {most}", "")
    refused.append(refusal(broken, query.pop(name)))
    return default


def follow_playground() -> None:
    """Make the playground's settings the base; call this in a callback."""
    run = navigation.current_run()
    if run:
        session.set_base(run.config)
        fill(iterations=run.config.iterations)


def key(field: str) -> str:
    """Return the key of a field."""
    return f"{field}_{session.current().fields.number}"


def initial_values(number: int, name: str) -> str:
    """Return the initial text for the values of an axis that varies this setting."""
    axis = dict(enumerate(session.current().fields.axes, 1)).get(number)
    return axis[1] if axis and axis[0] == name else SUGGESTED[name]


def fill_in(preset: Preset) -> None:
    """Fill in the fields from a preset; call this in a callback."""
    if preset.base:
        session.set_base(preset.base)
        fill(iterations=preset.base.iterations)
    fill(axes=preset.axes, seeds=preset.seeds, sample=None)
    session.turn_to(preset.view)


def fill(**changes: Any) -> None:
    """Draw new fields with the present values and these changes; call this in a callback."""
    state, initial = st.session_state, session.current().fields
    axes = []
    for number in AXIS_NUMBERS:
        name = state.get(key(f"axis{number}"))
        if name:
            values = state.get(key(f"values{number}_{name}"), initial_values(number, name))
            axes.append((name, values))
    names = (*NUMBERS, "iterations")
    typed = {name: state.get(key(name), getattr(initial, name)) for name in names}
    session.fill(FieldValues(0, **{"axes": tuple(axes), **typed, **changes}))
