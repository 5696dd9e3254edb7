"""The network's diagram on the page: its units, lines and squares can be seen, picked and set."""

import re
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from nnlab import Config, advance, set_parameter, start
from nnlab.data.plane import plane_extent
from nnlab.inspection.observation import observe
from nnlab.inspection.plane_view import GRID_SIZE
from tests.helpers.browser_page import (
    chart,
    enter,
    field,
    iteration,
    losses,
    positions,
    press,
    settled,
    shown,
    shows,
    single,
    tints,
    tints_of_output,
    wait_for_iteration,
)
from tests.helpers.diagram_page import editor, middle, open_diagram, unit

QUERY = "samples=100&speed=100&learning_rate=0.3"
CONFIG = Config(samples=100, learning_rate=0.3)


def test_a_click_on_a_unit_shows_its_map_in_the_large_chart_and_the_next_click_the_output(
    page: Page, server: str
) -> None:
    open_diagram(page, server, QUERY)
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
    shows(page, tints_of_output(run))
    unit(page, 1, 3).click()
    shows(page, tints(values(positions(run)) / largest))
    expect(unit(page, 1, 3)).to_have_attribute("aria-pressed", "true")
    caption = chart(page, "decision-boundary").locator(".caption")
    expect(caption).to_have_text(f"Unit 4 of layer 1: 0 to {largest:.3g}")
    expect(
        page.get_by_role("application", name=re.compile("Unit 4 of layer 1: 0 to "))
    ).to_be_visible()
    unit(page, 1, 3).click()
    shows(page, tints_of_output(run))
    expect(caption).to_be_hidden()
    expect(unit(page, 1, 3)).to_have_attribute("aria-pressed", "false")


def test_a_units_map_follows_the_training_and_the_output_ends_it(page: Page, server: str) -> None:
    open_diagram(page, server, QUERY)
    # x₂ grows upwards, in its thumbnail too: blue, positive, is above
    upper, lower = unit(page, 0, 1).evaluate(
        """unit => {
          const canvas = document.querySelector('[data-live-chart=network] canvas');
          const corner = canvas.getBoundingClientRect(), box = unit.getBoundingClientRect();
          const scale = canvas.width / corner.width;
          const x = box.x + box.width / 2 - corner.x;
          return [0.2, 0.8].map((share) => {
            const y = box.y + share * box.height - corner.y;
            const [red, , blue] = canvas.getContext('2d')
              .getImageData(x * scale, y * scale, 1, 1).data;
            return blue - red;
          });
        }"""
    )
    assert upper > 20
    assert lower < -20
    unit(page, 0, 1).click()
    caption = chart(page, "decision-boundary").locator(".caption")
    expect(caption).to_have_text("Input x₂: −1.24 to 1.24")
    x2 = tints(positions(start(CONFIG))[:, 1] / 1.2375)
    press(page, "Start")
    wait_for_iteration(page, 500)
    shows(page, x2)
    press(page, "Pause")
    at = settled(page)
    shows(page, x2)
    unit(page, 3, 0).click()
    shows(page, tints_of_output(advance(start(CONFIG), at)))


def test_a_shown_unit_that_is_gone_or_folded_away_gives_way_to_the_output(
    page: Page, server: str
) -> None:
    open_diagram(page, server, QUERY)
    unit(page, 2, 4).click()
    caption = chart(page, "decision-boundary").locator(".caption")
    expect(caption).to_contain_text("Unit 5 of layer 2")
    enter(page, "Hidden layers", "3")
    expect(caption).to_be_hidden()
    output = tints_of_output(start(Config(samples=100, hidden_layers=(3,))))
    shows(page, output)
    unit(page, 1, 0).click()
    expect(caption).to_contain_text("Unit 1 of layer 1")
    page.get_by_role("radio", name="Network").click()
    expect(chart(page, "network")).to_have_count(0)
    expect(caption).to_be_hidden()
    shows(page, output)
    page.get_by_role("radio", name="Network").click()
    shown(page, "network", 0)
    expect(unit(page, 1, 0)).to_have_attribute("aria-pressed", "false")


