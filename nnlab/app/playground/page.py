"""The playground: settings at the left; the run, its boundary and its loss curve at the right."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from nnlab.app import live_chart, navigation, report, turns
from nnlab.app.links import config_query, linked_choices, linked_config, write
from nnlab.app.live_chart.inbox import Handlers
from nnlab.app.pace import SPEEDS, flush
from nnlab.app.playground import (
    controls,
    display_options,
    own_points,
    panels,
    saving,
    session,
    tick_message,
)
from nnlab.app.playground.actions import ADVICE, KEYS, UNDO_BRANCH
from nnlab.app.playground.display_options import DisplayOptions
from nnlab.app.playground.panels import diagram
from nnlab.app.playground.point_history import OwnPoints
from nnlab.app.playground.record import Playground
from nnlab.app.playground.settings import settings, show
from nnlab.app.turns import Shown, tick, turn
from nnlab.data.plane import plane_extent
from nnlab.data.points import MAX_LINK_POINTS
from nnlab.figures import curves, points
from nnlab.figures.style import CLASS_COLORS
from nnlab.inspection.diagnosis import Diagnosis, diagnose
from nnlab.inspection.observation import observe
from nnlab.training.config import Config
from nnlab.training.run import Run

TITLE = "Playground"
EDITED = "true"  # in the link of a run in which weights were set by hand
STYLE = Path(__file__).with_suffix(".css")
LINK_RULES = {
    "speed": SPEEDS,
    "edited": (EDITED,),
    **dict.fromkeys(("log_loss", *display_options.LINK_NAMES), ("true", "false")),
    "panel": (*panels.PANELS, panels.NONE),
}


class Choices(NamedTuple):
    """What a tick needs to know from the widgets, which may be gone when it runs.

    Attributes
    ----------
    speed : as in pace.SPEEDS
    panel : name of the open panel
    options : what the user chose to see on the plane
    """

    speed: int | None
    panel: str | None
    options: DisplayOptions


class DrawnPage(NamedTuple):
    """What all of the page but its live part was drawn for.

    Attributes
    ----------
    interval : seconds between the ticks; None for a paused run
    iteration : of the run shown
    finding : name of the diagnosis, if there is one
    edited, diverged : of the run; a value set by hand may change both
    own : the own points
    """

    interval: float | None
    iteration: int
    finding: str | None
    edited: bool
    diverged: bool
    own: OwnPoints


def render() -> None:
    """Draw the page; the entry for one script run."""
    st.set_page_config("nnlab", "🧠", layout="wide", initial_sidebar_state=330)
    st.html(STYLE)
    live_chart.keyboard(KEYS)
    arrived = _arrive()
    session.fill_widgets()
    pages = st.sidebar.container()
    config, error = settings()
    session.follow(config, arrived=arrived)
    playground = session.current()
    with pages:
        navigation.menu(TITLE, playground.run.config)
    speed, panel = controls.render(playground)
    viewed = playground.viewed_run
    finding = diagnose(observe(viewed))
    live = st.container(key="live")
    with st.container(key="bench"):
        options = _stages(playground)
        with st.container(key="panel_place"):
            panels.render(panel, playground)
    with st.container(horizontal=True, vertical_alignment="center"):
        live_chart.time_line()
        if playground.left_run:
            UNDO_BRANCH.button(st, playground, type="tertiary")
        saving.render()
    with st.container(key="notices"):
        _notices(playground, error, finding, past=viewed is not playground.run)
    edited = {"edited": EDITED} if playground.run.parameters_edited else {}
    write(_query(playground.run.config) | edited)
    # Last, as it needs what was chosen above. In a place of its own: if a tick follows at once,
    # Streamlit drops what the fragment drew, and all below it would move up over the charts.
    with live:
        training = playground.training
        drawn = _drawn_page(playground, viewed.iteration, finding)
        st.fragment(_live, run_every=training.interval if training else None)(
            Choices(speed, panel, options), drawn
        )


def _arrive() -> bool:
    """Follow the link if the page is new or another page was drawn; say whether it was."""
    away = session.is_open() and session.current().away
    if session.is_open() and not away:
        return False
    refused: list[str] = []
    config = linked_config(refused)
    query = linked_choices(LINK_RULES, refused)
    from_edited = query.pop("edited", None) is not None
    if not away:
        session.open_(config.points, refused, from_edited=from_edited)
    elif len(session.current().own.points) <= MAX_LINK_POINTS:  # else the link leaves them out
        own_points.replace_points(config.points)
    session.arrive(query)
    show(config)
    return away


def _drawn_page(playground: Playground, iteration: int, finding: Diagnosis | None) -> DrawnPage:
    run, training = playground.run, playground.training
    interval = training.interval if training else None
    name = finding and finding.name
    edited, own = run.parameters_edited, playground.own
    return DrawnPage(interval, iteration, name, edited, run.diverged, own)


def _notices(playground: Playground, error: str, finding: Diagnosis | None, *, past: bool) -> None:
    """Say what is wrong with a setting, the run or the link."""
    if error:
        st.error(error, icon=":material/error:")
    if finding:
        with st.container(horizontal=True, vertical_alignment="center", key="diagnosis"):
            st.warning(f"{finding.sentence} {finding.advice}", icon=":material/stethoscope:")
            effect = "a new run starts." if finding.restart else "the run goes on with it."
            ADVICE.button(
                st,
                playground,
                finding,
                label=report.changes(finding.changes),
                help="This is past: go back to now to apply it."
                if past
                else f"Apply the advice; {effect}",
                disabled=past,
            )
    run = playground.run
    left_out = own_points.left_out_of_link(run.config.points)
    if left_out:
        st.info(left_out)
    if run.iteration:
        return
    for sentence in playground.refused_link:
        st.warning(sentence)
    if playground.from_edited:
        st.info(
            "The run of this link had been edited by hand: its settings are here, its weights are "
            "not."
        )


def _live(choices: Choices, drawn: DrawnPage) -> None:
    """Make one tick of training while the run trains, then draw what changes with each tick."""
    began = time.perf_counter()
    playground = session.current()
    training = playground.training
    if training:
        with turn() as others:
            # Read here: a script run that was replaced while it waited ends at this line.
            run = session.current().run
            frames = tick(run, training.goal, choices.speed, others, turns.BUDGET_SECONDS)
            session.advanced(run, frames[-1])
    else:
        frames = [playground.viewed_run]
    options = diagram.view_options(
        session.current(),
        is_open=choices.panel == diagram.KEY,
        discretize=choices.options.discretize,
    )
    shown = turns.show(frames, options)
    settled = bool(training) or playground.has_settled
    finding = diagnose(shown.observation) if settled else None
    playground = session.current()
    now = _drawn_page(playground, shown.run.iteration, finding)
    if training:
        now = now._replace(iteration=drawn.iteration)
    elif not settled:
        now = now._replace(iteration=drawn.iteration, finding=drawn.finding)
    if now != drawn or playground.pending_values:
        st.rerun()
    _draw(playground, shown, choices)
    if training:
        flush(began, training.interval)


def _draw(playground: Playground, shown: Shown, choices: Choices) -> None:
    message = tick_message.message(playground, shown, choices.panel, choices.options)
    st.progress(message.progress, message.status)
    st.markdown(message.metrics)
    live_chart.update(
        message.charts,
        time_line=message.time_line,
        run=playground.run_number,
        inbox=playground.inbox,
        handlers=HANDLERS,
    )


def _pin(place: Sequence[int] | None) -> None:
    """Let the step by hand be for the clicked training point; for all if none is pinned."""
    if place is None:
        session.fill_in({"step_point": None})
        return
    run = session.current().run
    trace, index = place
    for part, _, indices in points.traces(run.dataset, run.config.problem)[trace : trace + 1]:
        if part == "train" and index < len(indices):  # else it was a point of an earlier run
            session.fill_in({"step_point": int(indices[index])})


HANDLERS: Handlers = {
    "stroke": session.add_stroke,
    "pin": _pin,
    "layers": lambda widths: session.fill_in_settings({"hidden_layers": tuple(widths)}),
    "show": session.show_unit,
    "set": session.set_parameter,
    "look": session.look_back,
    "branch": session.branch,
    "slow": session.slow_down,
}


def _stages(playground: Playground) -> DisplayOptions:
    """Draw the places of the two charts; return what the user chose to see."""
    run = playground.run
    extent = plane_extent(run.dataset)
    with st.container(key="plane"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            brush = own_points.tools(playground)
            options = display_options.choose()
        live_chart.stage(
            "decision-boundary",
            points.decision_boundary(
                run.dataset, run.config.problem, playground.own.axes, options.parts
            ),
            extent,
            brush=brush,
            colors=CLASS_COLORS,
            pins=True,
        )
    with st.container(key="curve"):
        log_loss = display_options.linked_toggle(
            "Log axis",
            "log_loss",
            "A logarithmic axis: small losses are seen as well as large ones.",
        )
        live_chart.stage(
            "loss-curve",
            curves.loss_curve(
                report.loss_name(run.config),
                log=log_loss,
                penalized=run.config.regularization != "none",
                before=tick_message.left_curve(playground.left_run),
            ),
        )
    return options


def _query(config: Config) -> dict[str, str]:
    return {**(session.current().query if session.is_open() else {}), **config_query(config)}


def _present_run() -> Run | None:
    return session.current().run if session.is_open() else None


def _open(config: Config) -> dict[str, str]:
    if session.is_open():
        own_points.replace_points(config.points)
    return _query(config)


PAGE = navigation.Workbench(
    title=TITLE,
    icon=":material/play_circle:",
    render=render,
    query=lambda settings: _query(run.config if (run := _present_run()) else settings),
    leave=session.leave,
    run=_present_run,
    open=_open,
)
