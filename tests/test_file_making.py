"""Files that take seconds are made one at a time, and few for each session."""

import threading
from types import SimpleNamespace

import pytest

from nnlab.app.playground import file_making
from nnlab.app.playground.file_making import MAX_ASKED, made_in_turn
from nnlab.data.rules import BrokenRule
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
        except BrokenRule as broken:
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
    assert refused == ["files must be at most 2 at a time, got one more"]
    assert made == ["file"] * MAX_ASKED
    ask()
    assert len(made) == MAX_ASKED + 1


def test_no_file_is_made_for_a_session_that_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    server = SimpleNamespace(is_active_session=lambda session: session != "")
    monkeypatch.setattr(file_making.runtime, "exists", lambda: True)
    monkeypatch.setattr(file_making.runtime, "get_instance", lambda: server)
    with pytest.raises(BrokenRule, match="files must be for an open session"):
        made_in_turn(lambda: "file")()
