"""The buttons of the view "Compare"."""

import streamlit as st

from nnlab.app.explore import lockstep, session
from nnlab.app.pace import SPEED_HELP, SPEEDS, choose_speed


def pair_controls() -> int | None:
    """Draw the buttons; return the speed, as in SPEEDS."""
    pair = session.pair()
    ended = pair.runs is not None and not any(map(lockstep.left, pair.runs))
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.button(  # two buttons in one place: see the playground's controls
            "Pause" if pair.training else "Start",
            key="compare_pause" if pair.training else "compare_start",
            type="primary",
            width=84,
            on_click=session.pause_pair if pair.training else session.train_pair,
            disabled=ended,
            help="Train both from their start, in lockstep, or pause.",
        )
        st.button(
            "Step",
            key="compare_step",
            on_click=session.step_pair,
            args=(pair,),
            disabled=ended,
            help="Make one iteration of both.",
        )
        st.button(
            "Reset",
            key="compare_reset",
            on_click=session.reset_pair,
            help="Both back to iteration 0, with the same seeds.",
        )
        st.button(
            "Show final state",
            key="compare_ends",
            on_click=session.show_final_states,
            disabled=pair.runs is None,
            help="Show both as they ended: in the sweep, or as the playground has its run.",
        )
        name = choose_speed("compare_speed", persist_state="session", help=SPEED_HELP)
    return SPEEDS[name]
