"""What is set stands in the sidebar: nothing has to be opened to see it."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from nnlab.app.navigation import APP
from nnlab.data.datasets import DATASETS, DATASETS_FOR
from tests.helpers.browser_page import (
    PATIENCE,
    button,
    choose,
    close_popover,
    enter,
    field,
    open_page,
    open_popover,
    press,
    press_in_sidebar,
    press_one_of,
    wait_for_script,
    wait_in,
)

SMALL = "samples=50&test_samples=20"
HEADINGS = ["Examples", "Data · restarts", "Network · restarts", "Training · changes this run"]
# From the top to the bottom, and from left to right.
ORDER = ["Problem", "Dataset", "Training points", "Noise", "Hidden layers", "Activation"]
ORDER += ["Learning rate", "Iterations"]


def label(page: Page, name: str) -> Locator:
    return page.locator(f".st-key-{name} button:visible p")


def test_a_popover_says_what_it_holds_and_stays_open_while_that_changes(
    page: Page, server: str
) -> None:
    open_page(page, server, SMALL)
    expect(label(page, "training_popover")).to_have_text("Gradient descent · all points")
    open_popover(page, "training_popover")
    choose(page, "Optimizer", "Adam")
    expect(label(page, "training_popover")).to_have_text("Adam · all points")
    enter(page, "Batch size", "32")
    expect(label(page, "training_popover")).to_have_text("Adam · batch 32")
    choose(page, "Regularization", "L2")
    enter(page, "Strength", "0.0005")
    expect(label(page, "training_popover")).to_have_text("Adam · batch 32 · L2 0.0005")
    expect(page.get_by_test_id("stPopoverBody")).to_be_visible()
    close_popover(page)
    assert "optimizer=adam&" in page.url


def test_a_long_label_is_cut_and_its_help_says_all(page: Page, server: str) -> None:
    open_page(page, server, f"{SMALL}&features=x1,x2,x1^2,x2^2,x1*x2,sin(x1)&initialization=he")
    words = label(page, "network_popover")
    wide, fits = words.evaluate("words => [words.scrollWidth, words.clientWidth]")
    assert wide > fits
    box = page.locator(".st-key-network_popover").bounding_box()
    assert box
    assert box["height"] < 40
    words.hover()
    tooltip = page.get_by_role("tooltip")
    expect(tooltip).to_have_text("x₁, x₂, x₁², x₂², x₁·x₂, sin(x₁) · He weights, seed 4")


def shown(problem: str) -> list[str]:
    """Return the data sets in the sidebar; those of TensorFlow Playground come with its links."""
    return [name for name in DATASETS_FOR[problem] if not DATASETS[name].is_tfp]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_data_set_is_chosen_by_one_click_on_its_picture(
    browser: Browser, server: str, scheme: str
) -> None:
    page = browser.new_page(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_default_timeout(PATIENCE)
    open_page(page, server, SMALL)
    group = page.get_by_role("radiogroup", name="Dataset")
    pictures = set()
    for one in group.get_by_role("radio").all():
        pictures.add(one.evaluate("one => getComputedStyle(one).backgroundImage"))
        box = one.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 24
    assert len(pictures) == len(shown("classification"))
    assert all("data:image/svg" in found for found in pictures)
    press_one_of(page, "Dataset", "Spirals")
    page.wait_for_url(re.compile("dataset=spirals"))
    expect(group.get_by_role("radio", name="Spirals")).to_be_checked()
    expect(group.locator("[aria-checked=true]")).to_have_count(1)
    press_one_of(page, "Problem", "Regression")
    expect(group.get_by_role("radio")).to_have_count(len(shown("regression")))
    expect(group.get_by_role("radio", name="Spirals")).to_be_checked()
    press_one_of(page, "Dataset", "Hills and hollows")
    page.wait_for_url(re.compile("dataset=multi-gaussian"))
    page.close()


def test_the_learning_rate_takes_steps_and_any_number_and_changes_this_run(
    page: Page, server: str
) -> None:
    open_page(page, server, SMALL)
    press(page, "Raise the learning rate")
    expect(field(page, "Learning rate")).to_have_value("0.03")
    press(page, "Raise the learning rate")
    expect(field(page, "Learning rate")).to_have_value("0.1")
    enter(page, "Learning rate", "0.0123")
    page.wait_for_url(re.compile("learning_rate=0.0123"))
    press(page, "Lower the learning rate")
    expect(field(page, "Learning rate")).to_have_value("0.01")
    page.wait_for_url(lambda url: "learning_rate" not in url)


@pytest.mark.parametrize("width", [1366, 390])
def test_the_order_is_the_same_on_a_desk_and_on_a_phone(
    page: Page, server: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    open_page(page, server, SMALL)
    if width < 640:
        page.get_by_test_id("stExpandSidebarButton").click()

    def in_order() -> bool:
        boxes = [field(page, name).bounding_box() for name in ORDER]
        places = [(box["x"], box["y"] + box["height"] / 2) for box in boxes if box]
        return len(places) == len(ORDER) and all(
            below > above + 20 or (abs(below - above) < 10 and right > left)
            for (left, above), (right, below) in pairwise(places)
        )

    wait_in(page, in_order)  # the settings slide in on a phone


def test_all_settings_fit_into_the_window_of_a_projector(page: Page, server: str) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    open_page(page, server, "samples=50&problem=regression")
    sidebar = page.get_by_test_id("stSidebarContent")
    height, fits = sidebar.evaluate("one => [one.scrollHeight, one.clientHeight]")
    assert height <= fits
    wide, fits = sidebar.evaluate("one => [one.scrollWidth, one.clientWidth]")
    assert wide <= fits


def test_a_screen_reader_finds_headings_and_names(page: Page, server: str) -> None:
    open_page(page, server, SMALL)
    headings = page.get_by_test_id("stSidebar").get_by_role("heading", level=2)
    expect(headings).to_have_text(HEADINGS)
    expect(page.get_by_role("heading", level=1)).to_have_text(APP)
    expect(page).to_have_title(APP)
    press_in_sidebar(page, "Add a hidden layer")
    expect(field(page, "Hidden layers")).to_have_value("10,5,5")
    press_in_sidebar(page, "Remove the last hidden layer")
    expect(field(page, "Hidden layers")).to_have_value("10,5")
    wait_for_script(page)
    for name in ("add", "remove"):
        expect(button(page, name)).to_have_count(0)
