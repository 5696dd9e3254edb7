"""What the browser tests do with a page: open it, press buttons, wait, read it."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from nnlab import Run, predict
from nnlab.app import navigation
from nnlab.app.playground import page as playground
from nnlab.data.plane import plane_extent
from nnlab.figures.points import LEGEND
from nnlab.figures.style import LIGHT
from nnlab.inspection.plane_view import GRID_SIZE
from tests.helpers.pictures import rgb
from tests.helpers.waiting import PATIENCE_SECONDS, wait_until

CHARTS = ("decision-boundary", "loss-curve")
PATIENCE = 1000 * PATIENCE_SECONDS  # ms, for Playwright
PLOT = "document.querySelector('[data-live-chart=decision-boundary] .plot')"

# Pixels of the large chart as row and column, and blue minus red of the light plane's end colours;
# between them it is 0.
PLACES = ((2, 97), (97, 2), (30, 60), (55, 20))
REDDEST, BLUEST = (rgb(color)[2] - rgb(color)[0] for color in LIGHT.plane[:2])

# The iteration that the page says, once the run is paused, the script has ended and all charts show
# that iteration; else null.
AT_REST = """() => {
  const { testScriptState } = document.querySelector('.stApp').dataset;
  if (testScriptState !== 'notRunning' || !document.querySelector('.st-key-start')) return null;
  const status = document.querySelector('.stProgress');
  if (!status) return null;
  const [said] = status.innerText.match(/[0-9][0-9,]*/) ?? ['0'];
  const iteration = Number(said.replaceAll(',', ''));
  const charts = [...document.querySelectorAll('[data-live-chart]')];
  const all = charts.every((chart) => chart.dataset.iteration === String(iteration));
  return all ? { iteration } : null;
}"""


def wait_for_script(page: Page) -> None:
    """Wait until the server has drawn the whole page.

    Until then, fields of the previous page may be beside the new ones, and the server may still
    change the address, which overtakes a Back.
    """
    page.wait_for_function(
        "document.querySelector('.stApp').dataset.testScriptState === 'notRunning'"
    )


def state_of(page: Page) -> str:
    """Say what a page shows: its address, its script's state, its charts, focus and text."""
    state: str = page.evaluate(
        """() => [
          location.href,
          `script: ${document.querySelector(".stApp")?.dataset.testScriptState}`,
          ...Array.from(document.querySelectorAll("[data-live-chart]"),
            ({ dataset }) => `${dataset.liveChart}: ${dataset.iteration}`),
          `disabled: ${Array.from(document.querySelectorAll("button:disabled"),
            ({ innerText }) => innerText)}`,
          `focus: ${document.activeElement?.outerHTML.slice(0, 200)}`,
          document.body.innerText,
        ].join("\\n")"""
    )
    return state


def let_timers_fire(page: Page, milliseconds: int) -> None:
    """Wait for a timer of the page, which fires after all timers that are due before it.

    So what the page does by itself has happened, however slow the machine is. The server handles
    what the page has sent by then before it handles what is sent next.
    """
    page.evaluate("(wait) => new Promise((done) => { setTimeout(done, wait); })", milliseconds)


def wait_in(page: Page, holds: Callable[[], object]) -> None:
    """Wait until something holds, and handle the page's events meanwhile."""
    wait_until(holds, lambda seconds: page.wait_for_timeout(1000 * seconds))


def double_click_until(page: Page, place: tuple[float, float], holds: Callable[[], object]) -> None:
    """Double-click until something holds: on a busy machine the two clicks may be too far apart."""

    def holds_after_a_double_click() -> object:
        page.mouse.dblclick(*place)
        let_timers_fire(page, 500)  # Plotly waits for a third click
        return holds()

    wait_in(page, holds_after_a_double_click)


def new_page(browser: Browser) -> Page:
    """Open a page with an empty cache, and whose errors fail no test."""
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    return page


def wait_for_style(page: Page, *files: Path) -> None:
    """Wait for style sheets of the page: they may come a moment after its first widgets."""
    page.wait_for_function(
        """begins => begins.every((begin) => [...document.querySelectorAll("style")].some(
          ({ textContent }) => textContent.includes(begin)))""",
        arg=[file.read_text()[:80] for file in files],
    )


def open_page(page: Page, address: str, query: str = "") -> Page:
    page.goto(f"{address}/?{query}")
    for name in CHARTS:
        shown(page, name, 0)
    wait_for_style(page, navigation.STYLE, playground.STYLE)
    # The code of buttons comes in a file of its own. Until it has come, a key does nothing.
    expect(page.locator(".st-key-start button, .st-key-pause button").first).to_be_attached()
    expect(page.locator(".keyboard button")).to_be_attached()  # else a key does nothing yet
    return page


def numbers(page: Page) -> Locator:
    """Return the table of the run's metrics."""
    return page.locator(".st-key-live table")


