"""The buttons above the charts, and the speed."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from nnlab.app.pace import DEFAULT_SPEED, SPEEDS, choose_speed
from nnlab.app.playground import panels, session
from nnlab.app.playground.actions import PAUSE, RESET, START, STEP, STEP_TICK
from nnlab.app.playground.record import Playground

MAX_STEP = 1000  # iterations of one step at speed max


def render(playground: Playground) -> tuple[int | None, str | None, DeltaGenerator]:
    """Draw the buttons.

    Returns
    -------
    speed : as in SPEEDS
    panel : name of the open one
    end : the place at the right end
    """
    bar = st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="toolbar")
    buttons = bar.container(horizontal=True, width="content", gap="xsmall")
    speed = _speed(bar)
    with bar.container(width="content", key="panel_choice"):
        panel = panels.choice()
    end = bar.container(horizontal=True, width="content", gap="xsmall", key="toolbar_end")
    step = speed or MAX_STEP
    start_or_pause = PAUSE if playground.training else START
    start_or_pause.button(buttons, playground, type="primary", width=84)
    STEP.button(buttons, playground, 1)
    STEP_TICK.button(buttons, playground, step, label=f"Step {step}", width=94)
    RESET.button(buttons, playground)
    return speed, panel, end


def _speed(bar: DeltaGenerator) -> int | None:
    """Draw the choice of speed, keep it in the link, and return it as in SPEEDS."""
    with bar.container(width="content", key="speed_choice"):
        playground = session.current()
        linked, key = playground.query.get("speed", DEFAULT_SPEED), playground.fields.key("speed")
        name = choose_speed(key, linked, on_change=session.restart_clock)
    session.keep_in_query("speed", name, DEFAULT_SPEED)
    return SPEEDS[name]
