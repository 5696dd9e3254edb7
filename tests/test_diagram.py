"""The network's diagram on the page: its units, lines and squares can be seen, picked and set."""

import re
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from nnlab import Config, Run, advance, predict, set_parameter, start
from nnlab.figures.plane import GRID_SIZE
from nnlab.plane import plane_extent
from tests.test_browser import (
    PATIENCE,
    chart,
    enter,
    field,
    iteration,
    losses,
    open_page,
    press,
    settled,
    shown,
    single,
    wait_for_iteration,
)

QUERY = "samples=100&speed=100&learning_rate=0.3"
CONFIG = Config(samples=100, learning_rate=0.3)
PLACES = ((2, 97), (97, 2), (30, 60), (55, 20))  # row and column of pixels of the large chart
# of the end colours #f4ad66 and #52a0d0: blue minus red is -142 and 126, and 0 between them
REDDEST, BLUEST = -142, 126


def unit(page: Page, layer: int, number: int) -> Locator:
    return page.locator(f"[data-unit='{layer}-{number}']")


def editor(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Set a weight or bias by hand")


def middle(page: Page, source: tuple[int, int], target: tuple[int, int]) -> tuple[float, float]:
    """Return where a line from one unit to another is halfway."""
    from_, to = unit(page, *source).bounding_box(), unit(page, *target).bounding_box()
    assert from_
    assert to
    return (
        (from_["x"] + from_["width"] + to["x"]) / 2,
        (from_["y"] + from_["height"] / 2 + to["y"] + to["height"] / 2) / 2,
    )


def tints(page: Page) -> np.ndarray:
    """Return blue minus red of the large chart's pixels at PLACES."""
    pixels = page.evaluate(
        """places => {
          const context = document.querySelector('[data-live-chart=decision-boundary] canvas')
            .getContext('2d');
          return places.map(([row, column]) => Array.from(
            context.getImageData(column, row, 1, 1).data));
        }""",
        PLACES,
    )
    return np.array([blue - red for red, _, blue, _ in pixels])


def positions(run: Run) -> np.ndarray:
    """Return the points of the plane at PLACES, (n, 2)."""
    left, right, bottom, top = plane_extent(run.dataset)
    rows, columns = (np.array(PLACES).T + 0.5) / GRID_SIZE
    return np.column_stack([left + columns * (right - left), top - rows * (top - bottom)])


def expected(shares: np.ndarray) -> np.ndarray:
    """Return the tints of shares from -1 to 1."""
    return np.where(shares > 0, shares * BLUEST, -shares * REDDEST)


def of_output(run: Run) -> np.ndarray:
    return expected(2 * predict(run, positions(run)) - 1)


def shows(page: Page, tint: np.ndarray) -> None:
    """Wait until the large chart has these tints: half a level of 128 is half a step of 2."""
    for _ in range(PATIENCE // 100):
        if np.abs(tints(page) - tint).max() <= 4:
            return
        page.wait_for_timeout(100)
    np.testing.assert_allclose(tints(page), tint, atol=4)


def test_a_click_on_a_unit_shows_its_map_in_the_large_chart_and_the_next_click_the_output(
    page: Page, server: str
) -> None:
    open_page(page, server, QUERY)
    press(page, "Step 100")
    shown(page, "network", 100)
    run = advance(start(CONFIG), 100)
    weights, biases = run.parameters.weights[0], run.parameters.biases[0]

    def values(points: np.ndarray) -> np.ndarray:
        return np.maximum(points @ weights + biases, 0)[:, 3]  # relu

    left, right, bottom, top = plane_extent(run.dataset)
    shares = (np.arange(GRID_SIZE) + 0.5) / GRID_SIZE
    grid = np.array(
        [(left + x * (right - left), bottom + y * (top - bottom)) for x in shares for y in shares]
    )
    largest = values(grid).max()
    shows(page, of_output(run))
    unit(page, 1, 3).click()
    shows(page, expected(values(positions(run)) / largest))
    expect(unit(page, 1, 3)).to_have_attribute("aria-pressed", "true")
    caption = chart(page, "decision-boundary").locator(".caption")
    expect(caption).to_have_text(f"Unit 4 of layer 1: 0 to {largest:.3g}")
    expect(page.get_by_role("img", name=re.compile("Unit 4 of layer 1: 0 to "))).to_be_visible()
    unit(page, 1, 3).click()
    shows(page, of_output(run))
    expect(caption).to_be_hidden()
    expect(unit(page, 1, 3)).to_have_attribute("aria-pressed", "false")


def test_a_units_map_follows_the_training_and_the_output_ends_it(page: Page, server: str) -> None:
    open_page(page, server, QUERY)
    unit(page, 0, 1).click()
    caption = chart(page, "decision-boundary").locator(".caption")
    expect(caption).to_have_text("Input x₂: −1.24 to 1.24", timeout=PATIENCE)
    x2 = expected(positions(start(CONFIG))[:, 1] / 1.2375)
    press(page, "Start")
    wait_for_iteration(page, 500)
    shows(page, x2)
    press(page, "Pause")
    at = settled(page)
    shows(page, x2)
    unit(page, 3, 0).click()
    shows(page, of_output(advance(start(CONFIG), at)))


def test_a_shown_unit_that_is_gone_gives_way_to_the_output(page: Page, server: str) -> None:
    open_page(page, server, QUERY)
    unit(page, 2, 4).click()
    caption = chart(page, "decision-boundary").locator(".caption")
    expect(caption).to_contain_text("Unit 5 of layer 2", timeout=PATIENCE)
    enter(page, "Hidden layers", "3")
    expect(caption).to_be_hidden(timeout=PATIENCE)
    shows(page, of_output(start(Config(samples=100, hidden_layers=(3,)))))


def test_folded_away_the_diagram_lets_go_of_the_unit(page: Page, server: str) -> None:
    open_page(page, server, QUERY)
    unit(page, 1, 0).click()
    caption = chart(page, "decision-boundary").locator(".caption")
    expect(caption).to_contain_text("Unit 1 of layer 1", timeout=PATIENCE)
    page.get_by_role("radio", name="Network").click()
    expect(chart(page, "network")).to_have_count(0, timeout=PATIENCE)
    expect(caption).to_be_hidden(timeout=PATIENCE)
    page.get_by_role("radio", name="Network").click()
    shown(page, "network", 0)
    expect(unit(page, 1, 0)).to_have_attribute("aria-pressed", "false")


def test_a_weight_is_set_exactly_and_training_goes_on_from_there(page: Page, server: str) -> None:
    open_page(page, server, QUERY)
    press(page, "Step 100")
    shown(page, "network", 100)
    page.mouse.click(*middle(page, (2, 3), (3, 0)))
    expect(editor(page)).to_contain_text("Output")
    exact = editor(page).get_by_label("Value", exact=True)
    before = advance(start(CONFIG), 100)
    assert float(exact.input_value().replace("−", "-")) == pytest.approx(
        before.parameters.weights[2][3, 0], rel=1e-6
    )
    exact.fill("-2.5")
    exact.press("Enter")
    after = set_parameter(before, 2, 3, 0, -2.5)
    assert np.abs(of_output(after) - of_output(before)).max() > 8
    shows(page, of_output(after))
    press(page, "Step 100")
    shown(page, "loss-curve", 200)
    assert losses(page) == single(advance(after, 100).losses)  # bit for bit


def test_a_bias_follows_the_slider_while_it_is_dragged(page: Page, server: str) -> None:
    open_page(page, server, f"{QUERY}&hidden_layers=")
    output = unit(page, 1, 0).bounding_box()
    assert output
    page.mouse.click(output["x"] - 5, output["y"] + output["height"] - 4)
    slider = editor(page).get_by_role("slider")
    box = slider.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    for share in (0.6, 0.7, 0.8):
        page.mouse.move(box["x"] + box["width"] * share, y, steps=4)
    value = float(slider.input_value())
    assert value > 0.5
    config = Config(samples=100, hidden_layers=(), learning_rate=0.3)
    shows(page, of_output(set_parameter(start(config), 0, 2, 0, value)))  # the button still down
    page.mouse.up()
    expect(editor(page).get_by_label("Value", exact=True)).to_have_value(str(round(value, 7)))


def test_a_value_set_in_mid_run_is_not_lost(page: Page, server: str) -> None:
    open_page(page, server, f"{QUERY}&hidden_layers=")
    press(page, "Start")
    wait_for_iteration(page, 300)
    page.mouse.click(*middle(page, (0, 0), (1, 0)))
    exact = editor(page).get_by_label("Value", exact=True)
    exact.fill("900")
    exact.press("Enter")
    wait_for_iteration(page, iteration(page) + 300)
    exact.press("Escape")
    expect(editor(page)).to_be_hidden()
    press(page, "Pause")
    settled(page)
    # On its own the weight stays near 0; from 900 it comes back by less than 0.3 an iteration.
    page.mouse.click(*middle(page, (0, 0), (1, 0)))
    assert 100 < float(exact.input_value()) < 900


def test_what_is_typed_in_mid_run_replaces_the_value_and_nothing_is_left_of_it(
    page: Page, server: str
) -> None:
    open_page(page, server, "samples=100&speed=10&hidden_layers=")
    press(page, "Start")
    wait_for_iteration(page, 20)
    page.mouse.click(*middle(page, (0, 0), (1, 0)))
    exact = editor(page).get_by_label("Value", exact=True)
    before = exact.input_value()
    for digit in "-2.5":
        wait_for_iteration(page, iteration(page) + 20)
        page.keyboard.type(digit)
    expect(exact).to_have_value("-2.5")
    page.keyboard.press("Escape")
    page.mouse.click(*middle(page, (0, 0), (1, 0)))
    assert exact.input_value() != before  # it has moved meanwhile


def test_arrow_keys_move_the_slider_in_mid_run_step_by_step(page: Page, server: str) -> None:
    """At a learning rate that leaves the weight where it is put."""
    open_page(page, server, "samples=100&speed=10&learning_rate=1e-9&hidden_layers=")
    press(page, "Start")
    wait_for_iteration(page, 50)
    page.mouse.click(*middle(page, (0, 0), (1, 0)))
    slider = editor(page).get_by_role("slider")
    slider.focus()
    wait_for_iteration(page, iteration(page) + 20)
    begin = float(slider.input_value())
    for _ in range(40):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(25)
    step = float(slider.get_attribute("step") or 0)
    expected = pytest.approx(begin + 40 * step, abs=step / 2)
    assert float(slider.input_value()) == expected
    wait_for_iteration(page, iteration(page) + 100)
    assert float(slider.input_value()) == expected


@pytest.mark.parametrize("training", [False, True])
def test_the_slider_goes_on_from_a_value_typed(page: Page, server: str, *, training: bool) -> None:
    """At a learning rate that leaves the weight where it is put."""
    open_page(page, server, "samples=100&speed=10&learning_rate=1e-9&hidden_layers=")
    if training:
        press(page, "Start")
        wait_for_iteration(page, 50)
    page.mouse.click(*middle(page, (0, 0), (1, 0)))
    exact = editor(page).get_by_label("Value", exact=True)
    slider = editor(page).get_by_role("slider")
    assert float(slider.get_attribute("max") or 0) == 2
    exact.fill("2.5")
    exact.press("Enter")
    expect(slider).to_have_value("2.5")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(exact).to_have_value("2.5125")  # a 400th of the new range's half further
    run = start(Config(samples=100, learning_rate=1e-9, hidden_layers=()))
    shows(page, of_output(set_parameter(run, 0, 0, 0, 2.5125)))
    expect(slider).to_have_value("2.5125")


@pytest.mark.parametrize(
    ("text", "got"), [("much", "'much'"), ("1e999", "inf"), ("1001", "1001.0"), ("", "''")]
)
def test_a_bad_value_gets_its_sentence_and_the_run_stays(
    page: Page, server: str, text: str, got: str
) -> None:
    open_page(page, server, f"{QUERY}&hidden_layers=")
    page.mouse.click(*middle(page, (0, 1), (1, 0)))
    exact = editor(page).get_by_label("Value", exact=True)
    exact.fill(text)
    exact.press("Enter")
    expect(editor(page).get_by_role("alert")).to_have_text(
        f"value must be a finite number from -1000 to 1000, got {got}", timeout=PATIENCE
    )
    run = start(Config(samples=100, hidden_layers=(), learning_rate=0.3))
    shows(page, of_output(run))
    exact.fill("3")
    exact.press("Enter")
    expect(editor(page).get_by_role("alert")).to_be_hidden(timeout=PATIENCE)
    shows(page, of_output(set_parameter(run, 0, 1, 0, 3)))


def test_plus_and_minus_stand_at_the_layers(page: Page, server: str) -> None:
    open_page(page, server, QUERY)
    steps = (
        ("One unit more in layer 2", "10,6"),
        ("One unit fewer in layer 1", "9,6"),
        ("Add a layer behind the last", "9,6,6"),
        ("Remove the last layer", "9,6"),
    )
    for label, widths in steps:
        chart(page, "network").get_by_role("button", name=label, exact=True).click()
        expect(field(page, "Hidden layers")).to_have_value(widths, timeout=PATIENCE)
        units = sum(map(int, widths.split(","))) + 3  # and two inputs and the output
        expect(page.locator("[data-unit]")).to_have_count(units, timeout=PATIENCE)


def test_two_quick_clicks_on_plus_are_two_units(page: Page, server: str) -> None:
    open_page(page, server, f"{QUERY}&hidden_layers=4")
    plus = chart(page, "network").get_by_role("button", name="One unit more in layer 1")
    plus.evaluate("button => { button.click(); button.click(); }")
    expect(field(page, "Hidden layers")).to_have_value("6", timeout=PATIENCE)


def test_layers_stop_at_eight_and_units_at_64_and_1(page: Page, server: str) -> None:
    open_page(page, server, f"{QUERY}&hidden_layers=64,1,1,1,1,1,1,1")

    def button(label: str) -> Locator:
        return chart(page, "network").get_by_role("button", name=label, exact=True)

    expect(button("Add a layer behind the last")).to_be_disabled()
    expect(button("One unit more in layer 1")).to_be_disabled()
    expect(button("One unit fewer in layer 1")).to_be_enabled()
    expect(button("One unit fewer in layer 2")).to_be_disabled()


def test_hovering_says_the_numbers(page: Page, server: str) -> None:
    open_page(page, server, QUERY)
    tip = chart(page, "network").locator(".tip")
    weight = start(CONFIG).parameters.weights[2][4, 0]
    page.mouse.move(*middle(page, (2, 4), (3, 0)))
    said = f"{weight:.4g}".replace("-", "−")
    expect(tip).to_have_text(f"Unit 5 of layer 2 → Output: weight {said}")
    unit(page, 0, 0).hover()
    expect(tip).to_have_text("Input x₁: from −1.237 to 1.237")
    unit(page, 1, 0).hover()
    expect(tip).to_have_text(re.compile("Unit 1 of layer 1: from 0 to [0-9.]+, bias 0"))
    page.mouse.move(5, 5)
    expect(tip).to_be_hidden()


def test_the_diagram_can_be_used_by_keyboard(page: Page, server: str) -> None:
    open_page(page, server, QUERY)
    expect(page.get_by_role("group", name="Network 2-10-5-1 at iteration 0")).to_be_attached()
    unit(page, 0, 0).focus()
    page.keyboard.press("ArrowRight")
    expect(unit(page, 1, 2)).to_be_focused()  # of ten units the one at the same height
    page.keyboard.press("ArrowDown")
    expect(unit(page, 1, 3)).to_be_focused()
    expect(page.get_by_role("button", name=re.compile("Unit 4 of layer 1: from 0"))).to_be_focused()
    page.keyboard.press("Enter")
    caption = chart(page, "decision-boundary").locator(".caption")
    expect(caption).to_contain_text("Unit 4 of layer 1", timeout=PATIENCE)
    page.keyboard.press("e")
    expect(editor(page)).to_be_visible()
    editor(page).get_by_role("combobox").select_option("weight from x₂")
    editor(page).get_by_label("Value", exact=True).fill("0.5")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(editor(page)).to_be_hidden()
    expect(unit(page, 1, 3)).to_be_focused()
    assert settled(page) == 0  # the arrows have made no step
    page.keyboard.press(" ")
    expect(caption).to_be_hidden(timeout=PATIENCE)


@pytest.mark.parametrize(
    ("query", "units"),
    [
        ("hidden_layers=", 3),
        ("hidden_layers=64,64,64,64,64,64,64,64&initialization=he", 515),
        ("features=x1,x2,x1^2,x2^2,x1*x2,sin(x1),sin(x2),cos(x1),cos(x2)&hidden_layers=8", 18),
    ],
)
def test_networks_of_all_sizes_are_drawn_on_a_projector_and_a_phone(
    page: Page, server: str, query: str, units: int
) -> None:
    for width, height in ((1366, 768), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        open_page(page, server, f"samples=20&{query}")
        shown(page, "network", 0)
        expect(page.locator("[data-unit]")).to_have_count(units)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        box = chart(page, "network").bounding_box()
        assert box
        heights = page.locator("[data-unit]").evaluate_all(
            "units => units.map((unit) => unit.getBoundingClientRect()).map(({y, height}) =>"
            " [y, y + height])"
        )
        assert min(top for top, _ in heights) >= box["y"]
        assert max(bottom for _, bottom in heights) <= box["y"] + box["height"]
    note = chart(page, "network").locator(".note")
    said = "The strongest 400 of 28,864 weights are drawn."
    assert (said in note.inner_text()) == (units == 515)


@pytest.mark.parametrize("widths", ["10,5", "4,4,4,4,4", "64,64,64,64,64,64,64,64", ""])
def test_a_projector_shows_all_layers_and_their_buttons_side_by_side(
    page: Page, server: str, widths: str
) -> None:
    for width, height in ((1366, 768), (1280, 720)):
        page.set_viewport_size({"width": width, "height": height})
        open_page(page, server, f"samples=20&initialization=he&hidden_layers={widths}")
        shown(page, "network", 0)
        box = chart(page, "network").bounding_box()
        assert box
        for row in (".units button", ".names > :nth-child(n + 4)"):  # after inputs and their number
            sides = page.locator(f"[data-live-chart=network] {row}").evaluate_all(
                "all => all.map((one) => one.getBoundingClientRect())"
                ".map(({x, right}) => [x, right])"
            )
            assert min(left for left, _ in sides) >= box["x"]
            assert max(right for _, right in sides) <= box["x"] + box["width"]
        assert all(right <= left for (_, right), (left, _) in pairwise(sides))


def test_the_diagram_keeps_up_and_is_never_replaced(page: Page, server: str) -> None:
    open_page(page, server, QUERY)
    shown(page, "network", 0)
    page.evaluate("document.querySelector('[data-live-chart=network]').mark = true")
    press(page, "Start")
    wait_for_iteration(page, 500)
    page.emulate_media(color_scheme="dark")
    press(page, "Reset")
    shown(page, "network", 0)
    enter(page, "Hidden layers", "4,4")
    expect(page.locator("[data-unit]")).to_have_count(11, timeout=PATIENCE)
    press(page, "Step")
    shown(page, "network", 1)
    assert page.evaluate("document.querySelector('[data-live-chart=network]').mark")
