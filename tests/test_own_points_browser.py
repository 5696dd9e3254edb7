"""A person's own points in a real browser: drawn, erased, uploaded, downloaded, linked."""

import csv
import io
import re
from urllib.parse import urlparse

import numpy as np
import psutil
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from nnlab import Config, advance, evaluate, start
from nnlab.data.datasets import OWN
from nnlab.data.points import MAX_LINK_POINTS, Points, encode
from nnlab.training.edits import with_config
from tests.helpers.browser_page import (
    PLOT,
    button,
    chart,
    drag,
    enter,
    iteration,
    let_timers_fire,
    losses,
    mark,
    marked,
    numbers,
    open_popover,
    place,
    press,
    press_one_of,
    settled,
    shown,
    single,
    status,
    wait_for_iteration,
    wait_for_script,
    wait_in,
    watch,
)
from tests.helpers.browser_page import download as download_file
from tests.helpers.own_points_page import choose, click, open_small, own
from tests.helpers.points_files import EVIL, csv_file

SMALL_CONFIG = Config(samples=20, test_samples=10)


def draw(page: Page, *positions: tuple[float, float]) -> None:
    """Drag the mouse over points of the plane."""
    drag(page, *[place(page, *position) for position in positions])


def wait_for_drawn(page: Page, count: int) -> None:
    """Wait until the figure shows this many training points."""
    page.wait_for_function(
        f"""count => {PLOT}._fullData.filter(trace => trace.name.startsWith('train'))
          .reduce((sum, trace) => sum + trace._length, 0) === count""",
        arg=count,
    )


def near(points: Points, *expected: tuple[float, float, float]) -> bool:
    """Whether points lie where they were drawn, give or take two pixels of 400."""
    triples = np.column_stack([points.inputs, points.targets])
    return triples.shape == (len(expected), 3) and np.allclose(
        triples, expected, rtol=0, atol=0.0125
    )


def upload_file(page: Page, content: bytes, name: str = "points.csv") -> None:
    file_input = page.locator(".st-key-upload input[type=file]")
    if not page.get_by_text("Upload points (CSV)").is_visible():
        open_popover(page, "data_popover")
    expect(page.get_by_text("Upload points (CSV)")).to_be_visible()
    file_input.set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    expect(page.get_by_text("x₁ column")).to_be_visible()


def axis_title(page: Page, axis: str) -> Locator:
    index = ("x", "y").index(axis)
    return chart(page, "decision-boundary").locator(f".annotation[data-index='{index}'] text")


def test_a_click_adds_a_point_of_the_chosen_class_and_with_shift_of_the_other(
    page: Page, server: str
) -> None:
    open_small(page, server)
    choose(page, "Add orange")
    click(page, 0.5, -0.5)
    own(page, lambda count: count == 1)
    click(page, -0.25, 0.75, shift=True)
    own(page, lambda count: count == 2)
    choose(page, "Add blue")
    click(page, 1, 1)
    own(page, lambda count: count == 3)
    click(page, -1, 1, shift=True)
    points = own(page, lambda count: count == 4)
    assert near(points, (0.5, -0.5, 0), (-0.25, 0.75, 1), (1, 1, 1), (-1, 1, 0))
    wait_for_drawn(page, 24)


def test_in_a_regression_a_click_adds_a_value_of_plus_or_minus_1(page: Page, server: str) -> None:
    open_small(page, server, "problem=regression&dataset=own")
    choose(page, "Add +1")
    click(page, 0.5, 0.5)
    wait_for_drawn(page, 1)  # beside the first value there is then the scale of values
    click(page, -0.5, 0.5, shift=True)
    points = own(page, lambda count: count == 2)
    assert near(points, (0.5, 0.5, 1), (-0.5, 0.5, -1))


def test_the_eraser_takes_only_own_points_and_only_where_it_goes(page: Page, server: str) -> None:
    open_small(page, server)
    choose(page, "Add orange")
    click(page, 0, 0)
    own(page, lambda count: count == 1)
    click(page, 1.1, 1.1)
    own(page, lambda count: count == 2)
    choose(page, "Erase")
    rows = np.linspace(-0.7, 0.7, 12)  # closer to each other than the eraser is wide
    draw(page, *[(sign * 0.8, row) for row in rows for sign in (-1, 1)])
    points = own(page, lambda count: count == 1)
    assert near(points, (1.1, 1.1, 0))
    wait_for_drawn(page, 21)
    expect(page.locator(".brush circle")).to_have_count(0)


