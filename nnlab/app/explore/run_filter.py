"""The filter of the page Explore: marked on parallel coordinates, it holds for every view."""

from collections.abc import Sequence

import streamlit as st

from nnlab.sweep import Axis, Result
from nnlab.sweep.analysis.columns import Column, sweep_columns
from nnlab.sweep.analysis.filters import Filter, marked, passes, sentence

PARALLEL = "parallel-coordinates"  # the key of their stage


def chosen() -> Filter:
    """Return the filter; the session's key `sweep_filter` holds it."""
    found: Filter = st.session_state.get("sweep_filter", {})
    return found


def clear() -> None:
    """Let all runs pass, as a new sweep does."""
    st.session_state.sweep_filter = {}
    st.session_state.filters_cleared = cleared() + 1


def cleared() -> int:
    """Return how often the filter has been cleared: what the mouse has marked then goes, too."""
    count: int = st.session_state.get("filters_cleared", 0)
    return count


def take(columns: Sequence[Column]) -> None:
    """Take over what has been marked on the axes of these columns; only in a callback."""
    told = st.session_state[PARALLEL].filter
    ranges = {
        column.name: marked(column, told["ranges"][column.name])
        for column in columns
        if column.name in told["ranges"]
    }
    st.session_state.sweep_filter = {name: found for name, found in ranges.items() if found}


def passing(
    results: Sequence[Result], axes: Sequence[Axis], seeds: Sequence[int]
) -> tuple[Result, ...]:
    """Return the results that pass the filter."""
    if not chosen():
        return tuple(results)
    kept = passes(sweep_columns(results, axes, seeds), chosen())
    return tuple(result for result, keep in zip(results, kept, strict=True) if keep)


def bar(results: Sequence[Result], axes: Sequence[Axis], seeds: Sequence[int]) -> None:
    """Say what the filter is and how many of all results pass it; a button clears it."""
    # A place that is there without a filter, too: else all charts behind it would move by one.
    with st.container(horizontal=True, vertical_alignment="center", key="filter_bar"):
        if not chosen():
            return
        columns = sweep_columns(results, axes, seeds)
        count = int(passes(columns, chosen()).sum())
        st.markdown(
            f":material/filter_alt: {sentence(columns, chosen())}: "
            f"**{count} of {len(results)} runs** in all views"
        )
        if st.button("Clear filters", key="clear_filters", on_click=clear):
            st.rerun()  # all of the page, not the fragment alone
