"""A link of TensorFlow Playground in the playground's own link: `?tfp=` and what stands after #."""

import streamlit as st

from nnlab.app.playground.record import HIDE_QUERY
from nnlab.lessons.tensorflow_playground import read_link
from nnlab.training.config import Config

QUERY = "tfp"


def linked(refused: list[str]) -> tuple[Config, dict[str, str]] | None:
    """Return the link's settings and query, and append what is to be said to `refused`.

    Its own & and = may stand in the address as they are, or quoted.
    """
    if QUERY not in st.query_params:
        return None
    parts = [f"{name}={value}" for name, value in st.query_params.items() if name != QUERY]
    found = read_link("&".join([st.query_params[QUERY], *parts]))
    refused += found.differs
    hidden = {HIDE_QUERY: ",".join(found.hidden)} if found.hidden else {}
    return found.config, {**found.view, **hidden}
