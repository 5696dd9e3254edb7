"""A slow connection gets fewer ticks, and a short pause of it does not slow a run down for good."""

from nnlab.app.pace import MOST_PATIENCE_SECONDS, SLOWEST_TICK_SECONDS, TICK_SECONDS, Pace


def test_a_late_update_makes_the_ticks_rarer_down_to_a_limit() -> None:
    pace = Pace().slower(0)
    assert pace.interval == 4 * TICK_SECONDS
    for _ in range(5):
        pace = pace.slower(0)
    assert pace.interval == SLOWEST_TICK_SECONDS


def test_without_late_updates_the_pace_recovers_step_by_step() -> None:
    pace = Pace().slower(0).slower(0)
    patience = pace.patience
    assert pace.recovered(0.9 * patience) == pace
    once = pace.recovered(patience)
    assert once.interval == 4 * TICK_SECONDS
    assert once.recovered(1.9 * patience) == once
    assert once.recovered(2 * patience).interval == TICK_SECONDS


def test_a_connection_that_stays_slow_is_tried_less_and_less_often() -> None:
    pace, waits = Pace(), []
    for _ in range(8):
        pace = pace.slower(0)
        waits.append(pace.patience)
    assert waits == sorted(waits)
    assert waits[0] < waits[1]
    assert waits[-1] == MOST_PATIENCE_SECONDS
