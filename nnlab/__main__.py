"""The command line `python -m nnlab`: trains a network and prints its loss, or runs a sweep."""

import math
import os
import sys
from collections.abc import Sequence

from nnlab import __version__
from nnlab.data.rules import BrokenRule, shown
from nnlab.sweep import command_line
from nnlab.training import cli_options
from nnlab.training.batches import check_points
from nnlab.training.config import Config, parse
from nnlab.training.metrics import Metrics
from nnlab.training.run import advance, evaluate, start
from nnlab.training.work import check_work

# Why a run ended before its last iteration, by `Run.stopped`.
_ENDINGS = {
    "diverged": "Diverged at iteration {iteration}: the loss is no longer finite.",
    "target_loss": "Stopped at iteration {iteration}: the training loss is down to "
    "{config.target_loss!r}, the target_loss.",
    "plateau": "Stopped at iteration {iteration}: no better training loss for "
    "{config.patience} iterations, the patience.",
}


def _read(arguments: Sequence[str], command: str) -> tuple[Config, int]:
    """Return what to train, and the number of iterations between two printed rows."""
    parser = cli_options.Parser(
        prog=command,
        usage="%(prog)s [--help] [--version] [--every N] [--OPTION VALUE ...]\n"
        f"       {command.removesuffix(' train')} sweep [--help] [--OPTION VALUE ...]",
        description="Train a neural network and print iteration, loss and accuracy as it learns. "
        "Without options, this is the article's run. `sweep` trains many networks.",
        epilog="Example: %(prog)s --hidden-layers 4,2 --learning-rate 0.3 --every 100",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"nnlab {__version__}")
    parser.add_argument(
        "--every", default="1000", metavar="N", help="Iterations from row to row. Default: 1000."
    )
    cli_options.add_settings(parser)
    options = vars(parser.parse_args(arguments))
    config = cli_options.settings(options)
    check_points(config)
    check_work(config)
    every = parse("iterations", options["every"])
    if not isinstance(every, int) or every < 1:
        raise BrokenRule("every", "be a whole number above 0", shown(options["every"]))
    return config, every


def _number(value: float, digits: str) -> str:
    """Format a number, or a dash if there is none: a regression has no accuracy."""
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
            accuracy = _number(metrics.train_accuracy, ".3f")
            print(f"{iteration:>9}  {metrics.train_loss!r:<22}{accuracy}", flush=True)
            next_row = min(iteration + every, config.iterations)
            while iteration < next_row and not run.stopped:
                # At most a second per call, so that Ctrl-C can say how far the run has come.
                run = advance(run, next_row - iteration, seconds=1)
                iteration = run.iteration
        if run.stopped:
            print(_ENDINGS[run.stopped].format(iteration=iteration, config=config))
        print(f"After {iteration} iterations: {_summary(config, evaluate(run))}", flush=True)
    except KeyboardInterrupt:
        print(f"Stopped at iteration {iteration}.", flush=True)
        return cli_options.EXIT_INTERRUPTED
    return 0


def main(arguments: Sequence[str] | None = None, command: str = "python -m nnlab") -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments : of the command line; None: those of the process
    command : its name in the help
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        if arguments[:1] == ["sweep"]:
            return command_line.main(arguments[1:], f"{command} sweep")
        if arguments[:1] == ["train"]:
            arguments, command = arguments[1:], f"{command} train"
        try:
            config, every = _read(arguments, command)
        except ValueError as error:
            print(error, file=sys.stderr)
            return cli_options.EXIT_BAD_INPUT
        return _train(config, every)
    except KeyboardInterrupt:  # before there was anything to stop
        return cli_options.EXIT_INTERRUPTED
    except BrokenPipeError:
        # `| head` has read enough. Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return cli_options.EXIT_OUTPUT_CLOSED


if __name__ == "__main__":
    sys.exit(main())
