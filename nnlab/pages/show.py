"""What is shown on the plane: points, mistakes, probabilities or hard answers."""

import streamlit as st

# key, its default, label, help
_TOGGLES = (
    ("train_points", True, "Training points", "Draw the points that the network learns from."),
    ("test_points", True, "Test points", "Draw the points that the network never learns from."),
    ("misclassified", False, "Misclassified points", "Ring the points on the wrong side."),
    ("discretize", False, "Discretize", "Two colours: the answer without its probability."),
)
LINK_NAMES = tuple(key for key, *_ in _TOGGLES)


def choose() -> None:
    """Draw the choices in a popover, kept in the link."""
    with st.popover("Show"):
        for key, default, label, help_ in _TOGGLES:
            st.toggle(label, default, key=key, help=help_, bind="query-params")


def parts() -> tuple[str, ...]:
    """Return of "train" and "test" those whose points are drawn."""
    state = st.session_state
    return tuple(part for part in ("train", "test") if state[f"{part}_points"])


def misclassified() -> bool:
    """Say whether points on the wrong side are to be marked."""
    return bool(st.session_state.misclassified)


def discretize() -> bool:
    """Say whether the picture is of the answer, class 0 or 1, in place of its probability."""
    return bool(st.session_state.discretize)
