"""Makes the files that take seconds: one at a time on the server, and few for each session."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TypeVar

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from nnlab.app.turns import turn

File = TypeVar("File", str, bytes)
MAX_ASKED = 2  # files that a session may wait for at a time

_asked: Counter[str] = Counter()  # by session
_counting, _making = Lock(), Lock()


def made_in_turn(make: Callable[[], File]) -> Callable[[], File]:
    """Return the function that makes a file, wrapped so that each call waits for its turn.

    A call raises a ValueError if this session has ended, or already waits for MAX_ASKED files; the
    page shows its sentence.
    """
    context = get_script_run_ctx()
    session = context.session_id if context else ""

    def made() -> File:
        _check_is_open(session)
        with _place(session), _making:
            _check_is_open(session)  # it may have ended while it waited
            with turn(session):
                return make()

    return made


def _check_is_open(session: str) -> None:
    if runtime.exists() and not runtime.get_instance().is_active_session(session):
        raise ValueError("This session has ended: reload the page.")


@contextmanager
def _place(session: str) -> Iterator[None]:
    with _counting:
        if _asked[session] >= MAX_ASKED:
            raise ValueError(f"{MAX_ASKED} files are already being made: wait for one of them.")
        _asked[session] += 1
    try:
        yield
    finally:
        with _counting:
            _asked[session] -= 1
            if not _asked[session]:
                del _asked[session]
