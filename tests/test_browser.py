"""What only a real browser shows: frames arrive, nothing remounts, keys work, links restore."""

import re
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from nnlab import Config, advance, evaluate, predict, start
from nnlab.figures.plane import GRID_SIZE
from nnlab.plane import plane_extent
from tests.server import free_port, serving

CHARTS = ("decision-boundary", "loss-curve")
PATIENCE = 30_000  # ms that a busy machine may take


def open_page(page: Page, address: str, query: str = "") -> Page:
    page.goto(f"{address}/?{query}")
    for chart in CHARTS:
        shown(page, chart, 0)
    return page


def chart(page: Page, name: str) -> Locator:
    return page.locator(f"[data-live-chart={name}]")


def shown(page: Page, name: str, iteration: int) -> None:
    expect(chart(page, name)).to_have_attribute("data-iteration", str(iteration), timeout=PATIENCE)


def iteration(page: Page, name: str = "decision-boundary") -> int:
    return int(chart(page, name).get_attribute("data-iteration") or -1)


def status(page: Page) -> str:
    return page.locator(".stProgress").inner_text()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click(timeout=PATIENCE)


def field(page: Page, label: str) -> Locator:
    return page.get_by_label(label, exact=True)


def enter(page: Page, label: str, text: str) -> None:
    field(page, label).fill(text)
    field(page, label).press("Enter")


def wait_for_iteration(page: Page, at_least: int) -> None:
    page.wait_for_function(
        """least => [...document.querySelectorAll('[data-live-chart]')].every(
             chart => Number(chart.dataset.iteration) >= least)""",
        arg=at_least,
        timeout=PATIENCE,
    )


def settled(page: Page) -> int:
    """Wait until page and server have nothing more to say; return the boundary's iteration."""
    previous = None
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline:
        now = (status(page), *(iteration(page, name) for name in CHARTS))
        if now == previous:
            return now[1]
        previous = now
        page.wait_for_timeout(700)
    raise AssertionError(f"The page does not come to rest: {previous}")


def losses(page: Page) -> list[float]:
    """Return the training losses in the figure, without that of the present parameters."""
    series = page.evaluate(
        "Array.from(document.querySelector('[data-live-chart=loss-curve] .plot').data[0].y)"
    )
    return series[:-1]


def single(values: np.ndarray) -> list[float]:
    """Return values as they come to the page: in single precision."""
    return values.astype(np.float32).tolist()


def mark(page: Page) -> None:
    """Mark the charts' elements, to see later whether they are the same ones."""
    page.evaluate(
        """() => {
          const charts = document.querySelectorAll('[data-live-chart]');
          charts.forEach((chart) => { chart.mark = true; });
          window.marks = charts.length;
        }"""
    )


def marked(page: Page) -> bool:
    """Say whether the charts are those that were marked, all of them and no others."""
    return page.evaluate(
        """() => {
          const charts = [...document.querySelectorAll('[data-live-chart]')];
          return charts.length === window.marks && charts.every((chart) => chart.mark);
        }"""
    )


def test_frames_arrive_in_order_and_more_of_them_than_messages(page: Page, server: str) -> None:
    open_page(page, server, "speed=100")
    page.evaluate(
        """() => {
          const seen = window.seen = {};
          for (const chart of document.querySelectorAll('[data-live-chart]')) {
            const list = seen[chart.dataset.liveChart] = [];
            new MutationObserver(() => list.push(Number(chart.dataset.iteration)))
              .observe(chart, { attributeFilter: ['data-iteration'] });
          }
        }"""
    )
    press(page, "Start")
    wait_for_iteration(page, 2000)
    seen = page.evaluate("window.seen")
    for iterations in seen.values():
        assert iterations == sorted(iterations)
        assert len(set(iterations)) > 5
    assert set(seen["decision-boundary"]) - set(seen["loss-curve"])  # frames between messages


def test_a_charts_element_is_never_replaced(page: Page, server: str) -> None:
    """Not by ticks, a reset, new settings, the theme, the window, or a bad value."""
    open_page(page, server, "speed=100&samples=200")
    mark(page)
    press(page, "Start")
    wait_for_iteration(page, 500)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 800, "height": 600})
    page.wait_for_timeout(500)
    page.set_viewport_size({"width": 1366, "height": 768})
    press(page, "Reset")
    for name in CHARTS:
        shown(page, name, 0)
    enter(page, "Noise", "0.3")
    enter(page, "Hidden layers", "4")
    expect(page.get_by_text("1 hidden layer")).to_be_visible(timeout=PATIENCE)
    enter(page, "Samples", "-5")
    expect(page.get_by_text("samples must be a whole number")).to_be_visible(timeout=PATIENCE)
    page.get_by_text("Log axis").click()
    settled(page)
    assert marked(page)


