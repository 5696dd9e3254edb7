"""What the playground says when a run goes wrong: the evidence, and one cure on a button.

A cure is tried before it is proposed: in short slices of the session's own turns, by a fragment of
its own, so that neither the training nor another session waits for more than a slice.
"""

import streamlit as st

from nnlab.app import report
from nnlab.app.pace import TICK_SECONDS
from nnlab.app.playground import session
from nnlab.app.playground.actions import ADVICE
from nnlab.app.playground.record import Playground
from nnlab.app.turns import BUDGET_SECONDS, turn
from nnlab.inspection.diagnosis.finding import Advice
from nnlab.inspection.diagnosis.trials import Trials

TRIES_WHILE_TRAINING = 4  # ticks between two slices, so that the training keeps most of the time


def render_advice(playground: Playground, advice: Advice, *, certain: bool) -> None:
    """Say what is wrong and what helps, with a button for it; in a calm colour unless certain."""
    finding, cure = advice.finding, advice.cure
    with st.container(horizontal=True, vertical_alignment="center", key="diagnosis"):
        tell = st.warning if certain else st.info
        tell(
            f"{finding.sentence} {cure.reason} {advice.evidence}",
            icon=":material/stethoscope:",
        )
        label = report.cure_label(cure)
        help_ = "Apply the advice; a new run starts. Undo brings this run back."
        ADVICE.button(st, playground, advice, label=label, help=help_)


def render_trials(playground: Playground) -> None:
    """Say that cures are being tried, and try them, slice by slice."""
    ticks = TRIES_WHILE_TRAINING if playground.training else 1
    with st.container(key="diagnosis"):
        st.fragment(_try, run_every=ticks * TICK_SECONDS)()


def _try() -> None:
    trials = session.current().trials
    if trials and not trials.ended:
        with turn() as others:
            trials = make_slice(trials, others)
        session.tried(trials)
    if not trials or trials.ended:
        st.rerun()
    st.caption("Something is wrong. Trying what helps…" if trials.certain else "Trying what helps…")


def make_slice(trials: Trials, others: int) -> Trials:
    """Advance the trials by what a turn has time for; `others` wait for theirs."""
    return trials.advanced(BUDGET_SECONDS / (1 + others))
