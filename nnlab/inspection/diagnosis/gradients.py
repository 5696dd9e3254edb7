"""What goes wrong with gradients: they vanish or explode."""

import math

import numpy as np

from nnlab.inspection.diagnosis.cures import layer_cures, start_cures, update_cures
from nnlab.inspection.diagnosis.finding import Finding
from nnlab.inspection.diagnosis.progress import constant_loss, is_over, is_stuck, layers_since, norm
from nnlab.inspection.observation import Observation
from nnlab.model.computing import computing
from nnlab.model.network import FloatArray
from nnlab.training.batches import objective_of
from nnlab.training.run import Run

FADED, FADED_FLOW, WEAK_FLOW = 1e-4, 1e-3, 0.1
EXPLODING_NORM = 100


def vanishing_gradients(observation: Observation) -> Finding | None:
    """Find an error that fades on its way back, so that the first layers hardly learn.

    Threshold: in layer 1, the root mean square of ∂loss/∂z is less than WEAK_FLOW times that of
    the output. It is certain if it is less than FADED_FLOW times that, the norm of the gradient is
    less than FADED times that of the weights, and the loss no longer falls. The vanishing error is
    described in Hochreiter 1991 and Bengio et al. 1994. In the healthy runs of the tests, even with
    five sigmoid layers, the ratio stays above 0.01.
    """
    run = observation.run
    history = layers_since(run)
    cures = start_cures(run.config) or layer_cures(run.config)
    if not len(history.iterations) or not run.config.hidden_layers or not cures:
        return None
    gradient, weight = history.gradient_norms[-1, 0], history.weight_norms[-1, 0]
    small = bool(gradient < FADED * weight)
    if not small and not is_over(run):
        return None  # it would not count; the error's way back takes another pass
    first, last = _error_flow(run)
    if not first < WEAK_FLOW * last:
        return None
    return Finding(
        "vanishing gradients",
        f"The gradient fades on its way back: the error is {last:.2g} at the output and "
        f"{first:.2g} in layer 1, which therefore hardly learns.",
        cures,
        certain=small and first < FADED_FLOW * last and is_stuck(observation),
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


def exploding_gradients(observation: Observation) -> Finding | None:
    """Find gradients so large that no update leads anywhere. It is certain.

    Threshold: a norm above EXPLODING_NORM, and a loss that is still worse than that of a constant
    prediction. Gradients are usually clipped at 1 to 10 (Pascanu et al. 2013; Goodfellow et al.
    2016, section 10.11.1). Targets far beyond 1 scale gradients and threshold alike.
    """
    run = observation.run
    gradient = norm(layers_since(run).gradient_norms[-1:])
    scale = max(1, math.sqrt(np.mean(run.dataset.train_targets**2)))
    cures = start_cures(run.config) or update_cures(run.config)
    if gradient <= EXPLODING_NORM * scale or not cures:
        return None
    loss, constant = float(run.losses[-1]), constant_loss(run.config, run.dataset)
    if loss <= constant:
        return None
    shown = f"{gradient:.3g}" if gradient < 1e38 else "above 1e+38"  # the history is in float32
    return Finding(
        "exploding gradients",
        f"The gradient explodes: its norm is {shown}, and the loss is {loss:.3g}, "
        f"compared with {constant:.3g} for predicting the same value everywhere.",
        cures,
        certain=True,
    )
