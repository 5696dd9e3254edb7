"""Explore's state in a person's session: one record, which only the commands here change.

Each command replaces the record in one assignment, since two script runs of a session may overlap.
Over 250 lines, since all that changes the record stands in this one place.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import streamlit as st

from nnlab.app import links
from nnlab.app.explore import lockstep
from nnlab.app.live_chart.inbox import Inbox
from nnlab.app.pace import TICK_SECONDS, slower
from nnlab.app.turns import turn
from nnlab.sweep import Axis, Sweep
from nnlab.sweep.analysis.columns import Column
from nnlab.sweep.analysis.filters import Filter
from nnlab.sweep.analysis.importance import Importance
from nnlab.sweep.range_test import RangeTest
from nnlab.training.config import Config
from nnlab.training.run import advance, start

KEY = "explore"


class Plan(NamedTuple):
    """The runs that the sidebar asks for.

    Attributes
    ----------
    base : the settings that the axes vary
    axes : what is varied; a range that is sampled has the sampled values here
    seeds : of the starting weights: the seed of the base, and the numbers after it
    configs : of all runs, in the order in which they start
    sampled : whether the settings are a random sample, not all combinations
    """

    base: Config
    axes: tuple[Axis, ...]
    seeds: tuple[int, ...]
    configs: tuple[Config, ...]
    sampled: bool = False


class FieldValues(NamedTuple):
    """The initial values of the sidebar's fields.

    A browser may send once more what a field held earlier, so no field is ever written to: new
    fields take its place. `number` is part of their keys.

    Attributes
    ----------
    number : how often the fields were filled in
    axes : the name and the values of each, as text
    seeds, iterations : as typed; None for an empty field
    sample : how many settings to sample at random from the axes; None for all combinations
    sample_seed : of that sample
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
        """Say whether results will come, now or after a pause."""
        return not self.sweep.finished

    @property
    def is_running(self) -> bool:
        """Say whether results come now."""
        return self.is_active and not self.sweep.paused


class Cost(NamedTuple):
    """The time that a run takes, measured on this server.

    Attributes
    ----------
    config : the settings of the measured run
    overhead : seconds to generate the data and to evaluate the result
    iterations, seconds : how many iterations were made, and how long they took
    """

    config: Config
    overhead: float
    iterations: int
    seconds: float

    def of(self, config: Config) -> float:
        """Return the seconds of a run with as many iterations as these settings say."""
        return self.overhead + self.seconds / self.iterations * config.iterations


class StartedTest(NamedTuple):
    """A learning-rate range test of some settings, and its result to come."""

    config: Config
    future: Future[RangeTest]


class RunPair(NamedTuple):
    """Two runs that are compared.

    Attributes
    ----------
    configs : their settings
    runs : both at the same iteration, unless one has ended; None while the page shows their final
        states, as the sweep and the playground have them
    training : whether they train
    interval : seconds between two ticks
    number : which pair of the session it is; a new pair resets the charts' zoom
    """

    configs: tuple[Config, Config]
    runs: lockstep.Pair | None = None
    training: bool = False
    interval: float = TICK_SECONDS
    number: int = 0

    def started(self) -> lockstep.Pair:
        """Return the runs; at iteration 0 if only their final states were shown."""
        return self.runs or (start(self.configs[0]), start(self.configs[1]))


class KnownImportance(NamedTuple):
    """The importance that was computed last, and from what."""

    axes: tuple[Column, ...]
    metric: Column
    filter: Filter
    found: Importance | None


@dataclass(frozen=True)
class Explore:
    """All that Explore remembers, apart from its widgets.

    Attributes
    ----------
    base : the settings that the axes vary
    query : what the address holds besides the base settings
    fields : the initial values of the sidebar's fields
    refused_link : what was wrong with the link
    view, view_number : the view to show first, and how often a program has chosen one
    away : another page is drawn
    sweep : the sweep that was started last
    start_asked : Start was pressed, and the sweep has not started yet
    refused_start : why the last sweep could not start, or nothing
    cost : the cost that was measured last
    filter : which runs pass
    filters_cleared : how often the filter was cleared
    range_test : the range test that was started last
    range_test_asked : a range test was asked for, and has not started yet
    chosen_run : index of a run that the playground is to open
    inbox : takes the messages of the browser
    pair : the two runs that are compared
    importance : the importance that was computed last
    """

    base: Config
    query: Mapping[str, str]
    fields: FieldValues
    refused_link: tuple[str, ...] = ()
    view: str = ""
    view_number: int = 0
    away: bool = False
    sweep: StartedSweep | None = None
    start_asked: bool = False
    refused_start: str = ""
    cost: Cost | None = None
    filter: Filter = field(default_factory=dict)
    filters_cleared: int = 0
    range_test: StartedTest | None = None
    range_test_asked: bool = False
    chosen_run: int | None = None
    inbox: Inbox = field(default_factory=Inbox)
    pair: RunPair | None = None
    importance: KnownImportance | None = None

    def has(self, names: Collection[str]) -> bool:
        """Say whether there is a sweep to come back to: started, or in the query by these names."""
        return self.sweep is not None or any(name in self.query for name in names)


def is_open() -> bool:
    """Say whether the session has used Explore."""
    return KEY in st.session_state


def current() -> Explore:
    """Return the session's Explore."""
    explore: Explore = st.session_state[KEY]
    return explore


