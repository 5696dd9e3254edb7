"""What goes wrong in a run: one sentence with the evidence, and one thing to try.

Most symptoms count only while the loss does not fall although there is more to learn. In the
article's own run, three of five units are dead for a while and the loss stays at log 2 for 5,000
iterations; then the run solves its task.
"""

from collections.abc import Callable

from nnlab.inspection.diagnosis.finding import Diagnosis
from nnlab.inspection.diagnosis.gradients import (
    divergence,
    exploding_gradients,
    small_learning_rate,
    vanishing_gradients,
)
from nnlab.inspection.diagnosis.loss_curve import overfitting, plateau
from nnlab.inspection.diagnosis.units import dead_units, saturation, strong_penalty, symmetry
from nnlab.inspection.diagnosis.unscaled import unscaled
from nnlab.inspection.observation import Observation

__all__ = ["RULES", "Diagnosis", "diagnose"]

# The first rule that finds something wins, so causes come before
# their symptoms.
RULES: tuple[Callable[[Observation], Diagnosis | None], ...] = (
    unscaled,
    symmetry,
    strong_penalty,
    saturation,
    dead_units,
    vanishing_gradients,
    exploding_gradients,
    overfitting,
    small_learning_rate,
    plateau,
)


def diagnose(observation: Observation) -> Diagnosis | None:
    """Return what the first of RULES finds; None for a run without points.

    For a run that has diverged, only `unscaled` and `divergence` count.
    """
    if not len(observation.train.losses):
        return None
    if observation.run.diverged:
        return unscaled(observation) or divergence(observation)
    return next(filter(None, (rule(observation) for rule in RULES)), None)
