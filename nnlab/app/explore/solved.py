"""When a run of a sweep counts as solved: one choice for all views of Explore."""

import sys

import streamlit as st

from nnlab.app.explore import session
from nnlab.app.explore.session import SolvedBy
from nnlab.sweep.analysis.columns import ACCURACIES, METRICS
from nnlab.sweep.analysis.seed_spread import Rule
from nnlab.training.config import Config
from nnlab.training.wording import label

DEFAULTS = {"classification": Rule("test_accuracy", 0.95), "regression": Rule("test_loss", 0.01)}
DEFAULT_LOSS = {"classification": 0.1, "regression": 0.01}
METRICS_OF = {
    "classification": METRICS,
    "regression": tuple(name for name in METRICS if name not in ACCURACIES),
}


def rule(base: Config) -> Rule:
    """Return the rule chosen for this kind of problem, or the link's: `solved=test_loss:0.05`."""
    metric, percent, loss = _chosen(base.problem)
    found = Rule(metric, percent / 100 if metric in ACCURACIES else loss)
    session.keep_in_query("solved", _text(found), _text(DEFAULTS[base.problem]))
    return found


def _chosen(problem: str) -> SolvedBy:
    """Return what was chosen for this kind of problem, or else what the link says."""
    known = session.current().solved.get(problem)
    if known:
        return known
    linked = _linked(problem)
    is_accuracy = linked.metric in ACCURACIES
    accuracy = linked if is_accuracy else DEFAULTS["classification"]
    loss = DEFAULT_LOSS[problem] if is_accuracy else linked.threshold
    chosen = SolvedBy(linked.metric, 100 * accuracy.threshold, loss)
    session.keep_solved(problem, chosen)
    return chosen


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
    chosen, metrics = _chosen(base.problem), METRICS_OF[base.problem]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        metric = st.selectbox(
            "Solved when",
            metrics,
            index=metrics.index(chosen.metric),
            format_func=label,
            key=f"solved_metric_{base.problem}",
            width=180,
            help="A run counts as solved when it meets this rule. The chart shows the threshold.",
        )
        is_accuracy = metric in ACCURACIES
        threshold = st.number_input(
            "at least, in %" if is_accuracy else "at most",
            min_value=0.0,
            max_value=100.0 if is_accuracy else None,
            value=chosen.percent if is_accuracy else chosen.loss,
            step=1.0 if is_accuracy else 0.01,
            format="%.4g",
            key="solved_percent" if is_accuracy else f"solved_loss_{base.problem}",
            width=150,
            help="A run counts as solved with at least this accuracy."
            if is_accuracy
            else "A run counts as solved at this loss or less.",
        )
    kind = "percent" if is_accuracy else "loss"
    session.keep_solved(base.problem, chosen._replace(metric=metric, **{kind: threshold}))
    return rule(base)
