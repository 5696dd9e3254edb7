"""The buttons of the view "Compare"."""

from functools import partial

import streamlit as st

from nnlab.app.explore import lockstep, session
from nnlab.app.pace import SPEED_HELP, SPEEDS, choose_speed


def pair_controls() -> int | None:
    """Draw the buttons; return the speed, as in SPEEDS."""
    pair = session.pair()
    ended = pair.runs is not None and not any(map(lockstep.remaining, pair.runs))
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.button(  # two in one place, so that a late second click on Pause starts nothing
            "Pause" if pair.training else "Start",
            key="compare_pause" if pair.training else "compare_start",
            type="primary",
            width=84,
            on_click=session.pause_pair if pair.training else session.train_pair,
            disabled=ended,
            help="Train both in lockstep from where they are, or pause.",
        )
        step, reset, ends = (
            "Make one iteration of both.",
            "Set both back to iteration 0, with the same seeds.",
            "Show the final states in the sweep, or the playground's run as it is.",
        )
        act = partial(session.step_pair, pair)
        st.button("Step", "compare_step", on_click=act, disabled=ended, help=step)
        st.button("Reset", "compare_reset", on_click=session.reset_pair, help=reset)
        st.button(
            "Show final state",
            "compare_ends",
            on_click=session.show_final_states,
            disabled=pair.runs is None,
            help=ends,
        )
        name = choose_speed("compare_speed", persist_state="session", help=SPEED_HELP)
    return SPEEDS[name]
