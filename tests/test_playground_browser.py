"""What only a real browser shows: frames arrive, nothing remounts, keys work, links restore."""

import re
import time
from functools import partial
from itertools import count
from urllib.parse import parse_qs, urlparse

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from nnlab import Config, advance, evaluate, start
from nnlab.app.pace import TICK_SECONDS
from tests.helpers.browser_page import (
    CHARTS,
    PATIENCE,
    HeldBack,
    button,
    chart,
    close_popover,
    double_click_until,
    download,
    drag,
    enter,
    field,
    intercept,
    iteration,
    let_timers_fire,
    losses,
    mark,
    marked,
    new_page,
    numbers,
    open_page,
    press,
    settled,
    shown,
    shows,
    single,
    status,
    tints_of_output,
    wait_for_iteration,
    wait_for_script,
    wait_in,
    watch,
)
from tests.helpers.processor import share_of_processor
from tests.helpers.server import free_port, serving
from tests.helpers.waiting import wait_until


def test_frames_arrive_in_order_and_more_of_them_than_messages(page: Page, server: str) -> None:
    open_page(page, server, "speed=100&samples=100&iterations=1000000")
    watch(page, *CHARTS)
    press(page, "Start")
    page.wait_for_function("new Set(window.seen['loss-curve']).size > 5")
    page.wait_for_function(  # frames between messages
        """() => window.seen['decision-boundary'].some(
             (iteration) => !window.seen['loss-curve'].includes(iteration))"""
    )
    for iterations in page.evaluate("window.seen").values():
        assert iterations == sorted(iterations)


def test_a_charts_element_is_never_replaced(page: Page, server: str) -> None:
    """Not by ticks, a reset, new settings, the theme, the window, or a bad value."""
    open_page(page, server, "speed=100&samples=200")
    mark(page)
    press(page, "Start")
    wait_for_iteration(page, 300)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 800, "height": 600})
    wait_for_iteration(page, iteration(page) + 200)
    page.set_viewport_size({"width": 1366, "height": 768})
    press(page, "Reset")
    for name in CHARTS:
        shown(page, name, 0)
    enter(page, "Noise", "0.3")
    enter(page, "Hidden layers", "4")
    expect(page.get_by_text("1 hidden layer")).to_be_visible()
    enter(page, "Training points", "-5")
    expect(page.get_by_text("Training points must be a whole number")).to_be_visible()
    page.get_by_text("Log axis").click()
    page.wait_for_function(
        "document.querySelector('[data-live-chart=loss-curve] .plot')"
        "._fullLayout.yaxis.type === 'log'"
    )
    assert marked(page)


def test_a_reset_between_ticks_never_costs_a_chart(page: Page, server: str) -> None:
    open_page(page, server, "speed=100&samples=100")
    mark(page)
    for reached in range(0, 700, 100):  # at 0 the reset may come before the first tick
        page.keyboard.press(" ")
        expect(button(page, "Pause")).to_be_visible()
        wait_for_iteration(page, reached)
        page.keyboard.press("r")
        expect(button(page, "Start")).to_be_visible()
        assert marked(page)
    for name in CHARTS:
        shown(page, name, 0)
    assert marked(page)


def test_pause_stops_and_picture_and_numbers_agree(page: Page, server: str) -> None:
    open_page(page, server, "speed=100")
    press(page, "Start")
    wait_for_iteration(page, 300)
    press(page, "Pause")
    at = settled(page)
    expect(status(page)).to_have_text(re.compile(rf"^{at:,} of\s25,000\siterations"))
    run = advance(start(Config()), at)
    expect(numbers(page)).to_contain_text(f"{evaluate(run).train_loss:.4f}")
    shows(page, tints_of_output(run))
    let_timers_fire(page, 500)  # a tick's among them
    press(page, "Step")
    for name in CHARTS:
        shown(page, name, at + 1)