def test_a_reset_between_ticks_never_costs_a_chart(page: Page, server: str) -> None:
    open_page(page, server, "speed=100&samples=100")
    mark(page)
    for wait in range(100, 500, 40):
        page.keyboard.press(" ")
        page.wait_for_timeout(wait)
        page.keyboard.press("r")
        page.wait_for_timeout(300)
        assert marked(page)
    settled(page)
    assert marked(page)


def test_pause_stops_and_picture_and_numbers_agree(page: Page, server: str) -> None:
    open_page(page, server, "speed=100")
    press(page, "Start")
    wait_for_iteration(page, 300)
    press(page, "Pause")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible(timeout=PATIENCE)
    at = settled(page)
    assert iteration(page, "loss-curve") == at
    assert status(page).startswith(f"{at:,} of 25,000 iterations")
    page.wait_for_timeout(1500)
    assert settled(page) == at


def test_the_articles_run_is_watched_from_first_to_last(page: Page, server: str) -> None:
    open_page(page, server, "speed=max")
    press(page, "Start")
    expect(page.locator(".stProgress")).to_contain_text("finished", timeout=2 * PATIENCE)
    for name in CHARTS:
        shown(page, name, 25_000)
    metrics = evaluate(advance(start(Config()), 25_000))
    expect(page.get_by_text(f"train loss {metrics.train_loss:.4f}")).to_be_visible()
    expect(page.get_by_text(f"test accuracy {metrics.test_accuracy:.1%}")).to_be_visible()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()


def test_the_picture_in_the_page_is_the_runs_own(page: Page, server: str) -> None:
    """Pixels of the canvas against the probabilities that the library gives."""
    open_page(page, server, "samples=100&hidden_layers=&learning_rate=1&speed=100")
    press(page, "Step 100")
    shown(page, "decision-boundary", 100)
    run = advance(start(Config(samples=100, hidden_layers=(), learning_rate=1)), 100)
    left, right, bottom, top = plane_extent(run.dataset)
    for row, column in ((2, 97), (97, 2), (30, 60)):
        pixel = page.evaluate(
            """([column, row]) => Array.from(
                 document.querySelector('[data-live-chart=decision-boundary] canvas')
                   .getContext('2d').getImageData(column, row, 1, 1).data.slice(0, 3))""",
            [column, row],
        )
        x1 = left + (column + 0.5) / GRID_SIZE * (right - left)
        x2 = top - (row + 0.5) / GRID_SIZE * (top - bottom)
        (probability,) = predict(run, [[x1, x2]])
        # class 0 is #f4ad66, class 1 #52a0d0: blue minus red is -142 and 126, and 0 between them
        expected = (2 * probability - 1) * (126 if probability > 0.5 else 142)
        assert pixel[2] - pixel[0] == pytest.approx(expected, abs=6)


def test_space_starts_and_pauses_arrows_step_and_r_resets(page: Page, server: str) -> None:
    open_page(page, server, "speed=100&samples=100")
    page.keyboard.press("ArrowRight")
    shown(page, "decision-boundary", 1)
    page.keyboard.press("Shift+ArrowRight")
    shown(page, "decision-boundary", 101)
    page.keyboard.press(" ")
    wait_for_iteration(page, 300)
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible(timeout=PATIENCE)
    assert settled(page) >= 300
    page.keyboard.press("r")
    shown(page, "decision-boundary", 0)


def test_space_after_a_click_on_reset_starts(page: Page, server: str) -> None:
    open_page(page, server, "speed=100&samples=100")
    press(page, "Step")
    shown(page, "loss-curve", 1)
    press(page, "Reset")
    shown(page, "loss-curve", 0)
    page.keyboard.press(" ")
    wait_for_iteration(page, 100)


def test_the_keys_work_after_a_choice_with_the_mouse(page: Page, server: str) -> None:
    open_page(page, server, "samples=100")
    page.get_by_text("100", exact=True).first.click()
    expect(page.get_by_role("button", name="Step 100")).to_be_visible(timeout=PATIENCE)
    page.keyboard.press(" ")
    wait_for_iteration(page, 100)
    page.keyboard.press("r")
    shown(page, "loss-curve", 0)


