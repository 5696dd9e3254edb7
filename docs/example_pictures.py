"""Make the small pictures of the examples: the plane after training, and some of the points.

.venv/bin/python -m docs.example_pictures
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from nnlab import Run, advance, start
from nnlab.app.playground.example_buttons import PICTURES
from nnlab.app.playground.example_runs import EXAMPLE_RUNS
from nnlab.data.plane import plane_extent
from nnlab.figures.plane_picture import recolored
from nnlab.inspection.plane_view import GRID_SIZE, LEVELS, view_plane

SIZE = 76  # pixels: twice what the page shows, for sharp screens
SHADES = 16  # of the plane: fewer make a smaller file
POINTS, RADIUS = 60, 1.6


def picture(run: Run) -> Image.Image:
    """Return a run's plane with a few training points, as numbers of colours.

    From 0 to LEVELS - 1 they are levels of the plane; LEVELS is a point of class 0, LEVELS + 1 one
    of class 1.
    """
    pixels = (np.arange(SIZE) + 0.5) * GRID_SIZE / SIZE
    levels = view_plane(run).levels[np.ix_(pixels.astype(int), pixels.astype(int))]
    step = (LEVELS - 1) / (SHADES - 1)
    image = Image.fromarray(np.rint(np.rint(levels / step) * step).astype(np.uint8))
    draw, data = ImageDraw.Draw(image), run.dataset
    left, right, bottom, top = plane_extent(data)
    for (x1, x2), target in zip(
        data.train_inputs[:POINTS], data.train_targets[:POINTS, 0], strict=True
    ):
        at = ((x1 - left) / (right - left) * SIZE, (top - x2) / (top - bottom) * SIZE)
        draw.circle(at, RADIUS, fill=LEVELS + int(target))
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


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    for name in EXAMPLE_RUNS:
        file = Path(PICTURES, f"{name}.png")
        file.write_bytes(content(picture(trained(name))))
        print(file.name, file.stat().st_size)
