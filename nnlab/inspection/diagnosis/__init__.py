"""What goes wrong in a run, in one honest sentence with its evidence, and one thing to try.

Most symptoms count only where something is wrong: where the loss no longer falls although the
points could be told apart better. The article's own run has three of five units dead for a while,
and stands at log 2 for 5,000 iterations; then it solves its task.
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
from nnlab.inspection.observation import Observation

__all__ = ["RULES", "Diagnosis", "diagnose"]

# of a run that has not diverged, in this order, from what explains the others to what is left
RULES: tuple[Callable[[Observation], Diagnosis | None], ...] = (
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
    """Return what the first of RULES finds, or `divergence`; None for a run without points."""
    run = observation.run
    if not len(run.dataset.train_inputs):
        return None
    if run.diverged:
        return divergence(observation)
    return next(filter(None, (rule(observation) for rule in RULES)), None)
