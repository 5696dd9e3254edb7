"""Fill a room: many sessions that train at once, over the real websocket, on one server process.

    python -m tests.benchmarks.room [--sessions 40] [--seconds 15] [--minutes 1] [--eager]
        [--panel network] [--sweep]

Needs tests/requirements.txt; starts the server itself. First all sessions train for so many minutes
(10 for the full check) while the server's resident memory is read every second, then all close;
that also warms the server up. Then the room trains twice for so many seconds: all at speed 100,
and with the first session at speed max. Every session loads the page, presses Start and honours
the page's run_every timers: it asks for the next tick an interval after the last one has ended.
With --eager it asks at every interval, ended or not, as Streamlit's page in a browser does;
requests that find a tick in progress become one more tick. A tick's latency lasts from its request,
or from the end of the tick that it had to wait for, to its own end.

With --sweep the room comes and trains once more at speed 100 while a further session has a sweep of
long runs going on the page Explore, and the table has a column for that.
"""

import argparse
import asyncio
import statistics
import time
from dataclasses import dataclass

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.benchmarks.fake_browser import FakeBrowser
from tests.helpers.machine import machine
from tests.helpers.server import serving

STAGGER_SECONDS = 0.05  # between one session's coming and the next
SETTLE_SECONDS = 4  # from the last one's coming until ticks count
IDLE_SECONDS = 5  # that a server without sessions is watched
RUNS = "samples=1000&iterations=1000000"  # no run reaches its end here
SWEEP = f"{RUNS}&axis1=learning_rate:0.001..1 log 7&axis2=hidden_layers:4;8;16;32"
SWEEP_AHEAD_SECONDS = 5  # that it has been running when the others come
LOSS_BYTES = 8  # a float64 for every iteration, which the run keeps
MEGABYTE = 1e6


class Sweeper(FakeBrowser):
    """A session that starts a sweep on the page Explore and watches it."""

    def _request(self, fragment: str = "", press: str = "") -> bytes:
        message = BackMsg.FromString(super()._request(fragment, press))
        message.rerun_script.page_name = "explore"
        return message.SerializeToString()


@dataclass
class Room:
    """What happened while all were in the room."""

    sessions: list[FakeBrowser]
    failures: list[str]
    began: float
    seconds: float
    memory: list[int]  # resident bytes of the server, every second

    def latencies(self, sessions: list[FakeBrowser]) -> list[list[float]]:
        """Return each session's latencies in the time that counts."""
        end = self.began + self.seconds
        return [[took for at, took in s.ticks if self.began <= at < end] for s in sessions]

    def rates(self, sessions: list[FakeBrowser]) -> list[float]:
        """Return each session's ticks per second."""
        return [len(each) / self.seconds for each in self.latencies(sessions)]

    def trouble(self) -> str:
        """Count exceptions, sessions that never ticked, and connections that failed."""
        exceptions = sum(session.exceptions for session in self.sessions)
        unstarted = sum(not rate for rate in self.rates(self.sessions))
        return f"{exceptions} / {unstarted} / {len(self.failures)}"


async def fill(
    address: str,
    server: psutil.Process,
    speeds: list[str],
    seconds: float,
    eager: bool,
    panel: str,
    sweep: bool,
) -> Room:
    """Let one session per speed train for so long, beside a sweep or not."""
    sessions = [FakeBrowser(f"{RUNS}&panel={panel}&speed={speed}", eager) for speed in speeds]
    url = f"ws://{address}/_stcore/stream"
    ahead = SWEEP_AHEAD_SECONDS if sweep else 0
    began = time.perf_counter() + ahead + STAGGER_SECONDS * len(sessions) + SETTLE_SECONDS
    room = Room(sessions, [], began, seconds, [])

    async def watch_memory() -> None:
        await asyncio.sleep(began - time.perf_counter())
        while time.perf_counter() < began + seconds - 0.5:
            room.memory.append(server.memory_info().rss)
            await asyncio.sleep(1)

    stays = (
        s.live(url, ahead + i * STAGGER_SECONDS, began + seconds) for i, s in enumerate(sessions)
    )
    sweeper = Sweeper(SWEEP, eager)
    beside = [sweeper.live(url, 0, began + seconds)] if sweep else []
    results = await asyncio.gather(watch_memory(), *stays, *beside, return_exceptions=True)
    room.failures += [repr(result) for result in results if result is not None]
    if sweep and not sweeper.ticks:
        room.failures.append("the sweep has not started")
    return room


def cpu_share(server: psutil.Process) -> float:
    """Return how much of one core the server takes over IDLE_SECONDS."""
    before = server.cpu_times()
    time.sleep(IDLE_SECONDS)
    after = server.cpu_times()
    return (after.user + after.system - before.user - before.system) / IDLE_SECONDS


def spread(values: list[float], digits: int, *shares: float) -> str:
    """Return the values at these shares of the sorted list, 0 the least and 1 the most."""
    ordered = sorted(values) or [float("nan")]
    return " / ".join(f"{ordered[round(s * (len(ordered) - 1))]:.{digits}f}" for s in shares)


