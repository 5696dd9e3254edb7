"""The playground: settings on the left; the run, its boundary and its loss curve on the right."""

from pathlib import Path

import streamlit as st

from nnlab.app import live_chart, navigation
from nnlab.app.action import keyboard
from nnlab.app.links import config_query, linked_choices, linked_config, say_refusals, write
from nnlab.app.pace import SPEEDS
from nnlab.app.playground import (
    actions,
    controls,
    display_options,
    doctor,
    example_buttons,
    hiding,
    lesson_editor,
    lesson_links,
    lesson_sidebar,
    live_part,
    own_points,
    panels,
    plane_stage,
    presenting,
    saving,
    session,
    sharing,
    tensorflow_links,
    tick_message,
)
from nnlab.app.playground.actions import (
    DIAGRAM_KEYS,
    ON_KEYS,
    PLANE_KEYS,
    TOOL_KEYS,
    TOOL_KEYS_HELP,
    UNDO_RUN,
)
from nnlab.app.playground.display_options import DisplayOptions
from nnlab.app.playground.point_history import OwnPoints
from nnlab.app.playground.record import EDIT_QUERY, PRESENT_QUERY, STEP_QUERY, Playground
from nnlab.app.playground.settings import settings
from nnlab.app.turns import give_way
from nnlab.data.datasets import CURVE
from nnlab.data.points import MAX_LINK_POINTS
from nnlab.figures import curves
from nnlab.inspection.observation import Observation, observe
from nnlab.inspection.remarks import success, waiting
from nnlab.training.config import SETTINGS, Config
from nnlab.training.run import Run
from nnlab.training.wording import loss_name
from nnlab.training.work import fits

TITLE = "Playground"
EDITED = "true"  # in the link of a run in which weights were set by hand
STYLE = Path(__file__).with_suffix(".css")
LINK_RULES = {
    "speed": SPEEDS,
    "edited": (EDITED,),
    EDIT_QUERY: ("true",),
    **dict.fromkeys((PRESENT_QUERY, "log_loss", *display_options.LINK_NAMES), ("true", "false")),
    "panel": (*panels.PANELS, panels.NONE),
}


def render() -> None:
    """Draw the page, once per script run."""
    st.set_page_config(navigation.APP, "🧠", layout="wide", initial_sidebar_state=288)
    st.html(STYLE)
    arrived = _arrive()
    lesson_editor.render(session.current())
    pages, examples = st.sidebar.container(), st.sidebar.container()
    config, error = settings()
    session.follow(config, arrived=arrived)
    session.do_work()
    give_way()
    playground = session.current()
    with pages:
        navigation.menu(TITLE, playground.run.config)
    with examples:
        goal_place = lesson_sidebar.render(playground)
        if not playground.lesson:
            example_buttons.render(playground)
    presenting.head(playground)
    hiding.hide(playground)
    hiding.point(playground)
    speed, chosen_panel, toolbar_end = controls.render(playground)
    panel = presenting.panel(playground, chosen_panel)
    _keys(playground, panel)
    observation = observe(playground.viewed_run)
    session.examine(observation)
    playground = session.current()
    give_way()
    with st.container(key="bench"):
        live = st.container(key="live")
        options = _stages(playground)
        with st.container(key="panel_place"):
            panels.render(panel, playground)
    give_way()
    with st.container(horizontal=True, vertical_alignment="center", key="time_row"):
        live_chart.time_line()
        _undo(playground)
        saving.render()
    with st.container(key="notices"):
        _notices(playground, error, observation)
    edited = {"edited": EDITED} if playground.run.parameters_edited else {}
    query = _query(playground.run.config) | edited
    write(query)
    with toolbar_end:
        sharing.render(query, playground.hidden)
        actions.PRESENT.button(st, playground, True)
    with live:  # last, as it needs the choices made above
        choices = live_part.Choices(speed, panel, options, goal_place)
        live_part.render(playground, observation, choices)


def _keys(playground: Playground, panel: str | None) -> None:
    """Let keys press buttons and choose tools, and `?` list those that do something now."""
    has_plane = playground.run.config.dataset != CURVE
    draws = has_plane and hiding.shows_tools(playground)
    lists = (draws, TOOL_KEYS_HELP), (has_plane, PLANE_KEYS), (panel == "network", DIAGRAM_KEYS)
    others = [line for is_apt, lines in lists if is_apt for line in lines]
    keyboard(hiding.seen_actions(playground, ON_KEYS), others, TOOL_KEYS if draws else {})


