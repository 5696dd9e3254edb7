"""The command line `python -m nnlab`: trains a network, runs a sweep, checks lessons and receipts.

It imports what it needs only when it runs, so that Ctrl-C works from the first moment.
"""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nnlab import __version__, process_end

if TYPE_CHECKING:
    from nnlab.training.command_line import Writer
    from nnlab.training.config import Config

SUBCOMMANDS = ("train", "sweep", "lesson", "verify")


def main(arguments: Sequence[str] | None = None, name: str = "python -m nnlab") -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments : of the command line; None: those of the process
    name : what its help calls the command
    """
    given = sys.argv[1:] if arguments is None else arguments
    return process_end.exit_code_of(lambda: _dispatch(given, name))


def _dispatch(arguments: Sequence[str], name: str) -> int:
    if arguments[:1] == ["sweep"]:
        from nnlab.sweep import command_line as sweep  # noqa: PLC0415

        return sweep.main(arguments[1:], f"{name} sweep")

    if arguments[:1] == ["lesson"]:
        from nnlab.lessons import lesson_commands  # noqa: PLC0415

        return lesson_commands.main(arguments[1:], f"{name} lesson")

    if arguments[:1] == ["verify"]:
        from nnlab.lessons import verify_command  # noqa: PLC0415

        return verify_command.main(arguments[1:], f"{name} verify", __version__)

    from nnlab.training import command_line as train  # noqa: PLC0415

    if arguments[:1] == ["train"]:
        arguments, name = arguments[1:], f"{name} train"
    return train.main(arguments, name, __version__, _writer)


def _writer(names: Sequence[str], config: "Config") -> "Writer":
    """Return what saves a run in files."""
    from nnlab.export.run_files import writer  # noqa: PLC0415

    return writer(names, config)


if __name__ == "__main__":
    sys.exit(process_end.run_with_signals(main))
