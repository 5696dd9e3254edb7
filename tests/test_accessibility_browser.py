"""The pages are for everybody: axe-core finds no serious fault, in both themes and in each view."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from nnlab.app import navigation
from nnlab.app.explore.page import VIEWS
from nnlab.app.playground.panels import PANELS
from tests.helpers.browser_page import (
    button,
    chart,
    open_page,
    press,
    settled,
    wait_for_script,
    wait_for_style,
    wait_in,
)
from tests.helpers.explore_page import AXES, SMALL, sweep
from tests.helpers.page_texts import small_texts

THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def faults(page: Page) -> list[str]:
    """Return the serious faults that axe-core finds, each with the elements that have it."""
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {fault['help']}: {node['html'][:200]} {node.get('failureSummary', '')}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


@pytest.fixture(params=THEMES)
def themed(browser: Browser, request: pytest.FixtureRequest) -> Page:
    return browser.new_page(viewport={"width": 1366, "height": 768}, color_scheme=request.param)


def test_axe_finds_nothing_serious_on_the_playground(themed: Page, server: str) -> None:
    for query in ("iterations=100&learning_rate=0.3", "learning_rate=3", "learning_rate=-1"):
        open_page(themed, server, f"samples=100&speed=100&{query}")  # finished, stuck, a bad link
        press(themed, "Step 100")
        wait_in(themed, lambda: settled(themed) == 100)
        assert faults(themed) == [], query
        assert small_texts(themed) == {}, query
    for name in PANELS:
        open_page(themed, server, f"samples=100&panel={name}")
        expect(themed.locator(".st-key-panel_place")).not_to_be_empty()
        assert faults(themed) == [], name
        assert small_texts(themed) == {}, name


def test_axe_finds_nothing_serious_on_the_presenters_screen(themed: Page, server: str) -> None:
    open_page(themed, server, "samples=100&present=true")
    assert faults(themed) == []


def test_axe_finds_nothing_serious_on_explore(themed: Page, server: str) -> None:
    themed.goto(f"{server}/explore?{AXES}&{SMALL}")
    sweep(themed)
    for name, (title, _) in VIEWS.items():
        themed.get_by_role("radio", name=title, exact=True).click()
        wait_in(themed, lambda name=name: f"view={name}" in themed.url)
        wait_for_script(themed)
        assert faults(themed) == [], title
        assert small_texts(themed) == {}, title


def test_the_tab_key_enters_a_group_of_choices_at_the_chosen_one(page: Page, server: str) -> None:
    open_page(page, server, "samples=100&speed=100")
    button(page, "Reset").focus()
    page.keyboard.press("Tab")
    speed = page.get_by_role("radiogroup", name="Speed")
    expect(speed.get_by_role("radio", name="100", exact=True)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(speed.get_by_role("radio", name="Max", exact=True)).to_be_focused()


def test_a_screen_reader_announces_the_end_of_a_run(page: Page, server: str) -> None:
    open_page(page, server, "samples=100&iterations=2000")
    state = page.get_by_role("status")
    expect(state).to_have_text("now")
    press(page, "Start")
    expect(state).to_have_text("done")


def test_at_200_percent_zoom_the_plane_is_on_the_first_screen(page: Page, server: str) -> None:
    page.set_viewport_size({"width": 1366 // 2, "height": 768 // 2})
    open_page(page, server, "samples=100")
    expect(chart(page, "decision-boundary")).to_be_in_viewport(ratio=1)
    expect(button(page, "Start")).to_be_in_viewport(ratio=1)


def test_nothing_moves_by_itself_for_who_has_asked_for_less_motion(
    browser: Browser, server: str
) -> None:
    page = browser.new_page(reduced_motion="reduce")
    open_page(page, server, "samples=100")
    assert page.evaluate("document.getAnimations().length") == 0
    moving = """[...document.querySelectorAll("*")].filter((element) => {
      const { animationName, transitionDuration } = getComputedStyle(element);
      return animationName !== "none" || transitionDuration !== "0s";
    }).length"""
    assert page.evaluate(moving) == 0


@pytest.mark.parametrize(
    ("path", "shows"),
    [
        ("lessons", "Three kinds of iris"),
        ("?lesson=02-a-line-is-not-enough", "One line, two circles"),
        ("?edit=true", "No faults"),
    ],
)
def test_axe_finds_nothing_serious_in_lessons(
    themed: Page, server: str, path: str, shows: str
) -> None:
    themed.goto(f"{server}/{path}")
    expect(themed.get_by_text(shows).first).to_be_visible()
    wait_for_script(themed)
    wait_for_style(themed, navigation.STYLE)
    assert faults(themed) == []
    assert small_texts(themed) == {}
