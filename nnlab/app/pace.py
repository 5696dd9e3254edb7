"""The pace of training on a page: how often it is drawn, and how many iterations a tick makes."""

import time
from collections.abc import Callable
from typing import Any

import streamlit as st

TICK_SECONDS = 0.06  # between two ticks
SLOWEST_TICK_SECONDS = 2.0  # on a network that cannot follow
FLUSH_SECONDS = 0.02  # for Streamlit to send an update: the next tick drops it
SPEEDS = {"1": 1, "10": 10, "100": 100, "max": None}  # iterations per tick
DEFAULT_SPEED = "10"
SPEED_HELP = "Iterations per update of the page; Max: as many as time allows."


def choose_speed(
    key: str,
    default: str = DEFAULT_SPEED,
    on_change: Callable[[], None] | None = None,
    **options: Any,
) -> str:
    """Draw the choice of speed, without a label, and return its name in SPEEDS."""
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
    """Return a longer time between ticks, in seconds, for a network that cannot follow.

    Four times as long, so that the updates on their way arrive soon.
    """
    return min(4 * interval, SLOWEST_TICK_SECONDS)


def flush(began: float, interval: float) -> None:
    """Wait for a moment if the next tick would begin at once, so that this one's update is sent.

    Parameters
    ----------
    began : time.perf_counter() when this tick began
    interval : seconds between ticks
    """
    if time.perf_counter() - began > interval - FLUSH_SECONDS:
        time.sleep(FLUSH_SECONDS)
