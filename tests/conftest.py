"""What the browser tests share: one server of the app and one Chromium."""

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress

import psutil
import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from playwright.sync_api import Error as PlaywrightError

from nnlab.app import live_chart
from nnlab.app.live_chart import Update
from tests.helpers.browser_page import PATIENCE, state_of
from tests.helpers.chromium import FLAGS, MISSING, chromium, find_chromium
from tests.helpers.server import serving

# No test depends on the machine's speed or on chance.
settings.register_profile(
    "tests", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tests")


# The marker of each test that uses one of these fixtures: Chromium, a server, worker processes.
MARKERS = {"browser": "browser", "served": "slow", "pool": "slow", "cluster": "slow"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that needs Chromium, a server or worker processes."""
    for item in items:
        for fixture, marker in MARKERS.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the page shows to the report of a test that has failed."""
    report = yield
    page = getattr(item, "funcargs", {}).get("page")
    if call.when == "call" and report.failed and isinstance(page, Page) and not page.is_closed():
        with suppress(PlaywrightError):
            report.sections.append(("The page", state_of(page)))
    return report


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict[str, Update]:
    """Return the last update that a page without a browser sent to each chart."""
    charts: dict[str, Update] = {}
    monkeypatch.setattr(live_chart, "update", lambda sent, **_: charts.update(sent))
    return charts


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[str, psutil.Process]]:
    """Serve the app; its address, without a scheme, and its process."""
    with serving() as address_and_process:
        yield address_and_process


@pytest.fixture(scope="session")
def server(served: tuple[str, psutil.Process]) -> str:
    """Return the address of the app's page."""
    return f"http://{served[0]}"


@pytest.fixture(scope="session")
def server_process(served: tuple[str, psutil.Process]) -> psutil.Process:
    """Return the process of the app's server."""
    return served[1]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium, or skip the test and say how to get one; in CI a missing one is a failure."""
    if find_chromium() is None and os.environ.get("CI") != "true":
        pytest.skip(MISSING)
    expect.set_options(timeout=PATIENCE)
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def context(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """Share one browser context, and so one cache.

    It has a profile on disk, where Chromium keeps compiled scripts too. That saves a third of what
    it costs to open a page.
    """
    context = browser.browser_type.launch_persistent_context(
        tmp_path_factory.mktemp("profile"),
        executable_path=find_chromium(),
        args=FLAGS,
        viewport={"width": 1366, "height": 768},
    )
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


def errors_of(page: Page) -> list[str]:
    """Return a list to which each error that a page logs is added."""
    errors: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # Streamlit looks for its server at each path above a page's own, and finds it at the last.
        url = message.location["url"]
        probe = any(f"/{path}/_stcore/" in url for path in ("explore", "lessons"))
        if message.type == "error" and not probe:
            errors.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Open a tab of a projector's size that fails the test if the page logs an error."""
    page = context.new_page()
    errors = errors_of(page)
    yield page
    if page.url.startswith("http") and not page.is_closed():
        page.evaluate("localStorage.clear()")  # Streamlit keeps there that a sidebar was closed
    page.close()
    assert errors == []


@pytest.fixture
def explore(page: Page, server: str) -> Callable[[str], Page]:
    """Return a function that opens Explore with a query."""

    def open_explore(query: str = "") -> Page:
        page.goto(f"{server}/explore?{query}")
        expect(page.get_by_text("Base: default settings")).to_be_visible()
        return page

    return open_explore


@pytest.fixture
def offline(browser: Browser) -> Iterator[Page]:
    """Open a tab without a network that fails the test if it logs an error or asks for a file."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(PATIENCE)
    context.set_offline(True)
    page = context.new_page()
    errors = errors_of(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url[:80]))
    yield page
    context.close()
    assert errors == []
    assert [url for url in asked if not url.startswith(("file://", "data:"))] == []
