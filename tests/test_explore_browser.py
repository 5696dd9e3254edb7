"""Explore in a real browser: the gallery fills, a click opens a run, pages lead to each other."""

import io
from collections.abc import Callable
from urllib.parse import unquote

import numpy as np
import psutil
import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from nnlab import Config
from nnlab.figures.plane_picture import png
from nnlab.sweep import axis_from_text, grid, run_one
from nnlab.sweep.executors import NICENESS
from tests.helpers.browser_page import (
    CHARTS,
    button,
    enter,
    intercept,
    let_timers_fire,
    mark,
    marked,
    open_page,
    press,
    settled,
    shown,
    status,
    wait_for_iteration,
    wait_for_script,
)
from tests.helpers.explore_page import AXES, RUNS_PATIENCE, SMALL, links, sweep, wait_for_runs
from tests.helpers.processor import share_of_processor
from tests.helpers.server import serving
from tests.helpers.waiting import wait_until

LONG = "samples=50&iterations=1000000"


def test_the_gallery_fills_and_no_cell_is_ever_replaced(explore: Callable[[str], Page]) -> None:
    page = explore(f"{AXES}&samples=50&iterations=3000")
    expect(page.locator(".gallery .waits")).to_have_count(6)
    mark(page)
    press(page, "Start")
    expect(links(page)).not_to_have_count(0, timeout=RUNS_PATIENCE)
    page.evaluate(
        """() => {
          const cells = document.querySelectorAll('.gallery a.cell');
          cells.forEach((cell) => { cell.mark = true; });
          window.cells = cells.length;
        }"""
    )
    wait_for_runs(page, 6)
    expect(links(page)).to_have_count(6)
    expect(page.locator(".gallery .waits")).to_have_count(0)
    assert marked(page)
    same = "[...document.querySelectorAll('.gallery a.cell')].filter((c) => c.mark).length"
    assert page.evaluate(f"{same} === window.cells")


def test_a_cell_is_the_runs_own_picture_number_and_details(
    explore: Callable[[str], Page],
) -> None:
    """Pixels and texts against what the library computes without a page."""
    page = explore(f"{AXES}&{SMALL}")
    sweep(page)
    base = Config(samples=50, test_samples=20, iterations=200)
    axes = [
        axis_from_text("hidden_layers", "2; 4,2"),
        axis_from_text("learning_rate", "0.01; 0.1; 1"),
    ]
    for number, config in enumerate(grid(base, axes, [4])):
        result = run_one(0, config)
        assert result.metrics
        assert result.boundary is not None
        cell = links(page).nth(number)
        expect(cell.locator(".number")).to_have_text(f"{result.metrics.test_accuracy:.1%}")
        pixels = cell.locator(".map").evaluate(
            """(map) => Array.from(map.getContext('2d')
                 .getImageData(0, 0, map.width, map.height).data)"""
        )
        expected = Image.open(io.BytesIO(png(result.boundary))).convert("RGB")
        got = np.array(pixels).reshape(50, 50, 4)[:, :, :3]
        assert np.abs(got - np.array(expected, dtype=int)).max() <= 2
        tip = page.locator(".gallery .tip")
        cell.hover()
        expect(tip).to_contain_text(f"learning rate {config.learning_rate:g}")
        expect(tip).to_contain_text(f"test accuracy {result.metrics.test_accuracy:.1%}")
    page.mouse.move(5, 5)
    expect(tip).to_be_hidden()
    table = page.get_by_role("table", name="Gallery of 6 of 6 runs over hidden layers")
    expect(table).to_be_visible()
    name = "hidden layers 4,2 · learning rate 0.1: test accuracy"
    expect(page.get_by_role("link", name=name)).to_have_count(1)

    page.set_viewport_size({"width": 390, "height": 844})  # on a phone it is a list
    page.wait_for_function(
        """() => {
          const cells = [...document.querySelectorAll('.gallery a.cell')]
            .map((cell) => cell.getBoundingClientRect());
          return cells.every((cell, at) => cell.right <= innerWidth
              && Math.round(cell.left) === Math.round(cells[0].left)
              && (!at || cell.top > cells[at - 1].top))
            && document.querySelector('.stMain').scrollWidth <= innerWidth;
        }"""
    )
    expect(links(page)).to_have_count(6)
    expect(page.get_by_text("hidden layers 4,2 · learning rate 0.1")).to_be_visible()


