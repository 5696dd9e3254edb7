"""Makes each click on a button count once, though the browser may send it twice.

Streamlit's page sends a click a moment after it, by a timer. If the timer of a fragment that runs
again by itself is due before, that message carries the click as well, and the server would act on
both. So such a message is dropped: the click's own follows at once, and takes effect one tick
earlier than if both were handled.
"""

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg


class ClickOnce:
    """ASGI middleware that drops the messages of fragments' timers that carry a click."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a connection."""

        async def without_copies() -> Message:
            message = await receive()
            while message["type"] == "websocket.receive" and is_copy(message.get("bytes") or b""):
                message = await receive()
            return message

        await self._app(scope, without_copies if scope["type"] == "websocket" else receive, send)


def is_copy(data: bytes) -> bool:
    """Say whether a message of the browser carries a click, though a timer has caused it."""
    try:
        request = BackMsg.FromString(data).rerun_script
    except DecodeError:
        return False  # Streamlit refuses it
    clicked = any(state.trigger_value for state in request.widget_states.widgets)
    return bool(request.is_auto_rerun and clicked)
