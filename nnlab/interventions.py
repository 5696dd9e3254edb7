"""What somebody does to a run on its way, in words: settings changed, parameters moved by hand."""

from dataclasses import fields

from nnlab.config import Config
from nnlab.points import Points

Interventions = tuple[tuple[int, str], ...]  # (iteration, what was done), in order

ENDS_A_RUN = {"iterations", "target_loss", "patience"}  # and changes no update
BEFORE_A_RUN = {"seed", "initialization"}  # what the run has started from
_TO = " → "


def changed(
    interventions: Interventions, iteration: int, old: Config, new: Config
) -> Interventions:
    """Add the settings by which the updates from an iteration on differ from those before.

    At iteration 0 there are none before, and a run under the new settings starts alike, but for
    its weights.
    """
    counting = ENDS_A_RUN
    if {old.learning_rate_schedule, new.learning_rate_schedule} != {"constant"}:
        counting = ENDS_A_RUN - {"iterations"}  # they stretch the schedule
    names = [item.name for item in fields(Config) if item.name not in counting]
    return interventions + tuple(
        (iteration, f"{name} {_shown(getattr(old, name))}{_TO}{_shown(getattr(new, name))}")
        for name in names
        if getattr(old, name) != getattr(new, name) and (iteration > 0 or name in BEFORE_A_RUN)
    )


def moved(
    interventions: Interventions, iteration: int, parameter: str, value: float
) -> Interventions:
    """Add that a parameter was set to a value, which replaces what it was set to just before."""
    beginning = f"{parameter} set to "
    others = (
        one for one in interventions if not (one[0] == iteration and one[1].startswith(beginning))
    )
    return (*others, (iteration, f"{beginning}{value!r}"))


def taken_back(interventions: Interventions, iteration: int) -> Interventions:
    """Return what counts when a run goes back to an iteration and keeps the settings of now.

    What was moved by hand later is undone; the settings that were changed later hold from there on.
    """
    return tuple(
        (min(when, iteration), what)
        for when, what in interventions
        if when <= iteration
        or (is_setting(what) and (iteration > 0 or what.split()[0] in BEFORE_A_RUN))
    )


def is_setting(what: str) -> bool:
    """Say whether an intervention is a change of a setting, and no parameter moved by hand."""
    return _TO in what


def _shown(value: object) -> str:
    if isinstance(value, Points):
        return str(len(value))
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
