"""The pictures show what the numbers say: the right way up, in the right colour, without gaps."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlab import Config, Run, advance, evaluate, predict, start
from nnlab.data.labels import MAX_CLASSES
from nnlab.data.plane import plane_extent
from nnlab.data.points import Points
from nnlab.data.scales import ColumnScale
from nnlab.figures.curves import MAX_BINS, loss_curve, loss_series, penalized_series
from nnlab.figures.plane_picture import class_colors, png, shades
from nnlab.figures.points import MAX_POINTS, NEWEST, UNNAMED, decision_boundary, traces
from nnlab.figures.style import DARK, LIGHT, Palette
from nnlab.inspection.plane_view import GRID_SIZE, view_plane
from nnlab.model.network import Parameters
from nnlab.training.downsampling import thin
from nnlab.training.metrics import Metrics
from tests.helpers.pictures import contrast, pixels, rgb


def colors(run: Run) -> np.ndarray:
    colors = pixels(png(view_plane(run).levels))
    assert colors.shape == (GRID_SIZE, GRID_SIZE, 3)
    return colors


def test_the_boundary_has_at_least_100_by_100_pixels() -> None:
    assert GRID_SIZE >= 100


def test_the_boundary_is_the_right_way_up_and_in_the_colours_of_the_classes() -> None:
    """A network that predicts class 1 only where x1 and x2 are large: the top right corner."""
    run = start(Config(hidden_layers=()))
    run = replace(run, parameters=Parameters((2, 1), np.array([40.0, 40.0, -40.0])))
    pixels = colors(run)
    assert pixels[0, -1].tolist() == rgb(LIGHT.plane[1])
    for corner in (pixels[0, 0], pixels[-1, 0], pixels[-1, -1]):
        assert corner.tolist() == rgb(LIGHT.plane[0])


def test_each_pixel_shows_the_probability_at_its_centre() -> None:
    run = advance(start(Config(samples=100, learning_rate=0.3)), 200)
    left, right, bottom, top = plane_extent(run.dataset)
    pixels = colors(run)
    for row, column in ((3, 7), (50, 20), (80, 90)):
        x1 = left + (column + 0.5) / GRID_SIZE * (right - left)
        x2 = top - (row + 0.5) / GRID_SIZE * (top - bottom)
        (probability,) = predict(run, [[x1, x2]])
        middle = np.array(rgb(LIGHT.middle))
        end = np.array(rgb(LIGHT.plane[int(probability > 0.5)]))
        expected = middle + (end - middle) * abs(2 * probability - 1)
        # 128 levels: half a step is 1/254 of twice the distance to the middle, up to 244
        np.testing.assert_allclose(pixels[row, column], expected, atol=2.5)


def test_a_regressions_values_are_coloured_from_minus_one_to_one() -> None:
    run = start(Config(problem="regression", dataset="plane", hidden_layers=()))
    for value, color in ((-5.0, LIGHT.plane[0]), (1.0, LIGHT.plane[1])):
        flat = replace(run, parameters=Parameters((2, 1), np.array([0.0, 0.0, value])))
        assert (colors(flat) == rgb(color)).all()


def test_a_run_about_to_diverge_can_be_drawn() -> None:
    run = advance(start(Config(samples=20, activation="linear", learning_rate=1000)), 100)
    assert run.diverged
    colors(run)
    assert all(np.isfinite(values).all() for _, values in loss_series(run, Metrics(1, 1, 1, 1)))


@pytest.mark.parametrize(
    ("points", "extent"),
    [
        ([], (-1.25, 1.25, -1.25, 1.25)),
        ([(0.1, 0.2, 0)], (-1.25, 1.25, -1.25, 1.25)),
        ([(1.3, -0.2, 0), (-1, 0, 1)], (-1.6, 1.6, -1.6, 1.6)),
        ([(0, 150, 0), (2, 190, 1), (-2, 150, 1)], (-20, 20, 150, 190)),
    ],
)
def test_the_plane_holds_all_points_and_grows_in_steps(
    points: list[tuple[float, float, float]], extent: tuple[float, ...]
) -> None:
    run = start(Config(dataset="own", points=points))
    assert plane_extent(run.dataset) == pytest.approx(extent)


@given(
    st.lists(
        st.tuples(*[st.floats(-1e6, 1e6)] * 2, st.sampled_from([0.0, 1.0])), min_size=1, max_size=20
    )
)
def test_every_point_is_inside_the_plane(points: list[tuple[float, float, float]]) -> None:
    own = Points.of(points)
    left, right, bottom, top = plane_extent(start(Config(dataset="own", points=own)).dataset)
    rounding = 1e-12 * (right - left)  # far less than a pixel
    assert (own.inputs[:, 0] >= left - rounding).all()
    assert (own.inputs[:, 0] <= right + rounding).all()
    assert (own.inputs[:, 1] >= bottom - rounding).all()
    assert (own.inputs[:, 1] <= top + rounding).all()
    assert right - left == pytest.approx(top - bottom, rel=1e-6)


def test_the_decision_boundary_shows_all_points_with_equal_axes() -> None:
    run = start(Config())
    figure = json.loads(decision_boundary(run.dataset))
    names = [trace["name"] for trace in figure["data"]]
    assert names == ["train class 0", "train class 1", "test class 0", "test class 1"]
    train, test = figure["data"][:2], figure["data"][2:]
    assert [trace["marker"]["color"] for trace in train] == [*LIGHT.ends]
    assert [trace["marker"]["line"]["color"] for trace in test] == [*LIGHT.ends]
    assert figure["layout"]["yaxis"]["scaleanchor"] == "x"
    assert annotations(figure) == {"x1": "x₁", "x2": "x₂"}


def annotations(figure: dict[str, Any]) -> dict[str, str]:
    """Return the texts on a figure by their names."""
    return {note["name"]: note["text"] for note in figure["layout"]["annotations"]}


def test_the_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # by WebAIM's checker


def hexadecimal(colors: np.ndarray) -> list[str]:
    return [f"#{bytes(color).hex()}" for color in colors]


@pytest.mark.parametrize("n_classes", [0, 2, MAX_CLASSES])
@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_each_point_stands_out_from_every_part_of_the_plane(
    palette: Palette, n_classes: int
) -> None:
    """By its fill or its rim, wherever it is: also on a line, and among values like its own."""
    scale = np.linspace(0, 1, 41)
    low, middle, high = palette.map
    plane = hexadecimal(shades((low, high), scale, middle))
    values = hexadecimal(shades(palette.ends, scale, middle))
    if n_classes > 2:
        plane = hexadecimal(class_colors(palette))
    problem = {"classes": n_classes} if n_classes else {"problem": "regression"}
    run = start(Config(dataset="gaussians" if n_classes else "plane", samples=60, **problem))
    figure = json.loads(decision_boundary(run.dataset, n_classes, palette=palette))
    assert len(figure["data"]) == 2 * max(n_classes, 1)
    for trace in figure["data"]:
        marker = trace["marker"]
        assert "open" not in marker["symbol"]  # Plotly would not draw such a point's rim
        for fill in values if n_classes == 0 else [marker["color"]]:
            for part in plane:
                assert max(contrast(color, part) for color in (fill, marker["line"]["color"])) >= 3
            assert n_classes == 0 or contrast(fill, marker["line"]["color"]) >= 3


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_test_points_are_smaller_rings(palette: Palette) -> None:
    for n_classes, dataset in ((2, Config()), (0, Config(problem="regression", dataset="plane"))):
        figure = json.loads(decision_boundary(start(dataset).dataset, n_classes, palette=palette))
        train, test = (figure["data"][at]["marker"] for at in (0, -1))
        assert test["size"] < train["size"]
        assert test["line"]["width"] > train["line"]["width"]


def test_where_not_all_points_are_shown_the_picture_says_so() -> None:
    notes = {
        (3000, 100): "1,000 of 3,000 training points shown",
        (100, 1001): "1,000 of 1,001 test points shown",
        (2000, 5000): "1,000 of 2,000 training and of 5,000 test points shown",
        (1000, 1000): None,
    }
    for (samples, test_samples), note in notes.items():
        run = start(Config(samples=samples, test_samples=test_samples))
        figure = json.loads(decision_boundary(run.dataset))
        assert annotations(figure).get("note") == note


def drawn_points(run: Run) -> set[tuple[float, ...]]:
    """Return the places of the training points that are drawn."""
    parts = [trace.indices for trace in traces(run.dataset, 2)[:2]]
    return {tuple(place) for place in run.dataset.train_inputs[np.concatenate(parts)].tolist()}


def test_own_points_are_drawn_however_many_others_there_are() -> None:
    own = np.random.default_rng(1).uniform(-1, 1, (MAX_POINTS // 2, 2)).tolist()
    run = start(Config(samples=2 * MAX_POINTS, points=[(x1, x2, 1) for x1, x2 in own]))
    drawn = drawn_points(run)
    assert len(drawn) == MAX_POINTS
    assert {tuple(place) for place in own} <= drawn


def test_of_too_many_own_points_the_new_ones_are_drawn_and_the_others_stay() -> None:
    """Points added or erased neither hide what was just drawn nor move the rest."""
    rng = np.random.default_rng(1)
    own = [(x1, x2, 1.0) for x1, x2 in rng.uniform(-1, 1, (3 * MAX_POINTS, 2)).tolist()]

    def drawn(points: list[tuple[float, float, float]]) -> set[tuple[float, ...]]:
        return drawn_points(start(Config(dataset="own", test_samples=2, points=points)))

    before = drawn(own)
    new = [(x1, x2, 0.0) for x1, x2 in rng.uniform(-1, 1, (20, 2)).tolist()]
    after = drawn([*own, *new])
    assert {point[:2] for point in new} <= after
    assert len(before & after) >= MAX_POINTS - 2 * len(new)
    some = own[:10]  # two of them are test points, and stay so
    erased = some + [point for point in own[10:] if point[0] > -0.5]
    kept = {place for place in before if place[0] > -0.5}
    assert kept <= drawn(erased)  # what was seen and not erased is still seen


def test_the_points_drawn_are_spread_over_the_set_as_it_is() -> None:
    """A sorted file does not lose one end: each quarter has a quarter of the points drawn."""
    own = [(x1, 0.0, 1.0) for x1 in np.linspace(-1, 1, 5000).tolist()]
    run = start(Config(dataset="own", test_samples=2, points=own))
    (_, drawn) = traces(run.dataset, 2)[:2]
    counts, _ = np.histogram(drawn.indices[:-NEWEST], bins=4, range=(0, 4900))
    # 900 of 4,900: the standard deviation of each count is about 12
    np.testing.assert_allclose(counts, 225, atol=50)


def test_names_of_axes_are_text_and_no_markup() -> None:
    run = start(Config(samples=20))
    scales = ColumnScale("<b>a</b>"), ColumnScale('"b"')
    figure = json.loads(decision_boundary(run.dataset, 2, scales))
    assert annotations(figure) == {"x1": "&lt;b&gt;a&lt;/b&gt;", "x2": '"b"'}


def test_the_colours_of_a_regression_are_named_with_its_target() -> None:
    run = start(Config(problem="regression", dataset="plane", samples=20))
    scales = *UNNAMED[:2], ColumnScale("<b>pay</b>")
    figure = json.loads(decision_boundary(run.dataset, 0, scales))
    bars = [trace["marker"]["colorbar"]["title"] for trace in figure["data"]]
    assert {bar["text"] for bar in bars} == {"&lt;b&gt;pay&lt;/b&gt;"}


def test_the_loss_curve_holds_every_loss_of_a_short_run_and_the_present_ones() -> None:
    run = advance(start(Config(samples=50)), 250)
    present = evaluate(run)
    (train_x, train_y), (test_x, test_y) = loss_series(run, present)
    np.testing.assert_array_equal(train_x, np.arange(251))
    np.testing.assert_array_equal(train_y, [*run.losses, present.train_loss])
    np.testing.assert_array_equal(test_x, [0, 100, 200, 250])
    np.testing.assert_array_equal(test_y, [*run.test_losses, present.test_loss])


def test_the_loss_axis_is_named_and_linear_or_logarithmic() -> None:
    for log, kind in ((False, "linear"), (True, "log")):
        layout = json.loads(loss_curve("cross-entropy", log=log))["layout"]
        assert layout["yaxis"]["type"] == kind
        assert layout["annotations"][0]["text"] == "cross-entropy by iteration"


def test_a_penalized_run_has_a_line_of_the_loss_with_its_penalty() -> None:
    run = advance(start(Config(samples=50, regularization="l2", regularization_rate=0.1)), 250)
    x, y = penalized_series(run, evaluate(run))
    np.testing.assert_array_equal(x, [0, 100, 200, 250])
    for iteration, value in zip(x, y, strict=True):
        then = advance(start(run.config), int(iteration))
        squares = sum(float((weights**2).sum()) for weights in then.parameters.weights)
        assert value == pytest.approx(evaluate(then).train_loss + 0.1 * squares / 2)
    for penalized in (True, False):
        line = json.loads(loss_curve("cross-entropy", log=False, penalized=penalized))["data"][3]
        assert (line["name"], line["visible"]) == ("train + penalty", penalized)


@given(st.integers(1, 30_000), st.integers(0, 2**32 - 1))
def test_thinning_loses_no_spike_and_keeps_both_ends(length: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=length)
    values[rng.integers(length)] = 100
    values[rng.integers(length)] = -100
    kept = thin(values, MAX_BINS)
    assert len(kept) <= 2 * MAX_BINS + 2
    assert (np.diff(kept) > 0).all()
    assert (kept[0], kept[-1]) == (0, length - 1)
    assert values[kept].max() == values.max()
    assert values[kept].min() == values.min()
    # no gap is wider than two bins
    assert np.diff(kept, prepend=0).max() <= 2 * -(-length // MAX_BINS)
