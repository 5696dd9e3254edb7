"""Explore's state in a user's session: one record, which only the commands here change.

Over 250 lines, so that everything that changes the record is in one place.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import streamlit as st

from nnlab.app import links
from nnlab.app.explore import lockstep
from nnlab.app.pace import Pace
from nnlab.app.page_record import PageRecord, RecordKeeper
from nnlab.app.turns import pausing_turn
from nnlab.sweep import Axis, Sweep
from nnlab.sweep.analysis.columns import Column
from nnlab.sweep.analysis.filters import Filter
from nnlab.sweep.analysis.importance import Importance
from nnlab.sweep.cluster import shared_workers
from nnlab.sweep.limits import check_runs
from nnlab.sweep.range_test import RangeTest, range_test
from nnlab.training.config import Config
from nnlab.training.run import advance, start

KEY = "explore"


class Plan(NamedTuple):
    """The runs that the sidebar asks for.

    Attributes
    ----------
    base : the settings that the axes vary
    axes : in the chosen order; a range is an axis of its sampled values here
    seeds : of the initial weights: the seed of the base, and the numbers after it
    configs : of all runs, in the order in which they start
    sampled : whether the settings are a random sample instead of all combinations
    """

    base: Config
    axes: tuple[Axis, ...]
    seeds: tuple[int, ...]
    configs: tuple[Config, ...]
    sampled: bool = False

    @property
    def varied(self) -> list[Axis]:
        """Return the axes, with the seeds as one more if there are several."""
        return [*self.axes, *([Axis("seed", self.seeds)] if len(self.seeds) > 1 else [])]


class FieldValues(NamedTuple):
    """The initial values of the sidebar's fields.

    A browser may send an old value of a field again. So fields are not written to, but replaced by
    new ones, with a new `number` in their keys.

    Attributes
    ----------
    axes : the name and the values of each, as text
    seeds, iterations : as typed; None for an empty field
    sample : how many settings to sample at random; None for all combinations
    """

    number: int
    axes: tuple[tuple[str, str], ...]
    seeds: int | None
    iterations: int | None
    sample: int | None
    sample_seed: int | None


class StartedSweep(NamedTuple):
    """A sweep, its plan, and its start in nanoseconds (time.monotonic_ns)."""

    plan: Plan
    sweep: Sweep
    started: int

    @property
    def is_active(self) -> bool:
        """Say whether more results will come, now or after a pause."""
        return not self.sweep.finished

    @property
    def is_running(self) -> bool:
        """Say whether results come now."""
        return self.is_active and not self.sweep.paused


class Cost(NamedTuple):
    """How long a run took on this server: the seconds for its iterations, and the overhead."""

    config: Config
    overhead: float
    iterations: int
    seconds: float

    def of(self, config: Config) -> float:
        """Return the seconds for a run with the iterations of these settings."""
        return self.overhead + self.seconds / self.iterations * config.iterations


class StartedTest(NamedTuple):
    """A learning-rate range test of some settings, and the future of its result."""

    config: Config
    future: Future[RangeTest]


class RunPair(NamedTuple):
    """Two runs that are compared.

    Attributes
    ----------
    runs : both at the same iteration, unless one has ended; None while the page shows their final
        states, as the sweep and the playground have them
    renew : both are set back to iteration 0 when the view is drawn next
    steps : iterations that both make when the view is drawn next, 0 or 1
    number : counts the pairs of the session; a new one resets the charts' zoom
    """

    configs: tuple[Config, Config]
    runs: lockstep.Pair | None = None
    training: bool = False
    renew: bool = False
    steps: int = 0
    pace: Pace = Pace()
    number: int = 0

    @property
    def must_start(self) -> bool:
        """Say whether a click needs new runs at iteration 0."""
        return self.renew or (self.runs is None and bool(self.training or self.steps))


class SolvedBy(NamedTuple):
    """When a run counts as solved: by a metric, with a threshold for each kind of metric.

    Attributes
    ----------
    percent : least accuracy
    loss : greatest loss
    """

    metric: str
    percent: float
    loss: float


class KnownImportance(NamedTuple):
    """The importance that was computed last, and its inputs: the axes, the metric and a filter."""

    columns: tuple[Column, ...]
    filter: Filter
    found: Importance | None


@dataclass(frozen=True)
class Explore(PageRecord):
    """Everything that Explore remembers, apart from its widgets.

    Attributes
    ----------
    base : the settings that the axes vary
    view : the view to show first, by its name in the link
    view_number : how often `view` was set; a part of the choice's key
    sweep, range_test : those that were started last
    left : the sweep with results that `sweep` has replaced, so that one can return to it
    start_asked, range_test_asked : whether Start was pressed and the start is still to come
    refused_start : why the last sweep could not start, or nothing
    solved : by the kind of problem, as far as it has been chosen or drawn
    filters_cleared : how often the filter was cleared
    to_open : the settings that the page's next script run opens in the playground
    """

    base: Config
    fields: FieldValues
    view: str = ""
    view_number: int = 0
    sweep: StartedSweep | None = None
    left: StartedSweep | None = None
    start_asked: bool = False
    refused_start: str = ""
    cost: Cost | None = None
    filter: Filter = field(default_factory=dict)
    solved: Mapping[str, SolvedBy] = field(default_factory=dict)
    filters_cleared: int = 0
    range_test: StartedTest | None = None
    range_test_asked: bool = False
    to_open: Config | None = None
    pair: RunPair | None = None
    importance: KnownImportance | None = None

    @property
    def what_is_lost(self) -> str:
        """Return what the user loses if the session ends, in words."""
        sweep = self.sweep and self.sweep.sweep
        return f"the sweep with {sweep.done} of {sweep.total} runs" if sweep else ""

    def has(self, names: Collection[str]) -> bool:
        """Say whether there is a sweep to return to: started, or with `names` in the query."""
        return self.sweep is not None or any(name in self.query for name in names)


_keeper = RecordKeeper[Explore](KEY)
is_open, current, keep_in_query = _keeper.is_open, _keeper.current, _keeper.keep_in_query
_change = _keeper.change


def open_(base: Config, query: Mapping[str, str]) -> None:
    """Create the session's record of Explore."""
    fields = FieldValues(0, (), None, None, None, None)
    _keeper.keep(Explore(base, fields, query=query))


