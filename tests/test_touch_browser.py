"""Fingers on the charts: a swipe scrolls the page, a tap asks, and only a drawing tool draws."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.helpers.browser_page import (
    PATIENCE,
    chart,
    let_timers_fire,
    open_page,
    place,
    plane_ranges,
    wait_for_script,
    wait_in,
)
from tests.helpers.own_points_page import own

SCROLLED = "document.querySelector('.stMain').scrollTop"


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """Open a tab of a phone."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def swipe_up(page: Page, x: float, y: float) -> None:
    """Move one finger up by 150 pixels."""
    finger = page.context.new_cdp_session(page)
    for kind, moved in (
        ("Start", 0),
        *(("Move", 10 * step) for step in range(1, 16)),
        ("End", None),
    ):
        points = [] if moved is None else [{"x": x, "y": y - moved}]
        finger.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
        let_timers_fire(page, 16)


@pytest.mark.parametrize("name", ["decision-boundary", "loss-curve"])
def test_a_swipe_that_begins_on_a_chart_scrolls_the_page_and_zooms_nothing(
    phone: Page, server: str, name: str
) -> None:
    open_page(phone, server, "samples=20")
    wait_for_script(phone)
    before = plane_ranges(phone)
    box = chart(phone, name).bounding_box()
    assert box
    swipe_up(phone, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    wait_in(phone, lambda: phone.evaluate(SCROLLED) > 100)
    assert plane_ranges(phone) == before


def test_with_a_drawing_tool_a_swipe_draws_and_does_not_scroll(phone: Page, server: str) -> None:
    open_page(phone, server, "samples=20")
    phone.get_by_role("radio", name="Add blue", exact=True).click()
    expect(phone.locator(".brush")).to_have_count(1)
    swipe_up(phone, *place(phone, 0, 0))
    assert len(own(phone, lambda count: count > 1)) > 1
    assert phone.evaluate(SCROLLED) == 0


def test_a_tap_on_the_plane_tells_what_the_network_predicts_there(phone: Page, server: str) -> None:
    open_page(phone, server, "samples=20")
    phone.touchscreen.tap(*place(phone, 0.01, 0.01))
    expect(chart(phone, "decision-boundary").locator(".answer")).to_contain_text("% ")
