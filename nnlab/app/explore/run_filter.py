"""The filter of Explore: set on the parallel coordinates, it applies to every view."""

from collections.abc import Mapping, Sequence

import streamlit as st

from nnlab.app.explore import session
from nnlab.app.explore.sweep_results import SweepResults
from nnlab.sweep.analysis.columns import Column, sweep_columns
from nnlab.sweep.analysis.filters import marked, sentence

PARALLEL = "parallel-coordinates"  # the key of their stage


def mark(columns: Sequence[Column], ranges: Mapping[str, Sequence[float]]) -> None:
    """Filter by the ranges that were marked on the axes of these columns, by their names."""
    found = {
        column.name: marked(column, ranges[column.name])
        for column in columns
        if column.name in ranges
    }
    session.set_filter({name: chosen for name, chosen in found.items() if chosen})


def bar(sweep: SweepResults) -> None:
    """Draw the filter, how many runs pass it, and a button that clears it."""
    # The place is there even without a filter: otherwise all charts after it would move by one.
    with st.container(horizontal=True, vertical_alignment="center", key="filter_bar"):
        chosen = session.current().filter
        if not chosen:
            return
        columns = sweep_columns(sweep.results, sweep.plan.varied)
        st.markdown(
            f":material/filter_alt: {sentence(columns, chosen)}: "
            f"**{len(sweep.passing)} of {sweep.done} runs** in all views"
        )
        if st.button("Clear filters", key="clear_filters", on_click=session.clear_filter):
            st.rerun()  # the whole page, not the fragment alone