def as_left(page: Page) -> None:
    """Expect the sweep of AXES and SMALL, as it was left."""
    wait_for_script(page)
    expect(page.get_by_label("Values of axis 1")).to_have_value("0.01;0.1;1")
    expect(page.get_by_label("Values of axis 2")).to_have_value("2;4,2")
    expect(page.get_by_text("Base:")).not_to_contain_text("learning rate")
    expect(page.get_by_text("6 runs", exact=True)).to_be_visible()
    page.wait_for_url("**axis1=*")


def test_a_click_opens_the_run_and_explore_keeps_its_results(
    explore: Callable[[str], Page],
) -> None:
    page = explore(f"{AXES}&{SMALL}&seed=9")
    sweep(page)
    links(page).nth(5).click()
    shown(page, "decision-boundary", 0)
    shown(page, "loss-curve", 0)
    expect(page.get_by_label("Hidden layers", exact=True)).to_have_value("4,2")
    page.wait_for_url("**/?*learning_rate=1*")
    assert "seed=9" in page.url
    press(page, "Step")
    shown(page, "loss-curve", 1)
    page.get_by_role("link", name="Explore").click()
    wait_for_runs(page, 6)
    expect(links(page)).to_have_count(6)
    # the sweep is as it was left, and Back leads to the run as it was left
    as_left(page)
    page.get_by_role("link", name="Playground", exact=True).click()
    shown(page, "loss-curve", 1)
    shown(page, "decision-boundary", 1)
    wait_for_script(page)
    page.go_back()
    wait_for_runs(page, 6)
    as_left(page)
    press(page, "Use the playground's settings")
    expect(page.get_by_text("Base:")).to_contain_text("learning rate 1")
    wait_for_script(page)
    expect(page.get_by_label("Values of axis 1")).to_have_value("0.01;0.1;1")


def test_back_from_an_opened_run_leads_to_the_sweep_of_an_example(
    explore: Callable[[str], Page],
) -> None:
    page = explore(SMALL)
    page.get_by_role("button", name="Batch size × learning rate").click()
    expect(page.locator(".gallery .waits")).to_have_count(28)
    press(page, "Start")
    links(page).nth(5).click(timeout=RUNS_PATIENCE)
    shown(page, "loss-curve", 0)
    wait_for_script(page)
    page.go_back()
    expect(page.get_by_text("28 runs", exact=True)).to_be_visible()
    wait_for_script(page)
    expect(page.get_by_label("Values of axis 2")).to_have_value("1; 10; 100; none")
    expect(page.get_by_text("Base:")).not_to_contain_text("batch size")


def test_the_browser_asks_for_each_page_that_the_server_opens(
    explore: Callable[[str], Page], page: Page
) -> None:
    """Thus the timers of the previous page stop: their ticks would empty the new page."""
    asked: list[str] = [""]  # pages by their hashes; the first request names none
    unasked: list[str] = []

    def to_server(route: WebSocketRoute, data: str | bytes) -> None:
        message = BackMsg.FromString(data)
        if message.HasField("rerun_script"):
            asked.append(message.rerun_script.page_script_hash)
        route.send(data)

    def to_page(route: WebSocketRoute, data: str | bytes) -> None:
        message = ForwardMsg.FromString(data)
        opened = message.new_session.page_script_hash
        if message.HasField("new_session") and len(asked) > 2 and opened not in asked:
            unasked.append(opened)
        route.send(data)

    intercept(page, from_page=to_server, from_server=to_page)
    explore(f"{AXES}&{SMALL}")
    press(page, "Start")
    links(page).first.click(timeout=RUNS_PATIENCE)
    shown(page, "loss-curve", 0)
    assert unasked == []
    assert len(set(asked)) > 2


def test_a_run_trains_in_the_playground_while_the_sweep_goes_on(
    explore: Callable[[str], Page],
) -> None:
    page = explore(f"{AXES}&samples=200&iterations=20000")
    press(page, "Start")
    links(page).first.click(timeout=RUNS_PATIENCE)
    shown(page, "loss-curve", 0)
    mark(page)
    page.keyboard.press(" ")
    page.wait_for_function(
        "document.querySelector('[data-live-chart=loss-curve]').dataset.iteration > 100",
    )
    assert marked(page)
    page.get_by_role("link", name="Explore").click()
    wait_for_runs(page, 6)


def test_enter_opens_a_run_and_ctrl_click_a_tab_of_its_own(explore: Callable[[str], Page]) -> None:
    page = explore(f"{AXES}&{SMALL}")
    sweep(page)
    with page.context.expect_page() as opened:
        links(page).nth(1).click(modifiers=["ControlOrMeta"])
    tab = opened.value
    shown(tab, "loss-curve", 0)
    tab.wait_for_url("**/?*learning_rate=0.1*")
    tab.close()
    links(page).nth(2).focus()
    expect(page.locator(".gallery .tip")).to_contain_text("test accuracy")
    page.keyboard.press("Enter")
    shown(page, "loss-curve", 0)
    page.wait_for_url("**/?*learning_rate=1*")


