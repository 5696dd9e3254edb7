"""A run without a browser: `python -m nnlab train` prints iteration, loss and accuracy."""

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from nnlab import process_end
from nnlab.data.datasets import CURVE
from nnlab.data.real_sets import REAL_SETS
from nnlab.data.rules import BrokenRule, shown
from nnlab.training import cli_options, csv_options
from nnlab.training.batches import check_points, dataset_of
from nnlab.training.config import Config, parse
from nnlab.training.metrics import Metrics
from nnlab.training.run import Run, advance, evaluate, start
from nnlab.training.work import check_work

LOOK_SECONDS = 0.1  # between two checks whether a signal has come

# Why a run ended before its last iteration, by `Run.stopped`.
_ENDINGS = {
    "diverged": "Diverged at iteration {iteration}: the loss is no longer finite.",
    "target_loss": "Stopped at iteration {iteration}: the training loss is down to "
    "{config.target_loss!r}, the target_loss.",
    "plateau": "Stopped at iteration {iteration}: no better training loss for "
    "{config.patience} iterations, the patience.",
}


Row = tuple[int, float, float]  # iteration, training loss, training accuracy
# Writes a run, with its printed rows and the names of its axes, and returns a sentence about it.
Writer = Callable[[Run, Sequence[Row], tuple[str, str]], str]
# Returns the writer of these files for a run with these settings, or raises a BrokenRule.
GetWriter = Callable[[Sequence[str], Config], Writer]


class _Order(NamedTuple):
    """What to train.

    Attributes
    ----------
    every : the number of iterations between two printed rows
    axes : the names of the inputs
    writer : None: the run is not saved
    """

    config: Config
    every: int
    axes: tuple[str, str]
    writer: Writer | None


def _read(arguments: Sequence[str], name: str, version: str, get_writer: GetWriter) -> _Order:
    parser = cli_options.Parser(
        prog=name,
        usage="%(prog)s [--help] [--version] [--every N] [--OPTION VALUE ...]\n"
        f"       {name.removesuffix(' train')} sweep [--help] [--OPTION VALUE ...]\n"
        f"       {name.removesuffix(' train')} lesson [--help] {{check,new}} FILE ...\n"
        f"       {name.removesuffix(' train')} verify [--help] FILE ...",
        description="Train a neural network and print iteration, loss and accuracy as it learns. "
        "Without options, this is the article's run. `sweep` trains many networks, "
        "`lesson` checks lessons, and `verify` runs receipts again.",
        epilog="Example: %(prog)s --hidden-layers 4,2 --learning-rate 0.3 --every 100",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"nnlab {version}")
    parser.add_argument(
        "--every", default="1000", metavar="N", help="Iterations between two rows. Default: 1000."
    )
    parser.add_argument(
        "--save",
        action="append",
        default=[],
        metavar="FILE",
        help="Save the run at its end, in the format that the ending names: .npz (parameters), .py "
        "(a script), .html (a replay), .gif, .png (pictures) or .csv (the printed rows). Can be "
        "repeated.",
    )
    csv_options.add_options(parser)
    cli_options.add_settings(parser)
    options = vars(parser.parse_args(arguments))
    axes = ("x1", "x2")
    csv_options.check_options(options)
    if options["csv"] is not None:
        fields, axes, sentence = csv_options.file_settings(options)
        config = replace(cli_options.settings({**options, "data_columns": None}), **fields)
        process_end.say(sentence)
    else:
        config = cli_options.settings(options)
    if config.dataset == CURVE:
        axes = ("x", "y")
    if config.dataset in REAL_SETS:
        x1, x2, *_ = dataset_of(config).scales
        axes = (f"{x1.name} (standardized)", f"{x2.name} (standardized)")
    check_points(config)
    check_work(config)
    every = parse("iterations", options["every"])
    if not isinstance(every, int) or every < 1:
        raise BrokenRule("every", "be a whole number above 0", shown(options["every"]))
    writer = get_writer(options["save"], config) if options["save"] else None
    return _Order(config, every, axes, writer)


def _number(value: float, digits: str) -> str:
    """Format a number, or a dash if there is none: a regression has no accuracy."""
    return "-" if math.isnan(value) else format(value, digits)


def _summary(config: Config, metrics: Metrics) -> str:
    measure = config.head.measure
    digits = {"loss": ".6g", "accuracy": ".3f"}[measure]
    parts = [
        f"{part} {measure} {_number(getattr(metrics, f'{part}_{measure}'), digits)}"
        for part in ("train", "test")
    ]
    if config.regularization != "none":
        parts.append(f"penalty {metrics.penalty:.6g}")
    return ", ".join(parts)


def _print(row: str) -> None:
    process_end.write(row + "\n", sys.stdout)


def _train(order: _Order) -> int:
    config, every, rows = order.config, order.every, []
    iteration = 0
    signal_came = process_end.note_signals()
    try:
        _print(f"{'iteration':>9}  {'loss':<22}accuracy")
        run = start(config)
        while run.iteration < config.iterations and not run.stopped:
            metrics = evaluate(run)
            accuracy = _number(metrics.train_accuracy, ".3f")
            rows.append((iteration, metrics.train_loss, metrics.train_accuracy))
            _print(f"{iteration:>9}  {metrics.train_loss!r:<22}{accuracy}")
            next_row = min(iteration + every, config.iterations)
            while iteration < next_row and not run.stopped:
                if signal_came():
                    return _interrupted(iteration)
                run = advance(run, next_row - iteration, seconds=LOOK_SECONDS)
                iteration = run.iteration
        if run.stopped:
            _print(_ENDINGS[run.stopped].format(iteration=iteration, config=config))
        metrics = evaluate(run)
        rows.append((iteration, metrics.train_loss, metrics.train_accuracy))
        _print(f"After {iteration} iterations: {_summary(config, metrics)}")
        if order.writer:
            _print(order.writer(run, rows, order.axes))
    except KeyboardInterrupt:  # the caller has set no handlers for the signals
        return _interrupted(iteration)
    return 0


def _interrupted(iteration: int) -> int:
    process_end.say(f"Stopped at iteration {iteration}.")
    return process_end.signal_exit_code()


def main(arguments: Sequence[str], name: str, version: str, get_writer: GetWriter) -> int:
    """Train, and return the exit code; `name` is what its help calls the command."""
    try:
        order = _read(arguments, name, version, get_writer)
    except ValueError as error:
        process_end.say(str(error))
        return process_end.EXIT_BAD_INPUT
    return _train(order)
