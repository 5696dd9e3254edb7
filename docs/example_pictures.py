"""Make the small pictures of examples and lessons: the plane after training, and some points.

.venv/bin/python -m docs.example_pictures
"""

import io
from dataclasses import replace

import numpy as np
from PIL import Image, ImageDraw

from nnlab import Run, advance, start
from nnlab.app.lessons.lesson_list import PICTURES as LESSON_PICTURES
from nnlab.app.playground.example_buttons import PICTURES
from nnlab.app.playground.example_runs import EXAMPLE_RUNS
from nnlab.data.plane import plane_extent
from nnlab.figures.plane_picture import SMALL_SCALE, recolored, small_levels
from nnlab.inspection.plane_view import GRID_SIZE, view_plane
from nnlab.lessons.lesson import Lesson
from nnlab.lessons.library import shipped

SIZE = 76  # pixels: twice what the page shows, for sharp screens
POINTS, RADIUS = 60, 1.6


def picture(run: Run) -> Image.Image:
    """Return a run's plane with a few training points, as the numbers of colours in `recolored`."""
    pixels = (np.arange(SIZE) + 0.5) * GRID_SIZE / SIZE
    levels = view_plane(run).levels[np.ix_(pixels.astype(int), pixels.astype(int))]
    image = Image.fromarray(small_levels(levels))
    draw, data = ImageDraw.Draw(image), run.dataset
    left, right, bottom, top = plane_extent(data)
    # a real data set has its points in the order of their classes
    few = slice(None, None, -(-len(data.train_inputs) // POINTS))
    for (x1, x2), target in zip(data.train_inputs[few], data.train_targets[few, 0], strict=True):
        at = ((x1 - left) / (right - left) * SIZE, (top - x2) / (top - bottom) * SIZE)
        draw.circle(at, RADIUS, fill=SMALL_SCALE + int(target))
    return image


def content(image: Image.Image) -> bytes:
    """Return a picture as a PNG in the colours of the light theme."""
    file = io.BytesIO()
    image.save(file, "png")
    return recolored(file.getvalue())


def trained(name: str) -> Run:
    """Return an example's run at its end."""
    config = EXAMPLE_RUNS[name].config
    return advance(start(config), config.iterations)


def learned(lesson: Lesson) -> Run:
    """Return the run that reaches a lesson's first goal."""
    solved = [step for step in lesson.steps if step.solution and not step.solution.impossible]
    steps = solved or lesson.steps  # the tour has no goal
    config = replace(steps[0].config, **(steps[0].solution.changes if steps[0].solution else {}))
    return advance(start(config), config.iterations)


if __name__ == "__main__":
    runs = {PICTURES / f"{name}.png": trained(name) for name in EXAMPLE_RUNS}
    lessons = shipped().lessons
    runs |= {LESSON_PICTURES / f"{name}.png": learned(lessons[name]) for name in lessons}
    for file, run in runs.items():
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content(picture(run)))
        print(file.name, file.stat().st_size)
