"""Measure in a real browser how live the playground is, beside the same page by st.plotly_chart.

    python -m tests.benchmarks.live [--runs 3] [--seconds 8]

Needs tests/requirements.txt and a Chromium. Each run opens the playground with its diagram shown,
then folded away, and the other page, one after the other, presses Start, watches for so many
seconds, and presses Pause; then it times the article's 25,000 iterations at speed Max, and drags
the time line's slider to and fro. A frame is an iteration that stands
in the page when the browser is about to paint, looked at on every animation frame:
`data-iteration` on the playground; on the other page the iteration in the figure's title, once its
points or lines (and the heatmap) are there too. Pause is timed from the click, in the page, to the
last change of any chart. kB are what the websocket received, unpacked; a message is one of its
frames.
"""

import argparse
import math
import statistics
import time
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page

from tests.helpers.chromium import chromium
from tests.helpers.machine import machine
from tests.helpers.server import APP, ROOT, serving

POINTS = 1000
ARTICLE_ITERATIONS = 25_000
CLOSED_ITERATIONS = 15_000  # 97 % of the training points are right
WARM_UP_SECONDS = 2
SETTLE_SECONDS = 4  # after Pause, for what is still to come
DRAG_PERIOD_SECONDS = 6  # in which the slider goes to the start and back

# Each finds the charts that stand in the page: [name, element, iteration or NaN].
FIND_LIVE_CHARTS = """
() => [...document.querySelectorAll('[data-live-chart]')].map(
  (chart) => [chart.dataset.liveChart, chart, Number(chart.dataset.iteration)])
"""
FIND_PLOTLY_CHARTS = """
() => ['decision-boundary', 'loss-curve'].flatMap((name) => {
  const chart = document.querySelector(`.st-key-${name} .js-plotly-plot`);
  if (!chart) return [];
  const drawn = chart.querySelector('.scatterlayer path')
    && (name !== 'decision-boundary' || chart.querySelector('.heatmaplayer image'));
  const title = chart.querySelector('.gtitle')?.textContent.match(/\\d+/);
  return [[name, chart, drawn && title ? Number(title[0]) : NaN]];
})
"""
COUNT_RECEIVED = """
window.WebSocket = class extends WebSocket {
  constructor(...options) {
    super(...options);
    this.addEventListener('message', ({ data }) => {
      const size = data.byteLength ?? data.size ?? data.length;
      window.received = (window.received ?? 0) + size;
      window.largest = Math.max(window.largest ?? 0, size);
    });
  }
};
"""
WATCH = """
const charts = (window.benchmark = { charts: {}, clicked: 0 }).charts;
addEventListener('click', () => { window.benchmark.clicked = performance.now(); }, true);
const look = () => {
  for (const [name, element, iteration] of find()) {
    const chart = (charts[name] ??= { frames: 0, remounts: 0, changed: 0, element });
    if (chart.element !== element) { chart.element = element; chart.remounts += 1; }
    if (!Number.isNaN(iteration) && chart.iteration !== iteration) {
      Object.assign(chart, { iteration, frames: chart.frames + 1, changed: performance.now() });
    }
  }
  requestAnimationFrame(look);
};
look();
"""
READ = """
() => ({ now: performance.now(), clicked: window.benchmark.clicked, received: window.received,
  largest: window.largest,
  charts: Object.fromEntries(Object.entries(window.benchmark.charts).map(
    ([name, { element, ...counts }]) => [name, counts])) })
"""
DRAWN = """
(iteration) => {
  const charts = Object.values(window.benchmark.charts);
  return charts.length > 1 && charts.every((chart) => chart.iteration >= iteration);
}
"""


@dataclass(frozen=True)
class Row:
    """A row of the table: its label, the figure's key and digits.

    And what is to be reached with the diagram shown, and with it folded away.
    """

    label: str
    key: str
    digits: int
    goal: str
    folded_goal: str


