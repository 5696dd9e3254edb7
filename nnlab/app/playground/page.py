"""The playground: settings at the left; the run, its boundary and its loss curve at the right."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from nnlab.app import live_chart, navigation, report, turns
from nnlab.app.links import config_query, keep_in_link, refuse_bad_link
from nnlab.app.pace import SPEEDS, flush
from nnlab.app.playground import (
    controls,
    display_options,
    own_points,
    panels,
    run_control,
    saving,
    time_travel,
)
from nnlab.app.playground.panels import diagram
from nnlab.app.playground.run_control import Going, last_goal
from nnlab.app.playground.settings import DEFAULTS, fill_in, forget, settings
from nnlab.app.turns import Shown, tick, turn
from nnlab.data.plane import plane_extent
from nnlab.figures import curves, points
from nnlab.figures.style import CLASS_COLORS
from nnlab.inspection.diagnosis import Diagnosis, diagnose
from nnlab.inspection.observation import observe
from nnlab.training.config import SETTINGS, Config
from nnlab.training.edits import with_config
from nnlab.training.run import Run

TITLE = "Playground"
EDITED = "true"  # in the link of a run in which weights were set by hand
STYLE = Path(__file__).with_suffix(".css")


class Live(NamedTuple):
    """What was chosen of what ticks show; they must not ask the widgets, which may be gone.

    Attributes
    ----------
    speed : as in ticks.SPEEDS
    panel : name of the open panel
    shown : what is seen on the plane
    """

    speed: int | None
    panel: str | None
    shown: display_options.Choices


class Drawn(NamedTuple):
    """What all of the page but the live part was drawn for.

    Attributes
    ----------
    interval : seconds between the ticks; None for a run that stands
    iteration : of the run shown
    finding : name of the diagnosis, if there is one
    edited, diverged : of the run; a value set by hand may change both
    """

    interval: float | None
    iteration: int
    finding: str | None
    edited: bool
    diverged: bool


def render() -> None:
    """Draw the page; the entry for one script run.

    The keys of the session that are no widget's: `run`, the Run; `run_number`, which of the
    session's runs it is; `running`, a Going while it trains, else None; `renew`, True if a new run
    is to begin; `from_edited`, True while the run is that of a link which says so; and those of
    time_travel, diagram, one_step, own_points and links, named in these modules. `away` is True
    while another page is drawn; `playground_query` holds what the address held beside the settings.
    """
    st.set_page_config("nnlab", "🧠", layout="wide", initial_sidebar_state=330)
    st.html(STYLE)
    refused = refuse_bad_link(
        {
            "speed": SPEEDS,
            "edited": (EDITED,),
            **dict.fromkeys(("log_loss", *display_options.LINK_NAMES), ("true", "false")),
            "panel": (*panels.PANELS, panels.NONE),
        }
    )
    arrived = st.session_state.pop("away", False)
    if arrived:
        forget()  # Streamlit remembers some values of before, which are not for this link
        own_points.arrive()
    pages = st.sidebar.container()
    config, error = settings()
    _follow(config, arrived=arrived)
    state = st.session_state
    if "from_edited" not in state:
        state.from_edited = "edited" in st.query_params
    with pages:
        navigation.menu(TITLE, state.run.config)
    speed, panel = controls.render(state.run)
    state.playground_query = {
        name: st.query_params[name] for name in ("speed", "panel") if name in st.query_params
    }
    shown = time_travel.seen(state.run)
    finding = diagnose(observe(shown))
    live = st.container(key="live")
    with st.container(key="bench"):
        choices = _stages(state.run)
        with st.container(key="panel_place"):
            panels.render(panel, shown)
    with st.container(horizontal=True, vertical_alignment="center"):
        live_chart.time_line()
        if "before" in state:
            st.button(
                "Back to before",
                key="take_branch_back",
                type="tertiary",
                on_click=run_control.take_branch_back,
                help="Take the branch back: the run with the grey curve is the run again.",
            )
        saving.render()
    with st.container(key="notices"):
        _notices(state.run, error, finding, refused, past=shown is not state.run)
    # Last, as it looks at what has been chosen above. In a place of its own: of a full run that a
    # tick follows at once, Streamlit drops what the fragment drew, and all that stood behind it
    # would move up by one, over the charts.
    with live:
        interval = state.running.interval if state.running else None
        drawn = Drawn(
            interval,
            shown.iteration,
            finding and finding.name,
            state.run.edited,
            state.run.diverged,
        )
        st.fragment(_live, run_every=interval)(Live(speed, panel, choices), drawn)


def _follow(config: Config | None, *, arrived: bool) -> None:
    """Let the run follow the settings: the training knobs in place, all else by a new run.

    Who has arrived from another page with other settings has not changed them: a new run, too.
    """
    state = st.session_state
    if "run" not in state:
        run_control.reset(config or DEFAULTS)
    elif config:
        old = state.run.config
        changed = {name for name in SETTINGS if getattr(old, name) != getattr(config, name)}
        restarts = any(SETTINGS[name].effect == "restart" for name in changed)
        of_no_use = state.run.diverged and changed - {"iterations"}
        renewed = state.pop("renew", False)
        if renewed or restarts or of_no_use or (changed and arrived):
            run_control.reset(
                config
            )  # where a run has diverged, its weights are of no use any more
        elif changed:
            diverged = state.run.diverged
            state.run = replace(with_config(state.run, config), diverged=diverged)
            if state.running:
                state.running = state.running._replace(goal=last_goal(state.run))


def _notices(
    run: Run, error: str, finding: Diagnosis | None, refused: Sequence[str], *, past: bool
) -> None:
    """Draw what there is to say: a bad setting, what is wrong with the run, or with the link."""
    if error:
        st.error(error, icon=":material/error:")
    if finding:
        with st.container(horizontal=True, vertical_alignment="center", key="diagnosis"):
            st.warning(f"{finding.sentence} {finding.advice}", icon=":material/stethoscope:")
            st.button(
                report.changes(finding.changes),
                key="apply_advice",
                on_click=_apply,
                args=(finding,),
                disabled=past,
                help="This is past: go back to now to apply it."
                if past
                else "Apply the advice; "
                + ("a new run starts." if finding.anew else "the run goes on with it."),
            )
    left_out = own_points.sync_link(run.config.points)
    if left_out:
        st.info(left_out)
    keep_in_link("edited", EDITED if run.edited else "", "")
    state = st.session_state
    if run.iteration or state.running:  # who has begun knows what the link was
        state.from_edited = False
        state.pop("refused", None)
        return
    for sentence in refused:
        st.warning(sentence)
    if state.from_edited:
        st.info(
            "The run of this link had been edited by hand: its settings are here, its weights are "
            "not."
        )


def _apply(finding: Diagnosis) -> None:
    fill_in(finding.changes)
    if finding.anew:
        run_control.renew()


def _live(live: Live, drawn: Drawn) -> None:
    """Make one tick of training while running, then draw all that shows the run."""
    began = time.perf_counter()
    state = st.session_state
    with turn() as others:
        # Read here: a run of the script that has been replaced while it waited ends at this line.
        run, going = state.run, state.running
        what = diagram.what(
            run, is_open=live.panel == diagram.KEY, discretize=live.shown.discretize
        )
        if going:
            shown = tick(run, going.goal, live.speed, others, what)
            state.run = run = shown.run
        else:
            shown = turns.show(time_travel.seen(run), what)
        settled = going is not None or time_travel.has_settled()
        finding = diagnose(shown.observation) if settled else None
    if going and (run.stopped or run.iteration >= going.goal):
        state.running = None
        st.rerun()
    now = Drawn(
        going.interval if going else None,
        shown.run.iteration if settled and not going else drawn.iteration,
        (finding and finding.name) if settled else drawn.finding,
        run.edited,
        run.diverged,
    )
    if now != drawn:
        st.rerun()
    _draw(run, shown, going, live)
    if going:
        flush(began, going.interval)


def _draw(run: Run, shown: Shown, going: Going | None, live: Live) -> None:
    then, metrics = shown.run, shown.observation.metrics
    goal = going.goal if going else last_goal(run)
    speed = going.mean_speed(run) if going else None
    status = report.status(run, goal, speed) if then is run else report.looking_back(run, then)
    st.progress(min(1.0, then.iteration / goal), status)
    st.markdown(report.metrics(metrics))
    context = get_script_run_ctx()
    caption = diagram.caption(shown)
    marks = points.point_marks(shown.observation, misclassified=live.shown.misclassified)
    live_chart.update(
        {
            "decision-boundary": live_chart.Update(
                then.iteration,
                f"{caption or 'Decision boundary'} {report.alt(then, metrics)}",
                frames=shown.frames,
                points=marks,
                caption=caption,
            ),
            "loss-curve": live_chart.Update(
                then.iteration,
                f"Loss curve {report.alt(then, metrics)}",
                series=time_travel.curves(run, then, metrics),
            ),
            **panels.updates(live.panel, shown),
        },
        time_line=None if going else time_travel.line(run, then),
        session=context.session_id if context else "",
        run=st.session_state.run_number,
        listeners=live_chart.Listeners(
            run_control.slow_down, time_travel.look, run_control.branch, diagram.act
        ),
    )


def _pin(run: Run) -> None:
    """Let the clicked point be the one that a step by hand looks at; all if none is held."""
    pin = st.session_state["decision-boundary"].pin
    if not pin:
        st.session_state.step_point = None
        return
    trace, index = pin
    part, _, indices = points.traces(run.dataset, run.config.problem)[trace]
    if part == "train":
        st.session_state.step_point = int(indices[index])


def _stages(run: Run) -> display_options.Choices:
    """Draw the places of the two charts; return what was chosen to be seen."""
    extent = plane_extent(run.dataset)
    with st.container(key="plane"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            brush = own_points.tools(run)
            choices = display_options.choose()
        live_chart.stage(
            "decision-boundary",
            points.decision_boundary(
                run.dataset, run.config.problem, own_points.current().axes, choices.parts
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
                report.loss_name(run.config),
                log=log_loss,
                penalized=run.config.regularization != "none",
                before=time_travel.left_behind(),
            ),
        )
    return choices


def _query(config: Config) -> dict[str, str]:
    return {**st.session_state.get("playground_query", {}), **config_query(config)}


def _leave() -> None:
    st.session_state.away = True
    st.session_state.running = None


def _run() -> Run | None:
    run: Run | None = st.session_state.get("run")
    return run


def _open(config: Config) -> dict[str, str]:
    own_points.take_over(config.points)
    return _query(config)


PAGE = navigation.Workbench(
    title=TITLE,
    icon=":material/play_circle:",
    render=render,
    query=lambda settings: _query(run.config if (run := _run()) else settings),
    leave=_leave,
    run=_run,
    open=_open,
)
