"""Files that take seconds are made one at a time, and few for each session."""

import threading
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace

import pytest

from nnlab.app import turns
from nnlab.app.playground import file_making
from nnlab.app.playground.file_making import MAX_ASKED, made_in_turn
from tests.helpers.turn import is_in_turn
from tests.helpers.waiting import PATIENCE_SECONDS, wait_until


def test_a_file_is_made_in_a_turn() -> None:
    assert made_in_turn(lambda: str(is_in_turn()))() == "True"


def test_a_session_waits_for_few_files_at_a_time() -> None:
    end = threading.Event()
    made: list[str] = []
    refused: list[str] = []

    def slow() -> str:
        assert end.wait(PATIENCE_SECONDS)
        return "file"

    def ask() -> None:
        try:
            made.append(made_in_turn(slow)())
        except ValueError as broken:
            refused.append(str(broken))

    threads = [threading.Thread(target=ask) for _ in range(MAX_ASKED + 1)]
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: bool(refused))
    finally:
        end.set()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
    assert refused == ["2 files are already being made: wait for one of them."]
    assert made == ["file"] * MAX_ASKED
    ask()
    assert len(made) == MAX_ASKED + 1


@pytest.fixture
def open_sessions(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Have a server with these sessions."""
    found: set[str] = set()
    server = SimpleNamespace(is_active_session=lambda session: session in found)
    monkeypatch.setattr(file_making.runtime, "exists", lambda: True)
    monkeypatch.setattr(file_making.runtime, "get_instance", lambda: server)
    return found


def made_for(session: str, make: Callable[[], str]) -> Callable[[], str]:
    with pytest.MonkeyPatch.context() as patch:
        context = SimpleNamespace(session_id=session)
        patch.setattr(file_making, "get_script_run_ctx", lambda: context)
        return made_in_turn(make)


@pytest.mark.usefixtures("open_sessions")
def test_no_file_is_made_for_a_session_that_has_ended() -> None:
    with pytest.raises(ValueError, match="This session has ended: reload the page"):
        made_in_turn(lambda: "file")()


def test_no_file_is_made_for_a_session_that_ends_while_it_waits(open_sessions: set[str]) -> None:
    open_sessions |= {"stays", "leaves"}
    end = threading.Event()
    made: list[str] = []

    def slow() -> str:
        made.append("stays")
        assert end.wait(PATIENCE_SECONDS)
        return "file"

    def ask_and_leave() -> None:
        with suppress(ValueError):
            made_for("leaves", lambda: made.append("leaves") or "file")()

    first = threading.Thread(target=made_for("stays", slow), daemon=True)
    second = threading.Thread(target=ask_and_leave, daemon=True)
    first.start()
    wait_until(lambda: made)
    second.start()
    wait_until(lambda: file_making._asked["leaves"])
    open_sessions.remove("leaves")
    end.set()
    for thread in (first, second):
        thread.join(PATIENCE_SECONDS)
    assert made == ["stays"]


def test_the_time_for_a_file_counts_for_its_session(open_sessions: set[str]) -> None:
    """A download is made without a script run, from which a turn would know its session."""
    open_sessions.add("mine")
    computing: list[str] = []

    def make() -> str:
        computing.extend(one.session for one in turns._computing)
        return "file"

    made_for("mine", make)()
    assert computing == ["mine"]
