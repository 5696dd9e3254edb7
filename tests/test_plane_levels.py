"""The maps of several classes: the likeliest class, how sure it is, and the line between them."""

import numpy as np
import pytest
from scipy.stats import entropy

from nnlab import Config, advance, predict, start
from nnlab.data.plane import pixel_centers, plane_extent
from nnlab.figures.plane_picture import class_colors, png
from nnlab.figures.style import DARK, LIGHT, Palette
from nnlab.inspection.plane_levels import BORDER, LEVELS, SHADES, output_levels, shade_levels
from nnlab.inspection.plane_view import GRID_SIZE, SHARES_SIZE, Unit, ViewOptions, view_plane
from nnlab.model.heads import head_of
from tests.helpers.colour_vision import distance, seen_by_all
from tests.helpers.pictures import contrast, pixels, rgb

RUN = advance(
    start(Config(dataset="gaussians", classes=3, samples=60, optimizer="adam", activation="tanh")),
    300,
)


def centres() -> np.ndarray:
    return pixel_centers(plane_extent(RUN.dataset), GRID_SIZE)


def test_a_shade_is_how_much_likelier_the_class_is_than_by_chance() -> None:
    outputs = np.array([[1, 0, 0], [0, 2 / 3, 1 / 3], [0.35, 0.35, 0.3], [0.3, 0.3, 0.4]])
    levels = output_levels(head_of(3), outputs).ravel()
    # (p - 1/3) / (2/3): 1, 1/2 and 0.1 of the 20 steps; the first three touch another class
    assert levels[3] == LEVELS + 2 * SHADES + 2
    sure = output_levels(head_of(3), np.tile(outputs[1], (4, 1))).ravel()
    assert sure.tolist() == [LEVELS + SHADES + 10] * 4
    hard = output_levels(head_of(3), np.tile(outputs[1], (4, 1)), discretize=True)
    assert (hard == LEVELS + 2 * SHADES - 1).all()


def test_the_line_is_where_a_pixel_and_the_next_have_different_classes() -> None:
    levels = view_plane(RUN).levels
    labels = predict(RUN, centres()).argmax(axis=1).reshape(GRID_SIZE, GRID_SIZE)
    border = levels == BORDER
    assert border.any()
    differs = np.zeros_like(border)
    differs[:, :-1] = labels[:, :-1] != labels[:, 1:]
    differs[:-1] |= labels[:-1] != labels[1:]
    np.testing.assert_array_equal(border, differs)
    np.testing.assert_array_equal((levels[~border] - LEVELS) // SHADES, labels[~border])


def test_a_pixel_has_the_colour_of_the_likeliest_class() -> None:
    picture = pixels(png(view_plane(RUN, ViewOptions(discretize=True)).levels))
    labels = predict(RUN, centres()).argmax(axis=1).reshape(GRID_SIZE, GRID_SIZE)
    border = view_plane(RUN).levels == BORDER
    for label in range(3):
        assert (picture[(labels == label) & ~border] == rgb(LIGHT.plane[label])).all()
    assert (picture[border] == rgb(LIGHT.line)).all()


def test_an_output_units_map_is_the_probability_of_its_class() -> None:
    probabilities = predict(RUN, centres())
    for label in range(3):
        view = view_plane(RUN, ViewOptions(unit=Unit(3, label), thumbnails=True))
        fractions = (view.levels.ravel().astype(float) - LEVELS - label * SHADES) / (SHADES - 1)
        np.testing.assert_allclose(
            fractions, probabilities[:, label], atol=0.5 / (SHADES - 1) + 1e-9
        )
        assert view.span == (probabilities[:, label].min(), probabilities[:, label].max())
        assert view.thumbnails is not None
        small = view.thumbnails.maps[2 + 10 + 5 + label]
        np.testing.assert_array_equal(small, view.levels[2::4, 2::4])


def test_the_page_gets_the_probabilities_of_all_classes_in_percent() -> None:
    shares = view_plane(RUN).shares
    assert shares is not None
    assert shares.shape == (3, SHARES_SIZE, SHARES_SIZE)
    maps = predict(RUN, centres()).T.reshape(3, GRID_SIZE, GRID_SIZE)
    np.testing.assert_allclose(shares, 100 * maps[:, 1::2, 1::2], atol=0.5 + 1e-9)
    assert view_plane(start(Config(samples=10))).shares is None
    assert view_plane(RUN, ViewOptions(unit=Unit(1, 0))).shares is None


def test_a_network_that_overflows_far_from_its_points_can_be_drawn() -> None:
    huge = np.array([[np.inf, np.inf, 0], [np.nan] * 3, [-np.inf] * 3, [np.inf, 0, 0]])
    levels = output_levels(head_of(3), head_of(3).outputs(huge))
    assert ((levels >= LEVELS) & (levels <= BORDER)).all()


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_the_shades_of_a_class_go_from_the_middle_to_its_colour(palette: Palette) -> None:
    colors = class_colors(palette)
    assert len(colors) == BORDER + 1 - LEVELS
    for label, color in enumerate(palette.plane):
        shades = colors[label * SHADES :][:SHADES]
        assert shades[0].tolist() == rgb(palette.middle)
        assert shades[-1].tolist() == rgb(color)
    assert colors[-1].tolist() == rgb(palette.line)
    levels = shade_levels(2, np.linspace(0, 1, SHADES))
    assert pixels(png(levels[np.newaxis], palette)).tolist() == [
        colors[2 * SHADES :][:SHADES].tolist()
    ]


@pytest.mark.parametrize("classes", [2, 4])
def test_the_map_of_the_entropy_is_light_where_the_network_is_sure(classes: int) -> None:
    run = advance(start(Config(dataset="gaussians", classes=classes, samples=60)), 50)
    view = view_plane(run, ViewOptions(entropy=True))
    grid = pixel_centers(plane_extent(run.dataset), GRID_SIZE)
    outputs = predict(run, grid)
    shares = np.column_stack([1 - outputs, outputs]) if classes == 2 else outputs
    expected = entropy(shares, base=classes, axis=1)
    assert view.span == pytest.approx((expected.min(), expected.max()))
    fractions = 2 * view.levels.ravel() / (LEVELS - 1) - 1
    np.testing.assert_allclose(fractions, expected, atol=1.1 / LEVELS)
    assert view.shares is not None
    assert view.shares.shape == (classes, SHARES_SIZE, SHARES_SIZE)
    unit = ViewOptions(Unit(1, 0))
    assert (view_plane(run, unit).levels != view.levels).any()
    lightest, darkest = pixels(png(np.array([[64, LEVELS - 1]], np.uint8), LIGHT.of_entropy))[0]
    np.testing.assert_allclose(lightest, rgb(LIGHT.middle), atol=1)
    assert darkest.tolist() == rgb(LIGHT.unsure)


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_points_and_the_line_stand_out_from_every_shade_of_the_plane(palette: Palette) -> None:
    shades = {f"#{bytes(color).hex()}" for color in class_colors(palette)[:-1]} | {palette.unsure}
    for color in (*palette.points, palette.line):
        assert min(contrast(color, shade) for shade in shades) >= 3


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_people_of_any_colour_vision_tell_six_classes_apart(palette: Palette) -> None:
    """By the simulations of Machado et al. 2009, a distance of 0.09 in OKLab is left.

    A just noticeable difference is about 0.02 there.
    """
    for colors in seen_by_all(palette.points):
        distances = [distance(one, other) for i, one in enumerate(colors) for other in colors[:i]]
        assert min(distances) > 0.09
