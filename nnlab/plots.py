"""Plotly figures for notebooks: the decision boundary, the losses and the network of a run.

They import Plotly, which nothing else in `import nnlab` needs.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from nnlab.data.datasets import Dataset, FloatArray
from nnlab.data.labels import MAX_CLASSES
from nnlab.data.plane import pixel_centers, places, plane_extent
from nnlab.data.rules import BrokenRule, shown
from nnlab.data.scales import ColumnScale
from nnlab.figures.curves import loss_series
from nnlab.figures.plane_picture import painted
from nnlab.figures.shapes import symbol
from nnlab.figures.style import LIGHT, SET_COLORS
from nnlab.figures.unit_ticks import unit_ticks
from nnlab.inspection.network_curve import network_curve
from nnlab.inspection.plane_levels import Levels, class_levels, scale_levels
from nnlab.training.run import Run, evaluate, predict
from nnlab.training.wording import loss_name, option_name

Labels = NDArray[Any]
SIZE = 200  # pixels of the map, along each axis
SIDE = 520  # pixels of a square figure
MARGIN = {"l": 50, "r": 20, "t": 30, "b": 45}


def boundary(
    model: Any, inputs: ArrayLike | None = None, targets: ArrayLike | None = None
) -> go.Figure:
    """Draw what a network predicts on the plane, and points on it, or a curve through its points.

    Parameters
    ----------
    model : a Run, or a fitted estimator of scikit-learn's with two inputs
    inputs : (n_samples, 2), the points that are drawn; None: the training points of a run
    targets : (n_samples,), their labels or values; None: the points have no class

    Returns
    -------
    plotly.graph_objects.Figure

    Raises
    ------
    BrokenRule
        If there are no points to draw, or not two inputs.
    """
    if isinstance(model, Run) and model.dataset.is_curve and inputs is None:
        return _curve(model)
    if isinstance(model, Run) and inputs is None:
        inputs, targets = model.dataset.train_inputs, model.dataset.train_targets[:, 0]
    points = np.empty((0, 2)) if inputs is None else np.asarray(inputs, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise BrokenRule("inputs", "be points to draw, (n_samples, 2)", shown(points.shape))
    none = np.empty((0, 1))
    extent = plane_extent(Dataset(points, none, points[:0], none))
    left, right, bottom, top = extent
    step = (right - left) / SIZE
    outputs, labels = _predictions(model, pixel_centers(extent, SIZE))
    figure = go.Figure(
        go.Image(
            z=painted(_levels(outputs)),
            **{"x0": left + step / 2, "dx": step, "y0": top - step / 2, "dy": -step},
            hoverinfo="skip",
        )
    )
    data = model.dataset if isinstance(model, Run) else None
    names = data.class_names if data else ()
    for trace in _point_traces(points, targets, labels, names or [str(label) for label in labels]):
        figure.add_scatter(**trace)
    scales = (data and data.scales) or (ColumnScale("x₁"), ColumnScale("x₂"))
    across, up = unit_ticks(scales[0], left, right), unit_ticks(scales[1], bottom, top)
    return figure.update_layout(
        width=SIDE,
        height=SIDE,
        margin=MARGIN,
        template="plotly_white",
        xaxis={"title": scales[0].name, "range": [left, right], "constrain": "domain", **across},
        yaxis={"title": scales[1].name, "range": [bottom, top], "scaleanchor": "x", **up},
        legend={"orientation": "h", "y": 1.01, "yanchor": "bottom"},
    )


def losses(model: Any, *, log: bool = False) -> go.Figure:
    """Draw the losses of a Run, or the training losses of an estimator of nnlab's.

    Parameters
    ----------
    log : whether the axis of the losses is logarithmic
    """
    names, title = ["train"], "loss"
    if isinstance(model, Run):
        names, title = ["train", "test"], loss_name(model.config)
        series = loss_series(model, evaluate(model))
    else:
        curve = np.asarray(model.loss_curve_)
        series = [(np.arange(len(curve), dtype=np.int32), curve)]
    figure = go.Figure()
    for name, (iterations, values) in zip(names, series, strict=True):
        figure.add_scatter(
            x=iterations, y=values, name=name, mode="lines", line={"color": SET_COLORS[name]}
        )
    return figure.update_layout(
        margin=MARGIN,
        template="plotly_white",
        xaxis={"title": "iteration"},
        yaxis={"title": title, "type": "log" if log else "linear"},
    )


def network(run: Run) -> go.Figure:
    """Draw the network of a run: its units, and its weights as lines, orange where negative.

    The stronger a weight, the thicker its line; the colour of a unit is that of its bias.
    """
    sizes, figure = run.config.layer_sizes, go.Figure()
    heights = [(np.arange(size) - (size - 1) / 2) * -1.0 for size in sizes]
    largest = max(float(np.abs(weights).max()) for weights in run.parameters.weights) or 1.0
    for layer, weights in enumerate(run.parameters.weights):
        for (start, end), weight in np.ndenumerate(weights):
            figure.add_scatter(
                x=[layer, layer + 1],
                y=[heights[layer][start], heights[layer + 1][end]],
                mode="lines",
                opacity=0.7,
                line={
                    "color": LIGHT.ends[int(weight > 0)],
                    "width": 0.3 + 5 * abs(weight) / largest,
                },
                hoverinfo="skip",
                showlegend=False,
            )
    biases = [np.zeros(sizes[0]), *(values[0] for values in run.parameters.biases)]
    inputs = [option_name("features", name) for name in run.config.features]
    for layer, (ys, values) in enumerate(zip(heights, biases, strict=True)):
        figure.add_scatter(
            x=np.full(len(ys), layer),
            y=ys,
            mode="markers+text" if layer == 0 else "markers",
            text=inputs if layer == 0 else None,
            textposition="middle left",
            marker={
                "size": 16,
                "color": [
                    LIGHT.ends[int(value > 0)] if value else LIGHT.middle for value in values
                ],
                "line": {"width": 1, "color": LIGHT.line},
            },
            customdata=values,
            hovertemplate="%{text}<extra></extra>"
            if layer == 0
            else "bias %{customdata:.4g}<extra></extra>",
            showlegend=False,
        )
    hidden = {"visible": False}
    return figure.update_layout(margin=MARGIN, template="plotly_white", xaxis=hidden, yaxis=hidden)


def _curve(run: Run) -> go.Figure:
    """Draw the values of a run with one input, and the network's curve through them."""
    x, y = network_curve(run)
    figure = go.Figure(go.Scatter(x=x, y=y, name="network", line={"color": LIGHT.ends[0]}))
    x, y = places(run.dataset, "train").T
    figure.add_scatter(x=x, y=y, name="points", mode="markers", marker={"color": LIGHT.ends[1]})
    titles = {"xaxis": {"title": "x"}, "yaxis": {"title": "y"}}
    return figure.update_layout(margin=MARGIN, template="plotly_white", **titles)


