"""The text of a file in rows of cells, whatever separates them, and without comments."""

import csv
import io
import re
from collections.abc import Iterator

from nnlab.data.rules import BrokenRule

MAX_BYTES = 10_000_000
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_SEPARATORS = "\t;,|"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # the byte order marks
# ARFF files, and those of KEEL, name their columns in lines such as "@attribute age numeric".
_ATTRIBUTE = re.compile(r"""@attribute\s+(?:"([^"]*)"|'([^']*)'|([^\s{]+))""", re.IGNORECASE)


def rows_of(content: bytes) -> Iterator[tuple[int, list[str], str]]:
    """Yield the rows of a file: their numbers from 1, their cells, and the separator.

    Text is in UTF-8, or in UTF-16 with a byte order mark, else it is read as Latin-1. The separator
    is the one that a first line "sep=;" names, or the first of tab, semicolon, comma and bar that
    splits the first row into three or more cells. Without any of them, it is a space. Lines that
    begin with # or % above the first row are comments, but the last of them can be the header, as
    NumPy's savetxt writes it. Empty rows are yielded, too, as they count.

    Raises
    ------
    BrokenRule
        If the content is too long or no text, or a quote is broken.
    """
    lines = list(io.StringIO(_text(content), newline=""))
    named = re.fullmatch(r"sep=(.)\s*", lines[0], re.IGNORECASE) if lines else None
    if named:
        lines[0] = "\n"
    _read_attributes(lines)
    _drop_comments(lines)
    separator = str(named[1]) if named else _separator(lines)
    if separator == " ":
        lines = [" ".join(line.split()) + "\n" for line in lines]
    text = io.StringIO("".join(lines), newline="")
    reader = csv.reader(text, delimiter=separator, skipinitialspace=True, strict=True)
    number = 0
    try:
        for number, record in enumerate(reader, 1):
            yield number, [cell.strip() for cell in record], separator
    except csv.Error:  # also a cell longer than csv.field_size_limit, as after an open quote
        what = f"a broken quote or an endless cell in row {number + 1}"
        raise BrokenRule("file", "be a CSV file", what) from None


def _text(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise BrokenRule("file", f"be at most {MAX_BYTES // 10**6} MB", f"{len(content):,} bytes")
    try:
        text = content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    if _CONTROL.search(text):
        raise BrokenRule("file", "be a CSV file", "binary data, as in a .zip or .xlsx file")
    return text.rstrip("\r\n")


def _read_attributes(lines: list[str]) -> None:
    """Replace the head of an ARFF file by a row with the names of its attributes."""
    matches = (_ATTRIBUTE.match(line.strip()) for line in lines[:1000])
    names = [next(filter(None, match.groups()), "") for match in matches if match]
    data = (place for place, line in enumerate(lines) if line.strip().lower() == "@data")
    if names and (end := next(data, None)) is not None:
        lines[:end] = ["\n"] * end
        lines[end] = ",".join(f'"{name}"' for name in names) + "\n"


def _drop_comments(lines: list[str]) -> None:
    """Empty the comments above the first row, unless the last of them is its header."""
    rows = (place for place, line in enumerate(lines) if line.strip() and not _is_comment(line))
    first = next(rows, 0)
    separator = _separator(lines[first:])
    for place in range(first):
        header = lines[place].lstrip("#% ")
        counts = {_count(line, separator) for line in (header, lines[first])}
        fits = place == first - 1 and len(counts) == 1 and min(counts) > 2
        lines[place] = header if fits else "\n"


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith(("#", "%"))


def _count(line: str, separator: str) -> int:
    return len(line.split(None if separator == " " else separator))


def _separator(lines: list[str]) -> str:
    start = "".join(lines)[:100_000]
    unquoted = re.sub('"[^"]*"', "q", start).lstrip("\r\n")
    first_line = re.split("[\r\n]", unquoted, maxsplit=1)[0]
    counts = {separator: min(2, first_line.count(separator)) for separator in _SEPARATORS}
    if not any(counts.values()) and len(first_line.split()) > 2:
        return " "
    return max(counts, key=counts.__getitem__)
