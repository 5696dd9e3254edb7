"""Charts of many runs: parallel coordinates, heat map, scatter, and the importance of axes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from plotly.colors import sample_colorscale

from nnlab.data.datasets import FloatArray
from nnlab.figures.style import AXIS, LIGHT, SET_COLORS, TEXT, Palette, as_json, below_labels
from nnlab.sweep.analysis.columns import ACCURACIES, Column
from nnlab.sweep.analysis.filters import Filter, marks
from nnlab.sweep.analysis.importance import Importance
from nnlab.sweep.analysis.medians import Medians
from nnlab.training.wording import field_name

FAINT = "rgba(128, 128, 128, 0.06)"
MAX_TICKS = 12  # of an axis that labels each value
LEAST_GAP = 1 / 14  # between two of its labels, as a fraction of the axis


def set_color(metric: str) -> str:
    """Return the colour of a metric's set: train or test."""
    return SET_COLORS[metric.partition("_")[0]]


def color_scale(palette: Palette) -> list[str]:
    """Return colours from the least to the greatest value of a column."""
    colors: list[str] = sample_colorscale("Plasma", np.linspace(*palette.scale, 9).tolist())
    return colors


def column_axis(column: Column, *, log: bool | None = None) -> dict[str, Any]:
    """Return an axis for the values of a column."""
    axis: dict[str, Any] = {"title": column.title, **AXIS}
    if column.choices:
        if len(column.choices) <= MAX_TICKS:
            axis |= _named(column.choices)
        return axis | {"range": [-0.5, len(column.choices) - 0.5]}
    if column.name in ACCURACIES:
        return axis | {"tickformat": ".2~%"}
    log = column.log if log is None else log
    return axis | {"type": "log" if log else "linear", "exponentformat": "power"}


def parallel_coordinates(
    columns: Sequence[Column],
    color: Column,
    chosen: Filter,
    revision: str,
    palette: Palette = LIGHT,
) -> str:
    """Draw a line per run through its place on each axis; each axis can be filtered.

    `columns` have no missing values. While `revision` stays the same, ranges drawn with the mouse
    take precedence over those of `chosen`.
    """
    figure = go.Figure(
        go.Parcoords(
            dimensions=[_dimension(column, chosen) for column in columns],
            line={
                "color": color.coordinates,
                "colorscale": color_scale(palette),
                "showscale": False,
            },
            labelfont={"size": TEXT},
            tickfont={"size": TEXT},
            rangefont={"size": 1, "color": "rgba(0, 0, 0, 0)"},
            unselected={"line": {"opacity": 0.08}},
        )
    )
    return as_json(figure, revision, margin={"l": 60, "r": 60, "t": 50, "b": 16})


def _dimension(column: Column, chosen: Filter) -> dict[str, Any]:
    dimension: dict[str, Any] = {"name": column.name, "label": column.title}
    dimension["values"] = column.coordinates
    if column.choices:
        dimension |= _named(column.choices) | {"range": [-0.5, len(column.choices) - 0.5]}
    elif column.log:
        ticks = log_ticks(column.values, MAX_TICKS)
        dimension |= _named([f"{tick:.4g}" for tick in ticks], np.log10(ticks))
    elif column.name in ACCURACIES:
        dimension["tickformat"] = ".2~%"
    if chosen.get(column.name):
        dimension["constraintrange"] = marks(column, chosen[column.name])
    return dimension


def _named(texts: Sequence[str], places: ArrayLike | None = None) -> dict[str, Any]:
    """Return ticks with these texts: at their numbers in the list, or at other places."""
    return {"tickvals": list(range(len(texts))) if places is None else places, "ticktext": texts}


