"""The front matter of a lesson: its title, how long it takes, for whom, and what it shows."""

import re
from collections.abc import Callable
from typing import Any

from nnlab.data.rules import shown
from nnlab.lessons.faults import Fault
from nnlab.lessons.lesson import LEVELS
from nnlab.lessons.markdown import read_markdown
from nnlab.lessons.toml_values import line_of, read_toml
from nnlab.training.config import SETTINGS
from nnlab.training.kinds import one_of, whole

MARK = "+++"
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= 100 or "\n" in value:
        raise ValueError
    return value.strip()


def _language(value: Any) -> str:
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
        raise ValueError
    return value


def _controls(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(
        isinstance(name, str) and name in SETTINGS for name in value
    ):
        raise ValueError
    return tuple(dict.fromkeys(value))


_MINUTES, _LEVEL = whole(1, 600), one_of(LEVELS)
# What the front matter holds: each value's rule, and the rule in words.
HEAD: dict[str, tuple[Callable[[Any], Any], str]] = {
    "title": (_text, "be a text in one line of 1 to 100 characters"),
    "minutes": (_MINUTES.rule, _MINUTES.must),
    "level": (_LEVEL.rule, _LEVEL.must),
    "language": (_language, "be the code of a language, such as en or pt-BR"),
    "controls": (_controls, f"be a list of settings out of {', '.join(SETTINGS)}"),
}


def front_matter(lines: list[str], faults: list[Fault]) -> tuple[dict[str, Any], int]:
    """Return the front matter's values, and the index of the first line after it."""
    marks = [index for index, line in enumerate(lines) if line.rstrip() == MARK][:2]
    if len(marks) < 2 or marks[0] != 0:
        begin = f"a lesson must begin with front matter between two lines of {MARK}, which holds"
        faults.append(Fault(1, f"{begin} {', '.join(HEAD)}"))
        return {}, 0
    first = marks[1] + 1
    found = read_toml(lines[1 : marks[1]], 2, faults)
    if found is None:
        return {}, first
    head: dict[str, Any] = {}
    for name, (rule, must) in HEAD.items():
        if name not in found:
            faults.append(Fault(1, f"the front matter must have {name}, which must {must}"))
            continue
        try:
            head[name] = rule(found[name])
        except (TypeError, ValueError, OverflowError):
            line = line_of(name, lines[1 : marks[1]], 2)
            faults.append(Fault(line, f"{name} must {must}, got {shown(found[name])}"))
    if "title" in head:  # the page shows it as Markdown
        read_markdown(head["title"], line_of("title", lines, 1) - 1, faults)
    for unknown in found.keys() - HEAD.keys():
        line = line_of(unknown, lines[1 : marks[1]], 2)
        allowed = ", ".join(HEAD)
        faults.append(Fault(line, f"{shown(unknown)} is unknown here; allowed are {allowed}"))
    return head, first
