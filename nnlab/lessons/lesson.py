"""A lesson as a value: its steps, and what each of them sets, asks and wants."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from nnlab.lessons.goal import Goal
from nnlab.training.config import Config

# What a step can point at, besides a setting.
PARTS = ("start", "reset", "speed", "plane", "network", "loss", "time_line", "save", "share")
LEVELS = ("beginner", "intermediate", "advanced")


class Choice(NamedTuple):
    """One answer to a question, and the reply that is shown for it after the run."""

    text: str
    reply: str
    right: bool


class Question(NamedTuple):
    """A question that is asked before a run; exactly one choice is right."""

    text: str
    choices: tuple[Choice, ...]

    @property
    def right(self) -> Choice:
        """Return the right choice."""
        (choice,) = (choice for choice in self.choices if choice.right)
        return choice


class Solution(NamedTuple):
    """How the goal of a step is reached.

    Attributes
    ----------
    changes : settings that reach it, by Config's names; none: pressing Start is enough
    impossible : the goal cannot be reached, and that is the point
    """

    changes: Mapping[str, Any]
    impossible: bool = False


@dataclass(frozen=True, kw_only=True)
class LessonStep:
    """A step of a lesson.

    Attributes
    ----------
    title : its heading
    line : of the heading
    text : Markdown
    config : the settings with which the step opens
    sets : whether the step sets any of them itself; else it continues with what is there
    points_at : the control or part of the page that is framed, or nothing
    """

    title: str
    line: int
    text: str
    config: Config
    sets: bool
    question: Question | None = None
    goal: Goal | None = None
    hints: tuple[str, ...] = ()
    explanation: str = ""
    solution: Solution | None = None
    points_at: str = ""


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A lesson.

    Attributes
    ----------
    name : that of its file, without the ending; it stands in the link
    minutes : how long it takes
    language : code of the language, such as en or pt-BR
    controls : the fields of Config that the page shows
    introduction : Markdown before the first step
    source : the text of the file
    """

    name: str
    title: str
    minutes: int
    level: Literal["beginner", "intermediate", "advanced"]
    language: str
    controls: tuple[str, ...]
    introduction: str
    steps: tuple[LessonStep, ...]
    source: str
