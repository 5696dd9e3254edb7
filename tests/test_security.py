"""The server sends nothing outside, answers to its own names only, and limits its page."""

import asyncio
import http.client
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import websockets
from playwright.sync_api import Browser, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from nnlab.app import security
from tests.benchmarks import offline
from tests.benchmarks.fake_browser import run
from tests.helpers.browser_page import new_page, open_page
from tests.helpers.server import APP, ROOT, served_by, serving
from tests.helpers.waiting import PATIENCE_SECONDS

NAME = "nnlab.school.example"


class Frame(BaseHTTPRequestHandler):
    """A page of another site that shows, in a frame, the address after the question mark."""

    def do_GET(self) -> None:
        """Answer with the frame."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        source = self.path.partition("?")[2]
        self.wfile.write(f'<iframe src="{source}" width="1366" height="768">'.encode())

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002
        """Print nothing."""


def get(
    address: str, path: str, host: str | None = None, headers: Mapping[str, str] | None = None
) -> http.client.HTTPResponse:
    """Ask a server for a path, under any name."""
    connection = http.client.HTTPConnection(address)
    named = {} if host is None else {"Host": host}
    connection.request("GET", path, headers={**(headers or {}), **named})
    response = connection.getresponse()
    if response.status != 101:
        response.read()
    connection.close()
    return response


def statuses(address: str, hosts: Sequence[str]) -> dict[str, int]:
    return {host: get(address, "/_stcore/health", host).status for host in hosts}


@pytest.fixture(scope="module")
def site() -> Iterator[int]:
    """Serve a site that shows other pages in a frame; return its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Frame) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def school(site: int) -> Iterator[str]:
    """Serve the app under a name of its own, and allow a site to show it in a frame."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        security.EMBEDDERS: f"https://other.example http://127.0.0.1:{site}",
        security.METRICS: "1",
    }
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--browser.serverAddress", NAME]
    with served_by(command, ROOT, environment) as (address, _):
        yield address


@pytest.mark.slow
@pytest.mark.parametrize("command", offline.COMMANDS)
def test_the_server_sends_nothing_outside_and_refuses_a_foreign_handshake(command: str) -> None:
    """In a network where no name ever resolves; an ordinary session then trains as usual."""
    if reason := offline.cannot():
        pytest.skip(reason)
    report = offline.measure(command)
    assert report.packets == 0
    assert report.answer == 403


def test_the_server_answers_to_ip_addresses_and_its_own_names(served: tuple[str, object]) -> None:
    machine = os.uname().nodename
    known = ["localhost", "LOCALHOST:1", "127.0.0.1:8501", "192.0.2.7", "[::1]:8501", machine]
    foreign = ["foreign.example", "127.0.0.1.foreign.example", "localhost.foreign.example:80"]
    broken = ["", "[::1", ":8501", "a b", "x" * 1000]
    assert statuses(served[0], known) == dict.fromkeys(known, 200)
    assert statuses(served[0], foreign + broken) == dict.fromkeys(foreign + broken, 400)


def test_a_server_with_a_name_answers_to_that_too(school: str) -> None:
    hosts = {NAME: 200, f"{NAME}:80": 200, "127.0.0.1": 200, f"www.{NAME}": 400}
    assert statuses(school, list(hosts)) == hosts


def test_a_handshake_under_a_foreign_name_is_refused(served: tuple[str, object]) -> None:
    """The browser takes a page of that name and this server for one site."""
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Origin": "http://foreign.example"}
    upgrade |= {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version": "13"}
    for host in ("foreign.example", served[0]):
        assert get(served[0], "/_stcore/stream", host, upgrade).status == 403
    upgrade["Origin"] = f"http://{served[0]}"
    assert get(served[0], "/_stcore/stream", served[0], upgrade).status == 101


def test_the_metrics_are_public_only_on_demand(served: tuple[str, object], school: str) -> None:
    assert get(served[0], "/_stcore/metrics").status == 404
    assert get(served[0], "/_stcore/metrics?families=cache_memory_bytes").status == 404
    assert get(school, "/_stcore/metrics").status == 200


@pytest.mark.parametrize(
    "path", ["/", "/explore", "/_stcore/health", "/plotly/plotly.min.js", "/_stcore/metrics"]
)
def test_every_answer_has_the_security_headers(path: str, served: tuple[str, object]) -> None:
    headers = get(served[0], path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'self'", "object-src 'none'", "frame-ancestors 'self'"} < set(policy)
    (scripts,) = (rule for rule in policy if rule.startswith("script-src "))
    assert "'unsafe-inline'" not in scripts


@pytest.mark.parametrize("site", ["school.example", "https://a.example;", "*", "https://a/b"])
def test_a_bad_address_of_an_embedding_site_is_one_sentence(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        security.EMBEDDERS, f"https://good.example:8443 https://*.good.example {site}"
    )
    with pytest.raises(SystemExit) as end:
        security.middleware()
    assert str(end.value) == (
        "NNLAB_EMBEDDERS must be the addresses of sites, like https://school.example, separated by "
        f"spaces, got {site!r}"
    )


def test_only_the_page_s_own_scripts_run_and_it_asks_only_its_server(
    browser: Browser, server: str
) -> None:
    page = new_page(browser)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    open_page(page, server)
    assert [url for url in requests if not url.startswith((server, "blob:", "data:"))] == []
    blocked = page.evaluate(
        """async () => {
          const blocked = [];
          document.addEventListener("securitypolicyviolation", (event) => {
            blocked.push(event.effectiveDirective);
          });
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.head.append(script);
          await fetch("http://foreign.example/").catch(() => {});
          await new Promise((done) => { setTimeout(done, 0); });
          return [window.ran, ...blocked];
        }"""
    )
    assert blocked == [None, "script-src-elem", "connect-src"]
    page.close()


def test_only_a_site_that_may_shows_the_page_in_a_frame(
    browser: Browser, school: str, site: int
) -> None:
    page = new_page(browser)
    page.goto(f"http://127.0.0.1:{site}/?http://{school}/")
    start = page.frame_locator("iframe").get_by_role("button", name="Start", exact=True)
    expect(start).to_be_visible()
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(f"http://localhost:{site}/?http://{school}/")
    page.close()


@pytest.mark.slow
def test_a_visitor_sees_no_details_of_an_error(tmp_path: Path) -> None:
    script = tmp_path / "broken.py"
    script.write_text("raise RuntimeError('a secret')\n")
    received: list[bytes] = []

    async def visit(address: str) -> None:
        async with websockets.connect(
            f"ws://{address}/_stcore/stream", subprotocols=["streamlit"]
        ) as socket:
            await socket.send(BackMsg(rerun_script={"query_string": ""}).SerializeToString())
            received.append(await socket.recv())
            while ForwardMsg.FromString(received[-1]).WhichOneof("type") != "script_finished":
                received.append(await socket.recv())

    with serving(script) as (address, _):
        run(asyncio.wait_for(visit(address), PATIENCE_SECONDS))
    elements = [ForwardMsg.FromString(each).delta.new_element for each in received]
    (shown,) = (each for each in elements if each.HasField("exception"))
    for detail in (b"RuntimeError", b"secret", b"broken.py"):
        assert detail not in shown.SerializeToString()


def test_the_entry_says_a_broken_rule_without_a_traceback() -> None:
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.headless", "true"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), security.EMBEDDERS: "school"}
    result = subprocess.run(
        [*command, "--server.port", "0"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "NNLAB_EMBEDDERS must be" in result.stderr