def test_undo_goes_back_step_by_step_even_past_a_clear_and_a_drag_is_one_step(
    page: Page, server: str
) -> None:
    open_small(page, server)
    expect(button(page, "Undo")).to_be_disabled()
    expect(button(page, "Clear")).to_be_disabled()
    choose(page, "Add blue")
    click(page, 0.5, 0.5)
    one = own(page, lambda count: count == 1)
    draw(page, (-1, 0), (1, 0))
    points = own(page, lambda count: count > 10)
    drawn = points.inputs[1:]
    assert (np.diff(drawn[:, 0]) > 0).all()
    assert np.abs(drawn[:, 1]).max() < 0.0125
    assert (points.targets == 1).all()
    wait_for_drawn(page, 20 + len(points))
    press(page, "Clear")
    own(page, lambda count: count == 0)
    wait_for_drawn(page, 20)
    expect(button(page, "Clear")).to_be_disabled()
    press(page, "Undo")
    assert own(page, lambda count: count > 1) == points
    wait_for_drawn(page, 20 + len(points))
    press(page, "Undo")
    assert own(page, lambda count: count == 1) == one
    press(page, "Undo")
    own(page, lambda count: count == 0)
    expect(button(page, "Undo")).to_be_disabled()


def test_what_is_drawn_is_shown_before_a_slow_server_replies_and_no_stroke_is_lost(
    page: Page, server: str, server_process: psutil.Process
) -> None:
    open_small(page, server)
    choose(page, "Add orange")
    settled(page)
    server_process.suspend()
    try:
        for number in range(8):
            click(page, -0.8 + 0.2 * number, 0.5)
        expect(page.locator(".brush circle")).to_have_count(8)
        wait_for_drawn(page, 20)
    finally:
        server_process.resume()
    points = own(page, lambda count: count >= 8)
    assert near(points, *[(-0.8 + 0.2 * number, 0.5, 0) for number in range(8)])
    wait_for_drawn(page, 28)
    expect(page.locator(".brush circle")).to_have_count(0)


def test_drawing_during_a_run_leaves_it_going_with_its_history(page: Page, server: str) -> None:
    open_small(page, server, "speed=1")
    mark(page)
    watch(page, "loss-curve")
    choose(page, "Add orange")
    press(page, "Start")
    wait_for_iteration(page, 10)
    click(page, 0, 0)
    own(page, lambda count: count == 1)
    wait_for_drawn(page, 21)
    wait_for_iteration(page, iteration(page) + 10)
    press(page, "Pause")
    at = settled(page)
    seen = page.evaluate("window.seen")["loss-curve"]
    assert seen == sorted(seen)
    assert marked(page)
    # As the library does it: up to some iteration without the point, from there on with it.
    found, points = losses(page), own(page, lambda count: count == 1)
    assert len(found) == at
    run = start(SMALL_CONFIG)
    plain = advance(run, at).losses
    same = int(np.argmax(np.append(single(plain) != np.array(found), True)))
    assert 10 <= same < at  # a few iterations later the point shows in the loss
    changes = []
    for when in range(same + 1):
        config = Config(samples=20, test_samples=10, points=points)
        changed = advance(with_config(advance(run, when), config), at - when)
        changes.append(single(changed.losses) == found)
    assert any(changes)


def test_drawing_after_a_run_keeps_what_it_has_learned_and_start_trains_on(
    page: Page, server: str
) -> None:
    open_small(page, server, "speed=100&iterations=300")
    press(page, "Start")
    expect(status(page)).to_contain_text("Done")
    choose(page, "Add orange")
    click(page, 0, 0)
    points = own(page, lambda count: count == 1)
    wait_for_drawn(page, 21)
    assert settled(page) == 300
    config = Config(samples=20, test_samples=10, iterations=300)
    run = with_config(advance(start(config), 300), Config(**{**vars(config), "points": points}))
    expect(numbers(page)).to_contain_text(f"{evaluate(run).train_loss:.4f}")
    press(page, "Start")
    wait_for_iteration(page, 600)


