"""The record of a user's edits to a run: settings changed, parameters set by hand."""

from typing import Any, NamedTuple

from nnlab.data.points import Points
from nnlab.training.config import SETTINGS, Config

# The kinds of edits: a setting that changes updates, a setting that only ends the run, a parameter
# set by hand, and a step on a single training point.
SETTING, STOP, PARAMETER, STEP = "setting", "stop", "parameter", "step"


class Edit(NamedTuple):
    """One edit to a run.

    Attributes
    ----------
    iteration : number of updates made before it
    kind : SETTING, STOP, PARAMETER or STEP
    name : a field of Config, or a parameter, as "weight 3 -> 1 of layer 2" or "bias 2 of layer 1",
        all counted from 1, or "training point"
    value : the new value, or the point's index; Points are kept as their count and hash
    before : the old value, if there was one
    """

    iteration: int
    kind: str
    name: str
    value: Any
    before: Any = None


Edits = tuple[Edit, ...]  # in the order of their iterations


def with_settings(edits: Edits, iteration: int, old: Config, new: Config) -> Edits:
    """Add an edit for each setting that changes at an iteration.

    At iteration 0, only settings that draw the weights count: with any other change, the run equals
    a new one. `iterations` counts only if it changes the schedule.
    """
    constant = old.learning_rate_schedule == new.learning_rate_schedule == "constant"
    for name, setting in SETTINGS.items():
        before, value = getattr(old, name), getattr(new, name)
        if before != value and _counts(name, iteration) and not (name == "iterations" and constant):
            kind = STOP if setting.effect == "stop" else SETTING
            one = Edit(iteration, kind, name, _kept(value), _kept(before))
            edits = with_edit(edits, one)
    return edits


def with_edit(edits: Edits, new: Edit) -> Edits:
    """Add an edit, merged with any edit of the same name at the same iteration.

    An edit that restores the old value is left out, except for the optimizer, whose memory is lost.
    """
    same = [one for one in edits if one[:3] == new[:3]]
    if same:
        new = new._replace(before=same[0].before)
        edits = tuple(one for one in edits if one not in same)
    if new.value == new.before and new.name != "optimizer":
        return edits
    return (*edits, new)


def edits_at(edits: Edits, iteration: int) -> Edits:
    """Return the edits of a run that goes back to an iteration and keeps its current settings.

    Later edits of parameters are undone. Later edits of settings move to that iteration.
    """
    kept = tuple(one for one in edits if one.iteration <= iteration)
    moved: Edits = ()
    for one in edits[len(kept) :]:
        if one.kind in {SETTING, STOP} and _counts(one.name, iteration):
            moved = with_edit(moved, one._replace(iteration=iteration))
    for one in moved:
        if one.value != one.before:  # a restored optimizer has its memory again
            kept = with_edit(kept, one)
    return kept


def _counts(name: str, iteration: int) -> bool:
    return iteration > 0 or SETTINGS[name].draws == "weights"


def _kept(value: object) -> object:
    return (len(value), hash(value)) if isinstance(value, Points) else value