def test_a_run_is_watched_from_first_to_last(page: Page, server: str) -> None:
    open_page(page, server, "speed=max&iterations=5000")
    press(page, "Start")
    expect(status(page)).to_contain_text("Done", timeout=2 * PATIENCE)
    for name in CHARTS:
        shown(page, name, 5000)
    metrics = evaluate(advance(start(Config()), 5000))
    expect(numbers(page)).to_contain_text(f"{metrics.train_loss:.4f}")
    expect(numbers(page)).to_contain_text(f"{metrics.test_accuracy:.1%}")
    expect(button(page, "Start")).to_be_enabled()


def test_the_picture_in_the_page_is_the_runs_own_and_texts_say_what_it_shows(
    page: Page, server: str
) -> None:
    """Pixels of the canvas against the probabilities that the library gives."""
    open_page(page, server, "samples=100&hidden_layers=&learning_rate=1&speed=100")
    press(page, "Step 100")
    shown(page, "decision-boundary", 100)
    config = Config(samples=100, hidden_layers=(), learning_rate=1)
    shows(page, tints_of_output(advance(start(config), 100)))
    plane = page.get_by_role("application", name=re.compile("Decision boundary at iteration 100: "))
    expect(plane).to_be_visible()
    curve = page.get_by_role("img", name=re.compile("Loss curve at iteration 100: "))
    expect(curve).to_be_visible()


def test_space_starts_and_pauses_arrows_step_and_r_resets(page: Page, server: str) -> None:
    open_page(page, server, "speed=100&samples=100")
    page.keyboard.press("ArrowRight")
    shown(page, "decision-boundary", 1)
    page.keyboard.press("Shift+ArrowRight")
    shown(page, "decision-boundary", 101)
    page.keyboard.press(" ")
    wait_for_iteration(page, 300)
    page.keyboard.press(" ")
    assert settled(page) >= 300
    page.keyboard.press("r")
    shown(page, "decision-boundary", 0)
    shown(page, "loss-curve", 0)
    press(page, "Step")
    shown(page, "loss-curve", 1)
    press(page, "Reset")
    shown(page, "loss-curve", 0)
    page.keyboard.press(" ")  # starts, although Reset was clicked last
    wait_for_iteration(page, 100)


def test_pause_keeps_what_is_shown_though_the_server_has_trained_on(
    page: Page, server: str
) -> None:
    ticks = count()

    def pass_on_two_ticks(upstream: WebSocketRoute, data: str | bytes) -> None:
        is_tick = server_says.holding and BackMsg.FromString(data).rerun_script.is_auto_rerun
        if not is_tick or next(ticks) < 2:
            upstream.send(data)

    server_says = HeldBack(page, pass_on_two_ticks)
    open_page(page, server, "speed=100&samples=100&iterations=1000000")
    press(page, "Start")
    wait_for_iteration(page, 300)
    server_says.holding = True
    wait_in(page, lambda: server_says.script_runs >= 2)
    press(page, "Pause")
    wait_in(page, lambda: len({iteration(page, name) for name in CHARTS}) == 1)
    at = iteration(page)
    server_says.let_go()
    assert settled(page) == at


def test_a_step_that_takes_long_shows_its_goal_and_can_be_paused(page: Page, server: str) -> None:
    open_page(page, server, "samples=10000&hidden_layers=64,64&speed=max")
    press(page, "Step 1000")
    expect(status(page)).to_have_text(re.compile(r"of\s1,000\siterations"))
    press(page, "Pause")
    assert 0 < settled(page) < 1000
    expect(status(page)).to_have_text(re.compile(r"of\s25,000\siterations"))


def test_the_keys_work_after_a_choice_with_the_mouse(page: Page, server: str) -> None:
    open_page(page, server, "samples=100")
    page.get_by_text("100", exact=True).first.click()
    expect(page.get_by_role("button", name="Step 100")).to_be_visible()
    page.keyboard.press(" ")
    wait_for_iteration(page, 100)
    page.keyboard.press("r")
    shown(page, "loss-curve", 0)


