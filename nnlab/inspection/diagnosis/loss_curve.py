"""What goes wrong with the loss: it rises on the test points, no longer falls, or is noisy."""

import math

import numpy as np

from nnlab.inspection.diagnosis.cures import penalty_cures, update_cures
from nnlab.inspection.diagnosis.finding import Cure, Finding
from nnlab.inspection.diagnosis.progress import (
    LEARNED,
    constant_loss,
    fraction_learned,
    loss_windows,
    settled_since,
)
from nnlab.inspection.diagnosis.significance import level, significantly_lower
from nnlab.inspection.observation import Observation, observe
from nnlab.training.edits import rewind
from nnlab.training.run import TEST_EVERY, Run

OVERFITTING, GAP_TO_TRAIN, GAP_TO_CONSTANT, STRIP = 0.1, 0.5, 0.1, 5

PLATEAU, PLATEAU_ITERATIONS = 1e-3, 4000


def overfitting(observation: Observation) -> Finding | None:
    """Find a run that gets worse on the test points while it gets better on the training points.

    Threshold: the median of the last STRIP test losses, which ignores a spike, exceeds
    the lowest mean of STRIP test losses by the fraction OVERFITTING. That is twice the largest
    "generalization loss" of Prechelt 1998 (Early stopping - but when?). It also exceeds the
    training loss by GAP_TO_TRAIN of that loss and by GAP_TO_CONSTANT of the loss of a constant
    prediction, so that small differences do not count. The training loss is below that of a
    constant prediction: else nothing has been learned. And the loss has risen over the test points
    by more than chance explains: between the snapshot nearest to the lowest test loss and now, a
    paired t-test (Student 1908) gives less than `significance.level`. So the fewer test points
    there are, the larger a rise has to be.
    """
    run = observation.run
    tests = run.test_losses[-(-settled_since(run) // TEST_EVERY) :]
    if len(tests) < 2 * STRIP or math.isnan(tests[-1]):
        return None
    strips = np.convolve(tests, np.full(STRIP, 1 / STRIP), "valid")
    best, now = float(strips.min()), float(np.median(tests[-STRIP:]))
    train = float(run.losses[-STRIP * TEST_EVERY :].mean())
    constant = constant_loss(run.config, run.dataset)
    gap = max(GAP_TO_TRAIN * train, GAP_TO_CONSTANT * constant)
    if train >= constant or now - best <= OVERFITTING * best or now - train <= gap:
        return None
    first = len(run.test_losses) - len(tests)
    if not _has_risen(observation, (first + int(strips.argmin()) + STRIP // 2) * TEST_EVERY):
        return None
    lowest, shown = int(np.argmin(tests)), observation.metrics
    return Finding(
        "overfitting",
        f"The network overfits: the test loss was {tests[lowest]:.4f} at iteration "
        f"{(first + lowest) * TEST_EVERY:,} and is {shown.test_loss:.4f} now, the training loss "
        f"{shown.train_loss:.4f}.",
        penalty_cures(run.config),
        certain=True,
        overfits=True,
    )


def _has_risen(observation: Observation, iteration: int) -> bool:
    run = observation.run
    nearest = min(run.snapshot_iterations, key=lambda one: abs(one - iteration))
    then = observe(rewind(run, nearest)).test.losses
    return significantly_lower(then, observation.test.losses, level(run))


def plateau(observation: Observation) -> Finding | None:
    """Find a loss that no longer falls although the task is not learned. It is certain.

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
    return Finding(
        "plateau",
        f"Stuck on a plateau: in the last {iterations // 2:,} iterations the loss has changed by "
        f"only {abs(before - now) / now:.2%}; it is at {now:.3g}.",
        update_cures(run.config) or (_other_start(run),),
        certain=True,
    )


def noisy_batches(observation: Observation) -> Finding | None:
    """Find batches so small that their noise hides which way the loss falls.

    Threshold: over the last tenth of the run, the losses of the batches differ from their mean by
    more, on average, than that mean has fallen since the middle of the run. It counts only once
    the run is over; the trial decides. That the noise of small batches limits what an update can
    gain is in McCandlish et al. 2018 (An empirical model of large-batch training), section 2.2.
    """
    run, windows = observation.run, loss_windows(observation.run)
    batch = run.config.batch_size
    if run.diverged or windows is None or not batch or batch >= len(run.dataset.train_inputs):
        return None
    before, now = windows
    fall, noise = float(before.mean() - now.mean()), float(np.abs(now - now.mean()).mean())
    if noise <= fall:
        return None
    way = f"fallen by {fall:.2g}" if fall > 0 else "not fallen"
    return Finding(
        "noisy batches",
        f"From one batch of {batch} points to the next, the loss varies by {noise:.2g}; since the "
        f"middle of the run it has {way}.",
        (Cure({"batch_size": None}, "All points together give a gradient without noise."),),
    )


def _other_start(run: Run) -> Cure:
    seed = (run.config.seed + 1) % 2**32
    return Cure({"seed": seed}, "Other starting weights may lead elsewhere.")
