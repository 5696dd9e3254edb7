"""The inbox takes each message once, in order, and drops malformed ones and other pages'."""

import logging
import math
from typing import Any

import pytest
from jsonschema import Draft7Validator

from nnlab.app.live_chart import inbox as inbox_module
from nnlab.app.live_chart.inbox import SCHEMA, Inbox
from nnlab.training.config import MAX_LAYERS, MAX_SIZE, MAX_WIDTH
from tests.helpers.turn import is_in_turn

NO_COORDINATES = [math.nan, math.inf, 10**400, 1.1 * MAX_SIZE, True]  # as Python's JSON reads them
LOOK = {"iteration": 3, "settled": True}


def packet(*messages: Any, session: str = "s", page: str = "p") -> dict[str, Any]:
    return {"session": session, "page": page, "messages": [*messages]}


def message(number: int, kind: str = "look", **body: Any) -> dict[str, Any]:
    return {"kind": kind, "number": number, "body": body or LOOK}


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


def take(inbox: Inbox, sent: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Let an inbox take a packet; return the calls of its handlers."""
    calls: list[tuple[str, dict[str, Any]]] = []
    handlers = {
        kind: lambda kind=kind, **body: calls.append((kind, body)) for kind in ("look", "branch")
    }
    inbox.take(sent, handlers, "s", "p")
    return calls


def test_messages_are_taken_once_and_in_order(inbox: Inbox) -> None:
    first, second = message(4), message(6, "branch", iteration=7)
    assert take(inbox, packet(first)) == [("look", LOOK)]
    assert take(inbox, packet(first, second)) == [("branch", {"iteration": 7})]
    assert take(inbox, packet(first, second)) == []
    assert inbox.taken == 6


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        {},
        message(0),
        message(1, "nothing"),
        message(1, iteration=1),
        message(1, iteration=1.5, settled=True),
        message(1, iteration=-1, settled=True),
        message(1, iteration="1", settled=True),
        message(1, iteration=1, settled=True, more=0),
        {**message(1), "more": 0},
        message(1, "stroke", label=6, positions=[[0, 0]]),
        message(1, "stroke", label=1, positions=[[0, None]]),
        message(1, "stroke", label=1, positions=[]),
        message(1, "pin", place=[1], run=1),
        message(1, "pin", place=[1, 2]),
        message(1, "set", parameter=[0, 0], value="1"),
        message(1, "set", parameter=[0, 0, 0], value=1),
        message(1, "layers", widths=[0]),
        message(1, "filter", ranges={"seed": ["1", "2"]}),
        message(1, "filter", ranges={"seed": [0] * 101}),
        message(1, "filter", ranges={str(number): [] for number in range(51)}),
        message(1, iteration=1.0, settled=True),
        message(1, iteration=2**53, settled=True),
        message(2**53),
        message(1, "show", unit=[1, -999]),
        message(1, "layers", widths=[1] * (MAX_LAYERS + 1)),
        message(1, "layers", widths=[MAX_WIDTH + 1]),
        message(1, "set", parameter=[0, 0, 0], value="1" * 101),
        *(message(1, "stroke", label=1, positions=[[0, wrong]]) for wrong in NO_COORDINATES),
        *(message(1, "filter", ranges={"loss": [0, wrong]}) for wrong in NO_COORDINATES),
        message(1, "stroke", label=1, positions=[[0, 0]] * 1001),
        [],
        "message",
        {**message(1), "kind": ["look"]},
    ],
)
def test_a_malformed_message_is_dropped_with_a_line_in_the_log(
    inbox: Inbox, wrong: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert take(inbox, packet(wrong, message(2))) == [("look", LOOK)]
    assert len(caplog.records) == 1
    assert "malformed" in caplog.text


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        "packet",
        {},
        {"show": [1, -999]},
        {**packet(), "session": 1},
        {**packet(), "messages": None},
        packet(*[message(1)] * 11),
    ],
)
def test_a_malformed_packet_is_dropped_with_a_line_in_the_log(
    inbox: Inbox, wrong: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert take(inbox, wrong) == []
    assert len(caplog.records) == 1
    assert "malformed" in caplog.text


def test_the_largest_messages_are_taken(inbox: Inbox) -> None:
    handled: list[int] = []
    handlers = {
        "stroke": lambda positions, **_: handled.append(len(positions)),
        "layers": lambda widths: handled.append(len(widths)),
        "filter": lambda ranges: handled.append(len(ranges)),
    }
    stroke = message(1, "stroke", label=1, positions=[[MAX_SIZE, -MAX_SIZE]] * 1000)
    layers = message(2, "layers", widths=[MAX_WIDTH] * MAX_LAYERS)
    ranges = {str(axis): [-MAX_SIZE, MAX_SIZE] * 50 for axis in range(50)}
    inbox.take(packet(stroke, layers, message(3, "filter", ranges=ranges)), handlers, "s", "p")
    assert handled == [1000, MAX_LAYERS, 50]


def test_a_message_is_checked_and_handled_in_one_turn(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A legal stroke takes a quarter of a second to check."""
    seen: list[tuple[str, bool]] = []

    def check(_: object) -> bool:
        seen.append(("check", is_in_turn()))
        return True

    monkeypatch.setattr(inbox_module, "is_message", check)
    handlers = {"look": lambda **_: seen.append(("handle", is_in_turn()))}
    inbox.take(packet(message(1)), handlers, "s", "p")
    assert seen == [("check", True), ("handle", True)]


def test_a_message_that_was_taken_is_not_checked_again(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(inbox, packet(message(1), message(2)))
    checked: list[int] = []

    def check(sent: dict[str, Any]) -> bool:
        checked.append(sent["number"])
        return True

    monkeypatch.setattr(inbox_module, "is_message", check)
    take(inbox, packet(message(1), message(2), message(3)))
    assert checked == [3]


@pytest.mark.parametrize("other", [{"session": "lost"}, {"page": "explore"}])
def test_a_packet_for_another_session_or_page_is_dropped(
    inbox: Inbox, other: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert take(inbox, packet(message(1), **other)) == []
    assert inbox.taken == 0
    assert len(caplog.records) == 1


def test_a_kind_that_a_page_has_no_use_for_is_taken_and_dropped(
    inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert take(inbox, packet(message(1, "open", index=3))) == []
    assert inbox.taken == 1
    assert len(caplog.records) == 1


def test_a_handler_that_fails_is_not_called_again(inbox: Inbox) -> None:
    def fail(**_: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        inbox.take(packet(message(1)), {"look": fail}, "s", "p")
    inbox.take(packet(message(1)), {"look": fail}, "s", "p")


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(SCHEMA)