def _arrive() -> bool:
    """Follow the link if the user opens the page or returns to it; say whether they do."""
    away = session.is_open() and session.current().away
    if session.is_open() and not away:
        return False
    refused: list[str] = []
    lesson = None
    if other := tensorflow_links.linked(refused):
        config, query = other
    else:
        config = linked_config(refused)
        query = linked_choices(LINK_RULES, refused) | hiding.linked(refused)
        lesson, place = lesson_links.linked(refused)
        if lesson and not any(name in st.query_params for name in SETTINGS):
            config = lesson.steps[int(place[STEP_QUERY]) - 1].config
        query |= place
    from_edited = query.pop("edited", None) is not None
    own = own_points.linked(config.points, refused)
    if not away:
        first = config if fits(config) else Config()
        session.open_(first, config, own, query, refused, from_edited=from_edited)
        session.open_lesson(lesson)
        return True
    if len(session.current().own.points) <= MAX_LINK_POINTS:  # else the link leaves them out
        own_points.replace(own)
    session.arrive(config, query, LINK_RULES, refused)
    session.open_lesson(lesson)
    return True


def _undo(playground: Playground) -> None:
    """Offer to return to the run that was left, if there is one."""
    if left := playground.left:
        iteration = f"at iteration {left.run.iteration:,}"
        label, help_ = "Undo restart", f"Return to the run before this one, {iteration}."
        if left.is_branch:
            label, help_ = "Undo branch", f"Return to the run with the grey curve, {iteration}."
        UNDO_RUN.button(st, playground, label=label, help=help_, type="tertiary")


def _notices(playground: Playground, error: str, observation: Observation) -> None:
    """Say what is wrong with a setting, the run or the link, or else how the run gets on.

    A setting comes first: until it is mended there is no room for the rest.
    """
    if error:
        st.error(error, icon=":material/error:")
        return
    past = observation.run is not playground.run
    trials = playground.trials
    if not past and trials and (advice := playground.advice):
        doctor.render_advice(playground, advice, certain=trials.certain)
    elif sentence := not past and playground.has_ended and success(observation):
        st.success(sentence, icon=":material/check_circle:")
    elif not past and playground.tries_cures:
        doctor.render_trials(playground)
    elif sentence := waiting(observation):
        st.caption(sentence)
    elif not (playground.run.iteration or playground.lesson or playground.refused_link):
        lesson_sidebar.offer_tour(playground)
    run = playground.run
    if left_out := own_points.left_out_of_link(run.config.points):
        st.info(left_out)
    if run.iteration:
        return
    say_refusals(playground.refused_link)
    if playground.from_edited:
        st.info(
            "The run of this link was edited by hand: the link has its settings, not its weights."
        )


def _stages(playground: Playground) -> DisplayOptions:
    """Draw the places of the two charts; return what the user chose to see."""
    config = playground.run.config
    with st.container(key="plane"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="tools"):
            brush = None if config.dataset == CURVE else own_points.tools(playground)
            options = display_options.choose(config)
        plane_stage.render(playground, options.parts, brush)
    with st.container(key="curve"):
        help_ = "A logarithmic axis shows small losses as well as large ones."
        with st.container(key="log_axis"):
            log = display_options.linked_toggle("Log axis", "log_loss", help_)
        left = playground.left
        before = tick_message.left_curve(left.run) if left and left.is_branch else None
        name = loss_name(config)
        penalized = config.regularization != "none"
        figure = curves.loss_curve(name, log=log, penalized=penalized, before=before)
        live_chart.stage("loss-curve", presenting.figure(playground, figure))
    return options


def _query(config: Config) -> dict[str, str]:
    if not session.is_open():
        return config_query(config)
    playground = session.current()
    settings = config_query(config)
    if playground.lesson:
        settings = settings or lesson_links.DEFAULTS
    return {**playground.query, **settings, **own_points.names_query(playground.own)}


def _present_run() -> Run | None:
    return session.current().run if session.is_open() else None


def _open(config: Config) -> dict[str, str]:
    if session.is_open():
        own_points.replace(OwnPoints(config.points))
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
