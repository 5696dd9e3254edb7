"""A sweep: many runs over an executor, and their results as they come."""

import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import CancelledError, Executor, Future

import loky

from nnlab.config import Config
from nnlab.sweep.executors import Workers, shared_workers
from nnlab.sweep.limits import MAX_AT_ONCE, check_count, check_sizes
from nnlab.sweep.runs import Progress, Result, compute_slice, failed

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
        are shared workers, or as this machine has cores

    Raises
    ------
    ValueError
        If there are too many runs or too large ones, or there are no workers.
    """

    def __init__(
        self,
        configs: Sequence[Config],
        executor: Executor | None = None,
        at_once: int | None = None,
    ) -> None:
        check_count(len(configs))
        check_sizes(configs)
        workers = Workers(executor, loky.cpu_count()) if executor else shared_workers()
        self.configs = tuple(configs)
        self._workers, self._at_once = workers, min(at_once or workers.at_once, MAX_AT_ONCE)
        # reentrant: a future may be done before it is given its callback
        self._lock = threading.RLock()
        self._waiting = deque(Progress(*numbered) for numbered in enumerate(configs))
        self._in_flight: dict[Future[Progress | Result], Progress] = {}
        self._tried_again: set[int] = set()
        self._results: list[Result] = []
        self._paused = self._cancelled = self._filling = False
        self._watched = time.monotonic()
        self._busy_seconds, self._busy_since = 0.0, 0.0
        self._fill()

    @property
    def results(self) -> list[Result]:
        """Return the results so far, in the order in which they came; asking keeps them coming."""
        with self._lock:
            self._watched = time.monotonic()
            if not self._workers.connected():
                self._give_up()
            self._fill()
            return list(self._results)

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
            open_ = [*self._waiting, *self._in_flight.values()]
            made = self.done + sum(
                each.run.iteration / each.config.iterations for each in open_ if each.run
            )
            if not made:
                return None
            now = time.monotonic() - self._busy_since if self._in_flight else 0.0
            return (self._busy_seconds + now) / made * (self.total - made)

    def pause(self) -> None:
        """Begin no more tasks; those there are end within a slice, and nothing is lost."""
        self._paused = True

    def resume(self) -> None:
        """Go on after a pause."""
        with self._lock:
            self._paused = False
            self._watched = time.monotonic()
            self._fill()

    def cancel(self) -> None:
        """End the sweep at once; it keeps the results so far, and takes no more."""
        with self._lock:
            self._cancelled = self._cancelled or not self.finished
            self._waiting.clear()

    def _fill(self) -> None:
        """Submit tasks, as many as there may be at once."""
        if self._filling:  # by whom this call comes from, within its loop
            return
        self._filling = True
        while (
            self._waiting
            and not self._paused
            and len(self._in_flight) < self._at_once
            and time.monotonic() - self._watched < UNWATCHED_SECONDS
        ):
            self._submit(self._waiting.popleft())
        self._filling = False

    def _submit(self, progress: Progress) -> None:
        try:
            future = self._workers.executor.submit(compute_slice, progress)
        except Exception as error:  # every executor that is closed or lost has an error of its own
            self._take_failure(progress, error)
            return
        if not self._in_flight:
            self._busy_since = time.monotonic()
        self._in_flight[future] = progress
        future.add_done_callback(self._finish)

    def _finish(self, future: Future[Progress | Result]) -> None:
        """Take what a task has brought, and submit the next one."""
        with self._lock:
            progress = self._in_flight.pop(future, None)
            if progress and not self._in_flight:
                self._busy_seconds += time.monotonic() - self._busy_since
            if self._cancelled or not progress:
                return
            error = CancelledError() if future.cancelled() else future.exception()
            if error:
                self._take_failure(progress, error)
            else:
                self._take(future.result())
            self._fill()

    def _take(self, computed: Progress | Result) -> None:
        if isinstance(computed, Result):
            self._results.append(computed)
        else:
            self._waiting.appendleft(computed)  # what has begun comes before what has not

    def _take_failure(self, progress: Progress, error: BaseException) -> None:
        if progress.index in self._tried_again:
            what = str(error).strip().partition("\n")[0]
            cause = f"{type(error).__name__}{what and ': '}{what}"[:200]
            self._take(failed(progress, f"It failed twice, the second time with {cause}"))
        else:
            self._tried_again.add(progress.index)
            self._take(progress)

    def _give_up(self) -> None:
        """End the runs that nobody will answer for."""
        unfinished = [*self._in_flight.values(), *self._waiting]
        self._in_flight.clear()
        self._waiting.clear()
        self._results += [
            failed(each, "The connection to the cluster is lost") for each in unfinished
        ]
