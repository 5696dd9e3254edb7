"""A run without a browser: `python -m nnlab train` prints iteration, loss and accuracy."""

import math
import sys
from collections.abc import Sequence

from nnlab import process_end
from nnlab.data.rules import BrokenRule, shown
from nnlab.training import cli_options
from nnlab.training.batches import check_points
from nnlab.training.config import Config, parse
from nnlab.training.metrics import Metrics
from nnlab.training.run import advance, evaluate, start
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


def _read(arguments: Sequence[str], name: str, version: str) -> tuple[Config, int]:
    """Return what to train, and the number of iterations between two printed rows."""
    parser = cli_options.Parser(
        prog=name,
        usage="%(prog)s [--help] [--version] [--every N] [--OPTION VALUE ...]\n"
        f"       {name.removesuffix(' train')} sweep [--help] [--OPTION VALUE ...]",
        description="Train a neural network and print iteration, loss and accuracy as it learns. "
        "Without options, this is the article's run. `sweep` trains many networks.",
        epilog="Example: %(prog)s --hidden-layers 4,2 --learning-rate 0.3 --every 100",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"nnlab {version}")
    parser.add_argument(
        "--every", default="1000", metavar="N", help="Iterations between two rows. Default: 1000."
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


def _print(row: str) -> None:
    process_end.write(row + "\n", sys.stdout)


def _train(config: Config, every: int) -> int:
    iteration = 0
    signal_came = process_end.note_signals()
    try:
        _print(f"{'iteration':>9}  {'loss':<22}accuracy")
        run = start(config)
        while run.iteration < config.iterations and not run.stopped:
            metrics = evaluate(run)
            accuracy = _number(metrics.train_accuracy, ".3f")
            _print(f"{iteration:>9}  {metrics.train_loss!r:<22}{accuracy}")
            next_row = min(iteration + every, config.iterations)
            while iteration < next_row and not run.stopped:
                if signal_came():
                    return _interrupted(iteration)
                run = advance(run, next_row - iteration, seconds=LOOK_SECONDS)
                iteration = run.iteration
        if run.stopped:
            _print(_ENDINGS[run.stopped].format(iteration=iteration, config=config))
        _print(f"After {iteration} iterations: {_summary(config, evaluate(run))}")
    except KeyboardInterrupt:  # the caller has set no handlers for the signals
        return _interrupted(iteration)
    return 0


def _interrupted(iteration: int) -> int:
    process_end.say(f"Stopped at iteration {iteration}.")
    return process_end.signal_exit_code()


def main(arguments: Sequence[str], name: str, version: str) -> int:
    """Train, and return the exit code; `name` is what its help calls the command."""
    try:
        config, every = _read(arguments, name, version)
    except ValueError as error:
        process_end.say(str(error))
        return process_end.EXIT_BAD_INPUT
    return _train(config, every)
