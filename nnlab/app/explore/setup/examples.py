"""The presets as buttons: a list in the sidebar, and a choice before the first sweep."""

import streamlit as st

from nnlab.app.explore import session
from nnlab.app.explore.setup import sweep_fields
from nnlab.app.explore.setup.presets import PRESETS, RANGE_TEST, Preset


def menu() -> None:
    """Draw the presets as a list in a popover."""
    with st.popover("Examples", help="Fill in the fields below, which can then be changed."):
        for name, preset in PRESETS.items():
            st.button(
                preset.title,
                key=f"example_{name}",
                type="tertiary",
                on_click=_take,
                args=(preset,),
                help=preset.question,
            )


def buttons() -> None:
    """Draw the presets with their questions."""
    st.markdown(
        "A sweep trains a network once for every combination of some settings, and with several "
        "seeds for each. Choose axes in the sidebar (» shows it while it is hidden), or an example:"
    )
    with st.container(key="examples"):
        for name, preset in PRESETS.items():
            st.button(
                f"**{preset.title}**  \n{preset.question}",
                key=f"preset_{name}",
                on_click=_take,
                args=(preset,),
                width="stretch",
            )


def _take(preset: Preset) -> None:
    sweep_fields.fill_in(preset)
    if preset.view == RANGE_TEST:
        session.ask_range_test()
