"""When a run of a sweep counts as solved: chosen once, for all views of the page Explore."""

from collections.abc import Sequence

import streamlit as st

from nnlab.config import Config
from nnlab.results.columns import ACCURACIES, metrics_of
from nnlab.results.luck import Rule
from nnlab.sweep import Result

DEFAULT_PERCENT = 95.0
DEFAULT_LOSS = {"classification": 0.1, "regression": 0.01}


def rule(base: Config) -> Rule:
    """Return the rule that has been chosen, or the default one."""
    state = st.session_state
    accuracies = base.problem == "classification"
    metric = state.get("solved_metric") or ("test_accuracy" if accuracies else "test_loss")
    if metric in ACCURACIES:
        return Rule(metric, state.get("solved_percent", DEFAULT_PERCENT) / 100)
    return Rule(metric, state.get("solved_loss", DEFAULT_LOSS[base.problem]))


def choose(base: Config, results: Sequence[Result]) -> Rule:
    """Draw the choice of metric and threshold, and return the rule."""
    metrics = metrics_of(results)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        metric = st.selectbox(
            "Solved by",
            metrics,
            format_func=lambda name: name.replace("_", " "),
            key="solved_metric",
            persist_state="session",
            width=180,
            help="What decides whether a run has solved the problem; it is also what is drawn.",
        )
        if metric in ACCURACIES:
            st.number_input(
                "at least, in %",
                0.0,
                100.0,
                DEFAULT_PERCENT,
                1.0,
                format="%.4g",
                key="solved_percent",
                persist_state="session",
                width=150,
                help="The share of points on the right side from which a run counts as solved.",
            )
        else:
            st.number_input(
                "at most",
                0.0,
                None,
                DEFAULT_LOSS[base.problem],
                0.01,
                format="%.4g",
                key="solved_loss",
                persist_state="session",
                width=150,
                help="The loss down to which a run counts as solved.",
            )
    return rule(base)
