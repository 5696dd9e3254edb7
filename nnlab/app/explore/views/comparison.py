"""Two runs that are compared: what becomes of them as the buttons say.

The session's key `compared` holds the Comparison.
"""

from typing import NamedTuple

import streamlit as st

from nnlab.app.explore.views import lockstep
from nnlab.app.pace import SPEED_HELP, SPEEDS, TICK_SECONDS, choose_speed, slower
from nnlab.app.turns import turn
from nnlab.training.config import Config
from nnlab.training.run import advance, start


class Comparison(NamedTuple):
    """Two runs that are compared.

    Attributes
    ----------
    configs : their settings
    runs : at the same iteration, but for one that has ended; None while their ends are shown, as
        the sweep and the playground have them
    going : whether they train
    interval : seconds between their ticks
    number : which comparison of the session it is; with another one the charts' zoom ends
    """

    configs: tuple[Config, Config]
    runs: lockstep.Pair | None = None
    going: bool = False
    interval: float = TICK_SECONDS
    number: int = 0

    def moved(self) -> lockstep.Pair:
        """Return the runs, which begin if only their ends have been shown."""
        return self.runs or (start(self.configs[0]), start(self.configs[1]))


def current() -> Comparison:
    """Return the comparison of the session."""
    found: Comparison = st.session_state.compared
    return found


def follow(configs: tuple[Config, Config]) -> None:
    """Begin anew when other runs are chosen."""
    shown: Comparison | None = st.session_state.get("compared")
    if shown is None or shown.configs != configs:
        st.session_state.compared = _another(configs)


def controls() -> int | None:
    """Draw the buttons; return the speed, as in SPEEDS."""
    shown = current()
    over = shown.runs is not None and not any(map(lockstep.left, shown.runs))
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.button(  # two buttons in one place, as controls.py says why
            "Pause" if shown.going else "Start",
            key="compare_pause" if shown.going else "compare_start",
            type="primary",
            width=84,
            on_click=_set_going,
            args=(not shown.going,),
            disabled=over,
            help="Train both from their start, in lockstep, or pause.",
        )
        st.button(
            "Step",
            key="compare_step",
            on_click=_step,
            args=(shown,),
            disabled=over,
            help="Make one iteration of both.",
        )
        st.button(
            "Reset",
            key="compare_reset",
            on_click=_reset,
            help="Both back to iteration 0, with the same seeds.",
        )
        st.button(
            "Ends",
            key="compare_ends",
            on_click=_show_ends,
            disabled=shown.runs is None,
            help="Both as they have ended: in the sweep, or as the playground has its run.",
        )
        name = choose_speed("compare_speed", persist_state="session", help=SPEED_HELP)
    return SPEEDS[name]


def _another(configs: tuple[Config, Config]) -> Comparison:
    """Return a new comparison of these settings, as their runs have ended."""
    before: Comparison | None = st.session_state.get("compared")
    return Comparison(configs, number=before.number + 1 if before else 0)


def _set_going(going: bool) -> None:
    shown = current()
    st.session_state.compared = shown._replace(runs=shown.moved(), going=going)


def _step(seen: Comparison) -> None:
    """Make a step of the comparison that was to be seen with the button, and stand."""
    shown = current()
    if not shown.going and shown.runs is not seen.runs:
        return  # the browser has told the click twice
    with turn():
        left, right = (advance(run, min(1, lockstep.left(run))) for run in shown.moved())
    st.session_state.compared = shown._replace(runs=(left, right), going=False)


def _reset() -> None:
    shown = _another(current().configs)
    st.session_state.compared = shown._replace(runs=shown.moved())


def _show_ends() -> None:
    st.session_state.compared = _another(current().configs)


def slow_down() -> None:
    """Make fewer ticks, as the network cannot follow."""
    shown = current()
    if shown.going:
        st.session_state.compared = shown._replace(interval=slower(shown.interval))


def pause() -> None:
    """Let both stand, if there are any."""
    shown: Comparison | None = st.session_state.get("compared")
    if shown:
        st.session_state.compared = shown._replace(going=False)
