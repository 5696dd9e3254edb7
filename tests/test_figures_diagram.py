"""The diagram's small maps are the units' activations, and its lines the strongest weights."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from nnlab import Config, Run, advance, start
from nnlab.app.live_chart.packing import pack
from nnlab.data.plane import plane_extent
from nnlab.figures.network_diagram import MAX_EDGES, fair_counts, name, network
from nnlab.inspection.plane_levels import LEVELS
from nnlab.inspection.plane_view import (
    GRID_SIZE,
    Thumbnails,
    Unit,
    ViewOptions,
    thumbnail_size,
    view_plane,
)
from nnlab.model.network import Parameters


def thumbnails(run: Run) -> Thumbnails:
    found = view_plane(run, ViewOptions(thumbnails=True)).thumbnails
    assert found is not None
    return found


def levels(png: bytes) -> np.ndarray:
    """Return the picture's levels of the palette."""
    return np.asarray(Image.open(io.BytesIO(png))).astype(int)


def by_hand(*vector: float, activation: str = "linear") -> Run:
    """Return a run of two hidden units whose parameters are given: layer, column, row by row."""
    run = start(Config(hidden_layers=(2,), activation=activation, samples=20))
    return replace(run, parameters=Parameters((2, 2, 1), np.array(vector)))


# z1 = x1 + 2 x2 and z2 = 3 - x2, and the output has no weight on them
TWO_UNITS = by_hand(1, 2, 0, 0, -1, 3, 0, 0, 0)


