"""The playground's state in a person's session: one record, which only the commands here change.

Each command replaces the record in one assignment, since two script runs of a session may overlap.
A browser may send one click twice. So the commands of buttons get the record that the button was
drawn for, and do nothing if their work is done already. Over 250 lines, since all that changes the
record stands in this one place.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import streamlit as st

from nnlab.app.pace import TICK_SECONDS, slower
from nnlab.app.playground.point_history import OwnPoints, appended, stroked
from nnlab.app.turns import advance_in_turn, turn
from nnlab.data.points import Points
from nnlab.figures.plane_picture import Unit
from nnlab.inspection import next_update
from nnlab.model.network import Parameters
from nnlab.training import edits
from nnlab.training.config import MAX_SAMPLES, SETTINGS, Config
from nnlab.training.run import Run, start

KEY = "playground"


class Training(NamedTuple):
    """How a run trains: up to which iteration, how often it is drawn, and since when.

    Attributes
    ----------
    goal : iteration at which it pauses
    interval : seconds between two ticks
    since_iteration, since_time : where its mean speed counts from; time.perf_counter
    """

    goal: int
    interval: float
    since_iteration: int
    since_time: float

    def mean_speed(self, run: Run) -> float:
        """Return the iterations per second since the training started."""
        return (run.iteration - self.since_iteration) / (time.perf_counter() - self.since_time)


class StepMade(NamedTuple):
    """A step that was made by hand.

    Attributes
    ----------
    config : of the run
    iteration : of the run before the step
    point : number of the only training point that the step was made for; None: the batch
    learning_rate : of this update
    before, after : the run's parameters
    loss_before, loss_after : of the points that the step was made for, without the penalty
    """

    config: Config
    iteration: int
    point: int | None
    learning_rate: float
    before: Parameters
    after: Parameters
    loss_before: float
    loss_after: float


@dataclass(frozen=True)
class Playground:
    """All that the playground remembers, apart from its widgets.

    Attributes
    ----------
    run : the present run
    run_number : which of the session's runs it is
    point_history : the own points, the present ones last, for undo
    training : None while the run is paused
    renew : a new run starts when the page is drawn next
    viewed_iteration : of the past that the page shows; None: the present
    view_settled : False while the time line still moves
    left_run : the run that a branch has left
    step_made : the last step made by hand in this run
    shown_unit : whose map the large chart shows; None: the output's
    refused_value : what was wrong with the last value typed in the diagram, or nothing
    refused_link : what was wrong with the link, until the first iteration
    from_edited : the link is that of a run with weights set by hand, until the first iteration
    strokes_taken, actions_taken : numbers of the last messages taken from the browser
    slider_number : of the learning rate's slider; a program moves it by drawing a new one
    query : what a link back to the playground needs besides the settings
    away : another page is drawn
    """

    run: Run
    run_number: int
    point_history: tuple[OwnPoints, ...]
    training: Training | None = None
    renew: bool = False
    viewed_iteration: int | None = None
    view_settled: bool = True
    left_run: Run | None = None
    step_made: StepMade | None = None
    shown_unit: Unit | None = None
    refused_value: str = ""
    refused_link: tuple[str, ...] = ()
    from_edited: bool = False
    strokes_taken: int = 0
    actions_taken: int = 0
    slider_number: int = 0
    query: Mapping[str, str] = field(default_factory=dict)
    away: bool = False

    @property
    def viewed_run(self) -> Run:
        """Return the run as the page shows it: the present one, or as it was in the past."""
        at = self.viewed_iteration
        return edits.rewind(self.run, at) if at in self.run.snapshot_iterations else self.run

    @property
    def has_settled(self) -> bool:
        """Say whether the time line rests, so that the whole page should follow it."""
        return self.viewed_iteration is None or self.view_settled

    @property
    def own(self) -> OwnPoints:
        """Return the own points."""
        return self.point_history[-1]

    @property
    def goal(self) -> int:
        """Return the iteration that the run trains to, or was to train to."""
        return self.training.goal if self.training else _goal(self.run)


def is_open() -> bool:
    """Say whether the session has a playground."""
    return KEY in st.session_state


def current() -> Playground:
    """Return the session's playground."""
    playground: Playground = st.session_state[KEY]
    return playground