def chart(page: Page, name: str) -> Locator:
    return page.locator(f"[data-live-chart={name}]")


def legend_of(page: Page) -> Locator:
    """Return what names the classes on the plane."""
    return chart(page, "decision-boundary").locator(f".annotation[data-index='{LEGEND}'] text")


def shown(page: Page, name: str, iteration: int) -> None:
    expect(chart(page, name)).to_have_attribute("data-iteration", str(iteration))


def iteration(page: Page, name: str = "decision-boundary") -> int:
    return int(chart(page, name).get_attribute("data-iteration") or -1)


def status(page: Page) -> Locator:
    return page.locator(".stProgress")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def press(page: Page, name: str) -> None:
    button(page, name).click()


def press_in_sidebar(page: Page, name: str) -> None:
    """Press a button that the diagram has, too."""
    page.get_by_test_id("stSidebar").get_by_role("button", name=name, exact=True).click()


def field(page: Page, label: str) -> Locator:
    """Return a field of the page, not one that Streamlit hides until the script run has ended."""
    return page.get_by_label(label, exact=True).and_(page.locator(":not([data-retained] *)"))


def open_popover(page: Page, name: str) -> None:
    """Open a popover by its key: the label of one in the sidebar says what it holds."""
    page.locator(f".st-key-{name} button:visible").click()
    expect(page.get_by_test_id("stPopoverBody")).to_be_visible()