def test_keys_typed_into_a_field_or_the_speed_stay_there(page: Page, server: str) -> None:
    """A step made afterwards starts from iteration 0, so no key has moved the run."""
    open_page(page, server, "samples=100&speed=10")
    page.get_by_role("radio", name="10", exact=True).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Step 100")).to_be_visible()
    widths = field(page, "Hidden layers")
    widths.click()
    widths.press("End")
    widths.press("ArrowRight")
    widths.press_sequentially(" r")
    expect(widths).to_have_value("10,5 r")
    for _ in range(len(" r")):
        widths.press("Backspace")
    press(page, "Step 100")
    shown(page, "loss-curve", 100)
    shown(page, "decision-boundary", 100)
    expect(button(page, "Start")).to_be_visible()


def test_zoom_and_hover_survive_ticks_and_double_click_resets(page: Page, server: str) -> None:
    open_page(page, server, "speed=10&panel=none&samples=100&iterations=1000000")
    press(page, "Start")
    wait_for_iteration(page, 20)

    def axis(name: str) -> list[float]:
        return page.evaluate(
            "name => document.querySelector(`[data-live-chart=${name}] .plot`)"
            "._fullLayout.xaxis.range.map(Number)",
            name,
        )

    def middle(name: str) -> tuple[float, float]:
        box = chart(page, name).bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    whole = axis("decision-boundary")
    zoomed = {}
    for name in CHARTS:
        x, y = middle(name)
        drag(page, (x - 60, y - 60), (x + 60, y + 60), steps=5)
        # smaller than the plane, and begun behind 0, which a curve that grows never is
        page.wait_for_function(
            """([name, least]) => document.querySelector(`[data-live-chart=${name}] .plot`)
                 ._fullLayout.xaxis.range[0] > least""",
            arg=[name, whole[0] + 0.1 if name == "decision-boundary" else 1],
        )
        zoomed[name] = axis(name)
    wait_for_iteration(page, iteration(page) + 50)
    assert {name: axis(name) for name in CHARTS} == zoomed

    double_click_until(
        page,
        middle("decision-boundary"),
        lambda: axis("decision-boundary") == pytest.approx(whole, abs=1e-9),
    )

    x, y = page.evaluate(
        """() => {
          const box = document.querySelector('[data-live-chart=decision-boundary] .points path')
            .getBoundingClientRect();
          return [box.x + box.width / 2, box.y + box.height / 2];
        }"""
    )
    page.mouse.move(x, y)
    label = chart(page, "decision-boundary").locator(".answer")
    expect(label).to_contain_text("point: the network says")
    wait_for_iteration(page, iteration(page) + 30)
    expect(label).to_contain_text("point: the network says")

    page.mouse.move(*middle("loss-curve"))
    label = chart(page, "loss-curve").locator(".hoverlayer .legend")
    expect(label).to_be_visible()
    wait_for_iteration(page, iteration(page) + 30)
    expect(label).to_be_visible()


def test_the_link_holds_what_differs_and_restores_the_same_run(
    page: Page, context: BrowserContext, server: str
) -> None:
    open_page(page, server)
    assert urlparse(page.url).query == ""
    enter(page, "Hidden layers", "4,2")
    enter(page, "Learning rate", "0.3")
    enter(page, "Training points", "100")
    page.get_by_text("100", exact=True).first.click()
    link = {
        "hidden_layers": ["4,2"],
        "learning_rate": ["0.3"],
        "samples": ["100"],
        "speed": ["100"],
    }
    page.wait_for_url(lambda url: parse_qs(urlparse(url).query) == link)
    expect(page.get_by_role("button", name="Step 100")).to_be_visible()
    other = context.new_page()
    other.goto(page.url)
    shown(other, "loss-curve", 0)
    for tab in (page, other):
        press(tab, "Step 100")
        shown(tab, "loss-curve", 100)
    run = advance(start(Config(hidden_layers=(4, 2), learning_rate=0.3, samples=100)), 100)
    for tab in (page, other):
        assert losses(tab) == single(run.losses)  # bit for bit
    other.close()


