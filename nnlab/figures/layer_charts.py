"""Charts of the layers: their history, the histogram of their weights, the confusion matrices."""

import html
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.colors import sample_colorscale
from plotly.subplots import make_subplots

from nnlab.data.datasets import FloatArray
from nnlab.figures.style import AXIS, SET_COLORS, as_json
from nnlab.training.history import LayerHistory
from nnlab.training.run import Run

MAX_POINTS = 80  # of a line: its plot is about 200 pixels wide
MAX_TICK = 8  # characters of a class beside a confusion matrix
BINS = 40  # of the weights' histogram
TITLES = ("gradient norm", "weight norm", "dead units", "saturated units")
COLUMNS = ("gradient_norms", "weight_norms", "dead_fractions", "saturated_fractions")

# x, y and for a matrix z, (n_points,) each
Series = tuple[NDArray[np.generic], ...]
Counts = NDArray[np.int64]


def layer_colors(n_layers: int) -> list[str]:
    """Return a colour for each layer, the output's last, clear on white and on black."""
    places = np.linspace(0.2, 0.85, n_layers) if n_layers > 1 else [0.5]
    colors: list[str] = sample_colorscale("Plasma", list(places))
    return colors


def names(n_layers: int) -> list[str]:
    """Return the names of the layers, the output last."""
    return [*(f"layer {layer}" for layer in range(1, n_layers)), "output"]