def close_popover(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a list by its name on the page."""
    field(page, label).click()
    page.get_by_role("option", name=option, exact=True).click()


def press_one_of(page: Page, group: str, name: str) -> None:
    """Press one of several buttons of which one is always chosen."""
    page.get_by_role("radiogroup", name=group).get_by_role("radio", name=name, exact=True).click()


def enter(page: Page, label: str, text: str) -> None:
    field(page, label).fill(text)
    field(page, label).press("Enter")


def wait_for_iteration(page: Page, at_least: int) -> None:
    page.wait_for_function(
        """least => [...document.querySelectorAll('[data-live-chart]')].every(
             chart => Number(chart.dataset.iteration) >= least)""",
        arg=at_least,
    )


def settled(page: Page) -> int:
    """Wait until the run rests and all charts show the iteration in the status; return it.

    It does not wait for a request that has changed nothing yet.
    """
    return page.wait_for_function(AT_REST).json_value()["iteration"]


def losses(page: Page) -> list[float]:
    """Return the training losses in the figure, without the last one, of the present parameters."""
    series = page.evaluate(
        "Array.from(document.querySelector('[data-live-chart=loss-curve] .plot').data[0].y)"
    )
    return series[:-1]


def single(values: np.ndarray) -> list[float]:
    """Return values in single precision, as they are sent to the page."""
    return values.astype(np.float32).tolist()


def mark(page: Page) -> None:
    """Remember the charts' elements, so that `marked` can find out whether they were replaced."""
    page.evaluate("window.marks = [...document.querySelectorAll('[data-live-chart]')]")


def marked(page: Page) -> bool:
    """Return whether the charts that were marked are still those of the page.

    There may be more: a chart begins to show as soon as its place is drawn.
    """
    return page.evaluate(
        """() => marks.every((chart) => (
          chart === document.querySelector(`[data-live-chart=${chart.dataset.liveChart}]`)
        ))"""
    )


def watch(page: Page, *names: str) -> None:
    """Record in `window.seen`, by chart, each iteration that is drawn from now on."""
    page.evaluate(
        """names => {
          window.seen = {};
          for (const name of names) {
            const chart = document.querySelector(`[data-live-chart=${name}]`);
            const list = window.seen[name] = [];
            new MutationObserver(() => list.push(Number(chart.dataset.iteration)))
              .observe(chart, { attributeFilter: ['data-iteration'] });
          }
        }""",
        names,
    )


def plane_ranges(page: Page) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the ends of both axes of the plane as it is shown: x1, then x2."""
    left, right, low, high = page.evaluate(
        f"""() => {{
          const {{ xaxis, yaxis }} = {PLOT}._fullLayout;
          return [...xaxis.range, ...yaxis.range];
        }}"""
    )
    return (left, right), (low, high)


def place(page: Page, x1: float, x2: float) -> tuple[float, float]:
    """Return the place on the screen of a point of the plane."""
    x, y = page.evaluate(
        f"""([x1, x2]) => {{
          const {{ xaxis, yaxis }} = {PLOT}._fullLayout;
          const box = {PLOT}.getBoundingClientRect();
          return [box.x + xaxis._offset + xaxis.d2p(x1), box.y + yaxis._offset + yaxis.d2p(x2)];
        }}""",
        [x1, x2],
    )
    return x, y


def drag(page: Page, *places: tuple[float, float], steps: int = 20) -> None:
    """Press the mouse button at the first place and release it at the last one."""
    page.mouse.move(*places[0])
    page.mouse.down()
    for at in places[1:]:
        page.mouse.move(*at, steps=steps)
    page.mouse.up()


def download(page: Page, name: str) -> Path:
    """Press a button that saves a file; return the file's path."""
    with page.expect_download() as download_info:
        press(page, name)
    return Path(download_info.value.path())


def _pass_on(to: WebSocketRoute, data: str | bytes) -> None:
    to.send(data)


def intercept(
    page: Page,
    *,
    from_page: Callable[[WebSocketRoute, str | bytes], None] = _pass_on,
    from_server: Callable[[WebSocketRoute, str | bytes], None] = _pass_on,
) -> None:
    """Pass the messages of page and server through functions; each gets the receiver, too."""

    def connect(route: WebSocketRoute) -> None:
        upstream = route.connect_to_server()
        route.on_message(lambda data: from_page(upstream, data))
        upstream.on_message(lambda data: from_server(route, data))

    page.route_web_socket(re.compile("_stcore/stream"), connect)


class HeldBack:
    """The server's messages to a page, held back for a while; make it before the page is opened.

    Attributes
    ----------
    holding : messages wait from now on, until `let_go`
    """

    def __init__(
        self, page: Page, from_page: Callable[[WebSocketRoute, str | bytes], None] = _pass_on
    ) -> None:
        self.holding = False
        self._held: list[tuple[WebSocketRoute, str | bytes]] = []
        intercept(page, from_page=from_page, from_server=self._hold)

    def _hold(self, to: WebSocketRoute, data: str | bytes) -> None:
        self._held.append((to, data))
        if not self.holding:
            self.let_go()

    @property
    def script_runs(self) -> int:
        """Return how many ends of script runs are held back."""
        kinds = [ForwardMsg.FromString(data).WhichOneof("type") for _, data in self._held]
        return kinds.count("script_finished")

    def let_go(self) -> None:
        """Send what is held back, and hold nothing more."""
        self.holding = False
        while self._held:
            to, data = self._held.pop(0)
            to.send(data)


class Cable:
    """The connection of a page to its server, which can fail; make it before the page is opened.

    Attributes
    ----------
    is_dead : messages are lost, though page and server do not know yet
    refused : how often the page has tried to connect while the cable was cut
    """

    def __init__(self, page: Page) -> None:
        self.is_dead, self.refused = False, 0
        self._is_cut = False
        self._ends: list[WebSocketRoute] = []
        page.route_web_socket(re.compile("_stcore/stream"), self._connect)

    def _connect(self, route: WebSocketRoute) -> None:
        if self._is_cut:
            self.refused += 1
            route.close()
            return
        server = route.connect_to_server()
        self._ends = [route, server]
        route.on_message(lambda data: self._send(server, data))
        server.on_message(lambda data: self._send(route, data))

    def _send(self, to: WebSocketRoute, data: str | bytes) -> None:
        if not self.is_dead:
            to.send(data)

    def cut(self) -> None:
        """Let page and server know that they are not connected; the page cannot connect again."""
        self._is_cut = True
        for end in self._ends:
            end.close()

    def mend(self) -> None:
        """Let the page connect again."""
        self._is_cut = self.is_dead = False


def pixels(page: Page, places: Sequence[tuple[int, int]] = PLACES) -> NDArray[np.int_]:
    """Return red, green and blue of the large chart's pixels at rows and columns, (n, 3)."""
    colors = page.evaluate(
        """places => {
          const context = document.querySelector('[data-live-chart=decision-boundary] canvas')
            .getContext('2d');
          return places.map(([row, column]) => Array.from(
            context.getImageData(column, row, 1, 1).data.slice(0, 3)));
        }""",
        list(places),
    )
    return np.array(colors)


def positions(run: Run) -> NDArray[np.float64]:
    """Return the points of the plane at PLACES, (n, 2)."""
    left, right, bottom, top = plane_extent(run.dataset)
    rows, columns = (np.array(PLACES).T + 0.5) / GRID_SIZE
    return np.column_stack([left + columns * (right - left), top - rows * (top - bottom)])


def tints(shares: np.ndarray) -> NDArray[np.float64]:
    """Return blue minus red of values from -1 to 1."""
    return np.where(shares > 0, shares * BLUEST, -shares * REDDEST)


def tints_of_output(run: Run) -> NDArray[np.float64]:
    """Return blue minus red of a run's probabilities at PLACES."""
    return tints(2 * predict(run, positions(run)) - 1)


def shows(page: Page, tint: np.ndarray) -> None:
    """Wait until the large chart has these tints, to within the rounding of its 128 levels."""

    def differences() -> NDArray[np.float64]:
        red, _, blue = pixels(page).T
        return np.abs(blue - red - tint)

    wait_in(page, lambda: differences().max() <= 2)
