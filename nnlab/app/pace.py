"""How often a page is drawn while it trains, and how many iterations each tick makes."""

import time
from typing import Any

import streamlit as st

TICK_SECONDS = 0.06  # between two ticks
SLOWEST_TICK_SECONDS = 2.0  # on a slow network
FLUSH_SECONDS = 0.02  # for Streamlit to send an update, which the next tick would drop
SPEEDS = {"1": 1, "10": 10, "100": 100, "max": None}  # iterations per tick
DEFAULT_SPEED = "10"
SPEED_HELP = "Iterations per update of the page; Max: as many as time allows."


def choose_speed(key: str, default: str = DEFAULT_SPEED, **look: Any) -> str:
    """Draw the choice of speed, without a label, and return its name in SPEEDS."""
    look.update(format_func=str.capitalize, required=True, label_visibility="collapsed")
    name: str = st.segmented_control("Speed", list(SPEEDS), default=default, key=key, **look)
    return name


def slower(interval: float) -> float:
    """Return four times as long an interval between ticks, so that waiting updates arrive soon."""
    return min(4 * interval, SLOWEST_TICK_SECONDS)


def flush(began: float, interval: float) -> None:
    """Wait briefly if the next tick is due, so that this tick's update is sent first.

    `began` is the tick's start by time.perf_counter(); `interval` is the time between two ticks.
    """
    if time.perf_counter() - began > interval - FLUSH_SECONDS:
        time.sleep(FLUSH_SECONDS)
