"""A run as one HTML file that plays it back, without a server or the internet.

The file holds the plane's pictures as shades of grey, and a filter of the page colours them, so
that one set of pictures serves the light and the dark theme. Plotly.js would take ten times as
much room as all the rest.
"""

import base64
import io
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from nnlab.data.plane import places, plane_extent
from nnlab.export.painting import Scale
from nnlab.figures.curves import Series, loss_series
from nnlab.figures.plane_picture import class_colors, shades
from nnlab.figures.points import axis_name, traces
from nnlab.figures.shapes import SYMBOLS, outline
from nnlab.figures.style import DARK, LIGHT, SET_COLORS, Palette
from nnlab.inspection.plane_levels import LEVELS
from nnlab.inspection.plane_view import GRID_SIZE, PlaneView, view_plane
from nnlab.training.edits import rewind
from nnlab.training.metrics import Metrics
from nnlab.training.run import Run, evaluate

GiveWay = Callable[[], None]
MAX_FRAMES = 120
PLACES = 1000  # along each axis of a chart
_COLORS = 21  # of points, from class 0 or -1 to class 1

_FOLDER = Path(__file__).parent


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

    The button Play, a slider, and the keyboard choose the frame.

    `title` is a sentence about the run, `axes` as for `decision_boundary`, `give_way` as for
    `look_back`, the rest as for `loss_curve`.
    """
    shots, metrics, views = look_back(run, give_way)
    series = loss_series(run, metrics[-1])
    across, up = Scale(0, max(1, run.iteration), 0, PLACES), loss_scale(series, PLACES, 0, log=log)
    frames = []
    for shot, values, view in zip(shots, metrics, views, strict=True):
        frames.append(_frame(shot.iteration, values, view, across, up))
        give_way()
    left, right, low, high = plane_extent(run.dataset)
    plane = Scale(left, right, 0, PLACES), Scale(low, high, PLACES, 0)
    n_classes = run.config.n_classes
    is_table = n_classes > 2 or run.dataset.is_curve
    template = jinja2.Template(_read("replay.html.jinja"), autoescape=True)
    page: str = template.render(
        title=title,
        style=_read("replay.css"),
        script=_read("player.js"),
        palettes={
            "light": _palette(LIGHT, n_classes, is_table=is_table),
            "dark": _palette(DARK, n_classes, is_table=is_table),
        },
        is_table=is_table,
        has_values=not n_classes,
        shapes=[_path(name) for name in SYMBOLS[:n_classes]] if n_classes > 2 else [],
        set_colors=SET_COLORS,
        size=GRID_SIZE,
        points=_points(run, *plane),
        has_tests=len(run.dataset.test_inputs) > 0,
        plane_ticks=_ticks(*plane),
        loss_ticks=_ticks(across, up),
        axes=[axis_name(name) for name in axes],
        loss_name=loss_name,
        places=PLACES,
        lines=[
            (name, _line(line, across, up))
            for name, line in zip(SET_COLORS, series, strict=True)
            if np.isfinite(line[1]).any()
        ],
        frames=frames,
    )
    return page


def loss_scale(series: Sequence[Series], first: int, last: int, *, log: bool) -> Scale:
    """Return a scale on which all finite losses have a place."""
    losses = np.concatenate([values for _, values in series])
    losses = losses[np.isfinite(losses) & (losses > 0)]
    if not len(losses):
        return Scale(0, 1, first, last)
    low, high = float(losses.min()), float(losses.max())
    low, high = (low / 1.2, high * 1.2) if log else (0, high * 1.05)
    return Scale(low, high, first, last, log)


def _read(file: str) -> str:
    return (_FOLDER / file).read_text(encoding="utf-8")


def _frame(
    iteration: int, metrics: Metrics, view: PlaneView, across: Scale, up: Scale
) -> dict[str, Any]:
    """Return a frame as player.js reads it."""
    losses = {"training loss": metrics.train_loss, "test loss": metrics.test_loss}
    numbers = [f"{name} {loss:.4g}" for name, loss in losses.items() if not np.isnan(loss)]
    if not np.isnan(metrics.test_accuracy):
        numbers.append(f"test accuracy {metrics.test_accuracy:.1%}")
    finite = np.isfinite(metrics.train_loss)
    return {
        "iteration": f"{iteration:,}",
        "numbers": " · ".join(numbers),
        "x": _percent(across.pixels(iteration)),
        "y": _percent(up.pixels(metrics.train_loss)) if finite else None,
        "picture": base64.b64encode(_grey(view.levels)).decode(),
    }


def _grey(levels: NDArray[np.uint8]) -> bytes:
    """Return a map as a PNG in shades of grey.

    A scale goes from black at 0 to white at LEVELS - 1. The levels of several classes or a curve
    are the shades themselves, since their colours are a table, not a scale.
    """
    file = io.BytesIO()
    if levels.max() < LEVELS:
        levels = np.rint(levels * (255 / (LEVELS - 1))).astype(np.uint8)
    Image.fromarray(levels).save(file, "png", optimize=True)
    return file.getvalue()


def _palette(palette: Palette, n_classes: int, *, is_table: bool) -> dict[str, Any]:
    """Return the colours of the points, and per channel those of the map, from 0 to 1.

    Those of the map are a scale's two ends and middle, or a table of 256.
    """
    stops = np.array([ImageColor.getrgb(color) for color in palette.map]) / 255
    colors = shades(palette.ends, np.linspace(0, 1, _COLORS), palette.middle)
    if is_table:
        of_classes = class_colors(palette)
        stops = np.zeros((256, 3))
        stops[LEVELS : LEVELS + len(of_classes)] = of_classes / 255
    points = palette.points if n_classes > 2 else [f"#{bytes(color).hex()}" for color in colors]
    return {
        "rim": palette.rim if n_classes else palette.line,
        "veil": palette.rim,
        "colors": points,
        "type": "discrete" if is_table else "table",
        "map": {
            name: " ".join(f"{value:.4f}" for value in channel)
            for name, channel in zip("RGB", stops.T, strict=True)
        },
    }


def _percent(place: Any) -> float:
    return round(float(place) * 100 / PLACES, 2)


def _path(name: str) -> str:
    """Return a shape's outline as the path of an SVG, for points of the training set."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in 3.5 * outline(name)) + "Z"


