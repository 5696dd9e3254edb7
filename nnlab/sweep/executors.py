"""Where the runs of a sweep are computed: local worker processes, or a Dask cluster."""

import math
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, wait
from contextlib import suppress
from functools import cache, partial
from typing import Any, NamedTuple

import loky

from nnlab.data.rules import BrokenRule
from nnlab.model.computing import keep_one_blas_thread

SCHEDULER = "NNLAB_DASK_SCHEDULER"  # the environment variable with a Dask scheduler's address
CONNECT_SECONDS = 2
MISSING_SECONDS = 10  # after which a cluster that was not there is searched for again
COUNT_SECONDS = 5  # for which the number of a cluster's workers is taken for granted
NICENESS = 10  # of local workers: the sessions that train on the page come first, ten to one


class Workers(NamedTuple):
    """Where tasks are computed.

    Attributes
    ----------
    executor : takes them
    at_once : how many it computes at a time, as of now: a cluster can grow
    connected : says whether it will answer; a Dask client that has lost its scheduler never does
    """

    executor: Executor
    at_once: int
    connected: Callable[[], bool] = lambda: True


class LocalPool(Executor):
    """Worker processes of this machine, started when they are first needed.

    Each is an executor of its own and gets one task at a time: when one dies, it is clear which
    task that has cost, and the others go on. Tasks begin in the order in which they come.

    The processes are loky's. Those of the standard library's pool would run the server's main
    script when they begin, and under Streamlit that is the page.

    Parameters
    ----------
    count : of the workers
    idle_seconds : after which a worker gives its memory back
    """

    def __init__(self, count: int, idle_seconds: float = 300) -> None:
        self._lock = threading.Lock()
        self._idle_seconds = idle_seconds
        self._workers = [self._worker() for _ in range(count)]
        self._free = list(self._workers)
        self._waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._unfinished: set[Future[Any]] = set()
        self._closed = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Compute fn(*args, **kwargs) as soon as a worker is free.

        The future fails with a BrokenExecutor if the worker dies of it.

        Raises
        ------
        RuntimeError
            If the pool is shut down.
        """
        future: Future[Any] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("cannot schedule new futures after shutdown")
            self._unfinished.add(future)
            self._waiting.append((future, partial(fn, *args, **kwargs)))
        self._deal()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more tasks; wait for those there are, and end the workers.

        Parameters
        ----------
        wait : if False, return at once; the workers end once nothing refers to the pool
        cancel_futures : tasks that have not begun never will
        """
        with self._lock:
            self._closed = True
            waiting = [future for future, _ in self._waiting]
        for future in waiting if cancel_futures else []:
            future.cancel()
            self._forget(future)
        if wait:
            with self._lock:
                unfinished = list(self._unfinished)
            _wait(unfinished)
            for worker in self._workers:
                worker.shutdown()

    def _deal(self) -> None:
        """Hand tasks that wait to workers that are free."""
        while True:
            with self._lock:
                if not (self._free and self._waiting):
                    return
                worker = self._free.pop()
                future, task = self._waiting.popleft()
            if not future.set_running_or_notify_cancel():
                self._release(worker)
                continue
            try:
                try:
                    computed = worker.submit(task)
                except BrokenExecutor:  # it has died while it had nothing to do
                    worker = self._replaced(worker)
                    computed = worker.submit(task)
            except RuntimeError as error:  # Python is shutting down
                self._release(worker)
                self._forget(future)
                future.set_exception(error)
            else:
                computed.add_done_callback(partial(self._finish, worker, future))

    def _finish(self, worker: Executor, future: Future[Any], computed: Future[Any]) -> None:
        error = computed.exception()
        self._release(self._replaced(worker) if isinstance(error, BrokenExecutor) else worker)
        self._deal()  # before whoever waits for this future can submit more: each in its turn
        self._forget(future)
        if error:
            future.set_exception(error)
        else:
            future.set_result(computed.result())

    def _worker(self) -> Executor:
        """Return an executor of one process, which starts with its first task."""
        worker: Executor = loky.ProcessPoolExecutor(
            1, timeout=self._idle_seconds, initializer=_begin, initargs=(os.getpid(),)
        )
        return worker

    def _replaced(self, dead: Executor) -> Executor:
        worker = self._worker()
        with self._lock:
            self._workers[self._workers.index(dead)] = worker
        return worker

    def _release(self, worker: Executor) -> None:
        with self._lock:
            self._free.append(worker)

    def _forget(self, future: Future[Any]) -> None:
        with self._lock:
            self._unfinished.discard(future)