def _change(**changes: Any) -> None:
    st.session_state[KEY] = replace(current(), **changes)


def open_(points: Points, refused_link: Sequence[str], *, from_edited: bool) -> None:
    """Begin the session's playground; the first page that is drawn starts its run."""
    st.session_state[KEY] = Playground(
        start(Config()),
        0,
        (OwnPoints(points),),
        renew=True,
        refused_link=tuple(refused_link),
        from_edited=from_edited,
    )


def leave() -> None:
    """Pause, as another page is drawn."""
    if is_open():
        _change(training=None, away=True)


def arrive() -> bool:
    """Say whether another page was drawn last."""
    away = current().away
    _change(away=False)
    return away


def remember_query(query: Mapping[str, str]) -> None:
    """Keep what a link back to the playground needs besides the settings."""
    _change(query=query)


# The run and its settings


def begin_run(config: Config) -> None:
    """Start a new run, paused at iteration 0."""
    _change(
        run=start(config),
        run_number=current().run_number + 1,
        training=None,
        renew=False,
        left_run=None,
        step_made=None,
        viewed_iteration=None,
    )
    st.session_state.pop("step_point", None)  # the new run may not have this point


def renew() -> None:
    """Start a new run of the settings that the page finds when it is drawn next.

    Until then the old run stays, for the clicks and ticks that come before.
    """
    _change(renew=True)


def follow(config: Config | None, *, arrived: bool) -> None:
    """Follow the settings: change the present run where that can be, else start a new one.

    Parameters
    ----------
    config : None if the settings break a rule; the run then stays as it is
    arrived : the page was opened from another page, so nobody has changed these settings
    """
    playground = current()
    old = playground.run.config
    if config is None:
        if not playground.run_number:
            begin_run(old)
        return
    changed = {name for name in SETTINGS if getattr(old, name) != getattr(config, name)}
    restarts = any(SETTINGS[name].effect == "restart" for name in changed)
    # a diverged run has no weights worth keeping
    useless = playground.run.diverged and changed - {"iterations"}
    if playground.renew or restarts or useless or (changed and arrived):
        begin_run(config)
    elif changed:
        run = edits.with_config(playground.run, config)
        training = playground.training
        _change(
            run=replace(run, diverged=playground.run.diverged),
            training=training and training._replace(goal=_goal(run)),
        )


