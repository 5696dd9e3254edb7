"""What all figures share: the palette, axes, and the rest of their layout."""

from typing import Any, NamedTuple

import plotly.graph_objects as go
from plotly.io.json import to_json_plotly

TEXT = 14  # pixels
RIM_COLOR = "#777777"  # of the points of a regression
SET_COLORS = {"train": "#a06cd5", "test": "#2a9d8f"}  # unlike the classes; clear on white and black

# Checking whether labels overflow would take a third of the time that drawing a curve takes.
AXIS = {"gridcolor": "rgba(128, 128, 128, 0.25)", "zeroline": False, "ticklabeloverflow": "allow"}
_LEGEND = {"x": 0, "y": 1.01, "yanchor": "bottom", "orientation": "h", "itemwidth": 30}


class Palette(NamedTuple):
    """The colours of the classes, orange and blue: safe for colour-blind eyes.

    Attributes
    ----------
    points : of points and weights, of class 0 (or negative) and class 1 (or positive)
    plane : of the plane where the network is sure; a point has a contrast of at least 3 to it (WCAG
        2.2, 1.4.11)
    middle : of the plane where both classes are equally likely
    rim : of a point
    scale : the part of Plotly's colour scale Plasma from which the colours of runs come, clear on
        the page's background
    """

    points: tuple[str, str]
    plane: tuple[str, str]
    middle: str
    rim: str
    scale: tuple[float, float]

    @property
    def map(self) -> tuple[str, str, str]:
        """Return the colours of a map at its low end, in the middle and at its high end."""
        return self.plane[0], self.middle, self.plane[1]


LIGHT = Palette(("#cc5c00", "#0877bd"), ("#fcdcb8", "#c8e1f2"), "#f7f7f7", "#ffffff", (0.1, 0.6))
DARK = Palette(("#ffa040", "#5cb8f5"), ("#633f1c", "#17496b"), "#20242b", "#0e1117", (0.56, 1))

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
