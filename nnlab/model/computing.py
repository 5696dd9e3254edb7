"""How nnlab computes: with one BLAS thread, and without warnings of overflow.

A second thread gains nothing on products as small as a network's. If other sessions need its
core, it makes an iteration up to twenty times slower. With one thread, the last digits are also the
same for any number of cores.

BLAS has one thread limit for the whole process, which other libraries share. So nnlab sets it while
it computes, and restores it afterwards.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]  # ships no types


class _OneThread:
    """A limit of one BLAS thread while any call is inside: calls may nest and interleave.

    If two interleaved calls each had their own limit, the first to end would lift the limit of the
    other, and the second would then restore the limit of the first.
    """

    def __init__(self) -> None:
        self._lock, self._inside = Lock(), 0
        self._limit: Any = None

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                _let_any_thread_set_the_limit()
                self._limit = _blas().limit(limits=1)
            self._inside += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                _let_any_thread_set_the_limit()
                self._limit.restore_original_limits()
                _let_any_thread_set_the_limit()


def _let_any_thread_set_the_limit() -> None:
    # threadpoolctl obeys only the first thread that sets OpenBLAS's limit, until this is cleared
    for library in _blas().lib_controllers:
        if library.internal_api == "openblas":
            library.clear_controlling_thread(force=True)


@cache
def _blas() -> Any:
    # looks through all loaded libraries, in 5 to 30 ms
    return ThreadpoolController().select(user_api="blas")


_one_thread = _OneThread()


@contextmanager
def computing() -> Iterator[None]:
    """Compute on one BLAS thread and without NumPy's warnings; also a decorator, `@computing()`.

    `advance` detects and reports divergence itself, so NumPy need not warn of overflow.
    """
    with _one_thread, np.errstate(over="ignore", invalid="ignore"):
        yield


def keep_one_blas_thread() -> None:
    """Limit BLAS to one thread for the rest of this process, which must belong to nnlab."""
    _one_thread.__enter__()
