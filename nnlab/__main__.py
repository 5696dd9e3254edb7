"""Train without a browser: `python -m nnlab` prints the article's table as it goes."""

import argparse
import sys
from dataclasses import fields

from nnlab.config import Config, parse
from nnlab.training import Run, advance, evaluate, start

EXIT_BAD_INPUT, EXIT_INTERRUPTED = 2, 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m nnlab",
        description="Train a neural network and print iteration, loss and accuracy. Without "
        "options: the article's run.",
        allow_abbrev=False,
    )
    for item in fields(Config):
        default = item.default
        shown = ",".join(map(str, default)) if isinstance(default, tuple) else default
        parser.add_argument(
            "--" + item.name.replace("_", "-"),
            metavar=item.name.upper(),
            help=f"{item.metadata['help']} Must {item.metadata['must']}. Default: {shown}".replace(
                "%", "%%"
            ),
        )
    parser.add_argument(
        "--every", default="1000", metavar="N", help="Iterations between two rows. Default: 1000"
    )
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = vars(_parser().parse_args(arguments))
    every = options.pop("every")
    try:
        config = Config(
            **{name: parse(name, text) for name, text in options.items() if text is not None}
        )
    except ValueError as error:
        print(error, file=sys.stderr)
        return EXIT_BAD_INPUT
    if not every.isdecimal() or int(every) < 1:
        print(f"every must be a whole number above 0, got {every!r}", file=sys.stderr)
        return EXIT_BAD_INPUT
    run = start(config)
    try:
        return _train(run, int(every))
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def _train(run: Run, every: int) -> int:
    goal = run.config.iterations
    print(f"{'iteration':>9}  {'loss':<22}accuracy")
    try:
        while run.iteration < goal and not run.diverged:
            metrics = evaluate(run)
            print(
                f"{run.iteration:>9}  {metrics.train_loss!r:<22}{metrics.train_accuracy:.3f}",
                flush=True,
            )
            next_row = min(run.iteration + every, goal)
            while run.iteration < next_row and not run.diverged:
                # At most a second per call: Ctrl-C then knows how far the run has come.
                run = advance(run, next_row - run.iteration, seconds=1)
    except KeyboardInterrupt:
        print(f"Stopped at iteration {run.iteration}.", flush=True)
        raise
    if run.diverged:
        print(f"Diverged at iteration {run.iteration}: the loss is no longer finite.")
    metrics = evaluate(run)
    print(
        f"After {run.iteration} iterations: train accuracy {metrics.train_accuracy:.3f}, "
        f"test accuracy {metrics.test_accuracy:.3f}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
