"""Train without a browser: `python -m nnlab` prints the article's table as it goes."""

import argparse
import math
import os
import sys
from collections.abc import Sequence

from nnlab.data.rules import BrokenRule, shown
from nnlab.sweep import command_line
from nnlab.training.batches import check_points
from nnlab.training.cli_options import (
    EXIT_BAD_INPUT,
    EXIT_INTERRUPTED,
    EXIT_OUTPUT_CLOSED,
    Parser,
    add_settings,
    settings,
)
from nnlab.training.config import Config, parse
from nnlab.training.run import Metrics, advance, evaluate, start

# What has ended a run before its iterations were over, by `Run.stopped`.
_ENDINGS = {
    "diverged": "Diverged at iteration {iteration}: the loss is no longer finite.",
    "target_loss": "Stopped at iteration {iteration}: the training loss is down to "
    "{config.target_loss!r}, the target_loss.",
    "plateau": "Stopped at iteration {iteration}: no better training loss for "
    "{config.patience} iterations, the patience.",
}


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m nnlab",
        usage="%(prog)s [--help] [--every N] [--OPTION VALUE ...]\n"
        "       %(prog)s sweep [--help] [--OPTION VALUE ...]",
        description="Train a neural network and print iteration, loss and accuracy as it learns. "
        "Without options: the run of the article. `%(prog)s sweep` makes many runs.",
        epilog="Example: %(prog)s --hidden-layers 4,2 --learning-rate 0.3 --every 100",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--every", default="1000", metavar="N", help="Iterations from row to row. Default: 1000."
    )
    add_settings(parser)
    return parser


def _settings(arguments: Sequence[str]) -> tuple[Config, int]:
    """Read the command line into what to train and the number of iterations from row to row.

    Raises
    ------
    ValueError
        If a value breaks its rule.
    """
    options = vars(_parser().parse_args(arguments))
    every = options.pop("every")
    config = settings(options)
    check_points(config)
    rows = parse("iterations", every)
    if not isinstance(rows, int) or rows < 1:
        raise BrokenRule("every", "be a whole number above 0", shown(every))
    return config, rows


def _number(value: float, digits: str) -> str:
    """Show a number, or a dash where there is none, as of an accuracy of a regression."""
    return "-" if math.isnan(value) else format(value, digits)


def _summary(config: Config, metrics: Metrics) -> str:
    measure, digits = ("loss", ".6g") if config.problem == "regression" else ("accuracy", ".3f")
    parts = [
        f"{part} {measure} {_number(getattr(metrics, f'{part}_{measure}'), digits)}"
        for part in ("train", "test")
    ]
    if config.regularization != "none":
        parts.append(f"penalty {metrics.penalty:.6g}")
    return ", ".join(parts)


def _train(config: Config, every: int) -> int:
    iteration = 0
    try:
        print(f"{'iteration':>9}  {'loss':<22}accuracy", flush=True)
        run = start(config)
        while run.iteration < config.iterations and not run.stopped:
            metrics = evaluate(run)
            print(
                f"{run.iteration:>9}  {metrics.train_loss!r:<22}"
                f"{_number(metrics.train_accuracy, '.3f')}",
                flush=True,
            )
            next_row = min(run.iteration + every, config.iterations)
            while run.iteration < next_row and not run.stopped:
                # At most a second per call: Ctrl-C then knows how far the run has come.
                run = advance(run, next_row - run.iteration, seconds=1)
                iteration = run.iteration
        if run.stopped:
            print(_ENDINGS[run.stopped].format(iteration=iteration, config=config))
        print(f"After {iteration} iterations: {_summary(config, evaluate(run))}", flush=True)
    except KeyboardInterrupt:
        print(f"Stopped at iteration {iteration}.", flush=True)
        return EXIT_INTERRUPTED
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        try:
            if arguments[:1] == ["sweep"]:
                return command_line.main(arguments[1:])
            config, every = _settings(arguments)
        except ValueError as error:
            print(error, file=sys.stderr)
            return EXIT_BAD_INPUT
        return _train(config, every)
    except KeyboardInterrupt:  # before there was anything to stop
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # `| head` has read enough. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_OUTPUT_CLOSED


if __name__ == "__main__":
    sys.exit(main())
