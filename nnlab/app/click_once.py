"""Makes each click on a button count once, though the browser may send it twice.

Streamlit's page sends a click a moment after it, by a timer. If the timer of a fragment that runs
again by itself is due before, that message carries the click as well, and the server would act on
both. So the click is taken out of messages that no person has caused.
"""

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg


class ClickOnce:
    """ASGI middleware that removes clicks from the messages of fragments' timers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a connection."""

        async def without_copies() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive" and message.get("bytes"):
                message["bytes"] = without_clicks(message["bytes"])
            return message

        await self._app(scope, without_copies if scope["type"] == "websocket" else receive, send)


def without_clicks(data: bytes) -> bytes:
    """Return a message of the browser without clicks, if a timer has caused it.

    What cannot be read is returned as it is; Streamlit refuses it.
    """
    try:
        message = BackMsg.FromString(data)
    except DecodeError:
        return data
    states = message.rerun_script.widget_states
    kept = [state for state in states.widgets if not state.trigger_value]
    if not message.rerun_script.is_auto_rerun or len(kept) == len(states.widgets):
        return data
    del states.widgets[:]
    states.widgets.extend(kept)
    return bytes(message.SerializeToString())
