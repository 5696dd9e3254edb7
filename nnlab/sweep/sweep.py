"""A sweep: many runs over an executor, and their results as they come."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Executor, Future
from contextlib import suppress
from functools import partial

import loky

from nnlab.sweep.cluster import shared_workers
from nnlab.sweep.executors import Workers
from nnlab.sweep.limits import MAX_AT_ONCE, check_count, check_points_and_sizes
from nnlab.sweep.runs import Progress, Result, compute_slice, failed
from nnlab.training.config import Config

UNWATCHED_SECONDS = 30  # after which a sweep rests whose results nobody has asked for


class Sweep:
    """Many runs over an executor. It begins at once, and its results come as runs finish.

    A run is a chain of tasks of SLICE_SECONDS each, with the run's state handed from one to the
    next. So any executor will do, a worker is free again within a slice of the moment at which
    nobody wants its task any more, and the sweeps that share an executor take turns. A task that
    fails, as when its worker dies, is tried once more; a run whose task fails again ends with
    an error.

    The sweep has no thread of its own: whenever a task ends, the next one is submitted. It rests
    while nobody has asked for its results for UNWATCHED_SECONDS, and goes on when somebody does: a
    session that has ended, which nobody may notice, needs no workers.

    Parameters
    ----------
    configs : the settings of the runs, which begin in this order
    executor : where they are computed; by default the workers that all sessions share
    at_once : how many tasks are there at a time, at most MAX_AT_ONCE; by default as many as there
        are shared workers, those that join later too, or as this machine has cores
    shared : returns the workers that all sessions share
    compute : is the task
    clock : says the time, in seconds

    Raises
    ------
    ValueError
        If there are too many runs, too large ones or one without training points, or there are no
        workers.
    """

    def __init__(
        self,
        configs: Sequence[Config],
        executor: Executor | None = None,
        at_once: int | None = None,
        *,
        shared: Callable[[], Workers] = shared_workers,
        compute: Callable[[Progress], Progress | Result] = compute_slice,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        check_count(len(configs))
        check_points_and_sizes(configs)
        self._shared, self._compute, self.clock = shared, compute, clock
        workers = shared() if executor is None else Workers(executor, loky.cpu_count())
        self.configs = tuple(configs)
        self._workers, self._at_once = workers, min(at_once or workers.at_once, MAX_AT_ONCE)
        self._grows = executor is None and at_once is None  # with the workers that join later
        # Never held while an executor is called, which may call back from any thread, also at once.
        self._lock = threading.Lock()
        self._waiting = deque(Progress(*numbered) for numbered in enumerate(configs))
        self._in_flight: dict[int, Progress] = {}  # index -> how far the run was
        self._tried_again: set[int] = set()
        self._results: list[Result] = []
        self._paused = self._cancelled = self._filling = False
        self._watched = self.clock()
        self._busy_seconds, self._busy_since = 0.0, 0.0
        self._fill()

    @property
    def results(self) -> list[Result]:
        """Return the results so far, in the order in which they came; asking keeps them coming."""
        self.watch()
        with self._lock:
            return list(self._results)

    def watch(self) -> None:
        """Keep the results coming, as asking for them does."""
        if self._grows and not self.finished and self._workers.connected():
            with suppress(ValueError):  # the connection is lost right now
                self._at_once = min(self._shared().at_once, MAX_AT_ONCE)
        with self._lock:
            self._watched = self.clock()
            if not (self._cancelled or self._workers.connected()):
                self._give_up()
        self._fill()

    @property
    def done(self) -> int:
        """Return how many runs have ended, in whatever way."""
        return len(self._results)

    @property
    def total(self) -> int:
        """Return how many runs there are to be."""
        return len(self.configs)

    @property
    def paused(self) -> bool:
        """Say whether the sweep waits for `resume`."""
        return self._paused

    @property
    def cancelled(self) -> bool:
        """Say whether the sweep was cancelled before all its runs had ended."""
        return self._cancelled

    @property
    def finished(self) -> bool:
        """Say whether no more results will come."""
        return self._cancelled or self.done == self.total

    @property
    def seconds_left(self) -> float | None:
        """Return about how long the rest will take, or None while nothing is known.

        As long as the updates made until now have taken, extrapolated; pauses do not count.
        """
        with self._lock:
            unfinished = [*self._waiting, *self._in_flight.values()]
            made = self.done + sum(progress.fraction for progress in unfinished)
            if not made:
                return None
            now = self.clock() - self._busy_since if self._in_flight else 0.0
            return (self._busy_seconds + now) / made * (self.total - made)

    def pause(self) -> None:
        """Begin no more tasks; those there are end within a slice, and nothing is lost."""
        self._paused = True

    def resume(self) -> None:
        """Go on after a pause."""
        with self._lock:
            self._paused = False
            self._watched = self.clock()
        self._fill()

    def cancel(self) -> None:
        """End the sweep at once; it keeps the results so far, and takes no more."""
        with self._lock:
            self._cancelled = self._cancelled or not self.finished
            self._waiting.clear()

    def _fill(self) -> None:
        """Submit tasks, as many as there may be at once."""
        with self._lock:
            if self._filling:  # somebody, maybe the caller, who will look for more by himself
                return
            self._filling = True
        while progress := self._next():
            try:
                future = self._workers.executor.submit(self._compute, progress)
            except Exception as error:  # each executor has its own way to say that it is closed
                self._end(progress.index, error)
            else:
                future.add_done_callback(partial(self._finish, progress.index))

    def _next(self) -> Progress | None:
        """Take the next run to be computed, or end the filling."""
        with self._lock:
            if (
                not self._waiting
                or self._paused
                or len(self._in_flight) >= self._at_once
                or self.clock() - self._watched >= UNWATCHED_SECONDS
            ):
                self._filling = False
                return None
            progress = self._waiting.popleft()
            if not self._in_flight:
                self._busy_since = self.clock()
            self._in_flight[progress.index] = progress
            return progress

    def _finish(self, index: int, future: Future[Progress | Result]) -> None:
        """Take what a task has brought, and submit the next one."""
        error = CancelledError() if future.cancelled() else future.exception()
        self._end(index, error or future.result())
        self._fill()

    def _end(self, index: int, outcome: Progress | Result | BaseException) -> None:
        with self._lock:
            progress = self._in_flight.pop(index, None)
            if not progress:  # given up
                return
            if not self._in_flight:
                self._busy_seconds += self.clock() - self._busy_since
            if self._cancelled:
                return
            if isinstance(outcome, BaseException):
                outcome = self._after_failure(progress, outcome)
            if isinstance(outcome, Result):
                self._results.append(outcome)
            else:
                self._waiting.appendleft(outcome)  # what has begun comes before what has not

    def _after_failure(self, progress: Progress, error: BaseException) -> Progress | Result:
        """Let a run be tried once more, or end it."""
        if progress.index not in self._tried_again:
            self._tried_again.add(progress.index)
            return progress
        what = str(error).strip().partition("\n")[0]
        cause = f"{type(error).__name__}{what and ': '}{what}"[:200]
        return failed(progress, f"It failed twice, the second time with {cause}")

    def _give_up(self) -> None:
        """End the runs whose workers are lost."""
        unfinished = [*self._in_flight.values(), *self._waiting]
        self._in_flight.clear()
        self._waiting.clear()
        self._results += [
            failed(each, "The connection to the cluster is lost") for each in unfinished
        ]
