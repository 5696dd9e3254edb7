"""The choices that views of a sweep share."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from nnlab.app.explore.session import begin_choice, current, keep_in_query
from nnlab.sweep import Result
from nnlab.sweep.analysis.columns import Column, metric_column, metrics_of

# The keys of all choices of a column.
LINK_NAMES = (
    *("parallel_color", "heat_columns", "heat_rows", "heat_metric"),
    *("scatter_x", "scatter_y", "scatter_color", "importance_metric"),
)


def done_runs(results: Sequence[Result]) -> list[Result]:
    """Return the runs that are done: neither diverged nor failed."""
    return [result for result in results if result.status == "done"]


def begin(key: str, options: Sequence[str], default: str) -> None:
    """Set a choice to the link's if none has been made, or it is no longer possible."""
    linked = current().query.get(key)
    begin_choice(key, options, linked if linked in options else default)


def choose(label: str, columns: Sequence[Column], key: str, index: int = 0) -> Column:
    """Draw the choice of a column, and keep it in the link; the key is one of LINK_NAMES."""
    by_name = {column.name: column for column in columns}
    names = list(by_name)
    default = names[min(index, len(names) - 1)]
    begin(key, names, default)
    name = st.selectbox(
        label,
        names,
        format_func=lambda name: by_name[name].title,
        key=key,
        persist_state="session",
        width=190,
    )
    keep_in_query(key, name, default)
    return by_name[name]


def choose_metric(results: Sequence[Result], key: str, label: str = "Metric") -> Column:
    """Draw the choice of a metric."""
    return choose(label, [metric_column(results, name) for name in metrics_of(results)], key)


def row() -> DeltaGenerator:
    """Return a place for choices side by side."""
    return st.container(horizontal=True, vertical_alignment="bottom", gap="small")
