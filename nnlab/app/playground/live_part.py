"""The part of the playground that each tick draws, and what the browser sends to it."""

import time
from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from nnlab.app import live_chart, turns
from nnlab.app.live_chart.inbox import Handlers
from nnlab.app.pace import flush
from nnlab.app.playground import session, tick_message
from nnlab.app.playground.display_options import DisplayOptions
from nnlab.app.playground.panels import diagram
from nnlab.app.playground.point_history import OwnPoints
from nnlab.app.playground.record import Playground
from nnlab.app.turns import Shown, tick, turn
from nnlab.figures import points
from nnlab.inspection.diagnosis import Diagnosis, diagnose


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


def render(
    playground: Playground, iteration: int, finding: Diagnosis | None, choices: Choices
) -> None:
    """Draw the part, and again at every tick while the run trains.

    Parameters
    ----------
    iteration, finding : of the run shown, as the rest of the page shows them
    """
    drawn = _drawn_page(playground, iteration, finding)
    st.fragment(_tick, run_every=drawn.interval)(choices, drawn)


def _drawn_page(playground: Playground, iteration: int, finding: Diagnosis | None) -> DrawnPage:
    run, training = playground.run, playground.training
    interval = training.interval if training else None
    name = finding and finding.name
    edited, own = run.parameters_edited, playground.own
    return DrawnPage(interval, iteration, name, edited, run.diverged, own)


def _tick(choices: Choices, drawn: DrawnPage) -> None:
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
