"""A connection's messages are taken at a pace that leaves time for the others."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from nnlab.app import message_rate
from nnlab.app.message_rate import AT_ONCE, PER_SECOND, MessageRate
from tests.helpers.coroutines import run_in_a_thread


def waits(
    kind: str, count: int, monkeypatch: pytest.MonkeyPatch, seconds_apart: float = 0
) -> list[float]:
    """Receive so many messages, and return how long the server waited before it took each."""
    now, waited = 0.0, []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    async def receive() -> dict[str, Any]:
        nonlocal now
        now += seconds_apart
        return {"type": "websocket.receive"}

    async def application(_: Any, receive: Callable[[], Awaitable[Any]], __: Any) -> None:
        for _number in range(count):
            assert await receive() == {"type": "websocket.receive"}

    monkeypatch.setattr(message_rate.asyncio, "sleep", sleep)
    limited = MessageRate(application, clock=lambda: now)
    run_in_a_thread(limited({"type": kind}, receive, None))
    return waited


def test_a_burst_is_taken_at_once_and_what_follows_at_the_allowed_rate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert waits("websocket", AT_ONCE, monkeypatch) == []
    later = waits("websocket", AT_ONCE + 3, monkeypatch)
    assert later == pytest.approx([1 / PER_SECOND, 2 / PER_SECOND, 3 / PER_SECOND])


def test_a_page_that_trains_never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert waits("websocket", 1000, monkeypatch, seconds_apart=0.06) == []


def test_requests_for_files_are_not_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    assert waits("http", 1000, monkeypatch) == []
