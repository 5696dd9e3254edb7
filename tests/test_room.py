"""Several sessions train at once on one server, over its websocket."""

import asyncio
import time

import pytest

from tests.benchmarks.fake_browser import FakeBrowser, run
from tests.helpers.waiting import PATIENCE_SECONDS

N_TICKS = 3


@pytest.mark.parametrize("panel", ["network", "layers", "none"])
def test_ticks_without_the_widgets_values_train_and_show_no_error(server: str, panel: str) -> None:
    """Such are a session's first ticks after a reconnect: Streamlit has no widget's value then."""
    browsers = [FakeBrowser(f"speed=100&panel={panel}", eager=False) for _ in range(3)]
    url = server.replace("http", "ws") + "/_stcore/stream"

    async def room() -> None:
        until = time.perf_counter() + PATIENCE_SECONDS
        stays = (one.live(url, 0.1, until, n_ticks=N_TICKS) for one in browsers)
        await asyncio.gather(*stays)

    run(room())
    for browser in browsers:
        assert browser.exceptions == 0
        assert len(browser.ticks) == N_TICKS
