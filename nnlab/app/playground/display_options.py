"""What the decision boundary's chart shows: points, mistakes, probabilities or classes."""

from typing import NamedTuple

import streamlit as st

# key, its default, label, help
_TOGGLES = (
    ("train_points", True, "Training points", "Draw the points that the network learns from."),
    ("test_points", True, "Test points", "Draw the points that the network never learns from."),
    ("misclassified", False, "Misclassified points", "Ring the points on the wrong side."),
    ("discretize", False, "Discretize", "Two colours: the predicted class, not its probability."),
)
LINK_NAMES = tuple(key for key, *_ in _TOGGLES)


class DisplayOptions(NamedTuple):
    """What the user chose to see on the plane.

    Attributes
    ----------
    parts : those of "train" and "test" whose points are drawn
    misclassified : ring the points on the wrong side
    discretize : draw the predicted class, 0 or 1, in place of its probability
    """

    parts: tuple[str, ...]
    misclassified: bool
    discretize: bool


def choose() -> DisplayOptions:
    """Draw the options in a popover, kept in the link, and return them."""
    with st.popover("Show"):
        train, test, misclassified, discretize = (
            st.toggle(label, default, key=key, help=help_, bind="query-params")
            for key, default, label, help_ in _TOGGLES
        )
    parts = tuple(part for part, on in (("train", train), ("test", test)) if on)
    return DisplayOptions(parts, misclassified, discretize)
