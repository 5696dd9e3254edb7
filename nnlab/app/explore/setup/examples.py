"""The presets as buttons: a list in the sidebar, and a choice before the first sweep."""

from functools import partial

import streamlit as st

from nnlab.app.explore import session
from nnlab.app.explore.setup import sweep_fields
from nnlab.app.explore.setup.presets import PRESETS, RANGE_TEST, Preset


def menu() -> None:
    """Draw the presets as a list in a popover."""
    with st.popover("Examples", help="Fill in the fields below, which can then be changed."):
        for name, preset in PRESETS.items():
            key, act = f"example_{name}", partial(_fill_in, preset)
            st.button(preset.title, key, preset.question, act, type="tertiary")


def buttons() -> None:
    """Draw the presets with their questions."""
    st.markdown(
        "A sweep trains a network for every combination of some settings, once with each of one or "
        "more seeds. Choose axes in the sidebar (» shows it if it is hidden), or an example:"
    )
    with st.container(key="examples"):
        for name, preset in PRESETS.items():
            label, act = f"**{preset.title}**  \n{preset.question}", partial(_fill_in, preset)
            st.button(label, f"preset_{name}", on_click=act, width="stretch")


def _fill_in(preset: Preset) -> None:
    sweep_fields.fill_in(preset)
    if preset.view == RANGE_TEST:
        session.ask_range_test()