def test_a_weight_is_set_exactly_and_training_goes_on_from_there(page: Page, server: str) -> None:
    open_diagram(page, server, QUERY)
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
    assert np.abs(tints_of_output(after) - tints_of_output(before)).max() > 4
    shows(page, tints_of_output(after))
    page.wait_for_url("**/?*edited=true*")  # the link alone does not restore this run
    press(page, "Step 100")
    shown(page, "loss-curve", 200)
    assert losses(page) == single(advance(after, 100).losses)  # bit for bit


def test_a_bias_follows_the_slider_while_it_is_dragged(page: Page, server: str) -> None:
    open_diagram(page, server, f"{QUERY}&hidden_layers=")
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
    shows(
        page, tints_of_output(set_parameter(start(config), 0, 2, 0, value))
    )  # with the mouse button still down
    page.mouse.up()
    expect(editor(page).get_by_label("Value", exact=True)).to_have_value(str(round(value, 7)))


def test_a_value_set_in_mid_run_is_not_lost(page: Page, server: str) -> None:
    open_diagram(page, server, "samples=100&speed=10&learning_rate=0.001&hidden_layers=")
    press(page, "Start")
    wait_for_iteration(page, 50)
    page.mouse.click(*middle(page, (0, 0), (1, 0)))
    exact = editor(page).get_by_label("Value", exact=True)
    exact.fill("900")
    exact.press("Enter")
    wait_for_iteration(page, iteration(page) + 50)
    exact.press("Escape")
    expect(editor(page)).to_be_hidden()
    press(page, "Pause")
    settled(page)
    # On its own the weight stays near 0; from 900 it comes back by less than 0.01 an iteration.
    page.mouse.click(*middle(page, (0, 0), (1, 0)))
    assert 800 < float(exact.input_value()) < 900


def test_what_is_typed_in_mid_run_replaces_the_value_and_nothing_is_left_of_it(
    page: Page, server: str
) -> None:
    open_diagram(page, server, "samples=100&speed=10&hidden_layers=&iterations=1000000")
    press(page, "Start")
    wait_for_iteration(page, 20)
    page.mouse.click(*middle(page, (0, 0), (1, 0)))
    exact = editor(page).get_by_label("Value", exact=True)
    before = exact.input_value()
    for digit in "-2.5":
        wait_for_iteration(page, iteration(page) + 10)
        page.keyboard.type(digit)
    expect(exact).to_have_value("-2.5")
    page.keyboard.press("Escape")
    page.mouse.click(*middle(page, (0, 0), (1, 0)))
    assert exact.input_value() != before  # training has changed it


def test_in_mid_run_arrow_keys_move_the_slider_step_by_step_also_from_a_value_typed(
    page: Page, server: str
) -> None:
    """At a learning rate that leaves the weight where it is put."""
    query = "samples=100&speed=10&learning_rate=1e-9&hidden_layers=&iterations=1000000"
    open_diagram(page, server, query)
    press(page, "Start")
    wait_for_iteration(page, 20)
    page.mouse.click(*middle(page, (0, 0), (1, 0)))
    slider = editor(page).get_by_role("slider")
    slider.focus()
    wait_for_iteration(page, iteration(page) + 20)
    begin = float(slider.input_value())
    for _ in range(20):
        page.keyboard.press("ArrowRight")
        wait_for_iteration(page, iteration(page) + 10)
    step = float(slider.get_attribute("step") or 0)
    expected = pytest.approx(begin + 20 * step, abs=step / 2)
    assert float(slider.input_value()) == expected
    wait_for_iteration(page, iteration(page) + 50)
    assert float(slider.input_value()) == expected

    exact = editor(page).get_by_label("Value", exact=True)
    assert float(slider.get_attribute("max") or 0) == 2
    exact.fill("2.5")
    exact.press("Enter")
    expect(slider).to_have_value("2.5")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(exact).to_have_value("2.5125")  # a 400th of the new range's half further
    run = start(Config(samples=100, learning_rate=1e-9, hidden_layers=()))
    shows(page, tints_of_output(set_parameter(run, 0, 0, 0, 2.5125)))
    expect(slider).to_have_value("2.5125")