def _predictions(model: Any, inputs: FloatArray) -> tuple[FloatArray, Labels]:
    """Return probabilities, (n, n_classes), and the labels; or values, (n, 1), and no labels."""
    if isinstance(model, Run):
        outputs = predict(model, inputs)
        if model.config.n_classes == 2:
            outputs = np.column_stack([1 - outputs, outputs])
        return outputs.reshape(len(inputs), -1), np.arange(model.config.n_classes)
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(inputs)), np.asarray(model.classes_)
    return np.asarray(model.predict(inputs)).reshape(-1, 1), np.empty(0)


def _levels(outputs: FloatArray) -> Levels:
    """Return the map of predictions over a square grid."""
    if outputs.shape[1] > 2:
        return class_levels(outputs)
    low = 0 if outputs.shape[1] == 2 else -1
    return scale_levels(outputs[:, -1], low, 1).reshape(SIZE, SIZE)


def _point_traces(
    points: FloatArray, targets: ArrayLike | None, labels: Labels, names: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the points as traces: one for each label, or one in the colours of values."""
    look = {"size": 7, "line": {"width": 1, "color": LIGHT.rim}}
    if targets is None or not len(labels):
        color = LIGHT.line if targets is None else np.asarray(targets)
        if targets is not None:
            look["line"] = {"width": 1, "color": LIGHT.line}  # visible around values near 0, too
        low, high = LIGHT.ends
        scale = {"colorscale": [[0, low], [0.5, LIGHT.middle], [1, high]], "cmin": -1, "cmax": 1}
        groups = [(slice(None), {"name": "points", "marker": {**look, "color": color, **scale}})]
    else:
        known = np.asarray(targets)
        groups = []
        for number, label in enumerate(labels):
            own = number % MAX_CLASSES
            shape = {"color": LIGHT.points[own], "symbol": symbol(own, len(labels))}
            groups.append((known == label, {"name": names[number], "marker": {**look, **shape}}))
    return [
        {"x": points[rows, 0], "y": points[rows, 1], "mode": "markers", **trace}
        for rows, trace in groups
    ]
