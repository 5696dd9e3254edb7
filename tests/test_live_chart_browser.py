"""Keys, clicks, zoom and messages of the live charts, wherever else on the pages one has been."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from nnlab import Config, start
from nnlab.app.live_chart import Update
from nnlab.app.live_chart.packing import pack_update
from nnlab.data.plane import plane_extent
from nnlab.figures.plane_picture import png
from tests.helpers.browser_page import (
    CHARTS,
    PATIENCE,
    PLOT,
    chart,
    double_click_until,
    drag,
    enter,
    intercept,
    iteration,
    let_timers_fire,
    new_page,
    open_page,
    place,
    press,
    settled,
    shown,
    wait_for_iteration,
    wait_for_script,
    wait_in,
)
from tests.helpers.explore_page import AXES, RUNS_PATIENCE, SMALL, links, sweep
from tests.helpers.server import free_port, serving

Explore = Callable[[str], Page]


def test_space_starts_a_sweep_but_never_one_that_has_finished(explore: Explore) -> None:
    page = explore(f"{AXES}&{SMALL}")
    expect(page.locator(".gallery .waits")).to_have_count(6)
    page.keyboard.press(" ")
    expect(page.locator(".stProgress")).to_contain_text("finished", timeout=RUNS_PATIENCE)
    expect(links(page)).to_have_count(6)
    links(page).first.evaluate("(link) => { link.mark = true; }")
    page.keyboard.press(" ")
    enter(page, "Values of axis 1", "0..1 log 5")  # is answered after the space
    expect(page.get_by_text("must range from above 0")).to_be_visible()
    assert links(page).first.evaluate("(link) => link.mark")


def test_space_in_the_grid_of_the_table_leaves_the_sweep_alone(explore: Explore) -> None:
    page = explore(f"{AXES}&samples=50&iterations=20000&seeds=20")
    press(page, "Start")
    expect(links(page)).not_to_have_count(0, timeout=RUNS_PATIENCE)
    page.get_by_role("radio", name="Table").click()
    expect(page.locator(".stDataFrame")).to_be_visible(timeout=RUNS_PATIENCE)

    def a_click_into_the_grid_gives_it_the_keys() -> bool:
        page.keyboard.press("Escape")  # two clicks in a row open the cell, over the grid
        page.locator(".stDataFrame").click(position={"x": 150, "y": 50})
        return page.evaluate("document.activeElement.tagName") == "CANVAS"

    wait_in(page, a_click_into_the_grid_gives_it_the_keys)
    page.keyboard.press(" ")
    page.get_by_role("radio", name="Gallery").click()  # is answered after the space
    expect(page.locator(".stDataFrame")).to_be_hidden()
    wait_for_script(page)
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    page.locator(".stProgress").click()
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Resume", exact=True)).to_be_visible()
    press(page, "Cancel")


def test_the_keys_of_two_runs_side_by_side_are_theirs(explore: Explore) -> None:
    page = explore(f"{AXES}&samples=50&test_samples=20&iterations=3000&view=compare")
    press(page, "Start")
    expect(page.locator(".stProgress").first).to_contain_text("finished", timeout=RUNS_PATIENCE)
    for side in ("left", "right"):
        shown(page, f"compare-{side}", 3000)
    page.keyboard.press("r")
    for side in ("left", "right"):
        shown(page, f"compare-{side}", 0)
    page.keyboard.press("ArrowRight")
    shown(page, "compare-left", 1)
    page.keyboard.press(" ")
    expect(page.locator(".st-key-compare_pause button").first).to_be_visible()
    page.keyboard.press(" ")
    expect(page.locator(".st-key-compare_start button").first).to_be_visible()
    expect(page.locator(".stProgress").first).to_contain_text("6 of 6 runs · finished")


def test_a_key_without_a_button_keeps_its_own_meaning(explore: Explore) -> None:
    """Space, for instance, scrolls a view that has nothing to start."""
    pressed = """(key) => document.body.dispatchEvent(
        new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }))"""
    page = explore(f"{AXES}&{SMALL}&view=range")
    expect(page.get_by_text("No test of these settings yet")).to_be_visible()
    expect(page.locator(".keyboard button")).to_be_attached()  # the keys work from now on
    assert page.evaluate(pressed, " ")  # false if a handler has prevented what the browser does
    page.get_by_role("radio", name="Gallery").click()
    expect(page.locator(".gallery .waits")).to_have_count(6)
    assert not page.evaluate(pressed, " ")
    expect(page.locator(".stProgress")).to_contain_text("finished", timeout=RUNS_PATIENCE)


def test_a_held_arrow_key_steps_on_when_explore_was_opened_first(explore: Explore) -> None:
    page = explore(f"{AXES}&{SMALL}")
    expect(page.locator(".gallery .waits")).to_have_count(6)
    page.get_by_role("link", name="Playground", exact=True).click()
    shown(page, "loss-curve", 0)
    settled(page)

    def a_held_key_has_made_three_steps() -> bool:
        page.keyboard.down("ArrowRight")  # a key that is already down repeats
        return iteration(page) >= 3

    wait_in(page, a_held_key_has_made_three_steps)
    page.keyboard.up("ArrowRight")


def test_a_lost_session_is_reported_when_explore_was_opened_first(browser: Browser) -> None:
    port = free_port()
    page = new_page(
        browser
    )  # not the fixture's page: this one logs errors while its server is down
    with serving(port=port) as (address, _):
        page.goto(f"http://{address}/explore?{AXES}&{SMALL}")
        expect(page.locator(".gallery .waits")).to_have_count(6)
        page.get_by_role("link", name="Playground", exact=True).click()
        shown(page, "loss-curve", 0)
        page.get_by_role("radio", name="10", exact=True).click()
        press(page, "Start")
        wait_for_iteration(page, 50)
    with serving(port=port):
        notice = page.get_by_text("The server has lost this session, so the run at iteration")
        expect(notice).to_be_visible(timeout=2 * PATIENCE)
        page.close()


def test_the_gallery_is_full_right_after_a_pause_in_the_playground(explore: Explore) -> None:
    page = explore(f"{AXES}&{SMALL}")
    sweep(page)
    page.get_by_role("link", name="Playground", exact=True).click()
    shown(page, "loss-curve", 0)
    page.get_by_role("radio", name="10", exact=True).click()
    page.keyboard.press(" ")
    page.wait_for_function(
        "document.querySelector('[data-live-chart=loss-curve]').dataset.iteration > 50",
        timeout=PATIENCE,
    )
    # the clock is stopped: however slow the machine is, it is the moment after the click
    page.evaluate("() => { const now = performance.now(); performance.now = () => now; }")
    press(page, "Pause")
    page.get_by_role("link", name="Explore").click()
    expect(links(page)).to_have_count(6)


def test_a_click_on_the_loss_curve_draws_no_ring_and_asks_nothing(page: Page, server: str) -> None:
    sent: list[str | bytes] = []

    def note(to: WebSocketRoute, data: str | bytes) -> None:
        sent.append(data)
        to.send(data)

    intercept(page, from_page=note)
    open_page(page, server, "samples=100&speed=100")
    press(page, "Step 100")
    shown(page, "loss-curve", 100)
    settled(page)
    before = len(sent)
    for name in CHARTS[::-1]:
        box = page.locator(
            f"[data-live-chart={name}] .points path, [data-live-chart={name}] .js-line"
        )
        x, y = box.first.evaluate(
            """(shape) => {
              const { x, y, width, height } = shape.getBoundingClientRect();
              return [x + width / 2, y + height / 2];
            }"""
        )
        page.mouse.move(x, y)
        let_timers_fire(page, 200)  # Plotly's, which finds the point below the mouse
        page.mouse.click(x, y)
        let_timers_fire(page, 700)
        rings = chart(page, name).locator(".rings")
        ringed = rings.evaluate(
            """(canvas) => canvas.getContext('2d')
                 .getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)"""
        )
        assert ringed == (name == "decision-boundary")
        assert (len(sent) > before) == (name == "decision-boundary")


def zoomed(page: Page) -> bool:
    """Say whether the loss curve does not show all iterations."""
    left, right = page.evaluate(
        """document.querySelector('[data-live-chart=loss-curve] .plot')
             ._fullLayout.xaxis.range.map(Number)"""
    )
    return right - left < 200


def test_a_zoom_into_the_loss_curve_stays_while_looking_back(page: Page, server: str) -> None:
    open_page(page, server, "samples=100&speed=100")
    for step in (1, 2, 3):
        press(page, "Step 100")
        shown(page, "loss-curve", 100 * step)
    box = chart(page, "loss-curve").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    drag(page, (x - 60, y - 20), (x + 60, y + 20))
    assert zoomed(page)
    page.get_by_label("Look back: iteration").fill("0")
    shown(page, "loss-curve", 0)
    assert zoomed(page)
    page.get_by_label("Look back: iteration").fill("1")
    settled(page)
    assert zoomed(page)
    press(page, "Reset")
    shown(page, "loss-curve", 0)
    settled(page)
    press(page, "Step 100")
    shown(page, "loss-curve", 100)
    press(page, "Step 100")
    shown(page, "loss-curve", 200)
    press(page, "Step 100")
    shown(page, "loss-curve", 300)
    assert not zoomed(page)


def test_no_range_of_the_program_is_taken_for_a_zoom(page: Page, server: str) -> None:
    """The axis is cut from the first losses on, and no longer when the test loss has risen."""
    open_page(page, server)
    page.evaluate(
        """() => {
          window.lows = [];
          const chart = document.querySelector('[data-live-chart=loss-curve]');
          new MutationObserver(() => window.lows.push(
            chart.querySelector('.plot')._fullLayout.yaxis.range[0])
          ).observe(chart, { attributeFilter: ['data-iteration'] });
        }"""
    )
    press(page, "Overfitting")
    wait_for_iteration(page, 300)
    press(page, "Pause")
    settled(page)
    assert set(page.evaluate("window.lows")) == {0}
    expect(page.get_by_text("Double-click to see all").locator("visible=true")).to_have_count(0)


def axis_ranges(page: Page) -> list[float]:
    """Return left, right, bottom and top of the decision boundary's axes."""
    return page.evaluate(f"[...{PLOT}._fullLayout.xaxis.range, ...{PLOT}._fullLayout.yaxis.range]")


