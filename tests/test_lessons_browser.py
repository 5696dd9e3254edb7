"""A lesson in the browser: from the list to gold by mouse and by keyboard, and on a phone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.helpers.browser_page import (
    PATIENCE,
    button,
    chart,
    close_popover,
    download,
    field,
    mark,
    marked,
    open_popover,
    press,
    settled,
    shown,
    wait_for_script,
    wait_in,
)
from tests.helpers.lesson_page import SAMPLE

TITLE = "A line is not enough"
NAME = "02-a-line-is-not-enough"


def lesson(page: Page) -> Locator:
    """Return the lesson's part of the sidebar."""
    return page.locator(".st-key-lesson")


def heading(page: Page, name: str) -> None:
    """Wait until the step with this heading is open."""
    expect(lesson(page).get_by_role("heading", name=name)).to_be_visible()
    wait_for_script(page)


def row(page: Page) -> Locator:
    return page.locator(f".st-key-row_{NAME}")


def test_a_lesson_from_its_first_step_to_gold_by_mouse(page: Page, server: str) -> None:
    page.goto(f"{server}/lessons")
    expect(row(page).locator("[data-lesson]")).not_to_have_attribute("data-done", "")
    row(page).get_by_role("link", name=TITLE).click()
    heading(page, "One line, two circles")
    shown(page, "decision-boundary", 0)
    mark(page)
    expect(button(page, "Start")).to_be_disabled()
    press(page, "About three quarters.")
    expect(lesson(page)).to_contain_text("You expect: About three quarters.")
    press(page, "Start")
    expect(lesson(page)).to_contain_text("What happened: About half of them.")
    expect(lesson(page)).to_contain_text("So three quarters are out of reach.")
    assert settled(page) == 2000
    press(page, "Next")
    heading(page, "Give it the squares")
    expect(lesson(page)).to_contain_text("goal at least 70%")
    press(page, "Hint (2 left)")
    expect(lesson(page)).to_contain_text("Their distance from the middle.")
    open_popover(page, "network_popover")
    for name in ("x₁²", "x₂²"):
        button(page, name).click()
        wait_for_script(page)
    close_popover(page)
    press(page, "Start")
    expect(lesson(page)).to_contain_text("Goal · gold")
    expect(lesson(page)).to_contain_text("In the squares, a circle is a straight line")
    expect(lesson(page)).to_contain_text("The lesson is done.")
    assert marked(page)
    press(page, "Leave")
    expect(lesson(page)).to_have_count(0)
    settled(page)
    assert "lesson" not in page.url
    assert "hidden_layers=&" in page.url
    page.locator(".st-key-pages").get_by_text("Lessons").click()
    expect(row(page).locator("[data-lesson]")).to_have_attribute("data-done", "")


def tab_to(page: Page, place: str) -> None:
    """Press Tab until a control in this place has the focus."""
    for _ in range(100):
        page.keyboard.press("Tab")
        if page.evaluate("place => document.activeElement.matches(`${place}, ${place} *`)", place):
            return
    pytest.fail(f"the Tab key does not reach {place}")


