"""The playground: settings at the left; the run, its boundary and its loss curve at the right."""

import time
from dataclasses import fields, replace
from pathlib import Path
from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from nnlab import live_chart
from nnlab.config import Config
from nnlab.editing import with_config
from nnlab.figures import curves, plane, points
from nnlab.figures.style import CLASS_COLORS
from nnlab.pages import diagram, own_points, panels, report, show, time_travel
from nnlab.pages.links import keep_in_link, refuse_bad_link
from nnlab.pages.settings import DEFAULTS, settings
from nnlab.pages.turns import advance_in_turn, tick, turn
from nnlab.training import Metrics, Run, evaluate, start

SPEEDS = {"1": 1, "10": 10, "100": 100, "max": None}  # iterations per tick
STYLE = Path(__file__).with_suffix(".css")
DEFAULT_SPEED = "10"
MAX_STEP = 1000  # iterations of one step at speed max
TICK_SECONDS = 0.06  # between one tick and the next
SLOWEST_TICK_SECONDS = 2.0  # on a network that cannot follow
FLUSH_SECONDS = 0.02  # Streamlit drops what it has not sent when the next tick begins
# What changes the data or the network starts a new run; all else acts on the run in progress.
NEW_RUN_SETTINGS = {
    *("problem", "dataset", "samples", "noise", "data_seed", "test_samples", "test_seed"),
    *("features", "hidden_layers", "activation", "initialization", "seed", "output_loss"),
}


class Going(NamedTuple):
    """A run that has been set going: its goal, its pace, and where its mean speed counts from."""

    goal: int
    interval: float  # seconds between its ticks
    since_iteration: int
    since_time: float

    def mean_speed(self, run: Run) -> float:
        """Return the iterations per second since it was set going."""
        return (run.iteration - self.since_iteration) / (time.perf_counter() - self.since_time)


def render() -> None:
    """Draw the page; the entry for one script run.

    The keys of the session that are no widget's: `run`, the Run shown; `running`, a Going while it
    trains, else None; `own_points`, the drawn and uploaded ones and what to undo;
    `strokes_taken`, the number of the last stroke; `refused`, what was wrong with the link.
    """
    st.set_page_config("nnlab", "🧠", layout="wide", initial_sidebar_state=330)
    st.html(STYLE)
    refused = refuse_bad_link(
        {
            "speed": SPEEDS,
            **dict.fromkeys(("log_loss", *show.LINK_NAMES), ("true", "false")),
            "panel": (*panels.PANELS, panels.NONE),
        }
    )
    config, error = settings()
    _follow(config)
    state = st.session_state
    speed = _controls(state.run)
    interval = state.running.interval if state.running else None
    live = st.container(key="live")
    with st.container(key="bench"):
        _stages(state.run)
        with st.container(key="panel_place"):
            panels.render(time_travel.seen(state.run))
    with st.container(horizontal=True, vertical_alignment="center"):
        live_chart.time_line()
        with st.popover("Save"):
            own_points.download(state.run)
    with st.container(key="notices"):
        if error:
            st.error(error.replace("$", r"\$"), icon=":material/error:")
        left_out = own_points.sync_link(state.run.config.points)
        if left_out:
            st.info(left_out)
        if state.run.iteration == 0:
            for sentence in refused:
                st.warning(sentence)
    # Last, as it looks at what has been chosen above. In a place of its own: of a full run that a
    # tick follows at once, Streamlit drops what the fragment drew, and all that stood behind it
    # would move up by one, over the charts.
    with live:
        st.fragment(_live, run_every=interval)(
            speed, interval, time_travel.seen(state.run).iteration
        )


