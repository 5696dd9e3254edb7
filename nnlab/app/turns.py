"""Turns to compute: the sessions of one server compute one at a time, in a fair queue."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from time import perf_counter
from typing import NamedTuple, ParamSpec, TypeVar

from nnlab.figures.plane_picture import png
from nnlab.inspection.observation import Observation, observe
from nnlab.inspection.plane_view import PlaneView, ViewOptions, view_plane
from nnlab.training.run import Run, advance

Clock = Callable[[], float]
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
BUDGET_SECONDS = 0.06  # of training in one tick, so that the page responds at any speed
MAX_FRAMES = 4  # boundary pictures per tick when nobody else is waiting
# Parameters times pictures per tick: a large network takes longer to draw than to train.
MAX_DRAWN_PARAMETERS = 60_000

# Many threads that make small NumPy calls spend their time waiting for the interpreter lock. With
# one computing at a time, forty sessions make four times as many ticks.
_queue: deque[threading.Event] = deque()  # the thread that computes, then those that wait
_queue_lock = threading.Lock()  # Python's own locks promise no order
_thread = threading.local()  # `turn` is the thread's own event while it has a turn


@contextmanager
def turn() -> Iterator[int]:
    """Wait for this thread's turn to compute, first come, first served; yield how many others wait.

    Only computing belongs inside: while a turn waits for something, all other sessions wait too.
    A turn within a turn is a part of it.
    """
    if _mine():
        yield waiting()
        return
    mine = _thread.turn = threading.Event()
    with _queue_lock:
        _queue.append(mine)
        if _queue[0] is mine:
            mine.set()
    try:
        mine.wait()
        yield waiting()
    finally:  # an exception may also come while it waits
        _thread.turn = None
        with _queue_lock:
            _queue.remove(mine)
            if _queue:
                _queue[0].set()


def give_way() -> None:
    """Go to the end of the queue; long work calls this between its parts. No turn, no effect."""
    mine = _mine()
    if mine and waiting():
        with _queue_lock:
            mine.clear()
            _queue.rotate(-1)
            _queue[0].set()
        mine.wait()


@contextmanager
def pausing_turn() -> Iterator[None]:
    """Let others compute while this thread waits for something, then wait for the next turn."""
    mine = _mine()
    if not mine:
        yield
        return
    with _queue_lock:
        mine.clear()
        _queue.remove(mine)
        if _queue:
            _queue[0].set()
    try:
        yield
    finally:
        with _queue_lock:
            _queue.append(mine)
            if _queue[0] is mine:
                mine.set()
        mine.wait()


def in_turn(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Return the function such that each call of it takes a turn."""

    @wraps(function)
    def called(*arguments: Arguments.args, **options: Arguments.kwargs) -> Result:
        with turn():
            return function(*arguments, **options)

    return called


def _mine() -> threading.Event | None:
    """Return the event of this thread's turn, or None if it has none."""
    return getattr(_thread, "turn", None)


def waiting() -> int:
    """Return how many threads wait for their turn."""
    return max(0, len(_queue) - 1)


class Shown(NamedTuple):
    """What a tick shows of a run, which may be a past one."""

    observation: Observation
    frames: list[tuple[int, bytes]]  # iterations on the way, each with its PNG of the plane
    view: PlaneView  # of the last frame

    @property
    def run(self) -> Run:
        """The run that is shown."""
        return self.observation.run


def show(
    runs: Sequence[Run], options: ViewOptions, observation: Observation | None = None
) -> Shown:
    """Draw the plane as each run sees it, and observe the last run unless it has been observed."""
    *passed, last = runs
    views = [view_plane(run, options._replace(thumbnails=False)) for run in passed]
    views.append(view_plane(last, options))
    frames = [(run.iteration, png(view.levels)) for run, view in zip(runs, views, strict=True)]
    return Shown(observation or observe(last), frames, views[-1])


def tick(
    run: Run, goal: int, speed: int | None, others: int, budget: float, clock: Clock = perf_counter
) -> list[Run]:
    """Advance a run towards its goal, as far as it gets in one tick.

    Parameters
    ----------
    goal : iteration to stop at
    speed : iterations per tick, or None for as many as there is time for
    others : how many sessions wait; with any, there are fewer frames, and less time at speed None
    budget : seconds of training
    clock : returns the time in seconds

    Returns
    -------
    The run at each frame of this tick, the last one at its end.
    """
    todo = goal - run.iteration if speed is None else min(speed, goal - run.iteration)
    seconds = budget / (1 + others) if speed is None else budget
    most = min(MAX_FRAMES, max(1, MAX_DRAWN_PARAMETERS // len(run.parameters.vector)))
    count = max(1, min(todo, 1 if others else most))
    runs = []
    for frame in range(count):
        iterations = todo * (frame + 1) // count - todo * frame // count
        run = advance(run, iterations, seconds=seconds / count, clock=clock)
        runs.append(run)
    return runs


def advance_in_turn(run: Run, iterations: int, budget: float = BUDGET_SECONDS) -> Run:
    """Advance a run by this many iterations, in as many turns of `budget` seconds as needed."""
    goal = run.iteration + iterations
    with turn():
        while run.iteration < goal and not run.stopped:
            run = advance(run, goal - run.iteration, seconds=budget)
            give_way()
    return run
