"""The palette of the visitor's theme."""

import streamlit as st

from nnlab.figures.style import DARK, LIGHT, Palette


def palette() -> Palette:
    """Return the colours of the theme that the browser has sent; without one, the light theme's."""
    return DARK if st.context.theme.type == "dark" else LIGHT
