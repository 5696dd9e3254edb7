"""What the buttons do to the run: let it go and stand, step, begin anew, branch off."""

import time
from typing import NamedTuple

import streamlit as st

from nnlab.app.pace import TICK_SECONDS, slower
from nnlab.app.playground import time_travel
from nnlab.app.turns import advance_in_turn
from nnlab.training.config import Config
from nnlab.training.run import Run, start


class Going(NamedTuple):
    """A run that has been set going: its goal, its pace, and where its mean speed counts from."""

    goal: int
    interval: float  # seconds between its ticks
    since_iteration: int
    since_time: float

    def mean_speed(self, run: Run) -> float:
        """Return the iterations per second since it was set going."""
        return (run.iteration - self.since_iteration) / (time.perf_counter() - self.since_time)


def reset(config: Config) -> None:
    """Begin a new run, which waits for its start."""
    time_travel.forget()
    state = st.session_state
    state.running = None
    state.run, state.run_number = start(config), state.get("run_number", 0) + 1


def renew() -> None:
    """Let the page begin a new run of the settings that it finds when it is drawn next.

    The run stays in the session until then, for the clicks and ticks that come before.
    """
    st.session_state.renew = True


def last_goal(run: Run) -> int:
    """Return the whole multiple of `config.iterations` that the run has reached or is on to."""
    once = run.config.iterations
    return max(1, -(-run.iteration // once)) * once


def set_running(running: bool) -> None:
    """Let the run go, from the present, or stand."""
    time_travel.return_to_present()
    state = st.session_state
    run: Run = state.run
    goal = last_goal(run)
    if goal == run.iteration:
        goal += run.config.iterations
    now = time.perf_counter()
    state.running = Going(goal, TICK_SECONDS, run.iteration, now) if running else None


def measure_anew() -> None:
    """Begin to measure the speed anew, as another one was chosen."""
    if st.session_state.running:
        set_running(True)


def slow_down() -> None:
    """Make fewer ticks, as the network cannot follow."""
    going: Going | None = st.session_state.running
    if going:
        st.session_state.running = going._replace(interval=slower(going.interval))


def branch() -> None:
    """Let the run go on from the moment that is looked at."""
    if not st.session_state.running:  # else the browser has told the click twice
        time_travel.branch()
        set_running(True)


def take_branch_back() -> None:
    """Return to the run that the branch left behind; it stands."""
    st.session_state.running = None
    time_travel.take_back()


def step(begin: int, iterations: int) -> None:
    """Make so many iterations, and stand.

    Parameters
    ----------
    begin : iteration that the run was at when the button was drawn
    """
    time_travel.return_to_present()
    state = st.session_state
    if not state.running and state.run.iteration != begin:
        return  # the browser has told the click twice
    state.running = None
    state.run = advance_in_turn(state.run, iterations)
