"""What is shown on the plane: points, mistakes, probabilities or hard answers."""

from typing import NamedTuple

import streamlit as st


class Shown(NamedTuple):
    """The choices of what is seen on the plane.

    Attributes
    ----------
    sets : of "train" and "test", those whose points are drawn
    misclassified : mark the points on the wrong side
    discretize : the boundary shows the answer, class 0 or 1, in place of the probability
    """

    sets: tuple[str, ...]
    misclassified: bool
    discretize: bool


# key, its default, label, help
_TOGGLES = (
    ("train_points", True, "Training points", "Draw the points that the network learns from."),
    ("test_points", True, "Test points", "Draw the points that the network never learns from."),
    ("misclassified", False, "Misclassified points", "Ring the points on the wrong side."),
    ("discretize", False, "Discretize", "Two colours: the answer without its probability."),
)
LINK_NAMES = tuple(key for key, *_ in _TOGGLES)


def choose() -> Shown:
    """Draw the choices in a popover, kept in the link, and return them."""
    with st.popover("Show"):
        train, test, misclassified, discretize = (
            st.toggle(label, default, key=key, help=help_, bind="query-params")
            for key, default, label, help_ in _TOGGLES
        )
    sets = tuple(name for name, on in (("train", train), ("test", test)) if on)
    return Shown(sets, misclassified, discretize)
