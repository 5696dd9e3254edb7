"""The results of a sweep as a CSV file."""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import astuple, fields
from typing import IO

from nnlab import process_end
from nnlab.sweep.runs import Result
from nnlab.training.config import SETTINGS, Config, text
from nnlab.training.metrics import Metrics

METRICS = [item.name for item in fields(Metrics)]


class Table:
    """The CSV: one row per run, with the settings that differ from the defaults in any run.

    It has only whole rows, even when the disk is full.
    """

    def __init__(self, file: IO[str], configs: Sequence[Config]) -> None:
        self._file = file
        default = Config()
        self._names = [
            name
            for name in SETTINGS
            if name != "points"  # too long for a cell
            and any(getattr(config, name) != getattr(default, name) for config in configs)
        ]
        columns = ["run", *self._names, "status", "iteration", "seconds", *METRICS, "error"]
        self._write(columns)

    def write(self, result: Result) -> None:
        """Write a run's row; a missing number, as after an error, is an empty cell."""
        metrics = astuple(result.metrics) if result.metrics else (math.nan,) * len(METRICS)
        row = [
            result.index,
            *(text(name, getattr(result.config, name)) for name in self._names),
            result.status,
            result.iteration,
            f"{result.seconds:.3f}",
            *("" if math.isnan(number) else repr(number) for number in metrics),
            result.error,
        ]
        self._write(row)

    def _write(self, row: Sequence[object]) -> None:
        line = io.StringIO()
        csv.writer(line).writerow(row)
        process_end.write(line.getvalue(), self._file)
