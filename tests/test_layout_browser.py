"""The plane is large, nothing is cut, and nothing moves: at all sizes, in all states of a run."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from nnlab.app.playground import own_points
from nnlab.figures.style import LIGHT
from tests.helpers.browser_page import (
    button,
    chart,
    enter,
    field,
    legend_of,
    open_page,
    press,
    press_one_of,
    settled,
    status,
    wait_for_iteration,
    wait_in,
)
from tests.helpers.pictures import rgb

# width and height of the window, then the least side of the plane and the least height of the loss
WINDOWS = [
    (1366, 768, 480, 100),
    (1024, 768, 480, 90),
    (1920, 1080, 740, 180),
    (1280, 1024, 480, 100),
]
AREA = """name => {
  const { _fullLayout } = document.querySelector(`[data-live-chart=${name}] .plot`);
  return [_fullLayout.xaxis._length, _fullLayout.yaxis._length];
}"""
OVERFLOW = """() => {
  const main = document.querySelector('.stMain');
  return [main.scrollHeight - main.clientHeight, main.scrollWidth - main.clientWidth];
}"""
STATES = {
    "at rest": "",
    "with own points": "points=eNoz0DPVMQBiQy5dAzDTSMcAACWVA5I",
    "a regression": "problem=regression",
    "without points": "dataset=own",
    "a bad link": "learning_rate=-1&noise=abc&samples=0",
    "diverged": "learning_rate=1000&activation=linear",
    "stuck": "learning_rate=3",
    "finished": "iterations=100&learning_rate=0.3",
    "edited by hand, with a penalty": "edited=true&regularization=l2",
}


def area(page: Page, name: str) -> tuple[float, float]:
    width, height = page.evaluate(AREA, name)
    return width, height


def assert_fits(page: Page, side: int, loss: int) -> None:
    wait_in(page, lambda: min(area(page, "decision-boundary")) >= side)
    wait_in(page, lambda: area(page, "loss-curve")[1] >= loss)
    assert page.evaluate(OVERFLOW) == [0, 0]


@pytest.mark.parametrize(("width", "height", "side", "loss"), WINDOWS)
def test_the_plane_is_the_largest_part_of_a_page_without_scrolling(
    page: Page, server: str, width: int, height: int, side: int, loss: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    open_page(page, server, "samples=100&speed=100")
    assert_fits(page, side, loss)
    assert area(page, "loss-curve")[0] >= 300  # the plane leaves room beside it in high windows
    press(page, "Start")
    wait_for_iteration(page, 300)
    assert_fits(page, side, loss)
    press(page, "Pause")
    for panel in ("Layers", "One step", "Equations"):
        page.get_by_role("radio", name=panel, exact=True).click()
        expect(page.locator(".st-key-panel_place")).not_to_be_empty()
        assert_fits(page, side, loss)
    page.get_by_role("radio", name="Equations", exact=True).click()  # folds the panel away
    assert_fits(page, side, 300)


@pytest.mark.parametrize("query", STATES.values(), ids=STATES)
def test_nothing_is_cut_whatever_the_page_has_to_say(page: Page, server: str, query: str) -> None:
    open_page(page, server, f"samples=100&speed=100&{query}")
    at_rest = page.locator(".st-key-bench").bounding_box()
    assert_fits(page, 480, 100)
    if "own" not in query:
        press(page, "Step 100")
        wait_in(page, lambda: settled(page) > 0)
    assert_fits(page, 480, 100)
    enter(page, "Learning rate", "-1")
    expect(page.get_by_text("Learning rate must be")).to_be_in_viewport(ratio=1)
    assert_fits(page, 480, 100)
    assert page.locator(".st-key-bench").bounding_box() == at_rest


def test_reset_and_a_new_data_set_can_be_undone_and_nothing_moves(page: Page, server: str) -> None:
    open_page(page, server, "samples=100&speed=100")
    line, save = page.locator(".time-line"), button(page, "Save")
    places = [line.bounding_box(), save.bounding_box()]
    press(page, "Step 100")
    wait_in(page, lambda: settled(page) == 100)
    expect(button(page, "Undo restart")).to_have_count(0)
    for throw_away in (
        lambda: press(page, "Reset"),
        lambda: press_one_of(page, "Dataset", "Moons"),
    ):
        throw_away()
        wait_in(page, lambda: settled(page) == 0)
        expect(button(page, "Undo restart")).to_be_in_viewport(ratio=1)
        assert [line.bounding_box(), save.bounding_box()] == places
        press(page, "Undo restart")
        wait_in(page, lambda: settled(page) == 100)
        expect(button(page, "Undo restart")).to_have_count(0)
        assert "dataset" not in page.url
    assert [line.bounding_box(), save.bounding_box()] == places


def test_on_a_phone_plane_and_loss_are_on_the_first_screen(page: Page, server: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, server, "samples=100&iterations=3000")
    wait_in(page, lambda: min(area(page, "decision-boundary")) >= 340)
    before = chart(page, "decision-boundary").bounding_box()
    wait_in(page, lambda: area(page, "loss-curve")[1] >= 100)
    expect(chart(page, "loss-curve")).to_be_in_viewport(ratio=1)
    expect(button(page, "Start")).to_be_in_viewport(ratio=1)
    assert page.evaluate(OVERFLOW)[1] == 0
    press(page, "Start")
    expect(status(page)).to_contain_text("Done")
    assert chart(page, "decision-boundary").bounding_box() == before


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1024, 768)])
def test_a_bad_value_is_answered_over_the_settings_that_cover_the_page(
    page: Page, server: str, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    open_page(page, server, "samples=100")
    page.get_by_test_id("stExpandSidebarButton").click()
    enter(page, "Training points", "-5")
    sentence = page.get_by_text("Training points must be a whole number")
    expect(sentence).to_be_in_viewport(ratio=1)
    wait_in(
        page,
        lambda: sentence.evaluate(
            """(one) => {
              const { left, top, width, height } = one.getBoundingClientRect();
              return [left + 4, left + width / 2].every((x) => (
                one.contains(document.elementFromPoint(x, top + height / 2))
              ));
            }"""
        ),
    )


@pytest.mark.parametrize("width", [360, 390])
def test_on_a_phone_the_bar_holds_start_step_speed_and_settings_and_nothing_is_cut(
    page: Page, server: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    open_page(page, server, "samples=100")
    speeds = page.get_by_role("radiogroup", name="Speed").get_by_role("radio")
    settings = button(page, "Settings")
    bar = [button(page, "Start"), button(page, "Step"), *speeds.all(), settings]
    assert len(bar) == 7
    end = 0.0
    for part in bar:
        expect(part).to_be_in_viewport(ratio=1)
        assert part.evaluate("({ scrollWidth, clientWidth }) => scrollWidth - clientWidth") <= 0
        box = part.bounding_box()
        assert box
        assert box["y"] > 780
        assert box["x"] >= end - 1.5  # neighbours share a border
        end = box["x"] + box["width"]
    assert "Settings" in settings.evaluate("it => getComputedStyle(it, '::after').content")
    places = []
    for name in ("Step 1000", "Reset", "Share", "Present"):
        other = button(page, name)
        other.click(trial=True)
        box = other.bounding_box()
        assert box
        assert box["x"] + box["width"] <= width
        places.append(box["y"])
    page.get_by_role("radio", name="Equations", exact=True).click(trial=True)
    panel = page.locator(".network").bounding_box()
    assert panel
    assert max(places) < panel["y"]
    settings.click()
    expect(field(page, "Learning rate")).to_be_in_viewport(ratio=1)


def test_where_the_sidebar_would_cover_the_page_it_is_closed_at_first(
    page: Page, server: str
) -> None:
    page.set_viewport_size({"width": 1024, "height": 768})
    open_page(page, server, "samples=100")
    opener = page.get_by_test_id("stExpandSidebarButton")
    opener.click()
    expect(field(page, "Learning rate")).to_be_in_viewport(ratio=1)
    assert_fits(page, 480, 90)
    enter(page, "Learning rate", "0.1")  # a script run does not close it again
    wait_in(page, lambda: "learning_rate=0.1" in page.url)
    expect(opener).to_have_count(0)
    expect(field(page, "Learning rate")).to_be_in_viewport(ratio=1)


def test_a_window_that_shrinks_closes_the_sidebar_that_would_cover_the_page(
    page: Page, server: str
) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    open_page(page, server, "samples=100")
    expect(field(page, "Learning rate")).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 1024, "height": 768})
    expect(page.get_by_test_id("stExpandSidebarButton")).to_be_visible()
    button(page, "Start").click(trial=True)


def test_the_tools_for_three_classes_stand_in_one_row_on_a_small_projector(
    page: Page, server: str
) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    open_page(page, server, "dataset=iris")
    expect(button(page, "Present")).to_be_in_viewport(ratio=1)
    look = page.get_by_role("radio", name="Look").bounding_box()
    show = button(page, "Show").bounding_box()
    assert look
    assert show
    assert show["y"] < look["y"] + look["height"]


def test_the_name_of_a_picture_covers_no_button(page: Page, server: str) -> None:
    open_page(page, server, "samples=100")
    for name in ("Overfitting", "Moons"):
        page.get_by_role("radio", name=name).or_(button(page, name)).first.hover()
        said = page.get_by_role("tooltip").or_(page.locator(".st-key-datasets :hover p:visible"))
        said = said.filter(has_text=name)
        expect(said.first).to_be_visible()
        box = said.first.bounding_box()
        assert box
        covered = page.evaluate(
            """({ x, y, width, height }) => [...document.querySelectorAll('button, input')]
              .filter((one) => {
                const { left, right, top, bottom } = one.getBoundingClientRect();
                return left < x + width && right > x && top < y + height && bottom > y;
              }).map((one) => one.innerText)""",
            box,
        )
        assert covered == []
        page.mouse.move(700, 760)
        expect(page.get_by_role("tooltip")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1366])
def test_the_status_breaks_between_its_parts(page: Page, server: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844 if width < 500 else 768})
    open_page(page, server, "samples=100&speed=10&iterations=1000000")
    press(page, "Start")
    wait_for_iteration(page, 20)
    lines = page.locator(".stProgress p").evaluate(
        """(paragraph) => {
          const range = document.createRange(), text = paragraph.firstChild, lines = {};
          for (let at = 0; at < text.length; at += 1) {
            range.setStart(text, at);
            range.setEnd(text, at + 1);
            const { bottom } = range.getBoundingClientRect();
            lines[bottom] = (lines[bottom] ?? '') + text.data[at];
          }
          return Object.values(lines).map((line) => line.trim());
        }"""
    )
    assert len(lines) > 1
    for line in lines:
        assert not line.startswith(("iterations", "·")), lines
        assert not line.endswith("·"), lines


def test_on_a_phone_the_settings_cover_the_whole_height(page: Page, server: str) -> None:
    page.set_viewport_size({"width": 390, "height": 900})
    open_page(page, server, "samples=100")
    button(page, "Settings").click()
    sheet = page.get_by_test_id("stSidebar")
    wait_in(page, lambda: (sheet.bounding_box() or {}).get("height") == 900)


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_on_a_phone_the_tools_are_icons_and_all_of_them_are_in_view(
    page: Page, server: str, classes: int
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    data = f"&dataset=gaussians&classes={classes}" if classes > 2 else ""
    open_page(page, server, f"samples=100{data}")
    colors = ["rgb({}, {}, {})".format(*rgb(color)) for color in LIGHT.points[:classes]]
    icons = {"Look": "touch_app", "Erase": "ink_eraser"}
    tools = page.get_by_role("radiogroup", name="Draw points")
    for name in ("Look", *own_points.adding(classes), "Erase"):
        tool = tools.get_by_role("radio", name=name, exact=True)
        expect(tool).to_be_in_viewport(ratio=1)
        expect(tool.locator("p")).to_have_css("font-size", "0px")
        icon = icons.get(name, "add_circle")
        expect(tool.locator("p")).to_have_css("content", f'"{icon}" / ""', pseudo="before")
        if name not in icons:
            expect(tool.locator("p")).to_have_css("color", colors.pop(0), pseudo="before")
    for name in ("Undo", "Clear", "Show"):
        expect(button(page, name)).to_be_in_viewport(ratio=1)
    legend, last = legend_of(page), {2: "● blue", 3: "▲ green", 6: "★ 5 gold"}[classes]
    expect(legend).to_have_text(re.compile(f"^● .*{last}$"))
    expect(legend).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 1366, "height": 768})
    expect(legend).to_be_visible(visible=classes > own_points.MAX_NAMED)


def test_nothing_rests_over_the_numbers_of_a_run(page: Page, server: str) -> None:
    """The mouse rests on these buttons while one watches, so they have no help text."""
    open_page(page, server, "samples=100&speed=10")

    def helps(key: str) -> Locator:
        return page.locator(f".st-key-{key}").get_by_test_id("stTooltipHoverTarget")

    expect(helps("reset")).to_have_count(1)
    for key, name in (("step", "Step"), ("step_tick", "Step 10"), ("start", "Start")):
        expect(button(page, name)).to_be_visible()
        expect(helps(key)).to_have_count(0)
    press(page, "Start")
    expect(button(page, "Pause")).to_be_visible()
    expect(helps("pause")).to_have_count(0)


@pytest.mark.parametrize(("width", "height"), [*(window[:2] for window in WINDOWS), (390, 844)])
def test_what_the_diagram_has_to_say_below_it_is_not_cut(
    page: Page, server: str, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    open_page(page, server, "samples=100&speed=100&learning_rate=3&hidden_layers=64,64,64,64")
    page.keyboard.press("Shift+ArrowRight")
    note = page.locator(".network .note")
    expect(note).to_contain_text("Hatched: dead.")
    expect(note).to_contain_text("weights are drawn.")
    assert note.evaluate("note => note.scrollHeight - note.clientHeight") == 0