def test_the_speed_can_be_chosen_by_keyboard(page: Page, server: str) -> None:
    open_page(page, server, "samples=100")
    page.get_by_role("radio", name="10", exact=True).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Step 100")).to_be_visible(timeout=PATIENCE)
    assert settled(page) == 0


def test_keys_typed_into_a_field_stay_there(page: Page, server: str) -> None:
    open_page(page, server, "samples=100")
    widths = field(page, "Hidden layers")
    widths.click()
    widths.press("End")
    widths.press("ArrowRight")
    widths.press_sequentially(" r")
    expect(widths).to_have_value("10,5 r")
    assert settled(page) == 0


def test_zoom_and_hover_survive_ticks_and_double_click_resets(page: Page, server: str) -> None:
    open_page(page, server, "speed=10&panel=none")
    press(page, "Start")
    wait_for_iteration(page, 20)

    def axis(name: str) -> list[float]:
        return page.evaluate(
            "name => document.querySelector(`[data-live-chart=${name}] .plot`)"
            "._fullLayout.xaxis.range.map(Number)",
            name,
        )

    whole = axis("decision-boundary")
    for name in CHARTS:
        box = chart(page, name).bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x - 60, y - 60)
        page.mouse.down()
        page.mouse.move(x + 60, y + 60, steps=5)
        page.mouse.up()
    zoomed = {name: axis(name) for name in CHARTS}
    assert zoomed["decision-boundary"][1] - zoomed["decision-boundary"][0] < whole[1] - whole[0]
    now = iteration(page)
    wait_for_iteration(page, now + 100)
    assert {name: axis(name) for name in CHARTS} == zoomed
    box = chart(page, "decision-boundary").bounding_box()
    assert box
    page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_function(
        """([left, right]) => {
          const plot = document.querySelector('[data-live-chart=decision-boundary] .plot');
          const [from, to] = plot._fullLayout.xaxis.range.map(Number);
          return Math.abs(from - left) + Math.abs(to - right) < 1e-9;
        }""",
        arg=whole,
    )

    x, y = page.evaluate(
        """() => {
          const box = document.querySelector('[data-live-chart=decision-boundary] .points path')
            .getBoundingClientRect();
          return [box.x + box.width / 2, box.y + box.height / 2];
        }"""
    )
    page.mouse.move(x, y)
    label = chart(page, "decision-boundary").locator(".hovertext").first
    expect(label).to_be_visible()
    now = iteration(page)
    wait_for_iteration(page, now + 50)
    expect(label).to_be_visible()

    box = chart(page, "loss-curve").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    label = chart(page, "loss-curve").locator(".hoverlayer .legend")
    expect(label).to_be_visible()
    now = iteration(page)
    wait_for_iteration(page, now + 50)
    expect(label).to_be_visible()


def test_the_link_holds_what_differs_and_restores_the_same_run(
    page: Page, browser: Browser, server: str
) -> None:
    open_page(page, server)
    assert urlparse(page.url).query == ""
    enter(page, "Hidden layers", "4,2")
    enter(page, "Learning rate", "0.3")
    enter(page, "Samples", "100")
    page.get_by_text("100", exact=True).first.click()
    expect(page.get_by_role("button", name="Step 100")).to_be_visible(timeout=PATIENCE)
    page.wait_for_url("**/?*speed=100*")
    assert parse_qs(urlparse(page.url).query) == {
        "hidden_layers": ["4,2"],
        "learning_rate": ["0.3"],
        "samples": ["100"],
        "speed": ["100"],
    }
    other = browser.new_page()
    other.goto(page.url)
    shown(other, "loss-curve", 0)
    for tab in (page, other):
        press(tab, "Step 100")
        shown(tab, "loss-curve", 100)
    run = advance(start(Config(hidden_layers=(4, 2), learning_rate=0.3, samples=100)), 100)
    for tab in (page, other):
        assert losses(tab) == single(run.losses)  # bit for bit
    other.close()


def test_a_link_may_say_speed_max_and_no_hidden_layers(page: Page, server: str) -> None:
    open_page(page, server, "speed=max&hidden_layers=&samples=50")
    expect(page.get_by_text("0 hidden layers")).to_be_visible()
    expect(page.get_by_role("button", name="Step 1000")).to_be_visible()
    expect(field(page, "Hidden layers")).to_have_value("")
    assert parse_qs(urlparse(page.url).query, keep_blank_values=True) == {
        "speed": ["max"],
        "hidden_layers": [""],
        "samples": ["50"],
    }


