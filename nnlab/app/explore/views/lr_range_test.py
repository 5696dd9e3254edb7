"""The view "Range test": the learning rates at which a network learns."""

from dataclasses import replace
from functools import partial

import streamlit as st

from nnlab.app import live_chart
from nnlab.app.explore import session
from nnlab.app.explore.session import StartedTest
from nnlab.app.explore.setup import sweep_fields
from nnlab.data.rules import BrokenRule
from nnlab.figures.range_test import range_curve
from nnlab.sweep.range_test import BEGUN, CAUTION, HIGHEST, LOWEST, RATES, UPDATES, RangeTest
from nnlab.training.config import Config
from nnlab.training.wording import loss_name

TITLE = "Range test"
STAGE = "range-test"
_ENDS = {
    "diverged": "Above that, the run diverged.",
    "far above": "Beyond that, the loss rose far above its minimum.",
    "highest": f"No divergence up to {HIGHEST:g}.",
}


def _current(base: Config) -> StartedTest | None:
    test = session.current().range_test
    return test if test and test.config == base else None


def is_pending(base: Config) -> bool:
    """Say whether a test of these settings is running."""
    test = _current(base)
    return test is not None and not test.future.done()


def controls(base: Config) -> None:
    """Draw the button, and say what the test does."""
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
            f"section 3.3: the rate grows while the network learns, here in {RATES} steps by equal "
            f"factors with {UPDATES} iterations each, and the loss shows where learning begins and "
            "where the rate becomes too large. All other settings are those of the base.",
        )


def draw(base: Config) -> None:
    """Draw the curve and the suggested learning rate, in the ticking fragment."""
    test = _current(base)
    if test is None:
        st.info("No test of these settings yet: press Start.")
    elif not test.future.done():
        st.info("The test is running.")
    elif error := test.future.exception():
        why = f"The range test failed: {error}"
        if isinstance(error, BrokenRule):
            why = "The range test needs training points: add some first."
        st.error(why, icon=":material/error:")
    else:
        _draw(base, test.future.result())


def _draw(base: Config, test: RangeTest) -> None:
    if not test.falls:
        st.warning(
            "The loss never fell by even 1%: with these settings the network does not learn at any "
            "of these rates. Try another initialization, activation or seed."
        )
        return
    st.markdown(
        f"Learning begins at about {test.begins:.2g}, where the loss has made {BEGUN:.0%} of its "
        f"total fall; it is lowest at {test.ends:.2g}. {_ENDS[test.end]} Usable range: "
        f"**{test.begins:.2g} to {test.ends:.2g}**. A fast and safe fixed rate is a quarter of the "
        f"upper end: **{test.suggested:g}**.",
        help="Smith takes the two ends as the bounds of a rate that goes up and down. For a fixed "
        "rate, the upper end is too large: the test is short, and a rate just below the edge fails "
        f"in the long run. 1/{CAUTION} of it is his rule of thumb for the lower bound.",
    )
    alt = (
        f"Range test: training loss over the learning rate. Learning begins at {test.begins:.2g}, "
        f"the loss is lowest at {test.ends:.2g}; suggested: {test.suggested:g}."
    )
    shows = live_chart.Update(len(test.rates), alt)
    live_chart.stage(STAGE, range_curve(test, loss_name(base)), shows=shows)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            f"Try {test.suggested:g} in the playground",
            key="open_suggested",
            on_click=session.open_settings,
            args=(replace(base, learning_rate=test.suggested),),
        )
        act, why = partial(_sweep_around, test.suggested), "Runs at a tenth to ten times this rate."
        if st.button(f"Sweep around {test.suggested:g}", "sweep_around", why, act):
            st.rerun()  # all of the page, not the fragment alone


def _sweep_around(rate: float) -> None:
    axis = ("learning_rate", f"{rate / 10:.2g}..{10 * rate:.2g} log 7")
    sweep_fields.fill(axes=(axis,), sample=None)
    session.turn_to("gallery")
