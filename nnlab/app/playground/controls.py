"""The buttons above the charts, and the speed."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from nnlab.app.links import keep_in_link
from nnlab.app.pace import DEFAULT_SPEED, SPEED_HELP, SPEEDS, choose_speed
from nnlab.app.playground import panels, session
from nnlab.app.playground.session import Playground

MAX_STEP = 1000  # iterations of one step at speed max


def render(playground: Playground) -> tuple[int | None, str | None]:
    """Draw the buttons; return the speed, as in SPEEDS, and the open panel's name."""
    run, training = playground.run, playground.training
    stuck = run.diverged or not len(run.dataset.train_inputs)
    bar = st.container(horizontal=True, vertical_alignment="center", gap="xsmall")
    buttons = bar.container(horizontal=True, width="content", gap="xsmall")
    speed = _speed(bar)
    with bar.container(width="content", key="panel_choice"):
        panel = panels.choice()
    step = speed or MAX_STEP
    # The browser may tell a click twice, with a tick and by itself. So two buttons in one place, as
    # to press Pause twice is not to press Start, and a step says where it begins.
    buttons.button(
        "Pause" if training else "Start",
        key="pause" if training else "start",
        type="primary",
        width=84,
        on_click=session.pause if training else session.start_training,
        disabled=stuck,
        help="Start or pause the training. Key: space.",
    )
    buttons.button(
        "Step",
        key="step",
        on_click=session.step,
        args=(playground, 1),
        disabled=stuck,
        help="Make one iteration. Key: →",
    )
    buttons.button(
        f"Step {step}",
        key="step_tick",
        width=94,
        on_click=session.step,
        args=(playground, step),
        disabled=stuck,
        help="Make as many iterations as one update of the page. Keys: Shift and →",
    )
    buttons.button(
        "Reset",
        key="reset",
        on_click=session.begin_run,
        args=(run.config,),
        help="Back to iteration 0 with the same seed. Key: R",
    )
    return speed, panel


def _speed(bar: DeltaGenerator) -> int | None:
    """Draw the choice of speed, keep it in the link, and return it as in SPEEDS."""
    bar.markdown("Speed", help=SPEED_HELP)
    with bar:
        name = choose_speed(
            "speed",
            default=st.query_params.get("speed", DEFAULT_SPEED),
            on_change=session.restart_clock,
        )
    # Not bind="query-params", which would write the label, Max, where links say max.
    keep_in_link("speed", name, DEFAULT_SPEED)
    return SPEEDS[name]
