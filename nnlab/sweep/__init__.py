"""Sweeps: many runs at once, from the choice of their settings to their results."""

from nnlab.sweep.axes import Axis, Range, grid, random_sample
from nnlab.sweep.axis_text import axis_from_text, range_from_text
from nnlab.sweep.limits import MAX_RUNS
from nnlab.sweep.runs import BOUNDARY_SIZE, MAX_LOSSES, Result, run_one
from nnlab.sweep.sweep import Sweep

__all__ = [
    "BOUNDARY_SIZE",
    "MAX_LOSSES",
    "MAX_RUNS",
    "Axis",
    "Range",
    "Result",
    "Sweep",
    "axis_from_text",
    "grid",
    "random_sample",
    "range_from_text",
    "run_one",
]
