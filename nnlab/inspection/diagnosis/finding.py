"""What a rule says about a run: the evidence, the cures that may help, and the advised one."""

import math
from dataclasses import replace
from typing import Any, NamedTuple

from nnlab.data.scales import standardized_points
from nnlab.training.config import Config


class Cure(NamedTuple):
    """A change of one setting, or of two that belong together.

    Attributes
    ----------
    changes : the fields of Config that change, and their new values
    reason : a sentence about how they help
    standardise : standardize the own points instead, inputs and a regression's targets
    """

    changes: dict[str, Any]
    reason: str
    standardise: bool = False

    def applied(self, config: Config) -> Config:
        """Return the settings with the changes."""
        if self.standardise:
            return replace(config, points=standardized_points(config.points, config.problem))
        return replace(config, **self.changes)


class Finding(NamedTuple):
    """What a rule has found.

    Attributes
    ----------
    name : of the rule, in words
    sentence : what is wrong, with the evidence as numbers
    cures : what may help, the smaller changes first
    certain : a run with this trouble does not recover by itself; else the finding only counts once
        the run is over
    overfits : the run has learned its task, so that only its test points count
    """

    name: str
    sentence: str
    cures: tuple[Cure, ...]
    certain: bool = False
    overfits: bool = False


class Advice(NamedTuple):
    """A cure to try, and what the trials say for it.

    Attributes
    ----------
    finding : what is wrong
    cure : what to try
    evidence : a sentence about the trials
    """

    finding: Finding
    cure: Cure
    evidence: str


def rounded(rate: float, digits: int = 3) -> float:
    """Return a rate with a few significant digits, so that the value set is the one shown.

    It is above 0, as a learning rate must be, even if a fraction of a tiny rate has become 0.
    """
    return max(float(f"{rate:.{digits}g}"), math.ulp(0.0))
