"""Whose turn it is to train: sessions of one server take turns, so that a room keeps pace."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from nnlab.figures.plane_picture import Look, View, look
from nnlab.inspection.observation import Observation, observe
from nnlab.training.run import Run, advance

BUDGET_SECONDS = 0.06  # of training in one tick, so that the page answers at any speed
MAX_FRAMES = 4  # boundary pictures per tick when nobody else is waiting
# That many parameters times pictures per tick: those of a large network take longer than training.
MAX_DRAWN_PARAMETERS = 60_000

# Many threads of small NumPy calls would spend their time handing the interpreter lock around:
# with one at a time, a room of forty makes four times as many ticks.
_training = threading.Lock()
waiting: list[int] = []  # threads; a list, since its append and remove are atomic


@contextmanager
def turn() -> Iterator[int]:
    """Wait for this session's turn to train; yields how many others wait behind it."""
    waiting.append(threading.get_ident())
    with _training:
        waiting.remove(threading.get_ident())
        yield len(waiting)


class Shown(NamedTuple):
    """What a tick shows of a run.

    Attributes
    ----------
    observation : of the advanced run, or of a past one that is looked at
    frames : (iteration, PNG of the plane) on the way, the last one of that run
    view : of the plane, as that run sees it
    """

    observation: Observation
    frames: list[tuple[int, bytes]]
    view: View

    @property
    def run(self) -> Run:
        """The run that is shown."""
        return self.observation.run


def show(run: Run, what: Look) -> Shown:
    """Return what is to be shown of a run that stands."""
    view = look(run, what)
    return Shown(observe(run), [(run.iteration, view.picture)], view)


def tick(run: Run, goal: int, speed: int | None, others: int, what: Look) -> Shown:
    """Advance a run towards its goal, as far as the time of one tick goes.

    Parameters
    ----------
    goal : iteration to stop at
    speed : iterations per tick, or None for as many as there is time for
    others : sessions that wait; the more, the fewer frames, and the less time at speed None
    what : is to be seen of the run
    """
    todo = goal - run.iteration if speed is None else min(speed, goal - run.iteration)
    seconds = BUDGET_SECONDS / (1 + others) if speed is None else BUDGET_SECONDS
    most = min(MAX_FRAMES, max(1, MAX_DRAWN_PARAMETERS // len(run.parameters.vector)))
    count = max(1, min(todo, 1 if others else most))
    frames = []
    for frame in range(count):
        last = frame == count - 1
        share = todo * (frame + 1) // count - todo * frame // count
        run = advance(run, share, seconds=seconds / count)
        view = look(run, what if last else what._replace(thumbnails=False))
        frames.append((run.iteration, view.picture))
    return Shown(observe(run), frames, view)


def advance_in_turn(run: Run, iterations: int) -> Run:
    """Advance a run by all of so many iterations, in as many turns as that takes."""
    goal = run.iteration + iterations
    while run.iteration < goal and not run.stopped:
        with turn():
            run = advance(run, goal - run.iteration, seconds=BUDGET_SECONDS)
    return run
