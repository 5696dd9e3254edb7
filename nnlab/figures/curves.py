"""The loss over the iterations, thinned for a screen."""

from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from nnlab.figures.style import SET_COLORS, as_json, iteration_axis, loss_axis
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
    `penalized_series` fills, visible if `penalized`. The curve `before` is of the run that a branch
    has left; it is part of the figure, since it does not change.
    """
    figure = go.Figure()
    for name, dash in (("train", "solid"), ("test", "dash")):
        figure.add_scatter(
            name=name,
            line={"color": SET_COLORS[name], "dash": dash, "width": 2},
            marker={"color": SET_COLORS[name], "size": 8},
            cliponaxis=False,
            hovertemplate=f"{name} loss %{{y:.4g}}<extra></extra>",
        )
    figure.add_scatter(
        name="then",
        marker={"color": SET_COLORS["train"], "size": 13, "line": {"color": _GREY, "width": 2}},
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )
    figure.add_scatter(
        name="train + penalty",
        visible=penalized,
        line={"color": SET_COLORS["train"], "dash": "dot", "width": 2},
        marker={"color": SET_COLORS["train"], "size": 6},
        cliponaxis=False,
        hovertemplate="with penalty %{y:.4g}<extra></extra>",
    )
    if before:
        iterations, losses = before
        figure.add_scatter(
            x=np.array(iterations, np.int32),
            y=np.array(losses),
            name="before",
            mode="lines",
            line={"color": _GREY, "width": 1.5},
            hovertemplate="before %{y:.4g}<extra></extra>",
        )
    return losses_as_json(figure, loss_name, log=log)


def losses_as_json(figure: go.Figure, loss_name: str, *, log: bool) -> str:
    """Return a figure of losses over the iterations as JSON, with its axes."""
    return as_json(
        figure,
        f"log={log}",
        xaxis={**iteration_axis(), "unifiedhovertitle": {"text": "iteration %{x:,d}"}},
        yaxis=loss_axis(f"loss ({loss_name})", log=log),
        hovermode="x unified",  # all losses at one iteration, wherever the mouse is
    )


def loss_series(run: Run, train_loss: float, test_loss: float) -> list[Series]:
    """Return iterations and losses of the lines train and test, thinned for a screen.

    Parameters
    ----------
    train_loss, test_loss : of the run's present parameters, the lines' last points
    """
    train, test = thin(run.losses, MAX_BINS), thin(run.test_losses, MAX_BINS)
    return [
        (
            np.append(train, run.iteration).astype(np.int32),
            np.append(run.losses[train], train_loss),
        ),
        (
            np.append(test * TEST_EVERY, run.iteration).astype(np.int32),
            np.append(run.test_losses[test], test_loss),
        ),
    ]


def compact(series: Series) -> tuple[NDArray[np.int32], NDArray[np.float32] | NDArray[np.float64]]:
    """Return a line in single precision if that keeps six digits of all its losses.

    On the way to divergence it does not, and the line stays as it is.
    """
    iterations, losses = series
    with np.errstate(over="ignore", under="ignore"):
        single = losses.astype(np.float32)
    enough = np.allclose(single, losses, rtol=1e-6, atol=0, equal_nan=True)
    return iterations, single if enough else losses


def penalized_series(run: Run, metrics: Metrics) -> Series:
    """Return iterations and values of training loss plus penalty, where the run has sampled it.

    Parameters
    ----------
    metrics : of the run's present parameters, the line's last point
    """
    history = run.layer_history
    values = run.losses[history.iterations] + history.penalties
    kept = thin(values, MAX_BINS)
    return (
        np.append(history.iterations[kept], run.iteration).astype(np.int32),
        np.append(values[kept], metrics.train_loss + metrics.penalty),
    )