# Opening and leaving the page, and its address


def leave() -> None:
    """Note that another page is drawn; two runs that train are paused."""
    if is_open():
        _change(away=True, to_open=None, **_paused())


def arrive(
    base: Config, query: Mapping[str, str], fields: FieldValues, refused: Sequence[str]
) -> None:
    """Draw the page with these settings and fields, for the first time or again."""
    _change(
        base=base,
        query=query,
        refused_link=tuple(refused),
        away=False,
        **_new_fields(fields),
        **_turned_to(query.get("view", "")),
    )


def write_address() -> None:
    """Write the base settings and the query into the address."""
    explore = current()
    links.write({**explore.query, **links.config_query(explore.base)})


def turn_to(view: str) -> None:
    """Show a view, by its name in the link; call this before the choice of the view is drawn."""
    _change(**_turned_to(view))


def _turned_to(view: str) -> dict[str, Any]:
    return {"view": view, "view_number": current().view_number + 1}


def open_settings(config: Config) -> None:
    """Open settings in the playground, in the page's next script run."""
    _change(to_open=config)


def open_run(index: int) -> None:
    """Open the settings of a run of the sweep in the playground, if there is this run."""
    started = current().sweep
    if started and 0 <= index < len(started.plan.configs):
        open_settings(started.plan.configs[index])


def opened() -> None:
    """Note that the browser has been asked to open the settings."""
    _change(to_open=None)


# The plan and the sweep


def set_base(base: Config) -> None:
    """Make these the settings that the axes vary."""
    if base != current().base:
        _change(base=base)


def fill(fields: FieldValues) -> None:
    """Draw new fields in the sidebar with these values."""
    _change(**_new_fields(fields))


def _new_fields(fields: FieldValues) -> dict[str, Any]:
    return {"fields": fields._replace(number=current().fields.number + 1)}


def keep_cost(cost: Cost) -> None:
    """Keep the cost that was measured last."""
    _change(cost=cost)


def ask_start() -> None:
    """Start a sweep when the page is drawn next."""
    _change(start_asked=True)


def start_if_asked(plan: Plan | None) -> None:
    """Start a sweep of the present plan if Start was pressed.

    Not in the click's callback, since a click that also leaves a field may change the plan.
    """
    if not current().start_asked:
        return
    if plan is None:
        _change(start_asked=False)
        return
    done = {"start_asked": False, **_cleared_filter()}
    explore = current()
    left = explore.sweep if explore.sweep and explore.sweep.sweep.done else explore.left
    try:
        with pausing_turn():
            sweep = Sweep(plan.configs)
    except ValueError as error:  # there is no cluster
        _change(**done, refused_start=str(error))
        return
    started = StartedSweep(plan, sweep, time.monotonic_ns())
    with _kept_or(sweep.cancel):
        _change(**done, sweep=started, left=left, refused_start="")


def pause_sweep(drawn: StartedSweep) -> None:
    """Pause a sweep."""
    drawn.sweep.pause()


def resume_sweep(drawn: StartedSweep) -> None:
    """Go on with a paused sweep."""
    drawn.sweep.resume()


