"""How much of a processor other processes take, however busy the machine is."""

import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress

import psutil

# Computes for a second of a processor's time, and lets others go first like the processes beside.
REFERENCE = "import os, time; os.nice({}); any(time.process_time() > 1 for _ in iter(int, 1))"


def share_of_processor(processes: Callable[[], Iterable[psutil.Process]], niceness: int) -> float:
    """Return how many seconds processes compute while a process beside them computes for one.

    The process beside them is as nice as they are. A busy machine slows down both, so the result
    says whether they compute, not how fast.
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
