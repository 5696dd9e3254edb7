"""The sidebar of Explore: from the link and the widgets to the runs of one sweep.

An axis stands in the link as `axis1=learning_rate:1e-3..1 log 7`: a field of Config and the text
that its field on the page holds.
"""

from dataclasses import fields, replace
from typing import NamedTuple

import streamlit as st

from nnlab.config import Config, parse
from nnlab.pages import navigation
from nnlab.pages.links import code, keep_in_link
from nnlab.pages.presets import PRESETS, Preset
from nnlab.sweep import Axis, axis_from_text, grid

MAX_AXES = 4
NOT_VARIED = ("seed", "points")  # the seeds have a field of their own
VARIED = [item.name for item in fields(Config) if item.name not in NOT_VARIED]
HELP = {item.name: item.metadata["help"] for item in fields(Config)}
DEFAULT_SEEDS = 1
LINK_NAMES = (*(f"axis{number}" for number in range(1, MAX_AXES + 1)), "seeds")


class Plan(NamedTuple):
    """What is to be run.

    Attributes
    ----------
    base : the settings that the axes vary
    axes : what is varied
    seeds : of the starting weights
    configs : of all runs, in the order in which they begin
    """

    base: Config
    axes: tuple[Axis, ...]
    seeds: tuple[int, ...]
    configs: tuple[Config, ...]


def arrive() -> None:
    """Take over what the link says, and the playground's settings as the base.

    The session's key `base` holds the settings that the axes vary; `refused` what was wrong with
    the link.
    """
    state, link = st.session_state, st.query_params
    for number in range(1, MAX_AXES + 1):
        name, _, values = link.get(f"axis{number}", "").partition(":")
        state[f"axis{number}"] = name if name in VARIED else None
        state[f"values{number}"] = values if name in VARIED else ""
    seeds = parse("seed", link.get("seeds", str(DEFAULT_SEEDS)))
    state.seeds = seeds if isinstance(seeds, int) else DEFAULT_SEEDS
    state.base = state.run.config if "run" in state else _linked_base()
    state.sweep_iterations = state.base.iterations


def _linked_base() -> Config:
    """Return the settings in the link; a value that breaks its rule is left out."""
    base = navigation.DEFAULTS
    for item in fields(Config):
        if item.name in st.query_params:
            try:
                value = parse(item.name, st.query_params[item.name])
                base = replace(base, **{item.name: value})
            except ValueError:
                st.query_params.pop(item.name)
    return base


def plan() -> tuple[Plan | None, str]:
    """Draw the settings and return what they ask for, or None and what is wrong with them."""
    state = st.session_state
    st.selectbox(
        "Preset",
        list(PRESETS),
        index=None,
        placeholder="Choose an example",
        format_func=lambda name: PRESETS[name].title,
        key="preset",
        on_change=_choose_preset,
        help="Fills in the fields below; what they then hold can be changed.",
    )
    axes, error = _axes()
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
    keep_in_link("seeds", str(seeds), str(DEFAULT_SEEDS))
    if error:
        return None, error
    try:
        state.base = replace(state.base, iterations=iterations)
        _keep_base(state.base)
        if not isinstance(seeds, int) or not 1 <= seeds <= 100:
            return None, f"seeds must be a whole number from 1 to 100, got {seeds}"
        first = state.base.seed
        numbers = tuple(range(first, first + seeds))
        configs = tuple(grid(state.base, axes, numbers))
    except ValueError as broken:
        return None, str(broken)
    return Plan(state.base, tuple(axes), numbers, configs), ""


def _keep_base(base: Config) -> None:
    query = navigation.config_query(base)
    for item in fields(Config):
        keep_in_link(item.name, query.get(item.name, ""), "")


def _axes() -> tuple[list[Axis], str]:
    """Draw a line per axis and one more; return those that are chosen, and what is wrong."""
    state = st.session_state
    axes: list[Axis] = []
    error = ""
    for number in range(1, MAX_AXES + 1):
        left, right = st.columns([1, 1.1])
        name = left.selectbox(
            f"Axis {number}",
            VARIED,
            index=None,
            placeholder="none",
            format_func=lambda name: name.replace("_", " "),
            key=f"axis{number}",
            on_change=_suggest,
            args=(number,),
            help="A setting that the sweep varies." if number == 1 else None,
        )
        values = right.text_input(
            "Values",
            key=f"values{number}",
            disabled=name is None,
            help="Values, or a range: 0.001..1 log 7 are seven values from 0.001 to 1, each the "
            "same factor above the last; without log, the same step. With several numbers to a "
            "value, as of the hidden layers, separate values by semicolons: 4; 8; 10,5",
        )
        keep_in_link(f"axis{number}", f"{name}:{values}" if name else "", "")
        if name is None:
            break
        try:
            axes.append(axis_from_text(name, values or ""))
        except ValueError as broken:
            rule, _, value = str(broken).partition(", got ")
            error = error or f"{rule}, got {code(values) if value.startswith(chr(39)) else value}"
    for left_out in range(number + 1, MAX_AXES + 1):
        keep_in_link(f"axis{left_out}", "", "")
        state[f"axis{left_out}"] = None
    return axes, error


def _suggest(number: int) -> None:
    state = st.session_state
    name = state[f"axis{number}"]
    state[f"values{number}"] = SUGGESTED.get(name, "") if name else ""
    state.preset = None


SUGGESTED = {
    "problem": "classification; regression",
    "dataset": "circles; xor; gauss; spiral",
    "samples": "10..1000 log 5",
    "noise": "0..0.5 6",
    "data_seed": "1..5 5",
    "test_seed": "1..5 5",
    "test_samples": "100; 1000",
    "features": "x1,x2; x1,x2,x1^2,x2^2",
    "hidden_layers": "2; 4; 8; 16; 32",
    "activation": "relu; tanh; sigmoid; linear",
    "initialization": "normal; uniform; xavier; he",
    "output_loss": "cross_entropy; squared_error",
    "optimizer": "sgd; momentum; nesterov; rmsprop; adam",
    "momentum": "0.5; 0.8; 0.9; 0.95; 0.99",
    "learning_rate": "0.001..1 log 7",
    "learning_rate_schedule": "constant; step; exponential; cosine",
    "batch_size": "10; 32; 100; 320",
    "regularization": "none; l1; l2",
    "regularization_rate": "0.0001..0.1 log 4",
    "iterations": "1000..25000 log 5",
    "target_loss": "0.1; 0.2; 0.3",
    "patience": "100; 1000",
}


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
    state.seeds = preset.seeds
    for number in range(1, MAX_AXES + 1):
        name, values = (*preset.axes, *[(None, "")] * MAX_AXES)[number - 1]
        state[f"axis{number}"], state[f"values{number}"] = name, values
