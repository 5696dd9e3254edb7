"""The sidebar: widgets for all settings, which make one Config."""

from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from nnlab.app import theme
from nnlab.app.action import Action
from nnlab.app.links import in_words
from nnlab.app.playground import own_points, rate_steps, session, summaries
from nnlab.app.playground.actions import (
    ADD_LAYER,
    HIGHER_RATE,
    LOWER_RATE,
    NEW_SEED,
    REMOVE_LAYER,
)
from nnlab.app.playground.record import Playground
from nnlab.data.datasets import DATASETS_FOR, OWN
from nnlab.data.features import FEATURES
from nnlab.data.rules import BrokenRule
from nnlab.figures.dataset_pictures import picture
from nnlab.model.activations import ACTIVATIONS
from nnlab.model.losses import OUTPUT_LOSSES
from nnlab.model.network import INITIALIZATIONS
from nnlab.model.optimizers import OPTIMIZERS, PENALTIES, SCHEDULES
from nnlab.training.config import MAX_LAYERS, SETTINGS, Config, parse
from nnlab.training.wording import label, option_name, read_options, value_text
from nnlab.training.work import check_work

DEFAULTS = Config()


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
        return None, in_words(error)
    return config, ""


def _data() -> dict[str, Any]:
    st.header("Data · :gray[restarts]", anchor=False)
    problem = _buttons("problem", DATASETS_FOR)
    known = DATASETS_FOR[problem]
    if _value("dataset") not in known:
        session.fill({"dataset": DEFAULTS.dataset})
    dataset = _pictures(known)
    values: dict[str, Any] = {"problem": problem, "dataset": dataset}
    if dataset != OWN:
        left, right = st.columns(2)
        values["samples"] = _number(left, "samples", step=100)
        values["noise"] = _number(right, "noise", step=0.05)
    with _popover("data", partial(summaries.of_data, own_points=len(session.current().own.points))):
        left, right = st.columns(2)
        if dataset != OWN:
            values["data_seed"] = _number(left, "data_seed")
            values["test_seed"] = _number(right, "test_seed")
        values["test_samples"] = _number(left, "test_samples", step=100)
        own_points.files(problem)
    return values


def _network() -> dict[str, Any]:
    with st.container(horizontal=True, vertical_alignment="center", key="network_heading"):
        st.header("Network · :gray[restarts]", anchor=False)
        NEW_SEED.button(st, session.current(), _value("seed") or 0, type="tertiary")
    left, right = st.columns([1.25, 1])
    with left:
        values: dict[str, Any] = {"hidden_layers": _hidden_layers()}
    help_ = SETTINGS["activation"].help + " Or type one per hidden layer: tanh, relu"
    known = dict.fromkeys([*ACTIVATIONS, _value("activation")])
    look: dict[str, Any] = {"accept_new_options": True, "help": help_, "format_func": _activations}
    activation = _choice(right, "activation", known, **look)
    values["activation"] = read_options("activation", activation or "")
    with _popover("network", summaries.of_network):
        features = _named("features", {"default": _value("features"), "selection_mode": "multi"})
        chosen = st.pills(options=FEATURES, **features, **_words("features"))
        values["features"] = tuple(name for name in FEATURES if name in chosen)
        left, right = st.columns(2)
        values["initialization"] = _choice(left, "initialization", INITIALIZATIONS)
        values["seed"] = _number(right, "seed")
        if _value("problem") == "classification":
            values["output_loss"] = _choice(st, "output_loss", OUTPUT_LOSSES)
    return values


