"""A presenter's screen: large in every window and theme, by keyboard, and no chart is replaced."""

import re
from itertools import combinations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.helpers.browser_page import (
    button,
    iteration,
    mark,
    marked,
    open_page,
    press,
    settled,
    wait_for_iteration,
    wait_for_script,
    wait_in,
)
from tests.helpers.page_texts import texts
from tests.test_layout_browser import OVERFLOW, area

# width and height of the window, then the least side of the plane
WINDOWS = [(1366, 768, 600), (1024, 768, 560), (1920, 1080, 860)]
STATES = {
    "a regression": "problem=regression&dataset=plane",
    "stuck": "learning_rate=3",
    "diverged": "learning_rate=1000&activation=linear",
    "a bad link": "learning_rate=-1&noise=abc&samples=0",
    "many layers": "hidden_layers=8,8,8,8,8,8,8,8",
}


def presents(page: Page) -> Locator:
    """Return the line that says what runs, which only a presenter's screen has."""
    return page.locator(".st-key-head h1")


def assert_is_large(page: Page, side: int) -> None:
    wait_in(page, lambda: min(area(page, "decision-boundary")) >= side)
    wait_in(page, lambda: area(page, "loss-curve")[1] >= 120)
    assert page.evaluate(OVERFLOW) == [0, 0]
    wait_in(page, lambda: [text for text, (size, _) in texts(page).items() if size < 21.99] == [])
    assert [text for text, (_, is_cut) in texts(page).items() if is_cut] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height", "side"), WINDOWS)
