"""A stroke of the brush is sent until it is taken; then its dots are removed."""

from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, WebSocketRoute, expect
from streamlit.testing.v1 import AppTest

from nnlab import Config, start
from nnlab.app.playground.point_history import OwnPoints
from nnlab.data.points import Points
from nnlab.training.config import MAX_SAMPLES
from tests.helpers.app_page import playground_of, put_run
from tests.helpers.browser_page import intercept, new_page, settled
from tests.helpers.own_points_page import choose, click, open_small, own
from tests.helpers.server import serving

PAGE = Path(__file__).parent / "helpers/stroke_page.py"


def test_a_stroke_that_gets_lost_is_sent_again(page: Page, server: str) -> None:
    lost: list[str | bytes] = []

    def lose_the_first(to: WebSocketRoute, data: str | bytes) -> None:
        if not lost and b"stroke" in bytes(data):
            lost.append(data)
        else:
            to.send(data)

    intercept(page, from_page=lose_the_first)
    open_small(page, server)
    choose(page, "Add orange")
    settled(page)
    click(page, 0.5, 0.5)
    own(page, lambda count: count == 1)
    assert len(lost) == 1
    expect(page.locator(".brush circle")).to_have_count(0)


def test_a_stroke_that_changes_nothing_leaves_no_dots(browser: Browser) -> None:
    with serving(PAGE) as (address, _):
        page = new_page(browser)
        page.goto(f"http://{address}")
        chart = page.locator("[data-live-chart=chart]")
        expect(chart.locator(".xy .bg, .main-svg").first).to_be_visible()
        chart.click()
        expect(page.get_by_text("taken: 1")).to_be_visible()
        expect(page.locator(".brush circle")).to_have_count(0)
        page.close()


def test_a_stroke_beyond_the_most_points_is_refused_in_a_sentence() -> None:
    def page() -> None:
        from nnlab.app.playground import session  # noqa: PLC0415 - the page is a script of its own

        session.add_stroke(0, [[0.5, 0.5]])

    for count in (MAX_SAMPLES - 1, MAX_SAMPLES):
        app = AppTest.from_function(page)
        points = Points(np.zeros((count, 2)), np.zeros(count))
        put_run(app, start(Config(samples=20)), point_history=(OwnPoints(points),))
        app.run()
        assert len(playground_of(app).own.points) == MAX_SAMPLES
        toasts = [toast.value for toast in app.toast]
        full = "At most 100,000 points of your own: what you drew last was not added."
        assert toasts == ([full] if count == MAX_SAMPLES else [])
