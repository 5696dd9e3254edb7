"""The goal of a step: conditions on a run, over a small fixed vocabulary.

A condition is one line such as `test_loss < 0.35, 0.2, 0.177`. It is read with Python's own syntax
tree and never evaluated as Python.
"""

import ast
import operator
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from nnlab.data.rules import is_real, shown
from nnlab.lessons.faults import Fault
from nnlab.training.config import SETTINGS
from nnlab.training.metrics import Metrics
from nnlab.training.run import Run
from nnlab.training.wording import field_name, short, value_text

MAX_LENGTH = 200  # characters of a condition
MAX_CONDITIONS = 10
SMALL = 0.01  # a weight below this in size hardly counts
# What a goal is called from its last threshold backwards, if it has several.
MEDALS = ("bronze", "silver", "gold")
ONLY_MEDAL = "reached"  # of a goal with one threshold


def _count_small(run: Run) -> int:
    return sum(int((np.abs(matrix) < SMALL).sum()) for matrix in run.parameters.weights)


# What a goal can measure, besides the fields of Config: its name, its words, and its number.
MEASURES: dict[str, tuple[str, Callable[[Run, Metrics], float]]] = {
    "train_loss": ("training loss", lambda _, metrics: metrics.train_loss),
    "test_loss": ("test loss", lambda _, metrics: metrics.test_loss),
    "train_accuracy": ("training accuracy", lambda _, metrics: metrics.train_accuracy),
    "test_accuracy": ("test accuracy", lambda _, metrics: metrics.test_accuracy),
    "loss_gap": (
        "gap of test to training loss",
        lambda _, metrics: metrics.test_loss - metrics.train_loss,
    ),
    "iterations": ("iterations", lambda run, _: run.iteration),
    "hidden_units": ("hidden units", lambda run, _: sum(run.config.hidden_layers)),
    "hidden_layers": ("hidden layers", lambda run, _: len(run.config.hidden_layers)),
    "weights": ("weights", lambda run, _: sum(w.size for w in run.parameters.weights)),
    "small_weights": (f"weights closer to 0 than {SMALL}", lambda run, _: _count_small(run)),
}
FIELDS = tuple(name for name in SETTINGS if name not in MEASURES and name != "points")
VOCABULARY = (*MEASURES, *FIELDS)


class _Operator(NamedTuple):
    words: str
    holds: Callable[[Any, Any], bool]
    direction: int  # of stricter thresholds; 0: there are none


_OPERATORS: dict[type[ast.cmpop], tuple[str, _Operator]] = {
    ast.Lt: ("<", _Operator("below", operator.lt, -1)),
    ast.LtE: ("<=", _Operator("at most", operator.le, -1)),
    ast.Gt: (">", _Operator("above", operator.gt, 1)),
    ast.GtE: (">=", _Operator("at least", operator.ge, 1)),
    ast.Eq: ("==", _Operator("exactly", operator.eq, 0)),
    ast.NotEq: ("!=", _Operator("not", operator.ne, 0)),
}
_SIGNS = dict(_OPERATORS.values())


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.4g}%"


class Condition(NamedTuple):
    """One line of a goal.

    Attributes
    ----------
    name : in VOCABULARY
    sign : of the comparison, such as "<"
    thresholds : one, or one per medal, each stricter than the one before
    """

    name: str
    sign: str
    thresholds: tuple[Any, ...]

    def value(self, run: Run, metrics: Metrics) -> Any:
        """Return what the condition compares."""
        if self.name in MEASURES:
            return MEASURES[self.name][1](run, metrics)
        return getattr(run.config, self.name)

    def met(self, value: Any) -> int:
        """Return how many thresholds a value meets; NaN and None meet none of an order."""
        holds = _SIGNS[self.sign].holds
        if value is None and _SIGNS[self.sign].direction:
            return 0
        return sum(bool(holds(value, threshold)) for threshold in self.thresholds)

    def sentence(self, value: Any, level: int) -> str:
        """Return the state in words: "test loss 0.31, goal below 0.2"."""
        threshold = self.thresholds[min(level, len(self.thresholds) - 1)]
        if self.name in MEASURES:
            name = MEASURES[self.name][0]
            write = _percent if self.name.endswith("_accuracy") else short
            texts = [write(each) for each in (value, threshold)]
        else:
            name = field_name(self.name)
            texts = [value_text(self.name, each) for each in (value, threshold)]
        return f"{name} {texts[0]}, goal {_SIGNS[self.sign].words} {texts[1]}"


class ConditionState(NamedTuple):
    """A condition of a goal for the present run: whether it holds, and in words."""

    holds: bool
    sentence: str


