"""The examples at the top of the sidebar: one picture each, which starts its run."""

import base64
from functools import lru_cache
from pathlib import Path

import streamlit as st

from nnlab.app import theme
from nnlab.app.playground.actions import EXAMPLES
from nnlab.app.playground.example_runs import EXAMPLE_RUNS
from nnlab.app.playground.record import Playground
from nnlab.figures.plane_picture import recolored
from nnlab.figures.style import Palette

PICTURES = Path(__file__).parent / "example_pictures"
STYLE = Path(__file__).with_suffix(".css")


def render(playground: Playground) -> None:
    """Draw a button for each example, and say which one the page shows."""
    st.html(STYLE)
    config = playground.run.config
    shown = [name for name, example in EXAMPLE_RUNS.items() if example.config == config]
    titles = "".join(f" · :gray[{EXAMPLE_RUNS[name].title.lower()}]" for name in shown)
    # Not at its picture, where so long a text would cover the buttons around it.
    sentence = " ".join(EXAMPLE_RUNS[name].sentence for name in shown)
    st.header(f"Examples{titles}", anchor=False, help=sentence or None)
    with st.container(horizontal=True, key="examples"):
        for name, example in EXAMPLE_RUNS.items():
            label = f"![{example.title}]({_picture(name, theme.palette())})"
            look = "primary" if name in shown else "secondary"
            EXAMPLES[name].button(st, playground, example, label=label, type=look)


@lru_cache
def _picture(name: str, palette: Palette) -> str:
    """Return an example's picture as a data URL."""
    content = recolored((PICTURES / f"{name}.png").read_bytes(), palette)
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"