def _points(run: Run, across: Scale, up: Scale) -> list[tuple[str, int, list[tuple[float, float]]]]:
    """Return the points that `decision_boundary` draws: their set, their colour, their places."""
    found = []
    for part, label, indices in traces(run.dataset, run.config.n_classes):
        inputs = places(run.dataset, part)[indices]
        targets = getattr(run.dataset, f"{part}_targets")[indices, 0]
        shares = (np.clip(targets, -1, 1) + 1) / 2 if label is None else targets
        steps = 1 if run.config.n_classes > 2 else _COLORS - 1  # one colour for each class
        colors = np.rint(shares * steps).astype(int).tolist()
        x, y = across.pixels(inputs[:, 0]), up.pixels(inputs[:, 1])
        centers = zip(colors, map(_percent, x), map(_percent, y), strict=True)
        for color, group in groupby(sorted(centers), key=lambda place: place[0]):
            found.append((part, color, [(x, y) for _, x, y in group]))
    return found


def _ticks(across: Scale, up: Scale) -> dict[str, list[tuple[float, str]]]:
    return {
        name: [(_percent(place), text.replace("-", "−")) for place, text in scale.ticks()]
        for name, scale in (("x", across), ("y", up))
    }


def _line(series: Series, across: Scale, up: Scale) -> str:
    """Return a loss curve as the points of a polyline."""
    iterations, losses = series
    known = np.isfinite(losses)
    places = zip(across.pixels(iterations[known]), up.pixels(losses[known]), strict=True)
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
