"""The page Explore: a sweep of many runs, and what they have in common."""

import time
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from nnlab.app import live_chart, navigation
from nnlab.app.explore import run_filter, solved, sweep_progress
from nnlab.app.explore.setup import planning, sweep_fields
from nnlab.app.explore.setup.planning import Plan
from nnlab.app.explore.setup.presets import PRESETS, Preset
from nnlab.app.explore.sweep_progress import Going
from nnlab.app.explore.sweep_state import SweepState
from nnlab.app.explore.views import (
    VIEWS,
    choices,
    compare,
    comparison,
    draw_view,
    gallery,
    lr_range_test,
)
from nnlab.app.links import config_query, keep_in_link
from nnlab.data.points import NO_POINTS
from nnlab.training.config import Config

STYLE = Path(__file__).with_suffix(".css")
TITLE = "Explore"
TICK_SECONDS = 0.7  # between two looks at a sweep that goes on
RUNS_PER_TICK = 100  # a gallery of more takes longer to send, and is looked at less often
COMPARE_SECONDS = 3  # between two lists of the runs to compare, while they come
GALLERY = "gallery"  # the view by its name in the link, and the default
TITLES = {
    GALLERY: "Gallery",
    **{name: title for name, (title, _) in VIEWS.items()},
    compare.VIEW: compare.TITLE,
    lr_range_test.VIEW: lr_range_test.TITLE,
}
LINK_NAMES = (
    *sweep_fields.LINK_NAMES,
    *gallery.LINK_NAMES,
    *choices.LINK_NAMES,
    *solved.LINK_NAMES,
    "view",
)


class Drawn(NamedTuple):
    """What all of the page but the live part was drawn for.

    Attributes
    ----------
    interval : seconds between two looks at the sweep; None if no results will come
    runs : that passed the filter
    time : of a clock of its own, in seconds
    """

    interval: float | None
    runs: int
    time: float


def render() -> None:
    """Draw the page; the entry for one script run.

    The session's keys are told where they are used: in `filling`, `sweeping`, `rate_test`,
    `gallery` and `filtering`. Here it is `explore_query`, what the link holds beside the
    base settings, and `explore_away`, True while another page is drawn.
    """
    st.set_page_config("nnlab · Explore", "🧠", layout="wide", initial_sidebar_state=330)
    st.html(STYLE)
    state = st.session_state
    arrives = state.pop("explore_away", False)
    if arrives or "base" not in state:
        sweep_fields.arrive()
    gallery.open_chosen(sweep_progress.current())
    with st.sidebar:
        pages = st.container()
        plan, error = planning.plan(_take_example)
    sweep_progress.start_if_asked(plan)
    lr_range_test.begin_if_asked(state.base)
    going = sweep_progress.current()
    with pages:
        navigation.menu(TITLE, state.base)
    controls = st.container()
    _base(state.base)
    for sentence in (error, state.get("sweep_refused", "")):
        if sentence:
            st.error(sentence, icon=":material/error:")
    if not going:
        for sentence in state.explore_refused:
            st.warning(sentence)
    view = _choose_view()
    if view != compare.VIEW:
        comparison.pause()  # two runs that train wait while they are not drawn
    with controls:
        if view == lr_range_test.VIEW:
            lr_range_test.controls(state.base)
        else:
            sweep_progress.controls(plan)
    if view == lr_range_test.VIEW:
        interval = TICK_SECONDS if lr_range_test.is_pending(state.base) else None
        with st.container(key="live"):
            st.fragment(_live_test, run_every=interval)(state.base, interval)
        sweep_progress.keep_watching()
    else:
        _results(going, plan, view)
    query = st.query_params
    state.explore_query = {name: query[name] for name in LINK_NAMES if name in query}


def _base(base: Config) -> None:
    """Say in one line which settings the axes vary, with a button that opens them."""
    told = [
        f"{name.replace('_', ' ')} {value or 'none'}"
        for name, value in config_query(replace(base, points=NO_POINTS)).items()
    ]
    if len(base.points):
        told.append(f"{len(base.points):,} own points")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="base_line"):
        st.caption(f"Base: the article's settings{' but ' if told else ''}{', '.join(told)}")
        # No link: one holds only so many own points.
        if st.button("Open in the playground", key="open_base", type="tertiary"):
            navigation.open_in_workbench(base)
        run = navigation.current_run()
        if run and run.config != base:
            st.button(
                "Take the playground's settings",
                key="follow_playground",
                type="tertiary",
                on_click=sweep_fields.follow_playground,
                help="Let the axes vary the settings that the playground has now.",
            )


