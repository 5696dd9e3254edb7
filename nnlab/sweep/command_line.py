"""A sweep without a browser: `python -m nnlab sweep` writes one row per run, as runs finish."""

import argparse
import math
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import IO, Any, NamedTuple, get_args

import loky

from nnlab import process_end
from nnlab.data.rules import BrokenRule, shown
from nnlab.sweep.axes import grid, random_sample
from nnlab.sweep.axis_text import axis_from_text, range_from_text
from nnlab.sweep.cluster import SCHEDULER, shared_workers
from nnlab.sweep.csv_table import Table
from nnlab.sweep.executors import LocalPool
from nnlab.sweep.limits import MAX_AT_ONCE, MAX_RUNS
from nnlab.sweep.runs import Status
from nnlab.sweep.sweep import Sweep
from nnlab.training import cli_options
from nnlab.training.config import Config, parse

LOOK_SECONDS = 0.1  # between two checks for new results
BAR_WIDTH = 30
ERASE = "\x1b[K"  # the rest of the line


def _parser(name: str) -> argparse.ArgumentParser:
    parser = cli_options.Parser(
        prog=name,
        usage="%(prog)s [--help] [--axis FIELD=VALUES ...] [--seeds N] [--OPTION VALUE ...]",
        description="Make a run for every combination of the values of some settings, with one or "
        "more seeds, and write a CSV row when a run finishes. Ctrl-C keeps the rows so far.",
        epilog="Example: %(prog)s --axis 'learning_rate=0.001..1 log 10' "
        "--axis 'hidden_layers=4; 10,5' --seeds 3 --iterations 5000 --output sweep.csv",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--axis",
        action="append",
        default=[],
        metavar="FIELD=VALUES",
        help="A setting to vary, and its values: 'hidden_layers=4; 8; 10,5'. For a number also a "
        "range: 'noise=0..0.5 6' is six values at equal distances, 'learning_rate=0.001..1 log "
        "7' seven on a logarithmic scale. Can be given several times.",
    )
    parser.add_argument(
        "--seeds",
        default="1",
        metavar="N",
        help="Runs of each combination, with the seeds --seed, --seed + 1, ... Default: 1.",
    )
    parser.add_argument(
        "--random",
        metavar="N",
        help="Draw N combinations at random instead of making all. A range then has no count: "
        "'learning_rate=0.001..1 log' is drawn from on a logarithmic scale.",
    )
    parser.add_argument(
        "--random-seed",
        default="0",
        metavar="N",
        help="The seed of --random: the same number draws the same combinations. Default: 0.",
    )
    parser.add_argument(
        "--workers",
        metavar="N",
        help="Runs at a time. Default: one per core, or one per thread of the Dask cluster whose "
        f"scheduler's address is in the environment variable {SCHEDULER}.",
    )
    parser.add_argument(
        "--output", metavar="FILE", help="The CSV, replaced if it exists. Default: print the rows."
    )
    cli_options.add_settings(parser)
    return parser


class Order(NamedTuple):
    """The runs to make, how many at a time (None: as many as possible), and where to write them."""

    configs: list[Config]
    workers: int | None
    output: str | None


def read_order(arguments: Sequence[str], name: str = "nnlab sweep") -> Order:
    """Read the command line; raise a BrokenRule if a value breaks its rule."""
    options = vars(_parser(name).parse_args(arguments))
    base = cli_options.settings(options)
    seeds = range(base.seed, base.seed + _whole("seeds", options["seeds"], MAX_RUNS))
    workers = options["workers"] and _whole("workers", options["workers"], MAX_AT_ONCE)
    if options["random"] is None:
        configs = grid(base, _axes(options["axis"], axis_from_text), seeds)
    else:
        ranges = _axes(options["axis"], range_from_text)
        count = _whole("random", options["random"], MAX_RUNS)
        rng_seed = parse("seed", options["random_seed"])
        configs = random_sample(base, ranges, count, rng_seed, seeds)
    return Order(configs, workers, options["output"])


def _axes(given: list[str], read: Callable[[str, str], Any]) -> list[Any]:
    axes = []
    for one in given:
        name, equals, values = one.partition("=")
        if not equals:
            raise BrokenRule("axis", "be FIELD=VALUES", shown(one))
        axes.append(read(name.strip().replace("-", "_"), values))
    return axes


def _whole(name: str, value: str, most: int) -> int:
    number = parse("iterations", value)
    if not isinstance(number, int) or not 1 <= number <= most:
        raise BrokenRule(name, f"be a whole number from 1 to {most}", shown(value))
    return number


def bar(done: int, total: int, seconds_left: float | None) -> str:
    """Return a progress bar on one line."""
    filled = "#" * (BAR_WIDTH * done // total)
    left = "" if seconds_left is None else f", {_clock(seconds_left)} left"
    return f"[{filled:-<{BAR_WIDTH}}] {done} of {total}{left}"


def _clock(seconds: float) -> str:
    minutes, seconds_ = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds_:02}" if hours else f"{minutes}:{seconds_:02}"


def main(arguments: Sequence[str], name: str) -> int:
    """Run a sweep and return the exit code; `name` is what its help calls the command."""
    try:
        order = read_order(arguments, name)
        on_cluster = bool(os.environ.get(SCHEDULER))
        if on_cluster:
            shared_workers()  # if this fails, the output is not replaced
        opened = _opened(order.output)
    except ValueError as error:
        process_end.say(str(error))
        return process_end.EXIT_BAD_INPUT
    signal_came = process_end.note_signals()
    with opened as file:
        pool = None if on_cluster else LocalPool(order.workers or loky.cpu_count())
        table = Table(file, order.configs)
        sweep = Sweep(order.configs, pool, order.workers)
        try:
            return process_end.signal_exit_code() if _follow(sweep, table, signal_came) else 0
        finally:  # even when the output cannot be written
            sweep.cancel()
            if pool:
                pool.kill()


def _opened(name: str | None) -> AbstractContextManager[IO[str]]:
    if name is None:
        return nullcontext(sys.stdout)
    try:
        return open(name, "w", newline="", encoding="utf-8")
    except OSError as error:
        why = f"{name!r}: {error.strerror}"
        raise BrokenRule("output", "be a file that can be written", why) from None


def _follow(sweep: Sweep, table: Table, signal_came: Callable[[], bool]) -> bool:
    """Write the results as they come, until the end or a signal; return whether a signal came."""
    began, written = time.monotonic(), 0
    is_terminal = sys.stderr.isatty()
    while True:
        interrupted = signal_came()
        finished = interrupted or sweep.finished
        results = sweep.results
        for result in results[written:]:
            table.write(result)
            written += 1
        if is_terminal:
            line = bar(written, sweep.total, sweep.seconds_left)
            process_end.write(f"\r{line}{ERASE}", sys.stderr)
        if finished:
            break
        time.sleep(LOOK_SECONDS)
    counts = Counter(result.status for result in results)
    what = ", ".join(f"{counts[status]} {status}" for status in get_args(Status) if counts[status])
    kind = "Stopped after" if interrupted else "After"
    line = f"{kind} {_clock(time.monotonic() - began)}: {written} of {sweep.total} runs"
    process_end.say(f"{chr(13) + ERASE if is_terminal else ''}{line}{what and ', ' + what}.")
    return interrupted
