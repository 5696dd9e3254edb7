"""When a run of a sweep counts as solved: one choice for all views of Explore."""

import sys

import streamlit as st

from nnlab.app.explore import session
from nnlab.sweep.analysis.columns import ACCURACIES, METRICS
from nnlab.sweep.analysis.seed_spread import Rule
from nnlab.training.config import Config

LINK_NAMES = ("solved",)
DEFAULTS = {"classification": Rule("test_accuracy", 0.95), "regression": Rule("test_loss", 0.01)}
DEFAULT_LOSS = {"classification": 0.1, "regression": 0.01}
METRICS_OF = {
    "classification": METRICS,
    "regression": tuple(name for name in METRICS if name not in ACCURACIES),
}


def rule(base: Config) -> Rule:
    """Return the rule that was chosen for such a problem, else the one in the link.

    In the link it is `solved=test_loss:0.05`.
    """
    state, problem = st.session_state, base.problem
    if f"solved_metric_{problem}" not in state:
        found = _linked(problem)
        is_accuracy = found.metric in ACCURACIES
        state[f"solved_metric_{problem}"] = found.metric
        state.solved_percent = (
            100 * (found if is_accuracy else DEFAULTS["classification"]).threshold
        )
        state[f"solved_loss_{problem}"] = DEFAULT_LOSS[problem] if is_accuracy else found.threshold
    metric = state[f"solved_metric_{problem}"]
    if metric in ACCURACIES:
        found = Rule(metric, state.solved_percent / 100)
    else:
        found = Rule(metric, state[f"solved_loss_{problem}"])
    session.keep_in_query("solved", _text(found), _text(DEFAULTS[problem]))
    return found


def _text(rule: Rule) -> str:
    return f"{rule.metric}:{rule.threshold:.6g}"


def _linked(problem: str) -> Rule:
    """Return the rule in the link, or the default if it has none for such a problem."""
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
        if metric in ACCURACIES:
            st.number_input(
                "at least, in %",
                0.0,
                100.0,
                step=1.0,
                format="%.4g",
                key="solved_percent",
                persist_state="session",
                width=150,
                help="A run counts as solved from this fraction of correct points.",
            )
        else:
            st.number_input(
                "at most",
                0.0,
                step=0.01,
                format="%.4g",
                key=f"solved_loss_{base.problem}",
                persist_state="session",
                width=150,
                help="A run counts as solved at this loss or less.",
            )
    return rule(base)
