"""The part of the playground that each tick draws, and what the browser sends to it."""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from nnlab.app import live_chart, theme, turns
from nnlab.app.live_chart.inbox import Handlers
from nnlab.app.playground import lesson_sidebar, session, tick_message
from nnlab.app.playground.display_options import DisplayOptions
from nnlab.app.playground.fields import Fields
from nnlab.app.playground.panels import diagram
from nnlab.app.playground.point_history import OwnPoints
from nnlab.app.playground.record import Playground
from nnlab.app.turns import tick, turn
from nnlab.figures import points
from nnlab.inspection.observation import Observation
from nnlab.inspection.remarks import waiting

TRYING = "trying cures"


class Choices(NamedTuple):
    """What a tick needs to know from the widgets, which may be gone when it runs."""

    speed: int | None  # as in pace.SPEEDS
    panel: str | None  # name of the open one
    options: DisplayOptions
    goal: DeltaGenerator | None = None  # the place of the state of the lesson's goal


class DrawnPage(NamedTuple):
    """What the rest of the page was drawn with: when a value changes, the whole script runs."""

    interval: float | None  # seconds between the ticks; None for a paused run
    iteration: int  # of the run shown
    says: str  # about the run
    edited: bool  # a value set by hand may change this, and whether the run has diverged
    diverged: bool
    own: OwnPoints
    fields: Fields
    reached: int  # of the goal of a lesson's step


def render(playground: Playground, observation: Observation, choices: Choices) -> None:
    """Draw the part, and again at every tick while the run trains.

    The observation is the one that the rest of the page shows.
    """
    drawn = _drawn_page(playground, observation)
    st.fragment(_tick, run_every=drawn.interval)(choices, drawn, [(playground, observation)])


def _drawn_page(playground: Playground, observation: Observation) -> DrawnPage:
    run, training = playground.run, playground.training
    interval, iteration = training and training.pace.interval, observation.run.iteration
    if advice := playground.advice:
        says = f"{advice.finding.sentence} {advice.evidence}"
    else:
        says = TRYING if playground.tries_cures else waiting(observation)
    edited, own = run.parameters_edited, playground.own
    reached = playground.step_progress.reached
    fields = playground.fields
    return DrawnPage(interval, iteration, says, edited, run.diverged, own, fields, reached)


def _tick(
    choices: Choices, drawn: DrawnPage, observed: list[tuple[Playground, Observation]]
) -> None:
    """Make one tick of training while the run trains, then draw what changes with each tick.

    `observed` holds what the page was drawn with. The list is emptied, since an observation is
    large and Streamlit keeps the list.
    """
    observation = None
    playground = session.current()
    training = playground.training
    was_clicked = (training is None) != (drawn.interval is None)
    if was_clicked or playground.renew or playground.work or playground.wants_upload:
        st.rerun()  # a click came with this tick: the page's script run does what it asks for
    if training:
        with turn() as others:
            # If a click came while this script run waited for its turn, it ends at this line.
            run = session.current().run
            frames = tick(run, training.goal, choices.speed, others, turns.BUDGET_SECONDS)
            session.advanced(frames[-1])
    elif observed and playground.shows_the_same_as(observed[0][0]):
        observation = observed[0][1]
        frames = [observation.run]
    else:
        frames = [playground.viewed_run]
    observed.clear()
    is_open = choices.panel == diagram.KEY
    view = diagram.view_options(session.current(), choices.options, is_open=is_open)
    # A tick draws without a turn, so that a second core has work while another session trains.
    shown = turns.show(frames, view, observation, theme.palette())
    settled = bool(training) or playground.has_settled
    if settled:
        session.examine(shown.observation)
    if choices.goal:
        lesson_sidebar.goal(session.current(), shown.observation, choices.goal)
    playground = session.current()
    now = _drawn_page(playground, shown.observation)
    if training:
        now = now._replace(iteration=drawn.iteration)
    elif not settled:
        now = now._replace(iteration=drawn.iteration, says=drawn.says)
    if now != drawn:
        st.rerun()
    message = tick_message.message(playground, shown, choices.panel, choices.options)
    st.markdown(message.metrics)
    st.progress(message.progress, message.status)
    inbox, number = playground.inbox, playground.run_number
    iteration = playground.run.iteration
    live_chart.update(
        message.charts,
        time_line=message.time_line,
        run=number,
        inbox=inbox,
        handlers=HANDLERS,
        what_is_lost=f"the run at iteration {iteration:,}" if iteration else "",
    )


def _pin(place: Sequence[int] | None, run: int) -> None:
    """Choose the clicked training point for the step by hand; all points if none is pinned."""
    playground = session.current()
    if run != playground.run_number:
        return  # the same place may be another point now
    if place is None:
        session.choose_step_point(None)
        return
    (trace, index), dataset = place, playground.run.dataset
    traces = points.traces(dataset, playground.run.config.n_classes)
    for part, _, indices in traces[trace : trace + 1]:
        if part == "train" and index < len(indices):
            session.choose_step_point(int(indices[index]))


HANDLERS: Handlers = {
    "stroke": session.add_stroke,
    "pin": _pin,
    "layers": lambda widths: session.set_layers(None, widths),
    "show": session.show_unit,
    "set": session.set_parameter,
    "look": session.look_back,
    "branch": session.branch,
    "pause": session.pause_at,
    "slow": session.slow_down,
}
