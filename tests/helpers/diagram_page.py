"""What the browser tests do with the network's diagram."""

from playwright.sync_api import Locator, Page

from tests.helpers.browser_page import open_page, shown


def open_diagram(page: Page, server: str, query: str) -> None:
    open_page(page, server, query)
    shown(page, "network", 0)


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
