"""Worker processes of this machine, which compute the runs of sweeps."""

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, wait
from contextlib import suppress
from functools import cache, partial
from multiprocessing import active_children, resource_tracker
from typing import Any, NamedTuple

import loky

from nnlab.model.computing import keep_one_blas_thread

NICENESS = 10  # of local workers: training on the page gets about ten times their computing time


class Workers(NamedTuple):
    """Where tasks are computed.

    Attributes
    ----------
    executor : takes them
    at_once : how many it computes at a time at present, as a cluster can grow
    connected : returns whether results can still come: False once Dask has lost its scheduler
    """

    executor: Executor
    at_once: int
    connected: Callable[[], bool] = lambda: True


class LocalPool(Executor):
    """Worker processes of this machine, started when they are first needed.

    Each is an executor of its own and gets one task at a time: when it dies, only that task fails,
    and the others go on. Tasks begin in the order of `submit`. A worker without a task for
    `idle_seconds` ends, and frees its memory.

    The processes are loky's, since those of the standard library run the server's main script when
    they begin, and under Streamlit that is the page.
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

        The future fails with a BrokenExecutor if the worker dies meanwhile. Raises a RuntimeError
        if the pool is shut down.
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
        """Accept no more tasks, finish or cancel those submitted, and end the workers.

        If `wait` is False, return at once; the workers end when nothing refers to the pool.
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

    def kill(self) -> None:
        """End the workers at once, whatever they are computing.

        This ends all child processes of `multiprocessing`, so the whole process must end after it.
        """
        self.shutdown(wait=False, cancel_futures=True)
        processes = active_children()
        for process in processes:
            process.terminate()
            # A process that began after this one got its signal ignores SIGTERM.
            if process.pid and hasattr(signal, "SIGKILL"):  # not on Windows
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
        for process in processes:
            process.join()
        for worker in self._workers:
            _end_results(worker)
        self.shutdown()
        # The threads that feed loky's queues end by now. They free semaphores last, and if the
        # process ended meanwhile, a warning would be its last word.
        for thread in threading.enumerate():
            if thread.name == "QueueFeederThread":
                thread.join()

    def _deal(self) -> None:
        """Hand waiting tasks to free workers."""
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
                    computed = _submitted(worker, task)
                except BrokenExecutor:  # it died while it was idle
                    if self._closed:
                        raise
                    worker = self._replaced(worker)
                    computed = _submitted(worker, task)
            except RuntimeError as error:  # this pool, or Python, is shutting down
                self._release(worker)
                self._forget(future)
                future.set_exception(error)
            else:
                computed.add_done_callback(partial(self._finish, worker, future))

    def _finish(self, worker: Executor, future: Future[Any], computed: Future[Any]) -> None:
        error = computed.exception()
        died = isinstance(error, BrokenExecutor) and not self._closed
        self._release(self._replaced(worker) if died else worker)
        self._deal()  # first: callbacks of the future may submit more tasks, which must queue
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


def _submitted(worker: Executor, task: Callable[[], Any]) -> Future[Any]:
    """Submit a task; if this starts a process, Ctrl-C does not reach it before `_begin`."""
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        return worker.submit(task)
    resource_tracker.ensure_running()  # loky starts it with the first process: it unblocks SIGINT
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return worker.submit(task)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _end_results(worker: loky.ProcessPoolExecutor) -> None:
    """Let the executor of a dead process see that no result will come.

    If the process died while it sent a result, loky waits for the rest of it, for ever, as this
    process has the pipe open for writing, too.
    """
    with suppress(OSError), open(os.devnull, "wb") as nothing:  # loky may have closed the pipe
        # loky may close it at this moment, too: so the pipe is replaced, and not closed twice.
        os.dup2(nothing.fileno(), worker._result_queue._writer.fileno())


def _begin(server: int) -> None:
    """Prepare a worker process, which ends when the server that started it ends."""
    keep_one_blas_thread()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server handles Ctrl-C
    if hasattr(os, "nice"):  # not on Windows
        os.nice(NICENESS)

    def end_with_the_server() -> None:
        while os.getppid() == server:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=end_with_the_server, daemon=True).start()


@cache
def local_workers() -> Workers:
    """Return the worker processes of this machine, one per core."""
    count = loky.cpu_count()
    return Workers(LocalPool(count), count)
