"""Views of a sweep in a real browser: a filter holds in all of them, two runs keep in step."""

import csv
from collections.abc import Callable

from playwright.sync_api import Page, expect

from nnlab import Config, advance, evaluate, start
from nnlab.sweep import axis_from_text, grid
from tests.helpers.browser_page import chart, download, let_timers_fire, mark, marked, shown, watch
from tests.helpers.browser_page import drag as drag_mouse
from tests.helpers.explore_page import RUNS_PATIENCE

QUERY = (
    "axis1=learning_rate:0.001;0.01;0.1;1&axis2=activation:relu;tanh&seeds=2"
    "&samples=50&test_samples=20&iterations=200"
)
BASE = Config(samples=50, test_samples=20, iterations=200)
CONFIGS = grid(
    BASE,
    [
        axis_from_text("learning_rate", "0.001;0.01;0.1;1"),
        axis_from_text("activation", "relu;tanh"),
    ],
    (4, 5),
)
PARALLEL = "parallel-coordinates"


def press(page: Page, key: str) -> None:
    page.locator(f".st-key-{key} button").first.click()


def view(page: Page, title: str) -> None:
    page.get_by_role("radio", name=title, exact=True).click()


def sweep(page: Page) -> None:
    press(page, "sweep_start")
    expect(page.locator(".stProgress").first).to_contain_text("finished", timeout=RUNS_PATIENCE)


def drag(page: Page, axis: str, low: float, high: float) -> None:
    """Mark an axis from one height to another, as fractions of its length from its lower end."""
    names = page.evaluate(
        f"""() => document.querySelector('[data-live-chart={PARALLEL}] .plot')
              .data[0].dimensions.map((dimension) => dimension.name)"""
    )
    box = chart(page, PARALLEL).locator(".axis-brush").nth(names.index(axis)).bounding_box()
    assert box
    x = box["x"] + box["width"] / 2
    low, high = (box["y"] + (1 - part) * box["height"] for part in (low, high))
    drag_mouse(page, (x, low), (x, (low + high) / 2), (x, high), steps=4)


def wait_for_ranges(page: Page, *axes: str) -> dict[str, list[list[float]]]:
    """Wait until the server has replied to marks on exactly these axes; return the marks.

    Until then Plotly holds a mark as a flat pair.
    """
    marks = f"""document.querySelector('[data-live-chart={PARALLEL}] .plot').data[0].dimensions
      .filter((dimension) => dimension.constraintrange)"""
    page.wait_for_function(
        f"""axes => {{
          const marks = {marks};
          return String(marks.map(({{ name }}) => name).sort()) === axes
            && marks.every(({{ constraintrange }}) => Array.isArray(constraintrange[0]));
        }}""",
        arg=",".join(sorted(axes)),
    )
    return page.evaluate(
        f"""Object.fromEntries({marks}.map(
              ({{ name, constraintrange }}) => [name, constraintrange]))"""
    )


def test_a_filter_on_an_axis_holds_in_the_table_too_until_it_is_cleared(
    explore: Callable[[str], Page],
) -> None:
    page = explore(f"{QUERY}&view=parallel")
    sweep(page)
    shown(page, PARALLEL, len(CONFIGS))
    mark(page)
    drag(page, "learning_rate", 0.5, 1.05)  # the upper two of four values
    bar = page.locator(".st-key-filter_bar")
    expect(bar).to_contain_text("8 of 16 runs")
    expect(bar).to_contain_text("learning rate at least 0.0")
    ((low, high),) = wait_for_ranges(page, "learning_rate")["learning_rate"]
    assert low < -1 < high == 0  # logarithms
    drag(page, "activation", 0.5, 1.05)
    expect(bar).to_contain_text("4 of 16 runs")
    expect(bar).to_contain_text("activation Tanh")
    assert marked(page)  # nothing was replaced
    view(page, "Table")
    text = download(page, "Download CSV of 4 runs").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert [(float(row["learning_rate"]), row["activation"], row["seed"]) for row in rows] == [
        (rate, "tanh", seed) for rate in (0.1, 1) for seed in "45"
    ]
    table = page.locator(".stDataFrame").first
    expect(table).to_be_visible()
    expect(bar).to_contain_text("4 of 16 runs")
    view(page, "Parallel coordinates")
    expect(chart(page, PARALLEL)).to_have_attribute("data-iteration", "16")
    wait_for_ranges(page, "learning_rate", "activation")
    press(page, "clear_filters")
    expect(bar).to_have_count(0)
    wait_for_ranges(page)
    drag(page, "test_accuracy", 0.5, 1.05)  # once cleared, the same mark is a change
    expect(bar).to_contain_text("test accuracy at least")


def test_two_runs_keep_in_step_and_no_chart_is_replaced(
    explore: Callable[[str], Page],
) -> None:
    names = ("compare-left", "compare-right", "compare-loss")
    page = explore(f"{QUERY.replace('iterations=200', 'iterations=3000')}&view=compare")
    expect(page.get_by_text("No runs yet: press Start.")).to_be_visible()
    sweep(page)
    for name in names:
        shown(page, name, 3000)  # in their final states
    mark(page)
    press(page, "compare_reset")
    for name in names:
        shown(page, name, 0)
    watch(page, "compare-left", "compare-right")
    press(page, "compare_start")
    page.wait_for_function(  # a late frame is dropped now and then
        """() => {
          const { "compare-left": left, "compare-right": right } = window.seen;
          return new Set(left.filter((iteration) => right.includes(iteration))).size > 5;
        }"""
    )
    press(page, "compare_pause")
    expect(page.locator(".st-key-compare_start")).to_contain_text("Start")
    let_timers_fire(page, 500)  # a tick's among them
    page.wait_for_function(
        """names => new Set(names.map((name) => document.querySelector(
             `[data-live-chart=${name}]`).dataset.iteration)).size === 1""",
        arg=names,
    )
    at = int(chart(page, "compare-loss").get_attribute("data-iteration") or -1)
    for iterations in page.evaluate("window.seen").values():
        assert iterations == sorted(iterations)
    for side in ("left", "right"):
        text = chart(page, f"compare-{side}").locator(".plot").get_attribute("aria-label") or ""
        chosen = page.locator(f".st-key-compare_{side} input").input_value()
        config = CONFIGS[int(chosen.removeprefix("Run ").partition(" ")[0])]
        run = advance(start(Config(**{**vars(config), "iterations": 3000})), at)
        assert f"training loss {evaluate(run).train_loss:.4g}" in text
    press(page, "compare_step")
    for name in names:
        shown(page, name, at + 1)
    assert marked(page)
