"""The commands of the playground, called without a page: each changes the record once."""

from dataclasses import replace
from typing import Any

import pytest
import streamlit as st

from nnlab import Config, advance, start
from nnlab.app.playground import session
from nnlab.app.playground.point_history import OwnPoints
from nnlab.app.playground.record import Playground

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