def _change(**changes: Any) -> None:
    st.session_state[KEY] = replace(current(), **changes)


def open_(base: Config, query: Mapping[str, str]) -> None:
    """Begin the session's Explore."""
    fields = FieldValues(0, (), None, None, None, None)
    st.session_state[KEY] = Explore(base, query, fields)


# Coming, going and the address


def leave() -> None:
    """Note that another page is drawn; two runs that train are paused."""
    if is_open():
        pause_pair()
        _change(away=True)


def arrive(
    base: Config, query: Mapping[str, str], fields: FieldValues, refused: Sequence[str]
) -> None:
    """Begin with these settings and fields."""
    _change(base=base, query=query, refused_link=tuple(refused), away=False)
    fill(fields)
    turn_to(query.get("view", ""))


def keep_in_query(name: str, value: str, default: str) -> None:
    """Keep a value for the address, unless it is the default."""
    query = {key: text for key, text in current().query.items() if key != name}
    _change(query=query if value == default else {**query, name: value})


def write_address() -> None:
    """Let the address hold the base settings and the query."""
    explore = current()
    links.write({**explore.query, **links.config_query(explore.base)})


def turn_to(view: str) -> None:
    """Show a view, by its name in the link; only before the choice of the view is drawn."""
    _change(view=view, view_number=current().view_number + 1)


def choose_run(index: int) -> None:
    """Open a run of the sweep in the playground, when the page is drawn next."""
    _change(chosen_run=index)


def take_chosen_run() -> int | None:
    """Return the index of the run to open, once."""
    index = current().chosen_run
    if index is not None:
        _change(chosen_run=None)
    return index


# The plan and the sweep


def set_base(base: Config) -> None:
    """Let the axes vary these settings."""
    if base != current().base:
        _change(base=base)


def fill(fields: FieldValues) -> None:
    """Draw new fields in the sidebar with these values."""
    _change(fields=fields._replace(number=current().fields.number + 1))


def measured(cost: Cost) -> None:
    """Keep the cost of a run."""
    _change(cost=cost)


def ask_start() -> None:
    """Start a sweep when the page is drawn next."""
    _change(start_asked=True)


def start_if_asked(plan: Plan | None) -> None:
    """Start a sweep of the present plan if Start was pressed.

    The click may have changed the plan, by leaving a field; and if another click has ended the
    script run in between, the wish is still there.
    """
    if not current().start_asked:
        return
    _change(start_asked=False)
    if plan is None:
        return
    try:
        sweep = StartedSweep(plan, Sweep(plan.configs), time.monotonic_ns())
    except ValueError as error:  # there is no cluster
        _change(refused_start=str(error))
    else:
        _change(sweep=sweep, refused_start="")
    clear_filter()


def set_filter(chosen: Filter) -> None:
    """Let only the runs within these ranges pass."""
    _change(filter=chosen)


def clear_filter() -> None:
    """Let all runs pass; what the mouse has marked goes, too."""
    _change(filter={}, filters_cleared=current().filters_cleared + 1)


def keep_importance(known: KnownImportance) -> None:
    """Keep an importance, which takes long to compute."""
    _change(importance=known)


# The range test


def ask_range_test() -> None:
    """Start a range test of the base when the page is drawn next."""
    _change(range_test_asked=True)


def take_range_test_asked() -> bool:
    """Say whether a range test was asked for, once."""
    asked = current().range_test_asked
    if asked:
        _change(range_test_asked=False)
    return asked


def start_range_test(test: StartedTest) -> None:
    """Keep a range test."""
    _change(range_test=test)


# Two compared runs


def pair() -> RunPair:
    """Return the two runs that are compared."""
    found = current().pair
    assert found is not None, "compare() comes first"
    return found


def _set_pair(**changes: Any) -> None:
    _change(pair=pair()._replace(**changes))


def compare(configs: tuple[Config, Config]) -> None:
    """Compare the runs of these settings, in their final states; the pair in progress stays."""
    found = current().pair
    if found is None:
        _change(pair=RunPair(configs))
    elif found.configs != configs:
        _change(pair=RunPair(configs, number=found.number + 1))


def show_final_states() -> None:
    """Show both as they have ended."""
    found = pair()
    _change(pair=RunPair(found.configs, number=found.number + 1))


def reset_pair() -> None:
    """Set both back to iteration 0."""
    show_final_states()
    _set_pair(runs=pair().started())


def train_pair() -> None:
    """Train both from where they are."""
    _set_pair(runs=pair().started(), training=True)


def step_pair(drawn: RunPair) -> None:
    """Make one iteration of both, and pause.

    Parameters
    ----------
    drawn : the pair when the button was drawn: a browser may send one click twice
    """
    found = pair()
    if not found.training and found.runs is not drawn.runs:
        return
    with turn():
        left, right = (advance(run, min(1, lockstep.left(run))) for run in found.started())
    _set_pair(runs=(left, right), training=False)


def advanced_pair(runs: lockstep.Pair) -> None:
    """Keep what a tick has made of both."""
    _set_pair(runs=runs, training=any(map(lockstep.left, runs)))


def slow_down() -> None:
    """Make fewer ticks, since the network cannot follow."""
    found = pair()
    if found.training:
        _set_pair(interval=slower(found.interval))


def pause_pair() -> None:
    """Pause both, if there are two."""
    if current().pair:
        _set_pair(training=False)
