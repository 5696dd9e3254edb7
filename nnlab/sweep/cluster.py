"""The workers that all sessions share: those of a Dask cluster, or of this machine."""

import gc
import math
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from nnlab.data.rules import BrokenRule
from nnlab.sweep.executors import Workers, local_workers

SCHEDULER = "NNLAB_DASK_SCHEDULER"  # the environment variable with a Dask scheduler's address
CONNECT_SECONDS = 2
FIRST_ANSWER_SECONDS = 10  # for the first caller, while Dask is imported and connects
MISSING_SECONDS = 10  # between two attempts to connect to a missing scheduler
COUNT_SECONDS = 5  # between two counts of a cluster's workers
ALIVE = {"running", "connecting"}  # a client that has lost its scheduler tries again for a while


def shared_workers() -> Workers:
    """Return the workers that all sessions of this server share.

    They are those of the Dask cluster whose scheduler is at the address in the environment variable
    NNLAB_DASK_SCHEDULER, or else local processes, one per core. Raises a BrokenRule if there is no
    such cluster, or Dask is not installed.
    """
    address = os.environ.get(SCHEDULER)
    if not address:
        return local_workers()
    if address not in _clusters:
        _clusters.setdefault(address, Cluster(address))  # two sessions may come at once
    return _clusters[address].workers()


class Cluster:
    """A Dask cluster, by its scheduler's address.

    Sessions ask for its workers at every tick. So a separate thread connects to the scheduler and
    counts the workers from time to time, and callers wait only for its first result.
    """

    def __init__(self, address: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._address, self._clock = address, clock
        self._lock = threading.Lock()  # never held while the scheduler is asked
        self._asking = False
        self._ask_again = -math.inf  # at this time
        self._answered = threading.Event()
        self._client: Any = None
        self._executor: Any = None
        self._count = 1
        self._must = "be the address of a running Dask scheduler, like tcp://127.0.0.1:8786"

    def workers(self) -> Workers:
        """Return its workers as last counted; raise a BrokenRule if there is no connection."""
        with self._lock:
            ask = not self._asking and self._clock() >= self._ask_again
            self._asking = self._asking or ask
        if ask:
            threading.Thread(target=self._ask, daemon=True).start()
        self._answered.wait(FIRST_ANSWER_SECONDS)
        client = self._client
        if client is None or client.status != "running":
            raise BrokenRule(SCHEDULER, self._must, repr(self._address))
        return Workers(self._executor, self._count, lambda: client.status in ALIVE)

    def _ask(self) -> None:
        """Connect to the scheduler if there is no connection, and count its workers."""
        pause = COUNT_SECONDS
        try:
            if self._client is None or self._client.status not in ALIVE:
                self._connect()
            if self._client.status == "running":
                ncores = self._client.scheduler.ncores
                threads = self._client.sync(ncores, callback_timeout=CONNECT_SECONDS)
                self._count = max(1, sum(threads.values()))
        except ModuleNotFoundError:
            self._must = "be unset, or the extra nnlab[cluster] be installed"
            self._must += " (in a clone: pip install '.[cluster]')"
            pause = MISSING_SECONDS
        # the last two come from schemes that need more than an address, such as tls and ucx
        except (OSError, ValueError, TypeError, ImportError):
            pause = MISSING_SECONDS
        finally:
            with self._lock:
                self._asking, self._ask_again = False, self._clock() + pause
            self._answered.set()

    def _connect(self) -> None:
        from distributed import Client  # noqa: PLC0415 - an optional extra

        lost, self._client = self._client, None
        if lost:
            with suppress(OSError):
                lost.close(timeout=CONNECT_SECONDS)
        # A client that failed to start is closed when Python collects it. If that happened inside
        # the next client's start, in the same thread, Dask would wait for its own lock for ever.
        gc.collect()
        client = Client(self._address, timeout=CONNECT_SECONDS, set_as_default=False)
        self._executor = client.get_executor(pure=False)
        self._client = client


_clusters: dict[str, Cluster] = {}
