"""What guards the server: the names it answers to, security headers, and no outside requests."""

import base64
import hashlib
import ipaddress
import os
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose
from streamlit import file_util, net_util, url_util
from streamlit.web.server import server_util
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from nnlab.app.navigation import GO, LESSON_MARKS, SCRIPTS, SCROLL_BY_KEYS, SEND_WHILE_TYPING
from nnlab.data.rules import BrokenRule, shown

# Environment variables: the sites that may show the page in a frame, and 1 for public metrics.
EMBEDDERS = "NNLAB_EMBEDDERS"
METRICS = "NNLAB_METRICS"


def middleware() -> list[Middleware]:
    """Return the server's middleware, configured by the environment."""
    return [
        Middleware(_Guard, embedders=_embedders(), metrics=os.environ.get(METRICS) == "1"),
    ]


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Keep Streamlit from asking an outside host for this machine's address; print the local one.

    At each websocket handshake from a foreign origin, Streamlit asks in a blocking call on the
    event loop. Without internet, all sessions wait until that call fails
    (https://github.com/streamlit/streamlit/issues/7721). No setting prevents it.

    Streamlit also asks when it starts without a browser
    (https://github.com/streamlit/streamlit/issues/8364). The setting `browser.serverAddress`
    prevents that, but then Streamlit prints no address for the others in a room.
    """
    net_util.get_external_ip = lambda: None
    if not only_address():
        print(
            f"  Network URL: {server_util.get_url(net_util.get_internal_ip() or '')}\n", flush=True
        )
    yield


def only_address() -> str | None:
    """Return the only address the server listens at, as in a URL, or None if there are more."""
    address: str | None = st.get_option("server.address")
    if address in {None, "", "0.0.0.0", "::"}:
        return None
    return f"[{address}]" if ":" in address else address


def _embedders() -> list[str]:
    sites = os.environ.get(EMBEDDERS, "").split()
    for site in sites:
        if not re.fullmatch(r"https?://[\w.*-]+(:\d+)?", site):
            rule = "be the addresses of sites, like https://school.example, separated by spaces"
            raise SystemExit(str(BrokenRule(EMBEDDERS, rule, shown(site))))
    return sites


def _content_security_policy(embedders: list[str]) -> str:
    """Return what the page may load: only what this server sends, and what the page makes itself.

    Plotly compiles code to draw parallel coordinates (`unsafe-eval`), Streamlit makes a module from
    each component's code (`blob:`), and both set styles.
    """
    page = Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")
    own = SCRIPTS + GO + SCROLL_BY_KEYS + LESSON_MARKS + SEND_WHILE_TYPING
    inline = re.findall(r"<script>(.*?)</script>", page + own, re.DOTALL)
    digests = [hashlib.sha256(script.encode()).digest() for script in inline]
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    rules = [
        "default-src 'self'",
        f"script-src 'self' blob: 'unsafe-eval' {hashes}",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' blob: data:",
        "font-src 'self' data:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        " ".join(["frame-ancestors 'self'", *embedders]),
    ]
    return "; ".join(rules)


class _Guard:
    """ASGI middleware that refuses unknown hosts and adds the security headers."""

    def __init__(self, app: ASGIApp, *, embedders: list[str], metrics: bool) -> None:
        self._app = app
        self._metrics = metrics
        self._headers = {
            "Content-Security-Policy": _content_security_policy(embedders),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
        }
        machine = socket.gethostname().lower()
        short = machine.split(".")[0]
        address = url_util.get_hostname(st.get_option("browser.serverAddress")) or ""
        self._names = {"localhost", machine, short, f"{short}.local", address.lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, send_with_headers)
        elif scope["type"] == "websocket":
            await WebSocketClose(code=1008)(scope, receive, send)
        else:
            await refusal(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        """Return the refusal of a request, or None if the request may be passed on."""
        host = Headers(scope=scope).get("host", "")
        if not self._answers_to(host):
            return PlainTextResponse(
                f"This server does not answer to the name {shown(host)}. Use its IP address, or "
                "start it with --browser.serverAddress and this name.",
                status_code=400,
            )
        if scope["path"].endswith("/_stcore/metrics") and not self._metrics:
            return PlainTextResponse("Not Found", status_code=404)
        return None

    def _answers_to(self, host: str) -> bool:
        """Return whether a Host header names this server.

        A foreign site can make its own name resolve to this machine. A visitor's browser then
        treats the two as one site (DNS rebinding). The site cannot do so with an IP address or with
        a name of this machine.
        """
        if st.get_option("server.allowedHosts"):
            return is_host_allowed(host)
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:  # brackets without an IPv6 address
            return False
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in self._names
        return True
