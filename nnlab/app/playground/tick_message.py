"""What a tick sends to the page."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnlab.app import report
from nnlab.app.live_chart import Time, Update
from nnlab.app.playground import panels
from nnlab.app.playground.display_options import DisplayOptions
from nnlab.app.playground.panels import diagram
from nnlab.app.playground.record import Playground
from nnlab.app.turns import Shown
from nnlab.data.datasets import CURVE
from nnlab.figures.curves import Line, compact, loss_series, penalized_series
from nnlab.figures.points import point_marks
from nnlab.inspection.network_curve import network_curve
from nnlab.training.metrics import Metrics
from nnlab.training.run import Run, evaluate


class Message(NamedTuple):
    """What a tick changes on the page."""

    progress: float  # fraction of the iterations, from 0 to 1
    status: str  # in Markdown, as the metrics
    metrics: str
    charts: dict[str, Update]  # by their names
    time_line: Time | None  # None while the run trains


def message(
    playground: Playground, shown: Shown, panel: str | None, options: DisplayOptions
) -> Message:
    """Return what a tick sends, to show the playground's run or its past beside the open panel."""
    run, training, then = playground.run, playground.training, shown.run
    speed = training.mean_speed(run) if training else None
    if then is run:
        status = report.status(run, playground.goal, speed)
    else:
        status = report.looking_back(run, then)
    at, metrics = then.iteration, shown.observation.metrics
    large = report.count(run, then, playground.goal, speed) if playground.presenting else None
    caption = diagram.caption(playground, shown, options)
    reading = None  # a diverged network predicts nothing
    if not then.diverged:
        reading = diagram.reading(playground, shown, options)
    ending = report.alt(then, metrics)
    marks = point_marks(shown.observation, misclassified=options.misclassified)
    alt = f"{caption or 'Decision boundary'} {ending}"
    plane = {
        "decision-boundary": Update(
            at, alt, shown.frames, points=marks, caption=caption, reading=reading
        )
    }
    if run.config.dataset == CURVE:
        alt = f"The network's curve through the points {ending}"
        plane = {"function-curve": Update(at, alt, series=[network_curve(then)])}
    charts = {
        **plane,
        "loss-curve": Update(at, f"Loss curve {ending}", series=_curves(run, then, metrics)),
        **panels.updates(panel, playground, shown),
    }
    line = (
        None
        if training
        else Time(np.array(run.snapshot_iterations, np.int32), at, playground.has_ended)
    )
    progress = min(1.0, at / playground.goal)
    return Message(progress, status, report.metrics(metrics, large), charts, line)


def left_curve(left: Run) -> Line:
    """Return the training losses of the run that a branch has left."""
    iterations, losses = loss_series(left, evaluate(left))[0]
    return tuple(iterations.tolist()), tuple(losses.tolist())


def _curves(run: Run, then: Run, metrics: Metrics) -> list[tuple[NDArray[np.generic], ...]]:
    """Return the lines of the loss chart: the run's losses, a mark in the past, the penalty."""
    nothing = (np.empty(0, np.int32), np.empty(0))
    mark, present = nothing, metrics
    if then is not run:
        mark = (np.array([then.iteration], np.int32), np.array([metrics.train_loss]))
        present = evaluate(run)
    penalized = penalized_series(run, present) if run.config.regularization != "none" else nothing
    lines = [*loss_series(run, present), mark, penalized]
    return [compact(series) for series in lines]
