"""A sweep on the page: what it will cost, its start, pause and end, and how far it is.

The session's key `sweep` holds a Going, absent before the first start; `cost` the Cost of the
settings that were last measured; `sweep_refused` why a sweep could not start, mostly empty;
`start_asked`, whether Start was pressed, until it is heard.
"""

import time
from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from nnlab.app.explore import run_filter
from nnlab.app.explore.setup.planning import Plan
from nnlab.app.explore.sweep_state import failures
from nnlab.app.turns import turn
from nnlab.sweep import Result, Sweep
from nnlab.sweep.executors import shared_workers
from nnlab.sweep.sweep import UNWATCHED_SECONDS
from nnlab.training.config import Config
from nnlab.training.run import advance, evaluate, start

MEASURED_SECONDS = 0.1  # for the estimate
WATCH_SECONDS = UNWATCHED_SECONDS / 3  # between two looks from where its results are not drawn


class Cost(NamedTuple):
    """What a run of some settings takes, as measured on this server.

    Attributes
    ----------
    config : the settings
    around : seconds to draw the data and to look at the result
    iterations, seconds : that were made, and took so long
    """

    config: Config
    around: float
    iterations: int
    seconds: float

    def of(self, config: Config) -> float:
        """Return the seconds of a run with as many iterations as these settings say."""
        return self.around + self.seconds / self.iterations * config.iterations


class Going(NamedTuple):
    """A sweep that was started, what for, and when, in nanoseconds of a clock of its own."""

    plan: Plan
    sweep: Sweep
    started: int


def current() -> Going | None:
    """Return the sweep that was started last."""
    going: Going | None = st.session_state.get("sweep")
    return going


def is_active(going: Going | None) -> bool:
    """Say whether results will come, now or after a pause."""
    return going is not None and not going.sweep.finished


def _measured(config: Config) -> Cost:
    """Train these settings for a moment, unless they are those that were measured last."""
    state = st.session_state
    if "cost" not in state or state.cost.config != config:
        samples: list[Cost] = []
        with turn():
            began = time.perf_counter()
            while not samples or time.perf_counter() - began < MEASURED_SECONDS:
                samples.append(_sample(config))
        # the quickest: the others have waited for something else on this machine
        state.cost = min(samples, key=lambda sample: sample.of(config))
    cost: Cost = state.cost
    return cost


def _sample(config: Config) -> Cost:
    began = time.perf_counter()
    run = start(config)
    started = time.perf_counter()
    run = advance(run, config.iterations, seconds=MEASURED_SECONDS / 3)
    trained = time.perf_counter()
    evaluate(run)
    around = started - began + time.perf_counter() - trained
    return Cost(config, around, max(1, run.iteration), trained - started)


def estimate(plan: Plan) -> tuple[str, str]:
    """Say how many runs there will be and about how long they take; and how that was measured."""
    cost = _measured(plan.configs[len(plan.configs) // 2])  # the base need not fit into a sweep
    try:
        at_once = min(shared_workers().at_once, len(plan.configs))
    except ValueError as error:  # no cluster where one was promised
        return f"**{len(plan.configs)} runs**, and nowhere to make them", str(error)
    seconds = sum(cost.of(config) for config in plan.configs) / at_once
    runs = "1 run" if len(plan.configs) == 1 else f"{len(plan.configs)} runs"
    iterations = {config.iterations for config in plan.configs}
    each = f" of {plan.base.iterations:,} iterations" if len(iterations) == 1 else ""
    return (
        f"**{runs}**{each}, about **{duration(seconds)}**",
        f"Measured: {cost.iterations:,} iterations of one of these runs took "
        f"{cost.seconds:.2g} s on this server, which makes {at_once} of them at a time. "
        "Larger networks and more points take longer; so does a server that others use.",
    )


def duration(seconds: float) -> str:
    """Return a time as people say it."""
    if seconds < 1:
        return "a second"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds} s" if minutes < 60 else f"{minutes / 60:.1f} h"


def controls(plan: Plan | None) -> None:
    """Draw the buttons, and what the plan costs."""
    going = current()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        label = _label(going)
        st.button(  # two buttons in one place, as controls.py says why
            label,
            key="sweep_pause" if label == "Pause" else "sweep_start",
            type="primary",
            width=90,
            on_click=_press,
            args=(label,),
            disabled=plan is None and not is_active(going),
            help="Make these runs; the results of the sweep before go. Or let those that have "
            "begun wait as they are. Key: space.",
        )
        st.button(
            "Cancel",
            key="sweep_cancel",
            disabled=not is_active(going),
            on_click=going.sweep.cancel if going else None,
            help="End the sweep; the results so far stay.",
        )
        if plan:
            told, how = estimate(plan)
            st.markdown(told, help=how)


def _label(going: Going | None) -> str:
    if going is None or not is_active(going):
        return "Start"
    return "Resume" if going.sweep.paused else "Pause"


def _press(label: str) -> None:
    going = current()
    if label == "Start":
        st.session_state.start_asked = True
    elif going:
        (going.sweep.pause if label == "Pause" else going.sweep.resume)()


def start_if_asked(plan: Plan | None) -> None:
    """Start a sweep if Start was pressed, of the plan that there is now.

    A field that was left by that click has changed the plan since; and if a further click has cut
    off the run of the script in between, the wish is still there.
    """
    state = st.session_state
    if not state.pop("start_asked", False) or plan is None:
        return
    try:
        state.sweep = Going(plan, Sweep(plan.configs), time.monotonic_ns())
        state.sweep_refused = ""
    except ValueError as error:  # no cluster where one was promised
        state.sweep_refused = str(error)
    run_filter.clear()


def stay_awake(going: Going) -> None:
    """Let the sweep go on for as long as the session is connected, and again when it is anew."""
    if is_active(going) and not going.sweep.paused:
        _awake(going.sweep, going.started)


@st.cache_resource(scope="session", max_entries=1, on_release=Sweep.pause, show_spinner=False)
def _awake(_sweep: Sweep, started: int) -> Sweep:  # noqa: ARG001 - tells one sweep from another
    return _sweep


def keep_watching() -> None:
    """Let a sweep go on while its results are not drawn: without anybody to look, it would rest."""
    going = current()
    if going and is_active(going) and not going.sweep.paused:
        st.fragment(going.sweep.watch, run_every=WATCH_SECONDS)()


def progress(going: Going, results: Sequence[Result]) -> None:
    """Draw how far the sweep is."""
    sweep = going.sweep
    told = f"{sweep.done} of {sweep.total} runs"
    left = sweep.seconds_left
    if sweep.cancelled:
        told += " · cancelled"
    elif sweep.finished:
        told += " · finished"
    elif sweep.paused:
        told += " · paused"
    elif left is not None:
        told += f" · {duration(left)} left"
    st.progress(sweep.done / sweep.total, " · ".join([told, *failures(results)]))
