"""The playground: settings at the left; the run, its boundary and its loss curve at the right."""

import time
from dataclasses import asdict, replace
from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from nnlab import figures
from nnlab.config import Config
from nnlab.live_chart import live_chart
from nnlab.pages import equations
from nnlab.pages.settings import DEFAULTS, refuse_bad_link, settings
from nnlab.pages.turns import advance_in_turn, tick
from nnlab.training import Run, evaluate, start

SPEEDS = {"1": 1, "10": 10, "100": 100, "max": 1_000_000}  # iterations per tick
DEFAULT_SPEED = "10"
MAX_STEP = 1000  # iterations of one step at speed max
TICK_SECONDS = 0.06  # between the end of a tick and the next
FLUSH_SECONDS = 0.02  # Streamlit drops what it has not sent when the next tick begins
LIVE_SETTINGS = {"learning_rate", "iterations"}  # act on the run in progress

# Streamlit's generous spacing would push the charts and the last settings below the fold, and what
# waits for the next tick would be greyed out.
STYLE = """<style>
.stMainBlockContainer { padding: 1.5rem 2rem 1rem; }
.stMain .stVerticalBlock { gap: 0.6rem; }
.stSidebar .stVerticalBlock { gap: 0.3rem; }
.stSidebar .stHorizontalBlock { gap: 0.6rem; }
[data-testid="stSidebarHeader"] { height: 1.2rem; margin: 0; padding: 0; }
[data-testid="stSidebarUserContent"] { padding: 0 1rem 0.5rem; }
.stSidebar [data-testid="stWidgetLabel"] { min-height: 0; margin-bottom: 0; }
.stSidebar .stNumberInput input, .stSidebar .stTextInput input { padding: 0.2rem 0.5rem; }
.stSidebar button[kind="tertiary"] { min-height: 0; padding: 0; }
[data-stale="true"] { opacity: 1 !important; transition: none !important; }
</style>"""


class Since(NamedTuple):
    """Where and when the run was set going, for the mean speed."""

    iteration: int
    time: float


def render() -> None:
    """Draw the page; the entry for one script run.

    Two keys of the session are the page's own: `run`, the Run shown, and `running`, a Since while
    it trains, else None.
    """
    st.set_page_config("nnlab", "🧠", layout="wide")
    st.html(STYLE)
    state = st.session_state
    refuse_bad_link(SPEEDS)
    _follow(settings())
    speed, log_loss = _controls(state.run)
    st.fragment(_live, run_every=TICK_SECONDS if state.running else None)(speed, log_loss=log_loss)
    equations.render(state.run.config)


def _follow(config: Config | None) -> None:
    """Let the run follow the settings: the training knobs in place, all else by a new run."""
    state = st.session_state
    if "run" not in state:
        _reset(config or DEFAULTS)
    elif config:
        old, new = asdict(state.run.config), asdict(config)
        changed = {name for name in new if old[name] != new[name]}
        if changed - LIVE_SETTINGS:
            _reset(config)
        elif changed:
            # A run that diverged may go on from its last finite parameters at another rate.
            state.run = replace(state.run, config=config, diverged=False)


def _reset(config: Config) -> None:
    st.session_state.running = None
    st.session_state.run = start(config)


def _set_running(running: bool) -> None:
    run: Run = st.session_state.run
    st.session_state.running = Since(run.iteration, time.perf_counter()) if running else None


def _measure_anew() -> None:
    _set_running(st.session_state.running is not None)


def _step(iterations: int) -> None:
    st.session_state.running = None
    st.session_state.run = advance_in_turn(st.session_state.run, iterations)


def _goal(run: Run, *, running: bool) -> int:
    """Return the iteration to stop at: the next whole multiple of config.iterations."""
    once = run.config.iterations
    rounds = run.iteration // once + 1 if running else -(-run.iteration // once)
    return max(1, rounds) * once


