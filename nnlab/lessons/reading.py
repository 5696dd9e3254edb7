"""Reads a lesson from its Markdown, and finds all that is wrong with it.

The front matter, between two lines of +++, is TOML. Each heading ## begins a step. What a step
sets, asks and wants stands in fenced blocks with the names in BLOCKS; everything else is its text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from nnlab.data.rules import BrokenRule, shown
from nnlab.lessons.faults import Fault, FaultyLesson
from nnlab.lessons.front_matter import front_matter
from nnlab.lessons.goal import Goal, read_goal
from nnlab.lessons.lesson import PARTS, Choice, Lesson, LessonStep, Question, Solution
from nnlab.lessons.markdown import BLOCKS, Block, Part, parts_of, read_markdown
from nnlab.lessons.toml_values import line_of, read_toml
from nnlab.training.config import SETTINGS, Config
from nnlab.training.work import check_work

MAX_CHARACTERS = 100_000
MAX_STEPS = 30
MAX_HINTS = 10
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_CHOICE = re.compile(r"[-*] \[([ xX])\] ?(.*)")
_CHOICE_FORM = "each choice must be a line: - [ ] choice -> the reply to this choice"


def read_file(path: Path) -> Lesson:
    """Read a lesson, or raise a FaultyLesson; an OSError if the file cannot be read."""
    return read_bytes(path.read_bytes(), path.name)


def read_bytes(data: bytes, file: str) -> Lesson:
    """Read a lesson from the content of a file; otherwise as `read`."""
    try:
        source = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise FaultyLesson(file, [Fault(line, "the text must be UTF-8")]) from None
    return read(source, file)


def read(source: str, file: str) -> Lesson:
    """Read a lesson from its text.

    Parameters
    ----------
    file : its name, for the link and for what is said about faults

    Raises
    ------
    FaultyLesson
        With all faults.
    """
    faults: list[Fault] = []
    name = file.removesuffix(".md").lower()
    if not _NAME.fullmatch(name):
        rule = "must be 1 to 60 letters, digits, - or _, and end in .md"
        faults.append(Fault(1, f"the name of the file {rule}, not {shown(file)}"))
    if len(source) > MAX_CHARACTERS:
        sentence = f"a lesson must have at most {MAX_CHARACTERS:,} characters, not {len(source):,}"
        raise FaultyLesson(file, [*faults, Fault(1, sentence)])
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    head, first = front_matter(lines, faults)
    introduction, parts = parts_of(lines, first, faults)
    steps = tuple(_steps(parts, faults))
    if not 1 <= len(parts) <= MAX_STEPS:
        rule = f"a lesson must have 1 to {MAX_STEPS} steps, each with a heading ##, but has"
        faults.append(Fault(len(lines), f"{rule} {len(parts)}"))
    if faults:
        raise FaultyLesson(file, faults)
    return Lesson(name=name, introduction=introduction, steps=steps, source=source, **head)


def _steps(parts: Sequence[Part], faults: list[Fault]) -> Iterator[LessonStep]:
    config = Config()
    for part in parts:
        blocks = {name: [one for one in part.blocks if one.name == name] for name in BLOCKS}
        for name, found in blocks.items():
            if name != "hint" and len(found) > 1:
                rule = f"a step must have at most one block {name}"
                faults.append(Fault(found[1].line - 1, rule))
        if len(blocks["hint"]) > MAX_HINTS:
            rule = f"a step must have at most {MAX_HINTS} hints"
            faults.append(Fault(blocks["hint"][MAX_HINTS].line - 1, rule))
        for block in [*blocks["hint"], *blocks["explanation"]]:
            _inner_text(block, faults)
        if blocks["settings"]:
            config = _changed(config, blocks["settings"][0], faults)[0]
        question = _question(blocks["question"][0], faults) if blocks["question"] else None
        goal, solution = _goal_and_solution(config, blocks, faults)
        yield LessonStep(
            title=part.title,
            line=part.line,
            text=part.text,
            config=config,
            sets=bool(blocks["settings"]),
            question=question,
            goal=goal,
            hints=tuple(block.text.strip() for block in blocks["hint"]),
            explanation="\n".join(block.text.strip() for block in blocks["explanation"]),
            solution=solution,
            points_at=_points_at(blocks["points_at"][0], faults) if blocks["points_at"] else "",
        )


def _points_at(block: Block, faults: list[Fault]) -> str:
    name = block.text.strip()
    if name not in (*PARTS, *SETTINGS):
        allowed = ", ".join((*PARTS, *SETTINGS))
        faults.append(
            Fault(block.line, f"a step must point at one of {allowed}, not {shown(name)}")
        )
    return name


def _inner_text(block: Block, faults: list[Fault]) -> None:
    """Check the Markdown inside a block."""
    if not block.text.strip():
        faults.append(Fault(block.line - 1, f"the block {block.name} must not be empty"))
    for token in read_markdown(block.text, block.line - 1, faults):
        inner = token.map[0] if token.map else 0
        if token.type == "fence" and token.info.strip() in BLOCKS:
            rule = f"the block {token.info.strip()} must not be inside the block {block.name}"
            faults.append(Fault(block.line + inner, rule))


def _changed(config: Config, block: Block, faults: list[Fault]) -> tuple[Config, dict[str, Any]]:
    """Return the settings after those of a block, and the block's own values."""
    found = read_toml(block.lines, block.line, faults)
    if found is None:
        return config, {}
    given = {name: value for name, value in found.items() if name in SETTINGS}
    for name in found.keys() - given.keys():
        line = line_of(name, block.lines, block.line)
        allowed = ", ".join(SETTINGS)
        faults.append(Fault(line, f"{shown(name)} is not a setting; allowed are {allowed}"))
    optional = (name for name in given if SETTINGS[name].kind.optional and given[name] == "")
    given |= dict.fromkeys(optional)  # TOML has no None
    try:
        changed = replace(config, **given)
        check_work(changed)
    except BrokenRule as broken:
        line = line_of(broken.field, block.lines, block.line)
        faults.append(Fault(line, str(broken)))
        return config, {}
    return changed, given


