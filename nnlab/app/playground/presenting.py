"""The page for a presenter: plane, numbers, network and loss, large enough for the back row.

The page draws the same elements as otherwise, so no chart is replaced. A style sheet that is sent
only while presenting hides the rest and enlarges what remains.
"""

from pathlib import Path

import streamlit as st

from nnlab.app import report
from nnlab.app.playground import panels
from nnlab.app.playground.actions import END_PRESENTING
from nnlab.app.playground.record import Playground
from nnlab.figures.from_afar import from_afar

STYLE = Path(__file__).with_suffix(".css")


def head(playground: Playground) -> None:
    """Draw the line that says what runs. Its place always exists, so nothing after it moves."""
    with st.container(key="head"):
        if playground.presenting:
            st.html(STYLE)
            st.title(report.title(playground.run.config), anchor=False)
            END_PRESENTING.button(st, playground, False)


def panel(playground: Playground, chosen: str | None) -> str | None:
    """Return the panel to draw: while presenting, only the network, unless the link hides it."""
    if not playground.presenting or not chosen:
        return chosen
    return None if panels.DEFAULT in playground.hidden else panels.DEFAULT


def figure(playground: Playground, drawn: str) -> str:
    """Return a figure as JSON, while presenting with large type."""
    return from_afar(drawn) if playground.presenting else drawn