def test_a_link_may_say_no_hidden_layers_and_drops_the_default_speed(
    page: Page, server: str
) -> None:
    open_page(page, server, "speed=max&hidden_layers=&samples=50")
    expect(page.get_by_text("0 hidden layers")).to_be_visible()
    expect(page.get_by_role("button", name="Step 1000")).to_be_visible()
    expect(field(page, "Hidden layers")).to_have_value("")
    settled(page)
    assert parse_qs(urlparse(page.url).query, keep_blank_values=True) == {
        "hidden_layers": [""],
        "samples": ["50"],
    }


def test_a_hostile_link_is_refused_in_words_and_runs_nothing(page: Page, server: str) -> None:
    page.goto(
        f"{server}/?learning_rate=1e999&hidden_layers=<img src=x onerror=window.hacked=1>"
        "&noise=<script>window.hacked=1</script>&samples=50"
    )
    shown(page, "loss-curve", 0)
    expect(page.get_by_text("The link's noise must be")).to_contain_text("<script>")
    press(page, "… and 2 more")
    expect(page.get_by_text("The link's learning rate must be")).to_contain_text("'1e999'")
    expect(page.get_by_text("The link's hidden layers must be")).to_contain_text("<img src=x")
    close_popover(page)
    assert page.evaluate("window.hacked") is None
    expect(field(page, "Learning rate")).to_have_value("0.01")
    page.wait_for_url(f"{server}/?samples=50")
    mark(page)
    press(page, "Step")
    shown(page, "loss-curve", 1)
    expect(page.get_by_text("The link's noise must be")).to_have_count(0)
    assert marked(page)


def test_space_starts_the_run_however_soon_it_comes_after_a_click(page: Page, server: str) -> None:
    """Both come in one task of the browser, as they may while it is busy."""
    open_page(page, server, "samples=50&iterations=100")
    page.get_by_role("radio", name="100", exact=True).evaluate(
        """(radio) => {
          radio.focus();
          radio.dispatchEvent(new MouseEvent('click', { detail: 1, bubbles: true }));
          radio.dispatchEvent(new KeyboardEvent('keydown', { key: ' ', bubbles: true }));
        }"""
    )
    wait_in(page, lambda: settled(page) == 100)


# Whether nothing lies over an element's first or last corner, and both are on the screen.
WHOLE = """(element) => {
  const { left, top, right, bottom } = element.getBoundingClientRect();
  return [[left + 1, top + 1], [right - 2, bottom - 2]].every(
    ([x, y]) => element.contains(document.elementFromPoint(x, y)));
}"""


@pytest.mark.parametrize("size", [(1366, 768), (1024, 768)])
@pytest.mark.parametrize("path", ["", "explore"])
def test_all_refusals_of_a_link_can_be_read_without_scrolling(
    page: Page, server: str, path: str, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    bad = ("activation", "features", "output_loss", "learning_rate", "noise", "samples")
    page.goto(f"{server}/{path}?{'&'.join(f'{name}=bad' for name in bad)}")
    expect(button(page, "… and 5 more")).to_be_visible()
    wait_for_script(page)

    def all_are_listed() -> bool:
        press(page, "… and 5 more")  # a page that is still drawn may close the list again
        let_timers_fire(page, 500)
        return page.get_by_text("The default is used instead.").locator("visible=true").count() > 5

    wait_in(page, all_are_listed)
    for name in bad:
        sentence = page.get_by_text(f"The link's {name.replace('_', ' ')} must")
        expect(sentence).to_contain_text("The default is used instead.")
        wait_in(page, partial(sentence.evaluate, WHOLE))  # the popover slides in


def test_a_reload_in_mid_run_ends_in_the_right_picture(page: Page, server: str) -> None:
    open_page(page, server, "speed=100&samples=100&seed=7")
    press(page, "Start")
    wait_for_iteration(page, 300)
    page.reload()
    for name in CHARTS:
        shown(page, name, 0)
    expect(page.get_by_role("button", name="normal weights, seed 7")).to_be_visible()
    press(page, "Start")
    wait_for_iteration(page, 300)


def test_a_slow_first_load_shows_a_skeleton_and_ends_in_the_right_picture(
    browser: Browser, server: str
) -> None:
    page = new_page(browser)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        # 16 Mbit/s; and Plotly.js is held back until the skeleton has been seen
        {"offline": False, "latency": 100, "downloadThroughput": 2e6, "uploadThroughput": 5e5},
    )
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/plotly.min.js", hold)
    with page.expect_request("**/plotly.min.js"):
        page.goto(f"{server}/?speed=100&samples=100&panel=none")
    press(page, "Start")  # before the charts are there
    skeleton = page.locator(".live-chart").first
    skeleton.wait_for()
    assert skeleton.get_attribute("data-iteration") is None
    expect(skeleton).to_have_css("animation-name", "skeleton")
    wait_in(page, lambda: (skeleton.bounding_box() or {"height": 0})["height"] > 300)
    assert held
    for route in held:
        route.continue_()
    wait_for_iteration(page, 100)
    press(page, "Pause")
    assert settled(page) >= 100
    page.close()


