"""What is worth saying about a run with which nothing is wrong: it waits, or it has succeeded."""

import math

import numpy as np

from nnlab.inspection.diagnosis.progress import FEW, LEARNED, constant_loss, fraction_learned
from nnlab.inspection.observation import Observation

NEAR_LOSS, NEAR_ANSWERS = 0.05, 0.1
SOLVED = 0.95  # of the training points and of the test points


def waiting(observation: Observation) -> str:
    """Say that a classification still finds all classes equally likely; return nothing if not.

    It does if, after FEW iterations, its loss differs by less than the fraction NEAR_LOSS from the
    loss of that answer, and its answers by less than NEAR_ANSWERS (root mean square) from it. The
    article's run does so from iteration 200 to 7,600.
    """
    run, outputs = observation.run, observation.train.outputs
    n_classes = run.config.n_classes
    if not n_classes or run.iteration < FEW or not len(outputs):
        return ""
    words, loss = run.config.head.losses[run.config.output_loss].of_undecided(n_classes)
    is_near = abs(observation.metrics.train_loss - loss) < NEAR_LOSS * loss
    if not is_near or math.sqrt(np.mean((outputs - 1 / n_classes) ** 2)) >= NEAR_ANSWERS:
        return ""
    answer = "50% everywhere" if n_classes == 2 else f"{1 / n_classes:.0%} for each class"
    return (
        f"The loss is stuck near {words}: the network still answers about {answer}. "
        "This can last for thousands of iterations."
    )


def success(observation: Observation) -> str:
    """Say how well a finished run has learned its task; return nothing if it has not.

    It has if it has learned at least the fraction LEARNED of the task. In classification, at least
    the fraction SOLVED of the training points must also be right, and of the test points if
    there are any.
    """
    run, metrics = observation.run, observation.metrics
    if not len(observation.train.outputs):
        return ""
    done = f"Done after {run.iteration:,} iterations."
    if not run.config.n_classes:
        if fraction_learned(observation) < LEARNED:
            return ""
        constant = constant_loss(run.config, run.dataset)
        what = "curve" if run.dataset.is_curve else "surface"
        return (
            f"The {what} fits the points: the loss is {metrics.train_loss:.2g}, compared with "
            f"{constant:.2g} for predicting the same value everywhere. {done}"
        )
    train, test = metrics.train_accuracy, metrics.test_accuracy
    if train < SOLVED or test < SOLVED or fraction_learned(observation) < LEARNED:
        return ""
    circles = run.config.dataset == "circles" and run.config.n_classes == 2
    solved = "The boundary encloses the inner circle" if circles else "Solved"
    of_test = "" if math.isnan(test) else f" and {test:.1%} of the test points"
    return f"{solved}: {train:.1%} of the training points{of_test} are right. {done}"