def _question(block: Block, faults: list[Fault]) -> Question | None:
    """Read a question: its text, then a line `- [ ] choice -> reply` for each choice."""
    _inner_text(block, faults)
    text: list[str] = []
    choices: list[tuple[int, bool, str]] = []
    for number, line in enumerate(block.lines, block.line):
        if found := _CHOICE.fullmatch(line.strip()):
            choices.append((number, found[1] != " ", found[2]))
        elif choices:
            at, right, before = choices[-1]
            choices[-1] = (at, right, f"{before} {line.strip()}")
        else:
            text.append(line)
    known = len(faults)
    read_choices = []
    for at, right, words in choices:
        choice, arrow, reply = words.partition("->")
        if not arrow or not choice.strip() or not reply.strip():
            faults.append(Fault(at, f"{_CHOICE_FORM}; found {shown(words)}"))
        read_choices.append(Choice(choice.strip(), reply.strip(), right))
    rights = sum(choice.right for choice in read_choices)
    if not "".join(text).strip():
        faults.append(Fault(block.line - 1, "a question must begin with its text"))
    if not 2 <= len(choices) <= 6:
        faults.append(Fault(block.line - 1, f"a question must have 2 to 6 choices; {_CHOICE_FORM}"))
    elif rights != 1:
        rule = "exactly one choice must be marked as the right one, by [x]"
        faults.append(Fault(block.line - 1, f"{rule}, but {rights} are"))
    if len(faults) > known:
        return None
    return Question("\n".join(text).strip(), tuple(read_choices))


def _goal_and_solution(
    config: Config, blocks: dict[str, list[Block]], faults: list[Fault]
) -> tuple[Goal | None, Solution | None]:
    goals, solutions = blocks["goal"], blocks["solution"]
    goal = None
    if goals:
        goal, found = read_goal(goals[0].lines, goals[0].line)
        faults.extend(found)
        if not solutions:
            rule = "a step with a goal must have a block solution: settings that reach it, or"
            faults.append(Fault(goals[0].line - 1, f"{rule} impossible = true"))
    elif solutions:
        faults.append(Fault(solutions[0].line - 1, "a solution must be in a step with a goal"))
    if not solutions:
        return goal, None
    block = solutions[0]
    marks = [line.replace(" ", "") == "impossible=true" for line in block.lines]
    if any(marks):
        others = [line for line, mark in zip(block.lines, marks, strict=True) if not mark]
        if "".join(others).strip():
            faults.append(Fault(block.line, "impossible = true must be alone in its block"))
        return goal, Solution({}, impossible=True)
    return goal, Solution(_changed(config, block, faults)[1])
