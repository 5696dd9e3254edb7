"""Page, run and link agree in the browser, whatever popovers were opened and closed."""

import re
from urllib.parse import parse_qs, urlencode, urlparse

from playwright.sync_api import Page, expect

from nnlab.app.links import config_query
from nnlab.app.playground.example_runs import EXAMPLE_RUNS
from tests.helpers import explore_page
from tests.helpers.browser_page import (
    choose,
    close_popover,
    enter,
    field,
    numbers,
    open_page,
    open_popover,
    press,
    settled,
    shown,
    status,
    wait_for_script,
)
from tests.helpers.explore_page import AXES, sweep
from tests.helpers.random_actions import advised

TRAINING = "training_popover"
SMALL = "samples=50&test_samples=20"


def link(page: Page) -> dict[str, str]:
    return {name: value for name, (value,) in parse_qs(urlparse(page.url).query).items()}


def test_the_articles_settings_stay_after_a_popover_was_closed(page: Page, server: str) -> None:
    open_page(page, server, f"{SMALL}&hidden_layers=4")
    open_popover(page, TRAINING)
    choose(page, "Optimizer", "Adam")
    page.wait_for_url(re.compile("optimizer=adam"))
    close_popover(page)
    press(page, "The article")
    page.wait_for_url(re.compile(r"^[^?]*$"))
    press(page, "Reset")
    settled(page)
    press(page, "Step")
    shown(page, "decision-boundary", 1)
    settled(page)
    assert link(page) == {}
    expect(numbers(page)).not_to_contain_text("1.5970")  # Adam's
    open_popover(page, TRAINING)
    expect(field(page, "Optimizer")).to_have_value("Gradient descent")


def test_advice_stays_whether_its_popover_was_opened_before_or_not(page: Page, server: str) -> None:
    """The advice sets a field in a closed popover, and one that appears with it."""
    overfits = urlencode(config_query(EXAMPLE_RUNS["overfitting"].config))
    for opened in (False, True):
        open_page(page, server, f"{overfits}&speed=max")
        if opened:
            open_popover(page, TRAINING)
            close_popover(page)
        press(page, "Start")
        advice = page.get_by_role("button", name=re.compile("^Try L2"))
        expect(advice).to_be_visible()
        values = advised(advice.inner_text())
        expect(status(page)).to_contain_text("Done")
        advice.click()
        page.wait_for_url(re.compile("regularization=l2"))
        press(page, "Step")
        wait_for_script(page)
        settled(page)
        assert link(page)["regularization"] == "l2"
        open_popover(page, TRAINING)
        expect(field(page, "Regularization")).to_have_value("L2")
        rate = float(field(page, "Strength").input_value())
        assert rate == values.get("regularization_rate", rate)
        press(page, "Step")
        settled(page)
        assert float(link(page).get("regularization_rate", "0.001")) == rate


def test_an_optional_number_of_a_link_can_be_cleared(page: Page, server: str) -> None:
    open_page(page, server, f"{SMALL}&batch_size=10")
    open_popover(page, TRAINING)
    expect(field(page, "Batch size")).to_have_value("10")
    enter(page, "Batch size", "")
    page.wait_for_url(lambda url: "batch_size" not in url)
    close_popover(page)
    press(page, "Step")
    settled(page)
    assert "batch_size" not in link(page)


def test_undo_of_a_branch_brings_back_its_learning_rate(page: Page, server: str) -> None:
    open_page(page, server, f"{SMALL}&speed=100")
    press(page, "Step 100")
    shown(page, "decision-boundary", 100)
    page.get_by_label("Look back: iteration").fill("3")
    press(page, "Continue from here")
    press(page, "Pause")
    settled(page)
    enter(page, "Learning rate", "0.3")
    page.wait_for_url(re.compile("learning_rate=0.3"))
    press(page, "Undo branch")
    page.wait_for_url(lambda url: "learning_rate" not in url)
    shown(page, "decision-boundary", 100)
    expect(field(page, "Learning rate")).to_have_value("0.01")
    press(page, "Step")
    shown(page, "decision-boundary", 101)
    assert "learning_rate" not in link(page)


def test_a_reload_says_what_it_has_lost(page: Page, server: str) -> None:
    open_page(page, server, f"{SMALL}&speed=100")
    press(page, "Step 100")
    shown(page, "decision-boundary", 100)
    settled(page)
    page.reload()
    lost = page.get_by_text("The page was reloaded, so the run at iteration 100 is lost.")
    expect(lost).to_be_visible()
    press(page, "Step")
    expect(lost).to_have_count(0)
    shown(page, "decision-boundary", 1)
    open_page(page, server, SMALL)  # another link, so nobody expects the same run
    settled(page)
    expect(lost).to_have_count(0)


def test_a_reload_of_explore_says_that_the_sweep_is_gone(page: Page, server: str) -> None:
    page.goto(f"{server}/explore?{AXES}&{explore_page.SMALL}")
    sweep(page)
    page.reload()
    lost = "The page was reloaded, so the sweep with 6 of 6 runs is lost."
    expect(page.get_by_text(lost)).to_be_visible()
    sweep(page)