@pytest.mark.parametrize("noise", [(0.5, 0.0), (0.0, 0.5)])
def test_a_new_plane_is_shown_whole_and_a_double_click_returns_to_it(
    page: Page, server: str, noise: tuple[float, float]
) -> None:
    """Plotly would keep the range of the first figure."""
    open_page(page, server, "samples=50&test_samples=20")
    for level in noise:
        enter(page, "Noise", str(level))
        config = Config(samples=50, test_samples=20, noise=level)
        plane = pytest.approx(plane_extent(start(config).dataset))
        wait_in(page, lambda plane=plane: axis_ranges(page) == plane)
        left, right, bottom, top = axis_ranges(page)
        middle = place(page, (left + right) / 2, (bottom + top) / 2)
        page.mouse.dblclick(*middle)
        let_timers_fire(page, 500)  # Plotly waits for a third click
        assert axis_ranges(page) == plane
        drag(page, middle, place(page, right * 0.8, top * 0.8))
        wait_in(page, lambda plane=plane: axis_ranges(page) != plane)
        double_click_until(page, middle, lambda plane=plane: axis_ranges(page) == plane)


# Calls the page's own module as Streamlit does: a chart is shown, its place goes, an update comes,
# and only then its new place.
UPDATE_BEFORE_PLACE = """async ([data, update]) => {
  const { name } = performance.getEntriesByType('resource')
    .find(({ name }) => name.endsWith('/live_chart.js'));
  const module = await import(name);
  const newPlace = () => {
    const parentElement = document.createElement('div');
    parentElement.innerHTML = '<div class="live-chart"></div>';
    document.body.append(parentElement);
    return parentElement;
  };
  const frame = () => new Promise(requestAnimationFrame);
  const chart = () => document.querySelector('[data-live-chart=late]');
  const first = newPlace();
  module.stage({ parentElement: first, data: { ...data, shows: { ...data.shows } } });
  for (let count = 0; !chart().querySelector('.plotly') && count < 300; count += 1) await frame();
  first.remove();
  const parentElement = newPlace();
  module.update({ parentElement, data: new Uint8Array(update), setTriggerValue() {} });
  for (let count = 0; count < 30; count += 1) await frame();
  module.stage({ parentElement, data: { ...data, shows: null } });
}"""


@pytest.mark.parametrize("extent", [None, (0, 1, 0, 1)])
def test_an_update_that_comes_before_its_chart_has_a_place_again_is_shown_there(
    page: Page, server: str, extent: tuple[float, ...] | None
) -> None:
    """As on the way back to a page whose run is paused: no other update follows."""
    open_page(page, server, "samples=20")
    frame = png(np.zeros((5, 5), np.uint8))
    shows = {**Update(1, "first")._asdict(), "frames": []}
    layout = {"font": {"size": 14}, "margin": dict.fromkeys("lrtb", 0)}
    figure = json.dumps({"data": [], "layout": layout})
    look = {"rest": 0, "pins": False, "brush": None, "colors": None}
    data = {"name": "late", "figure": figure, "extent": extent, "shows": shows, **look}
    late = Update(2, "late", frames=[(2, frame)] if extent else ())
    message = {"charts": {"late": late._asdict()}, "time": None, "session": "", "page": ""}
    message |= {"taken": 0, "run": 1, "sent": 0, "handles": [], "what_is_lost": ""}
    page.evaluate(UPDATE_BEFORE_PLACE, [data, list(pack_update(message))])
    expect(chart(page, "late")).to_have_attribute("data-iteration", "2")