def test_what_a_presenter_shows_is_large(
    page: Page, server: str, width: int, height: int, side: int, scheme: str
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    open_page(page, server, "samples=100&speed=100&present=true")
    assert_is_large(page, side)
    assert {"Circles, 2-10-5-1, learning rate 0.01", "x₁", "x₂", "train"} <= texts(page).keys()
    press(page, "Start")
    wait_for_iteration(page, 300)
    assert_is_large(page, side)
    press(page, "Pause")
    settled(page)
    assert_is_large(page, side)
    numbers = page.locator(".st-key-live th")
    expect(numbers).to_have_count(3)
    sizes = numbers.evaluate_all(
        "all => all.map((one) => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert min(sizes) >= 56
    tops = numbers.evaluate_all("all => all.map((one) => one.getBoundingClientRect().top)")
    assert len(set(tops[:2])) == 1
    assert tops[2] == tops[0] if width > 1024 else tops[2] > tops[0] + 56  # a row of its own
    expect(page.locator(".st-key-live td").first).to_contain_text("right · test")
    expect(numbers.last).to_have_text(f"{settled(page):,}")
    expect(page.locator(".st-key-live td").last).to_have_text("iterations of 25,000")
    for name in ("Step", "Reset", "Present", "Save", "Undo"):
        expect(button(page, name)).to_be_hidden()
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    page.locator(".network [data-unit='1-0']").click()  # its map in the large chart
    expect(page.locator("[data-live-chart=decision-boundary] .caption")).to_be_visible()
    expect(page.locator(".network .tip")).to_contain_text("Unit 1 of layer 1")
    page.locator(".network [data-unit='1-0']").press("e")
    expect(page.locator(".network .editor")).to_be_hidden()
    expect(page.get_by_label("Look back: iteration")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("radio", name="Max")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("query", STATES.values(), ids=STATES)
def test_a_presenters_screen_is_large_whatever_it_has_to_say(
    page: Page, server: str, query: str
) -> None:
    open_page(page, server, f"samples=100&speed=100&present=true&{query}")
    assert_is_large(page, 600)
    page.keyboard.press("Shift+ArrowRight")
    wait_in(page, lambda: settled(page) > 0)
    assert_is_large(page, 600)


@pytest.mark.parametrize(("width", "height"), [window[:2] for window in WINDOWS])
@pytest.mark.parametrize(
    "query",
    ["regularization=l2&regularization_rate=0.01", "learning_rate=1000&activation=linear"],
    ids=["with a penalty", "diverged"],
)
def test_the_three_numbers_keep_to_their_places_however_long_they_are(
    page: Page, server: str, query: str, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    open_page(page, server, f"samples=100&speed=1000&present=true&iterations=1000000&{query}")
    page.keyboard.press("Shift+ArrowRight")
    wait_in(page, lambda: settled(page) > 0)
    cells = page.locator(".st-key-live :is(th, td):not(:empty)").evaluate_all(
        """cells => cells.map((cell) => {
          const range = document.createRange();
          range.selectNodeContents(cell);
          const { left, right, top, bottom } = range.getBoundingClientRect();
          return { left, right, top, bottom };
        })"""
    )
    strip = page.locator(".st-key-notices").bounding_box()
    assert strip
    assert max(cell["bottom"] for cell in cells) <= strip["y"] + 2
    assert max(cell["right"] for cell in cells) <= width
    for one, other in combinations(cells, 2):
        if one["top"] == other["top"]:
            assert one["right"] + 8 <= other["left"]


def test_the_iteration_is_a_number_of_its_own_with_the_speed_below_it(
    page: Page, server: str
) -> None:
    open_page(page, server, "samples=100&speed=10&present=true&iterations=1000000")
    press(page, "Start")
    wait_for_iteration(page, 20)
    below = page.locator(".st-key-live td").last
    expect(below).to_have_text(re.compile(r"^iterations of 1,000,000 · [\d,]+ a second$"))
    press(page, "Pause")
    at = settled(page)
    expect(page.locator(".st-key-live th").last).to_have_text(f"{at:,}")
    expect(below).to_have_text("iterations of 1,000,000")
    page.get_by_label("Look back: iteration").press("Home")
    expect(below).to_have_text(f"looking back, of {at:,}")
    expect(page.locator(".st-key-live th").last).to_have_text("0")


def test_presenting_replaces_no_chart_and_stops_no_run(page: Page, server: str) -> None:
    open_page(page, server, "samples=100&speed=10")
    at_rest = area(page, "decision-boundary")
    mark(page)
    press(page, "Start")
    wait_for_iteration(page, 10)
    page.keyboard.press("p")
    expect(presents(page)).to_be_visible()
    page.wait_for_url("**/?*present=true*")
    wait_for_iteration(page, iteration(page) + 50)
    page.keyboard.press("Escape")
    expect(presents(page)).to_have_count(0)
    wait_for_iteration(page, iteration(page) + 50)
    assert marked(page)
    assert "present" not in page.url
    press(page, "Pause")
    settled(page)
    wait_in(page, lambda: area(page, "decision-boundary") == at_rest)


def test_a_presenter_needs_only_the_keyboard(page: Page, server: str) -> None:
    open_page(page, server, "samples=100&speed=10")
    wait_for_script(page)  # the list has the keys of the buttons that are drawn
    keys = page.get_by_role("dialog", name="Keys")
    page.keyboard.press("?")
    expect(keys).to_contain_text("PPresent")
    expect(keys).not_to_contain_text("Exit")
    page.keyboard.press("?")  # with the list open, keys do nothing else
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    button(page, "Present").press("p")
    expect(presents(page)).to_be_visible()
    button(page, "? Keys").click()
    expect(keys).to_contain_text("EscExit")
    expect(keys).to_contain_text("spaceStart")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    expect(presents(page)).to_be_visible()  # Escape closed the list alone
    page.keyboard.press("ArrowRight")
    wait_in(page, lambda: settled(page) == 1)
    page.keyboard.press(" ")
    wait_for_iteration(page, 20)
    page.keyboard.press(" ")
    settled(page)
    slider = page.get_by_label("Look back: iteration")
    at = settled(page)
    slider.press("ArrowLeft")
    wait_in(page, lambda: settled(page) < at)
    slider.press("Shift+?")  # the slider keeps only the keys that move it
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    expect(presents(page)).to_be_visible()
    slider.press("r")
    wait_in(page, lambda: settled(page) == 0)
    page.keyboard.press("Escape")
    expect(presents(page)).to_have_count(0)


def test_a_resting_pointer_is_hidden_from_the_audience_only_while_presenting(
    page: Page, server: str
) -> None:
    cursor = "getComputedStyle(document.querySelector('.plot')).cursor"
    open_page(page, server, "samples=100&present=true")
    page.mouse.move(300, 300)
    page.wait_for_function(f"{cursor} !== 'none'")
    page.wait_for_function(f"{cursor} === 'none'")
    page.mouse.move(310, 300)
    page.wait_for_function(f"{cursor} !== 'none'")
    page.wait_for_function(f"{cursor} === 'none'")
    page.keyboard.press("Escape")
    expect(presents(page)).to_have_count(0)
    page.wait_for_function("document.documentElement.matches('.resting')")
    page.wait_for_function(f"{cursor} !== 'none'")


def test_presenting_fills_the_screen_and_leaving_full_screen_ends_it(
    page: Page, server: str
) -> None:
    open_page(page, server, "samples=100")
    press(page, "Present")
    expect(presents(page)).to_be_visible()
    page.wait_for_function("document.fullscreenElement !== null")
    page.evaluate("document.exitFullscreen()")  # as the browser does on Escape
    expect(presents(page)).to_have_count(0)
    page.keyboard.press("p")
    page.wait_for_function("document.fullscreenElement !== null")
    press(page, "Exit (Esc)")
    page.wait_for_function("document.fullscreenElement === null")
    expect(presents(page)).to_have_count(0)
