"""The page Explore: a sweep of many runs, and what they have in common."""

import time
from dataclasses import replace
from math import inf
from pathlib import Path

import streamlit as st

from nnlab.app import live_chart, navigation
from nnlab.app.action import keyboard
from nnlab.app.explore import run_filter, session, sweep_progress
from nnlab.app.explore.actions import ON_KEYS
from nnlab.app.explore.session import Plan, StartedSweep
from nnlab.app.explore.setup import examples, planning, sweep_fields
from nnlab.app.explore.setup.presets import RANGE_TEST
from nnlab.app.explore.sweep_results import SweepResults, results_so_far
from nnlab.app.explore.views import (
    VIEWS,
    choices,
    compare,
    draw_view,
    gallery,
    lr_range_test,
    parallel_columns,
)
from nnlab.app.links import config_query, say_refusals
from nnlab.app.turns import in_turn
from nnlab.data.datasets import OWN
from nnlab.data.points import NO_POINTS
from nnlab.training.config import Config
from nnlab.training.wording import own_points, phrase

STYLE = Path(__file__).with_suffix(".css")
TITLE = "Explore"
TICK_SECONDS = 0.7  # between two updates of a running sweep
RUNS_PER_TICK = 100  # a gallery of more runs takes longer to send, and is updated less often
COMPARE_SECONDS = 3  # between two updates of the runs to compare
GALLERY = "gallery"  # the view by its name in the link, and the default
TITLES = {
    GALLERY: "Gallery",
    **{name: title for name, (title, _) in VIEWS.items()},
    compare.VIEW: compare.TITLE,
    RANGE_TEST: lr_range_test.TITLE,
}
LINK_NAMES = (
    *(*sweep_fields.LINK_NAMES, *gallery.LINK_NAMES, *choices.LINK_NAMES),
    *("solved", "view"),
)


def render() -> None:
    """Draw the page: one script run."""
    st.set_page_config("nnlab · Explore", "🧠", layout="wide", initial_sidebar_state=330)
    st.html(STYLE)
    keyboard(ON_KEYS)
    if not session.is_open() or session.current().away:
        sweep_fields.arrive(LINK_NAMES)
    _open_settings()
    with st.sidebar:
        pages = st.container()
        plan, error = planning.plan()
    session.start_if_asked(plan)
    session.start_range_test_if_asked()
    explore = session.current()
    base = explore.base
    with pages:
        navigation.menu(TITLE, base)
    controls = st.container()
    _base(base)
    for sentence in (error, explore.refused_start):
        if sentence:
            st.error(sentence, icon=":material/error:")
    if not explore.sweep:
        say_refusals(explore.refused_link)
    view = _choose_view()
    if view != compare.VIEW:
        session.pause_pair()
    with controls:
        if view == RANGE_TEST:
            lr_range_test.controls(base)
        else:
            sweep_progress.controls(plan, beside_others=view == compare.VIEW)
    if view == RANGE_TEST:
        interval = TICK_SECONDS if lr_range_test.is_pending(base) else None
        with st.container(key="live"):
            st.fragment(in_turn(_live_test), run_every=interval)(base, interval)
        sweep_progress.keep_watching()
    else:
        _results(explore.sweep, plan, view)
    session.write_address()


def _open_settings() -> None:
    """Open settings in the playground if a click has asked for it.

    The request is cleared last: if a click ends this script run, the next one opens them.
    """
    if config := session.current().to_open:
        navigation.open_in_workbench(config)
        session.opened()


