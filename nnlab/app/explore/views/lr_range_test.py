"""The view "Range test": between which learning rates a network learns."""

from concurrent.futures import Future
from dataclasses import replace

import streamlit as st

from nnlab.app import live_chart, navigation, report
from nnlab.app.explore import session
from nnlab.app.explore.session import StartedTest
from nnlab.app.explore.setup import sweep_fields
from nnlab.figures.range_test import range_curve
from nnlab.sweep.cluster import shared_workers
from nnlab.sweep.limits import check_points_and_sizes
from nnlab.sweep.range_test import (
    BEGUN,
    CAUTION,
    HIGHEST,
    LOWEST,
    RATES,
    UPDATES,
    RangeTest,
    range_test,
)
from nnlab.training.config import Config

TITLE = "Range test"
STAGE = "range-test"
_ENDS = {
    "diverged": "Above, the run diverged.",
    "far above": "Then it rose far above its best.",
    "highest": f"No divergence up to {HIGHEST:g}.",
}


def _current(base: Config) -> StartedTest | None:
    test = session.current().range_test
    return test if test and test.config == base else None


def is_pending(base: Config) -> bool:
    """Say whether the test of these settings is running."""
    test = _current(base)
    return test is not None and not test.future.done()


def start_if_asked(base: Config) -> None:
    """Start the test of these settings if one was asked for."""
    if not session.take_range_test_asked():
        return
    try:
        check_points_and_sizes([base])
        future = shared_workers().executor.submit(range_test, base)
    except (ValueError, RuntimeError) as error:
        future = Future()
        future.set_exception(error)
    session.start_range_test(StartedTest(base, future))


def controls(base: Config) -> None:
    """Draw the button, and what the test will do."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Start",
            key="range_start",
            type="primary",
            width=90,
            on_click=session.ask_range_test,
            disabled=is_pending(base),
            help="Run the test with the base settings.",
        )
        st.markdown(
            f"One run of {RATES * UPDATES:,} iterations, its learning rate from {LOWEST:g} to "
            f"{HIGHEST:g}",
            help="L. N. Smith (2017), Cyclical Learning Rates for Training Neural Networks, "
            f"section 3.3: the rate grows while the network learns, here by {RATES} equal "
            f"factors with {UPDATES} iterations each, and the loss tells where learning begins "
            "and where the steps become too large. All other settings are those of the base.",
        )


def draw(base: Config) -> None:
    """Draw the curve and what follows from it, in the ticking fragment."""
    test = _current(base)
    if test is None:
        st.info("No test of these settings yet: press Start.")
    elif not test.future.done():
        st.info("The test is running.")
    elif test.future.exception():
        st.error(f"No test: {test.future.exception()}", icon=":material/error:")
    else:
        _draw(base, test.future.result())


def _draw(base: Config, test: RangeTest) -> None:
    if not test.falls:
        st.warning(
            "The loss never fell by 1 %: with these settings the network learns at "
            "none of these rates. Try another initialization, activation or seed."
        )
        return
    words = (
        f"Learning begins at about **{test.begins:.2g}**, where {BEGUN:.0%} of the fall is made; "
        f"the loss is least at **{test.ends:.2g}**. {_ENDS[test.end]} Between the two it learns. "
        f"A fixed rate that is quick and safe is a quarter of the upper end: "
        f"**{test.suggested:g}**."
    )
    st.markdown(
        words,
        help="Smith takes the two ends as the bounds of a rate that goes up and down. For one that "
        "stays, the upper end is too large: the curve is of a moment, and a rate just below the "
        f"edge fails in the long run. 1/{CAUTION} of it is his rule of thumb for the lower bound.",
    )
    live_chart.stage(
        STAGE,
        range_curve(test, report.loss_name(base)),
        shows=live_chart.Update(
            len(test.rates),
            f"Range test: training loss over the learning rate. Learning begins at "
            f"{test.begins:.2g}, the loss is least at {test.ends:.2g}; suggested: "
            f"{test.suggested:g}.",
        ),
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button(f"Learning rate {test.suggested:g} in the playground", key="open_suggested"):
            navigation.open_in_workbench(replace(base, learning_rate=test.suggested))
        if st.button(
            "A sweep around it",
            key="sweep_around",
            on_click=_sweep_around,
            args=(test.suggested,),
            help="Whole runs at rates from a tenth to ten times of it.",
        ):
            st.rerun()  # all of the page, not the fragment alone


def _sweep_around(rate: float) -> None:
    axis = ("learning_rate", f"{rate / 10:.2g}..{10 * rate:.2g} log 7")
    sweep_fields.fill(axes=(axis,), sample=None)
    session.turn_to("gallery")
