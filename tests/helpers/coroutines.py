"""Runs coroutines where a browser test has left an event loop."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def run_in_a_thread(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine to its end, in a thread of its own.

    Playwright leaves a running event loop in the thread of the tests.
    """
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, coroutine).result()
