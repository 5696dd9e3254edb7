"""What the views of a sweep let one choose, and what of it they draw."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from nnlab.results.columns import Column, metric_column, metrics_of
from nnlab.sweep import Result


def done_runs(results: Sequence[Result]) -> list[Result]:
    """Return the runs that are done: neither diverged nor failed."""
    return [result for result in results if result.status == "done"]


def choose(label: str, columns: Sequence[Column], key: str, index: int = 0) -> Column:
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


def choose_metric(results: Sequence[Result], key: str, label: str = "Metric") -> Column:
    """Draw the choice of a metric."""
    return choose(label, [metric_column(results, name) for name in metrics_of(results)], key)


def row() -> DeltaGenerator:
    """Return a place for choices side by side."""
    return st.container(horizontal=True, vertical_alignment="bottom", gap="small")
