"""Where lessons come from: those that nnlab ships, and those in a folder of the server."""

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from nnlab.data.rules import BrokenRule, shown
from nnlab.lessons.faults import FaultyLesson
from nnlab.lessons.lesson import Lesson
from nnlab.lessons.reading import read_file

SHIPPED = Path(__file__).parent
FOLDER_VARIABLE = "NNLAB_LESSONS"
MAX_FILES = 200
TOUR = "00-tour"  # the lesson that shows the page to a new visitor


class Library(NamedTuple):
    """Lessons by their names, in the order of their files.

    Attributes
    ----------
    refused : a sentence for each fault of a file that could not be read
    """

    lessons: Mapping[str, Lesson]
    refused: tuple[str, ...] = ()


def shipped_files() -> list[Path]:
    """Return the files of the shipped lessons: 01-name.md, 02-name.md, ...."""
    return sorted(SHIPPED.glob("[0-9][0-9]-*.md"))


@lru_cache(maxsize=1)
def shipped() -> Library:
    """Return the lessons that nnlab ships; the tests check that they have no faults."""
    return Library({lesson.name: lesson for lesson in map(read_file, shipped_files())})


def in_folder() -> Library:
    """Return the lessons of the folder that NNLAB_LESSONS names; it is read when it changes."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return Library({})
    if not Path(folder).is_dir():
        broken = BrokenRule(FOLDER_VARIABLE, "be the path of a folder", shown(folder))
        return Library({}, (f"{broken}.",))
    try:
        files = sorted(Path(folder).glob("*.md"))[:MAX_FILES]
        versions = tuple((file, file.stat().st_mtime_ns) for file in files if file.is_file())
        return _read_all(versions)
    except OSError as error:
        return Library({}, (f"The folder of lessons cannot be read: {error.strerror}.",))


@lru_cache(maxsize=1)
def _read_all(versions: tuple[tuple[Path, int], ...]) -> Library:
    lessons: dict[str, Lesson] = {}
    refused: list[str] = []
    for file, _ in versions:
        try:
            lesson = read_file(file)
        except FaultyLesson as faulty:
            refused += faulty.sentences
        else:
            lessons[lesson.name] = lesson
    return Library(lessons, tuple(refused))
