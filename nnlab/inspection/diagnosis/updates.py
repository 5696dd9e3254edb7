"""What goes wrong with updates: they are too large or too small, or the loss falls too slowly."""

import math

from nnlab.inspection.diagnosis.cures import update_cures
from nnlab.inspection.diagnosis.finding import Finding
from nnlab.inspection.diagnosis.progress import layers_since, norm
from nnlab.inspection.observation import Observation
from nnlab.training.config import Config

USUAL_STEP, SMALL_STEP, LARGE_STEP = 1e-3, 1e-4, 0.1
REACH, PROMISE, ARTICLE_ITERATIONS = 0.1, 0.01, 25_000


def divergence(observation: Observation) -> Finding | None:
    """Find a run that has diverged: its next update would make a number infinite. It is certain."""
    run = observation.run
    if not run.diverged:
        return None
    return Finding(
        "divergence",
        f"At a learning rate of {run.config.learning_rate:g}, each update overshoots further "
        f"than the last, until the loss is infinite at iteration {run.iteration + 1:,}.",
        update_cures(run.config),
        certain=True,
    )


def large_learning_rate(observation: Observation) -> Finding | None:
    """Find updates so large that they throw the weights around.

    Threshold: an update that changed the weights by more than LARGE_STEP of their size, a hundred
    times USUAL_STEP, the rule of thumb of Stanford's CS231n (Karpathy), with a learning rate far
    above the optimizer's usual one.
    """
    run = observation.run
    history = layers_since(run)
    cures = update_cures(run.config)
    lower = [cure.changes.get("learning_rate") for cure in cures]
    if not any(isinstance(rate, float) and rate < run.config.learning_rate for rate in lower):
        return None
    steps = [
        _step(run.config, norm(gradient), len(run.parameters.vector)) / size
        for gradient, weights in zip(history.gradient_norms, history.weight_norms, strict=True)
        if (size := norm(weights))
    ]
    largest = max(steps, default=0.0)
    if largest <= LARGE_STEP:
        return None
    return Finding(
        "large learning rate",
        f"At a learning rate of {run.config.learning_rate:g}, an update changed the weights by up "
        f"to {largest:.2g} times their size; about {USUAL_STEP:g} is typical.",
        cures,
    )


def small_learning_rate(observation: Observation) -> Finding | None:
    """Find updates that are too small to lead anywhere.

    Threshold: the last recorded update changed the weights by less than SMALL_STEP of their size, a
    tenth of USUAL_STEP, the rule of thumb of Stanford's CS231n (Karpathy).

    Take ARTICLE_ITERATIONS, or the run's iterations if there are more. It is certain if, to first
    order, the weights would move in that time by less than REACH of their size, and the loss would
    stay above 0, while updates of USUAL_STEP would lower it by more than the fraction PROMISE.
    """
    run = observation.run
    history, config = layers_since(run), run.config
    gradient, weight = norm(history.gradient_norms[-1:]), norm(history.weight_norms[-1:])
    if not gradient * weight:
        return None
    step = _step(config, gradient, len(run.parameters.vector)) / weight
    cures = update_cures(config)
    if step >= SMALL_STEP or not cures:
        return None
    iterations = max(config.iterations, ARTICLE_ITERATIONS)
    loss, slope = (
        float(run.losses[-1]),
        gradient * weight * iterations,
    )  # as if an update were as large as the weights
    hopeless = step * iterations < REACH and step * slope < loss
    return Finding(
        "small learning rate",
        f"The updates are too small: each changes the weights by about {step:.1g} of their size; "
        f"about {USUAL_STEP:g} is typical.",
        cures,
        certain=hopeless and USUAL_STEP * slope > PROMISE * loss,
    )


def _step(config: Config, gradient: float, n_parameters: int) -> float:
    """Return an upper estimate of the norm of an update from the norm of the gradient."""
    if config.optimizer in {"rmsprop", "adam"}:
        # each parameter moves by about the learning rate: Kingma and Ba 2015, section 2.1
        return config.learning_rate * math.sqrt(n_parameters)
    momentum = 0.0 if config.optimizer == "sgd" else config.momentum
    return config.learning_rate * gradient / max(1 - momentum, 1e-9)  # if all gradients were equal


def slow_progress(observation: Observation) -> Finding | None:
    """Find a loss that has fallen little, with updates that another rule could make better.

    Threshold: none of its own. It counts only once the run is over; the trial decides. That Adam
    needs fewer iterations than gradient descent is shown in Kingma and Ba 2015, section 6.
    """
    run, losses = observation.run, observation.run.losses
    cures = update_cures(run.config)
    if not len(losses) or not cures:
        return None
    first, last = float(losses[0]), float(losses[-1])
    return Finding(
        "slow progress",
        f"In {run.iteration:,} iterations, the loss has gone only from {first:.3g} to {last:.3g}.",
        cures,
    )
