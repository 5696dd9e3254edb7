"""Visitors who ask too much of a server, each in one way, over Streamlit's websocket."""

import asyncio
import itertools
import json
import random
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

SMALL = "hidden_layers=4&samples=100"
# Just within what a page allows: most of its time goes to one update, or to the points.
WIDE = "samples={samples}&hidden_layers=64,64,64,64,64,64,64,64&activation=tanh&speed=max"
HEAVIEST = WIDE.format(samples=2400)
PACKET = 10  # messages
STROKE = 1000  # positions
FEWER_POINTS = 57_000


@dataclass
class Visitor:
    """One session without a browser."""

    address: str
    query: str
    page: str = ""
    socket: Any = None
    session: str = ""
    buttons: dict[str, str] = field(default_factory=dict)  # label -> id
    files: dict[str, str] = field(default_factory=dict)  # label of a download -> id of its file
    timers: dict[str, float] = field(default_factory=dict)  # fragment -> interval
    update: str = ""  # id of the component that takes messages
    mark: dict[str, Any] = field(default_factory=dict)  # the session and page of the last update
    number: int = 0  # of the last message

    async def ask(
        self, fragment: str = "", press: str = "", messages: list[tuple[str, Any]] | None = None
    ) -> None:
        """Ask for a script run, or for that of one fragment."""
        request = BackMsg()
        script = request.rerun_script
        script.query_string, script.page_name, script.fragment_id = self.query, self.page, fragment
        if press:
            widget = script.widget_states.widgets.add()
            widget.id, widget.trigger_value = press, True
        if messages is not None:
            widget = script.widget_states.widgets.add()
            widget.id, widget.json_value = self.update, "{}"
            widget = script.widget_states.widgets.add()
            widget.id = f"$$STREAMLIT_INTERNAL_KEY_{self.update}__events"
            numbered = [
                {"kind": kind, "number": self.number + at, "body": body}
                for at, (kind, body) in enumerate(messages, 1)
            ]
            self.number += len(messages)
            packet = {**self.mark, "messages": numbered}
            widget.json_trigger_value = json.dumps([{"event": "messages", "value": packet}])
        await self.socket.send(request.SerializeToString())

    async def drawn(self) -> None:
        """Read until a script run has ended, and remember what it drew."""
        while True:
            message = ForwardMsg.FromString(await self.socket.recv())
            kind = message.WhichOneof("type")
            if kind == "script_finished":
                return
            self._note(kind, message)

    def _note(self, kind: str | None, message: ForwardMsg) -> None:
        if kind == "new_session":
            self.session = message.new_session.initialize.session_id or self.session
        elif kind == "auto_rerun":
            self.timers[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            if element.WhichOneof("type") == "button":
                self.buttons[element.button.label] = element.button.id
            elif element.WhichOneof("type") == "download_button":
                self.files[element.download_button.label] = element.download_button.deferred_file_id
            elif element.bidi_component.component_name == "nnlab.update":
                component = element.bidi_component
                (length,) = struct.unpack("<I", component.bytes[:4])
                header = json.loads(component.bytes[4 : 4 + length])
                self.update = component.id
                self.mark = {name: header[name] for name in ("session", "page")}

    @asynccontextmanager
    async def discarding(self) -> AsyncIterator[asyncio.Task[None]]:
        """Meanwhile read whatever comes; the task ends with the connection."""

        async def read() -> None:
            while True:
                await self.socket.recv()

        reading = asyncio.create_task(read())
        try:
            yield reading
        finally:
            reading.cancel()


@asynccontextmanager
async def visiting(address: str, query: str, page: str = "") -> AsyncIterator[Visitor]:
    """Load a page, and stay."""
    visitor = Visitor(address, query, page)
    async with websockets.connect(
        f"ws://{address}/_stcore/stream",
        subprotocols=["streamlit"],
        max_size=None,
        ping_interval=None,
        open_timeout=300,
        close_timeout=1,
    ) as visitor.socket:
        await visitor.ask()
        await visitor.drawn()
        yield visitor


async def train(address: str, query: str = HEAVIEST) -> None:
    """Train the largest run at full speed."""
    async with visiting(address, query) as visitor:
        visitor.timers.clear()
        await visitor.ask(press=visitor.buttons.get("Start", ""))
        await visitor.drawn()
        while True:
            for fragment, interval in list(visitor.timers.items()):
                await asyncio.sleep(interval)
                await visitor.ask(fragment)
                await visitor.drawn()
            if not visitor.timers:
                await visitor.ask()
                await visitor.drawn()


async def forget_test_points(address: str) -> None:
    """Train two points, and test 100,000."""
    await train(address, WIDE.format(samples=2) + "&test_samples=100000")


async def load(address: str) -> None:
    """Load the largest run with another seed again and again."""
    async with visiting(address, HEAVIEST) as visitor:
        for seed in itertools.count():
            visitor.query = f"{HEAVIEST}&data_seed={seed}"
            async with visiting(address, visitor.query):
                pass


async def set_weights(address: str, per_packet: int = PACKET) -> None:
    """Set weights of the largest network by hand, as many as a packet holds."""
    async with visiting(address, HEAVIEST) as visitor:
        while True:
            body = {"parameter": [0, 0, 0], "value": str(random.random())}
            await visitor.ask(messages=[("set", body)] * per_packet)
            await visitor.drawn()


async def set_many_weights(address: str) -> None:
    """Set 20,000 weights in one packet."""
    await set_weights(address, 20_000)


def _stroke(label: int | None, size: float = 1.0) -> tuple[str, Any]:
    positions = [[random.gauss(0, size), random.gauss(0, size)] for _ in range(STROKE)]
    return "stroke", {"label": label, "positions": positions}


async def _drawn_points(visitor: Visitor, count: int) -> None:
    for _ in range(count // STROKE // PACKET):
        await visitor.ask(messages=[_stroke(at % 2) for at in range(PACKET)])
        await visitor.drawn()


async def erase(address: str) -> None:
    """Draw 57,000 points, then erase with strokes of 1,000 positions."""
    async with visiting(address, SMALL) as visitor:
        await _drawn_points(visitor, FEWER_POINTS)
        while True:
            far = [(kind, {**body, "label": None}) for kind, body in [_stroke(1, 1e6)] * PACKET]
            await visitor.ask(messages=far)
            await visitor.drawn()


async def many_points(address: str) -> None:
    """Draw 90,000 points, then act again and again."""
    async with visiting(address, SMALL) as visitor:
        await _drawn_points(visitor, 90_000)
        while True:
            await visitor.ask()
            await visitor.drawn()


async def rerun(address: str) -> None:
    """Ask for 10,000 full script runs in a row, without reading the answers."""
    async with visiting(address, SMALL) as visitor, visitor.discarding() as reading:
        for _ in range(10_000):
            await visitor.ask()
        await reading


async def list_values(address: str) -> None:
    """Type 30,000 values of an axis."""
    values = ";".join(map(str, range(30_000)))
    async with visiting(address, f"axis1=data_seed:{values}", "explore") as visitor:
        while True:
            await visitor.ask()
            await visitor.drawn()


async def clear_cache(address: str) -> None:
    """Ask for empty caches all the time."""
    async with visiting(address, SMALL) as visitor, visitor.discarding():
        while True:
            await visitor.socket.send(BackMsg(clear_cache=True).SerializeToString())
            await asyncio.sleep(0.01)


async def upload(address: str) -> None:
    """Upload 10 MB again and again, each time as another file."""
    host, _, port = address.partition(":")
    content = b"x1,x2,label\n" + b"1.5,2.5,a\n" * 1_000_000
    head = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\n'
    body = head + content[:10_000_000] + b"\r\n--b--\r\n"
    async with visiting(address, SMALL) as visitor:
        for number in itertools.count():
            reader, writer = await asyncio.open_connection(host, int(port))
            request = (
                f"PUT /_stcore/upload_file/{visitor.session}/{number} HTTP/1.1\r\n"
                f"Host: {address}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            )
            writer.write(request.encode() + body)
            with suppress(OSError):
                await reader.read()
            writer.close()


async def save(address: str) -> None:
    """Ask for replays and animations of a run with many moments, all at once."""
    async with visiting(address, f"{SMALL}&speed=100&samples=1000") as visitor:
        await visitor.ask(press=visitor.buttons["Step 100"])
        await visitor.drawn()
        await visitor.ask()
        await visitor.drawn()
        async with visitor.discarding():
            for number in itertools.count():
                for name, file in visitor.files.items():
                    if not file:
                        continue
                    request = BackMsg()
                    asked = request.backend_operation_request
                    asked.request_id, asked.session_id = f"{name}{number}", visitor.session
                    asked.deferred_file.file_id = file
                    await visitor.socket.send(request.SerializeToString())
                await asyncio.sleep(0.5)


ATTACKS: dict[str, Callable[[str], Awaitable[None]]] = {
    "trains the largest run": train,
    "tests 100,000 points": forget_test_points,
    "loads the largest run": load,
    "sets weights by hand": set_weights,
    "sets 20,000 at once": set_many_weights,
    "erases among 57,000 points": erase,
    "acts with 90,000 points": many_points,
    "10,000 reruns in a row": rerun,
    "30,000 values of an axis": list_values,
    "clears the cache": clear_cache,
    "uploads 10 MB, for ever": upload,
    "saves replays, animations": save,
}


def attack(address: str, name: str, count: int, seconds: float) -> None:
    """Have so many visitors attack for so many seconds, each on its own connections."""

    async def together() -> None:
        tasks = [asyncio.create_task(_persist(ATTACKS[name], address)) for _ in range(count)]
        await asyncio.wait(tasks, timeout=seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(together())


async def _persist(visit: Callable[[str], Awaitable[None]], address: str) -> None:
    """Attack, and come back whenever the server has closed the connection."""
    while True:
        began = time.monotonic()
        with suppress(OSError, websockets.WebSocketException):
            await visit(address)
        await asyncio.sleep(max(0.0, began + 0.2 - time.monotonic()))