def test_a_hostile_link_is_refused_in_words_and_runs_nothing(page: Page, server: str) -> None:
    page.goto(
        f"{server}/?learning_rate=1e999&hidden_layers=<img src=x onerror=window.hacked=1>"
        "&noise=<script>window.hacked=1</script>&samples=50"
    )
    shown(page, "loss-curve", 0)
    expect(page.get_by_text("The link's learning_rate must be")).to_contain_text("'1e999'")
    expect(page.get_by_text("The link's hidden_layers must be")).to_contain_text("<img src=x")
    expect(page.get_by_text("The link's noise must be")).to_contain_text("<script>")
    assert page.evaluate("window.hacked") is None
    expect(field(page, "Learning rate")).to_have_value("0.01")
    page.wait_for_url(f"{server}/?samples=50")
    mark(page)
    press(page, "Step")
    shown(page, "loss-curve", 1)
    expect(page.get_by_text("The link's noise must be")).to_have_count(0)
    assert marked(page)


def test_a_reload_in_mid_run_ends_in_the_right_picture(page: Page, server: str) -> None:
    open_page(page, server, "speed=100&samples=100&seed=7")
    press(page, "Start")
    wait_for_iteration(page, 300)
    page.reload()
    for name in CHARTS:
        shown(page, name, 0)
    expect(field(page, "Seed")).to_have_value("7")
    press(page, "Start")
    wait_for_iteration(page, 300)


def test_a_slow_first_load_shows_a_skeleton_and_ends_in_the_right_picture(
    page: Page, server: str
) -> None:
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        # 4 Mbit/s; and Plotly.js is held back until the skeleton has been seen
        {"offline": False, "latency": 100, "downloadThroughput": 500_000, "uploadThroughput": 5e5},
    )
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/plotly.min.js", hold)
    with page.expect_request("**/plotly.min.js", timeout=PATIENCE):
        page.goto(f"{server}/?speed=100&samples=100&panel=none")
    press(page, "Start")  # before the charts are there
    skeleton = page.locator(".live-chart").first
    skeleton.wait_for(timeout=PATIENCE)
    assert skeleton.get_attribute("data-iteration") is None
    assert skeleton.evaluate("e => getComputedStyle(e).animationName") == "skeleton"
    box = skeleton.bounding_box()
    assert box
    assert box["height"] > 300
    assert held
    for route in held:
        route.continue_()
    wait_for_iteration(page, 100)
    press(page, "Pause")
    at = settled(page)
    assert [iteration(page, name) for name in CHARTS] == [at, at]


def test_lost_ticks_and_a_lost_connection_end_in_the_right_picture(
    browser: Browser, server: str
) -> None:
    page = browser.new_page()  # it logs errors: its connection is lost
    routes: list[WebSocketRoute] = []
    runs = [0]  # of the script, as the server has sent them
    lossy = [True]

    def lose_every_third_tick(route: WebSocketRoute) -> None:
        routes.append(route)
        upstream = route.connect_to_server()
        route.on_message(upstream.send)

        def pass_on(data: str | bytes) -> None:
            message = ForwardMsg.FromString(data)
            runs[0] += message.WhichOneof("type") == "new_session"
            if not (lossy[0] and runs[0] > 3 and runs[0] % 3 == 0):
                route.send(data)

        upstream.on_message(pass_on)

    page.route_web_socket(re.compile("_stcore/stream"), lose_every_third_tick)
    open_page(page, server, "speed=100&samples=100")
    mark(page)
    press(page, "Start")
    wait_for_iteration(page, 1000)
    assert runs[0] > 6
    lossy[0] = False
    routes[-1].close()
    wait_for_iteration(page, iteration(page) + 1000)
    assert len(routes) > 1
    press(page, "Pause")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible(timeout=PATIENCE)
    at = settled(page)
    assert [iteration(page, name) for name in CHARTS] == [at, at]
    assert status(page).startswith(f"{at:,} of")
    assert marked(page)
    page.close()


