"""What one cell of a CSV file holds: a number, or a name that is safe in a spreadsheet."""

import re

# A spreadsheet may run such a cell as a formula (OWASP, "CSV Injection"), full-width forms too.
_FORMULA = re.compile(r"[\t\r\n]|\s*[=+\-@＝＋－＠]")

_MISSING = {"", "na", "n/a", "?", "nan", "null"}


def as_number(cell: str) -> float | None:
    """Return the number that a cell holds, which may be infinite or NaN; None if it holds none."""
    try:
        return None if "_" in cell else float(cell)  # Python reads 1_0 as 10
    except ValueError:
        return None


def is_missing(cell: str) -> bool:
    """Say whether a cell is empty, or says so."""
    return cell.lower() in _MISSING


def _needs_guard(text: str) -> bool:
    bare = text.lstrip("'")
    return bool(_FORMULA.match(bare)) or as_number(bare) is not None


def guarded(text: str) -> str:
    """Return a name with an apostrophe before it if a spreadsheet would not take it as a text."""
    return f"'{text}" if _needs_guard(text) else text


def plain(cell: str) -> str:
    """Return a name or label on one line, without the apostrophe that `guarded` adds."""
    text = " ".join(cell.split())
    return text[1:] if text.startswith("'") and _needs_guard(text) else text
