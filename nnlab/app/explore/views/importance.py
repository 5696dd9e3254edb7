"""The view "Importance": which axis of a sweep matters most."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from nnlab.app import live_chart
from nnlab.app.explore import session
from nnlab.app.explore.session import KnownImportance
from nnlab.app.explore.sweep_results import SweepResults
from nnlab.app.explore.views.choices import choose_metric, done_runs, row
from nnlab.figures.sweeps import importance_bars
from nnlab.sweep.analysis.columns import Column, axis_column, with_seeds
from nnlab.sweep.analysis.importance import FEW_RUNS, LEAST_RUNS, Importance, importance

IMPORTANCE = "importance"
GROWTH = 1.25  # while runs come, the importance is computed again for that many times more runs


def draw(sweep: SweepResults) -> None:
    """Draw the view, in the ticking fragment or outside."""
    done = done_runs(sweep.passing)
    axes = [axis_column(done, axis) for axis in with_seeds(sweep.axes, sweep.seeds)]
    with row():
        metric = choose_metric(done, "importance_metric")
    found = _importance(axes, metric, sweep)
    if found is None:
        st.info(
            f"Not enough to learn from: a forest needs {LEAST_RUNS} runs that are done, an axis "
            f"that varies, and results that differ. There are {len(done)} runs."
        )
        return
    order = np.argsort(-found.means)
    words = ", ".join(
        f"{found.names[place].replace('_', ' ')} {found.means[place]:.3f}" for place in order
    )
    live_chart.stage(
        IMPORTANCE,
        importance_bars(found, metric),
        shows=live_chart.Update(
            found.runs,
            f"Permutation importance for {metric.title}, from {found.runs} runs: {words}.",
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


def _importance(axes: Sequence[Column], metric: Column, sweep: SweepResults) -> Importance | None:
    """Return the importance; while runs still come, that of somewhat fewer runs will do."""
    known = session.current().importance
    if known and _still_holds(known, axes, metric, sweep):
        return known.found
    found = importance(axes, metric)
    chosen = session.current().filter
    session.keep_importance(KnownImportance(tuple(axes), metric, chosen, found))
    return found


def _still_holds(
    known: KnownImportance, axes: Sequence[Column], metric: Column, sweep: SweepResults
) -> bool:
    old, new = (*known.axes, known.metric), (*axes, metric)
    if [column.name for column in old] != [column.name for column in new]:
        return False
    if sweep.done < sweep.total and known.filter == session.current().filter:
        runs = len(known.metric.values)
        return runs <= len(metric.values) < GROWTH * runs
    return all(
        np.array_equal(one.values, other.values, equal_nan=True) and one.log == other.log
        for one, other in zip(old, new, strict=True)
    )
