"""The buttons of the view "Compare"."""

import streamlit as st

from nnlab.app.explore import session
from nnlab.app.explore.actions import PAUSE_PAIR, RESET_PAIR, SHOW_ENDS, START_PAIR, STEP_PAIR
from nnlab.app.pace import SPEED_HELP, SPEEDS, choose_speed


def pair_controls() -> int | None:
    """Draw the buttons; return the speed, as in SPEEDS."""
    pair = session.pair()
    start_or_pause = PAUSE_PAIR if pair.training else START_PAIR
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        start_or_pause.button(st, pair, type="primary", width=84)
        for action in (STEP_PAIR, RESET_PAIR, SHOW_ENDS):
            action.button(st, pair)
        name = choose_speed("compare_speed", "10", persist_state="session", help=SPEED_HELP)
    return SPEEDS[name]
