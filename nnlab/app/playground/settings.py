"""The sidebar: widgets for all settings, which make one Config."""

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import streamlit as st

from nnlab.app.links import in_code
from nnlab.app.playground import own_points, session
from nnlab.app.playground.actions import ADD_LAYER, ARTICLE, NEW_SEED, REMOVE_LAYER
from nnlab.data.datasets import DATASETS_FOR, OWN
from nnlab.data.features import FEATURES
from nnlab.data.rules import BrokenRule
from nnlab.model.activations import ACTIVATIONS
from nnlab.model.losses import OUTPUT_LOSSES
from nnlab.model.network import INITIALIZATIONS
from nnlab.model.optimizers import OPTIMIZERS, PENALTIES, SCHEDULES
from nnlab.training.config import MAX_LAYERS, SETTINGS, Config, parse, text

DEFAULTS = Config()
# Updates must be short enough that others on the server do not wait for long.
MAX_WORK = 500_000_000
RATES = [float(f"{digit}e{power}") for power in range(-5, 2) for digit in (1, 2, 5)][:-2]


def settings() -> tuple[Config | None, str]:
    """Draw the sidebar and return its settings, or None and what is wrong with them."""
    with st.sidebar:
        ARTICLE.button(st, session.current(), type="tertiary")
        values = {**_data(), **_network(), **_training()}
    values["points"] = session.current().own.points
    # A cleared field is None, which no rule accepts: Config says so.
    try:
        config = Config(**values)
    except BrokenRule as error:
        return None, in_code(error)
    sentence = too_large(config)
    return (None, sentence) if sentence else (config, "")


def too_large(config: Config) -> str:
    """Say so if an update would take too long for a server that many share."""
    weights = sum(fan_in * fan_out for fan_in, fan_out in pairwise(config.layer_sizes))
    samples = config.samples + len(config.points)
    if samples * weights <= MAX_WORK:
        return ""
    return (
        f"samples times weights must be at most {MAX_WORK:,} on this page, "
        f"got {samples:,} times {weights:,}"
    )


def show(config: Config) -> None:
    """Give these settings to their widgets, which must not be drawn yet."""
    typed = {name for name, setting in SETTINGS.items() if setting.typed} | {"activation"}
    values = {name: getattr(config, name) for name in SETTINGS if name != "points"}
    values |= {name: text(name, values[name]) for name in typed & set(values)}
    session.set_widgets({**values, "features": list(config.features)})


def _data() -> dict[str, Any]:
    st.markdown("**Data** · :gray[starts a new run]")
    left, right = st.columns(2)
    problem = _choice(left, "problem", DATASETS_FOR, on_change=_fit_dataset)
    dataset = _choice(right, "dataset", DATASETS_FOR[problem])
    values: dict[str, Any] = {"problem": problem, "dataset": dataset}
    if dataset != OWN:
        values["samples"] = _number(left, "samples", step=100)
        values["noise"] = _number(right, "noise", step=0.05)
    with st.popover("Seeds, test points, files", width="stretch"):
        left, right = st.columns(2)
        if dataset != OWN:
            values["data_seed"] = _number(left, "data_seed")
            values["test_seed"] = _number(right, "test_seed")
        values["test_samples"] = _number(left, "test_samples", step=100)
        own_points.files(problem)
    return values


def _fit_dataset() -> None:
    if st.session_state.dataset not in DATASETS_FOR[st.session_state.problem]:
        session.fill_in({"dataset": DEFAULTS.dataset})


def _network() -> dict[str, Any]:
    st.markdown("**Network** · :gray[starts a new run]")
    values: dict[str, Any] = {"hidden_layers": _hidden_layers()}
    left, right = st.columns(2)
    help_ = SETTINGS["activation"].help + " Or type one per hidden layer: tanh,relu"
    look: dict[str, Any] = {"accept_new_options": True, "help": help_}
    activation = left.selectbox("Activation", ACTIVATIONS, key="activation", **look)
    values["activation"] = parse("activation", activation or "")
    values["initialization"] = _choice(right, "initialization", INITIALIZATIONS)
    left, right = st.columns(2, vertical_alignment="bottom")
    values["seed"] = _number(left, "seed")
    NEW_SEED.button(right, session.current(), values["seed"] or 0, width="stretch")
    with st.popover("Input features, loss", width="stretch"):
        look = {"default": DEFAULTS.features, "help": SETTINGS["features"].help}
        chosen = st.pills("Features", FEATURES, selection_mode="multi", key="features", **look)
        values["features"] = tuple(name for name in FEATURES if name in chosen)
        if st.session_state.problem == "classification":
            values["output_loss"] = _choice(st, "output_loss", OUTPUT_LOSSES, label="Loss")
    return values