def test_a_link_restores_the_sweep_in_another_session(
    explore: Callable[[str], Page], context: BrowserContext
) -> None:
    page = explore("")
    page.get_by_role("button", name="Learning rate × width").click()
    expect(page.get_by_text("35 runs")).to_be_visible()
    enter(page, "Seeds", "2")
    expect(page.get_by_text("70 runs")).to_be_visible()
    page.wait_for_url("**seeds=2**")
    other = context.new_page()
    other.goto(page.url)
    expect(other.get_by_text("70 runs")).to_be_visible()
    wait_for_script(other)
    expect(other.get_by_label("Values of axis 1")).to_have_value("0.001..1 log 7")
    other.close()


def test_a_pause_and_a_closed_page_stop_the_workers_and_resume_goes_on(
    explore: Callable[[str], Page], server_process: psutil.Process
) -> None:
    """Slices that have begun still end; the whole runs would take minutes."""

    def workers() -> list[psutil.Process]:
        return server_process.children(recursive=True)

    def wait_until_workers(work: bool) -> None:
        wait_until(lambda: (share_of_processor(workers, NICENESS) > 0.1) == work)

    page = explore(f"{AXES}&{LONG}")
    press(page, "Start")
    wait_until_workers(True)
    page.keyboard.press(" ")
    expect(status(page)).to_contain_text("paused")
    wait_until_workers(False)
    press(page, "Resume")
    wait_until_workers(True)
    page.close()
    wait_until_workers(False)


def test_a_click_right_after_start_does_not_lose_it(explore: Callable[[str], Page]) -> None:
    page = explore(f"{AXES}&{SMALL}")
    for start in ("Start", "Start sweep"):
        press(page, start)
        page.get_by_role("radio", name="Table").click()
        expect(status(page)).to_contain_text("finished", timeout=RUNS_PATIENCE)
        page.get_by_role("radio", name="Gallery").click()
        wait_for_runs(page, 6)


def test_a_bad_value_is_a_sentence_and_the_gallery_stays(explore: Callable[[str], Page]) -> None:
    page = explore(f"{AXES}&{SMALL}")
    sweep(page)
    mark(page)
    enter(page, "Values of axis 1", "0..1 log 5")
    expect(page.get_by_text("must range from above 0")).to_be_visible()
    expect(links(page)).to_have_count(6)
    assert marked(page)
    expect(page.get_by_role("button", name="Start sweep", exact=True)).to_be_disabled()


def test_the_whole_gallery_is_above_the_fold_on_a_projector(
    explore: Callable[[str], Page],
) -> None:
    page = explore("iterations=50&samples=20")
    page.get_by_role("button", name="Learning rate × width").click()
    expect(page.locator(".gallery .waits")).to_have_count(35)
    sweep(page, 35)
    box = page.locator(".gallery").bounding_box()
    assert box
    assert box["y"] + box["height"] <= 768
    assert page.evaluate(
        "(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)"
        "(document.querySelector('.gallery'))"
    )


def test_loss_curves_in_cells_are_drawn_in_the_pixels_of_the_screen(
    explore: Callable[[str], Page],
) -> None:
    page = explore(f"{AXES}&{SMALL}")
    sweep(page)
    for width in (1366, 1024):
        page.set_viewport_size({"width": width, "height": 768})
        page.wait_for_function(
            """() => [...document.querySelectorAll(".gallery .spark")].every((spark) =>
              spark.width === Math.round(spark.clientWidth * devicePixelRatio)
                && spark.height === Math.round(spark.clientHeight * devicePixelRatio))"""
        )


def test_the_texts_of_the_example_cards_begin_at_one_place(explore: Callable[[str], Page]) -> None:
    page = explore()
    cards = page.locator(".st-key-examples button")
    expect(cards).to_have_count(5)
    indents = cards.evaluate_all(
        """(cards) => cards.map((card) => Math.round(
             card.querySelector("p").getBoundingClientRect().x - card.getBoundingClientRect().x))"""
    )
    assert len(set(indents)) == 1


def test_no_field_cuts_the_words_that_it_shows_while_it_is_empty(
    explore: Callable[[str], Page],
) -> None:
    page = explore(f"{AXES}&{SMALL}")
    expect(page.get_by_placeholder("all combinations")).to_be_visible()
    cut = page.evaluate(
        """() => [...document.querySelectorAll(".stSidebar input[placeholder]")].filter((field) => {
          const pen = document.createElement("canvas").getContext("2d");
          const { font, paddingLeft, paddingRight } = getComputedStyle(field);
          pen.font = font;
          const room = field.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
          return pen.measureText(field.placeholder).width > room;
        }).map((field) => field.placeholder)"""
    )
    assert cut == []


