"""Guess which columns of a file are the inputs and the label, as a person would choose them."""

import re
from dataclasses import dataclass

from nnlab.data.cells import as_number, is_missing
from nnlab.data.labels import MAX_CLASSES
from nnlab.data.tables import PointsTable

MANY_LABELS = 20  # of a column that is named like one: the user picks some of them
# What common files call the answer: class, Survived, Purchased, is_fraud, Loan_Status, …
_ANSWER_NAMES = {
    *("label", "labels", "class", "classes", "target", "category", "outcome", "result", "output"),
    *("response", "diagnosis", "status", "species", "type", "survived", "bought", "purchased"),
    *("churn", "churned", "exited", "default", "approved", "accepted", "admitted", "passed"),
    *("event", "fraud", "spam"),
}
# Whom or what common files identify: userid and CUSTOMERID have no end of a word before "id".
_OWNERS = (
    *("account", "book", "case", "client", "customer", "device", "employee", "house", "image"),
    *("item", "loan", "member", "movie", "object", "order", "passenger", "patient", "person"),
    *("player", "product", "record", "row", "sample", "session", "student", "subject", "team"),
    *("transaction", "user"),
)
_ID_NAMES = {"id", "ids", "uuid", "rowname", "rownames", *(f"{owner}id" for owner in _OWNERS)}
_NUMBER_NAMES = {"no", "nr", "row"}  # S.No, Row
_INDEX_NAMES = {"index", "idx", "rowindex", "rowidx"}  # but a price index is a measurement
_LETTERS = re.compile(r"[^\W\d_]+")
_NEW_WORD = re.compile("(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# pandas reads a column without a name as "Unnamed: 0", and R's readr as "...1".
_UNNAMED = re.compile(r"column 1|unnamed: \d+(\.\d+)?|\.\.\.1", re.IGNORECASE)


@dataclass(frozen=True)
class _Column:
    """What a guess needs to know about a column.

    Attributes
    ----------
    last_word : of its name, in lower case: "id" for User ID, user_id and userId
    is_numeric : at least half of the cells are numbers, and all others are missing
    is_complete : no cell is missing
    n_values : how many distinct values it has; numbers are compared as numbers
    numbers_rows : it identifies the rows and says nothing about them
    """

    name: str
    last_word: str
    is_numeric: bool
    is_complete: bool
    n_values: int
    numbers_rows: bool


def guess_columns(
    table: PointsTable, problem: str, label: str | None = None
) -> tuple[str, str, str]:
    """Return the names of the columns that look like the two inputs and the label or target.

    If `label` is given, it is the name of the label or target, and only the inputs are guessed.

    For classification, the preferred label is a column with the name of an answer, such as "class"
    or "Survived", and at most MANY_LABELS values, then one with two to MAX_CLASSES values, and
    among those one with two. For regression, the preferred target is a numeric column, among those
    one with more than two values, and among those one with the name of an answer. Among equals it
    is the last column.

    The inputs are two of the other columns. Preferred are numeric ones, among those the ones
    without missing cells, and among those the ones with more than two values. Among equals they are
    the first columns.

    A column that numbers the rows is chosen only if there is no other column, or, as an input, no
    other numeric one. Its name ends in the word "id", like "User ID", or is "row.names"; or it has
    distinct whole numbers and its name is missing, is "index" or ends in the word "no"; or it is
    the first and counts from 0 or 1.
    """
    columns = [
        _described(name, cells, is_first=place == 0)
        for place, (name, cells) in enumerate(table.columns.items())
    ]
    named = [column for column in columns if column.name == label] or columns
    answer = max(enumerate(named), key=lambda item: (*_as_label(item[1], problem), item[0]))[1]
    rest = [column for column in columns if column is not answer]
    first, second = sorted(sorted(rest, key=_as_input)[:2], key=columns.index)
    return first.name, second.name, answer.name


def _as_label(column: _Column, problem: str) -> tuple[bool, ...]:
    """Return how well a column fits as label or target: a larger tuple fits better."""
    named = column.last_word in _ANSWER_NAMES
    if problem == "regression":
        # Two values are classes, though they can be numbers.
        return not column.numbers_rows, column.is_numeric, column.n_values > 2, named
    count = column.n_values
    reads_like_one = named and count <= MANY_LABELS
    return not column.numbers_rows, reads_like_one, 2 <= count <= MAX_CLASSES, count == 2


def _as_input(column: _Column) -> tuple[bool, ...]:
    """Return how badly a column fits as an input: a larger tuple fits worse."""
    bad = (not column.is_numeric, column.numbers_rows, not column.is_complete)
    return *bad, column.n_values <= 2


def _described(name: str, cells: list[str], *, is_first: bool) -> _Column:
    present = [cell for cell in cells if not is_missing(cell)]
    numbers = [found for cell in present if (found := as_number(cell)) is not None]
    all_numbers = len(numbers) == len(present)
    words = [
        word.lower() for letters in _LETTERS.findall(name) for word in _NEW_WORD.split(letters)
    ]
    return _Column(
        name,
        words[-1] if words else "",
        is_numeric=all_numbers and 2 * len(numbers) >= len(cells),
        is_complete=len(present) == len(cells),
        n_values=len(set(numbers) if all_numbers else set(present)),
        numbers_rows=_numbers_rows(
            name, words, numbers if len(numbers) == len(cells) else [], is_first=is_first
        ),
    )


def _numbers_rows(name: str, words: list[str], numbers: list[float], *, is_first: bool) -> bool:
    """Say whether a column numbers the rows.

    `words` are those of its name, in lower case. `numbers` are its cells, or none if one of them is
    not a number.
    """
    if {"".join(words[-count:]) for count in (1, 2)} & _ID_NAMES:
        return True
    distinct = len(set(numbers)) == len(numbers) and all(one.is_integer() for one in numbers)
    if not numbers or not distinct:
        return False
    if _UNNAMED.fullmatch(name) or "".join(words) in _INDEX_NAMES or {*words[-1:]} & _NUMBER_NAMES:
        return True
    counts = all(one == numbers[0] + place for place, one in enumerate(numbers))
    return is_first and len(numbers) > 2 and numbers[0] in (0, 1) and counts