class Goal(NamedTuple):
    """All conditions of a step.

    Attributes
    ----------
    line : where it begins
    """

    conditions: tuple[Condition, ...]
    line: int

    @property
    def levels(self) -> int:
        """Return the number of medals, 1 to 3."""
        return max(len(condition.thresholds) for condition in self.conditions)

    def reached(self, run: Run, metrics: Metrics) -> int:
        """Return how many levels the run reaches: 0 to `levels`."""
        found = self.levels
        for condition in self.conditions:
            met = condition.met(condition.value(run, metrics))
            whole = len(condition.thresholds) == 1
            found = min(found, (self.levels if met else 0) if whole else met)
        return found

    def states(self, run: Run, metrics: Metrics) -> list[ConditionState]:
        """Return each condition's state, towards the lowest level that is not reached yet."""
        level = min(self.reached(run, metrics), self.levels - 1)
        states = []
        for condition in self.conditions:
            value = condition.value(run, metrics)
            wanted = 0 if len(condition.thresholds) == 1 else level
            holds = condition.met(value) > wanted
            states.append(ConditionState(holds, condition.sentence(value, level)))
        return states

    def medal(self, reached: int) -> str:
        """Return the name of a level from 1 on: the last is gold, unless it is the only one."""
        return ONLY_MEDAL if self.levels == 1 else MEDALS[reached - self.levels - 1]


def read_goal(lines: Sequence[str], first: int) -> tuple[Goal | None, list[Fault]]:
    """Read a block of conditions, one a line; `first` is the number of its first line.

    Returns
    -------
    goal : None if there are faults
    faults : all of them
    """
    conditions, faults = [], []
    for number, line in enumerate(lines, first):
        if not line.strip() or line.strip().startswith("#"):
            continue
        try:
            conditions.append(_condition(line.strip()))
        except ValueError as error:
            faults.append(Fault(number, str(error)))
    if not faults:
        if not 1 <= len(conditions) <= MAX_CONDITIONS:
            sentence = f"a goal must have 1 to {MAX_CONDITIONS} conditions, one per line, but has"
            faults.append(Fault(first, f"{sentence} {len(conditions)}"))
        elif len({len(one.thresholds) for one in conditions} - {1}) > 1:
            sentence = "all conditions with several thresholds must have the same number of them"
            faults.append(Fault(first, sentence))
    return (None if faults else Goal(tuple(conditions), first - 1)), faults


_FORM = "a condition must be a name, a comparison and one to three values, as in test_loss < 0.2"


def _condition(line: str) -> Condition:
    """Read one condition, or raise ValueError with what is wrong and what is allowed."""
    refused = f"{_FORM}, not {shown(line)}"
    if len(line) > MAX_LENGTH:
        raise ValueError(f"a condition must have at most {MAX_LENGTH} characters, not {len(line)}")
    try:
        tree = ast.parse(line, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(refused) from None
    first, others = (tree.elts[0], tree.elts[1:]) if isinstance(tree, ast.Tuple) else (tree, [])
    if not isinstance(first, ast.Compare) or not isinstance(first.left, ast.Name):
        raise ValueError(refused)
    if len(first.ops) != 1 or type(first.ops[0]) not in _OPERATORS or len(others) > 2:
        raise ValueError(refused)
    name, (sign, meaning) = first.left.id, _OPERATORS[type(first.ops[0])]
    if name not in VOCABULARY:
        allowed = ", ".join(VOCABULARY)
        raise ValueError(f"{shown(name)} is unknown to a goal; allowed are {allowed}")
    thresholds = tuple(_threshold(name, node) for node in (first.comparators[0], *others))
    ordered = [is_real(threshold) for threshold in thresholds]
    if meaning.direction and not all(ordered):
        raise ValueError(f"{name} {sign} must be followed by numbers; for text, use == or !=")
    if len(thresholds) > 1 and not _get_stricter(thresholds, meaning.direction):
        raise ValueError(f"the thresholds of {name} must get stricter from left to right")
    return Condition(name, sign, thresholds)


def _get_stricter(thresholds: Sequence[Any], direction: int) -> bool:
    return bool(direction) and all((b - a) * direction > 0 for a, b in pairwise(thresholds))


def _threshold(name: str, node: ast.expr) -> Any:
    """Return a literal value that the name can be compared with."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError, MemoryError):
        raise ValueError(f"{name} must be compared with a plain value; {_FORM}") from None
    if name in MEASURES:
        if not is_real(value) or not abs(value) <= 1e12:  # NaN and infinity have no literal
            raise ValueError(f"{name} must be compared with a number, not {shown(value)}")
        return value
    kind = SETTINGS[name].kind
    try:
        return kind.rule(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} must {kind.must}, got {shown(value)}") from None
