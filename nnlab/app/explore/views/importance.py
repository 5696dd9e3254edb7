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
from nnlab.sweep.analysis.columns import Column, axis_column
from nnlab.sweep.analysis.importance import FEW_RUNS, LEAST_RUNS, Importance, importance
from nnlab.training.wording import field_name

IMPORTANCE = "importance"
GROWTH = 1.25  # of the number of runs after which the importance is computed again


def draw(sweep: SweepResults) -> None:
    """Draw the view, in the ticking fragment or outside."""
    done = done_runs(sweep.passing)
    axes = [axis_column(done, axis) for axis in sweep.plan.varied]
    with row():
        metric = choose_metric(done, "importance_metric")
    found = _importance((*axes, metric), sweep)
    if found is None:
        st.info(
            f"Not enough to learn from: a forest needs {LEAST_RUNS} runs that are done, an axis "
            f"that varies, and results that differ. There are {len(done)} runs."
        )
        return
    order = np.argsort(-found.means)
    words = ", ".join(
        f"{field_name(found.names[place])} {found.means[place]:.3f}" for place in order
    )
    alt = f"Permutation importance for {metric.title}, from {found.runs} runs: {words}."
    shows = live_chart.Update(found.runs, alt)
    live_chart.stage(IMPORTANCE, importance_bars(found, metric), shows=shows)
    scale = "the logarithm of the " if metric.log else ""
    st.caption(
        f"From {found.runs} runs. A small random forest learns {scale}{metric.title} from the "
        "axes; the importance of an axis is the drop in R² when its values are shuffled among the "
        "runs (scikit-learn's permutation_importance; whiskers: one standard deviation). The "
        f"out-of-bag R² is {found.explained:.2f}."
    )
    if found.explained <= 0:
        st.warning("The forest has learned nothing from these runs: the bars mean nothing.")
    elif found.runs < FEW_RUNS:
        st.warning(
            f"Only {found.runs} runs: with fewer than {FEW_RUNS}, the bars are a hint at best."
        )


def _importance(columns: tuple[Column, ...], sweep: SweepResults) -> Importance | None:
    """Return the importance; while runs come, it may be that of somewhat fewer runs."""
    known = session.current().importance
    if known and _still_holds(known, columns, sweep):
        return known.found
    found = importance(columns[:-1], columns[-1])
    session.keep_importance(KnownImportance(columns, session.current().filter, found))
    return found


def _still_holds(known: KnownImportance, columns: Sequence[Column], sweep: SweepResults) -> bool:
    if [column.name for column in known.columns] != [column.name for column in columns]:
        return False
    if sweep.done < len(sweep.plan.configs) and known.filter == session.current().filter:
        runs = len(known.columns[-1].values)
        return runs <= len(columns[-1].values) < GROWTH * runs
    return all(
        np.array_equal(one.values, other.values, equal_nan=True) and one.log == other.log
        for one, other in zip(known.columns, columns, strict=True)
    )