def _training() -> dict[str, Any]:
    st.markdown("**Training** · :gray[acts at once]")
    left, right = st.columns(2)
    values = {"learning_rate": _number(left, "learning_rate")}
    values["iterations"] = _number(right, "iterations", step=1000)
    _learning_rate_slider()
    with st.popover("Optimizer, batches, stops", width="stretch"):
        left, right = st.columns(2)
        values["optimizer"] = _choice(left, "optimizer", OPTIMIZERS)
        if values["optimizer"] in ("momentum", "nesterov"):
            values["momentum"] = _number(right, "momentum", step=0.1)
        left, right = st.columns(2)
        values["batch_size"] = _number(left, "batch_size", placeholder="all")
        schedule = _choice(right, "learning_rate_schedule", SCHEDULES, label="Schedule")
        values["learning_rate_schedule"] = schedule
        left, right = st.columns(2)
        values["regularization"] = _choice(left, "regularization", PENALTIES)
        if values["regularization"] != "none":
            rate = _number(right, "regularization_rate", label="Rate", step=0.001)
            values["regularization_rate"] = rate
        left, right = st.columns(2)
        values["target_loss"] = _number(left, "target_loss", placeholder="off", step=0.01)
        values["patience"] = _number(right, "patience", placeholder="off", step=100)
    return values


def _named(name: str, look: dict[str, Any]) -> dict[str, Any]:
    label = name.replace("_", " ").capitalize()
    return {"label": label, "key": name, "help": SETTINGS[name].help, **look}


# A field that does not apply for a while keeps its value.
_KEPT: dict[str, Any] = {"persist_state": "session"}


def _number(where: Any, name: str, **look: Any) -> Any:
    # No limits here: Config states the rule in a sentence, which the page shows.
    whole = SETTINGS[name].kind.number is int
    form = {"step": 1, "format": "%d"} if whole else {"format": "%g"}
    return where.number_input(value=getattr(DEFAULTS, name), **_named(name, form | look), **_KEPT)


def _choice(where: Any, name: str, known: Iterable[str], **look: Any) -> Any:
    options, default = list(known), getattr(DEFAULTS, name)
    index = options.index(default) if default in options else 0
    return where.selectbox(options=options, index=index, **_named(name, look), **_KEPT)


def _learning_rate_slider() -> None:
    rate = st.session_state.get("learning_rate") or 0
    rate = rate if rate > 0 else DEFAULTS.learning_rate
    nearest = min(RATES, key=lambda option: abs(math.log(option / rate)))
    if st.session_state.get(_slider_key(), nearest) != nearest:
        session.move_slider()
    key = _slider_key()
    look = {"label": "Learning rate, logarithmic", "key": key, "format_func": "{:g}".format}
    change = {"on_change": _set_learning_rate, "args": (key,)}
    st.select_slider(options=RATES, value=nearest, **_named("learning_rate", look | change))


def _slider_key() -> str:
    return f"learning_rate_scale_{session.current().slider_number}"


def _set_learning_rate(key: str) -> None:
    if key == _slider_key():
        session.fill_in({"learning_rate": st.session_state[key]})


def _hidden_layers() -> Any:
    """Draw the widths of the hidden layers as text, with two buttons; return them parsed."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        default = text("hidden_layers", DEFAULTS.hidden_layers)
        typed = st.text_input(value=default, **_named("hidden_layers", {"placeholder": "none"}))
        widths = parse("hidden_layers", typed or "")
        if isinstance(widths, tuple):
            shorter = widths[:-1] if widths else None
            longer = (*widths, widths[-1] if widths else 4) if len(widths) < MAX_LAYERS else None
            playground = session.current()
            for action, other in ((REMOVE_LAYER, shorter), (ADD_LAYER, longer)):
                action.button(st, playground, other, disabled=other is None, type="tertiary")
    return widths