def test_each_small_map_is_what_its_unit_says_at_the_centres_of_the_plane() -> None:
    maps = thumbnails(TWO_UNITS).maps.astype(int)
    size = maps.shape[-1]
    left, right, bottom, top = plane_extent(TWO_UNITS.dataset)
    step = GRID_SIZE // size
    shares_ = (np.arange(size) * step + step // 2 + 0.5) / GRID_SIZE
    x1, x2 = np.meshgrid(left + shares_ * (right - left), top - shares_ * (top - bottom))
    reach = right * (1 - 1 / GRID_SIZE)  # the outermost centre
    expected = [x1 / reach, x2 / reach, (x1 + 2 * x2) / (3 * reach), (3 - x2) / (3 + reach)]
    for map_, values in zip(maps, expected, strict=False):
        np.testing.assert_allclose(map_, (values + 1) / 2 * (LEVELS - 1), atol=0.5 + 1e-9)


def test_the_small_maps_are_the_right_way_up() -> None:
    """x1 grows to the right and x2 upwards, as in the large chart; class 1's colour is there."""
    x1, x2 = thumbnails(TWO_UNITS).maps[:2].astype(int)
    assert (np.diff(x1, axis=1) > 0).all()
    assert (np.diff(x1, axis=0) == 0).all()
    assert (np.diff(x2, axis=0) < 0).all()
    assert (np.diff(x2, axis=1) == 0).all()


def test_the_outputs_small_map_is_the_boundary() -> None:
    run = advance(start(Config(samples=100, optimizer="adam")), 300)
    view = view_plane(run, ViewOptions(thumbnails=True))
    assert view.thumbnails is not None
    *_, output = view.thumbnails.maps
    step = GRID_SIZE // len(output)
    boundary = view.levels[step // 2 :: step, step // 2 :: step]
    assert np.ptp(output) > LEVELS / 2
    np.testing.assert_array_equal(output, boundary)


def test_a_units_map_in_the_large_chart_is_its_small_one_at_full_resolution() -> None:
    view = view_plane(TWO_UNITS, ViewOptions(Unit(1, 1), thumbnails=True))
    assert view.thumbnails is not None
    large, small = view.levels, view.thumbnails.maps[3]
    assert large.shape == (GRID_SIZE, GRID_SIZE)
    step = GRID_SIZE // len(small)
    np.testing.assert_array_equal(small, large[step // 2 :: step, step // 2 :: step])
    reach = plane_extent(TWO_UNITS.dataset)[1] * (1 - 1 / GRID_SIZE)
    assert view.span == pytest.approx((3 - reach, 3 + reach))
    assert view.thumbnails.spans[3] == pytest.approx(view.span)


def test_a_dead_unit_is_near_white_and_its_values_are_0() -> None:
    run = by_hand(1, 0, -9, 0, 1, 0, 1, 1, 0, activation="relu")
    maps, spans = thumbnails(run)
    np.testing.assert_array_equal(maps[2], np.full_like(maps[2], LEVELS // 2))
    assert spans[2].tolist() == [0, 0]
    assert spans[3][1] > 1


def test_a_regressions_output_is_coloured_from_minus_one_to_one() -> None:
    run = start(Config(problem="regression", dataset="plane", hidden_layers=(), samples=20))
    for value, level in ((-5.0, 0), (0.5, round(0.75 * (LEVELS - 1))), (9.0, LEVELS - 1)):
        flat = replace(run, parameters=Parameters((2, 1), np.array([0.0, 0.0, value])))
        assert (thumbnails(flat).maps[-1] == level).all()


def test_a_run_about_to_diverge_can_be_drawn() -> None:
    run = advance(start(Config(samples=20, activation="linear", learning_rate=1000)), 100)
    assert run.diverged
    assert pack(network(run, thumbnails(run), ()))


def test_the_range_of_a_unit_leaves_out_values_that_are_not_finite() -> None:
    """On the right the first layer is infinite, so the difference in the second is undefined."""
    run = start(Config(hidden_layers=(2, 1), activation="linear", samples=20))
    vector = np.array([1.7e308, 0, 0, 1.7e308, 0, 0, 1, -0.5, 0, 0, 0])
    run = replace(run, parameters=Parameters((2, 2, 1, 1), vector))
    low, high = view_plane(run, ViewOptions(Unit(2, 0))).span
    # half of what is just not infinite, on a grid of steps of 0.025 times 1.7e308
    assert -low == high == pytest.approx(np.finfo(float).max / 2, rel=0.03)
    assert view_plane(run, ViewOptions(Unit(1, 0))).span == (-np.inf, np.inf)


def test_the_sheet_holds_the_small_maps_side_by_side() -> None:
    drawn = network(TWO_UNITS, thumbnails(TWO_UNITS), ())
    sheet = np.split(levels(drawn["sheet"]), 5, axis=1)
    np.testing.assert_array_equal(sheet, thumbnails(TWO_UNITS).maps)
    assert drawn["size"] == len(sheet[0])


def test_all_weights_of_a_small_network_are_drawn_and_the_strongest_last() -> None:
    run = start(Config(samples=20))
    drawn = network(run, thumbnails(run), ())
    assert drawn["note"] == ""
    for edges, weights in zip(drawn["edges"], run.parameters.weights, strict=True):
        assert sorted(edges["indices"]) == list(range(weights.size))
        row, column = np.divmod(edges["indices"], weights.shape[1])
        np.testing.assert_array_equal(edges["weights"], weights[row, column].astype(np.float32))
        assert (np.diff(np.abs(edges["weights"])) >= 0).all()
    for drawn_biases, biases in zip(drawn["biases"], run.parameters.biases, strict=True):
        np.testing.assert_array_equal(drawn_biases, biases[0].astype(np.float32))


def test_only_the_strongest_weights_of_each_layer_of_a_large_network_are_drawn_and_it_says_so() -> (
    None
):
    run = start(Config(samples=20, hidden_layers=(30, 30)))
    drawn = network(run, thumbnails(run), ())
    counts = [len(edges["indices"]) for edges in drawn["edges"]]
    assert counts == [60, MAX_EDGES - 60 - 30, 30]
    assert drawn["note"] == f"The strongest {MAX_EDGES} of 990 weights are drawn."
    weakest = np.abs(drawn["edges"][1]["weights"]).min()
    strengths = np.abs(run.parameters.weights[1])
    assert (strengths.astype(np.float32) >= weakest).sum() == counts[1]


@pytest.mark.parametrize(
    ("sizes", "most", "given"),
    [
        ([20, 50, 5], 400, [20, 50, 5]),
        ([100, 10, 100], 90, [40, 10, 40]),
        ([10, 10], 5, [3, 2]),
        ([7], 400, [7]),
    ],
)
def test_pieces_add_up_to_the_whole(sizes: list[int], most: int, given: list[int]) -> None:
    assert sorted(fair_counts(sizes, most)) == sorted(given)
    assert sum(fair_counts(sizes, most)) == min(sum(sizes), most)


def test_more_units_get_smaller_maps() -> None:
    assert thumbnail_size(18) == 25
    assert thumbnail_size(2 + 8 * 64 + 1) == 10
    assert all(GRID_SIZE % thumbnail_size(count) == 0 for count in range(3, 600))


def test_units_have_names() -> None:
    run = start(Config(features=("x1", "x2^2", "x1*x2", "sin(x1)"), samples=20))
    units = (Unit(0, 1), Unit(1, 2), Unit(3, 0))
    assert [name(run, unit, ()) for unit in units] == ["Input x₂²", "Unit 3 of layer 1", "Output"]
