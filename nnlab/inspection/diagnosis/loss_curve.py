"""What goes wrong with the loss: it rises on the test points, or no longer falls."""

import math

import numpy as np

from nnlab.inspection.diagnosis.finding import Diagnosis, rounded
from nnlab.inspection.diagnosis.progress import (
    LEARNED,
    constant_loss,
    fraction_learned,
    loss_windows,
    settled_since,
)
from nnlab.inspection.observation import Observation
from nnlab.training.run import TEST_EVERY, Run

OVERFITTING, GAP_TO_TRAIN, GAP_TO_CONSTANT, STRIP = 0.1, 0.5, 0.1, 5
ERRORS = 2  # standard errors: about 95 % of a normal distribution
FIRST_PENALTY = 0.003
PLATEAU, PLATEAU_ITERATIONS = 1e-3, 4000


def overfitting(observation: Observation) -> Diagnosis | None:
    """Find a run that gets worse on the test points while it gets better on the training points.

    Threshold: the median of the last STRIP test losses, which ignores a spike, exceeds
    the lowest mean of STRIP test losses by the fraction OVERFITTING. That is twice the largest
    "generalization loss" of Prechelt 1998 (Early stopping - but when?). It also exceeds the
    training loss by GAP_TO_TRAIN of that loss and by GAP_TO_CONSTANT of the loss of a constant
    prediction, so that small differences do not count. And the rise exceeds ERRORS standard errors
    of the test loss: on 100 test points, a rise from 0.12 to 0.13 may be due to two of them.
    """
    run = observation.run
    tests = run.test_losses[-(-settled_since(run) // TEST_EVERY) :]
    if len(tests) < 2 * STRIP or math.isnan(tests[-1]):
        return None
    strips = np.convolve(tests, np.full(STRIP, 1 / STRIP), "valid")
    best, now = int(np.argmin(strips)), float(np.median(tests[-STRIP:]))
    train = float(run.losses[-STRIP * TEST_EVERY :].mean())
    gap = max(GAP_TO_TRAIN * train, GAP_TO_CONSTANT * constant_loss(run.config, run.dataset))
    error = float(observation.test.losses.std()) / math.sqrt(len(observation.test.losses))
    rise = now - strips[best]
    if rise <= max(OVERFITTING * strips[best], ERRORS * error) or now - train <= gap:
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
        restart=False,
    )


def plateau(observation: Observation) -> Diagnosis | None:
    """Find a loss that no longer falls although the task is not learned.

    Threshold: between the middle and the end of at least PLATEAU_ITERATIONS, both the relative
    change of the loss and its uncertainty are less than PLATEAU. scikit-learn's MLP stops after ten
    epochs with less than 1e-4. That is too early here, since runs leave saddle points by themselves
    (Dauphin et al. 2014): on its plateau, the article's run changes by 0.2 % in this time.
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
    if 2 * noise >= PLATEAU * now or fraction_learned(observation) >= LEARNED:
        return None
    advice, changes = _way_off(run)
    return Diagnosis(
        "plateau",
        f"Stuck on a plateau: in the last {iterations // 2:,} iterations the loss has changed by "
        f"only {abs(before - now) / now:.2%}; it is at {now:.3g}.",
        advice,
        changes,
    )


def _way_off(run: Run) -> tuple[str, dict[str, object]]:
    """Return advice for a run on a plateau, and the settings that follow it."""
    config = run.config
    if not config.hidden_layers:
        # "relu" instead of one name per layer
        activation = {} if isinstance(config.activation, str) else {"activation": "relu"}
        return "Hidden layers let the boundary bend.", {"hidden_layers": (10, 5), **activation}
    if config.regularization != "none":
        return "Switch the penalty off.", {"regularization": "none"}
    if max(config.hidden_layers) < 8:
        widths = tuple(max(4, 2 * width) for width in config.hidden_layers)
        return "More units let the boundary bend more.", {"hidden_layers": widths}
    if config.optimizer != "adam":
        advice = "Adam makes large steps where gradients are small."
        return advice, {"optimizer": "adam", "learning_rate": 0.01}
    return "Try other starting weights.", {"seed": (config.seed + 1) % 2**32}
