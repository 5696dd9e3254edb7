"""The sidebar: from the link and the widgets to one Config."""

import math
import random
from collections.abc import Collection, Mapping
from dataclasses import fields
from itertools import pairwise
from typing import Any

import streamlit as st

from nnlab.activations import ACTIVATIONS
from nnlab.config import MAX_LAYERS, MAX_WIDTH, Config, parse, shown
from nnlab.network import INITIALIZATIONS

DEFAULTS = Config()
HELP = {item.name: item.metadata["help"] for item in fields(Config)}
# so that no update takes longer than a fraction of a second, also for the others on the server
MAX_WORK = 500_000_000
RATES = [float(f"{digit}e{power}") for power in range(-5, 2) for digit in (1, 2, 5)][:-2]


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
        for name, text in link.to_dict().items():
            rule = _broken_rule(name, text, page_rules)
            if rule:
                refused.append(
                    f"The link's {rule}, got {_code(text)}. The default is used instead."
                )
                del link[name]
        if refused:
            state.refused = refused
            st.rerun()
    sentences: list[str] = state.get("refused", [])
    return sentences


def _broken_rule(name: str, text: str, page_rules: Mapping[str, Collection[str]]) -> str | None:
    if name in page_rules and text not in page_rules[name]:
        return f"{name} must be one of {', '.join(page_rules[name])}"
    try:
        if name in HELP:
            Config(**{name: parse(name, text)})
    except ValueError as error:
        return str(error).partition(", got ")[0]
    return None


def _code(value: object) -> str:
    """Return what came with a link or was typed, text as a code span: shown, never interpreted."""
    return f"`{shown(value).replace('`', chr(39))}`" if isinstance(value, str) else shown(value)


def settings() -> tuple[Config | None, str]:
    """Draw the sidebar and return its settings, or None and what is wrong with them."""
    with st.sidebar:
        values: dict[str, Any] = {}
        st.markdown("**Data** · :gray[starts a new run]")
        left, right = st.columns(2)
        values["samples"] = _number(left, "samples", "Samples", step=100)
        values["noise"] = _number(right, "noise", "Noise", step=0.05)
        values["data_seed"] = _number(left, "data_seed", "Data seed")
        values["test_seed"] = _number(right, "test_seed", "Test seed")
        values["test_samples"] = _number(left, "test_samples", "Test samples", step=100)
        st.markdown("**Network** · :gray[starts a new run]")
        values["hidden_layers"] = _hidden_layers()
        left, right = st.columns(2)
        values["activation"] = _choice(left, "activation", "Activation", list(ACTIVATIONS))
        values["initialization"] = _choice(
            right, "initialization", "Initialization", list(INITIALIZATIONS)
        )
        left, right = st.columns(2, vertical_alignment="bottom")
        values["seed"] = _number(left, "seed", "Seed")
        right.button(
            "New seed",
            key="new_seed",
            on_click=_draw_seed,
            width="stretch",
            help="Draw other starting weights: the same network, another run.",
        )
        st.markdown("**Training** · :gray[acts at once]")
        left, right = st.columns(2)
        values["learning_rate"] = _number(left, "learning_rate", "Learning rate")
        values["iterations"] = _number(right, "iterations", "Iterations", step=1000)
        _learning_rate_slider(values["learning_rate"])
    # A cleared field is None, which no rule accepts: Config says so in its own words.
    try:
        config = Config(**values)
    except ValueError as error:
        rule, _, _ = str(error).partition(", got ")
        name, *_ = rule.split()
        return None, f"{rule}, got {_code(values[name])}"
    weights = sum(fan_in * fan_out for fan_in, fan_out in pairwise(config.layer_sizes))
    if config.samples * weights > MAX_WORK:
        return None, (
            f"samples times weights must be at most {MAX_WORK:,} on this page, "
            f"got {config.samples:,} times {weights:,}"
        )
    return config, ""


def _number(where: Any, name: str, label: str, step: float | None = None) -> Any:
    # No limits here: Config states the rule, in a sentence and on the page.
    return where.number_input(
        label,
        value=getattr(DEFAULTS, name),
        step=step,
        format="%d" if isinstance(getattr(DEFAULTS, name), int) else "%g",
        key=name,
        help=HELP[name],
        bind="query-params",
    )


def _choice(where: Any, name: str, label: str, options: list[str]) -> Any:
    return where.selectbox(
        label,
        options,
        index=options.index(getattr(DEFAULTS, name)),
        key=name,
        help=HELP[name],
        bind="query-params",
    )


def _draw_seed() -> None:
    st.session_state.seed = random.randrange(10_000)


def _learning_rate_slider(rate: float | None) -> None:
    if not rate or rate <= 0:
        rate = DEFAULTS.learning_rate
    nearest = min(RATES, key=lambda option: abs(math.log(option / rate)))
    st.session_state.learning_rate_scale = nearest

    def follow() -> None:
        st.session_state.learning_rate = st.session_state.learning_rate_scale

    st.select_slider(
        "Learning rate, logarithmic",
        RATES,
        format_func="{:g}".format,
        key="learning_rate_scale",
        on_change=follow,
        help=HELP["learning_rate"],
    )


def _widths_text(widths: tuple[int, ...]) -> str:
    return ",".join(str(width) for width in widths)


def _hidden_layers() -> Any:
    """Draw the layers' widths as text and as plus and minus buttons; return them parsed."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Hidden layers",
            _widths_text(DEFAULTS.hidden_layers),
            key="hidden_layers",
            help=HELP["hidden_layers"],
            bind="query-params",
            placeholder="none",
        )
        widths = parse("hidden_layers", text or "")
        if not isinstance(widths, tuple):
            return widths
        _widths_button("remove_layer", "Remove the last layer.", widths[:-1] if widths else None)
        longer = (*widths, widths[-1] if widths else 4)
        _widths_button(
            "add_layer",
            "Add a layer behind the last.",
            longer if len(widths) < MAX_LAYERS else None,
        )
    for layer, width in enumerate(widths[:MAX_LAYERS]):
        head, tail = widths[:layer], widths[layer + 1 :]
        name = f"layer {layer + 1}"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":gray[{name.capitalize()}:] {width} unit{'s' * (width != 1)}", width=145)
            _widths_button(
                f"narrow_{layer}",
                f"One unit fewer in {name}.",
                (*head, width - 1, *tail) if width > 1 else None,
            )
            _widths_button(
                f"widen_{layer}",
                f"One unit more in {name}.",
                (*head, width + 1, *tail) if width < MAX_WIDTH else None,
            )
    return widths


def _widths_button(name: str, help_: str, widths: tuple[int, ...] | None) -> None:
    """Draw a minus or plus that sets the widths; None: it has reached its limit."""

    def change() -> None:
        st.session_state.hidden_layers = _widths_text(widths or ())

    adds = name.startswith(("add", "widen"))
    st.button(
        ":material/add:" if adds else ":material/remove:",
        key=name,
        on_click=change,
        disabled=widths is None,
        help=help_,
        type="tertiary",
    )
