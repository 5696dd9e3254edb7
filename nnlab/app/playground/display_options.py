"""What is shown on the plane: points, mistakes, probabilities or hard answers."""

from typing import NamedTuple

import streamlit as st

# key, its default, label, help
_TOGGLES = (
    ("train_points", True, "Training points", "Draw the points that the network learns from."),
    ("test_points", True, "Test points", "Draw the points that the network never learns from."),
    ("misclassified", False, "Misclassified points", "Ring the points on the wrong side."),
    ("discretize", False, "Discretize", "Two colours: the answer without its probability."),
)
LINK_NAMES = tuple(key for key, *_ in _TOGGLES)


class Choices(NamedTuple):
    """What was chosen to be seen on the plane.

    Attributes
    ----------
    parts : of "train" and "test", those whose points are drawn
    misclassified : ring the points on the wrong side
    discretize : show the answer, class 0 or 1, in place of its probability
    """

    parts: tuple[str, ...]
    misclassified: bool
    discretize: bool


def choose() -> Choices:
    """Draw the choices in a popover, kept in the link, and return them."""
    with st.popover("Show"):
        train, test, misclassified, discretize = (
            st.toggle(label, default, key=key, help=help_, bind="query-params")
            for key, default, label, help_ in _TOGGLES
        )
    parts = tuple(part for part, on in (("train", train), ("test", test)) if on)
    return Choices(parts, misclassified, discretize)
