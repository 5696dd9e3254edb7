"""A fake browser that speaks Streamlit's protocol: it loads the page, presses Start and trains."""

import asyncio
import math
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


def run(visit: Coroutine[None, None, None]) -> None:
    """Run a visit to its end, in a thread of its own: a test's has Playwright's loop already."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, visit).result()


@dataclass
class FakeBrowser:
    """One session. It asks for a tick an interval after the last one's end.

    An eager one asks at every interval, whether the last tick has ended or not, which is what
    Streamlit's own page does.
    """

    query: str
    eager: bool
    first_page: float | None = None  # seconds from connecting to the first finished page
    ticks: list[tuple[float, float]] = field(default_factory=list)  # (time of its end, latency)
    received: int = 0  # bytes since the end of the first tick
    exceptions: int = 0  # boxes shown
    _start_button: str = ""
    _started: bool = False
    _timers: dict[str, float] = field(default_factory=dict)  # fragment id -> interval
    _due: dict[str, float] = field(default_factory=dict)  # fragment id -> when to ask next
    _asked: float | None = None  # when the tick in progress could have begun
    _busy: bool = True  # a run of the script has not ended
    _queued: bool = False  # another one will follow it at once

    @property
    def waits_since(self) -> float | None:
        """The time when it began to wait for the tick in progress; None if there is none."""
        return self._asked

    async def live(self, url: str, delay: float, until: float, n_ticks: float = math.inf) -> None:
        """Come after so many seconds and stay until this time, or for so many ticks."""
        await asyncio.sleep(delay)
        opened = time.perf_counter()
        async with websockets.connect(
            url, subprotocols=["streamlit"], max_size=None, ping_interval=None, open_timeout=120
        ) as socket:
            await socket.send(self._request())
            while (now := time.perf_counter()) < until and len(self.ticks) < n_ticks:
                wake = until
                if self._due and (self.eager or not self._busy):
                    fragment = min(self._due, key=self._due.__getitem__)
                    if self._due[fragment] <= now:
                        await socket.send(self._ask_for_tick(fragment, now))
                        continue
                    wake = min(until, self._due[fragment])
                try:
                    pause = None if wake == math.inf else max(0.001, wake - now)
                    raw = await asyncio.wait_for(socket.recv(), pause)
                except TimeoutError:
                    continue
                message = ForwardMsg.FromString(raw)
                self._note(message, len(raw))
                if message.WhichOneof("type") == "script_finished":
                    now = time.perf_counter()
                    self.first_page = self.first_page or now - opened
                    self._end_run(now)
                    if self._start_button and not self._started:
                        self._started = self._busy = True
                        self._timers.clear()
                        self._due.clear()
                        await socket.send(self._request(press=self._start_button))

    def _request(self, fragment: str = "", press: str = "") -> bytes:
        """Return a request to run the script, or one fragment, or what a button's press runs."""
        message = BackMsg()
        message.rerun_script.query_string = self.query
        if fragment:
            message.rerun_script.fragment_id = fragment
            message.rerun_script.is_auto_rerun = True
        if press:
            widget = message.rerun_script.widget_states.widgets.add()
            widget.id, widget.trigger_value = press, True
        return message.SerializeToString()

    def _ask_for_tick(self, fragment: str, now: float) -> bytes:
        del self._due[fragment]
        if self.eager:
            self._due[fragment] = now + self._timers[fragment]
        if self._busy:
            self._queued = True
        else:
            self._busy, self._asked = True, now
        return self._request(fragment=fragment)

    def _end_run(self, now: float) -> None:
        if self._asked is not None:
            self.ticks.append((now, now - self._asked))
        self._busy, self._asked = self._queued, now if self._queued else None
        self._queued = False
        for fragment, interval in self._timers.items():
            self._due.setdefault(fragment, now + interval)

    def _note(self, message: ForwardMsg, size: int) -> None:
        """Take in what a message says about timers, buttons and exceptions."""
        if self.ticks:
            self.received += size
        kind = message.WhichOneof("type")
        if kind == "auto_rerun":
            self._timers[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self._timers.pop(fragment, None)
                self._due.pop(fragment, None)
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            self.exceptions += element.WhichOneof("type") == "exception"
            if element.WhichOneof("type") == "button" and element.button.label == "Start":
                self._start_button = element.button.id
