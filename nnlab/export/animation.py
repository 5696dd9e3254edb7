"""A run as an animated GIF for slides: boundary, points, and the loss curve as it grows.

All frames share one palette, and what does not change is painted once. So the file is small and
quick to make: matplotlib's PillowWriter takes 15 times as long, for a file three times as large.
"""

import io
from functools import partial

import numpy as np
from PIL import Image, ImageDraw
from sklearn.metrics import pairwise_distances_argmin as closest

from nnlab.data.datasets import FloatArray
from nnlab.data.plane import places, plane_extent
from nnlab.export.painting import (
    DETAIL,
    Pixels,
    Scale,
    blend,
    font,
    in_one_palette,
    smooth,
)
from nnlab.export.replay import GiveWay, look_back, loss_scale, to_nobody
from nnlab.figures.curves import Series, loss_series
from nnlab.figures.plane_picture import class_colors, shades
from nnlab.figures.points import traces
from nnlab.figures.shapes import SYMBOLS, outline
from nnlab.figures.style import LIGHT, SET_COLORS
from nnlab.inspection.plane_levels import LEVELS
from nnlab.inspection.plane_view import GRID_SIZE, PlaneView, view_plane
from nnlab.training.metrics import Metrics
from nnlab.training.run import Run, evaluate

WIDTH, HEIGHT = 960, 540  # pixels: half of a projector's, so that texts stay readable
FRAME_MILLISECONDS, LAST_MILLISECONDS = 80, 3000
SHADES = 31  # of the boundary, with one in the middle; more would only make the file larger
ZOOM = 4  # pixels of the picture per pixel of the boundary, along each axis
LEFT, TOP, RIGHT, BOTTOM = 76, 72, 76 + ZOOM * GRID_SIZE, 72 + ZOOM * GRID_SIZE  # of the plane
CHART_LEFT, MIDDLE, CHART_RIGHT = 570, 690, 930  # of the loss curve, as high as the plane
INK, PAPER, GRID = "#333333", "#ffffff", "#dddddd"
DISC_SIZE = 13  # of the cursor
FAINT = 0.3  # opacity of the part of the curve that is still to come


def animation(
    run: Run,
    loss_name: str,
    *,
    log: bool,
    axes: tuple[str, str],
    give_way: GiveWay = to_nobody,
) -> bytes:
    """Return a run as a GIF of WIDTH × HEIGHT pixels that repeats forever.

    The frames and the parameters are those of `replay`; the last frame stays longer.
    """
    shots, metrics, views = look_back(run, give_way)
    series = loss_series(run, metrics[-1])
    easel = _Easel(run, series, loss_name, log=log, axes=axes)
    give_way()
    frames = []
    for each in zip(shots, metrics, views, strict=True):
        frames.append(easel.frame(*each))
        give_way()
    file = io.BytesIO()
    times = [FRAME_MILLISECONDS] * (len(frames) - 1) + [LAST_MILLISECONDS]
    frames[0].save(file, "gif", save_all=True, append_images=frames[1:], duration=times, loop=0)
    return file.getvalue()


def still(run: Run, loss_name: str, *, log: bool, axes: tuple[str, str]) -> bytes:
    """Return the run as it is now as a PNG: the last frame of its `animation`."""
    metrics = evaluate(run)
    easel = _Easel(run, loss_series(run, metrics), loss_name, log=log, axes=axes)
    file = io.BytesIO()
    easel.frame(run, metrics, view_plane(run)).save(file, "png")
    return file.getvalue()