def test_a_click_that_the_browser_tells_twice_is_one_click(browser: Browser, server: str) -> None:
    """As it does when the time for a tick comes just then: with the tick, and by itself."""
    page = browser.new_page()
    fragments: list[str] = []
    told: list[tuple[WebSocketRoute, str | bytes]] = []

    def tell_with_a_tick_first(route: WebSocketRoute) -> None:
        upstream = route.connect_to_server()

        def tell(data: str | bytes) -> None:
            message = BackMsg.FromString(data)
            widgets = message.rerun_script.widget_states.widgets
            if not (fragments and any(widget.trigger_value for widget in widgets)):
                upstream.send(data)
                return
            told.append((upstream, data))
            message.rerun_script.fragment_id = fragments[-1]
            message.rerun_script.is_auto_rerun = True
            upstream.send(message.SerializeToString())

        def note_timers(data: str | bytes) -> None:
            message = ForwardMsg.FromString(data)
            if message.WhichOneof("type") == "auto_rerun":
                fragments.append(message.auto_rerun.fragment_id)
            route.send(data)

        route.on_message(tell)
        upstream.on_message(note_timers)

    page.route_web_socket(re.compile("_stcore/stream"), tell_with_a_tick_first)
    open_page(page, server, "speed=100&samples=100&iterations=1000000")
    press(page, "Start")
    wait_for_iteration(page, 200)
    press(page, "Pause")
    page.get_by_role("button", name="Start", exact=True).wait_for(timeout=PATIENCE)
    upstream, data = told[0]
    upstream.send(data)
    settled(page)
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    page.close()


def test_the_learning_rate_stays_when_the_next_entry_comes_before_the_answer_to_it(
    browser: Browser, server: str
) -> None:
    """The slider beside it is then still where it was, and the browser says so."""
    page = browser.new_page()
    held: list[tuple[WebSocketRoute, str | bytes]] = []
    holding = False

    def hold(route: WebSocketRoute) -> None:
        upstream = route.connect_to_server()
        route.on_message(upstream.send)
        upstream.on_message(
            lambda data: held.append((route, data)) if holding else route.send(data)
        )

    page.route_web_socket(re.compile("_stcore/stream"), hold)
    open_page(page, server, "samples=100")
    settled(page)
    holding = True
    enter(page, "Learning rate", "0.3")
    page.wait_for_timeout(1000)
    enter(page, "Noise", "0.2")
    page.wait_for_timeout(1000)
    holding = False
    while held:
        route, data = held.pop(0)
        route.send(data)
    enter(page, "Seed", "3")
    page.wait_for_url("**/?*seed=3*")
    settled(page)
    expect(field(page, "Learning rate")).to_have_value("0.3")
    assert parse_qs(urlparse(page.url).query)["learning_rate"] == ["0.3"]
    page.close()


def test_a_network_that_cannot_follow_gets_fewer_ticks_and_no_growing_delay(
    browser: Browser, server: str
) -> None:
    """At 1 Mbit/s the ticks of the first second alone would be late by another second."""
    page = browser.new_page()
    bytes_per_second = 125_000
    waiting: list[tuple[WebSocketRoute, str | bytes]] = []

    def queue(route: WebSocketRoute) -> None:
        upstream = route.connect_to_server()
        route.on_message(upstream.send)
        upstream.on_message(lambda data: waiting.append((route, data)))

    def deliver(seconds: float) -> None:
        until = then = time.monotonic()
        until += seconds
        credit = 0.0
        while then < until:
            page.wait_for_timeout(20)
            now = time.monotonic()
            credit = min(credit + (now - then) * bytes_per_second, 50_000)
            then = now
            while waiting and credit >= 0:
                route, data = waiting.pop(0)
                credit -= len(data)
                route.send(data)

    page.route_web_socket(re.compile("_stcore/stream"), queue)
    page.goto(f"{server}/?speed=100&iterations=1000000")
    deliver(6)
    shown(page, "loss-curve", 0)
    page.get_by_role("button", name="Start", exact=True).click(no_wait_after=True)
    deliver(20)
    backlog = sum(len(data) for _, data in waiting)
    assert iteration(page) > 1000
    assert backlog < 3 * bytes_per_second  # without it there would be three megabytes by now
    page.close()


def test_after_a_server_restart_the_page_says_so_and_starts_again(browser: Browser) -> None:
    port = free_port()
    page = browser.new_page()  # it logs errors: its server is away
    with serving(port=port) as (address, _):
        open_page(page, f"http://{address}", "speed=100&samples=100&seed=7")
        press(page, "Start")
        wait_for_iteration(page, 500)
    with serving(port=port):
        notice = page.get_by_text("The server lost this session at iteration").first
        expect(notice).to_be_visible(timeout=2 * PATIENCE)
        expect(field(page, "Seed")).to_have_value("7")
        press(page, "Start")
        expect(notice).to_be_hidden(timeout=PATIENCE)
        wait_for_iteration(page, 200)
        page.close()