def _base(base: Config) -> None:
    """Draw one line with the settings that the axes vary, and a button that opens them."""
    changed = config_query(replace(base, points=NO_POINTS))
    if base.dataset == OWN:  # its test points are own points
        changed.pop("test_samples", None)
    words = [phrase(name, getattr(base, name)) for name in changed]
    if count := len(base.points):
        words.append(own_points(base.dataset, count, base.test_samples))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="base_line"):
        changes = f", except {', '.join(words)}" if words else ""
        st.caption(f"Base: default settings (the article's){changes}")
        # Not a link, since a link holds only a limited number of own points.
        st.button(
            "Open in the playground",
            key="open_base",
            type="tertiary",
            icon=":material/open_in_new:",
            on_click=session.open_settings,
            args=(base,),
        )
        run = navigation.current_run()
        if run and run.config != base:
            st.button(
                "Use the playground's settings",
                key="follow_playground",
                type="tertiary",
                icon=":material/download:",
                on_click=sweep_fields.follow_playground,
                help="Use the playground's current settings as the base of the sweep.",
            )


def _choose_view() -> str:
    explore = session.current()
    name = st.segmented_control(
        "View",
        list(TITLES),
        default=explore.view if explore.view in TITLES else GALLERY,
        format_func=TITLES.__getitem__,
        required=True,
        key=f"view_{explore.view_number}",
        label_visibility="collapsed",
    )
    session.keep_in_query("view", str(name), GALLERY)
    return str(name)


def _results(started: StartedSweep | None, plan: Plan | None, view: str) -> None:
    """Draw the results, or before the first start their empty place or the examples."""
    shown = started.plan if started else plan
    if shown is None or (not started and len(shown.configs) == 1):
        examples.buttons()
        return
    if started and plan and plan.configs != started.plan.configs:
        st.caption(
            ":material/info: The settings have changed. These are the results of the last sweep; "
            "Start runs the sweep again."
        )
    interval = None
    if started and started.is_running:
        interval = TICK_SECONDS * max(1, len(shown.configs) / RUNS_PER_TICK)
    live = st.container(key="live")
    sweep = results_so_far(shown, started)
    layout = gallery.layout(shown) if view == GALLERY else None
    if layout:
        live_chart.gallery(gallery.KEY)
    with live:
        due = time.monotonic() + COMPARE_SECONDS if view == compare.VIEW else inf
        st.fragment(in_turn(_live), run_every=interval)(started, sweep, layout, view, interval, due)
    if view == compare.VIEW and (sweep.done or not started):
        compare.render(sweep)


def _live(
    started: StartedSweep | None,
    drawn: SweepResults,
    layout: gallery.Layout | None,
    view: str,
    interval: float | None,
    due: float,
) -> None:
    """Draw the results so far; after `due`, redraw the whole page if more runs pass the filter."""
    explore = session.current()
    if explore.to_open:
        st.rerun()  # the whole page, which opens the settings
    sweep = results_so_far(drawn.plan, started)  # the whole page shows `drawn`
    if started:
        if interval and not started.is_running:
            st.rerun()
        sweep_progress.progress(started.sweep, sweep.results)
    run_filter.bar(sweep)
    if started and not sweep.done and not layout:
        st.info("No run has finished yet.")
    elif view in VIEWS:
        draw_view(view, sweep)
    elif len(sweep.passing) != len(drawn.passing) and time.monotonic() > due:
        st.rerun()  # Compare, outside this fragment, has more runs to choose from
    if view != compare.VIEW:  # Compare sends its own updates
        live_chart.update(
            gallery.update(sweep, layout) if layout else {},
            inbox=explore.inbox,
            what_is_lost=explore.what_is_lost,
            handlers={
                "open": session.open_run,
                "filter": lambda ranges: run_filter.mark(parallel_columns(sweep), ranges),
            },
        )
    session.write_address()


def _live_test(base: Config, interval: float | None) -> None:
    """Draw the range test."""
    if session.current().to_open or (interval and not lr_range_test.is_pending(base)):
        st.rerun()
    lr_range_test.draw(base)


PAGE = navigation.Page(
    title=TITLE,
    icon=":material/grid_view:",
    render=render,
    query=sweep_fields.query_for,
    leave=session.leave,
    watch=sweep_progress.keep_watching,
)
