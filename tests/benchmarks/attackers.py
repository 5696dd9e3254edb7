"""Simulate attackers beside an ordinary session, and print how long that session waits.

    python -m tests.benchmarks.attackers [--seconds 8] [--leave 5] [--only WORDS] [--loads]

Needs tests/requirements.txt; starts a server for each kind of attacker. An ordinary session trains
the article's run for so many seconds: undisturbed, beside one attacker, beside five, and a while
after they have left. A tick that has not ended counts with the time that it has waited so far. With
--loads, twelve visitors train the heaviest run that the page allows, and the server's memory is
measured.
"""

import argparse
import asyncio
import multiprocessing
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil
import websockets

from tests.benchmarks.attacks import ATTACKS, attack
from tests.benchmarks.fake_browser import FakeBrowser
from tests.helpers.machine import machine
from tests.helpers.server import serving

ATTACKERS = (1, 5)
ARRIVE_SECONDS = 4  # from the attackers' arrival until ticks count
LOADS = 12
ORDINARY = "samples=1000&iterations=1000000&speed=100"


class Ordinary:
    """The ordinary session, in a thread of its own."""

    def __init__(self, address: str) -> None:
        self.browser = FakeBrowser(ORDINARY, eager=False)
        self._url = f"ws://{address}/_stcore/stream"
        threading.Thread(target=self._stay, daemon=True).start()

    def _stay(self) -> None:
        with suppress(websockets.ConnectionClosed):  # the server is stopped first
            asyncio.run(self.browser.live(self._url, 0, float("inf")))

    def watch(self, seconds: float) -> list[float]:
        """Return the latencies of the ticks in this time, and of one that has not ended."""
        began = time.perf_counter()
        time.sleep(seconds)
        ended = time.perf_counter()
        took = [latency for at, latency in list(self.browser.ticks) if began <= at < ended]
        since = self.browser.waits_since
        return [*took, ended - since] if since and ended - since > max(took, default=0) else took


@contextmanager
def attacked(address: str, name: str, count: int, seconds: float) -> Iterator[None]:
    """Have so many visitors attack from another process."""
    process = multiprocessing.get_context("spawn").Process(
        target=attack, args=(address, name, count, seconds + ARRIVE_SECONDS)
    )
    process.start()
    try:
        time.sleep(ARRIVE_SECONDS)
        yield
    finally:
        process.join(20)
        process.kill()


def shown(latencies: list[float]) -> str:
    """Return the median and the worst latency in milliseconds."""
    if not latencies:
        return "none"
    return f"{1000 * statistics.median(latencies):.0f} / {1000 * max(latencies):,.0f}"


LINE = "{:<28}" + "{:>16}" * 4 + "{:>10}"


def print_attack(name: str, seconds: float, leave: float) -> None:
    """Print the table's row for one kind of attacker."""
    with serving() as (address, server):
        ordinary = Ordinary(address)
        time.sleep(3)
        cells = [shown(ordinary.watch(seconds))]
        for count in ATTACKERS:
            with attacked(address, name, count, seconds):
                cells.append(shown(ordinary.watch(seconds)))
        time.sleep(leave)
        cells.append(shown(ordinary.watch(seconds)))
        memory = server.memory_info().rss / 1e6
    print(LINE.format(name, *cells, f"{memory:,.0f}"), flush=True)


def print_loads(seconds: float) -> None:
    """Print the most memory that the server used under the heaviest allowed loads."""
    with serving() as (address, server):
        most = 0.0
        with attacked(address, "trains the largest run", LOADS, seconds):
            for _ in range(int(10 * seconds)):
                most = max(most, server.memory_info().rss / 1e6)
                time.sleep(0.1)
    print(f"memory with {LOADS} of the heaviest loads: {most:,.0f} MB at most (goal: 1,500)")


def main() -> None:
    """Print a row for each kind of attacker."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=8, help="how long to watch ticks")
    parser.add_argument("--leave", type=float, default=5, help="seconds after they have left")
    parser.add_argument("--only", default="", help="kinds of attackers whose name has these words")
    parser.add_argument("--loads", action="store_true", help="measure the memory instead")
    arguments = parser.parse_args()
    print(machine("streamlit", "websockets"))
    print(f"load of the machine: {psutil.getloadavg()[0]:.1f}")
    if arguments.loads:
        print_loads(arguments.seconds)
        return
    print("An ordinary session's tick in ms, median / worst (goal: 1,000 beside one, 2,000)\n")
    left = f"{arguments.leave:g} s after"
    print(LINE.format("attacker", "undisturbed", "beside one", "beside five", left, "MB"))
    for name in ATTACKS:
        if arguments.only in name:
            print_attack(name, arguments.seconds, arguments.leave)


if __name__ == "__main__":
    main()
