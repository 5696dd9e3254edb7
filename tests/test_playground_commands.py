"""The commands of the playground, called without a page: each changes the record once."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import streamlit as st

from nnlab import Config, advance, start
from nnlab.app.playground import live_part, session
from nnlab.app.playground.point_history import OwnPoints
from nnlab.app.playground.record import Playground
from nnlab.data.points import Points
from nnlab.inspection.diagnosis import Diagnosis

RUN = advance(start(Config(samples=20)), 30)


class CountedState(dict[str, Any]):
    """A session's state that counts how often the record is replaced."""

    replaced = 0

    def __setitem__(self, key: str, value: Any) -> None:
        self.replaced += key == session.KEY
        super().__setitem__(key, value)


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch) -> CountedState:
    found = CountedState({session.KEY: Playground(RUN, 1, (OwnPoints(),))})
    monkeypatch.setattr(st, "session_state", found)
    return found


def change(**changes: Any) -> Playground:
    playground = replace(session.current(), **changes)
    st.session_state[session.KEY] = playground
    return playground


def test_a_second_click_on_continue_from_here_keeps_the_run_that_was_left() -> None:
    session.branch(20)
    session.branch(20)
    playground = session.current()
    assert playground.left_run is RUN
    assert playground.run.iteration == 20
    assert playground.training


OWN = OwnPoints(Points.of([(0, 0, 1)]))
ADVICE = Diagnosis("sleeping", "It sleeps.", "Wake it.", {"hidden_layers": (3,)}, restart=True)


@pytest.mark.parametrize(
    "command",
    [
        session.set_article,
        partial(session.apply_advice, finding=ADVICE),
        partial(session.use_points, own=OWN),
        partial(session.set_layers, widths=[3, 3]),
        lambda _: session.branch(20),
        session.undo_branch,
        partial(session.step, iterations=3),
        partial(session.make_step, point=1),
        session.reset,
        session.start_training,
    ],
)
def test_a_command_replaces_the_record_once(command: Any, state: CountedState) -> None:
    """So a script run that Streamlit ends has done all of it or nothing."""
    drawn = change(left_run=RUN, point_history=(OwnPoints(), OWN), step_point=2)
    state.replaced = 0
    command(drawn)
    assert state.replaced == 1


def test_a_pin_is_for_the_run_in_which_it_was_clicked() -> None:
    live_part.HANDLERS["pin"](place=[0, 0], run=1)
    pinned = session.current().step_point
    assert pinned is not None
    change(run_number=2)
    for place in ([0, 1], None):
        live_part.HANDLERS["pin"](place=place, run=1)
        assert session.current().step_point == pinned
    assert set(st.session_state) == {session.KEY}  # although the panel is closed
