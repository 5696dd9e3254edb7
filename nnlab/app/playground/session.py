"""The commands of the playground: only they change its record in the session.

A browser may send a click twice. So the command of a button gets the record that the button was
drawn for, and does nothing if its work is already done. What takes long, a click only asks for: see
`renew` and `work` in the record. Over 250 lines, since everything that changes the record is in
this one place.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple, TypeVar, cast

import streamlit as st

from nnlab.app.pace import DEFAULT_SPEED, Pace
from nnlab.app.page_record import RecordKeeper
from nnlab.app.playground.example_runs import ExampleRun
from nnlab.app.playground.fields import Fields, config_values, field_values
from nnlab.app.playground.point_history import OwnPoints, appended, standardised, stroked
from nnlab.app.playground.record import (
    EDIT_QUERY,
    LESSON_QUERY,
    PRESENT_QUERY,
    STEP_QUERY,
    LeftRun,
    Playground,
    StepMade,
    StepProgress,
    Training,
    goal_of,
)
from nnlab.app.turns import BUDGET_SECONDS
from nnlab.data.datasets import OWN
from nnlab.data.plane import plane_extent
from nnlab.data.rules import BrokenRule
from nnlab.inspection import next_update
from nnlab.inspection.diagnosis import diagnose
from nnlab.inspection.diagnosis.finding import Advice
from nnlab.inspection.diagnosis.trials import Trials, begin
from nnlab.inspection.observation import Observation
from nnlab.inspection.plane_view import Unit
from nnlab.lessons.lesson import Lesson
from nnlab.lessons.receipt import record_of
from nnlab.training import edits
from nnlab.training.config import MAX_SAMPLES, SETTINGS, Config
from nnlab.training.run import Run, advance, start

Result = TypeVar("Result")
KEY = "playground"
MAX_RECENT_RUNS = 16  # those of the last second, more or less
UPDATE_PART = "Update"  # of the panel One step: what a step changes

_keeper = RecordKeeper[Playground](KEY)
is_open, current, keep_in_query = _keeper.is_open, _keeper.current, _keeper.keep_in_query
_change = _keeper.change


def open_(
    config: Config,
    linked: Config,
    own: OwnPoints,
    query: Mapping[str, str],
    refused_link: Sequence[str],
    *,
    from_edited: bool,
) -> None:
    """Create the session's playground.

    Parameters
    ----------
    config : of the first run
    linked : the settings that the fields show
    own : the link's points
    """
    playground = Playground(start(config), 1, (own,), query=query)
    fields = Fields(config_values(linked))
    more: dict[str, Any] = {"refused_link": tuple(refused_link), "from_edited": from_edited}
    _keeper.keep(replace(playground, fields=fields, **more))


def open_lesson(lesson: Lesson | None) -> None:
    """Open a lesson at the step in the query; None: no lesson is open."""
    if current().lesson is not lesson:
        _change(lesson=lesson)


def leave() -> None:
    """Pause, and drop what was asked for, because another page is drawn."""
    if is_open():
        _change(**_NO_WORK, away=True)


def arrive(
    config: Config, query: Mapping[str, str], names: Iterable[str], refused_link: Sequence[str]
) -> None:
    """Return to the page with these settings and this query in its address.

    Parameters
    ----------
    names : the fields that the query may set
    """
    fields = current().fields.filled(config_values(config)).renewed(names)
    _change(away=False, query=query, fields=fields, refused_link=tuple(refused_link))


def set_presenting(_: Playground, presenting: bool) -> None:
    """Show the page for a presenter, or the whole page again."""
    keep_in_query(PRESENT_QUERY, str(presenting).lower(), "false")


# Settings

# What a new run replaces; what is asked for after it is for the new run.
_NO_WORK: dict[str, Any] = {
    "training": None,
    "work": None,
    "wants_upload": False,
    "recent_runs": (),
}
_NEW_RUN: dict[str, Any] = {**_NO_WORK, "renew": True}


def fill(values: Mapping[str, Any]) -> None:
    """Set fields. They must not be drawn yet."""
    fields = current().fields.filled(values)
    if fields != current().fields:
        _change(fields=fields)


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"fields": current().fields.filled(values)}


def enter(name: str, key: str) -> None:
    """Keep what the user has entered in a field, unless the field has another widget by now."""
    fields = current().fields
    if key == fields.key(name):
        restarts = name in SETTINGS and SETTINGS[name].effect == "restart"
        outdated = _outdated() if restarts else {}
        fields = fields.entered(name, st.session_state[key])
        if name in {"problem", "dataset"}:  # a curve offers other features, so in another widget
            fields = fields.renewed(["features"])
        _change(**outdated, fields=fields)


def _outdated() -> dict[str, Any]:
    """Return the changes when a field is set that needs a new run, unless it breaks a rule."""
    training = current().training
    return {"work": None, "training": training and training._replace(outdated=True)}


def set_widgets(values: Mapping[str, Any]) -> None:
    """Give widgets these values now, by their keys. They must not be drawn yet."""
    st.session_state.update(values)


def set_new_seed(_: Playground, seed: int) -> None:
    """Choose the seed after this one in a fixed order, so that a click sent twice counts once.

    The order goes through all numbers below 10,000 (Knuth, TAOCP vol. 2, section 3.2.1.2,
    theorem A).
    """
    _change(**_outdated(), **_filled({"seed": (7621 * seed + 1) % 10_000}))


def set_layers(_: Playground | None, widths: Sequence[int]) -> None:
    """Choose other hidden layers."""
    _change(**_outdated(), **_filled(field_values({"hidden_layers": tuple(widths)})))


def set_learning_rate(_: Playground, rate: float) -> None:
    """Choose another learning rate."""
    fill(field_values({"learning_rate": rate}))


def apply_advice(drawn: Playground, advice: Advice) -> None:
    """Begin a new run with the settings that an advice changes, or on standardized points."""
    config, cure = drawn.run.config, advice.cure
    advised = (*drawn.past_advised, config, cure.applied(config))
    if not cure.standardise:
        _change(**_NEW_RUN, **_filled(field_values(cure.changes)), advised=advised)
    elif current().own is drawn.own:
        own = standardised(drawn.own, drawn.run.config.problem)
        _change(**_NEW_RUN, **_with_points(own), advised=advised)


def examine(observation: Observation) -> None:
    """Begin to try cures if something is wrong with the present run, unless this is under way."""
    playground = current()
    run, trials = observation.run, playground.trials
    if run is not playground.run:
        return
    if trials and not trials.are_for(run):
        trials = None
    findings = diagnose(observation)
    if findings and not trials:
        trials = begin(run, findings, playground.past_advised)
    sick = bool(findings)
    if trials is not playground.trials or sick != playground.is_sick:
        _change(trials=trials, is_sick=sick)


def tried(trials: Trials) -> None:
    """Keep the trials that a slice has advanced."""
    _change(trials=trials)


# The run


def reset(_: Playground) -> None:
    """Start the run again from iteration 0, paused."""
    _change(**_NEW_RUN)


def begin_run(config: Config) -> None:
    """Start a new run at iteration 0; paused, unless Start was clicked after what asked for it.

    The run that it replaces can be brought back if it was trained.
    """
    playground, run = current(), start(config)
    changes = {
        "run": run,
        "run_number": playground.run_number + 1,
        "renew": False,
        "left": _left_by_new_run(playground),
        "step_made": None,
        "viewed_iteration": None,
        **_filled({"step_point": None}),  # the new run may not have this point
    }
    _change(**changes | _still_started(run))


def _left_by_new_run(playground: Playground) -> LeftRun | None:
    """Return the run that a new one replaces, or the one left before if this was not trained."""
    run, left = playground.run, playground.left
    if left and left.run is run:  # as an example has left it
        return left
    if run.iteration or run.diverged:
        return LeftRun(run, _own_points_of(run))
    return left and left._replace(is_branch=False)


def _own_points_of(run: Run) -> OwnPoints:
    """Return a run's own points with their names, though there may be newer points by now."""
    points = run.config.points
    known = (own for own in reversed(current().point_history) if own.points == points)
    return next(known, OwnPoints(points))


