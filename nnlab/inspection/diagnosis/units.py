"""What goes wrong with units: identical, held down by a penalty, saturated, or dead."""

import numpy as np

from nnlab.inspection.diagnosis.finding import Diagnosis, rounded
from nnlab.inspection.diagnosis.progress import good_start, is_stuck, layers_since, norm
from nnlab.inspection.observation import Observation
from nnlab.training.wording import value_text

IDENTICAL = 1e-6
CRUSHED = 0.5
SATURATED_FRACTION = 0.95
DEAD_FRACTION = 0.75


def symmetry(observation: Observation) -> Diagnosis | None:
    """Find a layer whose units are all the same.

    Threshold: their incoming and outgoing weights differ by less than IDENTICAL, which is more than
    a rounding error. Equal units get equal gradients and stay equal (Goodfellow, Bengio and
    Courville 2016, Deep Learning, section 8.4). Only equal starting weights lead to this.
    """
    run = observation.run
    if run.config.initialization != "zeros":
        return None
    matrices, weights = run.parameters.matrices, run.parameters.weights
    for layer, width in enumerate(run.config.hidden_layers):
        into, out = np.ptp(matrices[layer], axis=1), np.ptp(weights[layer + 1], axis=0)
        difference = max(into.max(), out.max())
        if width > 1 and difference < IDENTICAL:
            return Diagnosis(
                "symmetry",
                f"All {width} units of layer {layer + 1} are the same: their weights "
                + (f"differ by at most {difference:.1g}. " if difference else "are exactly equal. ")
                + "They get the same gradient and stay the same: together they can do no more "
                "than a single one.",
                "Random starting weights let the units become different.",
                {"initialization": good_start(run)},
            )
    return None


def strong_penalty(observation: Observation) -> Diagnosis | None:
    """Find a penalty that holds the weights down so much that nothing is learned.

    Threshold: the norm of the weights has fallen below the fraction CRUSHED of what it was at the
    start or at the last change by hand, and the loss no longer falls. How a penalty shrinks weights
    is in Goodfellow et al. 2016, section 7.1.
    """
    run = observation.run
    history = layers_since(run)
    norms = history.weight_norms
    if run.config.regularization == "none" or not len(norms):
        return None
    first, last = norm(norms[:1]), norm(norms[-1:])
    if last >= CRUSHED * first or not is_stuck(observation):
        return None
    begin = history.iterations[0]
    penalty = value_text("regularization", run.config.regularization)
    return Diagnosis(
        "strong penalty",
        f"The {penalty} penalty has pulled the weights to {last / first:.0%} of "
        f"their size at {f'iteration {begin:,}' if begin else 'the start'}, and the loss no longer "
        "falls.",
        "Switch the penalty off.",
        {"regularization": "none"},
    )


def saturation(observation: Observation) -> Diagnosis | None:
    """Find a layer whose outputs are nearly always at the limits of its activation.

    Threshold: more than the fraction SATURATED_FRACTION of its outputs, over all units and points,
    while the loss no longer falls; `activations.SATURATED_SLOPE` says what counts as saturated. In
    a learned task, layers may well saturate: their outputs are then as clear as they can be. How
    saturation stops learning is in Glorot and Bengio 2010, section 3. The rule ignores layers that
    the learning rate has not saturated: those saturated from the start in spite of "xavier",
    because the points lie far out, and those already saturated when the run was last changed.
    """
    run = observation.run
    fractions = layers_since(run).saturated_fractions
    if not (fractions[-1:] > SATURATED_FRACTION).any() or not is_stuck(observation):
        return None
    now = observation.layers.saturated_fractions[-1]  # over all points, not those of one batch
    layer = int(np.argmax(now))
    if now[layer] <= SATURATED_FRACTION:
        return None
    start = run.layer_history.saturated_fractions[0, layer]
    from_the_start = start > SATURATED_FRACTION and run.config.initialization != "xavier"
    if not from_the_start and fractions[0, layer] > SATURATED_FRACTION:
        return None
    rate = rounded(run.config.learning_rate / 10)
    return Diagnosis(
        "saturation",
        f"Layer {layer + 1} is saturated: {now[layer]:.1%} of its outputs for the training points "
        "are at the limits of the activation, where its slope is almost 0.",
        "Smaller starting weights keep the units out of saturation."
        if from_the_start
        else f"A learning rate of {rate:g}, from the start, keeps the units out of saturation.",
        {"initialization": "xavier"} if from_the_start else {"learning_rate": rate},
    )


def dead_units(observation: Observation) -> Diagnosis | None:
    """Find a layer most of whose units have the slope 0 at every training point.

    Threshold: more than the fraction DEAD_FRACTION of a layer, while the loss no longer falls.
    According to Stanford's CS231n, "Commonly used activation functions", 40 % of a network can be
    dead if the learning rate is too high. In the article's run 60 % of a layer are dead for a
    while, yet it solves its task.
    """
    run = observation.run
    fractions = layers_since(run).dead_fractions[-1:]
    if not (fractions > DEAD_FRACTION).any() or not is_stuck(observation):
        return None
    fractions = observation.layers.dead_fractions[-1]  # of all points, not of one batch
    layer = int(np.argmax(fractions))
    if fractions[layer] <= DEAD_FRACTION:
        return None
    width = run.config.hidden_layers[layer]
    return Diagnosis(
        "dead units",
        f"Layer {layer + 1}: {round(fractions[layer] * width)} of {width} units are dead: their "
        "slope is 0 at every training point, so no gradient gets through.",
        "Leaky ReLU has a slope everywhere.",
        {"activation": "leaky_relu"},
    )
