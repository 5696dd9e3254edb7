"""A function of one input is drawn as y over x, with the network's curve through its points."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from nnlab import Config, advance, plots, predict, start
from nnlab.data.plane import plane_extent
from nnlab.export.animation import BOTTOM, LEFT, RIGHT, TOP, still
from nnlab.export.painting import blend
from nnlab.export.replay import replay
from nnlab.figures.function_curve import function_curve
from nnlab.figures.style import DARK, LIGHT, Palette
from nnlab.inspection.network_curve import PLACES, network_curve
from nnlab.inspection.plane_levels import BORDER, LEVELS, curve_levels
from nnlab.inspection.plane_view import view_plane
from nnlab.sweep.runs import boundary
from tests.helpers.app_page import enter, open_playground, run_of
from tests.helpers.browser_page import button, open_page, press, press_one_of, wait_in
from tests.helpers.pictures import contrast, rgb

CURVE = Config(problem="regression", dataset="curve", samples=50, test_samples=20, noise=0.1)


def test_the_points_are_their_values_over_x() -> None:
    data = start(CURVE).dataset
    line, train, test = json.loads(function_curve(data, ("train",)))["data"]
    assert (line["mode"], line.get("x")) == ("lines", None)
    for trace, part in ((train, "train"), (test, "test")):
        figure = json.loads(function_curve(data))["data"][1 + (part == "test")]
        assert len(figure["x"]["bdata"]) > 0
        assert trace["visible"] == (part == "train")


@pytest.mark.parametrize(("palette", "page"), [(LIGHT, "#ffffff"), (DARK, "#0e1117")])
def test_each_point_stands_out_from_the_page(palette: Palette, page: str) -> None:
    figure = json.loads(function_curve(start(CURVE).dataset, palette=palette))
    for trace in figure["data"][1:]:
        marker = trace["marker"]
        (mixed,) = blend(page, marker["color"], np.array([marker["opacity"]]))
        assert contrast(f"#{bytes(mixed).hex()}", page) >= 3


def test_the_line_is_what_the_network_predicts() -> None:
    run = advance(start(CURVE), 50)
    x, y = network_curve(run)
    assert len(x) == PLACES
    inputs = np.column_stack([x.astype(float), np.zeros(PLACES)])
    # float32 rounds in the 7th digit
    np.testing.assert_allclose(y, predict(run, inputs), rtol=1e-4, atol=1e-5)


def test_the_network_learns_the_function() -> None:
    config = Config(
        problem="regression",
        dataset="curve",
        function="x**2",
        noise=0,
        activation="tanh",
        optimizer="adam",
        learning_rate=0.02,
    )
    x, y = network_curve(advance(start(config), 1000))
    inside = np.abs(x) < 0.95
    np.testing.assert_allclose(y[inside], x[inside] ** 2, atol=0.1)


def height(levels: np.ndarray) -> np.ndarray:
    """Return the middle of the line in each column, as a fraction from the bottom."""
    assert set(np.unique(levels)) == {LEVELS, BORDER}
    rows = np.arange(len(levels)) + 0.5
    return np.array([1 - rows[column == BORDER].mean() / len(levels) for column in levels.T])


def test_a_picture_of_the_curve_is_the_line_that_the_network_predicts() -> None:
    run = advance(start(replace(CURVE, activation="tanh")), 50)
    left, right, bottom, top = plane_extent(run.dataset)
    for levels in (view_plane(run).levels, boundary(run)):
        size = len(levels)
        x = left + (np.arange(size) + 0.5) / size * (right - left)
        y = predict(run, np.column_stack([x, np.zeros(size)]))
        expected = (y - bottom) / (top - bottom)
        inside = (expected > 0) & (expected < 1)
        assert inside.mean() > 0.5
        # where it is steep the line is long, and its middle is halfway between the columns
        np.testing.assert_allclose(height(levels)[inside], expected[inside], atol=2.5 / size)


def test_a_curve_that_leaves_the_picture_or_is_unknown_is_not_drawn() -> None:
    levels = curve_levels(np.array([np.nan, 5.0, 0.5, -5.0]), 0, 1)
    assert (levels[:, 0] == LEVELS).all()


def test_a_replay_and_a_picture_show_the_values_over_x() -> None:
    run = advance(start(CURVE), 20)
    page = replay(run, "", "squared error", log=False, axes=("x", "y"))
    assert 'class="table"' in page
    assert page.count("<circle cx") == 70
    (left, right, bottom, top), data = plane_extent(run.dataset), run.dataset
    x, y = data.train_inputs[0, 0], data.train_targets[0, 0]
    across, up = 100 * (x - left) / (right - left), 100 * (top - y) / (top - bottom)
    assert f'cx="{round(across, 2)}%" cy="{round(up, 2)}%"' in page
    image = Image.open(io.BytesIO(still(run, "", log=False, axes=("x", "y")))).convert("RGB")
    plane = np.asarray(image)[TOP:BOTTOM, LEFT:RIGHT].reshape(-1, 3)
    colors = {tuple(color) for color in plane.tolist()}
    assert {tuple(rgb(LIGHT.line)), tuple(rgb(LIGHT.middle))} <= colors
    assert tuple(rgb(LIGHT.plane[0])) not in colors  # no map of a plane


def test_a_notebook_shows_the_curve() -> None:
    run = advance(start(CURVE), 20)
    line, points = plots.boundary(run).data
    np.testing.assert_array_equal(line.y, network_curve(run)[1])
    np.testing.assert_array_equal(points.y, run.dataset.train_targets[:, 0])


def test_the_network_sees_no_x2_as_there_is_none() -> None:
    assert CURVE.features == ("x1",)
    assert replace(CURVE, features=("x2", "x1^2", "x1*x2")).features == ("x1^2",)
    assert CURVE.layer_sizes[0] == 1


def test_on_the_page_x2_is_not_offered_and_comes_back_with_another_data_set() -> None:
    app = open_playground(problem="regression", dataset="curve")
    features = app.button_group(key="features")
    assert [option for option in features.options if "₂" in option] == []
    assert run_of(app).config.features == ("x1",)
    enter(app, "dataset", "plane")
    assert run_of(app).config.features == ("x1", "x2")


@pytest.mark.browser
def test_the_curve_moves_while_it_learns_and_its_place_stays(page: Page, server: str) -> None:
    open_page(page, server, "samples=100&speed=10")
    press_one_of(page, "Problem", "Regression")
    press_one_of(page, "Dataset", "Curve")
    chart = page.locator("[data-live-chart=function-curve]")
    expect(chart).to_have_count(1)
    expect(page.locator("[data-live-chart=decision-boundary]")).to_have_count(0)
    heights = "chart => chart.querySelector('.plot').calcdata[0].map(({ y }) => y)"
    wait_in(page, lambda: len(chart.evaluate(heights)) == PLACES)
    before = chart.evaluate(heights)
    chart.evaluate("chart => { chart.dataset.mark = 'the same'; }")
    press(page, "Step 10")
    wait_in(page, lambda: chart.get_attribute("data-iteration") == "10")
    assert chart.evaluate(heights) != before
    assert chart.get_attribute("data-mark") == "the same"
    label = chart.locator(".plot").get_attribute("aria-label") or ""
    assert label.startswith("The network's curve through the points at iteration 10: training loss")
    expect(page.get_by_role("radio", name="Look", exact=True)).to_have_count(0)
    press(page, "Reset")
    wait_in(page, lambda: chart.get_attribute("data-iteration") == "0")
    assert chart.evaluate(heights) == before
    assert chart.get_attribute("data-mark") == "the same"
    press_one_of(page, "Dataset", "Slope")
    expect(page.locator("[data-live-chart=decision-boundary]")).to_have_count(1)
    expect(button(page, "Start")).to_be_enabled()