def figures(room: Room) -> list[str]:
    """Return the table's column for this room, a cell for each of ROWS."""
    everybody, others = room.sessions, room.sessions[1:]
    rates = room.rates(everybody)
    first_pages = [s.first_page for s in everybody if s.first_page is not None]
    ticks = sum(len(s.ticks) for s in everybody)

    def milliseconds(sessions: list[FakeBrowser]) -> list[float]:
        return [1000 * took for each in room.latencies(sessions) for took in each]

    return [
        f"{sum(rates):.1f}",
        spread(rates, 2, 0, 0.5, 1),
        spread(milliseconds(everybody), 0, 0.5, 0.95, 1),
        spread(first_pages, 2, 0.5, 1),
        f"{sum(s.received for s in everybody) / 1024 / max(1, ticks):.1f}",
        room.trouble(),
        f"{rates[0]:.2f}",
        spread(rates[1:], 2, 0, 0.5, 1),
        spread(milliseconds(others), 0, 0.5, 0.95, 1),
    ]


ROWS = (  # label, what to reach
    ("ticks per second, together", "at least {ticks}"),
    ("  of each: least / median / most", "least at least half the median"),
    ("latency of a tick, ms: median / 95 % / most", "95 % at most 1300"),
    ("first page, s: median / most", "most at most 1.5"),
    ("kB per tick", ""),
    ("exceptions / unstarted / failed", "0 / 0 / 0"),
    ("the first session's ticks per second", ""),
    ("the others': least / median / most", "about the same in both"),
    ("  latency, ms: median / 95 % / most", "about the same in both"),
)


def print_memory(room: Room, empty: int) -> None:
    """Say how much memory each session took, on top of what the server took without any."""
    parts = (room.memory[:5], room.memory[-5:], [max(room.memory)])
    first, last, most = (
        (statistics.mean(part) - empty) / len(room.sessions) / MEGABYTE for part in parts
    )
    minutes = room.seconds / 60
    per_minute = 60 * 100 * statistics.mean(room.rates(room.sessions))  # iterations of a session
    losses = per_minute * LOSS_BYTES / MEGABYTE
    print(f"\nmemory, {minutes:g} min at speed 100, {per_minute:,.0f} iterations each a minute")
    print(f"  server with all code loaded, nobody there: {empty / MEGABYTE:.0f} MB")
    print(f"  per session (to reach: 5 MB): first {first:.2f}, last {last:.2f}, most {most:.2f} MB")
    print(f"  growth per session: {(last - first) / minutes:+.3f} MB a minute (to reach: stable),")
    print(f"    of which the losses, one number an iteration, are {losses:.3f}")
    print(f"  exceptions / unstarted / failed: {room.trouble()}")


def main() -> None:
    """Fill the room three times and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=15, help="of each timed room")
    parser.add_argument("--minutes", type=float, default=1, help="that memory is watched")
    parser.add_argument("--eager", action="store_true", help="ask at every interval")
    parser.add_argument("--panel", default="network", help="that is open, or none")
    parser.add_argument("--sweep", action="store_true", help="also beside a sweep")
    arguments = parser.parse_args()
    print(machine("streamlit", "websockets"))
    with serving() as (address, server):

        def filled(first: str, others: int, seconds: float, *, sweep: bool = False) -> Room:
            speeds = [first] + ["100"] * others
            eager, panel = arguments.eager, arguments.panel
            return asyncio.run(fill(address, server, speeds, seconds, eager, panel, sweep))

        others = arguments.sessions - 1
        filled("100", 0, 3)  # loads all the code
        empty, idle_before = server.memory_info().rss, cpu_share(server)
        long = filled("100", others, 60 * arguments.minutes)
        time.sleep(1)  # the ticks in progress end
        idle_after = cpu_share(server)
        rooms = {
            "all at speed 100": filled("100", others, arguments.seconds),
            "the first at max": filled("max", others, arguments.seconds),
        }
        if arguments.sweep:
            rooms["beside a sweep"] = filled("100", others, arguments.seconds, sweep=True)

    kind = "at every interval" if arguments.eager else "an interval after each tick's end"
    print(f"{arguments.sessions} sessions for {arguments.seconds:g} s, ", end="")
    print(f"panel {arguments.panel}, asking {kind}\n")
    line = "{:<46}" + "{:>20}" * len(rooms) + "   {}"
    print(line.format("", *rooms, "to reach"))
    ticks = 25 if arguments.panel == "network" else 40  # the diagram's pictures take their time
    for (label, goal), *cells in zip(ROWS, *map(figures, rooms.values()), strict=True):
        print(line.format(label, *cells, goal.format(ticks=ticks)))
    print_memory(long, empty)
    print(f"server's share of a core before they came: {idle_before:.1%}; ", end="")
    print(f"after all have closed: {idle_after:.1%} (to reach: no more)")
    for failure in [failure for room in (long, *rooms.values()) for failure in room.failures][:3]:
        print("failed:", failure)


if __name__ == "__main__":
    main()