def test_zoom_works_after_drawing_and_drawing_works_when_zoomed_in(page: Page, server: str) -> None:
    open_small(page, server)
    mark(page)
    choose(page, "Add orange")
    click(page, -1, 1)
    own(page, lambda count: count == 1)
    choose(page, "Look")
    draw(page, (-0.5, -0.5), (0.5, 0.5))
    page.wait_for_function(
        f"() => {PLOT}._fullLayout.xaxis.range[1] < 1",
    )
    choose(page, "Add blue")
    click(page, 0.3, -0.2)
    points = own(page, lambda count: count == 2)
    assert near(points, (-1, 1, 0), (0.3, -0.2, 1))
    wait_for_drawn(page, 22)
    assert page.evaluate(f"{PLOT}._fullLayout.xaxis.range[1]") < 1  # still zoomed
    assert marked(page)


def test_without_points_the_page_says_to_draw_some_and_start_is_disabled(
    page: Page, server: str
) -> None:
    open_small(page, server, "dataset=own")
    start_button = button(page, "Start")
    expect(status(page)).to_contain_text("No points yet")
    expect(start_button).to_be_disabled()
    choose(page, "Add orange")
    click(page, -0.5, 0)
    own(page, lambda count: count == 1)
    expect(start_button).to_be_enabled()
    click(page, 0.5, 0, shift=True)
    own(page, lambda count: count == 2)
    press(page, "Step")
    shown(page, "loss-curve", 1)
    press(page, "Clear")
    expect(status(page)).to_contain_text("No points yet")
    expect(start_button).to_be_disabled()


def test_in_a_narrow_plane_far_from_0_a_point_lies_where_it_is_drawn(
    page: Page, server: str
) -> None:
    cities = Points.of([(47.3710, 8.5410, 0), (47.3790, 8.5470, 1)])
    open_small(page, server, f"dataset=own&points={encode(cities)}")
    choose(page, "Add orange")
    click(page, 47.3733, 8.5442)
    points = own(page, lambda count: count == 3)
    np.testing.assert_allclose(points.inputs[2], (47.3733, 8.5442), atol=1e-4)  # a few pixels


def test_drawn_points_travel_in_the_link_and_give_the_same_losses_bit_for_bit(
    page: Page, context: BrowserContext, server: str
) -> None:
    open_small(page, server, "dataset=own&speed=100")
    choose(page, "Add orange")
    draw(page, (-1, -0.3), (1, -0.3))
    first = own(page, lambda count: count > 5)
    choose(page, "Add blue")
    draw(page, (-1, 0.3), (1, 0.3))
    points = own(page, lambda count: count > len(first))
    other = context.new_page()
    other.goto(page.url)
    shown(other, "loss-curve", 0)
    config = Config(dataset=OWN, samples=20, test_samples=10, points=points)
    expected = single(advance(start(config), 100).losses)
    for tab in (page, other):
        press(tab, "Step 100")
        shown(tab, "loss-curve", 100)
        assert losses(tab) == expected
    assert own(other, lambda count: count == len(points)) == points
    other.close()


def test_a_stroke_beyond_what_a_link_holds_is_reported_and_undo_restores_the_link(
    page: Page, server: str
) -> None:
    rng = np.random.default_rng(1)
    many = Points(rng.uniform(-1, 1, (MAX_LINK_POINTS, 2)).round(2), np.zeros(MAX_LINK_POINTS))
    open_small(page, server, f"points={encode(many)}")
    choose(page, "Add blue")
    click(page, 0, 0)
    notice = page.get_by_text("The link leaves out your 201 points")
    expect(notice).to_be_visible()
    own(page, lambda count: count == 0)
    wait_for_drawn(page, 221)
    press(page, "Undo")
    expect(notice).to_be_hidden()
    assert own(page, lambda count: count == MAX_LINK_POINTS) == many