def test_a_bad_value_gets_its_sentence_and_the_run_stays(page: Page, server: str) -> None:
    open_diagram(page, server, f"{QUERY}&hidden_layers=")
    page.mouse.click(*middle(page, (0, 1), (1, 0)))
    exact = editor(page).get_by_label("Value", exact=True)
    run = start(Config(samples=100, hidden_layers=(), learning_rate=0.3))
    for text in ("much", "1e999", "1001", ""):
        exact.fill(text)
        exact.press("Enter")
        expect(editor(page).get_by_role("alert")).to_have_text("Enter a number from −1000 to 1000.")
        shows(page, tints_of_output(run))
    exact.fill("3")
    exact.press("Enter")
    expect(editor(page).get_by_role("alert")).to_be_hidden()
    shows(page, tints_of_output(set_parameter(run, 0, 1, 0, 3)))


def test_plus_and_minus_stand_at_the_layers_up_to_eight_of_them_and_64_units(
    page: Page, server: str
) -> None:
    open_diagram(page, server, QUERY)

    def button(label: str) -> Locator:
        return chart(page, "network").get_by_role("button", name=label, exact=True)

    steps = (
        ("One unit more in layer 2", "10,6"),
        ("One unit fewer in layer 1", "9,6"),
        ("Add a hidden layer", "9,6,6"),
        ("Remove the last hidden layer", "9,6"),
    )
    for label, widths in steps:
        button(label).click()
        expect(field(page, "Hidden layers")).to_have_value(widths)
        units = sum(map(int, widths.split(","))) + 3  # and two inputs and the output
        expect(page.locator("[data-unit]")).to_have_count(units)
    settled(page)
    button("One unit more in layer 1").evaluate("button => { button.click(); button.click(); }")
    expect(field(page, "Hidden layers")).to_have_value("11,6")
    enter(page, "Hidden layers", "64,1,1,1,1,1,1,1")
    expect(page.locator("[data-unit]")).to_have_count(64 + 7 + 3)
    expect(button("Add a hidden layer")).to_be_disabled()
    expect(button("One unit more in layer 1")).to_be_disabled()
    expect(button("One unit fewer in layer 1")).to_be_enabled()
    expect(button("One unit fewer in layer 2")).to_be_disabled()


def test_hovering_says_the_numbers(page: Page, server: str) -> None:
    open_diagram(page, server, QUERY)
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
    open_diagram(page, server, QUERY)
    expect(page.get_by_role("group", name="Network 2-10-5-1 at iteration 0")).to_be_attached()
    unit(page, 0, 0).focus()
    page.keyboard.press("ArrowRight")
    expect(unit(page, 1, 2)).to_be_focused()  # of ten units the one at the same height
    page.keyboard.press("ArrowDown")
    expect(unit(page, 1, 3)).to_be_focused()
    expect(page.get_by_role("button", name=re.compile("Unit 4 of layer 1: from 0"))).to_be_focused()
    page.keyboard.press("Enter")
    caption = chart(page, "decision-boundary").locator(".caption")
    expect(caption).to_contain_text("Unit 4 of layer 1")
    page.keyboard.press("e")
    expect(editor(page)).to_be_visible()
    editor(page).get_by_role("combobox").select_option("weight from x₂")
    editor(page).get_by_label("Value", exact=True).fill("0.5")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(editor(page)).to_be_hidden()
    expect(unit(page, 1, 3)).to_be_focused()
    page.keyboard.press(" ")
    expect(caption).to_be_hidden()
    press(page, "Step")
    shown(page, "network", 1)  # the arrows have made none


# The diagram has a new layout; its units lie within it, and it lies within the window.
FITS = """() => {
  const { top, bottom } = document.querySelector('[data-live-chart=network]')
    .getBoundingClientRect();
  const units = [...document.querySelectorAll('[data-unit]')];
  return document.documentElement.scrollWidth <= innerWidth && !units[0].stale
    && units.map((unit) => unit.getBoundingClientRect())
      .every((unit) => unit.top >= top && unit.bottom <= bottom);
}"""


