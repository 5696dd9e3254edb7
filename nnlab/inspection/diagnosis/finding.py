"""What a rule finds."""

from typing import NamedTuple


class Diagnosis(NamedTuple):
    """What is wrong with a run.

    Attributes
    ----------
    name : of the rule that found it
    sentence : what is wrong, with the evidence as numbers
    advice : one thing to try
    changes : the fields of Config that follow the advice, and their values
    restart : True if the advice only helps a new run; else it can change this one
    """

    name: str
    sentence: str
    advice: str
    changes: dict[str, object]
    restart: bool
