"""What somebody does to a run on its way: settings changed, parameters moved by hand."""

from typing import Any, NamedTuple

from nnlab.data.points import Points
from nnlab.training.config import SETTINGS, Config

# The kinds: a setting that changes updates, one that only ends the run, a parameter set by hand,
# and a step on one training point alone.
SETTING, STOP, PARAMETER, STEP = "setting", "stop", "parameter", "step"


class Edit(NamedTuple):
    """One thing that was done to a run.

    Attributes
    ----------
    iteration : number of updates made before
    kind : SETTING, STOP, PARAMETER or STEP
    name : of the Config's field; of the parameter, as "weight 3 -> 1 of layer 2" or "bias 2 of
        layer 1", all counted from 1; or "training point"
    value : what it was set to, or the point's number; of points, which may be many, their number
        and their hash
    before : what it was before, if it was set
    """

    iteration: int
    kind: str
    name: str
    value: Any
    before: Any = None


Edits = tuple[Edit, ...]  # in order of their iterations


def with_settings(edits: Edits, iteration: int, old: Config, new: Config) -> Edits:
    """Add the settings by which a run differs from an iteration on.

    At iteration 0 there are no updates before, and a run under the new settings starts alike, but
    for its weights. `iterations` ends no run by itself, and counts only where it stretches the
    schedule.
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
    """Add an edit, as one with what was done to the same thing at the same iteration.

    What is back at what it was before is left out, but for the optimizer: its memory is gone.
    """
    same = [one for one in edits if one[:3] == new[:3]]
    if same:
        new = new._replace(before=same[0].before)
        edits = tuple(one for one in edits if one not in same)
    if new.value == new.before and new.name != "optimizer":
        return edits
    return (*edits, new)


def edits_at(edits: Edits, iteration: int) -> Edits:
    """Return what counts when a run goes back to an iteration and keeps the settings of now.

    What was moved by hand later is undone; the settings that were changed later hold from there on.
    """
    kept = tuple(one for one in edits if one.iteration <= iteration)
    moved: Edits = ()
    for one in edits[len(kept) :]:
        if one.kind in {SETTING, STOP} and _counts(one.name, iteration):
            moved = with_edit(moved, one._replace(iteration=iteration))
    for one in moved:
        if one.value != one.before:  # back at the optimizer of then, the memory of then is there
            kept = with_edit(kept, one)
    return kept


def _counts(name: str, iteration: int) -> bool:
    return iteration > 0 or SETTINGS[name].draws == "weights"


def _kept(value: object) -> object:
    return (len(value), hash(value)) if isinstance(value, Points) else value
