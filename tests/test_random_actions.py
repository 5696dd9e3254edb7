"""Whatever a person does, the page shows the settings that the link and the run have."""

import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from nnlab.app import report
from tests.helpers.random_actions import PAGE, Walk, advised
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
        assert advised(report.changes(changes)) == changes
    assert report.changes(penalty) == "Try L2 0.003"


@pytest.mark.slow
def test_the_page_that_is_walked_is_guarded_as_the_app_is(address: str) -> None:
    with urllib.request.urlopen(address, timeout=PATIENCE_SECONDS) as answer:
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_page_link_and_run_agree_after_every_action(
    browser: Browser, address: str, seed: int
) -> None:
    """A longer walk: `python -m tests.benchmarks.random_actions`."""
    page = browser.new_page()
    Walk(page, address, seed).go(20)
    page.close()
