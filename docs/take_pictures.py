"""Take the README's pictures of the page as it is.

    .venv/bin/python -m docs.take_pictures

Needs tests/requirements.txt and Chromium.
"""

from pathlib import Path

from playwright.sync_api import Browser

from tests.chromium import chromium
from tests.server import serving

FOLDER = Path(__file__).parent
PROJECTOR = {"width": 1366, "height": 768}


def playground(browser: Browser, address: str, scheme: str) -> None:
    """Show the article's run while it learns the circles."""
    page = browser.new_page(viewport=PROJECTOR, color_scheme=scheme)
    page.goto(f"http://{address}/?speed=100")
    page.wait_for_selector("[data-live-chart=loss-curve][data-iteration]")
    page.keyboard.press(" ")
    page.wait_for_function(
        "document.querySelector('[data-live-chart=loss-curve]').dataset.iteration > 13500",
        timeout=120_000,
    )
    page.screenshot(path=FOLDER / f"playground-{scheme}.png")
    page.close()


if __name__ == "__main__":
    with serving() as (address, _), chromium() as browser:
        for scheme in ("light", "dark"):
            playground(browser, address, scheme)
