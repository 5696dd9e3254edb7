"""What goes wrong with own points: their scales are too large or too uneven to learn from."""

from functools import lru_cache

from nnlab.data.datasets import OWN, Dataset
from nnlab.data.scales import are_large, are_uneven, mean_and_deviation
from nnlab.inspection.diagnosis.finding import Cure, Finding
from nnlab.inspection.diagnosis.progress import constant_loss, is_stuck, loss_windows
from nnlab.inspection.observation import Observation

WORSE = 1.05  # times the loss of a constant; the article's run, while it is stuck, has 1.01


def unscaled(observation: Observation) -> Finding | None:
    """Find own points whose scales keep the run from learning.

    Threshold: that of `are_large` for the training inputs or a regression's targets, or of
    `are_uneven` for the inputs (LeCun et al. 1998, Efficient BackProp, section 4.3). It is certain
    if the run has diverged, or if the loss no longer falls and is more than WORSE times that of a
    constant prediction. Points that are added to another data set do not count, since its own
    points could not be standardized with them.
    """
    run = observation.run
    if run.config.dataset != OWN:
        return None
    evidence = _evidence(run.dataset, run.config.n_classes)
    if not evidence:
        return None
    windows = loss_windows(run)
    bad = windows and windows[1].mean() > WORSE * constant_loss(run.config, run.dataset)
    return Finding(
        "unscaled",
        evidence,
        (Cure({}, "Means near 0 and deviations near 1 suit a network.", standardise=True),),
        certain=run.diverged or (bool(bad) and is_stuck(observation)),
    )


@lru_cache(maxsize=16)
def _evidence(dataset: Dataset, n_classes: int) -> str:
    """Return a sentence about the scales of the training points; empty if they are good."""
    inputs, targets = dataset.train_inputs, dataset.train_targets[:, 0]
    values = {}
    if large_inputs := are_large(inputs) or are_uneven(inputs):
        values = {"x1": inputs[:, 0], "x2": inputs[:, 1]}
    if large_targets := not n_classes and are_large(targets):
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