class _Easel:
    """What all frames share, as indices into a palette that begins with the boundary's shades."""

    def __init__(
        self, run: Run, series: list[Series], loss_name: str, *, log: bool, axes: tuple[str, str]
    ) -> None:
        self._across = Scale(0, max(1, run.iteration), CHART_LEFT, CHART_RIGHT)
        self._up = loss_scale(series, BOTTOM, TOP, log=log)
        paper = _paper(run, loss_name, axes, self._across, self._up)
        curves = [
            _with_curves(paper, series, self._across, self._up, strength) for strength in (1, FAINT)
        ]
        points = smooth("RGBA", (WIDTH, HEIGHT), partial(_draw_points, run))
        self._is_point = np.asarray(points)[:, :, 3] > 127
        boundary = shades((LIGHT.plane[0], LIGHT.plane[1]), np.linspace(0, 1, SHADES))
        if run.config.n_classes > 2 or run.dataset.is_curve:
            boundary = class_colors(LIGHT)
        count = len(boundary)
        others, numbers = in_one_palette([*curves, points.convert("RGB")], 256 - count)
        self._palette = np.concatenate([boundary, others])
        self._drawn, self._to_come, self._points = (picture + count for picture in numbers)
        end = DISC_SIZE * DETAIL - 1
        self._disc = smooth(
            "L", (DISC_SIZE, DISC_SIZE), lambda draw: draw.ellipse([0, 0, end, end], fill=255)
        )
        strengths = np.linspace(0, 1, 256)
        self._ramps = {
            name: (count + closest(blend(PAPER, color, strengths), others)).astype(np.uint8)
            for name, color in {"ink": INK, **SET_COLORS}.items()
        }

    def frame(self, shot: Run, metrics: Metrics, view: PlaneView) -> Image.Image:
        """Paint the run as it was at one iteration."""
        pixels = self._to_come.copy()
        x = round(float(self._across.pixels(shot.iteration)))
        pixels[:, :x] = self._drawn[:, :x]
        pixels[TOP:BOTTOM, LEFT:RIGHT] = _shades(view)
        np.copyto(pixels, self._points, where=self._is_point)
        if np.isfinite(metrics.train_loss):
            y = round(float(self._up.pixels(metrics.train_loss)))
            pixels[y:BOTTOM, x] = self._ramps["ink"][128]
            corner = pixels[y - DISC_SIZE // 2 :, x - DISC_SIZE // 2 :][:DISC_SIZE, :DISC_SIZE]
            _paint_over(corner, self._disc, self._ramps["train"])
        losses = {"train": metrics.train_loss, "test": metrics.test_loss}
        texts = [("ink", LEFT, 24, 28, f"iteration {shot.iteration:,}")]
        texts += [
            (name, x, 36, 18, f"{name} {losses[name]:.4g}")
            for name, x in {"train": CHART_LEFT, "test": MIDDLE}.items()
            if np.isfinite(losses[name])
        ]
        for name, x, y, size, text in texts:
            header = Image.new("L", (WIDTH, TOP))
            ImageDraw.Draw(header).text((x, y), text, fill=255, font=font(size))
            _paint_over(pixels[:TOP], header, self._ramps[name])
        image = Image.fromarray(pixels)
        image.putpalette(self._palette.tobytes())
        return image


def _paint_over(pixels: Pixels, mask: Image.Image, ramp: Pixels) -> None:
    """Paint a shape in the colours of a ramp, which goes from the paper's colour to the shape's."""
    strengths = np.asarray(mask)
    np.copyto(pixels, ramp[strengths], where=strengths > 0)


def _shades(view: PlaneView) -> Pixels:
    """Return the boundary as indices into the palette, (BOTTOM - TOP, RIGHT - LEFT)."""
    shades: Pixels = np.rint(view.levels * ((SHADES - 1) / (LEVELS - 1))).astype(np.uint8)
    if view.levels.max() >= LEVELS:  # several classes, or a curve
        shades = view.levels - np.uint8(LEVELS)
    return shades.repeat(ZOOM, axis=0).repeat(ZOOM, axis=1)


def _paper(
    run: Run, loss_name: str, axes: tuple[str, str], across: Scale, up: Scale
) -> Image.Image:
    """Paint the axes of both charts, with their ticks and titles."""
    paper = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(paper)

    def write(x: float, y: float, text: str, anchor: str) -> None:
        draw.text((x, y), text, fill=INK, font=font(16), anchor=anchor)

    left, right, low, high = plane_extent(run.dataset)
    for x, text in Scale(left, right, LEFT, RIGHT).ticks():
        write(x, BOTTOM + 6, text, "ma")
    for y, text in Scale(low, high, BOTTOM, TOP).ticks():
        write(LEFT - 6, y, text, "rm")
    for x, text in across.ticks():
        draw.line([(x, TOP), (x, BOTTOM)], fill=GRID)
        write(x, BOTTOM + 6, text, "ma")
    for y, text in up.ticks():
        draw.line([(CHART_LEFT, y), (CHART_RIGHT, y)], fill=GRID)
        write(CHART_LEFT - 6, y, text, "rm")
    write((LEFT + RIGHT) / 2, BOTTOM + 30, axes[0], "ma")
    write((CHART_LEFT + CHART_RIGHT) / 2, BOTTOM + 30, "iteration", "ma")
    write(CHART_LEFT, 12, f"loss ({loss_name})", "la")
    name = Image.new("L", (RIGHT - LEFT, 24))
    ImageDraw.Draw(name).text((name.width / 2, 4), axes[1], fill=255, font=font(16), anchor="ma")
    name = name.rotate(90, expand=True)
    paper.paste(INK, (8, TOP), name)
    return paper


def _with_curves(
    paper: Image.Image, series: list[Series], across: Scale, up: Scale, strength: float
) -> Image.Image:
    """Return the paper with the loss curves on it."""
    picture = paper.copy()
    for color, (iterations, losses) in zip(SET_COLORS.values(), series, strict=True):
        known = np.isfinite(losses)
        x, y = across.pixels(iterations[known]), up.pixels(losses[known])
        line = (DETAIL * np.column_stack([x, y])).ravel().tolist()
        mask = smooth("L", (WIDTH, HEIGHT), partial(_draw_line, line, strength))
        picture.paste(color, mask=mask)
    return picture


def _draw_line(line: list[float], strength: float, draw: ImageDraw.ImageDraw) -> None:
    draw.line(line, round(255 * strength), 2 * DETAIL + 1)


def _draw_points(run: Run, draw: ImageDraw.ImageDraw) -> None:
    """Draw the points as `decision_boundary` does."""
    left, right, low, high = plane_extent(run.dataset)
    across = Scale(left, right, DETAIL * LEFT, DETAIL * RIGHT)
    up = Scale(low, high, DETAIL * BOTTOM, DETAIL * TOP)
    for part, label, indices in traces(run.dataset, run.config.n_classes):
        inputs = places(run.dataset, part)[indices]
        targets = getattr(run.dataset, f"{part}_targets")[indices, 0]
        colors = _colors(targets) if label is None else [LIGHT.points[label]] * len(inputs)
        centers = zip(across.pixels(inputs[:, 0]), up.pixels(inputs[:, 1]), strict=True)
        for (x, y), color in zip(centers, colors, strict=True):
            rim = LIGHT.line if label is None else "#ffffff" if part == "train" else "#000000"
            if label is not None and run.config.n_classes > 2:
                corners = (x, y) + 4 * DETAIL * outline(SYMBOLS[label])
                fill, edge = (color, rim) if part == "train" else (LIGHT.rim, color)
                draw.polygon(corners.ravel().tolist(), fill, edge, DETAIL)
            elif part == "train":
                r = 3.5 * DETAIL
                draw.ellipse([x - r, y - r, x + r, y + r], color, rim, DETAIL)
            else:
                r = 5.5 * DETAIL
                draw.polygon([(x, y - r), (x + r, y), (x, y + r), (x - r, y)], color, rim, DETAIL)


def _colors(values: FloatArray) -> list[str]:
    """Return the colours of a regression's values between -1 and 1."""
    return [f"#{bytes(color).hex()}" for color in shades(LIGHT.ends, (values + 1) / 2)]