ROWS = (
    Row("decision boundary, frames per second", "decision-boundary", 1, "24", "30"),
    Row("loss curve, frames per second", "loss-curve", 1, "8", "12"),
    Row("thumbnails, frames per second", "network", 1, "8", ""),
    Row("iterations per second", "iterations", 0, "", ""),
    Row("remounts while training", "remounts", 0, "0", "0"),
    Row("Pause takes effect, ms", "pause", 0, "300", "300"),
    Row("kB received per boundary frame", "kilobytes", 1, "20", "20"),
    Row("kB of the largest message", "largest", 1, "60", "60"),
    Row("console errors", "errors", 0, "0", "0"),
)


class Visit:
    """A page opened in a context of its own, with its charts watched and its traffic counted."""

    def __init__(self, browser: Browser, url: str, find: str) -> None:
        self.page: Page = browser.new_page(viewport={"width": 1366, "height": 768})
        self.errors: list[str] = []
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.add_init_script(COUNT_RECEIVED)
        self.page.goto(url)
        self.button("Start").wait_for(timeout=60_000)
        self.page.evaluate(f"() => {{ const find = {find}; {WATCH} }}")
        self.page.wait_for_function(DRAWN, arg=0, timeout=60_000)
        self.wait(WARM_UP_SECONDS)

    def _note_console(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def button(self, name: str) -> Any:
        """Return the button of this accessible name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def wait(self, seconds: float) -> None:
        """Let the page go on for so long."""
        self.page.wait_for_timeout(seconds * 1000)

    def read(self) -> dict:
        """Return the counts of all charts up to now."""
        counts: dict = self.page.evaluate(READ)
        return counts


def measure(browser: Browser, url: str, find: str, seconds: float) -> dict[str, float]:
    """Train for so long, pause, and return the table's figures by key."""
    visit = Visit(browser, url, find)
    visit.button("Start").click()
    visit.button("Pause").wait_for()
    visit.wait(WARM_UP_SECONDS)
    visit.page.evaluate("window.largest = 0")  # not the page's own parts
    before = visit.read()
    visit.wait(seconds)
    after = visit.read()
    visit.button("Pause").click()
    visit.wait(SETTLE_SECONDS)
    paused = visit.read()
    visit.page.close()
    for error in visit.errors[:3]:
        print("console error:", error[:300])

    def gained(chart: str, count: str) -> float:
        if chart not in before["charts"]:
            return math.nan
        return after["charts"][chart][count] - before["charts"][chart][count]

    elapsed = (after["now"] - before["now"]) / 1000
    changed = max(chart["changed"] for chart in paused["charts"].values())
    frames = gained("decision-boundary", "frames")
    return {
        "decision-boundary": frames / elapsed,
        "loss-curve": gained("loss-curve", "frames") / elapsed,
        "network": gained("network", "frames") / elapsed,
        "iterations": gained("decision-boundary", "iteration") / elapsed,
        "remounts": sum(gained(chart, "remounts") for chart in after["charts"]),
        "pause": max(0, changed - paused["clicked"]),
        "kilobytes": (after["received"] - before["received"]) / 1024 / max(1, frames),
        "largest": after["largest"] / 1024,
        "errors": len(visit.errors),
    }


def time_article(browser: Browser, url: str) -> tuple[float, float]:
    """Return the seconds from the click on Start until two iterations are drawn.

    They are CLOSED_ITERATIONS, by all charts, and ARTICLE_ITERATIONS, by the last one.
    """
    visit = Visit(browser, url, FIND_LIVE_CHARTS)
    visit.button("Start").click()
    visit.page.wait_for_function(DRAWN, arg=CLOSED_ITERATIONS, timeout=300_000)
    closed = visit.read()
    visit.page.wait_for_function(DRAWN, arg=ARTICLE_ITERATIONS, timeout=300_000)
    visit.button("Start").wait_for()  # the page has taken note of the end
    end = visit.read()
    visit.page.close()
    changed = max(chart["changed"] for chart in end["charts"].values())
    return (closed["now"] - end["clicked"]) / 1000, (changed - end["clicked"]) / 1000


def drag(browser: Browser, url: str, seconds: float) -> float:
    """Return the frames per second of the slowest chart while the time line is dragged."""
    visit = Visit(browser, url, FIND_LIVE_CHARTS)
    visit.button("Start").click()
    visit.wait(WARM_UP_SECONDS)
    visit.button("Pause").click()
    visit.wait(SETTLE_SECONDS)
    slider = visit.page.get_by_label("Look back: iteration").bounding_box()
    y = slider["y"] + slider["height"] / 2
    visit.page.mouse.move(slider["x"] + slider["width"] - 3, y)
    visit.page.mouse.down()
    before, began = visit.read(), time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds:
        share = (1 + math.cos(passed * math.tau / DRAG_PERIOD_SECONDS)) / 2  # to and fro
        visit.page.mouse.move(slider["x"] + share * slider["width"], y)
        visit.wait(0.01)
    after = visit.read()
    visit.page.mouse.up()
    visit.page.close()
    elapsed = (after["now"] - before["now"]) / 1000
    charts = after["charts"]
    return (
        min(charts[name]["frames"] - before["charts"][name]["frames"] for name in charts) / elapsed
    )


def spread(values: list[float], digits: int) -> str:
    """Return the median, then least and most; nothing for a chart that is not there."""
    if math.isnan(values[0]):
        return ""
    low, middle, high = (f"{f(values):,.{digits}f}" for f in (min, statistics.median, max))
    return middle if low == high else f"{middle} ({low}–{high})"


def main() -> None:
    """Measure both pages in turn and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8, help="of training that are measured")
    arguments = parser.parse_args()
    shown, folded, plain, article, dragged = [], [], [], [], []
    plain_script = ROOT / "tests" / "benchmarks" / "plotly_chart_page.py"
    with serving(APP) as (app, _), serving(plain_script) as (peer, _), chromium() as browser:
        print(machine("streamlit", "plotly", "playwright"), "· Chromium", browser.version)
        # So many iterations that a run of any length does not reach their end.
        endless = f"http://{app}/?samples={POINTS}&iterations=1000000&speed=100"
        for _ in range(arguments.runs):
            shown.append(measure(browser, endless, FIND_LIVE_CHARTS, arguments.seconds))
            fold = f"{endless}&panel=none"
            folded.append(measure(browser, fold, FIND_LIVE_CHARTS, arguments.seconds))
            plain.append(measure(browser, f"http://{peer}/", FIND_PLOTLY_CHARTS, arguments.seconds))
            article.append(time_article(browser, f"http://{app}/"))
            dragged.append(drag(browser, endless, arguments.seconds))

    print(
        f"{POINTS} points, speed 100: median (least–most) of {arguments.runs} runs "
        f"of {arguments.seconds:g} s\n"
    )
    line = "{:<40}{:>22}{:>10}{:>22}{:>10}{:>22}"
    print(line.format("", "diagram shown", "to reach", "folded", "to reach", "st.plotly_chart"))
    for row in ROWS:
        cells = [
            spread([run[row.key] for run in runs], row.digits) for runs in (shown, folded, plain)
        ]
        print(line.format(row.label, cells[0], row.goal, cells[1], row.folded_goal, cells[2]))
    rates = [
        statistics.median(run["decision-boundary"] for run in runs)
        for runs in (shown, folded, plain)
    ]
    ratios = [f"{rate / rates[-1]:.1f} ×" for rate in rates]
    print(line.format("boundary frames, ratio", ratios[0], "", ratios[1], "10 ×", ratios[2]))
    closed, ended = (list(seconds) for seconds in zip(*article, strict=True))
    print(line.format("default speed: boundary closed, s", spread(closed, 1), "10", "", "", ""))
    label = f"{ARTICLE_ITERATIONS:,} iterations, s"
    print(line.format(label, spread(ended, 1), "8", "", "", ""))
    print(line.format("slowest chart in a drag, per second", spread(dragged, 1), "10", "", "", ""))


if __name__ == "__main__":
    main()