def test_lost_ticks_and_a_lost_connection_end_in_the_right_picture(
    browser: Browser, server: str
) -> None:
    page = new_page(browser)
    routes: list[WebSocketRoute] = []
    runs = [0]  # of the script, as the server has sent them
    lossy = [True]

    def lose_every_third_tick(route: WebSocketRoute, data: str | bytes) -> None:
        if route not in routes:
            routes.append(route)
        message = ForwardMsg.FromString(data)
        runs[0] += message.WhichOneof("type") == "new_session"
        if not (lossy[0] and runs[0] > 3 and runs[0] % 3 == 0):
            route.send(data)

    intercept(page, from_server=lose_every_third_tick)
    open_page(page, server, "speed=100&samples=100&iterations=1000000")
    mark(page)
    press(page, "Start")
    wait_for_iteration(page, 1000)
    assert runs[0] > 6
    lossy[0] = False
    routes[-1].close()
    wait_for_iteration(page, iteration(page) + 500)
    assert len(routes) > 1
    press(page, "Pause")
    at = settled(page)
    expect(status(page)).to_have_text(re.compile(f"^{at:,} of"))
    assert marked(page)
    page.close()


def test_the_learning_rate_stays_when_the_next_entry_comes_before_the_servers_reply(
    page: Page, server: str
) -> None:
    """The slider beside it has not moved yet, and the browser sends its old value."""
    server_says = HeldBack(page)

    def enter_unanswered(label: str, text: str) -> None:
        before = server_says.script_runs
        enter(page, label, text)
        wait_in(page, lambda: server_says.script_runs > before)  # before the next one comes

    open_page(page, server, "samples=100")
    settled(page)
    server_says.holding = True
    enter_unanswered("Learning rate", "0.3")
    enter_unanswered("Noise", "0.2")
    server_says.let_go()
    enter(page, "Iterations", "300")
    page.wait_for_url("**/?*iterations=300*")
    settled(page)
    expect(field(page, "Learning rate")).to_have_value("0.3")
    assert parse_qs(urlparse(page.url).query)["learning_rate"] == ["0.3"]


def test_a_network_that_cannot_follow_gets_fewer_ticks_until_it_can_again(
    page: Page, server: str
) -> None:
    """Each message takes so long that the page would fall further behind with every tick."""
    seconds = [0.0]  # that each message takes
    waiting: list[tuple[float, WebSocketRoute, str | bytes]] = []
    intervals: list[float] = []

    def delay(route: WebSocketRoute, data: str | bytes) -> None:
        waiting.append((time.monotonic() + seconds[0], route, data))
        if not seconds[0]:
            deliver()

    def deliver() -> None:
        while waiting and waiting[0][0] <= time.monotonic():
            _, route, data = waiting.pop(0)
            message = ForwardMsg.FromString(data)
            if message.WhichOneof("type") == "auto_rerun":
                intervals.append(message.auto_rerun.interval)
            route.send(data)

    intercept(page, from_server=delay)
    open_page(page, server, "speed=100&samples=100&iterations=1000000")
    seconds[0] = 3  # far longer than a page waits until it reports that it is behind
    press(page, "Start")

    def the_ticks_are_slower() -> bool:
        deliver()
        return any(interval > 3.9 * TICK_SECONDS for interval in intervals)

    wait_in(page, the_ticks_are_slower)
    assert intervals[0] == pytest.approx(TICK_SECONDS)
    slow = len(intervals)
    seconds[0] = 0

    def they_are_as_quick_again() -> bool:
        deliver()
        return any(interval == pytest.approx(TICK_SECONDS) for interval in intervals[slow:])

    wait_in(page, they_are_as_quick_again)


