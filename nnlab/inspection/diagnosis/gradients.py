"""What goes wrong with gradients and updates: they vanish, explode, or are too small."""

import math

import numpy as np

from nnlab.inspection.diagnosis.finding import Diagnosis, rounded
from nnlab.inspection.diagnosis.progress import (
    LEARNED,
    constant_loss,
    fraction_learned,
    good_start,
    is_stuck,
    layers_since,
    norm,
)
from nnlab.inspection.observation import Observation
from nnlab.model.computing import computing
from nnlab.model.network import FloatArray
from nnlab.training.batches import objective_of
from nnlab.training.config import Config
from nnlab.training.run import Run

FADED, FADED_FLOW = 1e-4, 1e-3
EXPLODING_NORM = 100
USUAL_STEP, REACH, PROMISE, LARGEST_RATE = 1e-3, 0.1, 0.01, 1.0
ARTICLE_ITERATIONS = 25_000


def vanishing_gradients(observation: Observation) -> Diagnosis | None:
    """Find an error that fades on its way back, so that the first layers hardly learn.

    Threshold: in layer 1, the root mean square of ∂loss/∂z is less than FADED_FLOW times that of
    the output, the norm of the gradient is less than FADED times that of the weights, and the loss
    no longer falls. The vanishing error is described in Hochreiter 1991 and Bengio et al. 1994. In
    the healthy runs of the tests, even with five sigmoid layers, this ratio stays above 0.01.
    """
    run = observation.run
    history = layers_since(run)
    if not len(history.iterations) or not run.config.hidden_layers:
        return None
    gradient, weight = history.gradient_norms[-1, 0], history.weight_norms[-1, 0]
    # the gradient is NaN without a training point
    if not gradient < FADED * weight or not is_stuck(observation):
        return None
    first, last = _error_flow(run)
    if first >= FADED_FLOW * last:
        return None
    good = {"activation": "relu", "initialization": "he"}
    changes: dict[str, object] = {
        name: value for name, value in good.items() if getattr(run.config, name) != value
    }
    shallow = run.config.hidden_layers[:2]
    if not changes and shallow == run.config.hidden_layers:
        return None
    return Diagnosis(
        "vanishing gradients",
        f"The gradient vanishes on its way back: the error is {last:.2g} at the output and "
        f"{first:.2g} in layer 1, which therefore hardly learns.",
        "ReLU passes the error on without shrinking it, and He's starting weights keep its size."
        if changes
        else "Fewer layers shorten the path of the gradient.",
        changes or {"hidden_layers": shallow},
    )


@computing()
def _error_flow(run: Run) -> tuple[float, float]:
    """Return the root mean square of ∂loss/∂z over the training set, in layer 1 and the output."""
    data = run.dataset
    sizes = [0.0] * (len(run.config.layer_sizes) - 1)

    def watch(name: str, layer: int, array: FloatArray) -> None:
        if name == "dz":
            sizes[layer] = math.sqrt(np.mean(array**2))

    objective = objective_of(run.config, data.train_inputs, data.train_targets)
    objective.loss(run.parameters)
    objective.backward(run.parameters, watch)
    return sizes[0], sizes[-1]


def exploding_gradients(observation: Observation) -> Diagnosis | None:
    """Find gradients so large that no update leads anywhere.

    Threshold: a norm above EXPLODING_NORM, and a loss that is still worse than that of a constant
    prediction. Gradients are usually clipped at 1 to 10 (Pascanu et al. 2013; Goodfellow et al.
    2016, section 10.11.1). Targets far beyond 1 scale gradients and threshold alike.
    """
    run = observation.run
    gradient = norm(layers_since(run).gradient_norms[-1:])
    scale = max(1, math.sqrt(np.mean(run.dataset.train_targets**2)))
    if gradient <= EXPLODING_NORM * scale:
        return None
    loss, constant = float(run.losses[-1]), constant_loss(run.config, run.dataset)
    if loss <= constant:
        return None
    large_start = run.config.initialization in {"normal", "uniform"}
    rate = rounded(run.config.learning_rate / 10)
    return Diagnosis(
        "exploding gradients",
        f"The gradient explodes: its norm is {_shown(gradient)}, and the loss is {loss:.3g}, "
        f"compared with {constant:.3g} for predicting the same value everywhere.",
        "Try starting weights that fit the layers' widths."
        if large_start
        else f"Try a learning rate of {rate:g}.",
        {"initialization": good_start(run)} if large_start else {"learning_rate": rate},
    )


def divergence(observation: Observation) -> Diagnosis:
    """Describe the gradient of a diverged run, and advise a lower learning rate."""
    run = observation.run
    gradient = norm(observation.layers.gradient_norms)
    rate = calmer_rate(run.config)
    return Diagnosis(
        "divergence",
        f"The gradient explodes: its norm is {_shown(gradient)}, and at a learning rate of "
        f"{run.config.learning_rate:g} the next update takes the loss to infinity.",
        f"Try a learning rate of {rate:g}.",
        {"learning_rate": rate},
    )


def _shown(gradient: float) -> str:
    """Return the norm of a gradient as text; the layer history ends at float32's largest number."""
    return f"{gradient:.3g}" if gradient < 1e38 else "above 1e+38"


def calmer_rate(config: Config) -> float:
    """Return the learning rate to try after a divergence."""
    return rounded(config.learning_rate / 3, digits=1)


def small_learning_rate(observation: Observation) -> Diagnosis | None:
    """Find updates that are too small, while larger ones would lower the loss.

    Threshold, to first order: in ARTICLE_ITERATIONS, or in the run's iterations if they are more,
    the weights move by less than REACH of their size, and the loss stays above 0. With updates of
    USUAL_STEP of their size, the rule of thumb of Stanford's CS231n (Karpathy), the loss would fall
    by more than the fraction PROMISE. The advice stays below LARGEST_RATE, since learning rates
    rarely exceed it (Bengio 2012, Practical recommendations, section 3.1).
    """
    run = observation.run
    history, config = layers_since(run), run.config
    gradient, weight = norm(history.gradient_norms[-1:]), norm(history.weight_norms[-1:])
    if not gradient * weight:
        return None
    step, loss = _step(run, gradient) / weight, float(run.losses[-1])
    iterations = max(config.iterations, ARTICLE_ITERATIONS)
    slope = gradient * weight * iterations  # of the loss, if each update were as large as w
    if step * iterations >= REACH or step * slope >= loss or USUAL_STEP * slope <= PROMISE * loss:
        return None
    rate = rounded(min(100 * config.learning_rate, LARGEST_RATE))
    if rate < 10 * config.learning_rate or fraction_learned(observation) >= LEARNED:
        return None
    return Diagnosis(
        "small learning rate",
        f"The learning rate is too small: each update changes the weights by about {step:.1g} of "
        f"their size; about {USUAL_STEP:g} is typical. Even {iterations:,} updates would add up to "
        f"no more than {step * iterations:.1%}.",
        f"Try a learning rate of {rate:g}.",
        {"learning_rate": rate},
        restart=False,
    )


def _step(run: Run, gradient: float) -> float:
    """Return an upper estimate of the norm of an update from the norm of the gradient."""
    config = run.config
    if config.optimizer in {"rmsprop", "adam"}:
        # each parameter moves by about the learning rate: Kingma and Ba 2015, section 2.1
        return config.learning_rate * math.sqrt(len(run.parameters.vector))
    momentum = 0.0 if config.optimizer == "sgd" else config.momentum
    return config.learning_rate * gradient / max(1 - momentum, 1e-9)  # if all gradients were equal
