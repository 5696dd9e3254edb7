"""The ticks of an axis of standardized numbers, in the unit that they had before."""

import math
from typing import Any

from nnlab.data.scales import ColumnScale

INTERVALS = 6  # at most, so that labels have room


def unit_ticks(scale: ColumnScale, low: float, high: float) -> dict[str, Any]:
    """Return Plotly's ticks for an axis from `low` to `high`: round numbers of the unit.

    Numbers that are in their unit have none: Plotly chooses ticks itself, by the zoom, too.
    """
    if (scale.mean, scale.deviation) == (0, 1):
        return {}
    first, last = (scale.mean + scale.deviation * end for end in (low, high))
    power = 10.0 ** math.floor(math.log10((last - first) / INTERVALS))
    steps = (power * round_ for round_ in (1, 2, 5, 10, 20))
    step = next(step for step in steps if (last - first) / step <= INTERVALS)
    places = range(math.ceil(first / step), math.floor(last / step) + 1)
    numbers = [step * place for place in places]
    return {
        "tickvals": [(number - scale.mean) / scale.deviation for number in numbers],
        "ticktext": [f"{number:,.6g}".replace("-", "−") for number in numbers],
    }
