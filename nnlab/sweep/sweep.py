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
from nnlab.sweep.limits import MAX_AT_ONCE, check_count, check_runs
from nnlab.sweep.runs import Progress, Result, compute_slice, failed
from nnlab.training.config import Config

UNWATCHED_SECONDS = 30  # without a request for its results, after which a sweep rests


class Sweep:
    """Many runs over an executor. It begins at once, and its results come as runs finish.

    A run is a chain of tasks of SLICE_SECONDS each; each task hands the run's state to the next.
    So any executor will do, a cancelled sweep frees its workers within a slice, and sweeps that
    share an executor take turns. A failed task, whose worker died for instance, is tried once more;
    if it fails again, its run ends with an error.

    The sweep has no thread of its own: whenever a task ends, the next one is submitted. It rests
    when nobody has asked for its results for UNWATCHED_SECONDS, and goes on when somebody does. So
    a session that has ended keeps no workers busy.

    Parameters
    ----------
    configs : the settings of the runs, which begin in this order
    executor : where they are computed; by default the workers that all sessions share
    at_once : how many tasks to submit at a time, at most MAX_AT_ONCE; by default one per shared
        worker, including those that join later, or one per core if `executor` is given
    shared : returns the workers that all sessions share
    compute : the task: computes one slice of a run
    clock : returns the time in seconds

    Attributes
    ----------
    total : how many runs there are
    paused : whether the sweep waits for `resume`
    cancelled : whether the sweep was cancelled before all its runs had ended

    Raises
    ------
    BrokenRule
        If there are too many runs, one is too large or has no training points, or there are no
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
        check_runs(configs)
        self._shared, self._compute, self.clock = shared, compute, clock
        workers = shared() if executor is None else Workers(executor, loky.cpu_count())
        self.total = len(configs)
        self.paused = self.cancelled = self._filling = False
        self._workers, self._at_once = workers, min(at_once or workers.at_once, MAX_AT_ONCE)
        self._grows = executor is None and at_once is None  # with the workers that join later
        # Never held while an executor is called: it may call back at once, from any thread.
        self._lock = threading.Lock()
        self._waiting = deque(Progress(*numbered) for numbered in enumerate(configs))
        self._in_flight: dict[int, Progress] = {}  # index -> how far the run was
        self._tried_again: set[int] = set()
        self._results: list[Result] = []
        self._watched = self.clock()
        self._busy_seconds, self._busy_since = 0.0, 0.0
        self._fill()

    @property
    def results(self) -> list[Result]:
        """Return the results so far, in the order of their arrival, and watch the sweep."""
        self.watch()
        with self._lock:
            return list(self._results)

    def watch(self) -> None:
        """Keep the sweep from resting."""
        if self._grows and not self.finished and self._workers.connected():
            with suppress(ValueError):  # the connection is lost right now
                self._at_once = min(self._shared().at_once, MAX_AT_ONCE)
        with self._lock:
            self._watched = self.clock()
            if not (self.cancelled or self._workers.connected()):
                self._give_up()
        self._fill()

    @property
    def done(self) -> int:
        """Return how many runs have ended, in whatever way."""
        return len(self._results)

    @property
    def finished(self) -> bool:
        """Say whether no more results will come."""
        return self.cancelled or self.done == self.total

    @property
    def seconds_left(self) -> float | None:
        """Extrapolate from the updates made so far, without pauses; None before the first."""
        with self._lock:
            unfinished = [*self._waiting, *self._in_flight.values()]
            made = self.done + sum(progress.fraction for progress in unfinished)
            if not made:
                return None
            now = self.clock() - self._busy_since if self._in_flight else 0.0
            return (self._busy_seconds + now) / made * (self.total - made)

    def pause(self) -> None:
        """Submit no more tasks; those already submitted end within a slice, and keep their work."""
        self.paused = True

    def resume(self) -> None:
        """Go on after a pause."""
        with self._lock:
            self.paused = False
            self._watched = self.clock()
        self._fill()

    def cancel(self) -> None:
        """End the sweep at once; only the results so far are kept."""
        with self._lock:
            self.cancelled = self.cancelled or not self.finished
            self._waiting.clear()

    def _fill(self) -> None:
        """Submit as many tasks as there may be at once."""
        with self._lock:
            if self._filling:  # another call, maybe the one that led here, submits them
                return
            self._filling = True
        while progress := self._next():
            try:
                future = self._workers.executor.submit(self._compute, progress)
            except Exception as error:  # each executor has its own error for being closed
                self._end(progress.index, error)
            else:
                future.add_done_callback(partial(self._finish, progress.index))

    def _next(self) -> Progress | None:
        """Return the next run to compute, or None, which ends `_fill`."""
        with self._lock:
            if (
                not self._waiting
                or self.paused
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
        """Keep the outcome of a task, and submit the next one."""
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
            if self.cancelled:
                return
            if isinstance(outcome, BaseException):
                outcome = self._after_failure(progress, outcome)
            if isinstance(outcome, Result):
                self._results.append(outcome)
            else:
                self._waiting.appendleft(outcome)  # before the runs that have not begun

    def _after_failure(self, progress: Progress, error: BaseException) -> Progress | Result:
        """Return the run to try once more, or its end after a second failure."""
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
        lost = "The connection to the cluster is lost"
        self._results += [failed(progress, lost) for progress in unfinished]
