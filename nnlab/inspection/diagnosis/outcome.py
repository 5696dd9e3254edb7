"""How a trial has ended: what the network gets right, and its losses."""

from dataclasses import replace
from typing import NamedTuple

from nnlab.data.datasets import Dataset
from nnlab.inspection.diagnosis.progress import constant_loss, score
from nnlab.inspection.observation import PointResults, observe
from nnlab.training.run import Run

LOSS_WEIGHT, WORST_LOSS = 0.1, 1.5


class Outcome(NamedTuple):
    """How a trial has ended.

    Attributes
    ----------
    score : as `progress.score` returns it
    value : the score minus a small part of the loss, which shows progress earlier
    loss : the mean of the training and test losses; the test loss alone with `test_only`. It is
        always for the run's own points
    test : the results for each of the run's own test points
    """

    score: float
    value: float
    loss: float
    test: PointResults


def outcome_of(run: Run, new_points: Dataset | None, test_only: bool) -> Outcome:
    """Return the outcome of a trial.

    Parameters
    ----------
    new_points : with the test points for the score; None: the run's own points
    test_only : leave out the training points
    """
    observation = observe(run)
    metrics, constant = observation.metrics, constant_loss(run.config, run.dataset)
    losses = [] if test_only else [metrics.train_loss]
    if len(observation.test.losses):
        losses.append(metrics.test_loss)
    loss = sum(losses) / len(losses) if losses else 0.0
    share = loss / constant if constant else 0.0
    if run.diverged or not share < WORST_LOSS:
        share = WORST_LOSS
    if new_points:
        reached = score(observe(replace(run, dataset=new_points)), test_only=True)
    else:
        reached = score(observation, test_only=test_only)
    value = reached - LOSS_WEIGHT * share
    return Outcome(reached, value, loss, observation.test)
