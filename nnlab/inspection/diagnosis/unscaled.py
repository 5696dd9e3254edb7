"""What goes wrong with own points: their scales are too large or too uneven to learn from."""

from functools import lru_cache

from nnlab.data.datasets import OWN, Dataset
from nnlab.data.scales import are_large, are_uneven, mean_and_deviation
from nnlab.inspection.diagnosis.finding import Diagnosis
from nnlab.inspection.diagnosis.gradients import (
    exploding_gradients,
    small_learning_rate,
    vanishing_gradients,
)
from nnlab.inspection.diagnosis.loss_curve import plateau
from nnlab.inspection.diagnosis.progress import constant_loss, is_stuck, loss_windows
from nnlab.inspection.diagnosis.units import dead_units, saturation
from nnlab.inspection.observation import Observation

WORSE = 1.05  # times the loss of a constant; the article's run, while it is stuck, has 1.01
# Their advice cannot suit different scales at once.
SYMPTOMS = (
    saturation,
    dead_units,
    vanishing_gradients,
    exploding_gradients,
    small_learning_rate,
    plateau,
)


def unscaled(observation: Observation) -> Diagnosis | None:
    """Find own points whose scales keep the run from learning.

    Threshold: that of `are_large` for the training inputs or a regression's targets, or of
    `are_uneven` for the inputs (LeCun et al. 1998, Efficient BackProp, section 4.3). It counts only
    if the run has diverged, if one of SYMPTOMS finds something, or if the loss no longer falls and
    is more than WORSE times that of a constant prediction. Points that are added to another data
    set do not count, since its own points could not be standardized with them.
    """
    run = observation.run
    if run.config.dataset != OWN:
        return None
    regression = run.config.problem == "regression"
    evidence = _evidence(run.dataset, regression)
    if not evidence or not (run.diverged or _has_symptoms(observation)):
        return None
    both = "both inputs and the target" if regression else "both inputs"
    return Diagnosis(
        "unscaled",
        f"{evidence} A network learns well from means near 0 and standard deviations near 1.",
        f"Standardize the points: {both} get mean 0 and standard deviation 1.",
        {},
        standardise=True,
    )


def _has_symptoms(observation: Observation) -> bool:
    run = observation.run
    if any(rule(observation) for rule in SYMPTOMS):
        return True
    windows = loss_windows(run)
    bad = windows and windows[1].mean() > WORSE * constant_loss(run.config, run.dataset)
    return bool(bad) and is_stuck(observation)


@lru_cache(maxsize=16)
def _evidence(dataset: Dataset, regression: bool) -> str:
    """Return a sentence about the scales of the training points; empty if they are good."""
    inputs, targets = dataset.train_inputs, dataset.train_targets[:, 0]
    values = {}
    if large_inputs := are_large(inputs) or are_uneven(inputs):
        values = {"x1": inputs[:, 0], "x2": inputs[:, 1]}
    if large_targets := regression and are_large(targets):
        values["the target"] = targets
    if not values:
        return ""
    kinds = ["inputs"] * large_inputs + ["targets"] * large_targets
    spreads = {name: mean_and_deviation(column) for name, column in values.items()}
    return (
        f"The {' and '.join(kinds)} of your training points are not scaled: "
        + ", ".join(
            f"{name} has a mean of {mean} and a standard deviation of {deviation}"
            for name, (mean, deviation) in spreads.items()
        )
        + "."
    )
