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

from nnlab.data.rules import BrokenRule, shown
from nnlab.sweep.axes import grid, random_sample
from nnlab.sweep.axis_text import axis_from_text, range_from_text
from nnlab.sweep.cluster import SCHEDULER, shared_workers
from nnlab.sweep.csv_table import Table
from nnlab.sweep.executors import LocalPool
from nnlab.sweep.limits import MAX_AT_ONCE, MAX_RUNS
from nnlab.sweep.runs import Status
from nnlab.sweep.sweep import Sweep
from nnlab.training.cli_options import (
    EXIT_BAD_INPUT,
    EXIT_INTERRUPTED,
    Parser,
    add_settings,
    settings,
)
from nnlab.training.config import Config, parse

LOOK_SECONDS = 0.1  # between two looks at what has come
BAR_WIDTH = 30
ERASE = "\x1b[K"  # the rest of the line


def _parser(command: str) -> argparse.ArgumentParser:
    parser = Parser(
        prog=command,
        usage="%(prog)s [--help] [--axis FIELD=VALUES ...] [--seeds N] [--OPTION VALUE ...]",
        description="Make many runs, all combinations of the values of some settings with some "
        "seeds, and write a CSV with one row per run, as runs finish. Ctrl-C keeps what is there.",
        epilog="Example: %(prog)s --axis 'learning_rate=0.001..1 log 10' "
        "--axis 'hidden_layers=4; 10,5' --seeds 3 --iterations 5000 --output sweep.csv",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--axis",
        action="append",
        default=[],
        metavar="FIELD=VALUES",
        help="A setting to vary, and its values: 'hidden_layers=4; 8; 10,5'. Of a number also a "
        "range: 'noise=0..0.5 6' are six values at equal distances, 'learning_rate=0.001..1 log "
        "7' seven on a logarithmic scale. Can be given several times.",
    )
    parser.add_argument(
        "--seeds",
        default="1",
        metavar="N",
        help="Runs of each setting: with the seed, the seed + 1, ... Default: 1.",
    )
    parser.add_argument(
        "--random",
        metavar="N",
        help="Draw so many settings instead of all combinations. A range then has no count: "
        "'learning_rate=0.001..1 log' is drawn from on a logarithmic scale.",
    )
    parser.add_argument(
        "--random-seed",
        default="0",
        metavar="N",
        help="Which settings are drawn; same number, same settings. Default: 0.",
    )
    parser.add_argument(
        "--workers",
        metavar="N",
        help="Runs at a time. Default: one per core, or per thread of the Dask cluster whose "
        f"scheduler's address the environment variable {SCHEDULER} holds.",
    )
    parser.add_argument(
        "--output", metavar="FILE", help="The CSV, replaced if it exists. Default: what is printed."
    )
    add_settings(parser)
    return parser


class Order(NamedTuple):
    """What the command line asks for.

    Attributes
    ----------
    configs : of the runs
    workers : how many runs at a time; None for as many as there can be
    output : the file's name; None for the standard output
    """

    configs: list[Config]
    workers: int | None
    output: str | None


def read_order(arguments: Sequence[str], command: str = "nnlab sweep") -> Order:
    """Read the command line.

    Raises
    ------
    ValueError
        If a value breaks its rule.
    """
    options = vars(_parser(command).parse_args(arguments))
    base = settings(options)
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
    """Draw how far a sweep has come, on one line."""
    filled = "#" * (BAR_WIDTH * done // total)
    left = "" if seconds_left is None else f", {_clock(seconds_left)} left"
    return f"[{filled:-<{BAR_WIDTH}}] {done} of {total}{left}"


def _clock(seconds: float) -> str:
    minutes, seconds_ = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds_:02}" if hours else f"{minutes}:{seconds_:02}"


def main(arguments: Sequence[str], command: str) -> int:
    """Run a sweep and return the exit code; the help calls the command by the given name."""
    try:
        order = read_order(arguments, command)
        pool = None
        if order.workers and not os.environ.get(SCHEDULER):
            pool = LocalPool(order.workers)
        else:
            shared_workers()  # or a sentence, before the output is replaced
        opened = _opened(order.output)
    except ValueError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_INPUT
    with opened as file:
        table = Table(file, order.configs)
        sweep = Sweep(order.configs, pool, order.workers)
        try:
            interrupted = _follow(sweep, table)
        finally:  # whatever has ended it, as a reader of the output that has seen enough
            sweep.cancel()
    return EXIT_INTERRUPTED if interrupted else 0


def _opened(name: str | None) -> AbstractContextManager[IO[str]]:
    if name is None:
        return nullcontext(sys.stdout)
    try:
        return open(name, "w", newline="", encoding="utf-8")
    except OSError as error:
        must = "be a file that can be written"
        raise BrokenRule("output", must, f"{name!r}: {error.strerror}") from None


def _follow(sweep: Sweep, table: Table) -> bool:
    """Write the results as they come, until the sweep has finished or Ctrl-C; say if that."""
    began, written, interrupted = time.monotonic(), 0, False
    lively = sys.stderr.isatty()
    while True:
        try:
            finished = interrupted or sweep.finished
            results = sweep.results
            for result in results[written:]:
                table.write(result)
                written += 1
            if lively:
                line = bar(written, sweep.total, sweep.seconds_left)
                print(f"\r{line}{ERASE}", end="", file=sys.stderr, flush=True)
            if finished:
                break
            time.sleep(LOOK_SECONDS)
        except KeyboardInterrupt:
            sweep.cancel()
            interrupted = True
    counts = Counter(result.status for result in results)
    what = ", ".join(f"{counts[status]} {status}" for status in get_args(Status) if counts[status])
    kind = "Stopped after" if interrupted else "After"
    line = f"{kind} {_clock(time.monotonic() - began)}: {written} of {sweep.total} runs"
    print(f"{chr(13) + ERASE if lively else ''}{line}{what and ', ' + what}.", file=sys.stderr)
    return interrupted
