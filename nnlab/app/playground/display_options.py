"""What the decision boundary's chart shows: points, mistakes, probabilities or classes."""

from typing import Any, NamedTuple

import streamlit as st

from nnlab.app.playground import session
from nnlab.data.datasets import OWN
from nnlab.training.config import Config

# key, its default, label, help
_TOGGLES = (
    ("train_points", True, "Training points", "Draw the points that the network learns from."),
    ("test_points", False, "Test points", "Draw the points that the network never learns from."),
    ("misclassified", False, "Mark mistakes", "Ring the points on the wrong side."),
    (
        "discretize",
        False,
        "Hard boundary",
        "Two colours: the predicted class alone.",
    ),
    (
        "entropy",
        False,
        "Uncertainty",
        "Grey where the network is not sure: the entropy of the classes' probabilities.",
    ),
)
LINK_NAMES = tuple(key for key, *_ in _TOGGLES)


class DisplayOptions(NamedTuple):
    """What the user chose to see on the plane; `parts` are of "train" and "test"."""

    parts: tuple[str, ...]
    misclassified: bool
    discretize: bool
    entropy: bool = False


def linked_toggle(
    label: str, name: str, help_: str, *, default: bool = False, variant: str = ""
) -> bool:
    """Draw a toggle that the link remembers; each variant is a widget with its own default."""
    playground = session.current()
    linked = playground.query.get(name)
    begin = default if linked is None else linked == "true"
    on = st.toggle(label, begin, key=playground.fields.key(name) + variant, help=help_)
    session.keep_in_query(name, str(on).lower(), str(default).lower())
    return on


def choose(config: Config) -> DisplayOptions:
    """Draw the options in a popover, kept in the link, and return them.

    The values of a regression have no uncertainty. In the data set of own points the test points
    are shown at first, since they were drawn, too.
    """
    own: dict[str, dict[str, Any]] = {}
    if config.dataset == OWN:
        own = {"test_points": {"default": True, "variant": "_own"}}
    with st.popover("Show", key="show_popover"):
        train, test, misclassified, discretize, *entropy = (
            linked_toggle(label, key, help_, **own.get(key, {"default": default}))
            for key, default, label, help_ in _TOGGLES
            if config.n_classes or key != "entropy"
        )
    parts = tuple(part for part, on in (("train", train), ("test", test)) if on)
    return DisplayOptions(parts, misclassified, discretize, any(entropy))
