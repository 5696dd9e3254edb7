"""A run as one HTML file that plays it back, without a server or the internet."""

from collections.abc import Callable
from pathlib import Path

import jinja2
import numpy as np

from nnlab.figures.curves import loss_series
from nnlab.figures.plane_picture import png
from nnlab.figures.replay import ReplayFrame, replay_plot
from nnlab.inspection.plane_view import PlaneView, view_plane
from nnlab.training.edits import rewind
from nnlab.training.metrics import Metrics
from nnlab.training.run import Run, evaluate

GiveWay = Callable[[], None]
MAX_FRAMES = 120

_PAGE = Path(__file__).with_suffix(".html.jinja")


def to_nobody() -> None:
    """Give way to nobody: the default of `give_way`."""


def moments(run: Run) -> list[Run]:
    """Return the run as it was at up to MAX_FRAMES iterations, from the first to the present."""
    known = run.snapshot_iterations
    chosen = np.linspace(0, len(known) - 1, min(MAX_FRAMES, len(known))).round().astype(int)
    return [rewind(run, known[index]) for index in chosen]


def look_back(run: Run, give_way: GiveWay) -> tuple[list[Run], list[Metrics], list[PlaneView]]:
    """Return the run at its `moments`, with its metrics and its view of the plane at each.

    `give_way` is called after each moment, and lets others compute: with a large network, all
    moments together take seconds.
    """
    shots = moments(run)
    metrics, views = [], []
    for shot in shots:
        metrics.append(evaluate(shot))
        views.append(view_plane(shot))
        give_way()
    return shots, metrics, views


def replay(
    run: Run,
    title: str,
    loss_name: str,
    *,
    log: bool,
    axes: tuple[str, str],
    give_way: GiveWay = to_nobody,
) -> str:
    """Return an HTML page that plays a run: boundary, points, and the loss curve with a cursor.

    The buttons Play and Pause, a slider, and the keyboard choose the frame.

    `title` is a sentence about the run, `axes` as for `decision_boundary`, `give_way` as for
    `look_back`, the rest as for `loss_curve`.
    """
    shots, metrics, views = look_back(run, give_way)
    frames = [
        ReplayFrame(shot.iteration, values.train_loss, png(view.levels))
        for shot, values, view in zip(shots, metrics, views, strict=True)
    ]
    give_way()
    series = loss_series(run, metrics[-1])
    plot = replay_plot(run.dataset, run.config.problem, axes, frames, series, loss_name, log=log)
    template = jinja2.Template(_PAGE.read_text(encoding="utf-8"))
    page: str = template.render(title=title, plot=plot)
    return page
