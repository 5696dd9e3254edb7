"""A function of one input: its points, and a line for the curve that the network draws."""

from functools import lru_cache

import numpy as np
import plotly.graph_objects as go

from nnlab.data.datasets import Dataset
from nnlab.data.plane import places, plane_extent
from nnlab.figures.points import traces
from nnlab.figures.style import AXIS, LIGHT, SET_COLORS, Palette, as_json


@lru_cache(maxsize=8)
def function_curve(
    dataset: Dataset, shown: tuple[str, ...] = ("train", "test"), palette: Palette = LIGHT
) -> str:
    """Draw the points as y over x; the first trace is for the network's curve, still empty.

    `shown` names the parts whose points are visible.
    """
    figure = go.Figure()
    figure.add_scatter(
        mode="lines",
        name="network",
        line={"color": palette.ends[0], "width": 3},
        hovertemplate="the network says %{y:.3g}<extra></extra>",
    )
    for part, _, indices in traces(dataset, 0):
        x, y = places(dataset, part)[indices].T.astype(np.float32)
        is_test = part == "test"
        marker = {
            "color": SET_COLORS["test"] if is_test else palette.ends[1],
            "symbol": "circle-open" if is_test else "circle",
            "size": 5 if is_test else 6,
            "opacity": 1 if is_test else 0.8,
        }
        figure.add_scatter(
            x=x,
            y=y,
            mode="markers",
            name=part,
            marker=marker,
            hovertemplate=f"{part} point: %{{y:.3g}}<extra></extra>",
            visible=part in shown,
        )
    left, right, bottom, top = extent = plane_extent(dataset)
    return as_json(
        figure,
        repr(extent),  # a zoom lasts until the data change
        showlegend=False,
        hovermode="closest",
        margin={"l": 42, "r": 2, "t": 4, "b": 40},
        xaxis={"range": [left, right], "title": "x", **AXIS},
        yaxis={"range": [bottom, top], **AXIS},
    )
