"""Executors in this process, for tests that decide when a task is done."""

from collections.abc import Callable
from concurrent.futures import Executor, Future

from tests.helpers.waiting import wait_until


class ByHand(Executor):
    """An executor whose tasks wait until a test computes them."""

    def __init__(self) -> None:
        self.tasks: list[Callable[[], None]] = []

    def submit(self, fn: Callable, /, *args: object, **kwargs: object) -> Future:
        """Keep the task."""
        future: Future = Future()
        self.tasks.append(lambda: future.set_result(fn(*args, **kwargs)))
        return future

    def kill(self) -> None:
        """Do nothing, as there are no processes."""

    def compute(self, count: int = 1) -> None:
        """Compute the tasks that have waited longest, if there are any."""
        for _ in range(count):
            if self.tasks:
                self.tasks.pop(0)()

    def compute_all(self) -> None:
        """Compute all tasks, and those that follow from them."""
        wait_until(lambda: not self.tasks, lambda _: self.compute())


class Immediately(ByHand):
    """An executor that computes each task at once."""

    def submit(self, fn: Callable, /, *args: object, **kwargs: object) -> Future:
        """Compute the task."""
        future = super().submit(fn, *args, **kwargs)
        self.compute()
        return future
