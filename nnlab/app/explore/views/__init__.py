"""The views of a sweep's results on the page Explore, each drawn from the same filtered results.

In the ticking fragment, a view's charts change in place.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import streamlit as st

from nnlab.app import live_chart, theme
from nnlab.app.explore import run_filter, session
from nnlab.app.explore.sweep_results import SweepResults, failures
from nnlab.app.explore.views import importance, seed_spread, table
from nnlab.app.explore.views.choices import choose, choose_metric, done_runs, row
from nnlab.figures.sweeps import heat_map, parallel_coordinates, scatter
from nnlab.sweep import Result
from nnlab.sweep.analysis.columns import (
    ACCURACIES,
    Column,
    axis_column,
    metric_column,
    setting,
    sweep_columns,
)
from nnlab.sweep.analysis.medians import medians

STYLE = Path(__file__).with_name("sweep_views.css")
HEAT_MAP, SCATTER = "heat-map", "scatter"


def draw_view(name: str, sweep: SweepResults) -> None:
    """Draw one of VIEWS, or say why there is nothing to show."""
    st.html(STYLE)
    if not sweep.results:
        st.info("No runs yet: press Start.")
    elif not sweep.passing and name != "parallel":
        st.info("No run passes the filter.")
    elif name != "table" and not done_runs(sweep.results if name == "parallel" else sweep.passing):
        st.info("All of these runs diverged or failed: the table says which.")
    else:
        with st.container(key="view_place"):
            VIEWS[name][1](sweep)
            if failed := failures(sweep.passing):
                runs = " and ".join(failed)
                st.caption(f"Not in medians and charts: {runs}; the table lists them.")


def parallel_columns(sweep: SweepResults) -> list[Column]:
    """Return the columns that the parallel coordinates show, of all runs that are done."""
    columns = sweep_columns(done_runs(sweep.results), sweep.plan.varied)
    return [column for column in columns if not np.isnan(column.values).any()]


def _parallel(sweep: SweepResults) -> None:
    """Draw all runs that are done; faint where they do not pass the filter."""
    done = done_runs(sweep.results)
    columns = parallel_columns(sweep)
    with row():
        color = choose_metric(done, "parallel_color", "Colour")
    explore = session.current()
    passing = done_runs(sweep.passing)
    alt = (
        f"Parallel coordinates of {len(done)} runs, {len(passing)} of which pass the filter. "
        f"{_best(passing, color.name)}"
    )
    cleared = f"cleared {explore.filters_cleared}"
    figure = parallel_coordinates(columns, color, explore.filter, cleared, theme.palette())
    with st.container(key="parallel"):
        live_chart.stage(run_filter.PARALLEL, figure, shows=live_chart.Update(len(done), alt))
    st.caption(
        "Drag along an axis to filter the runs, click a marked range to clear it, and drag an axis "
        "by its name to reorder. The filter applies to all views."
    )


def _best(results: Sequence[Result], name: str) -> str:
    """Say which run is best by a metric."""
    if not results:
        return "None passes."
    column = metric_column(results, name)
    if np.isnan(column.values).all():
        return ""
    sign = -1 if name in ACCURACIES else 1
    place = int(np.nanargmin(sign * column.values))
    value = column.show(column.values[place])
    return f"The best {column.title} is {value}, of run {results[place].index}."


def _heat_map(sweep: SweepResults) -> None:
    axes = sweep.plan.varied
    if len(axes) < 2:
        st.info("A heat map needs two axes: choose a second one, or several seeds.")
        return
    columns = [axis_column(sweep.passing, axis) for axis in axes]
    with row():
        across = choose("Columns", columns, "heat_columns")
        down = choose("Rows", [one for one in columns if one.name != across.name], "heat_rows")
        metric = choose_metric(sweep.passing, "heat_metric")
    found = medians(down, across, metric)
    alt = (
        f"Heat map of the median {metric.title} over {across.title} and {down.title}: from "
        f"{metric.show(np.nanmin(found.values))} to {metric.show(np.nanmax(found.values))}. "
        f"{_best(sweep.passing, metric.name)}"
    )
    shows = live_chart.Update(len(sweep.passing), alt)
    live_chart.stage(HEAT_MAP, heat_map(down, across, metric, found), shows=shows)
    st.caption(
        f"The median of the runs in each cell (up to {_runs(found.counts.max())}). ✕: all runs of "
        "the cell diverged or failed."
    )


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"


def _scatter(sweep: SweepResults) -> None:
    done = done_runs(sweep.passing)
    known = sweep_columns(done, sweep.plan.varied)
    columns = [column for column in known if not np.isnan(column.values).all()]
    with row():
        x = choose("Across", columns, "scatter_x")
        y = choose("Up", columns, "scatter_y", len(sweep.plan.varied))
        color = choose("Colour", columns, "scatter_color", len(columns) - 1)
        log_x, log_y = (_log_toggle(axis, column) for axis, column in (("across", x), ("up", y)))
    numbers = [result.index for result in done]
    texts = [setting(result, [axis.name for axis in sweep.plan.varied]) for result in done]
    figure = scatter(x, y, color, numbers, texts, log_x=log_x, log_y=log_y, palette=theme.palette())
    up, across = (
        f"{column.title} from {column.show(np.nanmin(column.values))} to "
        f"{column.show(np.nanmax(column.values))}"
        for column in (y, x)
    )
    alt = f"Scatter of {len(done)} runs: {up} over {across}."
    live_chart.stage(SCATTER, figure, shows=live_chart.Update(len(sweep.passing), alt))


def _log_toggle(axis: str, column: Column) -> bool:
    possible = not column.choices and not (column.values <= 0).any()
    chosen = st.toggle(
        f"Log {axis}",
        column.log,
        key=f"scatter_log_{axis}_{column.name}",
        persist_state="session",
        disabled=not possible,
        help="A logarithmic axis, for numbers above 0.",
    )
    return chosen and possible


# by name in the link: title and function
VIEWS: dict[str, tuple[str, Callable[[SweepResults], None]]] = {
    "luck": ("Seed spread", seed_spread.draw),
    "parallel": ("Parallel coordinates", _parallel),
    "heat": ("Heat map", _heat_map),
    "scatter": ("Scatter", _scatter),
    "importance": ("Importance", importance.draw),
    "table": ("Table", table.draw),
}
