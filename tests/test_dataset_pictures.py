"""The pictures of the data sets show their points, in the colours of the theme."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from nnlab.data.datasets import DATASETS, DATASETS_FOR
from nnlab.figures.dataset_pictures import NOISE, REACH, SAMPLES, SEED, SIDE, picture
from nnlab.figures.style import DARK, LIGHT, Palette

DRAWN = [name for name in DATASETS_FOR["classification"] if DATASETS[name].draw]
SVG = "{http://www.w3.org/2000/svg}"


def drawn(name: str, palette: Palette) -> dict[str, np.ndarray]:
    """Return the places of the points by their colours."""
    paths = ElementTree.fromstring(picture(name, palette)).iter(f"{SVG}path")
    places = {}
    for path in paths:
        numbers = re.findall(r"M(\d+) (\d+)h0", path.get("d", ""))
        places[path.get("stroke", "")] = np.array(numbers, dtype=float)
    return places


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    "name", [name for name in DATASETS_FOR["classification"] if DATASETS[name].draw]
)
def test_each_class_is_drawn_where_its_points_are(name: str, palette: Palette) -> None:
    found = drawn(name, palette)
    assert set(found) == set(palette.ends)
    inputs, targets = DATASETS[name].draw(SAMPLES, NOISE, SEED)
    for label, color in enumerate(palette.ends):
        x1, x2 = ((found[color] / SIDE * 2 - 1) * REACH * [1, -1]).T
        apart = np.hypot(x1 - inputs[targets == label, 0], x2 - inputs[targets == label, 1])
        assert apart.max() <= 2**0.5 * REACH / SIDE + 1e-9  # half a pixel each way


@pytest.mark.parametrize("name", ["plane", "multi-gaussian", "curve"])
def test_values_have_shades_between_the_colours(name: str) -> None:
    found = drawn(name, LIGHT)
    assert len(found) > 3
    assert sum(map(len, found.values())) == SAMPLES


@pytest.mark.parametrize("name", DATASETS)
def test_a_picture_lies_within_its_frame_and_is_small(name: str) -> None:
    text = picture(name, LIGHT)
    assert len(text) < 1500
    places = [at for at in drawn(name, LIGHT).values() if len(at)]
    assert np.concatenate(places).min() >= 1
    assert np.concatenate(places).max() <= SIDE - 1
