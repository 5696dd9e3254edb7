"""Whatever a person does, the page shows the settings that the link and the run have."""

import json
import re
import urllib.request
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlparse

import pytest
from playwright.sync_api import Browser, expect

from nnlab.app import report
from nnlab.data.points import NO_POINTS, Points
from nnlab.training.config import SETTINGS
from tests.helpers.browser_page import (
    Cable,
    enter,
    field,
    iteration,
    new_page,
    open_page,
    press,
    settled,
    wait_for_iteration,
    wait_in,
)
from tests.helpers.random_actions import PAGE, Expected, Walk
from tests.helpers.server import serving
from tests.helpers.waiting import PATIENCE_SECONDS


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Serve the page that also says what the run trains with."""
    with serving(PAGE) as (served, _):
        yield f"http://{served}"


def test_the_label_of_the_advice_says_what_it_sets() -> None:
    many = {"activation": "leaky_relu", "hidden_layers": (4, 2), "learning_rate": 0.00123}
    penalty = {"regularization": "l2", "regularization_rate": 0.003}
    for changes in (many, penalty, {"regularization": "none"}):
        expected = Expected({}, NO_POINTS, {}).after_advice(report.changes(changes))
        assert expected == Expected(changes, NO_POINTS, {})
    assert report.changes(penalty) == "Try L2 0.003"


def test_advice_to_standardise_changes_the_points_that_the_walk_expects() -> None:
    points, values = Points.of([(10, 300, 0), (30, 100, 1)]), {"problem": "classification"}
    expected = Expected(values, points, {}).after_advice(report.STANDARDISE)
    assert expected == Expected(values, Points.of([(-1, 1, 0), (1, -1, 1)]), {})


@pytest.mark.slow
def test_the_page_that_is_walked_is_guarded_as_the_app_is(address: str) -> None:
    with urllib.request.urlopen(address, timeout=PATIENCE_SECONDS) as answer:
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("label", "name", "value", "goes_on"),
    [("Learning rate", "learning_rate", "0.3", True), ("Noise", "noise", "0.2", False)],
)
def test_page_link_and_run_agree_after_a_cut_connection(
    browser: Browser, address: str, label: str, name: str, value: str, goes_on: bool
) -> None:
    """The server has not heard of what was entered after its last message; the page says it."""
    page = new_page(browser)
    cable = Cable(page)
    open_page(page, address, "samples=40&test_samples=20&speed=100&iterations=1000000")
    press(page, "Start")
    wait_for_iteration(page, 300)
    cable.is_dead = True
    enter(page, label, value)
    cable.cut()
    wait_in(page, lambda: cable.refused > 1)
    expect(field(page, label)).to_be_disabled()
    cable.mend()
    page.wait_for_url(re.compile(f"{name}={value}"))
    at = iteration(page)
    if goes_on:
        wait_for_iteration(page, at + 300)
        press(page, "Pause")
    assert (settled(page) > 300) == goes_on
    query = dict(parse_qsl(urlparse(page.url).query))
    expect(field(page, label)).to_have_value(value)
    run = json.loads(page.locator(".trains-with").inner_text())
    assert run == {one: query[one] for one in query if one in SETTINGS}
    expect(page.get_by_text("is gone")).to_have_count(0)
    page.close()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_page_link_and_run_agree_after_every_action(
    browser: Browser, address: str, seed: int
) -> None:
    """A longer walk: `python -m tests.benchmarks.random_actions`."""
    page = browser.new_page()
    Walk(page, address, seed).go(12)
    page.close()