def _follow(config: Config | None) -> None:
    """Let the run follow the settings: the training knobs in place, all else by a new run."""
    state = st.session_state
    if "run" not in state:
        _reset(config or DEFAULTS)
    elif config:
        old = state.run.config
        changed = {
            item.name
            for item in fields(Config)
            if getattr(old, item.name) != getattr(config, item.name)
        }
        if changed & NEW_RUN_SETTINGS or (state.run.diverged and changed - {"iterations"}):
            _reset(config)  # where a run has diverged, its weights are of no use any more
        elif changed:
            diverged = state.run.diverged
            state.run = replace(with_config(state.run, config), diverged=diverged)
            if state.running:
                state.running = state.running._replace(goal=_last_goal(state.run))


def _reset(config: Config) -> None:
    time_travel.forget()
    st.session_state.running = None
    st.session_state.run = start(config)


def _last_goal(run: Run) -> int:
    """Return the whole multiple of `config.iterations` that the run has reached or is on to."""
    once = run.config.iterations
    return max(1, -(-run.iteration // once)) * once


def _set_running(running: bool) -> None:
    time_travel.return_to_present()
    state = st.session_state
    run: Run = state.run
    goal = _last_goal(run)
    if goal == run.iteration:
        goal += run.config.iterations
    now = time.perf_counter()
    state.running = Going(goal, TICK_SECONDS, run.iteration, now) if running else None


def _measure_anew() -> None:
    _set_running(st.session_state.running is not None)


def _slow_down() -> None:
    """Make fewer ticks, as the network cannot follow."""
    going: Going | None = st.session_state.running
    if going:
        # Much fewer at once, so that what is already on its way is soon through.
        interval = min(4 * going.interval, SLOWEST_TICK_SECONDS)
        st.session_state.running = going._replace(interval=interval)


def _branch() -> None:
    time_travel.branch()
    _set_running(True)


def _step(iterations: int) -> None:
    time_travel.return_to_present()
    st.session_state.running = None
    st.session_state.run = advance_in_turn(st.session_state.run, iterations)


def _goal(run: Run, *, running: bool) -> int:
    """Return the iteration to stop at: the next whole multiple of config.iterations."""
    once = run.config.iterations
    rounds = run.iteration // once + 1 if running else -(-run.iteration // once)
    return max(1, rounds) * once


def _controls(run: Run) -> int | None:
    """Draw the buttons; return the speed, as in SPEEDS."""
    running = st.session_state.running is not None
    stuck = run.diverged or not len(run.dataset.train_inputs)
    bar = st.container(horizontal=True, vertical_alignment="center")
    buttons = bar.container(horizontal=True, width="content")
    speed = _speed(bar)
    with bar.container(width="content", key="panel_choice"):
        panels.choice()
    step = speed or MAX_STEP
    buttons.button(
        "Pause" if running else "Start",
        key="start",
        type="primary",
        width=84,
        on_click=_set_running,
        args=(not running,),
        disabled=stuck,
        help="Start or pause the training. Key: space.",
    )
    buttons.button(
        "Step",
        key="step",
        on_click=_step,
        args=(1,),
        disabled=stuck,
        help="Make one iteration. Key: →",
    )
    buttons.button(
        f"Step {step}",
        key="step_tick",
        width=100,
        on_click=_step,
        args=(step,),
        disabled=stuck,
        help="Make as many iterations as one update of the page. Keys: Shift and →",
    )
    buttons.button(
        "Reset",
        key="reset",
        on_click=_reset,
        args=(run.config,),
        help="Back to iteration 0 with the same seed. Key: R",
    )
    return speed


def _speed(bar: DeltaGenerator) -> int | None:
    """Draw the choice of speed, keep it in the link, and return it as in SPEEDS."""
    bar.markdown("Speed", help="Iterations per update of the page; Max: as many as time allows.")
    name = bar.segmented_control(
        "Speed",
        list(SPEEDS),
        format_func=str.capitalize,
        default=st.query_params.get("speed", DEFAULT_SPEED),
        required=True,
        key="speed",
        on_change=_measure_anew,
        label_visibility="collapsed",
    )
    # Not bind="query-params", which would write the label, Max, where links say max.
    keep_in_link("speed", name, DEFAULT_SPEED)
    return SPEEDS[name]


def _live(speed: int | None, interval: float | None, seen: int) -> None:
    """Make one tick of training while running, then draw all that shows the run.

    `interval` and `seen` are what the rest of the page was drawn for.
    """
    began = time.perf_counter()
    state = st.session_state
    with turn() as others:
        # Read here: a run of the script that has been replaced while it waited ends at this line.
        run, going = state.run, state.running
        what = diagram.what(run, is_open=panels.is_open(diagram))
        if going:
            run, frames, view = tick(run, going.goal, speed, others, what)
            state.run = shown = run
        else:
            shown = time_travel.seen(run)
            view = plane.look(shown, what)
            frames = [(shown.iteration, view.picture)]
        metrics = evaluate(shown)
    if going and (run.stopped or run.iteration >= going.goal):
        state.running = None
        st.rerun()
    if (going.interval if going else None) != interval:
        st.rerun()
    if not going and shown.iteration != seen and time_travel.has_settled():
        st.rerun()
    _draw(run, shown, metrics, going, frames, view)
    if going and time.perf_counter() - began > going.interval - FLUSH_SECONDS:
        # The next tick would begin at once, and the update of this one never leave the server.
        time.sleep(FLUSH_SECONDS)


def _draw(
    run: Run,
    shown: Run,
    metrics: Metrics,
    going: Going | None,
    frames: list[tuple[int, bytes]],
    view: plane.View,
) -> None:
    goal = going.goal if going else _last_goal(run)
    speed = going.mean_speed(run) if going else None
    status = report.status(run, goal, speed) if shown is run else report.looking_back(run, shown)
    st.progress(min(1.0, shown.iteration / goal), status)
    st.markdown(report.metrics(shown, metrics))
    context = get_script_run_ctx()
    caption = diagram.caption(shown, view)
    live_chart.update(
        {
            "decision-boundary": live_chart.Update(
                shown.iteration,
                f"{caption or 'Decision boundary'} {report.alt(shown, metrics)}",
                frames=frames,
                points=points.point_marks(shown, misclassified=show.misclassified()),
                caption=caption,
            ),
            "loss-curve": live_chart.Update(
                shown.iteration,
                f"Loss curve {report.alt(shown, metrics)}",
                series=time_travel.curves(run, shown, metrics),
            ),
            **panels.updates(shown, view),
        },
        time_line=None if going else time_travel.line(run, shown),
        session=context.session_id if context else "",
        listeners=live_chart.Listeners(_slow_down, time_travel.look, _branch, diagram.act),
    )


def _pin(run: Run) -> None:
    """Let the clicked point be the one that a step by hand looks at."""
    trace, index = st.session_state["decision-boundary"].pin
    part, _, indices = points.traces(run.dataset, run.config.problem)[trace]
    if part == "train":
        st.session_state.step_point = int(indices[index])


def _stages(run: Run) -> None:
    extent = plane.plane_extent(run.dataset)
    with st.container(key="plane"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            brush = own_points.tools(run)
            show.choose()
        live_chart.stage(
            "decision-boundary",
            points.decision_boundary(
                run.dataset, run.config.problem, own_points.current().axes, show.parts()
            ),
            extent,
            brush=brush,
            colors=CLASS_COLORS,
            on_stroke=lambda: own_points.take_strokes(run, extent[0], extent[1]),
            on_pin=lambda: _pin(run),
        )
    with st.container(key="curve"):
        log_loss = st.toggle(
            "Log axis",
            key="log_loss",
            bind="query-params",
            help="A logarithmic axis: small losses are seen as well as large ones.",
        )
        live_chart.stage(
            "loss-curve",
            curves.loss_curve(
                report.loss_name(run.config), log=log_loss, before=time_travel.has_left_behind()
            ),
        )