def test_a_files_columns_are_chosen_standardised_and_named_on_the_axes(
    page: Page, server: str
) -> None:
    open_small(page, server)
    rows = [(7, 10, 100, 1, "no"), (8, 20, 300, 2, "yes")]
    upload_file(page, csv_file(("id", "height", "weight", "age", "class"), *rows))
    expect(page.get_by_text("2 points · 'no' is 0 · 'yes' is 1")).to_be_visible()
    column = page.get_by_role("combobox", name="x₂ column")
    column.scroll_into_view_if_needed()
    let_timers_fire(page, 100)  # the event of the scroll would close the list
    column.click()
    page.get_by_role("option", name="age").click()
    expect(page.get_by_role("checkbox", name="Standardize")).to_be_checked()
    press(page, "Use these points")
    points = own(page, lambda count: count == 2)
    assert points == Points.of([(-1, -1, 0), (1, 1, 1)])
    expect(axis_title(page, "x")).to_have_text("height")
    expect(axis_title(page, "y")).to_have_text("age")
    expect(chart(page, "decision-boundary").locator(".ytick", has_text="1.5")).to_be_visible()
    wait_for_drawn(page, 2)


def test_a_link_carries_the_names_of_a_files_columns(
    page: Page, server: str, context: BrowserContext
) -> None:
    open_small(page, server)
    upload_file(page, csv_file(("height in cm", "age", "class"), (1, 2, 0), (2, 1, 1)))
    press(page, "Use these points")
    wait_for_drawn(page, 2)
    page.wait_for_url("**x1=height*")
    other = context.new_page()
    other.goto(page.url)
    shown(other, "loss-curve", 0)
    expect(axis_title(other, "x")).to_have_text("height in cm")
    expect(axis_title(other, "y")).to_have_text("age")
    wait_for_script(other)
    assert other.url == page.url
    other.close()


def test_names_from_a_file_are_shown_literally_and_run_nothing(page: Page, server: str) -> None:
    open_small(page, server)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    markdown, html, formula, link = EVIL
    header = ("<b>b</b><img src=x onerror=window.hacked=1>", formula, markdown)
    upload_file(page, csv_file(header, (1, 2, html), (3, 4, link)))
    caption = page.get_by_text("2 points · ")
    expect(caption).to_contain_text(link.replace("`", "'"))
    expect(caption).to_contain_text(html)
    expect(caption.locator("img, a, b, strong")).to_have_count(0)
    press(page, "Use these points")
    wait_for_drawn(page, 2)
    expect(axis_title(page, "x")).to_have_text(header[0])
    expect(axis_title(page, "y")).to_have_text(formula)
    assert chart(page, "decision-boundary").locator("img, a").count() == 0
    assert page.evaluate("window.hacked") is None
    assert {urlparse(url).netloc for url in requests if not url.startswith(("data:", "blob:"))} <= {
        urlparse(server).netloc
    }


def download(page: Page) -> bytes:
    press(page, "Save")
    content = download_file(page, "Points (CSV)").read_bytes()
    page.keyboard.press("Escape")
    return content


def test_the_data_sets_points_are_downloaded_and_an_upload_of_a_download_is_the_same_bit_for_bit(
    page: Page, context: BrowserContext, server: str
) -> None:
    rng = np.random.default_rng(1)
    rows = [(*rng.normal(size=2).tolist(), "=yes" if row % 3 else "no") for row in range(30)]
    open_small(page, server, "speed=100")
    names, *cells = csv.reader(io.StringIO(download(page).decode()))
    dataset = start(SMALL_CONFIG).dataset
    expected = np.column_stack([dataset.train_inputs, dataset.train_targets])
    assert names == ["x1", "x2", "target"]
    assert np.array(cells, dtype=np.float64).tolist() == expected.tolist()
    upload_file(page, csv_file(("length", "@width", "kind"), *rows))
    press(page, "Use these points")
    own(page, lambda count: count == 30)
    choose(page, "Add blue")
    click(page, 0.5, 0.5)
    points = own(page, lambda count: count == 31)
    content = download(page)
    assert content.splitlines()[0] == b'"length","\'@width","kind"'
    assert b'"\'=yes"' in content
    other = context.new_page()
    open_small(other, server, "speed=100")
    upload_file(other, content)
    press(other, "Use these points")
    assert own(other, lambda count: count == 31) == points
    expect(axis_title(other, "y")).to_have_text("@width")
    assert download(other) == content
    for tab in (page, other):
        press(tab, "Step 100")
        shown(tab, "loss-curve", 100)
    assert losses(page) == losses(other)
    other.close()


