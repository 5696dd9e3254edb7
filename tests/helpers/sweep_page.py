"""A page with one view of a sweep, for the tests: of what the session holds, without a sweep."""

import streamlit as st

from nnlab.app import navigation
from nnlab.app.explore import page as explore
from nnlab.app.explore import run_filter
from nnlab.app.explore.sweep_state import SweepState
from nnlab.app.explore.views import compare, draw_view
from nnlab.app.playground import page as playground

navigation.register(playground.PAGE, explore.PAGE)

base, axes, seeds, results, total = st.session_state.sweep
run_filter.bar(results, axes, seeds)
in_order = sorted(results, key=lambda result: result.index)
passing = run_filter.passing(in_order, axes, seeds)
begun = st.session_state.get("begun", 0)
state = SweepState(base, axes, seeds, passing, tuple(results), begun, len(results), total)
if st.session_state.view == compare.VIEW:
    compare.render(state)
else:
    draw_view(st.session_state.view, state)
