"""The curve of a learning-rate range test."""

from math import log10

import plotly.graph_objects as go

from nnlab.figures.style import AXIS, SET_COLORS, as_json, below_labels, loss_axis
from nnlab.sweep.range_test import RangeTest

_GREY = "rgba(128, 128, 128, 0.15)"


def range_curve(test: RangeTest, loss_name: str) -> str:
    """Draw the loss over the learning rate, the range in which it falls, and the suggestion."""
    figure = go.Figure()
    figure.add_scatter(
        x=test.rates,
        y=test.losses,
        mode="lines",
        line={"color": SET_COLORS["train"], "width": 2},
        hovertemplate="learning rate %{x:.3g}<br>loss %{y:.4g}<extra></extra>",
        showlegend=False,
    )
    if test.falls:
        figure.add_vrect(test.begins, test.ends, fillcolor=_GREY, line_width=0, layer="below")
        for rate, name in ((test.begins, "begins"), (test.ends, "least loss")):
            _mark(figure, rate, name, {"color": "#999999", "width": 1, "dash": "dot"})
        suggested = {"color": SET_COLORS["test"], "width": 2}
        _mark(figure, test.suggested, f"<b>{test.suggested:g}</b>", suggested)
    return as_json(
        figure,
        "range test",
        xaxis={"type": "log", "exponentformat": "power", **AXIS, **below_labels("learning rate")},
        yaxis=loss_axis(f"training loss ({loss_name})", log=True),
    )


def _mark(figure: go.Figure, rate: float, name: str, line: dict[str, object]) -> None:
    figure.add_vline(rate, line=line)
    # on a logarithmic axis, the place of an annotation is the exponent
    place = {"x": log10(rate), "y": 1, "yref": "paper", "yanchor": "bottom"}
    figure.add_annotation(text=name, showarrow=False, **place)
