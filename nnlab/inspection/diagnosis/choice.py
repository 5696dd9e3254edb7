"""Which cure to advise, and which trials are needed to decide."""

from collections.abc import Callable, Generator, Sequence

from nnlab.inspection.diagnosis.finding import Finding
from nnlab.inspection.diagnosis.outcome import Outcome
from nnlab.training.config import SETTINGS, Config
from nnlab.training.work import fits

ALIKE = 0.02  # scores that differ by less are alike

Place = tuple[int, int]  # of a cure: the number of its finding, and its own number there
Combination = tuple[Place, ...]  # cures that are tried together, in the order of the findings
REFERENCE: Combination = ((-1, 0),)  # stands for the settings of `reference.reference`


def choose(
    findings: Sequence[Finding], helps: Callable[[Outcome, Outcome], bool], enough: float
) -> Generator[Combination, Outcome, Combination]:
    """Ask for the outcomes of trials, one at a time; return the cures that help, in their order.

    First each cure is tried alone, until one is good enough, then one for each finding together. If
    a single cure does as well as all together, it is the answer. Otherwise the answer is all of
    them, minus those that can be left out, with the smallest cure that suffices for the first
    finding that remains. The answer is empty if nothing helps.

    Parameters
    ----------
    helps : says of the outcomes before and after whether the second is better beyond chance
    enough : the score that is good enough
    """
    before = yield ()
    alone = {}
    for number, finding in enumerate(findings):
        for cure in range(len(finding.cures)):
            place = number, cure
            alone[place] = outcome = yield (place,)
            if outcome.score >= enough and helps(before, outcome):
                return (place,)
    plan = _one_for_each(findings)
    together = yield plan
    helping = [outcome for outcome in (together, *alone.values()) if helps(before, outcome)]
    if not helping:
        return ()
    best = max(helping, key=lambda outcome: outcome.value)

    def suffices(outcome: Outcome) -> bool:
        return outcome.score >= best.score - ALIKE and helps(before, outcome)

    for place, outcome in alone.items():
        if suffices(outcome):
            return (place,)
    for place in reversed(plan):
        fewer = tuple(other for other in plan if other != place)
        if fewer and suffices((yield fewer)):
            plan = fewer
    (number, largest), *others = plan
    for cure in range(largest):
        smaller = ((number, cure), *others)
        if suffices((yield smaller)):
            return smaller
    return plan


def _one_for_each(findings: Sequence[Finding]) -> Combination:
    """Return the largest cure of each finding, unless an earlier one sets the same fields."""
    plan: list[Place] = []
    changed: set[str] = set()
    for number, finding in enumerate(findings):
        fields = set(finding.cures[-1].changes)
        if not fields & changed:
            plan.append((number, len(finding.cures) - 1))
            changed |= fields
    return tuple(plan)


def with_new_cures(
    config: Config, findings: Sequence[Finding], past: Sequence[Config]
) -> tuple[Finding, ...]:
    """Leave out cures that are known or too large to compute, or that undo earlier advice."""
    kept, known = [], [config]
    for finding in findings:
        cures = []
        for cure in finding.cures:
            advised = cure.applied(config)
            if advised not in known and fits(advised) and not _takes_back(config, advised, past):
                cures.append(cure)
                known.append(advised)
        if cures:
            kept.append(finding._replace(cures=tuple(cures)))
    return tuple(kept)


def _takes_back(config: Config, advised: Config, past: Sequence[Config]) -> bool:
    for name in SETTINGS:
        new = getattr(advised, name)
        if new != getattr(config, name) and any(new == getattr(one, name) for one in past):
            return True
    return False
