"""What is wrong with a lesson: one sentence each, with the file and the line."""

from collections.abc import Sequence
from typing import NamedTuple


class Fault(NamedTuple):
    """One thing that is wrong with a lesson.

    Attributes
    ----------
    line : counted from 1
    sentence : what is wrong and what is allowed, without a full stop
    """

    line: int
    sentence: str


class FaultyLesson(ValueError):  # noqa: N818 - named like its sentence
    """A lesson that cannot be used.

    Attributes
    ----------
    file : its name
    faults : all that is wrong with it, at least one, by line
    """

    def __init__(self, file: str, faults: Sequence[Fault]) -> None:
        super().__init__(file, faults)
        self.file, self.faults = file, tuple(sorted(set(faults)))

    @property
    def sentences(self) -> list[str]:
        """Return one sentence for each fault."""
        return [f"{self.file}, line {line}: {sentence}." for line, sentence in self.faults]

    def __str__(self) -> str:
        return "\n".join(self.sentences)
