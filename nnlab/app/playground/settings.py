"""The sidebar: widgets for all settings, which make one Config."""

from collections.abc import Iterable
from typing import Any

import streamlit as st

from nnlab.app.links import in_code
from nnlab.app.playground import own_points, session
from nnlab.app.playground.actions import ADD_LAYER, NEW_SEED, REMOVE_LAYER
from nnlab.data.datasets import DATASETS_FOR, OWN
from nnlab.data.features import FEATURES
from nnlab.data.rules import BrokenRule
from nnlab.model.activations import ACTIVATIONS
from nnlab.model.losses import OUTPUT_LOSSES
from nnlab.model.network import INITIALIZATIONS
from nnlab.model.optimizers import OPTIMIZERS, PENALTIES, SCHEDULES
from nnlab.training.config import MAX_LAYERS, SETTINGS, Config, parse
from nnlab.training.work import check_work

DEFAULTS = Config()
RATES = [float(f"{digit}e{power}") for power in range(-5, 2) for digit in (1, 2, 5)][:-2]
SLIDER = "learning_rate_scale"


def settings() -> tuple[Config | None, str]:
    """Draw the sidebar and return its settings, or None and what is wrong with them."""
    with st.sidebar:
        values = {**_data(), **_network(), **_training()}
    values["points"] = session.current().own.points
    # A cleared field is None, which no rule accepts: Config says so.
    try:
        config = Config(**values)
        check_work(config)
    except BrokenRule as error:
        return None, in_code(error)
    return config, ""


def _data() -> dict[str, Any]:
    st.markdown("**Data** · :gray[starts a new run]")
    left, right = st.columns(2)
    problem = _choice(left, "problem", DATASETS_FOR)
    if _value("dataset") not in DATASETS_FOR[problem]:
        session.fill({"dataset": DEFAULTS.dataset})
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


def _network() -> dict[str, Any]:
    st.markdown("**Network** · :gray[starts a new run]")
    values: dict[str, Any] = {"hidden_layers": _hidden_layers()}
    left, right = st.columns(2)
    help_ = SETTINGS["activation"].help + " Or type one per hidden layer: tanh,relu"
    known = dict.fromkeys([*ACTIVATIONS, _value("activation")])
    activation = _choice(left, "activation", known, accept_new_options=True, help=help_)
    values["activation"] = parse("activation", activation or "")
    values["initialization"] = _choice(right, "initialization", INITIALIZATIONS)
    left, right = st.columns(2, vertical_alignment="bottom")
    values["seed"] = _number(left, "seed")
    NEW_SEED.button(right, session.current(), values["seed"] or 0, width="stretch")
    with st.popover("Input features, loss", width="stretch"):
        look = _named("features", {"default": _value("features"), "selection_mode": "multi"})
        chosen = st.pills(options=FEATURES, **look)
        values["features"] = tuple(name for name in FEATURES if name in chosen)
        if _value("problem") == "classification":
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


def _value(name: str) -> Any:
    return session.current().fields.values[name]


def _named(name: str, look: dict[str, Any]) -> dict[str, Any]:
    label, key = name.replace("_", " ").capitalize(), session.current().fields.key(name)
    change = {"on_change": session.enter, "args": (name, key)}
    return {"label": label, "key": key, "help": SETTINGS[name].help, **change, **look}


def _number(where: Any, name: str, **look: Any) -> Any:
    # No limits here: Config states the rule in a sentence, which the page shows.
    whole, value = SETTINGS[name].kind.number is int, _value(name)
    form = {"step": 1, "format": "%d"} if whole else {"format": "%g"}
    named = _named(name, form | look)
    if getattr(DEFAULTS, name) is None and value is not None:
        # A cleared field returns to its initial value, so this one must begin empty.
        session.set_widgets({named["key"]: value})
        value = None
    return where.number_input(value=value, **named)


def _choice(where: Any, name: str, known: Iterable[str], **look: Any) -> Any:
    options = list(known)
    return where.selectbox(options=options, index=options.index(_value(name)), **_named(name, look))


def _learning_rate_slider() -> None:
    rate = _value("learning_rate") or 0
    rate = rate if rate > 0 else DEFAULTS.learning_rate
    session.fill({SLIDER: rate})  # a new slider, unless the present one shows this rate
    key, options = session.current().fields.key(SLIDER), sorted({*RATES, rate})
    look = {"label": "Learning rate, logarithmic", "key": key, "format_func": "{:g}".format}
    change = {"on_change": _set_learning_rate, "args": (key,)}
    st.select_slider(options=options, value=rate, **_named("learning_rate", look | change))


def _set_learning_rate(key: str) -> None:
    fields = session.current().fields
    if key == fields.key(SLIDER):
        if fields.values[SLIDER] in RATES:  # else the slider has one option fewer from now on
            session.enter(SLIDER, key)
        session.fill({"learning_rate": st.session_state[key]})


def _hidden_layers() -> Any:
    """Draw the widths of the hidden layers as text, with two buttons; return them parsed."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        look = {"value": _value("hidden_layers"), "placeholder": "none"}
        typed = st.text_input(**_named("hidden_layers", look))
        widths = parse("hidden_layers", typed or "")
        if isinstance(widths, tuple):
            shorter = widths[:-1] if widths else None
            longer = (*widths, widths[-1] if widths else 4) if len(widths) < MAX_LAYERS else None
            playground = session.current()
            for action, other in ((REMOVE_LAYER, shorter), (ADD_LAYER, longer)):
                action.button(st, playground, other, disabled=other is None, type="tertiary")
    return widths
