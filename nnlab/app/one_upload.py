"""Keeps one uploaded file for each session: a new file replaces the last."""

import asyncio
import re
from weakref import WeakValueDictionary

from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime import get_instance

_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+/?")


class OneUpload:
    """ASGI middleware that drops a session's earlier file, and accepts its uploads one by one.

    Streamlit keeps all files of a session until the session ends, and accepts any file id.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        found = _UPLOAD.search(scope["path"]) if scope["type"] == "http" else None
        if not found or scope["method"] != "PUT":
            await self._app(scope, receive, send)
            return
        session = found[1]
        lock = self._locks.setdefault(session, asyncio.Lock())
        async with lock:
            get_instance().uploaded_file_mgr.remove_session_files(session)
            await self._app(scope, receive, send)