def _goal(run: Run) -> int:
    """Return the whole multiple of `config.iterations` that the run has reached or trains to."""
    once = run.config.iterations
    return max(1, -(-run.iteration // once)) * once


# Training


def start_training() -> None:
    """Train the present run, up to the next multiple of its `iterations`."""
    run = current().run
    goal = _goal(run)
    if goal == run.iteration:
        goal += run.config.iterations
    training = Training(goal, TICK_SECONDS, run.iteration, time.perf_counter())
    _change(training=training, viewed_iteration=None, refused_link=(), from_edited=False)


def pause() -> None:
    """Pause the training, and look at the present."""
    _change(training=None, viewed_iteration=None)


def restart_clock() -> None:
    """Measure the speed from now on, as another one was chosen."""
    if current().training:
        start_training()


def slow_down() -> None:
    """Make fewer ticks, since the network cannot follow."""
    training = current().training
    if training:
        _change(training=training._replace(interval=slower(training.interval)))


def advanced(before: Run, after: Run) -> None:
    """Keep what a tick has made of a run, unless the run was changed meanwhile."""
    playground = current()
    if playground.run is before:
        ended = after.stopped or after.iteration >= playground.goal
        _change(run=after, training=None if ended else playground.training)


def step(drawn: Playground, iterations: int) -> None:
    """Make so many iterations, and pause."""
    playground = current()
    if not playground.training and playground.run.iteration != drawn.run.iteration:
        return
    pause()
    run = advance_in_turn(playground.run, iterations)
    _change(run=run, refused_link=(), from_edited=False)


# A look back, and a branch


def look_back(iteration: int, *, settled: bool) -> None:
    """Show the run as it was at an iteration; not settled: the time line still moves."""
    _change(viewed_iteration=iteration, view_settled=settled)


def branch(iteration: int) -> None:
    """Train on from an iteration of the past, and keep the run that is left."""
    playground = current()
    if playground.training:
        return
    if iteration in playground.run.snapshot_iterations:
        _change(left_run=playground.run, run=edits.rewind(playground.run, iteration))
    start_training()


def undo_branch() -> None:
    """Return to the run that the last branch has left."""
    left = current().left_run
    if left:
        _change(run=left, left_run=None)
    pause()


# By hand


def make_step(run: Run, point: int | None) -> bool:
    """Make one update of a run, for its batch or for one training point alone.

    Returns whether it was made: not if the run is not the present one, or has diverged by it.
    """
    _change(viewed_iteration=None)
    with turn():
        if current().run is not run:
            return False
        seen = next_update.look_at_step(run, point, 0)
        after = next_update.take_step(run, point)
        same_batch = replace(run, parameters=after.parameters)
        loss = next_update.look_at_step(same_batch, point, 0).loss
    if after.iteration == run.iteration:
        _change(run=after)
        return False
    parameters = run.parameters, after.parameters
    made = StepMade(
        run.config, run.iteration, point, seen.learning_rate, *parameters, seen.loss, loss
    )
    _change(run=after, step_made=made, refused_link=(), from_edited=False)
    return True


def set_parameter(layer: int, row: int, column: int, typed: str) -> None:
    """Set a weight or bias of the present run, or keep what is wrong with the value."""
    playground = current()
    if playground.viewed_run is not playground.run:
        _change(refused_value="This is past: choose Continue from here to change it.")
        return
    value: Any = typed  # if it is no number, edits.set_parameter refuses it by its rule
    with suppress(ValueError):
        value = float(typed)
    try:
        run = edits.set_parameter(playground.run, layer, row, column, value)
    except ValueError as error:
        _change(refused_value=str(error))
    else:
        _change(run=run, refused_value="")


def show_unit(unit: Unit | None) -> None:
    """Show a unit's map in the large chart; None: the output's."""
    _change(shown_unit=unit)


def action_taken(number: int) -> None:
    """Keep the number of the last action taken from the diagram."""
    _change(actions_taken=number)


# Own points


def set_points(own: OwnPoints) -> None:
    """Let these be the own points; undo brings back the earlier ones."""
    _change(point_history=appended(current().point_history, own))


def undo_points(drawn: Playground) -> None:
    """Bring back the own points before the last change."""
    if current().point_history is drawn.point_history:
        _change(point_history=drawn.point_history[:-1])


def add_stroke(
    number: int, kind: int | str, positions: Sequence[Sequence[float]], width: float
) -> None:
    """Add or erase the points of a stroke on a plane of this width, unless they are too many."""
    playground = current()
    if number <= playground.strokes_taken:
        return
    _change(strokes_taken=number)
    own = playground.own
    points = stroked(own.points, playground.run.config.problem, kind, positions, width)
    if len(points) > MAX_SAMPLES:
        st.toast(f"At most {MAX_SAMPLES:,} own points: what you drew last was not added.")
    else:
        set_points(own._replace(points=points))


def move_slider() -> None:
    """Let the learning rate's slider show another rate.

    By a new slider: the browser may send the old one's place once more before it hears of the move,
    and that would pass for the user's choice.
    """
    _change(slider_number=current().slider_number + 1)
