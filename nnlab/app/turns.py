"""Turns to compute: the sessions of one server compute one at a time, in fair shares of time."""

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from itertools import count
from time import perf_counter
from typing import NamedTuple, ParamSpec, TypeVar

from streamlit.runtime.scriptrunner import get_script_run_ctx

from nnlab.figures.plane_picture import png
from nnlab.figures.style import LIGHT, Palette
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
# After this time, a session's use of turns counts half. If it were longer, a session that has
# computed alone would have to wait for seconds when others come.
HALF_LIFE_SECONDS = 0.25
FORGOTTEN_SECONDS = 0.001  # less than this counts as none, so that ended sessions are forgotten


@dataclass(eq=False)
class _Ticket:
    """A thread's request for a turn, and the turn itself."""

    session: str
    arrived: int = 0
    since: float = 0.0
    go: threading.Event = field(default_factory=threading.Event)


# Many threads that make small NumPy calls spend their time waiting for the interpreter lock. With
# one computing at a time, forty sessions make four times as many ticks.
_lock = threading.Lock()  # guards what follows; never held while a thread waits or computes
_waiting: list[_Ticket] = []
_computing: list[_Ticket] = []  # at most one
_used: dict[str, tuple[float, float]] = {}  # by session: seconds used, and when counted
_numbers = count()
_thread = threading.local()  # `turn` is the thread's own ticket while it waits or has a turn


@contextmanager
def turn(session: str | None = None) -> Iterator[int]:
    """Wait for this thread's turn to compute; yield how many others wait.

    The time counts for `session`, by default that of the thread's script run.

    The next turn goes to the session that has computed for the shortest time lately, and in a tie
    to the thread that came first. So a session that computes long or often makes the others wait
    less often.

    Only computing belongs inside: while a turn waits for something, all other sessions wait too.
    A turn within a turn is a part of the outer one.
    """
    if _mine():
        yield waiting()
        return
    mine = _thread.turn = _Ticket(_session() if session is None else session)
    try:
        _enter(mine)
        yield waiting()
    finally:  # an exception may also come while it waits
        _thread.turn = None
        _leave(mine)


def give_way() -> None:
    """Let sessions that have computed less go first; long work calls this between its parts.

    Without a turn, it has no effect.
    """
    mine = _mine()
    if mine and _waiting:
        with _lock:  # in one go: the next turn is this session's if it has still computed least
            _stop(mine)
            _queue(mine)
        mine.go.wait()


@contextmanager
def pausing_turn() -> Iterator[None]:
    """Let others compute while this thread waits for something, then wait for the next turn.

    Inside, the thread has no turn: if it computes, it needs another one.
    """
    mine = _mine()
    if not mine:
        yield
        return
    _leave(mine)
    _thread.turn = None
    try:
        yield
    finally:
        _thread.turn = mine
        _enter(mine)


def _enter(ticket: _Ticket) -> None:
    with _lock:
        _queue(ticket)
    ticket.go.wait()


def _leave(ticket: _Ticket) -> None:
    with _lock:
        if ticket in _computing:
            _stop(ticket)
        elif ticket in _waiting:
            _waiting.remove(ticket)
        _hand_over()


def _queue(ticket: _Ticket) -> None:
    """Have a ticket wait, or begin its turn if no other has one."""
    ticket.go.clear()
    ticket.arrived = next(_numbers)
    _waiting.append(ticket)
    _hand_over()


def _stop(ticket: _Ticket) -> None:
    """End a ticket's turn, and count its time; the next turn is still to begin."""
    _computing.remove(ticket)
    now = perf_counter()
    used = _recent_use(ticket.session, now) + now - ticket.since
    _used[ticket.session] = (used, now)


def _hand_over() -> None:
    """Begin the next turn, if there is none now."""
    if _computing:
        return
    now = perf_counter()
    if not _waiting:
        for session in [one for one in _used if not _recent_use(one, now)]:
            del _used[session]
        return
    chosen = min(_waiting, key=lambda one: (_recent_use(one.session, now), one.arrived))
    _waiting.remove(chosen)
    _computing.append(chosen)
    chosen.since = now
    chosen.go.set()


def _recent_use(session: str, now: float) -> float:
    """Return how many seconds a session has computed lately; older ones count less."""
    seconds, until = _used.get(session, (0.0, now))
    left = seconds * math.exp2((until - now) / HALF_LIFE_SECONDS)
    return left if left > FORGOTTEN_SECONDS else 0.0


def _session() -> str:
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""


def in_turn(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Return the function, wrapped so that each call waits for a turn."""

    @wraps(function)
    def called(*arguments: Arguments.args, **options: Arguments.kwargs) -> Result:
        with turn():
            return function(*arguments, **options)

    return called


def _mine() -> _Ticket | None:
    """Return the ticket of this thread, or None if it has no turn."""
    return getattr(_thread, "turn", None)


def waiting() -> int:
    """Return how many threads wait for their turn."""
    return len(_waiting)


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
    runs: Sequence[Run],
    options: ViewOptions,
    observation: Observation | None = None,
    palette: Palette = LIGHT,
) -> Shown:
    """Draw the plane as each run sees it, and observe the last run unless it has been observed."""
    *passed, last = runs
    views = [view_plane(run, options._replace(thumbnails=False)) for run in passed]
    views.append(view_plane(last, options))
    if options.entropy:
        palette = palette.of_entropy
    frames = [
        (run.iteration, png(view.levels, palette)) for run, view in zip(runs, views, strict=True)
    ]
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
    runs, deadline = [], clock() + seconds
    for frame in range(count):
        iterations = todo * (frame + 1) // count - todo * frame // count
        run = advance(run, iterations, seconds=seconds / count, clock=clock)
        runs.append(run)
        if clock() >= deadline:  # a single update may take long
            break
    return runs
