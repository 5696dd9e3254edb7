"""The loss over the iterations, thinned for a screen: of one run, or of two side by side."""

from functools import lru_cache
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from nnlab.data.datasets import FloatArray
from nnlab.figures.style import SET_COLORS, as_json, iteration_axis, loss_axis
from nnlab.sweep import Result
from nnlab.training.downsampling import thin
from nnlab.training.metrics import Metrics
from nnlab.training.run import TEST_EVERY, Run

MAX_BINS = 250  # of a loss curve, with two points each: about what a screen resolves
_GREY = "#999999"

# iterations and losses of one line, int32 and float64 (n_points,)
Series = tuple[NDArray[np.int32], NDArray[np.float64]]
# the same as Python numbers, which a cache can compare
Line = tuple[tuple[int, ...], tuple[float, ...]]


@lru_cache(maxsize=8)
def loss_curve(
    loss_name: str, *, log: bool, penalized: bool = False, before: Line | None = None
) -> str:
    """Draw the axes and the empty lines that `loss_series` fills.

    After train and test come a mark for the past iteration that is shown, and the line that
    `penalized_series` fills, visible if `penalized`. `before` is the curve of the run as it was
    before a branch; it is part of the figure, since it does not change.
    """
    figure = go.Figure()
    _add_line(figure, "train", "train", "training loss", end="train")
    _add_line(figure, "test", "test", "test loss", "dash", end="test")
    figure.add_scatter(
        name="then",
        marker={"color": SET_COLORS["train"], "size": 13, "line": {"color": _GREY, "width": 2}},
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )
    name, label = "train + penalty", "with penalty"
    _add_line(figure, name, "train", label, "dot", visible=penalized, end="+ penalty", size=6)
    if before:
        iterations, losses = before
        figure.add_scatter(
            x=iterations,
            y=losses,
            name="before",
            mode="lines",
            line={"color": _GREY, "width": 1.5},
            meta={"end": "before"},
            hovertemplate="before %{y:.4g}<extra></extra>",
        )
    room = 72 if penalized else 46  # for the lines' names at their ends
    return _losses_as_json(figure, loss_name, room, log=log, showlegend=False)


@lru_cache(maxsize=4)
def compared_losses(loss_name: str, *, log: bool) -> str:
    """Draw the axes and the empty lines for the losses of both runs."""
    figure = go.Figure()
    for side, dash, symbol in (("left", "solid", "circle"), ("right", "dot", "diamond")):
        for part in SET_COLORS:
            _add_line(figure, f"{side}, {part}", part, f"{side}, {part} loss", dash, symbol=symbol)
    return _losses_as_json(figure, loss_name, 10, log=log)


def _add_line(
    figure: go.Figure,
    name: str,
    part: str,
    label: str,
    dash: str = "solid",
    *,
    visible: bool = True,
    end: str = "",
    **marker: Any,
) -> None:
    color = SET_COLORS[part]
    figure.add_scatter(
        name=name,
        line={"color": color, "dash": dash, "width": 2},
        marker={"color": color, "size": 8, **marker},
        cliponaxis=False,
        hovertemplate=f"{label} %{{y:.4g}}<extra></extra>",
        visible=visible,
        meta={"end": end},  # the name at its end
    )


def _losses_as_json(
    figure: go.Figure, loss_name: str, right: int, *, log: bool, showlegend: bool = True
) -> str:
    return as_json(
        figure,
        f"log={log}",
        meta="losses",  # the page adds names at the lines' ends, and cuts off spikes
        showlegend=showlegend,
        margin={"l": 44, "r": right, "t": 24, "b": 22},
        # Where a loss that falls leaves room
        legend={"x": 1, "y": 1, "xanchor": "right", "yanchor": "top", "orientation": "v"},
        xaxis={
            **iteration_axis(),
            "title": None,
            "unifiedhovertitle": {"text": "iteration %{x:,d}"},
        },
        yaxis={**loss_axis("", log=log), "nticks": 5},
        annotations=[
            {
                **{
                    "text": f"{loss_name} by iteration",
                    "showarrow": False,
                    "xref": "paper",
                    "yref": "paper",
                },
                **{"x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom"},
            }
        ],
        hovermode="x unified",  # all losses at one iteration, wherever the mouse is
    )


def loss_series(run: Run, present: Metrics) -> list[Series]:
    """Return iterations and losses of the lines train and test, thinned for a screen.

    `present`, the metrics of the current parameters, gives the lines' last points.
    """
    train, test = thin(run.losses, MAX_BINS), thin(run.test_losses, MAX_BINS)
    return [
        _line(run, train, run.losses[train], present.train_loss),
        _line(run, test * TEST_EVERY, run.test_losses[test], present.test_loss),
    ]


def penalized_series(run: Run, present: Metrics) -> Series:
    """Return the line of training loss plus penalty, where the run has sampled it."""
    history = run.layer_history
    values = run.losses[history.iterations] + history.penalties
    kept = thin(values, MAX_BINS)
    return _line(run, history.iterations[kept], values[kept], present.train_loss + present.penalty)


def _line(run: Run, iterations: NDArray[np.integer], values: FloatArray, last: float) -> Series:
    return np.append(iterations, run.iteration).astype(np.int32), np.append(values, last)


def result_series(result: Result) -> list[Series]:
    """Return the lines of a finished run: train, and of test only the last point, as kept."""
    last = [result.metrics.test_loss] if result.metrics else []
    at = np.full(len(last), result.iteration, np.int32)
    return [(result.loss_iterations, result.losses), (at, np.array(last, dtype=np.float64))]


def compact(series: Series) -> tuple[NDArray[np.int32], NDArray[np.float32] | NDArray[np.float64]]:
    """Return a line in single precision if that keeps six digits of all its losses.

    Close to divergence it does not, and the line stays in double precision.
    """
    iterations, losses = series
    with np.errstate(over="ignore", under="ignore"):
        single = losses.astype(np.float32)
    enough = np.allclose(single, losses, rtol=1e-6, atol=0, equal_nan=True)
    return iterations, single if enough else losses
