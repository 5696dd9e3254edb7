"""What a rule has found."""

from typing import NamedTuple


class Diagnosis(NamedTuple):
    """What is wrong with a run.

    Attributes
    ----------
    name : of the rule that found it
    sentence : what is wrong, with the evidence as numbers
    advice : one thing to try
    changes : the fields of Config that follow the advice, and their values
    anew : True if it only helps from the start; else it may act on the run in progress
    """

    name: str
    sentence: str
    advice: str
    changes: dict[str, object]
    anew: bool