def undo_run(drawn: Playground) -> None:
    """Return to the run that a new run or a branch has replaced, and to its settings.

    A second undo returns from there, if the run that this one replaces was trained.
    """
    playground = current()
    left = playground.left
    if left is None or left is not drawn.left:
        return
    # A field on the page may show what was entered just before the click. The others do not apply
    # to the run, such as Adam's momentum, and keep what they show.
    now, then = config_values(playground.run.config), config_values(left.run.config)
    on_page = {name for name in then if playground.fields.key(name) in st.session_state}
    shown = {**now, **{name: playground.fields.values[name] for name in on_page}}
    changed = {name: value for name, value in then.items() if value != shown[name]}
    filled = _filled({**changed, "step_point": None})
    replaced = _left_by_new_run(replace(playground, left=None))
    if left.speed:
        replaced = replaced and replaced._replace(speed=_speed(playground))
        filled["fields"] = filled["fields"].renewed(["speed"])
        filled["query"] = _at_speed(playground, left.speed)
    _change(
        run=left.run,
        run_number=playground.run_number + (not left.is_branch),
        left=replaced,
        renew=False,
        viewed_iteration=None,
        step_made=None,
        **_NO_WORK,
        **filled,
        **_with_points(left.own),
    )


def _speed(playground: Playground) -> str:
    return playground.query.get("speed", DEFAULT_SPEED)


