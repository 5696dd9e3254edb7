"""What the browser tests share: one server of the app and one Chromium."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Page

from tests.chromium import MISSING, chromium, find_chromium
from tests.server import serving

# No test depends on the machine's speed, or on chance.
settings.register_profile(
    "tests", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tests")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Serve the app; the address of its page."""
    with serving() as (address, _):
        yield f"http://{address}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium, or skip the test and say how to get one; in CI a missing one is a failure."""
    if find_chromium() is None and os.environ.get("CI") != "true":
        pytest.skip(MISSING)
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a tab of a projector's size that fails the test if the page logs an error."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    errors: list[str] = []
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert errors == []
