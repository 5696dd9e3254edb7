"""The result of a rule."""

import math
from typing import NamedTuple


class Diagnosis(NamedTuple):
    """What is wrong with a run.

    Attributes
    ----------
    name : of the rule that found it
    sentence : what is wrong, with the evidence as numbers
    advice : one thing to try
    changes : the fields of Config that follow the advice, and their values
    restart : False if the advice can change this run, True if it only helps a new one
    standardise : the advice is to standardize the own points, inputs and a regression's targets
    """

    name: str
    sentence: str
    advice: str
    changes: dict[str, object]
    restart: bool = True
    standardise: bool = False


def rounded(rate: float, digits: int = 3) -> float:
    """Return a rate with a few significant digits, so that the value set is the one shown.

    It is above 0, as a learning rate must be, even if a fraction of a tiny rate has become 0.
    """
    return max(float(f"{rate:.{digits}g}"), math.ulp(0.0))
