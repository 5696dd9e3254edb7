"""The commands of the playground, called without a page: each changes the record once."""

import gc
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
import streamlit as st

from nnlab import Config, advance, start
from nnlab.app.playground import live_part, session
from nnlab.app.playground.display_options import DisplayOptions
from nnlab.app.playground.example_runs import EXAMPLE_RUNS
from nnlab.app.playground.fields import TEXTS, Fields, config_values, field_values
from nnlab.app.playground.point_history import OwnPoints
from nnlab.app.playground.record import LeftRun, Playground
from nnlab.data.points import Points
from nnlab.data.rules import BrokenRule
from nnlab.inspection.diagnosis import Cure, Finding
from nnlab.inspection.diagnosis.finding import Advice
from nnlab.inspection.observation import observe
from nnlab.training.config import SETTINGS, parse

RUN = advance(start(Config(samples=20)), 30)
LEFT = LeftRun(RUN, OwnPoints(), is_branch=True)


class CountedState(dict[str, Any]):
    """A session's state that counts how often the record is replaced."""

    replaced = 0

    def __setitem__(self, key: str, value: Any) -> None:
        self.replaced += key == session.KEY
        super().__setitem__(key, value)


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch) -> CountedState:
    shown = Fields(config_values(RUN.config))
    found = CountedState({session.KEY: Playground(RUN, 1, (OwnPoints(),), fields=shown)})
    monkeypatch.setattr(st, "session_state", found)
    return found


def parse_field(name: str, value: Any) -> Any:
    return parse(name, value) if name in TEXTS else value


def change(**changes: Any) -> Playground:
    if run := changes.get("run"):
        changes.setdefault("fields", Fields(config_values(run.config)))
    playground = replace(session.current(), **changes)
    st.session_state[session.KEY] = playground
    return playground


def test_a_second_click_on_continue_from_here_keeps_the_run_that_was_left() -> None:
    session.branch(20)
    session.branch(20)
    playground = session.current()
    assert playground.left == LEFT
    assert playground.run.iteration == 20
    assert playground.training


OWN = OwnPoints(Points.of([(0, 0, 1)]))
CURE = Cure({"hidden_layers": (3,)}, "Wake it.")
ADVICE = Advice(Finding("sleeping", "It sleeps.", (CURE,)), CURE, "Tried.")


