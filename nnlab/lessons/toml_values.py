"""TOML inside a lesson: read with its faults, by the lines of the file."""

import re
import tomllib
from collections.abc import Sequence
from typing import Any

from nnlab.lessons.faults import Fault


def read_toml(lines: Sequence[str], first: int, faults: list[Fault]) -> dict[str, Any] | None:
    """Read TOML; None after a fault."""
    try:
        return tomllib.loads("\n".join(lines))
    except RecursionError:
        faults.append(Fault(first, "the values are nested too deeply; a list of values is allowed"))
    except ValueError as error:  # also an int of more than 4300 digits
        message = str(error)
        at = re.search(r"\(at line (\d+), column \d+\)", message)
        line = first + int(at[1]) - 1 if at else first
        what = message[: at.start()].strip() if at else "a value cannot be read"
        faults.append(Fault(line, f"this is not TOML ({what}); allowed are lines: name = value"))
    return None


def line_of(name: str, lines: Sequence[str], first: int) -> int:
    """Return the number of the line that sets a name; the first if it is not found."""
    sets = re.compile(rf"\s*[\"']?{re.escape(name)}\b")
    return next((number for number, line in enumerate(lines, first) if sets.match(line)), first)