def _controls(run: Run) -> tuple[int, bool]:
    """Draw the buttons; return the iterations per tick and whether the loss axis is logarithmic."""
    running = st.session_state.running is not None
    bar = st.container(horizontal=True, vertical_alignment="center")
    buttons = bar.container(horizontal=True, width="content")
    speed = _speed(bar)
    log_loss = bar.toggle(
        "Log loss",
        key="log_loss",
        bind="query-params",
        help="Show the loss on a logarithmic axis: small losses are seen as well as large ones.",
    )
    step = min(speed, MAX_STEP)
    buttons.button(
        "Pause" if running else "Start",
        key="start",
        type="primary",
        width=84,
        on_click=_set_running,
        args=(not running,),
        disabled=run.diverged,
        help="Start or pause the training. Key: space.",
    )
    buttons.button(
        "Step",
        key="step",
        on_click=_step,
        args=(1,),
        disabled=run.diverged,
        help="Make one iteration. Key: →",
    )
    buttons.button(
        f"Step {step}",
        key="step_tick",
        width=100,
        on_click=_step,
        args=(step,),
        disabled=run.diverged,
        help="Make as many iterations as one update of the page. Keys: Shift and →",
    )
    buttons.button(
        "Reset",
        key="reset",
        on_click=_reset,
        args=(run.config,),
        help="Back to iteration 0 with the same seed. Key: R",
    )
    return speed, log_loss


def _speed(bar: DeltaGenerator) -> int:
    """Draw the choice of speed, keep it in the link, and return the iterations per tick."""
    link = st.query_params
    name = bar.segmented_control(
        "Speed",
        list(SPEEDS),
        format_func=str.capitalize,
        default=link.get("speed", DEFAULT_SPEED),
        required=True,
        key="speed",
        on_change=_measure_anew,
        label_visibility="collapsed",
        help="Iterations per update of the page; Max makes as many as time allows.",
    )
    # Not bind="query-params", which would write the label, Max, where links say max.
    if name != link.get("speed", DEFAULT_SPEED):
        link["speed"] = name
    if name == DEFAULT_SPEED:
        link.pop("speed", None)
    return SPEEDS[name]


def _live(speed: int, *, log_loss: bool) -> None:
    """Make one tick of training while running, then draw all that shows the run."""
    state = st.session_state
    run: Run = state.run
    if not state.running:
        _draw(run, [(run.iteration, figures.boundary_image(run))], log_loss=log_loss)
        return
    todo = min(speed, _goal(run, running=True) - run.iteration)
    run, frames = tick(run, todo)
    state.run = run
    if run.diverged or run.iteration % run.config.iterations == 0:
        state.running = None
        st.rerun()
    _draw(run, frames, log_loss=log_loss)
    # Where ticks take longer than their interval, the next would begin at once, and the charts of
    # this one would never leave the server.
    time.sleep(FLUSH_SECONDS)


def _status(run: Run, goal: int, since: Since | None) -> str:
    """Say in one line how far the run is, how fast, or why it stands still."""
    if run.diverged:
        return (
            f":red[**Diverged at iteration {run.iteration:,}: the loss is no longer finite. "
            f"Try a learning rate below {run.config.learning_rate / 3:.1g}.**]"
        )
    text = f"{run.iteration:,} of {goal:,} iterations"
    if since and run.iteration > since.iteration:
        speed = (run.iteration - since.iteration) / (time.perf_counter() - since.time)
        text += (
            f" · {float(f'{speed:.2g}'):,.0f} it/s · {(goal - run.iteration) / speed:,.0f} s left"
        )
    elif run.iteration == goal:
        text += f" · finished; Start goes on for {run.config.iterations:,} more"
    return text


def _draw(run: Run, frames: list[tuple[int, bytes]], *, log_loss: bool) -> None:
    metrics = evaluate(run)
    since: Since | None = st.session_state.running
    goal = _goal(run, running=since is not None)
    st.progress(run.iteration / goal, _status(run, goal, since))
    st.markdown(
        f"train loss **{metrics.train_loss:.4f}** &emsp; test loss **{metrics.test_loss:.4f}** "
        f"&emsp; train accuracy **{metrics.train_accuracy:.1%}** "
        f"&emsp; test accuracy **{metrics.test_accuracy:.1%}**"
    )
    context = get_script_run_ctx()
    session = context.session_id if context else ""
    left, right = st.columns(2)
    with left:
        live_chart(
            "decision-boundary",
            figures.decision_boundary(run.dataset),
            alt=f"Decision boundary at iteration {run.iteration}: {metrics.test_accuracy:.0%} of "
            "the test points are on the right side.",
            iteration=run.iteration,
            session=session,
            frames=frames,
            extent=figures.plane_extent(run.dataset),
        )
    with right:
        live_chart(
            "loss-curve",
            figures.loss_curve(run, metrics.train_loss, log=log_loss),
            alt=f"Loss curve up to iteration {run.iteration}: train loss {metrics.train_loss:.4f}, "
            f"test loss {metrics.test_loss:.4f}.",
            iteration=run.iteration,
            session=session,
        )
