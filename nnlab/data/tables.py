"""The table that a file holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress


@dataclass(frozen=True, eq=False)
class PointsTable:
    """The cells of a file by column name, and the row numbers in the file."""

    columns: dict[str, list[str]]
    row_numbers: list[int]
    has_numbered_header: bool = False  # the header counts the columns: 0, 1, 2

    def rows(self, kept: Sequence[bool]) -> "PointsTable":
        """Return the table with some of its rows."""
        columns = {name: list(compress(cells, kept)) for name, cells in self.columns.items()}
        row_numbers = list(compress(self.row_numbers, kept))
        return PointsTable(columns, row_numbers, self.has_numbered_header)

    def row_of(self, name: str, cell: str) -> int:
        """Return the number of the first row with a cell in a column."""
        return self.row_numbers[self.columns[name].index(cell)]
