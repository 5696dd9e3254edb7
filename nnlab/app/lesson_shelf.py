"""The lessons that a session can open: the shipped ones, the server's, and its own.

A session's own lesson was dropped onto the page or written in the editor. It is kept in the
session alone, and nothing of it is stored on the server.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nnlab.app.page_record import PageRecord, RecordKeeper
from nnlab.lessons.lesson import Lesson
from nnlab.lessons.library import in_folder, shipped

MAX_OWN = 20  # in one session

_keeper = RecordKeeper["LessonShelf"]("lessons")


@dataclass(frozen=True, kw_only=True)
class LessonShelf(PageRecord):
    """What a session has of its own.

    Attributes
    ----------
    own : by the lessons' names
    draft : the text in the editor
    """

    own: Mapping[str, Lesson] = field(default_factory=dict)
    draft: str = ""


def own() -> Mapping[str, Lesson]:
    """Return the session's own lessons, by their names."""
    return _keeper.current().own if _keeper.is_open() else {}


def add(lesson: Lesson) -> None:
    """Put a lesson on the session's shelf, in place of one with the same name."""
    others = {name: one for name, one in own().items() if name != lesson.name}
    kept = dict(list(others.items())[-(MAX_OWN - 1) :])
    _keeper.keep(LessonShelf(own={**kept, lesson.name: lesson}, draft=draft()))


def draft() -> str:
    """Return the text in the editor, or nothing."""
    return _keeper.current().draft if _keeper.is_open() else ""


def keep_draft(text: str) -> None:
    """Keep the text in the editor."""
    _keeper.keep(LessonShelf(own=own(), draft=text))


def all_lessons() -> Mapping[str, Lesson]:
    """Return the lessons by their names; the session's own count before others."""
    return {**shipped().lessons, **in_folder().lessons, **own()}
