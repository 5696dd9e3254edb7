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
    wait_for_tool(page, tool)


def wait_for_tool(page: Page, tool: str) -> None:
    """Wait until the plane uses the chosen tool: the server has to reply first."""
    labels = {"Add orange": "0", "Add blue": "1", "Add −1": "0", "Add +1": "1"}
    layer = page.locator(
        f".brush[data-label='{labels.get(tool, 'erase')}']" if tool != "Look" else ".brush"
    )
    expect(layer).to_have_count(int(tool != "Look"))


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