def cancel_sweep(drawn: StartedSweep) -> None:
    """End a sweep; its results so far stay."""
    drawn.sweep.cancel()


def undo_sweep(drawn: StartedSweep | None) -> None:
    """Return to the results that a sweep has replaced, and cancel it."""
    explore = current()
    if explore.left and explore.sweep and explore.sweep is drawn:
        explore.sweep.sweep.cancel()
        _change(sweep=explore.left, left=None, start_asked=False, **_cleared_filter())


@contextmanager
def _kept_or(cancel: Callable[[], object]) -> Iterator[None]:
    """Cancel started work if a click ends this script run before the record has it.

    The request to start is still in the record, so the next script run starts it again.
    """
    try:
        yield
    except BaseException:
        cancel()
        raise


def set_filter(chosen: Filter) -> None:
    """Filter the runs by these ranges."""
    _change(filter=chosen)


def clear_filter() -> None:
    """Let all runs pass, and remove the marks from the chart."""
    _change(**_cleared_filter())


def _cleared_filter() -> dict[str, Any]:
    return {"filter": {}, "filters_cleared": current().filters_cleared + 1}


def keep_solved(problem: str, chosen: SolvedBy) -> None:
    """Keep when a run of this kind of problem counts as solved."""
    if current().solved.get(problem) != chosen:
        _change(solved={**current().solved, problem: chosen})


def begin_choice(key: str, options: Collection[Any], default: Any) -> None:
    """Set a widget's value if it has none yet, or one that is no longer possible."""
    if st.session_state.get(key) not in options:
        st.session_state[key] = default


def choose_pair(view: str, runs: Mapping[str, int]) -> None:
    """Show a view with these runs, by the keys of their choices; call this in a callback."""
    st.session_state.update(runs)
    turn_to(view)


def keep_importance(known: KnownImportance) -> None:
    """Keep an importance, since it takes long to compute."""
    _change(importance=known)


# The range test


def ask_range_test() -> None:
    """Start a range test of the base when the page is drawn next."""
    _change(range_test_asked=True)


def start_range_test_if_asked() -> None:
    """Start a range test of the base if one was asked for; an error is its result."""
    if not current().range_test_asked:
        return
    base = current().base
    try:
        check_runs([base])
        with pausing_turn():
            future = shared_workers().executor.submit(range_test, base)
    except (ValueError, RuntimeError) as error:
        future = Future()
        future.set_exception(error)
    with _kept_or(future.cancel):
        _change(range_test=StartedTest(base, future), range_test_asked=False)


# Two compared runs


def pair() -> RunPair:
    """Return the two runs that are compared; `compare` comes first."""
    found = current().pair
    assert found is not None
    return found


def _set_pair(**changes: Any) -> None:
    _change(pair=pair()._replace(**changes))


def compare(configs: tuple[Config, Config]) -> None:
    """Show the final states of the runs of these settings, if they are another pair."""
    found = current().pair
    if found is None or found.configs != configs:
        _change(pair=RunPair(configs, number=found.number + 1 if found else 0))


def show_final_states() -> None:
    """Show both in their final states."""
    found = pair()
    _change(pair=RunPair(found.configs, number=found.number + 1))


def reset_pair() -> None:
    """Set both back to iteration 0."""
    _set_pair(renew=True, training=False, steps=0)


def train_pair() -> None:
    """Train both from where they are."""
    _set_pair(training=True)


def step_pair(drawn: RunPair) -> None:
    """Make one iteration of both, and pause; if a click is sent twice, `drawn` is an old pair."""
    found = pair()
    if not found.training and found.runs is not drawn.runs:
        return
    _set_pair(steps=1, training=False)


def do_pair_work() -> None:
    """Start both runs, or make the step, if a click has asked for it: a click must not compute."""
    found = pair()
    if found.must_start:
        runs = (start(found.configs[0]), start(found.configs[1]))
        _set_pair(runs=runs, renew=False, number=found.number + found.renew)
    found = pair()
    if found.steps and found.runs:
        left, right = (advance(run, min(1, lockstep.remaining(run))) for run in found.runs)
        _set_pair(runs=(left, right), steps=0)


def advanced_pair(runs: lockstep.Pair) -> None:
    """Keep both runs after a tick."""
    pace = pair().pace.recovered(time.monotonic())
    _set_pair(runs=runs, training=any(map(lockstep.remaining, runs)), pace=pace)


def slow_down() -> None:
    """Tick less often, since the connection to the browser is too slow."""
    found = pair()
    if found.training:
        _set_pair(pace=found.pace.slower(time.monotonic()))


def pause_pair() -> None:
    """Pause the pair, if there is one."""
    _change(**_paused())


def _paused() -> dict[str, Any]:
    found = current().pair
    return {"pair": found and found._replace(training=False)}