COMMANDS = [
    partial(session.start_example, example=EXAMPLE_RUNS["line"]),
    partial(session.apply_advice, advice=ADVICE),
    session.use_upload,
    lambda _: session.take_upload(OWN),
    partial(session.set_layers, widths=[3, 3]),
    lambda _: session.branch(20),
    session.undo_run,
    partial(session.step, iterations=3),
    partial(session.make_step, point=1),
    session.reset,
    session.start_training,
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_replaces_the_record_once(command: Any, state: CountedState) -> None:
    """So a script run that ends in the middle of it has done all of it or nothing."""
    drawn = change(left=LEFT, point_history=(OwnPoints(), OWN))
    state.replaced = 0
    command(drawn)
    assert state.replaced == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_computes_nothing(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it did, a newer message would have to wait."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    for module, name in (
        (session, "start"),
        (session, "advance"),
        (session.next_update, "look_at_step"),
        (session.next_update, "make_step"),
    ):
        monkeypatch.setattr(module, name, refuse)
    command(change(left=LEFT))


def draw() -> Playground:
    """Do what each script run does with the record, with the settings in the fields."""
    playground = session.current()
    shown = {name: parse_field(name, value) for name, value in playground.fields.values.items()}
    settings = {name: value for name, value in shown.items() if name in SETTINGS}
    session.follow(Config(**settings, points=playground.own.points), arrived=False)
    session.do_work()
    return session.current()


def train(*iterations: int) -> list[int]:
    """Let a tick end at each of the iterations; return those that Pause could still keep."""
    session.start_training(change())
    for iteration in iterations:
        run = session.current().run
        session.advanced(advance(run, iteration - run.iteration))
    return [run.iteration for run in session.current().recent_runs]


@pytest.mark.parametrize("button_first", [False, True])
def test_pause_keeps_what_the_page_shows_though_ticks_have_followed(button_first: bool) -> None:
    train(40, 50, 60)
    if button_first:
        session.pause()
    session.pause_at(1, 40)
    session.pause()
    playground = session.current()
    assert playground.training is None
    assert playground.run.iteration == 40
    np.testing.assert_array_equal(playground.run.losses, advance(RUN, 10).losses)


def test_pause_keeps_the_present_run_if_what_the_page_shows_is_long_past() -> None:
    recent = train(*range(31, 60))
    assert recent == list(range(60 - session.MAX_RECENT_RUNS, 60))
    session.pause_at(1, 31)
    assert session.current().run.iteration == 59


def restart() -> None:
    session.pause()
    session.start_training(session.current())


def edit() -> None:
    session.set_parameter([1, 0, 0], "0.5")


@pytest.mark.parametrize(("since", "number"), [(restart, 1), (edit, 1), (lambda: None, 2)])
def test_a_pause_that_comes_late_changes_nothing(since: Callable[[], None], number: int) -> None:
    train(40, 50)
    since()
    before = session.current()
    session.pause_at(number, 40)
    assert session.current() is before


def test_pause_does_not_undo_a_parameter_set_by_hand() -> None:
    train(40)
    edit()
    run = session.current().run
    session.advanced(advance(run, 10))
    session.pause_at(1, 40)
    assert session.current().run.edits == run.edits != ()


@pytest.fixture
def no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each script run make one iteration of a step."""
    monkeypatch.setattr(session, "BUDGET_SECONDS", 0)


@pytest.mark.usefixtures("no_time")
def test_a_step_that_takes_longer_than_a_tick_goes_on_as_training() -> None:
    session.step(change(), 20)
    playground = draw()
    assert playground.run.iteration == 31
    assert playground.training
    session.advanced(advance(playground.run, playground.goal - 31))
    playground = session.current()
    np.testing.assert_array_equal(playground.run.losses, advance(RUN, 20).losses)
    assert playground.training is None


@pytest.mark.usefixtures("no_time")
def test_a_step_that_goes_on_keeps_its_goal_until_another_click() -> None:
    drawn = change()
    session.step(drawn, 20)
    draw()
    session.step(drawn, 20)  # the browser sends the click twice
    session.restart_clock()
    for changed in ({"learning_rate": 0.02}, {"iterations": 200}):
        session.fill(field_values(changed))
        draw()
    assert session.current().work is None
    assert session.current().goal == 50
    session.step(session.current(), 20)
    playground = draw()
    assert playground.goal == playground.run.iteration - 1 + 20
    session.start_training()
    assert session.current().goal == 200


def test_other_iterations_are_the_goal_of_a_run_that_trains() -> None:
    session.start_training()
    session.follow(replace(RUN.config, iterations=200), arrived=False)
    assert session.current().goal == 200


def test_a_step_of_a_stopped_run_ends() -> None:
    stopped = advance(start(Config(samples=20, target_loss=10)), 1)
    session.step(change(run=stopped), 50)
    assert draw().run.iteration == stopped.iteration
    assert session.current().work is None


def test_start_after_what_is_still_to_come_trains_from_there() -> None:
    for command in COMMANDS[-4:-1]:
        drawn = change(run=RUN, training=None, work=None, renew=False)
        command(drawn)
        session.start_training()
        playground = draw()
        assert playground.run is not RUN
        assert playground.training, command
        assert playground.training.since_iteration == playground.run.iteration


def enter_noise(value: float) -> None:
    st.session_state["noise"] = value
    session.enter("noise", "noise")


def enter_layers(widths: Sequence[int]) -> None:
    session.set_layers(session.current(), widths)


OTHER_RUNS = {
    "noise": (enter_noise, 0.2),
    "seed": (lambda _: session.set_new_seed(session.current(), RUN.config.seed), 5),
    "hidden_layers": (enter_layers, (3, 3)),
}


@pytest.mark.parametrize("name", OTHER_RUNS)
def test_start_after_a_setting_of_another_run_trains_that_run_and_before_it_does_not(
    name: str,
) -> None:
    choose, value = OTHER_RUNS[name]
    config = replace(RUN.config, **{name: value})
    for start_comes_last in (False, True):
        drawn = change(run=RUN, training=None)
        if start_comes_last:
            session.step(drawn, 3)
        else:
            session.start_training()
        choose(value)
        if start_comes_last:
            session.start_training()
            session.restart_clock()
        session.follow(config, arrived=False)
        session.do_work()
        assert session.current().run.iteration == 0
        assert bool(session.current().training) == start_comes_last


def test_a_bad_value_of_another_run_leaves_the_training_and_a_good_one_after_it_ends_it() -> None:
    session.start_training()
    enter_noise(-1)
    session.restart_clock()  # another speed
    session.follow(None, arrived=False)
    assert session.current().training
    enter_noise(0.2)
    session.follow(replace(RUN.config, noise=0.2), arrived=False)
    assert session.current().training is None


@pytest.mark.parametrize(
    "command",
    [
        partial(session.start_example, example=EXAMPLE_RUNS["line"]),
        session.reset,
        session.clear_points,
        session.undo_run,
        lambda _: session.branch(20),
        lambda _: session.leave(),
    ],
)
def test_a_later_click_drops_the_wish_to_train_on_the_uploaded_points(command: Any) -> None:
    drawn = change(left=LEFT)
    session.use_upload(drawn)
    command(drawn)
    assert not session.current().wants_upload


@pytest.mark.parametrize(
    "command", [session.use_upload, lambda _: session.leave(), lambda _: enter_noise(0.2)]
)
def test_a_later_click_drops_what_was_asked_of_the_present_run(command: Any) -> None:
    drawn = change()
    session.step(drawn, 3)
    command(drawn)
    assert session.current().work is None


def test_a_step_after_reset_is_the_first_of_the_new_run() -> None:
    drawn = change()
    session.reset(drawn)
    session.step(drawn, 3)
    assert draw().run.iteration == 3


def test_reset_and_the_return_from_a_branch_end_what_was_asked_for_before() -> None:
    drawn = change(left=LEFT)
    session.step(drawn, 3)
    session.reset(drawn)
    assert draw().run.iteration == 0
    session.reset(change(run=RUN, left=LEFT))
    session.undo_run(drawn)
    assert draw().run is RUN


OTHERS = {
    "reset": lambda: session.reset(session.current()),
    "another data set": lambda: session.fill({"dataset": "moons"}),
    "another seed": lambda: session.set_new_seed(session.current(), 4),
    "other layers": lambda: session.set_layers(None, [3]),
    "advice": lambda: session.apply_advice(session.current(), ADVICE),
    "an upload": lambda: session.take_upload(OWN),
}


@pytest.mark.parametrize("act", OTHERS.values(), ids=OTHERS)
def test_the_run_that_another_replaces_comes_back_with_its_settings_and_points(
    act: Callable[[], None],
) -> None:
    named = OwnPoints(Points.of([(0.5, 0.5, 0)]), ("age", "salary"))
    config = replace(RUN.config, points=named.points, learning_rate=0.3)
    run = advance(start(config), 30)
    st.session_state[session.KEY] = Playground(
        run, 1, (named,), fields=Fields(config_values(config))
    )
    act()
    new = draw()
    assert new.run.iteration == 0
    session.undo_run(new)
    undone = draw()
    assert undone.run is run
    assert undone.own == named
    assert undone.fields.values == {**config_values(config), "step_point": None}
    assert undone.left is None
    assert undone.run_number > new.run_number  # points and zoom are those of another run


def test_undo_keeps_what_a_field_shows_that_does_not_apply_to_the_run() -> None:
    session.reset(change())
    drawn = draw()
    session.fill({"momentum": 0.5})
    session.undo_run(drawn)
    assert session.current().run is RUN
    assert session.current().fields.values["momentum"] == 0.5


def test_undo_drops_what_was_entered_just_before_the_click() -> None:
    """A busy server draws the page once for both."""
    session.reset(change())
    drawn = draw()
    st.session_state["learning_rate"] = "0.3"
    session.enter("learning_rate", "learning_rate")
    session.undo_run(drawn)
    assert session.current().fields.values["learning_rate"] == "0.01"


def test_a_run_that_was_never_trained_is_not_kept_for_undo() -> None:
    session.reset(change())
    assert draw().left == LeftRun(RUN, OwnPoints())
    session.reset(session.current())
    assert draw().left == LeftRun(RUN, OwnPoints())


def test_a_second_click_on_an_example_does_not_start_it_again() -> None:
    drawn = change()
    example = EXAMPLE_RUNS["line"]
    session.start_example(drawn, example)
    begun = draw()
    assert begun.run.config == example.config
    assert begun.training
    session.start_example(drawn, example)
    assert session.current() is begun


def test_another_example_starts_though_the_page_still_shows_the_run_before() -> None:
    drawn = change()
    session.start_example(drawn, EXAMPLE_RUNS["line"])
    draw()
    session.start_example(drawn, EXAMPLE_RUNS["diverging"])
    assert draw().run.config == EXAMPLE_RUNS["diverging"].config


def test_undo_of_an_undo_brings_the_newer_run_back() -> None:
    session.reset(change())
    newer = advance(draw().run, 5)
    drawn = change(run=newer)
    session.undo_run(drawn)
    assert session.current().run is RUN
    session.undo_run(session.current())
    assert session.current().run is newer


def test_a_new_run_after_a_branch_that_was_never_trained_shows_no_branch() -> None:
    session.branch(20)
    change(run=start(RUN.config))
    session.reset(session.current())
    left = draw().left
    assert left
    assert left.run is RUN
    assert not left.is_branch


def test_a_second_click_on_undo_leaves_the_run_that_came_back() -> None:
    session.reset(change())
    drawn = draw()
    session.undo_run(drawn)
    session.start_training()
    session.undo_run(drawn)
    assert session.current().training


def test_reset_begins_a_new_run_though_a_setting_breaks_a_rule() -> None:
    session.reset(change())
    session.follow(None, arrived=False)
    assert session.current().run.iteration == 0
    assert session.current().run.config == RUN.config


@pytest.mark.parametrize(
    "command", [session.reset, session.use_upload, partial(session.step, iterations=3)]
)
def test_a_click_that_comes_with_a_tick_has_the_whole_page_drawn(
    command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the page's script run does what a click asks for."""

    class Redrawn(Exception):  # noqa: N818 - as Streamlit's RerunException, it is no error
        """What st.rerun raises."""

    def rerun() -> None:
        raise Redrawn

    monkeypatch.setattr(st, "rerun", rerun)
    playground = change()
    observation = observe(RUN)
    drawn = live_part._drawn_page(playground, observation)
    command(playground)
    choices = live_part.Choices(
        None, None, DisplayOptions((), misclassified=False, discretize=False)
    )
    with pytest.raises(Redrawn):
        live_part._tick(choices, drawn, [])


def test_work_that_fails_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(session, "advance", fail)
    session.step(change(), 1)
    with pytest.raises(ZeroDivisionError):
        session.do_work()
    session.do_work()


def test_a_refused_file_is_not_read_again_and_nothing_of_it_is_kept() -> None:
    """An error keeps all variables of the functions that it has passed, so also the file's rows."""

    class Rows(list[int]):
        """A list that can have a weak reference."""

    read: list[weakref.ref[Rows]] = []

    def refuse() -> None:
        rows = Rows([1, 2])
        read.append(weakref.ref(rows))
        try:
            int("a")
        except ValueError:
            raise BrokenRule("file", "be short", "a long one")  # noqa: B904 - it keeps the cause

    for _ in range(2):
        with pytest.raises(BrokenRule, match="file must be short, got a long one"):
            session.remember("points", "source", refuse)
    gc.collect()
    assert [kept() for kept in read] == [None]


def test_a_pin_is_for_the_run_in_which_it_was_clicked() -> None:
    live_part.HANDLERS["pin"](place=[0, 0], run=1)
    pinned = session.current().step_point
    assert pinned is not None
    change(run_number=2)
    for place in ([0, 1], None):
        live_part.HANDLERS["pin"](place=place, run=1)
        assert session.current().step_point == pinned
    assert set(st.session_state) == {session.KEY}  # although the panel is closed