@lru_cache(maxsize=16)
def layers_over_time(n_layers: int) -> str:
    """Draw the axes and the empty lines that `history_series` fills: one per layer in each plot.

    `n_layers` includes the output. Without hidden layers there are no dead units to draw.
    """
    titles = TITLES if n_layers > 1 else TITLES[:2]
    gaps = {"horizontal_spacing": 0.16, "vertical_spacing": 0.22}
    figure = make_subplots(rows=len(titles) // 2, cols=2, subplot_titles=titles, **gaps)
    called, colors = names(n_layers), layer_colors(n_layers)
    for plot, title in enumerate(titles):
        place = {"row": plot // 2 + 1, "col": plot % 2 + 1}
        is_fraction = plot >= 2
        for layer in range(n_layers - is_fraction):
            figure.add_scatter(
                name=called[layer].removeprefix("layer "),
                legendgroup=called[layer],
                showlegend=plot == 0,
                line={"color": colors[layer], "width": 1.5},
                marker={"color": colors[layer], "size": 6},
                cliponaxis=False,
                hovertemplate=f"{called[layer]}: {title} %{{y:{'.0%' if is_fraction else '.3g'}}}, "
                "iteration %{x:,}<extra></extra>",
                **place,
            )
        if is_fraction:
            figure.update_yaxes(range=[0, 1], tickformat=".0%", nticks=2, **place)
            figure.update_xaxes(showticklabels=False, row=1, col=place["col"])  # as below
        else:
            figure.update_yaxes(type="log", exponentformat="power", nticks=2, **place)
    figure.update_xaxes(rangemode="tozero", nticks=4, **AXIS)
    figure.update_yaxes(**AXIS)
    return _json(figure, top=44, bottom=22)


def history_series(run: Run, now: LayerHistory) -> list[Series]:
    """Return iterations and values of the lines of `layers_over_time`, thinned for a screen.

    Many samples are averaged in bins, so that a spike still shows. The last point of each
    line is `now`: one row, for the present parameters.
    """
    history = run.layer_history
    begins = np.arange(0, len(history.iterations), -(-len(history.iterations) // MAX_POINTS) or 1)
    ends = np.append(begins[1:], len(history.iterations)) - 1
    x = np.append(history.iterations[ends] if len(begins) else [], run.iteration).astype(np.int32)
    series: list[Series] = []
    for name in COLUMNS:
        samples, last = getattr(history, name), getattr(now, name)
        counts = np.diff(begins, append=len(samples))[:, np.newaxis]
        # in float64, as float32's largest norms have no sum in their own type
        sums = np.add.reduceat(samples, begins, dtype=np.float64) if len(begins) else samples
        values = np.concatenate([sums / counts, last]).astype(np.float32)
        series += [(x, column) for column in np.ascontiguousarray(values.T)]
    return series


@lru_cache(maxsize=16)
def weights_and_predictions(
    n_layers: int, largest: tuple[int, ...], classes: tuple[str, ...] = ()
) -> str:
    """Draw the axes of the weights' histogram and of the confusion matrices, for `present_series`.

    Parameters
    ----------
    n_layers : including the output
    largest : size of the largest class in the training and in the test set; empty for a regression,
        which has no confusion matrix
    classes : their names
    """
    # the empty column has room for the names of the classes
    figure = make_subplots(
        rows=1,
        cols=2 + len(largest) if largest else 1,
        specs=[[{}, None, *({} for _ in largest)]] if largest else None,
        column_widths=[0.42, 0.16, 0.21, 0.21] if largest else None,
        horizontal_spacing=0.03,
        subplot_titles=("weights", *(SET_COLORS if largest else ())),
    )
    for name, color in zip(names(n_layers), layer_colors(n_layers), strict=True):
        figure.add_scatter(
            name=name,
            line={"color": color, "width": 1.5, "shape": "hv"},
            showlegend=False,
            hovertemplate=f"{name}: %{{y:.0%}} around %{{x:.3g}}<extra></extra>",
            row=1,
            col=1,
        )
    figure.update_xaxes(nticks=5, **AXIS)
    figure.update_yaxes(rangemode="tozero", tickformat=".0%", nticks=5, **AXIS)
    full = [html.escape(name) for name in classes]  # Plotly reads some HTML in its texts
    pairs = [[(name, predicted) for predicted in full] for name in full]
    for column, (name, points) in enumerate(zip(SET_COLORS, largest, strict=False), start=3):
        figure.add_heatmap(
            name=name,
            zmin=0,
            zmax=max(1, points),
            colorscale=[[0, "rgba(128, 128, 128, 0.06)"], [1, SET_COLORS[name]]],
            showscale=False,
            xgap=2,
            ygap=2,
            texttemplate="%{z:d}",
            customdata=pairs,
            hovertemplate=f"{name} points %{{customdata[0]}}, predicted %{{customdata[1]}}: "
            "%{z:d}<extra></extra>",
            row=1,
            col=column,
        )
        axis = {
            "tickvals": [*range(len(classes))],
            "ticks": "",
            "fixedrange": True,
            "zeroline": False,
            "showgrid": False,
            "row": 1,
            "col": column,
        }
        title = {"title": "prediction", "title_standoff": 0, "title_font_size": 14}
        figure.update_xaxes(tickformat="d", **title, **axis)
        # the second matrix has the rows of the first
        axis["ticktext"] = [f"{_short(name)} {label}" for label, name in enumerate(classes)]
        shown = {"showticklabels": column == 3}
        figure.update_yaxes(autorange="reversed", rangemode="normal", **shown, **axis)
    return _json(figure, top=24, bottom=48)


def present_series(
    edges: FloatArray, counts: Sequence[Counts], matrices: Sequence[Counts]
) -> list[Series]:
    """Return the series that fill `weights_and_predictions`.

    Parameters
    ----------
    edges, counts : as `weight_histogram` returns them for BINS
    matrices : as `confusion` returns them, of the training and the test set; none for a regression
    """
    fractions = [np.append(count, 0).astype(np.float32) / count.sum() for count in counts]
    series: list[Series] = [(edges.astype(np.float32), column) for column in fractions]
    for matrix in matrices:
        classes, predictions = np.indices(matrix.shape, np.int32).reshape(2, -1)
        series.append((predictions, classes, matrix.ravel().astype(np.int32)))
    return series


def _short(name: str) -> str:
    return html.escape(name if len(name) <= MAX_TICK else f"{name[: MAX_TICK - 1]}…")


def _json(figure: go.Figure, *, top: int, bottom: int) -> str:
    """Return the figure as JSON in the page's style."""
    figure.update_annotations(font={"size": 14})
    return as_json(
        figure,
        margin={"l": 44, "r": 12, "t": top, "b": bottom},
        legend={"y": 1.14, "title": {"text": "layer", "font": {"size": 14}}},
    )
