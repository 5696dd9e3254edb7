"""What the view "Compare" shows of a run, as it trains or in its final state."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlab.app import theme
from nnlab.figures.curves import Series, loss_series, result_series
from nnlab.figures.plane_picture import png
from nnlab.inspection.plane_view import view_plane
from nnlab.sweep import Result
from nnlab.training.metrics import Metrics
from nnlab.training.run import Run, evaluate

ENDED = {"target_loss": "target loss reached", "plateau": "no more progress"}  # good ends


class ShownRun(NamedTuple):
    """What the view shows of one of the two runs; `shares` as in `PlaneView`."""

    iteration: int
    metrics: Metrics | None
    frames: Sequence[tuple[int, bytes]]
    series: list[Series]
    ended: str
    shares: NDArray[np.uint8] | None = None


def of_run(runs: Sequence[Run]) -> ShownRun:
    """Return what to show of a run after a tick, with its frames."""
    views = [view_plane(run) for run in runs]
    frames = [
        (run.iteration, png(view.levels, theme.palette()))
        for run, view in zip(runs, views, strict=True)
    ]
    run = runs[-1]
    metrics = evaluate(run)
    ended = ENDED.get(run.stopped or "", run.stopped or "")
    series = loss_series(run, metrics)
    return ShownRun(run.iteration, metrics, frames, series, ended, views[-1].shares)


def of_end(result: Result | Run) -> ShownRun:
    """Return what to show of a run in its final state in the sweep, or as the playground has it."""
    if isinstance(result, Run):
        return of_run([result])
    boundary, frames = result.boundary, []
    if boundary is not None:
        frames = [(result.iteration, png(boundary, theme.palette()))]
    ended = result.error or ("diverged" if result.status == "diverged" else "")
    return ShownRun(result.iteration, result.metrics, frames, result_series(result), ended)


def numbers(one: ShownRun) -> list[tuple[str, str]]:
    """Return the names and values of a run's metrics."""
    if one.metrics is None:
        return []
    losses = [("training loss", one.metrics.train_loss), ("test loss", one.metrics.test_loss)]
    found = [(name, f"{loss:.4g}") for name, loss in losses if not math.isnan(loss)]
    if not math.isnan(one.metrics.test_accuracy):
        found.append(("test accuracy", f"{one.metrics.test_accuracy:.1%}"))
    return found


def line(one: ShownRun) -> str:
    """Return the line above a run's picture."""
    line = " &ensp; ".join(f"{name} **{value}**" for name, value in numbers(one))
    if not one.ended:
        return line
    return f"{line} &ensp; {one.ended if one.ended in ENDED.values() else f':red[{one.ended}]'}"