def _at_speed(playground: Playground, speed: str) -> dict[str, str]:
    """Return the query with another speed."""
    query = {name: value for name, value in playground.query.items() if name != "speed"}
    return query if speed == DEFAULT_SPEED else {**query, "speed": speed}


def follow(config: Config | None, *, arrived: bool) -> None:
    """Apply the settings: to the present run where possible, else to a new one.

    Parameters
    ----------
    config : None if the settings break a rule; the run then keeps its own
    arrived : the page was opened or returned to, so any difference means another run
    """
    playground = current()
    old, training = playground.run.config, playground.training
    config = config or old
    changed = {name for name in SETTINGS if getattr(old, name) != getattr(config, name)}
    restarts = any(SETTINGS[name].effect == "restart" for name in changed)
    # a diverged run has no weights worth keeping
    useless = playground.run.diverged and changed - {"iterations"}
    if playground.renew or restarts or useless or (changed and arrived):
        begin_run(config)
    elif changed:
        run = replace(edits.with_config(playground.run, config), diverged=playground.run.diverged)
        if not len(run.dataset.train_inputs):  # the last own point may have been erased
            training = None
        elif training and training.goal == goal_of(playground.run):  # not that of a step
            training = training._replace(goal=goal_of(run))
        _change(run=run, training=training)


# Training

# What every iteration changes: the page shows the present, and the link no longer matters.
_PRESENT: dict[str, Any] = {"viewed_iteration": None, "refused_link": (), "from_edited": False}


def start_training(_: Playground | None = None) -> None:
    """Train the present run, up to the next multiple of its `iterations`."""
    _change(**_started(current().run))


def start_example(drawn: Playground, example: ExampleRun) -> None:
    """Train a new run with an example's settings and speed, without own points."""
    playground = current()
    if playground.run_number != drawn.run_number and playground.run.config == example.config:
        return  # the second click of two: it trains already
    left = _left_by_new_run(playground)
    left = left and left._replace(speed=left.speed or _speed(playground))
    fields = playground.fields.filled(config_values(example.config)).renewed(["speed"])
    begun = {**_NEW_RUN, **_started(playground.run), "left": left}
    query = _at_speed(playground, example.speed)
    _change(**begun, query=query, fields=fields, **_with_points(OwnPoints()))


def _started(run: Run) -> dict[str, Any]:
    goal = goal_of(run)
    if goal == run.iteration:
        goal += run.config.iterations
    return {"training": _training(run, goal), "recent_runs": (), **_PRESENT}


