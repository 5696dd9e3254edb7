"""The spread over seeds in two charts: how the runs of each setting end, and their loss curves."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from nnlab.figures.layer_charts import layer_colors
from nnlab.figures.style import AXIS, as_json, iteration_axis, loss_axis
from nnlab.figures.sweeps import column_axis, set_color
from nnlab.sweep.analysis.columns import Column
from nnlab.sweep.analysis.seed_spread import Band, SeedSpread

MAX_LABEL = 44  # characters of a setting that leave the chart half of the width


def spread_of_settings(
    spreads: Sequence[SeedSpread], metric: Column, solved: Sequence[str], threshold: float
) -> str:
    """Draw for each setting all its runs, their quartiles and median, and what is solved.

    Parameters
    ----------
    spreads : the first one is drawn at the top
    metric : of all their runs, setting by setting
    solved : a few words per setting, written below its name
    threshold : value of the metric from which on a run counts as solved; marked by a line
    """
    color, labels = set_color(metric.name), list(range(len(spreads)))
    sizes = [len(spread.results) for spread in spreads]
    quartiles = np.array([spread.quartiles for spread in spreads]).reshape(-1, 3)
    figure = go.Figure()
    for place, (low, _, high) in enumerate(quartiles):
        figure.add_scatter(
            x=[low, high],
            y=[place, place],
            mode="lines",
            line={"color": color, "width": 12},
            opacity=0.35,
            name="quartiles",
            showlegend=place == 0,
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=metric.values,
        y=np.repeat(labels, sizes),
        mode="markers",
        marker={"color": color, "size": 6, "opacity": 0.7},
        name="one run",
        customdata=[result.index for spread in spreads for result in spread.results],
        hovertemplate="run %{customdata}: %{x:.4g}<extra></extra>",
    )
    figure.add_scatter(
        x=quartiles[:, 1],
        y=labels,
        mode="markers",
        marker={"color": color, "size": 20, "symbol": "line-ns", "line": {"color": color}},
        name="median",
        hovertemplate="median %{x:.4g}<extra></extra>",
    )
    figure.data[-1].marker.line.width = 3
    return as_json(
        figure,
        metric.name,
        shapes=[_threshold(threshold)],
        xaxis=column_axis(metric),
        yaxis={
            **AXIS,
            "tickvals": labels,
            "ticktext": _labels(spreads, solved),
            "range": [len(spreads) - 0.5, -0.5],
            "automargin": True,
            "tickfont": {"size": 11},
        },
    )


def _labels(spreads: Sequence[SeedSpread], solved: Sequence[str]) -> list[str]:
    """Return the labels of the settings; long ones name only the values."""
    long = max((len(spread.setting) for spread in spreads), default=0) > MAX_LABEL
    return [
        f"{spread.values if long else spread.setting}<br><b>{words}</b>"
        for spread, words in zip(spreads, solved, strict=True)
    ]


def _threshold(value: float) -> dict[str, object]:
    line = {"color": "#999999", "width": 1.5, "dash": "dot"}
    return {
        "type": "line",
        "x0": value,
        "x1": value,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": line,
    }


def loss_bands(bands: Sequence[tuple[str, Band]], loss_name: str, *, log: bool) -> str:
    """Draw training losses per setting: the median as a line in a band between the quartiles."""
    figure = go.Figure()
    widths = sorted({band.mean_over for _, band in bands})
    mean = (
        f", mean per {' or '.join(map(str, widths))} iterations"
        if any(width > 1 for width in widths)
        else ""
    )
    for (setting, band), color in zip(bands, layer_colors(len(bands)), strict=True):
        low, middle, high = band.quartiles
        figure.add_scatter(
            x=np.concatenate([band.iterations, band.iterations[::-1]]),
            y=np.concatenate([high, low[::-1]]),
            fill="toself",
            fillcolor=color,
            opacity=0.25,
            line={"width": 0},
            mode="lines",
            legendgroup=setting,
            showlegend=False,
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=band.iterations,
            y=middle,
            mode="lines",
            line={"color": color, "width": 2},
            name=setting,
            legendgroup=setting,
            customdata=np.column_stack([low, high]),
            hovertemplate="median %{y:.4g}, quartiles %{customdata[0]:.4g} to "
            "%{customdata[1]:.4g}<extra></extra>",
        )
    return as_json(
        figure,
        f"log={log}",
        xaxis=iteration_axis(),
        yaxis=loss_axis(f"training loss{mean} ({loss_name})", log=log),
        hovermode="x unified",
    )
