"""The views of a sweep's results on the page Explore, each drawn from the same filtered results.

Each view may be drawn within the ticking fragment: its charts then change in place.
"""

import io
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from nnlab import live_chart
from nnlab.figures.sweeps import heat_map, importance_bars, parallel_coordinates, scatter
from nnlab.pages import sweep_filter, sweep_luck
from nnlab.pages.sweep_state import SweepState
from nnlab.pages.turns import turn
from nnlab.results.columns import (
    ACCURACIES,
    Column,
    axis_column,
    metric_column,
    metrics_of,
    setting,
    sweep_columns,
    with_seeds,
)
from nnlab.results.importance import FEW_RUNS, LEAST_RUNS, Importance, importance
from nnlab.results.medians import medians
from nnlab.sweep import Result
from nnlab.sweep.command_line import Table

HEAT_MAP, SCATTER, IMPORTANCE = "heat-map", "scatter", "importance"
GROWTH = 1.25  # of the number of runs, while they come, after which the forest is grown anew


def draw_view(name: str, state: SweepState) -> None:
    """Draw one of VIEWS, or say why there is nothing to be seen."""
    if not state.all_results:
        st.info("No runs yet: press Start.")
    elif not state.results and name != "parallel":
        st.info("No run passes the filter.")
    elif name != "table" and not _done(state.all_results if name == "parallel" else state.results):
        st.info("None of these runs has ended well yet: the table says what became of them.")
    else:
        VIEWS[name][1](state)
        _left_out(state.results)


def _done(results: Sequence[Result]) -> list[Result]:
    return [result for result in results if result.status == "done"]


def _left_out(results: Sequence[Result]) -> None:
    """Say how many runs no median and no picture has room for."""
    told = []
    for status, word in (("diverged", "diverged"), ("error", "failed with an error")):
        count = sum(result.status == status for result in results)
        if count:
            told.append(f"{count} {'run' if count == 1 else 'runs'} {word}")
    if told:
        st.caption(f"{' and '.join(told)}: left out of medians and pictures; the table lists them.")


def _choose(label: str, columns: Sequence[Column], key: str, index: int = 0) -> Column:
    """Draw the choice of a column."""
    by_name = {column.name: column for column in columns}
    name = st.selectbox(
        label,
        list(by_name),
        index=min(index, len(by_name) - 1),
        format_func=lambda name: by_name[name].title,
        key=key,
        persist_state="session",
        width=190,
    )
    return by_name[name]


def _choose_metric(results: Sequence[Result], key: str, label: str = "Metric") -> Column:
    return _choose(label, [metric_column(results, name) for name in metrics_of(results)], key)


def _row() -> st.delta_generator.DeltaGenerator:
    return st.container(horizontal=True, vertical_alignment="bottom", gap="small")


def _parallel(state: SweepState) -> None:
    """Draw all runs that are done; those that the filter leaves out are faint."""
    done = _done(state.all_results)
    columns = [
        column
        for column in sweep_columns(done, state.axes, state.seeds)
        if not np.isnan(column.values).any()
    ]
    with _row():
        color = _choose_metric(done, "parallel_color", "Colour")
    passing = len(_done(state.results))
    best = _best(_done(state.results), color.name)
    alt = f"Parallel coordinates of {len(done)} runs, {passing} of which pass the filter. {best}"
    with st.container(key="parallel"):
        live_chart.stage(
            sweep_filter.PARALLEL,
            parallel_coordinates(
                columns, color, sweep_filter.chosen(), f"cleared {sweep_filter.cleared()}"
            ),
            shows=live_chart.Update(len(done), alt),
            on_filter=lambda: sweep_filter.take(columns),
        )
    st.caption(
        "Drag along an axis to filter it, click on the mark to let go; drag an axis' name to move "
        "it. The filter holds in all views."
    )


def _best(results: Sequence[Result], name: str) -> str:
    """Say which run is the best one by a metric."""
    if not results:
        return "None passes."
    column = metric_column(results, name)
    if np.isnan(column.values).all():
        return ""
    sign = -1 if name in ACCURACIES else 1
    place = int(np.nanargmin(sign * column.values))
    value = column.show(column.values[place])
    return f"The best {column.title} is {value}, of run {results[place].index}."


