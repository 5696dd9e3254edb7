"""What the browser tests do to draw points of their own."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlparse

from playwright.sync_api import Page, expect

from nnlab.data.points import Points, decode
from tests.helpers.browser_page import open_page, place

SMALL = "samples=20&test_samples=10"


def open_small(page: Page, server: str, query: str = "") -> None:
    open_page(page, server, f"{SMALL}&{query}")


def choose(page: Page, tool: str) -> None:
    page.get_by_role("radio", name=tool, exact=True).click()
    layers = {"Zoom": "", "+ 0": "[data-label='0']", "+ 1": "[data-label='1']"}
    layer = page.locator(f".brush{layers.get(tool, '[data-label=erase]')}")
    expect(layer).to_have_count(int(tool != "Zoom"))


def click(page: Page, x1: float, x2: float, *, shift: bool = False) -> None:
    if shift:
        page.keyboard.down("Shift")
    page.mouse.click(*place(page, x1, x2))
    if shift:
        page.keyboard.up("Shift")


def points_in(url: str) -> Points:
    return decode(parse_qs(urlparse(url).query).get("points", [""])[0])


def own(page: Page, fits: Callable[[int], bool]) -> Points:
    """Wait until the link holds a number of points that fits; return them."""
    page.wait_for_url(lambda url: fits(len(points_in(url))))
    return points_in(page.url)
