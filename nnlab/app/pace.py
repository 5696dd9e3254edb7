"""The pace of what trains on a page: its ticks, and the iterations that one of them makes."""

import time
from collections.abc import Callable
from typing import Any

import streamlit as st

TICK_SECONDS = 0.06  # between one tick and the next
SLOWEST_TICK_SECONDS = 2.0  # on a network that cannot follow
FLUSH_SECONDS = 0.02  # Streamlit drops what it has not sent when the next tick begins
SPEEDS = {"1": 1, "10": 10, "100": 100, "max": None}  # iterations per tick
DEFAULT_SPEED = "10"
SPEED_HELP = "Iterations per update of the page; Max: as many as time allows."


def choose_speed(
    key: str,
    default: str = DEFAULT_SPEED,
    on_change: Callable[[], None] | None = None,
    **options: Any,
) -> str:
    """Draw the choice of speed, without a label; return it, of SPEEDS."""
    name: str = st.segmented_control(
        "Speed",
        list(SPEEDS),
        format_func=str.capitalize,
        default=default,
        required=True,
        key=key,
        on_change=on_change,
        label_visibility="collapsed",
        **options,
    )
    return name


def slower(interval: float) -> float:
    """Return the seconds between ticks for a network that cannot follow.

    Much fewer at once, so that what is already on its way is soon through.
    """
    return min(4 * interval, SLOWEST_TICK_SECONDS)


def flush(began: float, interval: float) -> None:
    """Wait for a moment if the next tick would begin at once, else this one's update is never sent.

    Parameters
    ----------
    began : when this tick did, by time.perf_counter
    interval : seconds between ticks
    """
    if time.perf_counter() - began > interval - FLUSH_SECONDS:
        time.sleep(FLUSH_SECONDS)
