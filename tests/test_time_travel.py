"""Looking back at a run's past in the browser, replaying it, and branching off from there."""

import re

from playwright.sync_api import Locator, Page, expect

from nnlab import Config, advance, evaluate, rewind, start
from tests.helpers.browser_page import (
    CHARTS,
    button,
    chart,
    iteration,
    let_timers_fire,
    mark,
    marked,
    numbers,
    open_page,
    press,
    settled,
    shown,
    status,
    wait_for_iteration,
    watch,
)

QUERY = "speed=100&samples=100&panel=none"
CONFIG = Config(samples=100)


def time_line(page: Page) -> Locator:
    return page.get_by_label("Look back: iteration")


def trained(page: Page, server: str, steps: int = 3) -> None:
    """Open the page and make steps of 100 iterations."""
    open_page(page, server, QUERY)
    for step in range(1, steps + 1):
        press(page, "Step 100")
        shown(page, "decision-boundary", 100 * step)


def look_at(page: Page, at: int) -> None:
    """Set the slider to an iteration, as by one movement of the mouse."""
    iterations = advance(start(CONFIG), iteration(page)).snapshot_iterations
    time_line(page).evaluate(
        """(slider, index) => {
          slider.value = index;
          slider.dispatchEvent(new Event("input"));
          slider.dispatchEvent(new Event("change"));
        }""",
        iterations.index(at),
    )


def test_the_slider_shows_the_run_as_it_was_at_each_place_of_a_drag(
    page: Page, server: str
) -> None:
    trained(page, server)
    run = advance(start(CONFIG), 300)
    look_at(page, 200)
    for name in CHARTS:
        shown(page, name, 200)
    then = evaluate(rewind(run, 200))
    expect(numbers(page)).to_contain_text(f"{then.train_loss:.4f}")
    expect(status(page)).to_have_text(re.compile("^Looking back at iteration 200 of the 300"))
    last = time_line(page).evaluate("slider => slider.max")
    time_line(page).fill(last)
    for name in CHARTS:
        shown(page, name, 300)
    expect(status(page)).to_have_text(re.compile(r"^300 of\s25,000"))

    box = time_line(page).bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] - 3, y)
    page.mouse.down()
    seen = []
    for share in (0.8, 0.6, 0.5, 0.3, 0.1):
        page.mouse.move(box["x"] + share * box["width"], y)
        seen.append(run.snapshot_iterations[int(time_line(page).input_value())])
        shown(page, "decision-boundary", seen[-1])  # with the button down
    assert seen == sorted(set(seen), reverse=True)
    page.mouse.up()
    assert settled(page) == seen[-1]


def test_a_replay_goes_from_the_start_to_the_present(page: Page, server: str) -> None:
    """Each snapshot is requested in turn; a late picture may be left out."""
    trained(page, server, steps=1)
    watch(page, "decision-boundary")
    mark(page)
    press(page, "Replay")
    page.wait_for_function("window.seen['decision-boundary'].length")
    expect(button(page, "Replay")).to_be_enabled()
    shown(page, "loss-curve", 100)
    shown(page, "decision-boundary", 100)
    iterations = page.evaluate("window.seen")["decision-boundary"]
    assert iterations[0] == 0
    assert iterations == sorted(iterations)
    assert set(iterations) <= set(advance(start(CONFIG), 100).snapshot_iterations)
    assert len(set(iterations)) > 2  # a slow page draws few of them
    assert marked(page)


def test_a_branch_trains_on_from_then_and_the_old_curve_stays(page: Page, server: str) -> None:
    trained(page, server)
    branch = page.get_by_role("button", name="Continue from here")
    expect(branch).to_be_disabled()
    look_at(page, 200)
    shown(page, "decision-boundary", 200)
    mark(page)
    branch.click()
    expect(button(page, "Pause")).to_be_visible()
    wait_for_iteration(page, 300)
    press(page, "Pause")
    at = settled(page)
    expected = evaluate(advance(rewind(advance(start(CONFIG), 300), 200), at - 200))
    expect(numbers(page)).to_contain_text(f"{expected.train_loss:.4f}")
    legend = chart(page, "loss-curve").locator(".textpoint")
    expect(legend.get_by_text("before")).to_have_count(1)
    press(page, "Undo branch")
    shown(page, "loss-curve", 300)
    expect(legend.get_by_text("before")).to_have_count(0)
    look_at(page, 32)
    shown(page, "decision-boundary", 32)
    branch.click()
    wait_for_iteration(page, 100)
    press(page, "Reset")
    shown(page, "loss-curve", 0)
    expect(legend.get_by_text("before")).to_have_count(0)
    assert marked(page)


def test_start_and_step_go_on_from_the_present_and_a_reset_overtakes_a_look(
    page: Page, server: str
) -> None:
    """The look is not requested again."""
    sent: list[bytes | str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))  # noqa: PLW0108
    trained(page, server, steps=2)
    look_at(page, 100)
    shown(page, "decision-boundary", 100)
    page.keyboard.press("ArrowRight")  # goes on from the present, as Start does
    shown(page, "decision-boundary", 201)
    look_at(page, 100)
    shown(page, "decision-boundary", 100)
    press(page, "Start")
    wait_for_iteration(page, 300)
    press(page, "Pause")
    assert settled(page) >= 300
    page.evaluate(
        """() => {
          const slider = document.querySelector('.time-line input');
          slider.value = 5;
          slider.dispatchEvent(new Event("input"));
          document.querySelector('.st-key-reset button').click();
        }"""
    )
    shown(page, "decision-boundary", 0)
    settled(page)
    before = len(sent)
    let_timers_fire(page, 2500)  # the line's, after which it would ask again
    assert len(sent) == before
