"""Runs a receipt again, and says whether it is reproduced, or what differs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from nnlab.data.rules import BrokenRule
from nnlab.inspection.next_update import make_step
from nnlab.lessons.lesson import Lesson, LessonStep
from nnlab.lessons.receipt import NotAReceipt, Receipt, RunRecord, read, record_of
from nnlab.training.config import SETTINGS, Config, parse
from nnlab.training.edit_record import PARAMETER, SETTING, STEP, STOP, Edit
from nnlab.training.edits import set_parameter, with_config
from nnlab.training.run import Run, advance, evaluate, start
from nnlab.training.work import check_work

REPRODUCED = "reproduced to the last digit"
_PARAMETER = re.compile(r"(?:weight (\d+) -> |bias )(\d+) of layer (\d+)")


class Verdict(NamedTuple):
    """What came of running a receipt again.

    Attributes
    ----------
    receipt : None if the text is not one
    differs : one sentence for each difference; none if it is reproduced
    goals_met, goals : of the lesson
    """

    receipt: Receipt | None
    differs: tuple[str, ...]
    goals_met: int = 0
    goals: int = 0

    @property
    def sentence(self) -> str:
        """Return the verdict in one line."""
        said = "; ".join(self.differs) or REPRODUCED
        return f"{said}, goals met: {self.goals_met} of {self.goals}" if self.goals else said


def verify(source: str, lessons: Mapping[str, Lesson], version: str) -> Verdict:
    """Run a receipt again.

    Parameters
    ----------
    lessons : those whose goals can be checked, by their names
    version : of this nnlab
    """
    try:
        receipt = read(source)
    except NotAReceipt as error:
        return Verdict(None, (f"not a receipt: {error}",))
    differs = []
    if receipt.version != version:
        differs.append(f"it was made with nnlab {receipt.version or 'of no version'}")
        differs[0] += f", and this is {version}"
    lesson = lessons.get(receipt.lesson)
    if receipt.lesson and not lesson:
        differs.append(f"the lesson {receipt.lesson} is not here, so no goal was checked")
    met = set()
    for record in receipt.runs:
        try:
            run = repeat(record)
        except BrokenRule as broken:
            differs.append(str(broken))
            continue
        found = list(_differences(record, run))
        step = lesson.steps[record.step - 1] if lesson and _has(lesson, record.step) else None
        if lesson and step:
            hidden = list(_hidden_changes(record, step, lesson))
            reached = step.goal.reached(run, evaluate(run)) if step.goal else 0
            if record.reached > reached:
                found.append(f"step {record.step} claims more of its goal than the run reaches")
            found += hidden
            if reached and not found:
                met.add(record.step)
        differs += found
    goals = [step for step in lesson.steps if _can_be_met(step)] if lesson else []
    return Verdict(receipt, tuple(differs), len(met), len(goals))


def repeat(record: RunRecord) -> Run:
    """Return the run of a record, made again from its start, or raise a BrokenRule."""
    config = record.config
    check_work(config)
    first = config
    for edit in reversed(record.edits):
        if edit.kind in {SETTING, STOP}:
            first = replace(first, **{edit.name: parse(edit.name, edit.before)})
    check_work(first)
    run = start(first)
    for edit in record.edits:
        # a step on one point is recorded at the iteration after it
        at = min(edit.iteration, record.iterations) - (edit.kind == STEP)
        run = advance(run, max(0, at - run.iteration))
        run = _edited(run, edit)
    if run.config != config:  # what does not count as an edit, such as the number of iterations
        run = with_config(run, config)
    return advance(run, max(0, record.iterations - run.iteration))


def _edited(run: Run, edit: Edit) -> Run:
    if edit.kind in {SETTING, STOP}:
        changed: Config = replace(run.config, **{edit.name: parse(edit.name, edit.value)})
        check_work(changed)
        return with_config(run, changed)
    if edit.kind == STEP and edit.value.isdecimal():
        point = int(edit.value)
        if point < len(run.dataset.train_inputs):
            return make_step(run, point)
    found = _PARAMETER.fullmatch(edit.name)
    if edit.kind == PARAMETER and found:
        layer, column = int(found[3]) - 1, int(found[2]) - 1
        if layer < len(run.parameters.matrices):
            row = int(found[1]) - 1 if found[1] else len(run.parameters.matrices[layer]) - 1
            return set_parameter(run, layer, row, column, _value(edit.value))
    raise BrokenRule("edits", "be changes that nnlab makes", f"{edit.kind} {edit.name}")


def _value(written: str) -> float:
    try:
        return float(written)
    except ValueError:
        raise BrokenRule("value", "be a number", repr(written)) from None


def _differences(record: RunRecord, run: Run) -> Iterator[str]:
    where = f"step {record.step}: " if record.step else ""
    if run.iteration != record.iterations:
        yield f"{where}iterations are {record.iterations}, but {run.iteration} when run again"
        return
    numbers = record_of(run).numbers
    for name in sorted({*numbers, *record.numbers}):
        said, found = record.numbers.get(name), numbers.get(name)
        if said != found:
            yield f"{where}{name} is {said!r}, but {found!r} when run again"


def _hidden_changes(record: RunRecord, step: LessonStep, lesson: Lesson) -> Iterator[str]:
    """Say which settings differ from the step's though the lesson does not show them."""
    config = record.config
    for name in SETTINGS:
        differs = getattr(config, name) != getattr(step.config, name)
        if step.goal and differs and name not in lesson.controls:
            yield f"step {record.step}: {name} is not the step's, and the lesson does not show it"


def _has(lesson: Lesson, step: int) -> bool:
    return 1 <= step <= len(lesson.steps)


def _can_be_met(step: LessonStep) -> bool:
    return bool(step.goal) and not (step.solution and step.solution.impossible)
