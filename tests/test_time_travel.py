"""Looking back at a run's past in the browser, replaying it, and branching off from there."""

import time

from playwright.sync_api import Locator, Page, expect

from nnlab import Config, advance, evaluate, rewind, start
from tests.test_browser import (
    CHARTS,
    PATIENCE,
    chart,
    iteration,
    mark,
    marked,
    open_page,
    press,
    settled,
    shown,
    status,
    wait_for_iteration,
)

QUERY = "speed=100&samples=100&panel=none"
CONFIG = Config(samples=100)


def time_line(page: Page) -> Locator:
    return page.get_by_label("Look back: iteration")


def trained(page: Page, server: str, steps: int = 5) -> None:
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


def test_the_slider_shows_the_run_as_it_was(page: Page, server: str) -> None:
    trained(page, server)
    look_at(page, 200)
    for name in CHARTS:
        shown(page, name, 200)
    then = evaluate(rewind(advance(start(CONFIG), 500), 200))
    expect(page.get_by_text(f"train loss {then.train_loss:.4f}")).to_be_visible()
    assert status(page).startswith("Looking back at iteration 200 of the 500")
    look_at_end = time_line(page).evaluate("slider => slider.max")
    time_line(page).fill(look_at_end)
    for name in CHARTS:
        shown(page, name, 500)
    assert status(page).startswith("500 of 25,000")


def test_pictures_follow_a_drag_at_ten_frames_a_second(page: Page, server: str) -> None:
    """With the mouse; the time is counted from the first to the last frame that was drawn."""
    trained(page, server)
    page.evaluate(
        """() => {
          const chart = document.querySelector('[data-live-chart=decision-boundary]');
          window.times = [];
          new MutationObserver(() => window.times.push(performance.now()))
            .observe(chart, { attributeFilter: ['data-iteration'] });
        }"""
    )
    box = time_line(page).bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] - 3, y)
    page.mouse.down()
    began = time.perf_counter()
    while (share := (time.perf_counter() - began) / 3) < 1:
        page.mouse.move(box["x"] + (1 - share) * box["width"], y)
    page.mouse.up()
    at = settled(page)
    assert at < 50  # the last movement counts
    times = page.evaluate("window.times")
    assert len(times) > 5  # that it is 10 a second and more, the benchmark shows


def test_a_replay_goes_from_the_start_to_the_present(page: Page, server: str) -> None:
    trained(page, server, steps=1)
    seen = page.evaluate_handle(
        """() => {
          const chart = document.querySelector('[data-live-chart=loss-curve]'), seen = [];
          new MutationObserver(() => seen.push(Number(chart.dataset.iteration)))
            .observe(chart, { attributeFilter: ['data-iteration'] });
          return seen;
        }"""
    )
    mark(page)
    press(page, "Replay")
    expect(page.get_by_role("button", name="Stop the replay")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Replay", exact=True)).to_be_enabled(timeout=PATIENCE)
    shown(page, "loss-curve", 100)
    iterations = seen.json_value()
    assert iterations[0] == 0
    assert iterations == sorted(iterations)
    assert len(set(iterations)) > 20
    assert marked(page)


def test_a_branch_trains_on_from_then_and_the_old_curve_stays(page: Page, server: str) -> None:
    trained(page, server)
    branch = page.get_by_role("button", name="Continue from here")
    expect(branch).to_be_disabled()
    look_at(page, 200)
    shown(page, "decision-boundary", 200)
    mark(page)
    branch.click()
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible(timeout=PATIENCE)
    wait_for_iteration(page, 300)
    press(page, "Pause")
    at = settled(page)
    expected = evaluate(advance(rewind(advance(start(CONFIG), 500), 200), at - 200))
    expect(page.get_by_text(f"train loss {expected.train_loss:.4f}")).to_be_visible()
    legend = chart(page, "loss-curve").locator(".legendtext")
    assert "before" in legend.all_text_contents()
    press(page, "Back to before")
    shown(page, "loss-curve", 500)
    expect(legend.get_by_text("before")).to_have_count(0, timeout=PATIENCE)
    look_at(page, 32)
    shown(page, "decision-boundary", 32)
    branch.click()
    wait_for_iteration(page, 100)
    press(page, "Reset")
    shown(page, "loss-curve", 0)
    expect(legend.get_by_text("before")).to_have_count(0, timeout=PATIENCE)
    assert marked(page)


def test_a_look_that_a_reset_has_overtaken_is_not_asked_for_again(page: Page, server: str) -> None:
    told: list[bytes | str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: told.append(frame)))  # noqa: PLW0108
    trained(page, server, steps=2)
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
    before = len(told)
    page.wait_for_timeout(5000)  # more than twice the line's patience
    assert len(told) == before


def test_start_and_step_go_on_from_the_present(page: Page, server: str) -> None:
    trained(page, server, steps=2)
    look_at(page, 100)
    shown(page, "decision-boundary", 100)
    page.keyboard.press("ArrowRight")
    shown(page, "decision-boundary", 201)
    look_at(page, 100)
    shown(page, "decision-boundary", 100)
    press(page, "Start")
    wait_for_iteration(page, 300)
    press(page, "Pause")
    assert settled(page) >= 300