def test_labels_left_over_from_a_regression_do_not_spoil_the_download(
    page: Page, server: str
) -> None:
    open_small(page, server)
    upload_file(page, b"a,b,c\n0,0,no\n0.5,0.5,yes\n")
    press(page, "Use these points")
    own(page, lambda count: count == 2)
    press_one_of(page, "Problem", "Regression")
    page.wait_for_url("**/?*problem=regression*")
    choose(page, "Add +1")
    click(page, -0.5, 0.5, shift=True)
    own(page, lambda count: count == 3)
    rows = list(csv.reader(io.StringIO(download(page).decode())))
    assert [float(row[2]) for row in rows[1:]] == [0, 1, -1]


def test_a_finger_draws_and_a_second_one_does_not_disturb_it(browser: Browser, server: str) -> None:
    context = browser.new_context(has_touch=True, viewport={"width": 1366, "height": 768})
    page = context.new_page()
    open_small(page, server)
    page.get_by_role("radio", name="Add blue", exact=True).tap()
    expect(page.locator(".brush")).to_have_count(1)
    page.touchscreen.tap(*place(page, 0.5, -0.5))
    assert near(own(page, lambda count: count == 1), (0.5, -0.5, 1))
    wait_for_drawn(page, 21)

    touch = context.new_cdp_session(page)

    def send(kind: str, *fingers: tuple[float, float]) -> None:
        points = [
            {"x": x, "y": y, "id": number}
            for number, (x, y) in enumerate(place(page, *finger) for finger in fingers)
        ]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    scrolled = page.evaluate("scrollY")
    send("touchStart", (-1, 0.5))
    send("touchMove", (-0.6, 0.5))
    send("touchStart", (-0.6, 0.5), (0.9, -0.9))
    send("touchMove", (-0.6, 0.5), (0.5, -0.9))
    send("touchMove", (-0.2, 0.5), (0.1, -0.9))
    send("touchEnd")
    points = own(page, lambda count: count > 1)
    assert near(points, (0.5, -0.5, 1), *[(x1, 0.5, 1) for x1 in (-1, -0.6, -0.2)])
    assert page.evaluate("scrollY") == scrolled
    context.close()


def test_with_a_tool_to_draw_space_and_r_work_and_points_stay_when_other_settings_change(
    page: Page, server: str
) -> None:
    open_small(page, server, "speed=100")
    mark(page)
    choose(page, "Add orange")
    click(page, 0, 0)
    points = own(page, lambda count: count == 1)
    page.keyboard.press(" ")
    wait_for_iteration(page, 100)
    page.keyboard.press(" ")
    assert settled(page) >= 100
    page.keyboard.press("r")
    shown(page, "decision-boundary", 0)
    expect(status(page)).to_have_text(re.compile("^0 of"))
    enter(page, "Hidden layers", "4")
    page.wait_for_url("**/?*hidden_layers=4*")
    enter(page, "Training points", "30")
    wait_for_drawn(page, 31)
    assert own(page, lambda count: count == 1) == points
    assert marked(page)


def test_with_the_data_set_of_own_points_a_click_draws_at_once_and_every_point_is_seen(
    page: Page, server: str
) -> None:
    """Also every fifth, which is a test point; the page says so."""
    open_small(page, server, "dataset=own")
    expect(page.get_by_role("radio", name="Add orange")).to_be_checked()
    for place_ in range(10):
        click(page, -0.9 + 0.2 * place_, 0)
    own(page, lambda count: count == 10)
    drawn = f"""{PLOT}.calcdata.filter(([{{ trace }}]) => trace.visible === true)
      .flatMap((points) => points.filter(({{ x }}) => typeof x === 'number')).length"""
    wait_in(page, lambda: page.evaluate(drawn) == 10)


def test_what_became_of_an_upload_is_seen_in_a_small_window(page: Page, server: str) -> None:
    """What is wrong with a file, and the button that uses a good one."""
    page.set_viewport_size({"width": 1366, "height": 768})
    open_small(page, server)
    upload_file(page, csv_file(("a", "b", "c"), ("1", "x", "u"), ("2", "y", "v")))
    expect(page.get_by_role("alert").filter(has_text="column")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    open_small(page, server)
    upload_file(page, csv_file(("a", "b", "c"), (1, 2, "u"), (3, 4, "v")))
    expect(button(page, "Use these points")).to_be_in_viewport(ratio=1)