def _training() -> dict[str, Any]:
    st.header("Training · :gray[changes this run]", anchor=False)
    left, right = st.columns([1.25, 1])
    with left:
        values = {"learning_rate": _learning_rate()}
    values["iterations"] = _number(right, "iterations", step=1000)
    with _popover("training", summaries.of_training):
        left, right = st.columns(2)
        values["optimizer"] = _choice(left, "optimizer", OPTIMIZERS)
        if values["optimizer"] in ("momentum", "nesterov"):
            values["momentum"] = _number(right, "momentum", step=0.1)
        left, right = st.columns(2)
        values["batch_size"] = _number(left, "batch_size", placeholder="all points")
        values["learning_rate_schedule"] = _choice(right, "learning_rate_schedule", SCHEDULES)
        left, right = st.columns(2)
        values["regularization"] = _choice(left, "regularization", PENALTIES)
        if values["regularization"] != "none":
            rate = _number(right, "regularization_rate", label="Strength", step=0.001)
            values["regularization_rate"] = rate
        values["target_loss"] = _number(st, "target_loss", placeholder="off", step=0.01)
        values["patience"] = _number(st, "patience", placeholder="off", step=100)
    return values


def _value(name: str) -> Any:
    return session.current().fields.values[name]


def _popover(name: str, summary: Callable[[Any], str]) -> DeltaGenerator:
    """Return a popover labelled by what it holds; it stays open when that changes."""
    words = summary(session.current().fields.values)
    return st.popover(words, key=f"{name}_popover", help=words, width="stretch")


def _activations(value: str) -> str:
    return value_text("activation", value)


def _words(name: str) -> dict[str, Any]:
    return {"format_func": partial(option_name, name)}


def _named(name: str, look: dict[str, Any]) -> dict[str, Any]:
    key = session.current().fields.key(name)
    change = {"on_change": session.enter, "args": (name, key)}
    return {"label": label(name), "key": key, "help": SETTINGS[name].help, **change, **look}


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
    named = _named(name, _words(name) | look)
    return where.selectbox(options=options, index=options.index(_value(name)), **named)


def _buttons(name: str, known: Iterable[str]) -> Any:
    look = {"label_visibility": "collapsed", "required": True, "default": _value(name)}
    named = _named(name, _words(name) | look)
    return st.segmented_control(options=list(known), width="stretch", **named)


def _pictures(known: Sequence[str]) -> Any:
    """Draw the choice of the data set: buttons with pictures, and names for those who ask."""
    palette = theme.palette()
    rules = [
        f".st-key-datasets [role=radio]:nth-child({number}) {{ background-image: "
        f"url(data:image/svg+xml;base64,{b64encode(picture(name, palette).encode()).decode()}) }}"
        for number, name in enumerate(known, 1)
    ]
    st.html(f"<style>{' '.join(rules)}</style>")
    with st.container(key="datasets"):
        return _buttons("dataset", known)


def _typed(name: str, **look: Any) -> Any:
    """Draw a setting as text, and return it parsed."""
    typed = st.text_input(**_named(name, {"value": _value(name), **look}))
    return parse(name, typed or "")


def _icon_button(action: Action[Playground], value: Any) -> None:
    """Draw a button that enters a value; None: there is none. The page's style hides its label."""
    action.button(st, session.current(), value, disabled=value is None, type="tertiary")


def _learning_rate() -> Any:
    """Draw the learning rate, with two buttons for the next lower and higher one of a series."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", key="rate_field"):
        rate = _typed("learning_rate")
        known = isinstance(rate, float) and rate > 0
        for action, step in ((LOWER_RATE, rate_steps.lower), (HIGHER_RATE, rate_steps.higher)):
            _icon_button(action, step(rate) if known else None)
    return rate


def _hidden_layers() -> Any:
    """Draw the widths of the hidden layers as text, with two buttons; return them parsed."""
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="xsmall", key="widths_field"
    ):
        widths = _typed("hidden_layers", placeholder="none")
        known = isinstance(widths, tuple)
        shorter = widths[:-1] if known and widths else None
        longer = (*widths, widths[-1] if widths else 4) if known else None
        longer = None if longer and len(longer) > MAX_LAYERS else longer
        for action, other in ((REMOVE_LAYER, shorter), (ADD_LAYER, longer)):
            _icon_button(action, other)
    return widths
