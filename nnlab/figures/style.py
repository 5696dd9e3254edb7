"""What all figures share: the palette, axes, and the rest of their layout."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import plotly.graph_objects as go
from plotly.io.json import to_json_plotly

from nnlab.data.cells import as_number

TEXT = 14  # pixels
SET_COLORS = {"train": "#a06cd5", "test": "#2a9d8f"}  # unlike the classes; clear on white and black

# Checking whether labels overflow would take a third of the time that drawing a curve takes.
AXIS = {"gridcolor": "rgba(128, 128, 128, 0.25)", "zeroline": False, "ticklabeloverflow": "allow"}
_LEGEND = {"x": 0, "y": 1.01, "yanchor": "bottom", "orientation": "h", "itemwidth": 30}


COLOR_NAMES = ("orange", "blue", "green", "violet", "pink", "gold")  # of the classes


class Palette(NamedTuple):
    """The colours of the classes, safe for colour-blind eyes.

    Attributes
    ----------
    points : of each class's points; of a weight, the first if it is negative, else the second
    plane : of the plane where the network is sure of a class; a point has a contrast of at least 3
        to each (WCAG 2.2, 1.4.11)
    middle : of the plane where all classes are equally likely
    unsure : of the map of the entropy, where it is highest
    rim : of a point
    line : between the regions of several classes, and around the points of a regression, with a
        contrast of at least 3 to every shade of the plane and to `rim`
    scale : the part of Plotly's colour scale Plasma from which the colours of runs come, clear on
        the page's background
    """

    points: tuple[str, ...]
    plane: tuple[str, ...]
    middle: str
    unsure: str
    rim: str
    line: str
    scale: tuple[float, float]

    @property
    def ends(self) -> tuple[str, str]:
        """Return the colours of class 0 and class 1, and of negative and positive weights."""
        return self.points[0], self.points[1]

    @property
    def of_entropy(self) -> "Palette":
        """Return the palette with which a picture shows the levels of the entropy."""
        return self._replace(plane=(self.middle, self.unsure, *self.plane[2:]))

    @property
    def map(self) -> tuple[str, str, str]:
        """Return the colours of a map at its low end, in the middle and at its high end."""
        return self.plane[0], self.middle, self.plane[1]


LIGHT = Palette(
    points=("#cc5c00", "#0877bd", "#0a3d18", "#6008d5", "#ab1a70", "#6f5200"),
    plane=("#fcdcb8", "#c8e1f2", "#c9ecce", "#dedafc", "#fcd4e6", "#f7eaac"),
    middle="#f7f7f7",
    unsure="#d9dedf",
    rim="#ffffff",
    line="#7a766f",
    scale=(0.1, 0.6),
)
DARK = Palette(
    points=("#ffa040", "#5cb8f5", "#7bedbe", "#9a80fc", "#fb6180", "#feda6c"),
    plane=("#633f1c", "#17496b", "#0a4a3a", "#35296e", "#5c2036", "#4c3f06"),
    middle="#20242b",
    unsure="#3f474f",
    rim="#0e1117",
    line="#949aa3",
    scale=(0.56, 1),
)


def class_names(known: Sequence[str], n_classes: int) -> tuple[str, ...]:
    """Return what the classes are called: by their known names, without one by their colours.

    A name that is a number stands after "class", so that nobody takes it for a value.
    """
    names = (f"class {name}" if as_number(name) is not None else name for name in known)
    return (*names, *COLOR_NAMES[len(known) :])[:n_classes]


_EMPTY_TEMPLATE = go.layout.Template()  # Plotly's own would add 7 kB to every figure


def iteration_axis() -> dict[str, Any]:
    """Return an axis for the iterations."""
    return {"title": "iteration", "rangemode": "tozero", **AXIS}


def loss_axis(name: str, *, log: bool) -> dict[str, Any]:
    """Return an axis for losses: logarithmic, or starting at 0."""
    return {
        "title": name,
        "type": "log" if log else "linear",
        "rangemode": "normal" if log else "tozero",
        "exponentformat": "power",  # short labels, even for a loss close to divergence
        **AXIS,
    }


def below_labels(title: str) -> dict[str, Any]:
    """Return the title of an x-axis below a logarithmic axis' two lines of labels."""
    return {"title": {"text": title, "standoff": 6}, "automargin": "height"}


def as_json(figure: go.Figure, uirevision: str | None = None, **layout: Any) -> str:
    """Return the figure as JSON, with the page's background, legend and font.

    A zoom lasts as long as `uirevision` stays the same.
    """
    figure.update_layout(
        showlegend=True,
        template=_EMPTY_TEMPLATE,
        margin={"l": 52, "r": 18, "t": 30, "b": 40},
        paper_bgcolor="rgba(0, 0, 0, 0)",
        plot_bgcolor="rgba(0, 0, 0, 0)",
        legend={**_LEGEND, "font": {"size": TEXT}},
        font={"size": TEXT, "family": "Source Sans, sans-serif"},  # the page's own
        uirevision=uirevision,
    )
    text: str = to_json_plotly(figure.update_layout(layout))
    return text
