"""Views of a sweep in a real browser: a filter holds in all of them, two runs keep in step."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from nnlab import Config, advance, evaluate, start
from nnlab.sweep import axis_from_text, grid
from tests.test_browser import PATIENCE, chart, mark, marked, shown
from tests.test_explore_browser import RUNS_PATIENCE, explore  # noqa: F401 - a fixture

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
    page.locator(f".st-key-{key} button").first.click(timeout=PATIENCE)


def view(page: Page, title: str) -> None:
    page.get_by_role("radio", name=title, exact=True).click(timeout=PATIENCE)


def sweep(page: Page) -> None:
    press(page, "sweep_start")
    expect(page.locator(".stProgress").first).to_contain_text("finished", timeout=RUNS_PATIENCE)


def drag(page: Page, axis: str, low: float, high: float) -> None:
    """Mark an axis from one height to another, as parts of its length from its lower end."""
    names = page.evaluate(
        f"""() => document.querySelector('[data-live-chart={PARALLEL}] .plot')
              .data[0].dimensions.map((dimension) => dimension.name)"""
    )
    box = chart(page, PARALLEL).locator(".axis-brush").nth(names.index(axis)).bounding_box()
    assert box
    x = box["x"] + box["width"] / 2
    low, high = (box["y"] + (1 - part) * box["height"] for part in (low, high))
    page.mouse.move(x, low)
    page.mouse.down()
    page.mouse.move(x, (low + high) / 2, steps=4)
    page.mouse.move(x, high, steps=4)
    page.mouse.up()


def ranges(page: Page) -> dict[str, object]:
    """Return what is marked on the axes."""
    return page.evaluate(
        f"""() => Object.fromEntries(
              document.querySelector('[data-live-chart={PARALLEL}] .plot').data[0].dimensions
                .filter((dimension) => dimension.constraintrange)
                .map(({{ name, constraintrange }}) => [name, constraintrange]))"""
    )


def test_a_filter_on_an_axis_holds_in_the_table_too_until_it_is_cleared(
    explore: Callable[[str], Page],  # noqa: F811
) -> None:
    page = explore(f"{QUERY}&view=parallel")
    sweep(page)
    shown(page, PARALLEL, len(CONFIGS))
    mark(page)
    drag(page, "learning_rate", 0.5, 1.05)  # the upper two of four values
    bar = page.locator(".st-key-filter_bar")
    expect(bar).to_contain_text("8 of 16 runs", timeout=PATIENCE)
    expect(bar).to_contain_text("learning rate at least 0.0")
    low, high = ranges(page)["learning_rate"][0]
    assert low < -1 < high == 0  # logarithms
    drag(page, "activation", 0.5, 1.05)
    expect(bar).to_contain_text("4 of 16 runs", timeout=PATIENCE)
    expect(bar).to_contain_text("activation tanh")
    assert marked(page)  # nothing was replaced
    view(page, "Table")
    expect(page.get_by_role("button", name="Download CSV of 4 runs")).to_be_visible(
        timeout=PATIENCE
    )
    table = page.locator(".stDataFrame").first
    expect(table).to_be_visible()
    expect(bar).to_contain_text("4 of 16 runs")
    view(page, "Parallel coordinates")
    expect(chart(page, PARALLEL)).to_have_attribute("data-iteration", "16", timeout=PATIENCE)
    assert set(ranges(page)) == {"learning_rate", "activation"}
    press(page, "clear_filters")
    expect(bar).to_have_count(0, timeout=PATIENCE)
    page.wait_for_function(
        f"""() => document.querySelector('[data-live-chart={PARALLEL}] .plot').data[0].dimensions
              .every((dimension) => !dimension.constraintrange)""",
        timeout=PATIENCE,
    )
    drag(page, "test_accuracy", 0.5, 1.05)  # the same once more is news, after a clearing
    expect(bar).to_contain_text("test accuracy at least", timeout=PATIENCE)


def test_two_runs_keep_in_step_and_no_chart_is_replaced(
    explore: Callable[[str], Page],  # noqa: F811
) -> None:
    names = ("compare-left", "compare-right", "compare-loss")
    page = explore(f"{QUERY.replace('iterations=200', 'iterations=3000')}&view=compare")
    expect(page.get_by_text("No runs yet: press Start.")).to_be_visible(timeout=PATIENCE)
    sweep(page)
    for name in names:
        shown(page, name, 3000)  # as they have ended
    mark(page)
    press(page, "compare_reset")
    for name in names:
        shown(page, name, 0)
    page.evaluate(
        """() => {
          window.seen = {};
          for (const side of ["left", "right"]) {
            const chart = document.querySelector(`[data-live-chart=compare-${side}]`);
            const list = window.seen[side] = [];
            new MutationObserver(() => list.push(Number(chart.dataset.iteration)))
              .observe(chart, { attributeFilter: ["data-iteration"] });
          }
        }"""
    )
    press(page, "compare_start")
    page.wait_for_function(
        "() => document.querySelector('[data-live-chart=compare-left]').dataset.iteration > 60",
        timeout=PATIENCE,
    )
    press(page, "compare_pause")
    expect(page.locator(".st-key-compare_start")).to_contain_text("Start", timeout=PATIENCE)
    page.wait_for_timeout(1500)
    at = [int(chart(page, name).get_attribute("data-iteration") or -1) for name in names]
    assert len(set(at)) == 1
    seen = page.evaluate("window.seen")
    assert seen["left"] == sorted(seen["left"])
    assert seen["right"] == sorted(seen["right"])
    assert len(seen["left"]) > 5
    common = set(seen["left"]) & set(seen["right"])
    assert len(common) > 0.5 * len(set(seen["left"]))  # a late frame is dropped now and then
    for side in ("left", "right"):
        text = chart(page, f"compare-{side}").locator(".plot").get_attribute("aria-label") or ""
        chosen = page.locator(f".st-key-compare_{side} input").input_value()
        config = CONFIGS[int(chosen.removeprefix("Run ").partition(" ")[0])]
        run = advance(start(Config(**{**vars(config), "iterations": 3000})), at[0])
        assert f"train loss {evaluate(run).train_loss:.4g}" in text
    press(page, "compare_step")
    for name in names:
        shown(page, name, at[0] + 1)
    assert marked(page)