@pytest.mark.parametrize(
    ("query", "units"),
    [
        ("hidden_layers=", 3),
        ("hidden_layers=4,4,4,4,4", 23),
        ("hidden_layers=64,64,64,64,64,64,64,64&initialization=he", 515),
        ("hidden_layers=10,5&features=x1,x2,x1^2,x2^2,x1*x2,sin(x1),sin(x2),cos(x1),cos(x2)", 25),
    ],
)
def test_networks_of_all_sizes_are_drawn_on_a_projector_and_a_phone(
    page: Page, server: str, query: str, units: int
) -> None:
    """On a projector all layers and their buttons fit side by side; on a phone they may scroll."""
    open_diagram(page, server, f"samples=20&{query}")
    expect(page.locator("[data-unit]")).to_have_count(units)
    for width, height in ((1366, 768), (1280, 720), (390, 844)):
        if width < 1366:
            page.evaluate("document.querySelector('[data-unit]').stale = true")
            page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(FITS)
        if width > 1000:
            box = chart(page, "network").bounding_box()
            assert box
            n_inputs = page.locator("[data-unit^='0-']").count()
            names = f".names > :nth-child(n + {n_inputs + 2})"  # after those of inputs
            for row in (".units button", names):
                sides = page.locator(f"[data-live-chart=network] {row}").evaluate_all(
                    "all => all.map((one) => one.getBoundingClientRect())"
                    ".map(({x, right}) => [x, right])"
                )
                assert min(left for left, _ in sides) >= box["x"]
                assert max(right for _, right in sides) <= box["x"] + box["width"]
            assert all(right <= left for (_, right), (left, _) in pairwise(sides))
    note = chart(page, "network").locator(".note")
    said = "The strongest 400 of 28,864 weights are drawn."
    assert (said in note.inner_text()) == (units == 515)


def test_the_diagram_keeps_up_and_is_never_replaced(page: Page, server: str) -> None:
    open_diagram(page, server, QUERY)
    shown(page, "network", 0)
    page.evaluate("document.querySelector('[data-live-chart=network]').mark = true")
    press(page, "Start")
    wait_for_iteration(page, 500)
    page.emulate_media(color_scheme="dark")
    press(page, "Reset")
    shown(page, "network", 0)
    enter(page, "Hidden layers", "4,4")
    expect(page.locator("[data-unit]")).to_have_count(11)
    press(page, "Step")
    shown(page, "network", 1)
    assert page.evaluate("document.querySelector('[data-live-chart=network]').mark")


def test_dead_units_are_hatched_and_named_and_biases_are_found(page: Page, server: str) -> None:
    config = Config(samples=100, learning_rate=1)
    open_diagram(page, server, "samples=100&learning_rate=1&speed=100")
    tip, note = (chart(page, "network").locator(f".{name}") for name in ("tip", "note"))
    expect(note).to_contain_text("Square: bias")
    expect(note).not_to_contain_text("Hatched: dead")
    press(page, "Step 100")
    shown(page, "network", 100)
    expect(note).to_contain_text("Hatched: dead")
    run = advance(start(config), 100)
    dead = observe(run).dead_units[1].tolist()
    for number, is_dead in enumerate(dead):
        unit(page, 2, number).hover()
        words = "dead, 0 for all training points" if is_dead else "from 0 to"
        expect(tip).to_contain_text(f"Unit {number + 1} of layer 2: {words}")
    box = unit(page, 2, 0).bounding_box()
    assert box
    page.mouse.move(box["x"] - 4, box["y"] + box["height"] - 4)
    said = f"{run.parameters.biases[1][0, 0]:.4g}".replace("-", "−")
    expect(tip).to_have_text(f"Bias of unit 1 of layer 2: {said}")


def test_the_large_map_has_the_same_frame_as_the_unit_that_it_shows(
    page: Page, server: str
) -> None:
    open_diagram(page, server, QUERY)
    framed = chart(page, "network").locator(".large")
    frame = chart(page, "decision-boundary").locator(".under")
    for layer, number in ((3, 0), (1, 3), (3, 0)):
        unit(page, layer, number).click()
        expect(framed).to_have_count(1)
        expect(framed).to_have_attribute("data-unit", f"{layer}-{number}")
        color = frame.evaluate("(element) => getComputedStyle(element).outlineColor")
        expect(framed).to_have_css("outline-color", color)
        expect(frame).to_have_css("outline-style", "solid")
