"""Runs a lesson's solutions, and its steps as they open, to see whether its goals hold."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from nnlab.lessons.faults import Fault
from nnlab.lessons.goal import Goal
from nnlab.lessons.lesson import Lesson, LessonStep
from nnlab.training.config import Config
from nnlab.training.run import advance, evaluate, start

LOOK_EVERY = 100  # iterations between two looks at the goal


class Trial(NamedTuple):
    """What a run reaches of a goal.

    Attributes
    ----------
    reached : the highest level on the way
    iteration : of the first look that found it
    state : the goal's state at that look, in words
    """

    reached: int
    iteration: int
    state: str


def try_goal(config: Config, goal: Goal) -> Trial:
    """Train a run to its end, and return the best that it reaches of a goal."""
    run = start(config)
    best = Trial(-1, 0, "")
    while True:
        metrics = evaluate(run)
        reached = goal.reached(run, metrics)
        ended = run.stopped or run.iteration >= config.iterations
        if reached > best.reached or (ended and reached == best.reached == 0):
            states = (state.sentence for state in goal.states(run, metrics))
            best = Trial(reached, run.iteration, "; ".join(states))
        if ended or best.reached == goal.levels:
            return best
        run = advance(run, min(LOOK_EVERY, config.iterations - run.iteration))


def check(lesson: Lesson) -> list[Fault]:
    """Return a fault for each goal that its solution does not reach, or that comes by itself."""
    return [fault for step in lesson.steps for fault in _faults(step, lesson.controls)]


def _faults(step: LessonStep, controls: Sequence[str]) -> Iterator[Fault]:
    if not step.goal or not step.solution:
        return
    goal, solution = step.goal, step.solution
    if hidden := [name for name in solution.changes if name not in controls]:
        names = ", ".join(hidden)
        yield Fault(goal.line, f"the solution changes {names}, so controls must contain it")
    start_is_enough = not solution.changes and not solution.impossible
    untouched = replace(step.config, iterations=1) if start_is_enough else step.config
    idle = try_goal(untouched, goal)
    if idle.reached > 0:
        without = "before Start" if start_is_enough else "by Start alone"
        yield Fault(goal.line, f"the goal is reached {without} ({idle.state}); make it harder")
    if not solution.impossible:
        trial = try_goal(replace(step.config, **solution.changes), goal)
        if trial.reached < goal.levels:
            best = f"at best {trial.state}, at iteration {trial.iteration}"
            yield Fault(goal.line, f"the solution does not reach the goal ({best})")
