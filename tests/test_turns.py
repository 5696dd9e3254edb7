"""Sessions train one at a time, in fair shares."""

import ctypes
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count, zip_longest
from math import inf
from time import perf_counter
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nnlab import Config, Run, advance, start
from nnlab.app import turns
from nnlab.app.action import Action
from nnlab.app.explore import actions as explore
from nnlab.app.playground import actions as playground
from nnlab.app.playground import session
from nnlab.app.turns import MAX_FRAMES, show, turn
from nnlab.data.datasets import FloatArray
from nnlab.figures.plane_picture import png
from nnlab.inspection.diagnosis import diagnose
from nnlab.inspection.plane_view import GRID_SIZE, ViewOptions, view_plane
from nnlab.model.network import Network
from tests.helpers.app_page import open_playground, press
from tests.helpers.turn import is_in_turn
from tests.helpers.waiting import PATIENCE_SECONDS, wait_until

tick = partial(turns.tick, budget=inf)  # no tick ends early because the machine is busy


def test_a_tick_is_a_part_of_the_same_run_with_the_frames_on_the_way() -> None:
    run = start(Config(samples=20))
    runs = tick(run, goal=1000, speed=100, others=0)
    np.testing.assert_array_equal(runs[-1].losses, advance(run, 100).losses)
    shown = show(runs, ViewOptions())
    assert shown.run is runs[-1]
    assert [iteration for iteration, _ in shown.frames] == [25, 50, 75, 100]
    pictures = [png(view_plane(run).levels) for run in runs]
    assert [picture for _, picture in shown.frames] == pictures


