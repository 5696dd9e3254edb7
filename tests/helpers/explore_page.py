"""What the browser tests do with Explore: start a sweep, wait for its runs, read the gallery."""

from playwright.sync_api import Locator, Page, expect

from tests.helpers.browser_page import PATIENCE, press, status

AXES = "axis1=learning_rate:0.01;0.1;1&axis2=hidden_layers:2;4,2"
SMALL = "samples=50&test_samples=20&iterations=200"
RUNS_PATIENCE = 2 * PATIENCE  # ms that workers may take to start and to make a few small runs


def links(page: Page) -> Locator:
    return page.locator(".gallery a.cell")


def wait_for_runs(page: Page, count: int) -> None:
    expect(page.locator("[data-live-chart=gallery]")).to_have_attribute(
        "data-iteration", str(count), timeout=RUNS_PATIENCE
    )


def sweep(page: Page, count: int = 6) -> None:
    """Start the sweep and wait for all its runs."""
    press(page, "Start")
    wait_for_runs(page, count)
    expect(status(page)).to_contain_text("finished")
