"""A page for tests with one view of a sweep, drawn from results in the session."""

import streamlit as st

from nnlab.app import navigation
from nnlab.app.explore import page as explore
from nnlab.app.explore import run_filter, session
from nnlab.app.explore.session import Plan
from nnlab.app.explore.sweep_results import filtered
from nnlab.app.explore.views import compare, draw_view
from nnlab.app.playground import page as playground

navigation.register(playground.PAGE, explore.PAGE)

state = st.session_state
base, axes, seeds, results, total = state.sweep
if not session.is_open():
    session.open_(base, st.query_params.to_dict())
if "sweep_filter" in state:
    session.set_filter(state.pop("sweep_filter"))
plan = Plan(base, tuple(axes), tuple(seeds), (base,) * total)
sweep = filtered(plan, results, session.current().filter, state.get("started", 0))
run_filter.bar(sweep)
if state.view == compare.VIEW:
    compare.render(sweep)
else:
    draw_view(state.view, sweep)
session.write_address()
