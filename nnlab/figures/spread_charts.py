"""The spread over seeds in two charts: how the runs of each setting end, and their loss curves."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from nnlab.figures.layer_charts import layer_colors
from nnlab.figures.style import AXIS, as_json, iteration_axis, loss_axis
from nnlab.figures.sweeps import column_axis, set_color
from nnlab.sweep.analysis.columns import Column
from nnlab.sweep.analysis.seed_spread import Band, SeedSpread

MAX_LABEL = 44  # characters of a setting; where one is longer, labels name only the values


def spread_of_settings(
    spreads: Sequence[SeedSpread], metric: Column, solved: Sequence[str], threshold: float
) -> str:
    """Draw for each setting all its runs, their quartiles and median, and what is solved.

    `metric` has the values of all runs, setting by setting. `solved` are a few words per setting,
    below its name. A line marks the threshold of solved runs.
    """
    color, places = set_color(metric.name), list(range(len(spreads)))
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
        y=np.repeat(places, sizes),
        mode="markers",
        marker={"color": color, "size": 6, "opacity": 0.7},
        name="one run",
        customdata=[result.index for spread in spreads for result in spread.results],
        hovertemplate="run %{customdata}: %{x:.4g}<extra></extra>",
    )
    stroke = {"color": color, "width": 3}
    figure.add_scatter(
        x=quartiles[:, 1],
        y=places,
        mode="markers",
        marker={"color": color, "size": 20, "symbol": "line-ns", "line": stroke},
        name="median",
        hovertemplate="median %{x:.4g}<extra></extra>",
    )
    figure.add_vline(threshold, line={"color": "#999999", "width": 1.5, "dash": "dot"})
    long = max((len(spread.setting) for spread in spreads), default=0) > MAX_LABEL
    texts = [
        f"{spread.values if long else spread.setting}<br><b>{words}</b>"
        for spread, words in zip(spreads, solved, strict=True)
    ]
    return as_json(
        figure,
        metric.name,
        xaxis=column_axis(metric),
        yaxis={
            **AXIS,
            "tickvals": places,
            "ticktext": texts,
            "range": [len(spreads) - 0.5, -0.5],
            "automargin": True,
        },
    )


def loss_bands(bands: Sequence[tuple[str, Band]], loss_name: str, *, log: bool) -> str:
    """Draw training losses per setting: the median as a line in a band between the quartiles."""
    figure = go.Figure()
    widths = sorted({band.mean_over for _, band in bands})
    mean = (
        f", mean per {' or '.join(map(str, widths))} iterations"
        if max(widths, default=1) > 1
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
