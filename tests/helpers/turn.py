"""Whether the code under test has the turn to compute."""

import threading

from nnlab.app import turns
from tests.helpers.waiting import wait_until


def is_in_turn() -> bool:
    """Say whether another thread would have to wait now."""
    others = turns.waiting()
    came = threading.Event()
    threading.Thread(target=turns.in_turn(came.set), daemon=True).start()
    wait_until(lambda: came.is_set() or turns.waiting() > others)
    return not came.is_set()