def test_the_page_works_below_a_base_path(page: Page) -> None:
    with serving(base_path="class/nnlab") as (address, _):
        open_page(page, f"http://{address}", "samples=100")
        press(page, "Step")
        shown(page, "decision-boundary", 1)


def test_no_request_leaves_the_servers_own_address(page: Page, server: str) -> None:
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    page.on("websocket", lambda socket: urls.append(socket.url))
    open_page(page, server, "speed=100&samples=100")
    press(page, "Start")
    wait_for_iteration(page, 300)
    page.get_by_text("Equations", exact=True).click()
    page.wait_for_timeout(500)
    hosts = {urlparse(url).netloc for url in urls if not url.startswith(("data:", "blob:"))}
    assert hosts == {urlparse(server).netloc}
    assert any("plotly.min.js" in url for url in urls)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_that_matters_is_above_the_fold_on_a_projector(
    page: Page, server: str, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)
    open_page(page, server)
    for name, height in (("network", 400), ("decision-boundary", 250), ("loss-curve", 130)):
        box = chart(page, name).bounding_box()
        assert box
        assert box["y"] + box["height"] <= 768
        assert box["height"] > height
    for name in ("Start", "Step", "Reset", "Replay"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_in_viewport(ratio=1)
    page.get_by_role("radio", name="Network").click()  # folds it away
    for name in CHARTS:
        page.wait_for_function(
            "name => document.querySelector(`[data-live-chart=${name}]`).clientHeight > 400",
            arg=name,
            timeout=PATIENCE,
        )
    expect(field(page, "Iterations")).to_be_in_viewport(ratio=1)
    color = chart(page, "loss-curve").locator(".xtitle").evaluate("e => getComputedStyle(e).fill")
    brightness = sum(int(part) for part in re.findall(r"\d+", color)[:3])
    assert (brightness > 384) == (scheme == "dark")


def test_the_page_stacks_on_a_phone(page: Page, server: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, server, "samples=100")
    press(page, "Step")
    shown(page, "loss-curve", 1)
    left, right = (chart(page, name).bounding_box() for name in CHARTS)
    assert left
    assert right
    assert right["y"] >= left["y"] + left["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_bad_value_in_mid_run_leaves_the_run_and_its_pictures(page: Page, server: str) -> None:
    open_page(page, server, "speed=100&samples=100")
    mark(page)
    press(page, "Start")
    wait_for_iteration(page, 200)
    enter(page, "Hidden layers", "abc")
    sentence = page.get_by_text("hidden_layers must be at most 8 whole numbers")
    expect(sentence).to_be_in_viewport(timeout=PATIENCE)
    wait_for_iteration(page, iteration(page) + 300)
    expect(chart(page, "loss-curve")).to_be_in_viewport()
    assert marked(page)


def test_charts_carry_texts_that_say_what_they_show(page: Page, server: str) -> None:
    open_page(page, server, "samples=100")
    press(page, "Step")
    shown(page, "loss-curve", 1)
    expect(
        page.get_by_role("img", name=re.compile("Decision boundary at iteration 1: "))
    ).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("Loss curve at iteration 1: "))).to_be_visible()


def test_a_closed_page_stops_computing(browser: Browser) -> None:
    with serving() as (address, process):
        page = browser.new_page()
        open_page(page, f"http://{address}", "speed=max&iterations=1000000")
        press(page, "Start")
        wait_for_iteration(page, 1000)

        def work(wait: Callable[[float], None]) -> float:
            before = process.cpu_times()
            wait(3)
            return process.cpu_times().user - before.user

        open_work = work(lambda seconds: page.wait_for_timeout(1000 * seconds))
        page.close()
        time.sleep(2)
        # the same server, the same time: an idle one has its housekeeping only
        assert work(time.sleep) < open_work / 3


def test_the_points_can_be_downloaded_in_mid_run(page: Page, server: str) -> None:
    open_page(page, server, "speed=100&samples=100&iterations=1000000")
    press(page, "Start")
    wait_for_iteration(page, 300)
    press(page, "Save")
    for _ in range(4):
        with page.expect_download(timeout=PATIENCE) as download:
            press(page, "Points (CSV)")
        assert len(download.value.path().read_text().splitlines()) == 101  # and a header
        wait_for_iteration(page, iteration(page) + 200)
