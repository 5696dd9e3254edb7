"""The page Explore: a sweep of many runs, filling a gallery as they finish."""

from functools import lru_cache
from pathlib import Path
from time import perf_counter
from typing import NamedTuple
from urllib.parse import urlencode

import streamlit as st

from nnlab import live_chart
from nnlab.config import Config
from nnlab.figures.gallery import gallery
from nnlab.pages import navigation, sweep_settings
from nnlab.pages.sweep_settings import Plan
from nnlab.pages.sweep_state import SweepState
from nnlab.pages.turns import turn
from nnlab.results.luck import Rule
from nnlab.sweep import Axis, Result, Sweep
from nnlab.training import advance, evaluate, start

STYLE = Path(__file__).with_suffix(".css")
TICK_SECONDS = 0.7  # between two looks at a sweep that goes on
MEASURED_SECONDS = 0.1  # of training, for the estimate
GALLERY = "gallery"


class Going(NamedTuple):
    """A sweep that was started, and what for."""

    plan: Plan
    sweep: Sweep


def render() -> None:
    """Draw the page; the entry for one script run.

    The keys of the session that are no widget's: `sweep`, a Going, absent before the first start;
    `base`, the settings that the axes vary; `opened`, the number of the last click.
    """
    st.set_page_config("nnlab · Explore", "🧠", layout="wide", initial_sidebar_state=330)
    st.html(STYLE)
    state = st.session_state
    state.running = None  # a run that trains waits while one is away
    if navigation.arrives(navigation.EXPLORE) or "base" not in state:
        sweep_settings.arrive()
    _open_chosen()
    with st.sidebar:
        pages = st.container()
        plan, error = sweep_settings.plan()
    with pages:
        home = state.run.config if "run" in state else state.base
        navigation.links(navigation.EXPLORE, {navigation.PLAYGROUND: navigation.config_query(home)})
    state.explore_query = {
        name: st.query_params[name] for name in LINK_NAMES if name in st.query_params
    }
    _controls(plan)
    if error:
        st.error(error.replace("$", r"\$"), icon=":material/error:")
    going: Going | None = state.get("sweep")
    live = st.container(key="live")
    if going:
        rows, columns = _axes_of_gallery(going.plan)
        live_chart.gallery(GALLERY, on_open=_choose)
        with live:
            interval = None if going.sweep.finished or going.sweep.paused else TICK_SECONDS
            st.fragment(_live, run_every=interval)(going, rows, columns, interval)
    else:
        with live:
            st.markdown("Choose a preset or an axis in the sidebar, and press Start.")


LINK_NAMES = sweep_settings.LINK_NAMES


def _choose() -> None:
    chosen = st.session_state[GALLERY].open
    if chosen and chosen["number"] > st.session_state.get("opened", 0):
        st.session_state.opened = chosen["number"]
        st.session_state.opening = chosen["index"]


def _open_chosen() -> None:
    """Leave for the playground with the settings of the run that was clicked."""
    state = st.session_state
    index = state.pop("opening", None)
    if index is not None and "sweep" in state:
        config = state.sweep.sweep.configs[index]
        navigation.go_to(navigation.PLAYGROUND, navigation.config_query(config))


def _controls(plan: Plan | None) -> None:
    state = st.session_state
    going: Going | None = state.get("sweep")
    active = going is not None and not going.sweep.finished
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        if active and going:
            paused = going.sweep.paused
            st.button(
                "Resume" if paused else "Pause",
                key="sweep_pause",
                type="primary",
                width=90,
                on_click=going.sweep.resume if paused else going.sweep.pause,
            )
        else:
            st.button(
                "Start",
                key="sweep_start",
                type="primary",
                width=90,
                on_click=_start,
                args=(plan,),
                disabled=plan is None,
                help="Make all these runs; results of before go.",
            )
        st.button(
            "Cancel",
            key="sweep_cancel",
            disabled=not active,
            on_click=going.sweep.cancel if going else None,
            help="End the sweep; the results so far stay.",
        )
        if plan:
            cost = _cost(plan.base)
            seconds = sum(cost.of(config) for config in plan.configs)
            st.markdown(
                f"{len(plan.configs)} runs, about {_duration(seconds)}",
                help=f"Measured: {cost.iterations} iterations of the base settings took "
                f"{cost.seconds_per_iteration * cost.iterations:.2g} s on this server.",
            )


def _start(plan: Plan) -> None:
    state = st.session_state
    if "sweep" in state:
        state.sweep.sweep.cancel()
    state.sweep = Going(plan, Sweep(plan.configs))


class Cost(NamedTuple):
    """What a run costs, measured: seconds for start and end, and for an iteration."""

    seconds_around: float
    seconds_per_iteration: float
    iterations: int

    def of(self, config: Config) -> float:
        """Return the seconds that a run with these iterations takes."""
        return self.seconds_around + self.seconds_per_iteration * config.iterations


@lru_cache(maxsize=64)
def _cost(base: Config) -> Cost:
    with turn():
        began = perf_counter()
        run = start(base)
        started = perf_counter()
        run = advance(run, base.iterations, seconds=MEASURED_SECONDS)
        trained = perf_counter()
        evaluate(run)
    made = max(run.iteration, 1)
    around = started - began + perf_counter() - trained
    return Cost(around, (trained - started) / made, made)


def _duration(seconds: float) -> str:
    seconds = max(1, round(seconds))
    if seconds < 90:
        return f"{seconds} s"
    return f"{seconds // 60} min {seconds % 60} s" if seconds < 3600 else f"{seconds / 3600:.1f} h"


def _axes_of_gallery(plan: Plan) -> tuple[Axis | None, Axis]:
    axes = list(plan.axes)
    seeds = Axis("seed", plan.seeds)
    if len(axes) >= 2:
        return axes[1], axes[0]
    if axes:
        return (seeds if len(plan.seeds) > 1 else None), axes[0]
    return None, seeds


def _live(going: Going, rows: Axis | None, columns: Axis, interval: float | None) -> None:
    """Look at the sweep, and draw what has come."""
    results = tuple(sorted(going.sweep.results, key=lambda result: result.index))
    sweep = going.sweep
    if sweep.finished and interval:
        st.rerun()
    state = SweepState(
        going.plan.base,
        going.plan.axes,
        going.plan.seeds,
        results,
        results,
        sweep.done,
        sweep.total,
    )
    _progress(sweep, results)
    per_cell = sweep.total // ((len(rows.values) if rows else 1) * len(columns.values))
    metric = "test_loss" if going.plan.base.problem == "regression" else "test_accuracy"
    drawn = gallery(
        state.results,
        rows,
        columns,
        per_cell,
        Rule(metric, 0.05 if metric == "test_loss" else 0.95),
        _query,
    )
    live_chart.update(
        {
            GALLERY: live_chart.Update(
                sweep.done, f"Gallery of {sweep.done} of {sweep.total} runs", gallery=drawn
            )
        }
    )


def _query(config: Config) -> str:
    return urlencode(navigation.config_query(config))


def _progress(sweep: Sweep, results: tuple[Result, ...]) -> None:
    told = f"{sweep.done} of {sweep.total} runs"
    left = sweep.seconds_left
    if sweep.cancelled:
        told += " · cancelled"
    elif sweep.finished:
        told += " · finished"
    elif sweep.paused:
        told += " · paused"
    elif left is not None:
        told += f" · {_duration(left)} left"
    diverged = sum(result.status == "diverged" for result in results)
    if diverged:
        told += f" · {diverged} diverged"
    st.progress(sweep.done / sweep.total, told)
