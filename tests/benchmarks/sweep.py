"""How many runs per second does a sweep make? Prints a table, asserts no time.

    python -m tests.benchmarks.sweep [--runs 16] [--iterations 5000] [--turns 3]

Needs tests/requirements.txt. The same runs of the article's network, one per seed, go through one
and two local worker processes and through a Dask scheduler with two workers over TCP, in turns,
next to the same runs one after the other in this process. All have to bring the same losses;
workers have started before the time counts. Then sweeps of long runs are cancelled, and the time
is taken until both workers do something else. The figures are medians over the turns. Two workers
need two cores with nothing else to do: the load before and after is printed.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from statistics import median

from distributed import Client

from nnlab import Config
from nnlab.sweep import Result, Sweep, grid, run_one
from nnlab.sweep.executors import LocalPool
from tests.helpers.machine import machine
from tests.helpers.server import ROOT, free_port

LOOK_SECONDS = 0.05  # between two looks at the results, as the page has many


@contextmanager
def dask_executor() -> Iterator[Executor]:
    """Start a scheduler and two workers of one thread each, as the README says."""
    address = f"tcp://127.0.0.1:{(port := free_port())}"
    options = ["--no-dashboard"]
    commands = [["scheduler", "--host", "127.0.0.1", "--port", str(port), *options]]
    commands.append(["worker", address, "--nworkers", "2", "--nthreads", "1", *options])
    processes = [
        subprocess.Popen([sys.executable, "-m", "dask", *c], cwd=ROOT, stderr=subprocess.DEVNULL)
        for c in commands
    ]
    try:
        with Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
            yield client.get_executor(pure=False)
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()


def swept(configs: list[Config], executor: Executor, at_once: int) -> list[Result]:
    """Make a sweep and return its results in the order of the runs."""
    sweep = Sweep(configs, executor, at_once)
    while len(sweep.results) < sweep.total:
        time.sleep(LOOK_SECONDS)
    return sorted(sweep.results, key=lambda result: result.index)


def seconds_to_leave(executor: Executor) -> float:
    """Cancel a sweep of long runs; return how long its two workers take to do something else."""
    sweep = Sweep([Config(iterations=1_000_000)] * 4, executor, 2)
    while not sweep.seconds_left:
        time.sleep(LOOK_SECONDS)
    began = time.perf_counter()
    sweep.cancel()
    for future in [executor.submit(time.sleep, 0) for _ in range(2)]:
        future.result()
    return time.perf_counter() - began


def load() -> str:
    """Return how busy the machine is."""
    return f"{os.getloadavg()[0]:.1f}"


def main() -> None:
    """Make the sweep everywhere and print how long it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=16)
    parser.add_argument("--iterations", type=int, default=5000, help="of each run")
    parser.add_argument("--turns", type=int, default=3)
    arguments = parser.parse_args()
    configs = grid(Config(iterations=arguments.iterations), [], range(arguments.runs))
    print(machine("numpy", "loky", "distributed"))
    before = load()
    with ExitStack() as stack:
        one, two = (stack.enter_context(LocalPool(count)) for count in (1, 2))
        dask = stack.enter_context(dask_executor())
        ways: dict[str, Callable[[list[Config]], list[Result]]] = {
            "this process, one after the other": lambda runs: [
                *map(run_one, range(len(runs)), runs)
            ],
            "1 local worker": lambda runs: swept(runs, one, 1),
            "2 local workers": lambda runs: swept(runs, two, 2),
            "Dask, 2 workers over TCP": lambda runs: swept(runs, dask, 2),
        }
        for way in ways.values():  # starts what is not started yet
            way(grid(Config(iterations=500), [], range(8)))
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        losses = set()
        for _ in range(arguments.turns):
            for name, way in ways.items():
                began = time.perf_counter()
                results = way(configs)
                seconds[name].append(time.perf_counter() - began)
                losses.add(tuple(result.losses.tobytes() for result in results))
        leaving = {
            name: median(seconds_to_leave(executor) for _ in range(arguments.turns))
            for name, executor in (("2 local workers", two), ("Dask, 2 workers over TCP", dask))
        }
    print(f"{arguments.runs} runs of {arguments.iterations} iterations, ", end="")
    print(f"{arguments.turns} turns; load {before} before, {load()} after")
    print(f"the same losses everywhere, bit for bit: {'yes' if len(losses) == 1 else 'NO'}\n")
    slowest = median(seconds["1 local worker"])
    print(f"{'':<36}{'runs per second':>16}{'speed-up':>10}   to reach")
    for name, times in seconds.items():
        goal = "1.7 on two idle cores" if "2 " in name else ""
        figures = f"{arguments.runs / median(times):>16.2f}{slowest / median(times):>10.2f}"
        print(f"{name:<36}{figures}   {goal}".rstrip())
    print(f"\n{'cancel -> workers free':<36}{'s':>16}")
    for name, time_ in leaving.items():
        print(f"{name:<36}{time_:>16.2f}   within 2")


if __name__ == "__main__":
    main()
