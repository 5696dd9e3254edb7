"""A sweep on the page: its cost, its buttons, and its progress."""

import time
from collections.abc import Sequence

import streamlit as st

from nnlab.app.explore import session
from nnlab.app.explore.actions import (
    CANCEL_SWEEP,
    PAUSE_SWEEP,
    RESTART_SWEEP,
    RESUME_SWEEP,
    START_SWEEP,
    UNDO_SWEEP,
)
from nnlab.app.explore.session import Cost, Plan
from nnlab.app.explore.sweep_results import failures
from nnlab.app.turns import give_way, pausing_turn, turn
from nnlab.sweep import Result, Sweep
from nnlab.sweep.cluster import shared_workers
from nnlab.sweep.sweep import UNWATCHED_SECONDS
from nnlab.training.config import Config
from nnlab.training.run import advance, evaluate, start

MEASURED_SECONDS = 0.1  # for the estimate
WATCH_SECONDS = UNWATCHED_SECONDS / 3  # between two checks of a sweep whose results are not drawn


def _measured(config: Config) -> Cost:
    """Train these settings for a moment, unless they were measured last."""
    known = session.current().cost
    if known and known.config == config:
        return known
    samples: list[Cost] = []
    began = time.perf_counter()
    while not samples or time.perf_counter() - began < MEASURED_SECONDS:
        samples.append(_sample(config))
        give_way()
    # the fastest one: the others had to wait for something else on this machine
    cost = min(samples, key=lambda sample: sample.of(config))
    session.keep_cost(cost)
    return cost


def _sample(config: Config) -> Cost:
    began = time.perf_counter()
    run = start(config)
    overhead = time.perf_counter() - began
    with turn():  # the wait for it is not part of the time
        began = time.perf_counter()
        run = advance(run, config.iterations, seconds=MEASURED_SECONDS / 3)
        seconds = time.perf_counter() - began
    began = time.perf_counter()
    evaluate(run)
    overhead += time.perf_counter() - began
    return Cost(config, overhead, max(1, run.iteration), seconds)


def estimate(plan: Plan) -> tuple[str, str]:
    """Say how many runs there will be and about how long they take, and how that was measured."""
    cost = _measured(plan.configs[len(plan.configs) // 2])  # the base may be too large for a sweep
    try:
        with pausing_turn():
            at_once = min(shared_workers().at_once, len(plan.configs))
    except ValueError as error:  # there is no cluster
        return f"**{len(plan.configs)} runs**, but no workers", str(error)
    seconds = sum(cost.of(config) for config in plan.configs) / at_once
    runs = "1 run" if len(plan.configs) == 1 else f"{len(plan.configs)} runs"
    iterations = {config.iterations for config in plan.configs}
    each = f" of {plan.base.iterations:,} iterations" if len(iterations) == 1 else ""
    some = "1 run" if at_once == 1 else f"{at_once} runs"
    return (
        f"**{runs}**{each}, about **{duration(seconds)}**",
        f"Measured: {cost.iterations:,} iterations of one of these runs took "
        f"{cost.seconds:.2g} s on this server, which computes {some} at a time. "
        "Larger networks and more points take longer, and so does a busy server.",
    )


def duration(seconds: float) -> str:
    """Return a time in words: "40 s", "2 min 5 s"."""
    if seconds < 1:
        return "a second"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds} s" if minutes < 60 else f"{minutes / 60:.1f} h"


def controls(plan: Plan | None, *, beside_others: bool) -> None:
    """Draw the buttons, and what the plan costs.

    Where they are `beside_others`, which start something else, no button stands out here once there
    are results.
    """
    explore = session.current()
    started = explore.sweep
    kind = "secondary" if started and beside_others else "primary"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if started is None or not started.is_active:
            start, width = (RESTART_SWEEP, 120) if started else (START_SWEEP, 90)
            start.button(st, started, type=kind, width=width, disabled=plan is None)
        else:
            resume_or_pause = RESUME_SWEEP if started.sweep.paused else PAUSE_SWEEP
            resume_or_pause.button(st, started, type=kind, width=90)
        CANCEL_SWEEP.button(st, started)
        if explore.left:
            UNDO_SWEEP.button(st, started)
        if plan:
            words, how = estimate(plan)
            st.markdown(words, help=how)


def keep_watching() -> None:
    """Keep a sweep from resting while its results are not drawn."""
    started = session.current().sweep if session.is_open() else None
    if started and started.is_running:
        st.fragment(started.sweep.watch, run_every=WATCH_SECONDS)()


def progress(sweep: Sweep, results: Sequence[Result]) -> None:
    """Draw how many runs have ended."""
    words = f"{sweep.done} of {sweep.total} runs"
    left = sweep.seconds_left
    if sweep.cancelled:
        words += " · cancelled"
    elif sweep.finished:
        words += " · finished"
    elif sweep.paused:
        words += " · paused"
    elif left is not None:
        words += f" · {duration(left)} left"
    st.progress(sweep.done / sweep.total, " · ".join([words, *failures(results)]))
