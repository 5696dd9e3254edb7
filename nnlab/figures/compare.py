"""Two runs side by side: their losses in one chart, and the boundary of a finished one."""

from functools import lru_cache

import numpy as np
import plotly.graph_objects as go

from nnlab.figures.curves import Series, loss_series, losses_as_json
from nnlab.figures.plane_picture import png
from nnlab.figures.style import SET_COLORS
from nnlab.inspection.plane_view import LEVELS
from nnlab.sweep import Result
from nnlab.training.metrics import Metrics
from nnlab.training.run import Run

DASHES = {"left": "solid", "right": "dot"}


@lru_cache(maxsize=4)
def compared_losses(loss_name: str, *, log: bool) -> str:
    """Draw the axes and empty lines for the `run_series` or `result_series` of either side."""
    figure = go.Figure()
    for side, dash in DASHES.items():
        for part, color in SET_COLORS.items():
            figure.add_scatter(
                name=f"{side}, {part}",
                line={"color": color, "dash": dash, "width": 2},
                marker={
                    "color": color,
                    "size": 8,
                    "symbol": "circle" if side == "left" else "diamond",
                },
                cliponaxis=False,
                hovertemplate=f"{side}, {part} loss %{{y:.4g}}<extra></extra>",
            )
    return losses_as_json(figure, loss_name, log=log)


def result_image(result: Result) -> bytes:
    """Return the boundary of a finished run as a PNG; it must have one."""
    if result.boundary is None:
        raise ValueError(f"result must have a boundary, got {result.status}")
    return png(result.boundary // (256 // LEVELS))


def run_series(run: Run, metrics: Metrics) -> list[Series]:
    """Return the lines of a run: train and test.

    Parameters
    ----------
    metrics : of the run's present parameters, the lines' last points
    """
    return loss_series(run, metrics.train_loss, metrics.test_loss)


def result_series(result: Result) -> list[Series]:
    """Return the lines of a finished run: train, and of test the last point, all that is kept."""
    last = [result.metrics.test_loss] if result.metrics else []
    at = np.full(len(last), result.iteration, np.int32)
    return [(result.loss_iterations, result.losses), (at, np.array(last, dtype=np.float64))]