def _choose_view() -> str:
    number, asked = st.session_state.turned_to
    name = st.segmented_control(
        "View",
        list(TITLES),
        default=asked if asked in TITLES else GALLERY,
        format_func=TITLES.__getitem__,
        required=True,
        key=f"view_{number}",
        label_visibility="collapsed",
    )
    keep_in_link("view", str(name), GALLERY)
    return str(name)


def _results(going: Going | None, plan: Plan | None, view: str) -> None:
    """Draw the results, or before the first start what they will fill."""
    seen = going.plan if going else plan
    if seen is None or (not going and len(seen.configs) == 1):
        _examples()
        return
    if going and plan and plan.configs != going.plan.configs:
        st.caption(
            ":material/info: The settings have changed. These are the results of the sweep before; "
            "Start makes new ones."
        )
    interval = None
    if going and sweep_progress.is_active(going) and not going.sweep.paused:
        interval = TICK_SECONDS * max(1, len(seen.configs) / RUNS_PER_TICK)
    live = st.container(key="live")
    state = _state(seen, going)
    layout = gallery.layout(seen) if view == GALLERY else None
    if layout:
        gallery.render()
    with live:
        drawn = Drawn(interval, len(state.results), time.monotonic())
        st.fragment(_live, run_every=interval)(going, seen, layout, view, drawn)
    if view == compare.VIEW and (state.done or not going):
        compare.render(state)


def _examples() -> None:
    """Offer the presets."""
    st.markdown(
        "A sweep trains a network once for every combination of some settings, and with several "
        "seeds for each. Choose axes in the sidebar (behind » while it is hidden), "
        "or an example:"
    )
    with st.container(key="examples"):
        for name, preset in PRESETS.items():
            st.button(
                f"**{preset.title}**  \n{preset.question}",
                key=f"preset_{name}",
                on_click=_take_example,
                args=(preset,),
                width="stretch",
            )


def _take_example(preset: Preset) -> None:
    sweep_fields.fill_in(preset)
    if preset.view == lr_range_test.VIEW:
        lr_range_test.ask()


def _live(
    going: Going | None, plan: Plan, layout: gallery.Layout | None, view: str, drawn: Drawn
) -> None:
    """Look at the sweep, and draw what has come."""
    if going:
        sweep_progress.stay_awake(going)
    state = _state(plan, going)
    if going:
        if drawn.interval and (going.sweep.finished or going.sweep.paused):
            st.rerun()
        sweep_progress.progress(going, state.all_results)
    run_filter.bar(state.all_results, plan.axes, plan.seeds)
    if layout:
        live_chart.update(gallery.update(state, layout))
    elif going and not state.done:
        st.info("No run has finished yet.")
    elif view in VIEWS:
        draw_view(view, state)
    elif len(state.results) != drawn.runs and time.monotonic() > drawn.time + COMPARE_SECONDS:
        st.rerun()  # Compare is drawn outside, and has more to choose from


def _live_test(base: Config, interval: float | None) -> None:
    """Look at the range test."""
    if interval and not lr_range_test.is_pending(base):
        st.rerun()
    lr_range_test.draw(base)


def _state(plan: Plan, going: Going | None) -> SweepState:
    results = going.sweep.results if going else []
    in_order = sorted(results, key=lambda result: result.index)
    return SweepState(
        base=plan.base,
        axes=plan.axes,
        seeds=plan.seeds,
        results=run_filter.passing(in_order, plan.axes, plan.seeds),
        all_results=tuple(results),
        begun=going.started if going else 0,
        done=len(results),
        total=len(plan.configs),
    )


def _query(settings: Config) -> dict[str, str]:
    state = st.session_state
    base = state.base if sweep_fields.is_begun() else settings
    return {**state.get("explore_query", {}), **config_query(base)}


def _leave() -> None:
    st.session_state.explore_away = True
    comparison.pause()


PAGE = navigation.Page(
    title=TITLE,
    icon=":material/grid_view:",
    render=render,
    query=_query,
    leave=_leave,
    watch=sweep_progress.keep_watching,
)