def log_ticks(values: FloatArray, most: int) -> FloatArray:
    """Return at most `most` ticks of a logarithmic axis, float64 (n_ticks,), ascending.

    These are the values themselves, float64 (n,) above 0, if they are few enough and far enough
    from each other for their labels. Otherwise they are the powers of ten in between, with 2 and 5
    times these if there is room.
    """
    values = np.unique(values)
    logs = np.log10(values)
    if len(values) <= most and (np.diff(logs) >= LEAST_GAP * np.ptp(logs)).all():
        return values
    low, high = np.floor(np.log10(values[[0, -1]]))
    powers = 10.0 ** np.arange(low, high + 1)
    for steps in ([1, 2, 5], [1]):
        ticks = np.outer(powers, steps).ravel()
        ticks = ticks[(ticks > values[0] * (1 - 1e-9)) & (ticks < values[-1] * (1 + 1e-9))]
        if len(ticks) <= most:
            break
    return ticks[:: max(1, len(ticks) // most)] if len(ticks) > 1 else values[[0, -1]]


def heat_map(rows: Column, columns: Column, metric: Column, medians: Medians) -> str:
    """Draw the median of a metric for each pair of values; a cross where no run has a result."""
    values = np.log10(medians.values) if metric.log else medians.values
    texts = [
        ["✕" * bool(without) if np.isnan(value) else metric.show(value) for value, without in row]
        for row in np.dstack([medians.values, medians.without])
    ]
    size = max(medians.values.shape)
    # the best value has the strongest colour: the highest accuracy, the lowest loss
    ends = (FAINT, set_color(metric.name))[:: 1 if metric.name in ACCURACIES else -1]
    figure = go.Figure(
        go.Heatmap(
            z=values,
            text=texts,
            texttemplate="%{text}" if size <= MAX_TICKS else None,
            customdata=np.dstack([medians.counts, medians.without]),
            colorscale=[[0, ends[0]], [1, ends[1]]],
            xgap=2,
            ygap=2,
            hovertemplate=f"{columns.title} %{{x}}<br>{rows.title} %{{y}}<br>median {metric.title} "
            "%{text}<br>runs: %{customdata[0]}, without a result: %{customdata[1]}<extra></extra>",
            colorbar=_color_bar(metric),
        )
    )
    return as_json(
        figure,
        f"{rows.name} {columns.name}",
        showlegend=False,
        xaxis=_places_axis(columns.title, medians.columns),
        yaxis=_places_axis(rows.title, medians.rows) | {"automargin": True},
    )


def _places_axis(title: str, texts: list[str]) -> dict[str, Any]:
    step = -(-len(texts) // 20)
    axis = {"title": title, "showgrid": False, "zeroline": False, "ticks": ""}
    axis |= _named(texts[::step], np.arange(0, len(texts), step))
    return axis | {"range": [-0.5, len(texts) - 0.5]}


def _color_bar(column: Column) -> dict[str, Any]:
    bar: dict[str, Any] = {"title": {"text": column.title, "side": "right"}, "thickness": 12}
    bar |= {"outlinewidth": 0}
    if column.choices:
        return bar | _named(column.choices)
    if column.log:
        ticks = log_ticks(column.values[~np.isnan(column.values)], most=5)
        return bar | _named([f"{tick:.3g}" for tick in ticks], np.log10(ticks))
    return bar | {"tickformat": ".2~%" if column.name in ACCURACIES else ".3g"}


def scatter(
    x: Column,
    y: Column,
    color: Column,
    indices: Sequence[int],
    settings: Sequence[str],
    *,
    log_x: bool,
    log_y: bool,
    palette: Palette = LIGHT,
) -> str:
    """Draw one point per run that has a value in each column.

    `indices` and `settings`, the runs' settings in words, are for the hover text.
    """
    figure = go.Figure(
        go.Scatter(
            x=x.values,
            y=y.values,
            mode="markers",
            marker={
                "color": color.coordinates,
                "colorscale": color_scale(palette),
                "colorbar": _color_bar(color),
                "showscale": True,
                "size": 9,
                "line": {"width": 1, "color": "rgba(128, 128, 128, 0.8)"},
            },
            text=[f"run {one}<br>{text}" for one, text in zip(indices, settings, strict=True)],
            hovertemplate=f"%{{text}}<br>{y.title} %{{y:.4g}}<extra></extra>",
        )
    )
    return as_json(
        figure,
        f"{x.name} {y.name} {log_x} {log_y}",
        showlegend=False,
        xaxis=column_axis(x, log=log_x) | below_labels(x.title),
        yaxis=column_axis(y, log=log_y),
    )


def importance_bars(importance: Importance, metric: Column) -> str:
    """Draw how much each axis matters, the most important one at the top."""
    order = np.argsort(importance.means)
    figure = go.Figure(
        go.Bar(
            x=importance.means[order],
            y=[field_name(importance.names[place]) for place in order],
            orientation="h",
            marker={"color": set_color(metric.name)},
            error_x={"type": "data", "array": importance.spreads[order], "color": "#999999"},
            hovertemplate="%{y}: R² drops by %{x:.3f}<extra></extra>",
        )
    )
    title = f"Permutation importance for {metric.title} (random forest)"
    return as_json(
        figure,
        metric.name,
        showlegend=False,
        title={"text": title, "font": {"size": TEXT}, "x": 0.02},
        xaxis={"title": "drop of R² when the axis is shuffled", "rangemode": "tozero", **AXIS},
        yaxis={"automargin": True, "showgrid": False},
    )
