"""The view "Importance": which axis of a sweep matters."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st

from nnlab.app import live_chart
from nnlab.app.explore import run_filter
from nnlab.app.explore.sweep_state import SweepState
from nnlab.app.explore.views.choices import choose_metric, done_runs, row
from nnlab.app.turns import turn
from nnlab.figures.sweeps import importance_bars
from nnlab.sweep.analysis.columns import Column, axis_column, with_seeds
from nnlab.sweep.analysis.filters import Filter
from nnlab.sweep.analysis.importance import FEW_RUNS, LEAST_RUNS, Importance, importance

IMPORTANCE = "importance"
GROWTH = 1.25  # of the number of runs, while they come, after which the forest is grown anew


class _Grown(NamedTuple):
    """The importance that was computed last, and from what; the session's key `importance`."""

    axes: tuple[Column, ...]
    metric: Column
    filter: Filter
    found: Importance | None


def draw(state: SweepState) -> None:
    """Draw the view, in the ticking fragment or outside."""
    done = done_runs(state.results)
    axes = [axis_column(done, axis) for axis in with_seeds(state.axes, state.seeds)]
    with row():
        metric = choose_metric(done, "importance_metric")
    found = _grown(axes, metric, state)
    if found is None:
        st.info(
            f"Too little to learn from: a forest needs {LEAST_RUNS} runs that are done, an axis "
            f"that varies, and different results. There are {len(done)} runs."
        )
        return
    order = np.argsort(-found.means)
    told = ", ".join(
        f"{found.names[place].replace('_', ' ')} {found.means[place]:.3f}" for place in order
    )
    live_chart.stage(
        IMPORTANCE,
        importance_bars(found, metric),
        shows=live_chart.Update(
            found.runs,
            f"Permutation importance for {metric.title}, from {found.runs} runs: {told}.",
        ),
    )
    scale = "the logarithm of the " if metric.log else ""
    st.caption(
        f"From {found.runs} runs. A small random forest learns {scale}{metric.title} from the "
        "axes; an axis matters as much as R² drops when its values are shuffled among the runs "
        "(scikit-learn's permutation_importance; the whiskers are a standard deviation). For runs "
        f"that its trees have not seen, the forest's R² is {found.explained:.2f}."
    )
    if found.explained <= 0:
        st.warning("The forest has learned nothing from these runs: the bars mean nothing.")
    elif found.runs < FEW_RUNS:
        st.warning(
            f"Only {found.runs} runs: with fewer than {FEW_RUNS}, take the bars as a hint at best."
        )


def _grown(axes: Sequence[Column], metric: Column, state: SweepState) -> Importance | None:
    """Return the importance: of before if it is of these runs, or if runs still come, of most."""
    last: _Grown | None = st.session_state.get("importance")
    if last and _is_still_good(last, axes, metric, state):
        return last.found
    with turn():
        found = importance(axes, metric)
    st.session_state.importance = _Grown(tuple(axes), metric, run_filter.chosen(), found)
    return found


def _is_still_good(last: _Grown, axes: Sequence[Column], metric: Column, state: SweepState) -> bool:
    before, now = (*last.axes, last.metric), (*axes, metric)
    if [column.name for column in before] != [column.name for column in now]:
        return False
    if state.done < state.total and last.filter == run_filter.chosen():
        return len(last.metric.values) <= len(metric.values) < GROWTH * len(last.metric.values)
    return all(
        np.array_equal(one.values, other.values, equal_nan=True) and one.log == other.log
        for one, other in zip(before, now, strict=True)
    )
