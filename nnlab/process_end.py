"""How the process ends: by itself, by Ctrl-C or SIGTERM, or because output cannot be written.

It imports nothing from nnlab, so that the process can call it before all other imports.
"""

import os
import signal
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType
from typing import IO, Literal

EXIT_NO_OUTPUT, EXIT_BAD_INPUT = 1, 2


class _Signals:
    """The signals that ask the process to end."""

    first: int | None = None  # the number of the first one received
    # what a signal does: end the process at once, end it as `sys.exit` does, or only set `first`
    effect: Literal["at once", "exit", "none"] = "at once"


def _receive(number: int, _frame: FrameType | None) -> None:
    _Signals.first = number
    _ignore_signals()  # the process is ending already: a second signal changes nothing
    if _Signals.effect == "at once":
        # An exception would not do: a library may replace it with another during its import.
        os.write(2, b"Stopped before it began.\n")
        os._exit(signal_exit_code())
    if _Signals.effect == "exit":
        say("Stopped.")
        sys.exit(signal_exit_code())


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def run_with_signals(main: Callable[[], int]) -> int:
    """Run a main function that Ctrl-C and SIGTERM can end, and return the exit code.

    A signal ends the process at once, until `note_signals` or `exit_on_signal` is called. A signal
    that the process ignores, such as Ctrl-C in the background of a shell, stays ignored.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _receive)
    try:
        return main()
    finally:
        _ignore_signals()  # while Python cleans up


def note_signals() -> Callable[[], bool]:
    """From here on, only note a signal; return a function that says whether one has come.

    The caller ends the process itself. The signal raises no exception, which could strike anywhere,
    even where it does harm.
    """
    _Signals.effect = "none"
    return lambda: _Signals.first is not None


def exit_on_signal() -> None:
    """From here on, a signal ends the process as `sys.exit` does.

    A server handles signals itself. When it has stopped, it sends itself the signal once more.
    """
    _Signals.effect = "exit"


def pass_only_the_first_signal() -> None:
    """From here on, the present handlers get the first signal and no other.

    At a second one, a server ends without cleaning up, and logs the tracebacks of what it cut off.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        handler = signal.getsignal(number)
        if callable(handler):
            signal.signal(number, partial(_pass_first, handler))


def _pass_first(
    handler: Callable[[int, FrameType | None], object], number: int, frame: FrameType | None
) -> None:
    _ignore_signals()
    handler(number, frame)


def signal_exit_code() -> int:
    """Return the exit code that shells expect of a process that a signal has ended."""
    return 128 + (_Signals.first or signal.SIGINT)


class OutputError(Exception):
    """The output cannot be written; the cause is an OSError."""


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError from error


@_writing()
def say(sentence: str) -> None:
    """Print a sentence about the process itself, or raise an OutputError."""
    print(sentence, file=sys.stderr, flush=True)


@_writing()
def write(text: str, file: IO[str]) -> None:
    """Write text to a file at once, and keep no part of it there if the disk is full.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    try:
        number = file.fileno()
    except OSError:  # it is in memory
        file.write(text)
        return
    status = os.fstat(number)
    rest = text.encode()
    try:
        while rest:  # not with `file.write`, which may write only a part to an unbuffered file
            rest = rest[os.write(number, rest) :]
    except OSError:
        if stat.S_ISREG(status.st_mode):  # not a pipe or a device
            os.ftruncate(number, status.st_size)
        raise


def exit_code_of(main: Callable[[], int]) -> int:
    """Run a main function to its end, even if its output cannot be written; return the exit code.

    An OutputError becomes one sentence and EXIT_NO_OUTPUT.
    """
    try:
        try:
            return main()
        finally:
            with _writing():
                sys.stdout.flush()
    except KeyboardInterrupt:  # the caller has set no handlers for the signals
        return signal_exit_code()
    except OutputError as error:
        _drop_output()
        cause = error.__cause__
        # after a BrokenPipeError, `| head` has read enough: no message is needed
        if isinstance(cause, OSError) and not isinstance(cause, BrokenPipeError):
            with suppress(OutputError):  # if it is standard error that cannot be written
                say(f"The output cannot be written: {cause.strerror}.")
    return EXIT_NO_OUTPUT


def _drop_output() -> None:
    """Discard the output that Python still holds: writing it at the exit would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
