"""What goes wrong with own points: their scales are too large or too uneven to learn from."""

from nnlab.data.points import Points
from nnlab.data.scales import are_large, are_uneven, mean_and_deviation, standardized_points
from nnlab.inspection.diagnosis.finding import Diagnosis
from nnlab.inspection.diagnosis.gradients import exploding_gradients, small_learning_rate
from nnlab.inspection.diagnosis.progress import constant_loss, is_stuck, loss_windows
from nnlab.inspection.observation import Observation


def unscaled(observation: Observation) -> Diagnosis | None:
    """Find own points whose scales keep the run from learning.

    Threshold: that of `are_large` for inputs or a regression's targets, or of `are_uneven` for the
    inputs (LeCun et al. 1998, Efficient BackProp, section 4.3). It counts only if the run has
    diverged, no longer learns, is worse than a constant prediction after FEW iterations, or if its
    gradient is too large or its learning rate too small by the other rules. These would advise
    another rate, which cannot suit different scales at once.
    """
    run = observation.run
    points, regression = run.config.points, run.config.problem == "regression"
    kinds = []
    if are_large(points.inputs) or are_uneven(points.inputs):
        kinds.append("inputs")
    if regression and are_large(points.targets):
        kinds.append("targets")
    if not kinds or not (run.diverged or _has_symptoms(observation)):
        return None
    both = "both inputs and the target" if regression else "both inputs"
    return Diagnosis(
        "unscaled",
        f"The {' and '.join(kinds)} of your points are not scaled: {_spreads(points, kinds)}. "
        "A network learns well from means near 0 and standard deviations near 1.",
        f"Standardise the points: {both} get mean 0 and standard deviation 1.",
        {"points": standardized_points(points, run.config.problem)},
    )


def _has_symptoms(observation: Observation) -> bool:
    run, rules = observation.run, (is_stuck, exploding_gradients, small_learning_rate)
    windows = loss_windows(run)
    worse = windows is not None and windows[1].mean() > constant_loss(run.config, run.dataset)
    return worse or any(rule(observation) for rule in rules)


def _spreads(points: Points, kinds: list[str]) -> str:
    values = {"x1": points.inputs[:, 0], "x2": points.inputs[:, 1]} if "inputs" in kinds else {}
    if "targets" in kinds:
        values["the target"] = points.targets
    spreads = {name: mean_and_deviation(column) for name, column in values.items()}
    return ", ".join(
        f"{name} has a mean of {mean} and a standard deviation of {deviation}"
        for name, (mean, deviation) in spreads.items()
    )
