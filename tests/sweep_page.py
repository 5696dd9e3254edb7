"""A page with one view of a sweep, for the tests: of what the session holds, without a sweep."""

import streamlit as st

from nnlab.pages import compare, sweep_filter
from nnlab.pages.sweep_state import SweepState
from nnlab.pages.sweep_views import draw_view

base, axes, seeds, results, total = st.session_state.sweep
sweep_filter.bar(results, axes, seeds)
passing = sweep_filter.passing(results, axes, seeds)
state = SweepState(base, axes, seeds, passing, tuple(results), len(results), total)
if st.session_state.view == compare.VIEW:
    compare.render(state)
else:
    draw_view(st.session_state.view, state)