def test_after_a_server_restart_the_page_says_so_and_starts_again(browser: Browser) -> None:
    port = free_port()
    page = new_page(
        browser
    )  # not the fixture's page: this one logs errors while its server is down
    with serving(port=port) as (address, _):
        open_page(page, f"http://{address}", "speed=100&samples=100&seed=7")
        press(page, "Start")
        wait_for_iteration(page, 300)
    with serving(port=port):
        notice = page.get_by_text("The server has lost this session, so the run at iteration")
        expect(notice).to_be_visible(timeout=2 * PATIENCE)
        expect(page.get_by_role("button", name="normal weights, seed 7")).to_be_visible()
        press(page, "Start")
        expect(notice).to_be_hidden()
        wait_for_iteration(page, 200)
        page.close()


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
    open_page(page, server, "speed=100&samples=100&iterations=1000000")
    mark(page)
    press(page, "Start")
    wait_for_iteration(page, 200)
    enter(page, "Hidden layers", "abc")
    sentence = page.get_by_text("Hidden layers must be at most 8 whole numbers")
    expect(sentence).to_be_in_viewport()
    wait_for_iteration(page, iteration(page) + 300)
    expect(chart(page, "loss-curve")).to_be_in_viewport()
    assert marked(page)


def test_a_closed_page_stops_computing(
    page: Page, server: str, server_process: psutil.Process
) -> None:
    def wait_until_server(works: bool) -> None:
        # an idle server takes hundredths, for its housekeeping
        wait_until(lambda: (share_of_processor(lambda: [server_process], 0) > 0.1) == works)

    open_page(page, server, "speed=max&samples=100&iterations=1000000")
    wait_until_server(False)
    press(page, "Start")
    wait_for_iteration(page, 1000)
    wait_until_server(True)
    page.close()
    wait_until_server(False)


def test_the_points_can_be_downloaded_in_mid_run(page: Page, server: str) -> None:
    open_page(page, server, "speed=100&samples=100&iterations=1000000")
    press(page, "Start")
    wait_for_iteration(page, 300)
    press(page, "Save")
    for _ in range(2):
        saved = download(page, "Points (CSV)")
        assert len(saved.read_text().splitlines()) == 101  # and a header
        wait_for_iteration(page, iteration(page) + 200)


def test_the_loss_axis_follows_the_bulk_of_the_curve_and_says_what_it_cuts_off(
    page: Page, server: str
) -> None:
    """The article's loss falls from 1.7 to 0.7 within some 100 iterations, and then stands."""
    open_page(page, server, "panel=none&speed=max")
    press(page, "Step")
    shown(page, "loss-curve", 1)
    curve = chart(page, "loss-curve")
    top = "document.querySelector('[data-live-chart=loss-curve] .plot')._fullLayout.yaxis.range[1]"
    first = evaluate(start(Config())).train_loss
    assert page.evaluate(top) >= first  # at first it is all that there is
    press(page, "Step 1000")
    shown(page, "loss-curve", 1001)
    assert 0.7 < page.evaluate(top) <= 1.2
    assert page.evaluate(top) < first
    texts = curve.locator(".textpoint")
    expect(texts.filter(has_text=f"{first:.2g}")).to_have_count(1)
    for name in ("train", "test"):
        expect(texts.filter(has_text=name)).to_have_count(1)
