"""What goes wrong in a run, with the evidence; trial runs show which of the cures helps.

Most findings count only once the run is over. In the article's own run, three of five units are
dead for a while and the loss stays at log 2 for 5,000 iterations; then the run solves its task.
"""

from collections.abc import Callable

from nnlab.inspection.diagnosis.finding import Cure, Finding
from nnlab.inspection.diagnosis.gradients import exploding_gradients, vanishing_gradients
from nnlab.inspection.diagnosis.loss_curve import noisy_batches, overfitting, plateau
from nnlab.inspection.diagnosis.penalties import strong_penalty
from nnlab.inspection.diagnosis.progress import GAIN, is_over, score
from nnlab.inspection.diagnosis.shape import bottleneck, few_units, line, too_deep
from nnlab.inspection.diagnosis.starting_weights import symmetry, unfit_start
from nnlab.inspection.diagnosis.units import dead_units, saturation
from nnlab.inspection.diagnosis.unscaled import unscaled
from nnlab.inspection.diagnosis.updates import (
    divergence,
    large_learning_rate,
    slow_progress,
    small_learning_rate,
)
from nnlab.inspection.observation import Observation

__all__ = ["RULES", "Cure", "Finding", "diagnose"]

# Causes come before their symptoms: of two cures that help alike, the first is advised.
RULES: tuple[Callable[[Observation], Finding | None], ...] = (
    overfitting,
    unscaled,
    divergence,
    symmetry,
    strong_penalty,
    line,
    large_learning_rate,
    unfit_start,
    exploding_gradients,
    vanishing_gradients,
    saturation,
    dead_units,
    bottleneck,
    too_deep,
    small_learning_rate,
    noisy_batches,
    plateau,
    slow_progress,
    few_units,
)

# They need not be asked at each tick of a run.
_NEVER_CERTAIN = {
    large_learning_rate,
    unfit_start,
    bottleneck,
    too_deep,
    noisy_batches,
    slow_progress,
    few_units,
}


def diagnose(observation: Observation) -> tuple[Finding, ...]:
    """Return what RULES find, or nothing while the run may still come to be well by itself.

    They count once the run is over, or as soon as one of them is certain. A run that overfits has
    learned its task, so that nothing else is wrong with it. There is nothing to find in a run
    without points, or where less than GAIN is left to gain.
    """
    run = observation.run
    if not len(observation.train.losses) or not run.iteration + run.diverged:
        return ()
    if not run.diverged and score(observation) > 1 - GAIN[run.config.head.measure]:
        return ()
    found = {rule: rule(observation) for rule in RULES if rule not in _NEVER_CERTAIN}
    if overfits := found[overfitting]:
        return (overfits,)
    if not is_over(run) and not any(finding and finding.certain for finding in found.values()):
        return ()
    found |= {rule: rule(observation) for rule in _NEVER_CERTAIN}
    return tuple(filter(None, (found[rule] for rule in RULES)))
