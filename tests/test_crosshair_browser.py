"""The plane by keyboard alone: a crosshair asks, draws, erases and pins."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from nnlab import Config
from nnlab.training.batches import dataset_of
from tests.helpers.browser_page import (
    button,
    chart,
    iteration,
    open_page,
    plane_ranges,
    settled,
    wait_for_iteration,
    wait_in,
)
from tests.helpers.own_points_page import own, wait_for_tool

SMALL = "samples=20&test_samples=10&speed=10&iterations=1000000"


def plane(page: Page) -> Locator:
    return page.get_by_role("application", name=re.compile("Decision boundary at iteration"))


def crosshair(page: Page) -> Locator:
    return chart(page, "decision-boundary").locator(".crosshair")


def answer(page: Page) -> Locator:
    return chart(page, "decision-boundary").locator(".answer")


def prediction(page: Page) -> Locator:
    return chart(page, "decision-boundary").locator(".prediction")


def choose(page: Page, tool: str) -> None:
    """Go to a tool as the keyboard does: into the group, then along it."""
    tools = page.get_by_role("radiogroup", name="Draw points").get_by_role("radio")
    tools.first.focus()
    move(page, "ArrowRight", tools.all_inner_texts().index(tool))
    page.keyboard.press(" ")
    expect(page.get_by_role("radio", name=tool, exact=True)).to_be_checked()
    wait_for_tool(page, tool)


def go_to_plane(page: Page) -> None:
    """Press Tab until the plane has the focus."""
    for _ in range(20):
        page.keyboard.press("Tab")
        if plane(page).evaluate("plane => plane === document.activeElement"):
            break
    expect(plane(page)).to_be_focused()
    expect(crosshair(page)).to_be_visible()


def move(page: Page, key: str, times: int) -> None:
    for _ in range(times):
        page.keyboard.press(key)


@pytest.mark.parametrize("trains", [False, True], ids=["at rest", "while it trains"])
def test_a_point_is_drawn_erased_and_one_pinned_by_keyboard_alone(
    page: Page, server: str, *, trains: bool
) -> None:
    open_page(page, server, SMALL)
    if trains:
        page.keyboard.press(" ")
        wait_for_iteration(page, 10)
    choose(page, "Add blue")
    go_to_plane(page)
    move(page, "Shift+ArrowRight", 2)
    move(page, "ArrowUp", 5)
    page.keyboard.press("Enter")
    (left, right), (low, high) = plane_ranges(page)
    drawn = own(page, lambda count: count == 1)
    expected = [left + 0.7 * (right - left), low + 0.55 * (high - low)]
    assert drawn.inputs[0].tolist() == pytest.approx(expected, abs=0.005)
    assert drawn.targets.tolist() == [1]
    move(page, "Shift+ArrowDown", 1)
    page.keyboard.press("Shift+ ")  # the other class
    assert own(page, lambda count: count == 2).targets.tolist() == [1, 0]
    page.keyboard.press("Escape")
    expect(crosshair(page)).to_be_hidden()

    choose(page, "Erase")
    go_to_plane(page)  # the crosshair is where it was
    page.keyboard.press(" ")
    assert own(page, lambda count: count == 1).targets.tolist() == [1]

    choose(page, "Look")
    go_to_plane(page)
    move(page, "Shift+ArrowUp", 1)
    page.keyboard.press("Enter")
    expect(prediction(page)).to_contain_text("Blue point: the network says")
    page.keyboard.press("Enter")
    expect(prediction(page)).to_be_empty()
    if trains:
        wait_for_iteration(page, iteration(page) + 10)
    else:
        assert settled(page) == 0


def test_the_crosshair_says_the_networks_answer_as_the_mouse_does(page: Page, server: str) -> None:
    open_page(page, server, SMALL)
    choose(page, "Look")
    go_to_plane(page)
    move(page, "Shift+ArrowRight", 4)  # to the right of the points
    move(page, "ArrowUp", 20)
    here = re.compile(r"^(over )?\d+% (orange|blue) · x₁ [−\d.]+, x₂ [−\d.]+$")
    expect(answer(page)).to_have_text(here)
    said, place = answer(page).inner_text().split(" · ")
    box = crosshair(page).bounding_box()
    assert box
    expect(chart(page, "decision-boundary").locator(".spoken")).to_have_text(f"{place}: {said}")
    page.keyboard.press("Escape")
    expect(answer(page)).to_be_hidden()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.3 * box["height"])
    expect(answer(page)).to_have_text(re.compile(f"^{re.escape(said)} · x₁ "))


def test_real_data_are_spoken_of_in_their_names_and_units(page: Page, server: str) -> None:
    open_page(page, server, "dataset=diabetes&problem=regression")
    choose(page, "Look")
    go_to_plane(page)  # at its middle, which is the mean of both columns
    bmi, s5, progression = dataset_of(Config(dataset="diabetes", problem="regression")).scales
    where = f"bmi {bmi.mean:.3g}, s5 {s5.mean:.3g}"
    expect(answer(page)).to_contain_text(f" · {where}")
    spoken = chart(page, "decision-boundary").locator(".spoken")
    expect(spoken).to_contain_text(f"{where}: ")
    value = float(answer(page).inner_text().split(" · ")[0])
    assert abs(value - progression.mean) < 2 * progression.deviation


def test_the_pages_keys_rest_while_the_crosshair_is_shown(page: Page, server: str) -> None:
    open_page(page, server, SMALL)
    choose(page, "Look")
    go_to_plane(page)
    for key in ("ArrowRight", "Shift+ArrowRight", " "):
        page.keyboard.press(key)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("Move the crosshair")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    expect(crosshair(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(crosshair(page)).to_be_hidden()
    page.keyboard.press("ArrowRight")  # the page's key: had one acted before, it would be 2
    wait_in(page, lambda: settled(page) == 1)
    expect(button(page, "Start")).to_be_visible()