def _training(run: Run, goal: int) -> Training:
    return Training(goal, Pace(), run.iteration, time.perf_counter())


def _still_started(run: Run) -> dict[str, Any]:
    """Return the changes with a run that was still to come: train it if Start was clicked since."""
    training = current().training
    if training and not training.outdated and len(run.dataset.train_inputs):
        return _started(run)
    return {"training": None}


def pause(_: Playground | None = None) -> None:
    """Pause the training, and look at the present."""
    _change(training=None, viewed_iteration=None)


def pause_at(run: int, iteration: int) -> None:
    """Pause at the iteration that the page shows, though ticks may have followed it.

    What the lesson has noted of the later ticks stays. On a slow connection there may have been too
    many of them: then the button's `pause` keeps the present run.
    """
    playground = current()
    runs = {one.iteration: one for one in playground.recent_runs}
    is_latest = runs.get(playground.run.iteration) is playground.run  # not changed by hand since
    if is_latest and run == playground.run_number and iteration in runs:
        _change(run=runs[iteration], training=None, recent_runs=())


def restart_clock() -> None:
    """Measure the speed from now on, because the user chose another one."""
    playground = current()
    if training := playground.training:
        clock = _training(playground.run, training.goal)
        _change(training=clock._replace(outdated=training.outdated))


def slow_down() -> None:
    """Tick less often, since the connection to the browser is too slow."""
    if training := current().training:
        _change(training=training._replace(pace=training.pace.slower(time.monotonic())))


def advanced(run: Run) -> None:
    """Keep the run that a tick has advanced."""
    playground = current()
    training = playground.training
    if run.stopped or run.iteration >= playground.goal:
        training = None
    elif training:
        training = training._replace(pace=training.pace.recovered(time.monotonic()))
    earlier = playground.recent_runs[-MAX_RECENT_RUNS + 1 :]
    if earlier and earlier[-1] is not playground.run:
        earlier = ()  # it has been changed by hand since
    # They share the newest run's losses, which may need much memory.
    shared = (replace(one, losses=run.losses[: one.iteration]) for one in earlier)
    _change(run=run, training=training, recent_runs=(*shared, run))


def do_work() -> None:
    """Do what a click has asked for."""
    if work := current().work:
        try:
            work()
        except Exception:
            _change(work=None)  # else each script run would fail
            raise


def step(drawn: Playground, iterations: int) -> None:
    """Pause, and make this many iterations.

    A second click finds the run advanced, or on its way to the first click's goal.
    """
    playground = current()
    if training := playground.training:
        again = training.goal not in (drawn.goal, goal_of(playground.run))
    else:
        again = playground.run.iteration != drawn.run.iteration
    if not again:
        _change(training=None, work=partial(_step, iterations), **_PRESENT)


def _step(iterations: int) -> None:
    """Make these iterations; those that take longer than a tick are left to the training."""
    before = current().run
    run, goal = advance(before, iterations, seconds=BUDGET_SECONDS), before.iteration + iterations
    changes = _still_started(run)
    if not changes["training"] and run.iteration < goal and not run.stopped:
        changes["training"] = _training(run, goal)
    _change(run=run, work=None, **changes)


# A look back, and a branch


def look_back(iteration: int, *, settled: bool) -> None:
    """Show a paused run as it was at an iteration; not settled while the time line still moves."""
    if not current().training:
        _change(viewed_iteration=iteration, view_settled=settled)


def branch(iteration: int) -> None:
    """Continue from an iteration of the past, and keep the run that is left."""
    playground = current()
    if playground.training:
        return  # the second click of two: the run is the branch already
    run, changes = playground.run, dict[str, Any]()
    if iteration in run.snapshot_iterations:
        changes = {"left": LeftRun(run, _own_points_of(run), is_branch=True)}
        run = edits.rewind(run, iteration)
    _change(**{**_NO_WORK, "renew": False, "run": run, **changes, **_started(run)})


# In a lesson


