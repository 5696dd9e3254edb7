"""How tests wait: for a state, with a limit that only a failure reaches."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 300  # a limit that only a failure reaches


def wait_until(holds: Callable[[], object], rest: Callable[[float], None] = time.sleep) -> None:
    """Wait until something holds; `rest` waits for some seconds between two checks."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it takes too long"
        rest(0.02)
