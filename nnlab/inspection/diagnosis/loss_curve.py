"""What goes wrong with the loss: it rises on the test points, or has stopped moving."""

import math

import numpy as np

from nnlab.inspection.diagnosis.finding import Diagnosis
from nnlab.inspection.diagnosis.measures import rounded
from nnlab.inspection.diagnosis.progress import (
    LEARNED,
    constant_loss,
    loss_windows,
    settled_since,
    share_learned,
)
from nnlab.inspection.observation import Observation
from nnlab.training.run import TEST_EVERY, Run

OVERFITTING, GAP_TO_TRAIN, GAP_TO_CONSTANT, STRIP = 0.1, 0.5, 0.1, 5
FIRST_PENALTY = 0.003
PLATEAU, PLATEAU_ITERATIONS = 1e-3, 4000


def overfitting(observation: Observation) -> Diagnosis | None:
    """Find a run that gets worse on the test points while it gets better on the training points.

    Threshold: the median test loss of the last STRIP samples, in which a spike does not count, is
    OVERFITTING above the lowest mean of so many, relatively: twice the largest "generalization
    loss" of Prechelt 1998 (Early stopping - but when?). It is also above the training loss by
    GAP_TO_TRAIN of that, and by GAP_TO_CONSTANT of the loss of a constant answer, so that no small
    and no passing difference counts.
    """
    run = observation.run
    tests = run.test_losses[-(-settled_since(run) // TEST_EVERY) :]
    if len(tests) < 2 * STRIP or math.isnan(tests[-1]):
        return None
    strips = np.convolve(tests, np.full(STRIP, 1 / STRIP), "valid")
    best, now = int(np.argmin(strips)), float(np.median(tests[-STRIP:]))
    train = float(run.losses[-STRIP * TEST_EVERY :].mean())
    gap = max(GAP_TO_TRAIN * train, GAP_TO_CONSTANT * constant_loss(run.config, run.dataset))
    if now <= (1 + OVERFITTING) * strips[best] or now - train <= gap:
        return None
    iteration = (len(run.test_losses) - len(tests) + best + STRIP // 2) * TEST_EVERY
    rate = FIRST_PENALTY
    if run.config.regularization == "l2":
        rate = max(rate, rounded(3 * run.config.regularization_rate))
    return Diagnosis(
        "overfitting",
        f"The network overfits: the test loss was {strips[best]:.3g} around iteration "
        f"{iteration:,} and is {now:.3g} now, the training loss {train:.3g}.",
        f"An L2 penalty of {rate:g} keeps the boundary smooth.",
        {"regularization": "l2", "regularization_rate": rate},
        anew=False,
    )


def plateau(observation: Observation) -> Diagnosis | None:
    """Find a loss that has stopped moving before the task is learned.

    Threshold: a relative change, and an uncertainty of it, of less than PLATEAU between the middle
    and the end of at least PLATEAU_ITERATIONS. scikit-learn's MLP stops at less than 1e-4 in ten
    epochs; that is too soon here, as runs leave saddle points by themselves (Dauphin et al. 2014):
    the article's run changes by 0.2 % in the same time on its plateau.
    """
    run = observation.run
    windows = loss_windows(run)
    iterations = run.iteration - settled_since(run)
    if windows is None or iterations < PLATEAU_ITERATIONS:
        return None
    before, now = (float(window.mean()) for window in windows)
    if abs(before - now) >= PLATEAU * now:
        return None
    noise = math.sqrt(sum(window.var() for window in windows) / len(windows[0]))
    if 2 * noise >= PLATEAU * now or share_learned(observation) >= LEARNED:
        return None
    advice, changes = _way_off(run)
    return Diagnosis(
        "plateau",
        f"Stuck on a plateau: in the last {iterations // 2:,} iterations the loss has changed by "
        f"{abs(before - now) / now:.2%}, and stays at {now:.3g}.",
        advice,
        changes,
        anew=True,
    )


def _way_off(run: Run) -> tuple[str, dict[str, object]]:
    """Return what may get a run off its plateau, and how it is set."""
    config = run.config
    changes: dict[str, object]
    if not config.hidden_layers:
        changes = {"hidden_layers": (10, 5)}
        if not isinstance(config.activation, str):
            changes["activation"] = "relu"  # in place of a name for each of no layers
        return "Hidden layers let the boundary bend.", changes
    if config.regularization != "none":
        return "Leave the penalty away.", {"regularization": "none"}
    if max(config.hidden_layers) < 8:
        widths = tuple(max(4, 2 * width) for width in config.hidden_layers)
        return "More units let the boundary bend more.", {"hidden_layers": widths}
    if config.optimizer != "adam":
        changes = {"optimizer": "adam", "learning_rate": 0.01}
        return "Adam makes large steps where gradients are small.", changes
    return "Other starting weights.", {"seed": (config.seed + 1) % 2**32}
