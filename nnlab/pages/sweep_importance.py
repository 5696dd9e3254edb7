"""The view "Importance": which axis of a sweep matters."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st

from nnlab import live_chart
from nnlab.figures.sweeps import importance_bars
from nnlab.pages import sweep_filter
from nnlab.pages.sweep_choices import choose_metric, done_runs, row
from nnlab.pages.sweep_state import SweepState
from nnlab.pages.turns import turn
from nnlab.results.columns import Column, axis_column, with_seeds
from nnlab.results.importance import FEW_RUNS, LEAST_RUNS, Importance, importance

IMPORTANCE = "importance"
GROWTH = 1.25  # of the number of runs, while they come, after which the forest is grown anew


class _Grown(NamedTuple):
    """An importance that was computed while runs still came, and for what."""

    metric: str
    filter: object
    found: Importance | None
    runs: int


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


@st.cache_data(max_entries=64, show_spinner=False)
def _cached(axes: tuple[Column, ...], metric: Column) -> Importance | None:
    with turn():
        return importance(axes, metric)


def _grown(axes: Sequence[Column], metric: Column, state: SweepState) -> Importance | None:
    """Return the importance; while runs still come, now and then a new one."""
    runs = int((~np.isnan(metric.values)).sum())
    chosen = sweep_filter.chosen()
    last: _Grown | None = st.session_state.get("importance_grown")
    fresh = last and (last.metric, last.filter) == (metric.name, chosen)
    if last and fresh and state.done < state.total and last.runs <= runs < GROWTH * last.runs:
        return last.found
    found = _cached(tuple(axes), metric)
    st.session_state.importance_grown = _Grown(metric.name, chosen, found, runs)
    return found
