"""How often a page is drawn while it trains, and how many iterations each tick makes."""

from typing import Any, NamedTuple

import streamlit as st

TICK_SECONDS = 0.06  # between two ticks
SLOWEST_TICK_SECONDS = 2.0  # on a slow network
MOST_PATIENCE_SECONDS = 80.0
SPEEDS = {"1": 1, "10": 10, "100": 100, "max": None}  # iterations per tick
DEFAULT_SPEED = "max"  # the article's boundary closes a few seconds after Start
SPEED_HELP = "Iterations per redraw of the page; Max: as many as time allows."


def choose_speed(key: str, default: str, **look: Any) -> str:
    """Draw the choice of speed, without a label, and return its name in SPEEDS."""
    look.update(format_func=str.capitalize, required=True, label_visibility="collapsed")
    name: str = st.segmented_control("Speed", list(SPEEDS), default=default, key=key, **look)
    return name


class Pace(NamedTuple):
    """How often the page is drawn while it trains: less often on a slow connection.

    Attributes
    ----------
    interval : seconds between two ticks
    since : when the interval last changed, by time.monotonic
    patience : seconds without a late update before the interval gets shorter again; each late
        update makes this wait longer, so that a connection that stays slow is seldom tested
    """

    interval: float = TICK_SECONDS
    since: float = 0.0
    patience: float = 2.5

    def slower(self, now: float) -> "Pace":
        """Return a pace with four times the interval, so that waiting updates arrive soon."""
        interval = min(4 * self.interval, SLOWEST_TICK_SECONDS)
        return Pace(interval, now, min(2 * self.patience, MOST_PATIENCE_SECONDS))

    def recovered(self, now: float) -> "Pace":
        """Return a pace with a quarter of the interval if no update has been late for a while."""
        if self.interval == TICK_SECONDS or now - self.since < self.patience:
            return self
        return self._replace(interval=max(self.interval / 4, TICK_SECONDS), since=now)
