"""When a run of a sweep counts as solved: one choice for all views of Explore."""

import sys

import streamlit as st

from nnlab.app.explore import session
from nnlab.sweep.analysis.columns import ACCURACIES, METRICS
from nnlab.sweep.analysis.seed_spread import Rule
from nnlab.training.config import Config

DEFAULTS = {"classification": Rule("test_accuracy", 0.95), "regression": Rule("test_loss", 0.01)}
DEFAULT_LOSS = {"classification": 0.1, "regression": 0.01}
METRICS_OF = {
    "classification": METRICS,
    "regression": tuple(name for name in METRICS if name not in ACCURACIES),
}


def rule(base: Config) -> Rule:
    """Return the rule chosen for this kind of problem, or the link's: `solved=test_loss:0.05`."""
    state, problem = st.session_state, base.problem
    metric_key, loss_key = f"solved_metric_{problem}", f"solved_loss_{problem}"
    if metric_key not in state:
        found = _linked(problem)
        is_accuracy = found.metric in ACCURACIES
        accuracy = found if is_accuracy else DEFAULTS["classification"]
        state[metric_key], state.solved_percent = found.metric, 100 * accuracy.threshold
        state[loss_key] = DEFAULT_LOSS[problem] if is_accuracy else found.threshold
    metric = state[metric_key]
    found = Rule(metric, state.solved_percent / 100 if metric in ACCURACIES else state[loss_key])
    session.keep_in_query("solved", _text(found), _text(DEFAULTS[problem]))
    return found


def _text(rule: Rule) -> str:
    return f"{rule.metric}:{rule.threshold:.6g}"


def _linked(problem: str) -> Rule:
    """Return the link's rule, or the default if the link has none for this kind of problem."""
    metric, _, threshold = session.current().query.get("solved", "").partition(":")
    try:
        found = Rule(metric, float(threshold))
    except ValueError:
        return DEFAULTS[problem]
    most = 1 if metric in ACCURACIES else sys.float_info.max
    fits = metric in METRICS_OF[problem] and 0 <= found.threshold <= most
    return found if fits else DEFAULTS[problem]


def choose(base: Config) -> Rule:
    """Draw the choice of metric and threshold, and return the rule."""
    rule(base)  # sets the first values of the fields
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        metric = st.selectbox(
            "Solved by",
            METRICS_OF[base.problem],
            format_func=lambda name: name.replace("_", " "),
            key=f"solved_metric_{base.problem}",
            persist_state="session",
            width=180,
            help="Decides whether a run has solved the problem. The chart shows it, too.",
        )
        is_accuracy = metric in ACCURACIES
        st.number_input(
            "at least, in %" if is_accuracy else "at most",
            min_value=0.0,
            max_value=100.0 if is_accuracy else None,
            step=1.0 if is_accuracy else 0.01,
            format="%.4g",
            key="solved_percent" if is_accuracy else f"solved_loss_{base.problem}",
            persist_state="session",
            width=150,
            help="A run counts as solved with at least this accuracy."
            if is_accuracy
            else "A run counts as solved at this loss or less.",
        )
    return rule(base)
