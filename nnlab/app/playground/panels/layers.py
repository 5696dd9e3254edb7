"""The panel Layers: gradients, weights and units over time, the present weights, the mistakes."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from nnlab.app import live_chart
from nnlab.app.playground.record import Playground
from nnlab.app.turns import Shown
from nnlab.data.datasets import FloatArray
from nnlab.figures import layer_charts
from nnlab.inspection.observation import confusion, weight_histogram
from nnlab.training.history import LayerHistory
from nnlab.training.run import Run

STYLE = Path(__file__).with_suffix(".css")
OVER_TIME, NOW = "layers-over-time", "weights-and-predictions"
# Six plots take as long to draw as three loss curves, so each may use a ninth of the time.
REST = 8


def render(playground: Playground) -> None:
    """Draw the places of the panel's charts."""
    st.html(STYLE)
    run = playground.run
    n_layers = len(run.config.layer_sizes) - 1
    sizes = tuple(_largest_class(targets) for targets in _targets(run))
    live_chart.stage(OVER_TIME, layer_charts.layers_over_time(n_layers), rest=REST)
    present = layer_charts.weights_and_predictions(n_layers, sizes, playground.class_names)
    live_chart.stage(NOW, present, rest=REST)


def updates(playground: Playground, shown: Shown) -> dict[str, live_chart.Update]:
    """Return what a tick changes in the panel's charts."""
    seen = shown.observation
    run, now = seen.run, seen.layers
    matrices = tuple(
        confusion(targets, results, run.config.n_classes)
        for targets, results in zip(_targets(run), (seen.train, seen.test), strict=False)
    )
    at, past = run.iteration, layer_charts.history_series(run, now)
    weights = weight_histogram(run, layer_charts.BINS)
    present = layer_charts.present_series(*weights, matrices)
    predictions = _predictions_alt(matrices, playground.class_names)
    alt = f"Weights at iteration {at}: {_weights_alt(run)}{predictions}"
    layers_alt = f"Layers at iteration {at}: {_statistics_alt(now)}"
    return {
        OVER_TIME: live_chart.Update(at, layers_alt, series=past),
        NOW: live_chart.Update(at, alt, series=present),
    }


def _targets(run: Run) -> list[FloatArray]:
    """Return the targets of the training and the test points; of a regression none."""
    if not run.config.n_classes:
        return []
    return [run.dataset.train_targets, run.dataset.test_targets]


def _largest_class(targets: FloatArray) -> int:
    return int(np.bincount(targets[:, 0].astype(np.intp)).max(initial=0))


def _statistics_alt(now: LayerHistory) -> str:
    parts, called = [], layer_charts.names(now.weight_norms.shape[1])
    for title, name in zip(layer_charts.TITLES, layer_charts.COLUMNS, strict=True):
        values = getattr(now, name)[0]
        if np.isnan(values).any():
            continue  # without a training point
        form = "{:.0%}" if name.endswith("fractions") else "{:.3g}"
        pairs = zip(called, values, strict=False)
        listed = ", ".join(f"{layer} {form.format(value)}" for layer, value in pairs)
        parts += [f"{title}: {listed}"] if listed else []
    return "; ".join(parts) + "."


def _weights_alt(run: Run) -> str:
    called = layer_charts.names(len(run.config.layer_sizes) - 1)
    return ", ".join(
        f"{layer} from {weights.min():.3g} to {weights.max():.3g}"
        for layer, weights in zip(called, run.parameters.weights, strict=True)
    )


def _predictions_alt(matrices: tuple[NDArray[np.int64], ...], classes: Sequence[str]) -> str:
    parts = [
        f"of {counts[label].sum()} {part} points “{name}”, {counts[label, label]} are right"
        for part, counts in zip(("training", "test"), matrices, strict=False)
        for label, name in enumerate(classes)
    ]
    return "; ".join(["", *parts]) + "."
