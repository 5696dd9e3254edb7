"""The sidebar: widgets for all settings, which make one Config."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from nnlab.app import theme
from nnlab.app.action import Action
from nnlab.app.links import in_words
from nnlab.app.playground import rate_steps, session, summaries, upload
from nnlab.app.playground.actions import (
    ADD_LAYER,
    HIGHER_RATE,
    LOWER_RATE,
    NEW_SEED,
    REMOVE_LAYER,
)
from nnlab.app.playground.record import Playground
from nnlab.app.playground.setting_fields import (
    buttons,
    choice,
    named,
    number,
    typed,
    value,
    words,
)
from nnlab.data import formula
from nnlab.data.datasets import CURVE, DATASETS, DATASETS_FOR, OWN
from nnlab.data.features import FEATURES
from nnlab.data.labels import MAX_CLASSES
from nnlab.data.real_sets import REAL_SETS, table_of
from nnlab.data.rules import BrokenRule
from nnlab.figures.dataset_pictures import picture
from nnlab.figures.style import COLOR_NAMES
from nnlab.model.activations import ACTIVATIONS
from nnlab.model.heads import OUTPUT_LOSSES
from nnlab.model.initialization import INITIALIZATIONS
from nnlab.model.optimizers import OPTIMIZERS, PENALTIES, SCHEDULES
from nnlab.training.config import MAX_LAYERS, SETTINGS, Config
from nnlab.training.wording import read_options, value_text
from nnlab.training.work import check_work

DEFAULTS = Config()
# The settings in each popover of the sidebar, by the popover's key, and in each section.
_POPOVERS = {
    "data_popover": ("data_seed", "test_seed", "test_samples", "points"),
    "network_popover": ("features", "initialization", "seed", "output_loss"),
    "training_popover": (
        *("optimizer", "momentum", "batch_size", "learning_rate_schedule", "regularization"),
        *("regularization_rate", "target_loss", "patience"),
    ),
}
PLACES = {
    **_POPOVERS,
    "data_section": (
        *("problem", "dataset", "classes", "data_columns", "function", "samples", "noise"),
        *_POPOVERS["data_popover"],
    ),
    "network_section": ("hidden_layers", "activation", *_POPOVERS["network_popover"]),
    "training_section": ("learning_rate", "iterations", *_POPOVERS["training_popover"]),
}


def settings() -> tuple[Config | None, str]:
    """Draw the sidebar and return its settings, or None and what is wrong with them."""
    values: dict[str, Any] = {}
    for section, draw in (("data", _data), ("network", _network), ("training", _training)):
        with st.sidebar.container(key=f"{section}_section"):
            values |= draw()
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
    problem = buttons("problem", DATASETS_FOR)
    known = [
        # those of TensorFlow Playground come only with its links
        name
        for name in DATASETS_FOR[problem]
        if name == value("dataset") or not DATASETS[name].is_tfp
    ]
    if value("dataset") not in known:
        session.fill({"dataset": DEFAULTS.dataset})
    dataset = _pictures(known)
    values: dict[str, Any] = {"problem": problem, "dataset": dataset}
    source = DATASETS[dataset]
    if source.is_random:
        left, right = st.columns(2)
        values["samples"] = number(left, "samples", step=100)
        values["noise"] = number(right, "noise", step=0.05)
    if problem == "classification" and source.n_classes is None:
        values["classes"] = buttons(
            "classes", range(2, MAX_CLASSES + 1), label_visibility="visible"
        )
    if "data_columns" in source.shaped_by:
        values["data_columns"] = _columns(dataset)
    if "function" in source.shaped_by:
        known_functions = dict.fromkeys([*formula.EXAMPLES, value("function")])
        values["function"] = choice(st, "function", known_functions, accept_new_options=True)
    own = None if "points" in session.current().hidden else len(session.current().own.points)
    with _popover("data", partial(summaries.of_data, own=own)):
        left, right = st.columns(2)
        if source.is_random:
            values["data_seed"] = number(left, "data_seed")
        if dataset != OWN and not source.is_tfp:
            values["test_seed"] = number(right, "test_seed")
        values["test_samples"] = number(left, "test_samples", step=100)
        upload.files(problem)
    return values


def _columns(dataset: str) -> tuple[str, ...]:
    """Draw the choice of two columns of a real data set, and say what its data are."""
    table, real = table_of(dataset), REAL_SETS[dataset]
    if not {*value("data_columns")} <= {*table.names}:  # those of another data set
        session.fill({"data_columns": ()})
    look = named(
        "data_columns", {"default": value("data_columns") or real.pair, "max_selections": 2}
    )
    chosen = st.multiselect(options=table.names, **look)
    # a regression's table has no classes
    classes = [f"{color}: {name}" for color, name in zip(COLOR_NAMES, table.classes, strict=False)]
    st.caption(f"{real.about} {' · '.join(classes)}")
    return tuple(chosen)


def _network() -> dict[str, Any]:
    with st.container(horizontal=True, vertical_alignment="center", key="network_heading"):
        st.header("Network · :gray[restarts]", anchor=False)
        NEW_SEED.button(st, session.current(), value("seed") or 0, type="tertiary")
    left, right = st.columns([1.25, 1])
    with left:
        values: dict[str, Any] = {"hidden_layers": _hidden_layers()}
    help_ = SETTINGS["activation"].help + " Or type one per hidden layer: tanh, relu"
    known = dict.fromkeys([*ACTIVATIONS, value("activation")])
    look: dict[str, Any] = {"accept_new_options": True, "help": help_, "format_func": _activations}
    activation = choice(right, "activation", known, **look)
    values["activation"] = read_options("activation", activation or "")
    with _popover("network", summaries.of_network):
        seen = [name for name in FEATURES if value("dataset") != CURVE or "x2" not in name]
        begin = [name for name in value("features") if name in seen]
        features = named("features", {"default": begin, "selection_mode": "multi"})
        chosen = st.pills(options=seen, **features, **words("features"))
        values["features"] = tuple(name for name in FEATURES if name in chosen)
        left, right = st.columns(2)
        values["initialization"] = choice(left, "initialization", INITIALIZATIONS)
        values["seed"] = number(right, "seed")
        if value("problem") == "classification":
            values["output_loss"] = choice(st, "output_loss", OUTPUT_LOSSES)
    return values


def _training() -> dict[str, Any]:
    st.header("Training · :gray[changes this run]", anchor=False)
    left, right = st.columns([1.25, 1])
    with left:
        values = {"learning_rate": _learning_rate()}
    values["iterations"] = number(right, "iterations", step=1000)
    with _popover("training", summaries.of_training):
        left, right = st.columns(2)
        values["optimizer"] = choice(left, "optimizer", OPTIMIZERS)
        if values["optimizer"] in ("momentum", "nesterov"):
            values["momentum"] = number(right, "momentum", step=0.1)
        left, right = st.columns(2)
        with left:
            values["batch_size"] = typed("batch_size", placeholder="all points")
        values["learning_rate_schedule"] = choice(right, "learning_rate_schedule", SCHEDULES)
        left, right = st.columns(2)
        values["regularization"] = choice(left, "regularization", PENALTIES)
        if values["regularization"] != "none":
            rate = number(right, "regularization_rate", label="Strength", step=0.001)
            values["regularization_rate"] = rate
        values["target_loss"] = typed("target_loss", placeholder="off")
        values["patience"] = typed("patience", placeholder="off")
    return values


def _popover(name: str, summary: Callable[[Any], str]) -> DeltaGenerator:
    """Return a popover labelled by what one sees in it; it stays open when that changes."""
    playground = session.current()
    words = summary(summaries.without(playground.hidden, playground.fields.values))
    return st.popover(words, key=f"{name}_popover", help=words, width="stretch")


def _activations(value: str) -> str:
    return value_text("activation", value)


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
        return buttons("dataset", known)


def _icon_button(action: Action[Playground], value: Any) -> None:
    """Draw a button that enters a value; None: there is none. The page's style hides its label."""
    action.button(st, session.current(), value, disabled=value is None, type="tertiary")


def _learning_rate() -> Any:
    """Draw the learning rate, with two buttons for the next lower and higher one of a series."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", key="rate_field"):
        rate = typed("learning_rate")
        known = isinstance(rate, float) and rate > 0
        for action, step in ((LOWER_RATE, rate_steps.lower), (HIGHER_RATE, rate_steps.higher)):
            _icon_button(action, step(rate) if known else None)
    return rate


def _hidden_layers() -> Any:
    """Draw the widths of the hidden layers as text, with two buttons; return them parsed."""
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="xsmall", key="widths_field"
    ):
        widths = typed("hidden_layers", placeholder="none")
        known = isinstance(widths, tuple)
        shorter = widths[:-1] if known and widths else None
        longer = (*widths, widths[-1] if widths else 4) if known else None
        longer = None if longer and len(longer) > MAX_LAYERS else longer
        for action, other in ((REMOVE_LAYER, shorter), (ADD_LAYER, longer)):
            _icon_button(action, other)
    return widths
