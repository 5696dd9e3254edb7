"""How a command ends: by itself, by Ctrl-C or SIGTERM, or because its output cannot be written.

It imports nothing of nnlab, so that a command can call it first.
"""

import os
import signal
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import IO, Literal

EXIT_NO_OUTPUT, EXIT_BAD_INPUT = 1, 2


class _Signals:
    """The signals that ask the process to end."""

    first: int | None = None  # the number of the first one that came
    # what it does: ends the process at once, ends it as `sys.exit` does, or nothing else
    effect: Literal["at once", "exit", "none"] = "at once"


def _receive(number: int, _frame: FrameType | None) -> None:
    _Signals.first = number
    _ignore_signals()  # the process is ending already, and a second one changes nothing
    if _Signals.effect == "at once":
        # An exception would not do: libraries turn one into another while they are imported.
        os.write(2, b"Stopped before it began.\n")
        os._exit(exit_code())
    if _Signals.effect == "exit":
        say("Stopped.")
        sys.exit(exit_code())


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def run_as_process(main: Callable[[], int]) -> int:
    """Run a command that Ctrl-C and SIGTERM end, at once before it has begun; return the exit code.

    A signal that the process ignores, as Ctrl-C in the background of a shell, stays ignored.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _receive)
    try:
        return main()
    finally:
        _ignore_signals()  # while Python clears up


@contextmanager
def begun() -> Iterator[Callable[[], bool]]:
    """From here on, the command ends itself when a signal has come.

    Yields a function that says whether one has. No exception is raised, as it would come at any
    place, also where it does harm.
    """
    _Signals.effect = "none"
    yield lambda: _Signals.first is not None


def serve() -> None:
    """From here on, a signal ends the process as `sys.exit` does.

    A server takes signals itself. When it has stopped, it sends itself the signal once more.
    """
    _Signals.effect = "exit"


def exit_code() -> int:
    """Return the exit code of a command that a signal has ended, as shells count it."""
    return 128 + (_Signals.first or signal.SIGINT)


def say(sentence: str) -> None:
    """Print a sentence about the command itself."""
    print(sentence, file=sys.stderr, flush=True)


def write(text: str, file: IO[str]) -> None:
    """Write whole lines to a file at once; if a disk gets full, no part of them stays in it."""
    try:
        number = file.fileno()
    except OSError:  # it is in memory
        file.write(text)
        return
    status = os.fstat(number)
    rest = text.encode()
    try:
        while rest:  # not with `file.write`: if Python does not buffer it, it may write a part only
            rest = rest[os.write(number, rest) :]
    except OSError:
        if stat.S_ISREG(status.st_mode):  # and not a pipe or a device
            os.ftruncate(number, status.st_size)
        raise


def run(main: Callable[[], int]) -> int:
    """Run a command to its end and return the exit code."""
    try:
        try:
            return main()
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:  # of a caller who has not taken the signals
        return exit_code()
    except BrokenPipeError:  # `| head` has read enough, and needs no message
        _drop_output()
    except OSError as error:
        _drop_output()
        with suppress(OSError):  # if it is standard error that cannot be written
            say(f"The output cannot be written: {error.strerror}.")
    return EXIT_NO_OUTPUT


def _drop_output() -> None:
    """Let what Python still holds of the output go nowhere: it would fail again at the exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
