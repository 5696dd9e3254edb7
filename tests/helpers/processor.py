"""How much processor time other processes take, measured against a process of our own."""

import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress

import psutil

# Computes for one second of processor time, with the niceness of the observed processes.
REFERENCE = "import os, time; os.nice({}); any(time.process_time() > 1 for _ in iter(int, 1))"


def share_of_processor(processes: Callable[[], Iterable[psutil.Process]], niceness: int) -> float:
    """Return how many seconds processes compute while a reference process computes for one.

    The reference process has the same niceness. A busy machine slows down both, so the result
    shows whether the processes compute, however busy the machine is.
    """

    def seconds() -> dict[int, float]:
        found = {}
        for process in processes():
            with suppress(psutil.NoSuchProcess):
                found[process.pid] = process.cpu_times().user
        return found

    before = seconds()
    subprocess.run([sys.executable, "-c", REFERENCE.format(niceness)], check=True)
    return sum(after - before.get(pid, after) for pid, after in seconds().items())