def go_to_step(drawn: Playground, number: int) -> None:
    """Go to a step of the open lesson, and start with its settings if it has any."""
    playground = current()
    if not playground.lesson or playground.step_number != drawn.step_number:
        return  # the second click of two
    step = playground.lesson.steps[number - 1]
    query = {**playground.query, STEP_QUERY: str(number)}
    _change(query=query, **(_begun(step.config) if step.sets else {}))


def _begun(config: Config) -> dict[str, Any]:
    """Return the changes when a step begins with these settings."""
    own = OwnPoints(config.points)
    return {**_NEW_RUN, **_filled(config_values(config)), **_with_points(own)}


def edit_lesson(lesson: Lesson) -> None:
    """Open an edited lesson; a new run begins if the open step has other settings than before."""
    playground = current()
    open_, before = playground.lesson, playground.lesson_step
    if open_ and (open_.name, open_.source) == (lesson.name, lesson.source):
        return
    number = min(playground.step_number, len(lesson.steps))
    step = lesson.steps[number - 1]
    # answers and hints belong to the text as it was
    progress = {at: done for at, done in playground.progress.items() if at[0] != lesson.name}
    query = {**playground.query, STEP_QUERY: str(number)}
    begins = not before or before.config != step.config
    _change(
        lesson=lesson, progress=progress, query=query, **(_begun(step.config) if begins else {})
    )


def close_editor(_: Playground) -> None:
    """Close the editor, and keep its lesson open."""
    playground = current()
    query = {name: value for name, value in playground.query.items() if name != EDIT_QUERY}
    if playground.lesson:
        query[LESSON_QUERY] = playground.lesson.name
    _change(query=query)


def start_lesson(_: Playground, lesson: Lesson) -> None:
    """Open a lesson at its first step, with the settings and the run that are there."""
    _change(lesson=lesson, query={**current().query, LESSON_QUERY: lesson.name, STEP_QUERY: "1"})


def leave_lesson(_: Playground) -> None:
    """Close the lesson, and keep its settings and its run."""
    others = {
        name: value
        for name, value in current().query.items()
        if name not in {LESSON_QUERY, STEP_QUERY, EDIT_QUERY}
    }
    _change(lesson=None, query=others)


def _progress(drawn: Playground, **changes: Any) -> None:
    """Change the progress in the step that the page was drawn with."""
    if drawn.lesson:
        at, known = (drawn.lesson.name, drawn.step_number), current().progress
        _change(progress={**known, at: known.get(at, StepProgress())._replace(**changes)})


def answer(drawn: Playground, choice: int) -> None:
    """Keep the answer to the step's question; the first one counts."""
    if current().step_progress.answer is None:
        _progress(drawn, answer=choice)


def show_hint(drawn: Playground) -> None:
    """Show one more hint."""
    _progress(drawn, hints=drawn.step_progress.hints + 1)


def show_explanation(drawn: Playground) -> None:
    """Show the explanation before the goal is reached."""
    _progress(drawn, explained=True)


def note_goal(drawn: Playground, reached: int) -> None:
    """Keep what the run has reached of the step's goal, if it is more than before."""
    if reached > current().step_progress.reached:
        proof = None
        with suppress(BrokenRule):  # of points that no receipt can hold
            proof = record_of(drawn.run, drawn.step_number, reached)
        _progress(drawn, reached=reached, proof=proof)


# By hand


def make_step(drawn: Playground, point: int | None) -> None:
    """Pause, and make one update of the present run, for its batch or for one point alone."""
    if current().run is drawn.run:
        _change(training=None, work=partial(_make_step, drawn.run, point))


def _make_step(run: Run, point: int | None) -> None:
    playground = current()
    if playground.run is not run:
        _change(work=None)
        return
    step = next_update.look_at_step(run, point, 0)
    after = next_update.make_step(run, point)
    loss = next_update.look_at_step(replace(run, parameters=after.parameters), point, 0).loss
    done = {"run": after, "work": None}
    if after.iteration == run.iteration:  # it has diverged instead
        _change(viewed_iteration=None, **done)
        return
    filled = {}
    if playground.fields.values.get("step_part") != UPDATE_PART:
        filled = _filled({"step_part": UPDATE_PART, "step_layer": 1})
    made = StepMade(run.config, step, after.parameters, loss)
    _change(**done, step_made=made, **_PRESENT | _still_started(after), **filled)