def test_leaving_the_playground_pauses_its_run_and_back_returns_to_it(
    page: Page, server: str
) -> None:
    open_page(page, server, "speed=100&samples=200&noise=0.2&panel=layers&iterations=1000000")
    press(page, "Start")
    wait_for_iteration(page, 100)
    page.get_by_role("link", name="Explore").click()
    expect(page.get_by_text("Base:")).to_contain_text("training points 200")
    page.get_by_role("link", name="Playground", exact=True).click()
    expect(button(page, "Start")).to_be_visible()
    at = settled(page)
    assert at >= 100
    let_timers_fire(page, 500)  # a tick's among them
    press(page, "Step")
    for name in CHARTS:
        shown(page, name, at + 1)
    assert "speed=100" in page.url
    assert "panel=layers" in page.url
    page.get_by_role("link", name="Explore").click()
    expect(page.get_by_text("Base:")).to_contain_text("noise 0.2")
    wait_for_script(page)
    page.go_back()
    shown(page, "loss-curve", at + 1)
    expect(page.get_by_label("Noise", exact=True)).to_have_value("0.2")
    wait_for_script(page)
    page.go_forward()
    expect(page.get_by_text("Base:")).to_contain_text("noise 0.2")


FOUR = "samples=200&noise=0.2&hidden_layers=4,2&learning_rate=0.3"


def entries(page: Page) -> int:
    return int(page.evaluate("history.length"))


@pytest.mark.parametrize("query", ["samples=200", FOUR])
@pytest.mark.parametrize("trains", [False, True])
def test_explore_is_one_history_entry_and_back_leads_to_the_run(
    page: Page, server: str, query: str, trains: bool
) -> None:
    open_page(page, server, f"speed=100&iterations=1000000&{query}")
    wait_for_script(page)
    before = entries(page)
    press(page, "Start")
    wait_for_iteration(page, 10)
    if not trains:
        press(page, "Pause")
    at = settled(page) if not trains else 10
    page.get_by_role("link", name="Explore").click()
    expect(page.get_by_text("Base:")).to_contain_text("training points 200")
    wait_for_script(page)
    assert entries(page) == before + 1
    page.go_back()
    expect(button(page, "Start")).to_be_visible()
    wait_for_script(page)
    assert settled(page) >= at
    assert entries(page) == before + 1
    asked = {*f"speed=100&iterations=1000000&{query}".split("&")}
    assert {*unquote(page.url).partition("?")[2].split("&")} == asked


def test_changed_settings_make_no_history_entries(explore: Callable[[str], Page]) -> None:
    page = explore(SMALL)
    wait_for_script(page)
    before = entries(page)
    page.get_by_role("button", name="Learning rate × width").click()
    page.wait_for_url("**axis2=*")
    enter(page, "Seeds", "2")
    page.wait_for_url("**seeds=2**")
    wait_for_script(page)
    assert entries(page) == before
    page.get_by_role("link", name="Playground", exact=True).click()
    shown(page, "loss-curve", 0)
    wait_for_script(page)
    enter(page, "Noise", "0.3")
    page.wait_for_url("**noise=0.3**")
    press(page, "Step")
    shown(page, "loss-curve", 1)
    assert entries(page) == before + 1


def test_both_pages_work_below_a_base_path_and_ask_no_other_server(page: Page) -> None:
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    page.on("websocket", lambda socket: urls.append(socket.url))
    with serving(base_path="class/nnlab") as (address, _):
        page.goto(f"http://{address}/explore?{AXES}&{SMALL}")
        expect(page.locator(".gallery .waits")).to_have_count(6)
        sweep(page)
        href = str(links(page).nth(1).evaluate("(cell) => cell.href"))
        assert href.startswith(f"http://{address}/?")
        links(page).nth(1).click()
        shown(page, "loss-curve", 0)
        press(page, "Step")
        for name in CHARTS:
            shown(page, name, 1)
        page.get_by_text("Equations", exact=True).click()
        expect(page.locator(".katex").first).to_be_visible()
        page.goto("about:blank")  # before its server is gone
    asked = [url for url in urls if not url.startswith(("data:", "blob:", "about:"))]
    assert {url.split("/")[2] for url in asked} == {address.split("/")[0]}
    assert any("plotly.min.js" in url for url in asked)