def test_a_lesson_from_its_first_step_to_gold_by_keyboard_alone(page: Page, server: str) -> None:
    page.goto(f"{server}/?lesson=03-the-learning-rate")
    heading(page, "Too small")
    shown(page, "decision-boundary", 0)
    tab_to(page, ".st-key-lesson_answer_0")
    page.keyboard.press("Enter")
    expect(button(page, "Start")).to_be_enabled()
    wait_for_script(page)
    tab_to(page, ".st-key-start")
    page.keyboard.press("Enter")
    expect(lesson(page)).to_contain_text("What happened: The loss has fallen a little")
    tab_to(page, ".st-key-lesson_next")
    page.keyboard.press("Enter")
    heading(page, "Just right")
    tab_to(page, ".st-key-rate_field input")
    page.keyboard.press("Control+A")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    wait_in(page, lambda: "learning_rate=3&" in page.url)
    tab_to(page, ".st-key-reset")
    page.keyboard.press("Enter")
    shown(page, "decision-boundary", 0)
    tab_to(page, ".st-key-start")
    page.keyboard.press("Enter")
    expect(lesson(page)).to_contain_text("Goal · gold")


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1024, 768), (1920, 1080)])
def test_the_text_stands_beside_the_charts_and_nothing_is_cut(
    page: Page, server: str, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{server}/?lesson={NAME}")
    heading(page, "One line, two circles")
    shown(page, "loss-curve", 0)
    text = lesson(page).bounding_box()
    assert text
    for name in ("decision-boundary", "loss-curve"):
        box = chart(page, name).bounding_box()
        assert box
        assert text["x"] + text["width"] <= box["x"]
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height
    sizes = page.evaluate(
        "(e => [e.scrollHeight, e.clientHeight, e.scrollWidth, e.clientWidth])"
        "(document.querySelector('.stMain'))"
    )
    assert sizes[0] <= sizes[1]
    assert sizes[2] <= sizes[3]


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """Open a tab of a phone."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def test_on_a_phone_the_text_is_above_the_charts_and_folds_away(phone: Page, server: str) -> None:
    phone.goto(f"{server}/lessons")
    row(phone).get_by_role("link", name=TITLE).click()
    heading(phone, "One line, two circles")
    shown(phone, "decision-boundary", 0)
    expect(lesson(phone)).to_be_in_viewport()
    text, numbers = phone.locator(".stSidebar").bounding_box(), phone.locator(".st-key-live")
    below = numbers.bounding_box()
    assert text
    assert below
    assert (text["x"], text["y"], text["width"]) == (0, 0, 390)
    assert text["y"] + text["height"] <= below["y"] + 1
    phone.locator("[data-testid=stSidebarCollapseButton] button").click()
    expect(lesson(phone)).to_be_hidden()
    expect(chart(phone, "decision-boundary")).to_be_in_viewport(ratio=1)
    phone.get_by_role("button", name="Settings").click()
    expect(lesson(phone)).to_be_in_viewport()
    press(phone, "Next")
    goal = phone.locator(".st-key-goal p").last.bounding_box()
    hint = phone.get_by_text("Hint (").bounding_box()
    assert goal
    assert hint
    assert goal["y"] + goal["height"] <= hint["y"]


def test_the_tour_frames_real_controls_and_is_offered_once(page: Page, server: str) -> None:
    page.goto(f"{server}/?samples=50")
    shown(page, "decision-boundary", 0)
    press(page, "New here? A tour in five stops")
    heading(page, "Start")
    expect(button(page, "Start")).to_have_css("outline-style", "solid")
    press(page, "Next")
    heading(page, "The plane")
    expect(button(page, "Start")).to_have_css("outline-style", "none")
    expect(chart(page, "decision-boundary")).to_have_css("outline-style", "solid")
    press(page, "Leave")
    expect(lesson(page)).to_have_count(0)
    expect(button(page, "New here? A tour in five stops")).to_be_hidden()
    page.reload()
    shown(page, "decision-boundary", 0)
    wait_for_script(page)
    expect(button(page, "New here? A tour in five stops")).to_be_hidden()
    assert "samples=50" in page.url


def test_a_pasted_link_of_tensorflow_playground_opens_the_playground(
    page: Page, server: str
) -> None:
    page.goto(f"{server}/lessons")
    link = "https://playground.tensorflow.org/#dataset=xor&networkShape=3&activation=relu&foo=1"
    field(page, "Paste a link from there").fill(link)
    field(page, "Paste a link from there").press("Enter")
    expect(page.locator(".stSidebar")).to_contain_text("'foo' is unknown and ignored.")
    page.get_by_role("link", name="Open it in the playground").click()
    shown(page, "decision-boundary", 0)
    wait_in(page, lambda: "dataset=tfp-xor" in page.url)
    assert "hidden_layers=3&" in page.url
    assert "tfp=" not in page.url
    settled(page)


def test_a_dropped_lesson_is_on_the_list_and_opens(page: Page, server: str) -> None:
    page.goto(f"{server}/lessons")
    upload = page.get_by_test_id("stFileUploaderDropzoneInput")
    bad = {"name": "bad.md", "mimeType": "text/markdown", "buffer": b"nothing"}
    upload.set_input_files([bad])  # type: ignore[list-item]
    expect(page.locator(".stSidebar")).to_contain_text("bad.md, line 1: a lesson must begin with")
    page.get_by_role("button", name="Remove bad.md").click()
    expect(page.locator(".stSidebar")).to_contain_text("nothing is stored on the server")
    good = {"name": "mine.md", "mimeType": "text/markdown", "buffer": SAMPLE.encode()}
    upload.set_input_files([good])  # type: ignore[list-item]
    page.locator(".st-key-row_mine").get_by_role("link", name="A line cannot bend").click()
    heading(page, "One")
    expect(lesson(page)).to_contain_text("Welcome.")


def test_the_editor_lists_faults_as_one_types_and_the_lesson_runs_beside_it(
    page: Page, server: str
) -> None:
    page.goto(f"{server}/lessons")
    page.get_by_role("link", name="Write one in the editor").click()
    heading(page, "Each heading with ## begins a step")
    shown(page, "decision-boundary", 0)
    editor, text = page.locator(".st-key-lesson_text"), page.get_by_label("The lesson as text")
    text.fill(SAMPLE.replace("samples = 50", "samples = 1"))
    expect(editor).to_contain_text("Line 16: samples must be a whole number from 2")
    heading(page, "Each heading with ## begins a step")  # the last one without faults
    text.fill(SAMPLE)
    heading(page, "One")
    expect(editor).to_contain_text("No faults")
    mark(page)
    expect(button(page, "Start")).to_be_disabled()
    press(page, "Half of it.")
    press(page, "Start")
    expect(lesson(page)).to_contain_text("What happened: Half of it.")
    assert settled(page) == 200
    text.fill(SAMPLE.replace("iterations = 200", "iterations = 300").replace("## One", "## First"))
    heading(page, "First")
    shown(page, "decision-boundary", 0)
    press(page, "Half of it.")
    press(page, "Start")
    expect(lesson(page)).to_contain_text("What happened: Half of it.")
    assert settled(page) == 300
    assert marked(page)
    assert download(page, "Download").read_text() == text.input_value()
    press(page, "Close")
    expect(text).to_have_count(0)
    heading(page, "First")
    wait_in(page, lambda: "lesson=my-lesson" in page.url and "edit" not in page.url)
    page.locator(".st-key-pages").get_by_text("Lessons").click()
    expect(page.locator(".st-key-row_my-lesson")).to_be_visible()
    page.get_by_role("link", name="Write one in the editor").click()
    heading(page, "First")
    expect(text).to_have_value(re.compile("iterations = 300"))