def test_a_tick_makes_each_forward_pass_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Besides those of its updates: one over the plane per frame, one over each set of points."""
    passes: Counter[int] = Counter()
    forward = Network.forward

    def counted(network: Network, *arguments: Any) -> FloatArray:
        passes[len(network.logits)] += 1
        return forward(network, *arguments)

    monkeypatch.setattr(Network, "forward", counted)
    config = Config(samples=50, test_samples=20)
    run, frames, updates = advance(start(config), 110), 4, 40
    passes.clear()
    for _ in range(frames):
        advance(run, updates // frames)
    of_updates = passes[50]
    passes.clear()
    shown = show(tick(run, goal=1000, speed=updates, others=0), ViewOptions(thumbnails=True))
    assert not diagnose(shown.observation)  # it makes no pass of its own
    assert len(shown.frames) == frames
    assert passes == {GRID_SIZE**2: frames, 50: of_updates + 1, 20: 1}


def test_sessions_that_wait_cost_frames_but_no_iterations_at_a_chosen_speed() -> None:
    (run,) = tick(start(Config(samples=20)), goal=1000, speed=100, others=39)
    assert run.iteration == 100


def test_a_tick_ends_at_the_goal() -> None:
    runs = tick(start(Config(samples=20)), goal=7, speed=None, others=0)
    assert runs[-1].iteration == 7


def test_speed_max_shares_the_time_with_those_who_wait() -> None:
    clock = partial(next, count())  # one second passes between two looks at it
    run = start(Config(samples=20))
    alone = turns.tick(run, 10**6, None, others=0, budget=400, clock=clock)
    (shared,) = turns.tick(run, 10**6, None, others=39, budget=400, clock=clock)
    assert len(alone) == MAX_FRAMES
    assert 1 <= shared.iteration < alone[-1].iteration


def test_a_tick_whose_updates_take_long_has_fewer_frames() -> None:
    clock = partial(next, count(step=400))  # an update takes all of the time
    runs = turns.tick(start(Config(samples=20)), 10**6, None, others=0, budget=400, clock=clock)
    assert [run.iteration for run in runs] == [1]


def test_one_trains_at_a_time_and_among_equals_the_first_to_come() -> None:
    """A session that returns at once has computed lately, and goes to the end of the queue."""
    order: list[tuple[int, int]] = []
    inside = threading.Semaphore(1)

    def train(session: int) -> None:
        for _ in range(2):
            with turn() as others:
                assert inside.acquire(blocking=False)
                order.append((session, others))
                inside.release()

    threads = [threading.Thread(target=train, args=[session]) for session in range(5)]
    with turn():
        for number, thread in enumerate(threads, 1):
            thread.start()
            wait_until(lambda number=number: turns.waiting() == number)
    for thread in threads:
        thread.join()
    assert [session for session, _ in order[:5]] == [0, 1, 2, 3, 4]
    assert sorted(session for session, _ in order[5:]) == [0, 1, 2, 3, 4]
    assert order[0] == (0, 4)
    assert order[-1][1] == 0


def test_an_error_in_a_turn_gives_the_turn_back() -> None:
    with pytest.raises(KeyError), turn():
        raise KeyError
    with turn() as others:
        assert others == 0


def test_an_error_while_waiting_leaves_the_queue() -> None:
    """As when the server ends a session: the exception comes once its thread wakes."""
    caught: list[type[BaseException]] = []

    def train() -> None:
        try:
            with turn():
                pass
        except KeyboardInterrupt as error:
            caught.append(type(error))

    waits, next_one = (threading.Thread(target=train, daemon=True) for _ in range(2))
    with turn():
        waits.start()
        wait_until(lambda: turns.waiting() == 1)
        name, error = ctypes.c_ulong(waits.ident or 0), ctypes.py_object(KeyboardInterrupt)
        assert ctypes.pythonapi.PyThreadState_SetAsyncExc(name, error) == 1
    waits.join()
    assert caught
    next_one.start()
    next_one.join(PATIENCE_SECONDS)
    assert not next_one.is_alive()


def in_order(*works: Callable[[], None], names: Sequence[str] = ()) -> None:
    """Have threads queue one after the other for turns after this one; wait until they end."""
    named = zip_longest(works, names)
    threads = [threading.Thread(target=work, name=name, daemon=True) for work, name in named]
    with turn():
        for number, thread in enumerate(threads, 1):
            thread.start()
            wait_until(lambda number=number: turns.waiting() == number)
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()


class Sessions:
    """Sessions that compute by a clock of their own; `order` names the one of each part."""

    def __init__(self) -> None:
        self.seconds = perf_counter()
        self.order: list[str] = []

    def compute(self, seconds: float) -> None:
        """Compute for this time, as the session that the thread is named after."""
        self.order.append(threading.current_thread().name)
        self.seconds += seconds

    def queue(self, works: dict[str, Callable[[], None]]) -> None:
        """Have sessions queue one after the other for turns; wait until they end."""
        in_order(*map(turns.in_turn, works.values()), names=tuple(works))


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> Sessions:
    found = Sessions()

    def context(**_: object) -> SimpleNamespace:
        return SimpleNamespace(session_id=threading.current_thread().name)

    monkeypatch.setattr(turns, "get_script_run_ctx", context)
    monkeypatch.setattr(turns, "perf_counter", lambda: found.seconds)
    monkeypatch.setattr(turns, "_used", {})  # by this clock
    return found


def test_the_session_that_has_computed_least_goes_first(sessions: Sessions) -> None:
    """Once all use is long ago, the session that came first goes first."""
    works = {
        "heavy": partial(sessions.compute, 1),
        "light": partial(sessions.compute, 0.1),
    }
    sessions.queue(works)
    sessions.queue(works)
    assert sessions.order == ["heavy", "light", "light", "heavy"]
    sessions.seconds += 100
    sessions.queue(works)
    assert sessions.order[4:] == ["heavy", "light"]


def test_long_work_gives_way_to_those_who_wait() -> None:
    done: list[str] = []

    def long() -> None:
        for part in ("long 1", "long 2"):
            done.append(part)
            turns.give_way()

    in_order(turns.in_turn(long), turns.in_turn(lambda: done.append("short")))
    assert done == ["long 1", "short", "long 2"]


def test_work_gives_way_to_a_session_that_has_computed_less_only(
    sessions: Sessions,
) -> None:
    """After its first part, the light session has still computed less than the heavy one."""
    light, heavy = "light", "heavy"

    def parts() -> None:
        for _ in range(2):
            sessions.compute(0.1)
            turns.give_way()
        sessions.compute(0)

    sessions.queue({heavy: partial(sessions.compute, 0.15)})
    sessions.queue({light: parts, heavy: partial(sessions.compute, 0)})
    assert sessions.order == [heavy, light, light, heavy, light]


def test_a_turn_within_a_turn_is_a_part_of_it() -> None:
    with turn(), turn() as others:
        assert others == 0
    with turn() as others:
        assert others == 0


def test_others_compute_while_a_turn_waits_for_something() -> None:
    came = threading.Event()

    @turns.in_turn
    def wait() -> None:
        with turns.pausing_turn():
            assert came.wait(PATIENCE_SECONDS)

    in_order(wait, turns.in_turn(came.set))


def test_who_pauses_a_turn_computes_in_another_one_only() -> None:
    """The other turn can give way, too; the first one goes on after the pause."""
    done: list[bool] = []

    @turns.in_turn
    def work() -> None:
        with turns.pausing_turn():
            turns.give_way()
            done.append(is_in_turn())
            with turn():
                turns.give_way()
                done.append(is_in_turn())
        done.append(is_in_turn())

    in_order(work)
    assert done == [False, True, True]


def test_without_a_turn_nothing_gives_way() -> None:
    turns.give_way()
    with turns.pausing_turn():
        pass
    assert turns.waiting() == 0


@pytest.mark.parametrize("page", [playground, explore])
def test_a_click_acts_while_another_session_computes(page: ModuleType) -> None:
    """If it waited, the next message would end its script run, and the click would be lost."""
    clicked: list[str] = []
    drawn: dict[str, Any] = {}
    place = SimpleNamespace(button=lambda *_, **look: drawn.update(look))
    for action in vars(page).values():
        if isinstance(action, Action):
            watched = action._replace(
                command=lambda *_: clicked.append("here"), is_enabled=lambda _: True
            )
            watched.button(place, None)
            thread = threading.Thread(target=drawn["on_click"], args=drawn["args"], daemon=True)
            with turn():
                before = len(clicked)
                thread.start()
                wait_until(lambda one=thread: turns.waiting() > 0 or not one.is_alive())
                assert len(clicked) == before + 1
            thread.join(PATIENCE_SECONDS)


def test_a_script_run_takes_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def watched(config: Config) -> Run:
        seen.append(is_in_turn())
        return start(config)

    monkeypatch.setattr(session, "start", watched)
    app = open_playground()
    assert seen == [True]
    press(app, "reset")
    assert seen == [True, True]
