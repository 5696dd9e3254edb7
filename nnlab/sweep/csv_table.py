"""The results of a sweep as a CSV file."""

import csv
import math
from collections.abc import Sequence
from dataclasses import astuple, fields
from typing import IO

from nnlab.sweep.runs import Result
from nnlab.training.config import Config, text
from nnlab.training.metrics import Metrics

METRICS = [item.name for item in fields(Metrics)]


class Table:
    """The CSV: a row per run, with its settings as far as one of the sweep's is not the default.

    Parameters
    ----------
    file : to write to
    configs : of the sweep
    """

    def __init__(self, file: IO[str], configs: Sequence[Config]) -> None:
        self._file, self._writer = file, csv.writer(file)
        default = Config()
        self._names = [
            item.name
            for item in fields(Config)
            # points have no place in a cell
            if item.name != "points"
            and any(getattr(one, item.name) != getattr(default, item.name) for one in configs)
        ]
        columns = ["run", *self._names, "status", "iteration", "seconds", *METRICS, "error"]
        self._writer.writerow(columns)

    def write(self, result: Result) -> None:
        """Write a run's row; a number that there is not, as after an error, is an empty cell."""
        metrics = astuple(result.metrics) if result.metrics else (math.nan,) * len(METRICS)
        row = [
            *(text(name, getattr(result.config, name)) for name in self._names),
            result.status,
            result.iteration,
            f"{result.seconds:.3f}",
            *("" if math.isnan(number) else repr(number) for number in metrics),
            result.error,
        ]
        self._writer.writerow([result.index, *row])
        self._file.flush()