def choose_step_point(point: int | None) -> None:
    """Choose the training point for the step by hand; None is all points or the next batch."""
    fill({"step_point": point})


def set_parameter(parameter: Sequence[int], value: str) -> None:
    """Set a weight or bias, by layer, row and column, as typed; `refused_value` says what fails."""
    playground = current()
    if playground.viewed_run is not playground.run:
        _change(
            refused_value="This is an earlier iteration: choose “Continue from here” to change it."
        )
        return
    number: Any = value  # edits.set_parameter refuses it if it is not a number
    with suppress(ValueError):
        number = float(value)
    layer, row, column = parameter
    try:
        run = edits.set_parameter(playground.run, layer, row, column, number)
    except ValueError:
        most = edits.LARGEST_VALUE
        refused = f"Enter a number from −{most} to {most}."
        if isinstance(number, float) and abs(number) <= most:
            refused = "With this value the loss is infinite: enter one closer to 0."
        _change(refused_value=refused)
    else:
        _change(run=run, refused_value="")


def show_unit(unit: Sequence[int] | None) -> None:
    """Show the map of a unit, by layer and number, in the large chart; None is the output's."""
    _change(shown_unit=unit and Unit(*unit))


# Own points


def set_points(own: OwnPoints) -> None:
    """Replace the own points; undo brings back the earlier ones."""
    _change(**_with_points(own))


def _with_points(own: OwnPoints) -> dict[str, Any]:
    return {"point_history": appended(current().point_history, own)}


class _Broken(NamedTuple):
    """What a BrokenRule says."""

    field: str
    rule: str
    value: str


def remember(name: str, source: Any, compute: Callable[[], Result]) -> Result:
    """Return what `compute` makes of a source; compute it again only for another source.

    A BrokenRule is remembered and raised again, too. Reading a file takes longer than all the rest
    of a script run.
    """
    before, value = current().remembered.get(name, (None, None))
    if before != source:
        try:
            value = compute()
        except BrokenRule as broken:  # the error itself would keep the whole file in memory
            value = _Broken(broken.field, broken.rule, broken.value)
        _change(remembered={**current().remembered, name: (source, value)})
    if isinstance(value, _Broken):
        raise BrokenRule(*value)
    return cast("Result", value)


def clear_points(_: Playground) -> None:
    """Pause, and remove all own points; undo brings them back."""
    _change(training=None, wants_upload=False, **_with_points(OwnPoints()))


def use_upload(_: Playground) -> None:
    """Ask for a new run on the uploaded points alone.

    Only the page's script run knows them as the fields beside the button now say.
    """
    _change(**_NO_WORK | {"wants_upload": True})


def take_upload(own: OwnPoints | None) -> None:
    """Let a new run start on these points alone; None if the file has none after all."""
    renewed = {}
    if own:
        filled = _filled({"dataset": OWN, "classes": len(own.classes or ()) or Config.classes})
        renewed = {"renew": True, **_with_points(own), **filled}
    _change(wants_upload=False, **renewed)


def undo_points(drawn: Playground) -> None:
    """Bring back the own points before the last change."""
    if current().point_history is drawn.point_history:
        _change(point_history=drawn.point_history[:-1])


def add_stroke(label: int | None, positions: Sequence[Sequence[float]]) -> None:
    """Add the points of a stroke, unless they are too many; without a label, erase points."""
    playground = current()
    run, own = playground.run, playground.own
    left, right, *_ = plane_extent(run.dataset)
    points = stroked(own.points, run.config.problem, label, positions, right - left)
    if len(points) > MAX_SAMPLES:
        st.toast(f"At most {MAX_SAMPLES:,} points of your own: what you drew last was not added.")
    else:
        set_points(own._replace(points=points))