_wait = wait  # `shutdown` has a parameter of that name


def _begin(server: int) -> None:
    """Prepare a worker process for its life beside the process that has started it."""
    keep_one_blas_thread()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's to handle
    if hasattr(os, "nice"):  # not on Windows
        os.nice(NICENESS)

    def end_with_the_server() -> None:
        while os.getppid() == server:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=end_with_the_server, daemon=True).start()


def shared_workers() -> Workers:
    """Return the workers that all sessions of this server share.

    They are those of the Dask cluster whose scheduler's address the environment variable
    NNLAB_DASK_SCHEDULER holds, or else local processes, one per core.

    Raises
    ------
    ValueError
        "NNLAB_DASK_SCHEDULER must <rule>, got <value>", if there is no such cluster, or what it
        takes to speak with one is not installed.
    """
    address = os.environ.get(SCHEDULER)
    with _choosing:
        cluster = _clusters.setdefault(address, Cluster(address)) if address else None
        return local_workers() if cluster is None else cluster.workers()


_choosing = threading.Lock()


@cache
def local_workers() -> Workers:
    """Return the worker processes of this machine, one per core."""
    count = loky.cpu_count()
    return Workers(LocalPool(count), count)


class Cluster:
    """A Dask cluster, as far as this server knows it.

    Sessions ask for it all the time: it is asked itself, or searched for, only now and then.

    Parameters
    ----------
    address : of its scheduler
    clock : says the time, in seconds
    """

    def __init__(self, address: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._address, self._clock = address, clock
        self._client: Any = None
        self._executor: Any = None
        self._count = 1
        self._counted = self._missed = -math.inf  # when, in seconds

    def workers(self) -> Workers:
        """Return its workers, or raise a ValueError."""
        client = self._connected_client()
        return Workers(
            self._executor,
            self._count_threads(client),
            lambda: client.status in {"running", "connecting"},  # the latter while it tries again
        )

    def _connected_client(self) -> Any:
        try:
            from distributed import Client  # noqa: PLC0415 - an optional extra
        except ModuleNotFoundError:
            must = "be unset, or distributed be installed (pip install distributed)"
            raise BrokenRule(SCHEDULER, must, repr(self._address)) from None
        status = self._client and self._client.status
        if status == "running":
            return self._client
        must = "be the address of a running Dask scheduler, like tcp://127.0.0.1:8786"
        refusal = BrokenRule(SCHEDULER, must, repr(self._address))
        if status == "connecting" or self._clock() - self._missed < MISSING_SECONDS:
            raise refusal
        if self._client:
            self._client.close()
        try:
            self._client = Client(self._address, timeout=CONNECT_SECONDS, set_as_default=False)
        # the last two for schemes that need more than an address, as tls and ucx do
        except (OSError, ValueError, TypeError, ImportError):
            self._client, self._missed = None, self._clock()
            raise refusal from None
        self._executor, self._counted = self._client.get_executor(pure=False), -math.inf
        return self._client

    def _count_threads(self, client: Any) -> int:
        if client.status == "running" and self._clock() - self._counted >= COUNT_SECONDS:
            self._counted = self._clock()
            with suppress(OSError):  # it is lost right now, which its status will tell
                threads = client.sync(client.scheduler.ncores, callback_timeout=CONNECT_SECONDS)
                self._count = max(1, sum(threads.values()))
        return self._count


_clusters: dict[str, Cluster] = {}