def _heat_map(state: SweepState) -> None:
    axes = with_seeds(state.axes, state.seeds)
    if len(axes) < 2:
        st.info("A heat map needs two axes: choose a second one, or several seeds.")
        return
    columns = [axis_column(state.results, axis) for axis in axes]
    with _row():
        across = _choose("Columns", columns, "heat_columns")
        down = _choose("Rows", [one for one in columns if one.name != across.name], "heat_rows")
        metric = _choose_metric(state.results, "heat_metric")
    found = medians(down, across, metric)
    live_chart.stage(
        HEAT_MAP,
        heat_map(down, across, metric, found),
        shows=live_chart.Update(
            len(state.results),
            f"Heat map of the median {metric.title} over {across.title} and {down.title}: from "
            f"{metric.show(np.nanmin(found.values))} to {metric.show(np.nanmax(found.values))}. "
            f"{_best(state.results, metric.name)}",
        ),
    )
    most = int(found.counts.max())
    st.caption(
        f"The median over all runs of a cell, up to {most}. ✕: all runs of the cell have diverged "
        "or failed."
    )


def _scatter(state: SweepState) -> None:
    done = _done(state.results)
    columns = sweep_columns(done, state.axes, state.seeds)
    metrics = [metric_column(done, name) for name in metrics_of(done)]
    with _row():
        x = _choose("Across", columns, "scatter_x")
        y = _choose("Up", columns, "scatter_y", len(columns) - len(metrics))
        color = _choose("Colour", columns, "scatter_color", len(columns) - 1)
        log_x, log_y = (_log_toggle(axis, column) for axis, column in (("across", x), ("up", y)))
    live_chart.stage(
        SCATTER,
        scatter(
            x,
            y,
            color,
            [result.index for result in done],
            [
                setting(result, [axis.name for axis in with_seeds(state.axes, state.seeds)])
                for result in done
            ],
            log_x=log_x,
            log_y=log_y,
        ),
        shows=live_chart.Update(
            len(state.results),
            f"Scatter of {len(done)} runs: {y.title} from {y.show(np.nanmin(y.values))} to "
            f"{y.show(np.nanmax(y.values))} over {x.title} from {x.show(np.nanmin(x.values))} to "
            f"{x.show(np.nanmax(x.values))}.",
        ),
    )


def _log_toggle(axis: str, column: Column) -> bool:
    possible = not column.choices and not (column.values <= 0).any()
    return (
        st.toggle(
            f"Log {axis}",
            column.log,
            key=f"scatter_log_{axis}_{column.name}",
            persist_state="session",
            disabled=not possible,
            help="A logarithmic axis; of numbers above 0.",
        )
        and possible
    )


class _Grown(NamedTuple):
    """An importance that was computed while runs still came, and for what."""

    metric: str
    filter: object
    found: Importance | None
    runs: int


def _importance(state: SweepState) -> None:
    done = _done(state.results)
    axes = [axis_column(done, axis) for axis in with_seeds(state.axes, state.seeds)]
    with _row():
        metric = _choose_metric(done, "importance_metric")
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


def _table(state: SweepState) -> None:
    columns = sweep_columns(state.results, state.axes, state.seeds)
    data: dict[str, Any] = {"run": [result.index for result in state.results]}
    data["status"] = [result.error or result.status for result in state.results]
    for column in columns:
        data[column.title] = (
            [column.show(value) for value in column.values]
            if column.choices
            else (100 if column.name in ACCURACIES else 1) * column.values
        )
    data["iterations made"] = [result.iteration for result in state.results]
    data["seconds"] = [result.seconds for result in state.results]
    number = st.column_config.NumberColumn
    config = {
        column.title: number(format=_form(column)) for column in columns if not column.choices
    }
    st.dataframe(
        data,
        key="sweep_table",
        hide_index=True,
        column_config=config | {"seconds": number(format="%.2f")},
        placeholder="–",
        alt=f"{len(state.results)} runs",
    )
    st.download_button(
        f"Download CSV of {len(state.results)} runs",
        lambda: _csv(state),
        "sweep.csv",
        "text/csv",
        key="sweep_csv",
        on_click="ignore",
    )


def _form(column: Column) -> str:
    return "%.1f%%" if column.name in ACCURACIES else "%.4g"


def _csv(state: SweepState) -> str:
    """Write the runs that pass the filter, as the command line does."""
    file = io.StringIO()
    table = Table(file, [result.config for result in state.all_results])
    for result in state.results:
        table.write(result)
    return file.getvalue()


# by its name in the link: its title, and what draws it
VIEWS: dict[str, tuple[str, Callable[[SweepState], None]]] = {
    "luck": ("Luck or setting", sweep_luck.draw),
    "parallel": ("Parallel coordinates", _parallel),
    "heat": ("Heat map", _heat_map),
    "scatter": ("Scatter", _scatter),
    "importance": ("Importance", _importance),
    "table": ("Table", _table),
}
