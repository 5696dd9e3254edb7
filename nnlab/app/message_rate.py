"""Limits each connection to the rate of messages that a person and a page need.

Each message is work for the server's one event loop, and most start a script run. Ten thousand in a
row would keep all other sessions waiting. Nothing is lost: messages above the rate wait in their
own connection.
"""

import asyncio
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PER_SECOND = 30  # a page that trains asks 17 times a second, a dragged slider about as often
AT_ONCE = 40  # after a pause


class MessageRate:
    """ASGI middleware that limits how many messages a websocket receives per second."""

    def __init__(self, app: ASGIApp, clock: Callable[[], float] = time.monotonic) -> None:
        self._app, self._clock = app, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a connection."""
        if scope["type"] == "websocket":
            receive = self._paced(receive)
        await self._app(scope, receive, send)

    def _paced(self, receive: Receive) -> Receive:
        allowed, since = float(AT_ONCE), self._clock()

        async def paced() -> Message:
            nonlocal allowed, since
            message = await receive()
            now = self._clock()
            allowed = min(AT_ONCE, allowed + PER_SECOND * (now - since)) - 1
            since = now
            if allowed < 0:
                await asyncio.sleep(-allowed / PER_SECOND)
            return message

        return paced
