"""What goes wrong with units: all alike, held down, at their limits, or dead."""

import numpy as np

from nnlab.inspection.diagnosis.finding import Diagnosis
from nnlab.inspection.diagnosis.measures import good_start, norm, rounded
from nnlab.inspection.diagnosis.progress import is_stuck, layers_since
from nnlab.inspection.observation import Observation

IDENTICAL = 1e-6
CRUSHED = 0.5
SATURATED_SHARE = 0.95
DEAD_SHARE = 0.75


def symmetry(observation: Observation) -> Diagnosis | None:
    """Find a layer whose units are all the same.

    Threshold: their weights, in and out, differ by less than IDENTICAL, which is more than rounding
    does; equal units get equal gradients and stay equal (Goodfellow, Bengio and Courville 2016,
    Deep Learning, section 8.4). Only equal starting weights make them so.
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
                f"All {width} units of layer {layer + 1} are the same: their weights differ by at "
                f"most {difference:.1g}. They get the same gradient and stay the same: together "
                "they can do no more than a single one.",
                "Random starting weights let each unit become another one.",
                {"initialization": good_start(run)},
                anew=True,
            )
    return None


def strong_penalty(observation: Observation) -> Diagnosis | None:
    """Find a penalty that holds the weights down so much that nothing is learned.

    Threshold: the norm of the weights has fallen below CRUSHED of what it was at the start, or when
    somebody last changed the run, and the loss no longer falls; how a penalty shrinks weights is in
    Goodfellow et al. 2016, section 7.1.
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
    return Diagnosis(
        "strong penalty",
        f"The {run.config.regularization} penalty has pulled the weights to {last / first:.0%} of "
        f"their size at {f'iteration {begin:,}' if begin else 'the start'}, and the loss no longer "
        "falls.",
        "Leave the penalty away.",
        {"regularization": "none"},
        anew=True,
    )


def saturation(observation: Observation) -> Diagnosis | None:
    """Find a layer that answers with the limits of its activation nearly always.

    Threshold: more than SATURATED_SHARE of its answers, all units and points, where the loss no
    longer falls; what counts as saturated is `activations.SATURATED_SLOPE`. Where a task is
    learned, layers may well saturate: their answers are then as clear as they can be. How
    saturation stops the learning is in Glorot and Bengio 2010, section 3. Nothing is said where no
    learning rate has brought it about: of a layer that is saturated from the start in spite of
    "xavier", as the points lie far out, or from the moment at which somebody last changed the run.
    """
    run = observation.run
    shares = layers_since(run).saturated_fractions
    if not (shares[-1:] > SATURATED_SHARE).any() or not is_stuck(observation):
        return None
    now = observation.layers.saturated_fractions[-1]  # at all points, not those of one batch
    layer = int(np.argmax(now))
    if now[layer] <= SATURATED_SHARE:
        return None
    start = run.layer_history.saturated_fractions[0, layer]
    from_the_start = start > SATURATED_SHARE and run.config.initialization != "xavier"
    if not from_the_start and shares[0, layer] > SATURATED_SHARE:
        return None
    rate = rounded(run.config.learning_rate / 10)
    return Diagnosis(
        "saturation",
        f"Layer {layer + 1} is saturated: {now[layer]:.1%} of its answers to the training points "
        "are at the limits of the activation, where its slope is almost 0.",
        "Smaller starting weights keep the units off their limits."
        if from_the_start
        else f"A learning rate of {rate:g}, from the start, does not throw them there.",
        {"initialization": "xavier"} if from_the_start else {"learning_rate": rate},
        anew=True,
    )


def dead_units(observation: Observation) -> Diagnosis | None:
    """Find a layer most of whose units have the slope 0 at every training point.

    Threshold: more than DEAD_SHARE of a layer, where the loss no longer falls. By Stanford's
    CS231n, "Commonly used activation functions", 40 % of a network may be dead where the learning
    rate is too high; but in the article's run 60 % of a layer are for a while, and it solves its
    task.
    """
    run = observation.run
    shares = layers_since(run).dead_fractions[-1:]
    if not (shares > DEAD_SHARE).any() or not is_stuck(observation):
        return None
    shares = observation.layers.dead_fractions[-1]  # of all points, not of one batch
    layer = int(np.argmax(shares))
    if shares[layer] <= DEAD_SHARE:
        return None
    width = run.config.hidden_layers[layer]
    return Diagnosis(
        "dead units",
        f"Layer {layer + 1}: {round(shares[layer] * width)} of {width} units are dead: their slope "
        "is 0 at every training point, so that no gradient gets through them.",
        "Leaky ReLU has a slope everywhere.",
        {"activation": "leaky_relu"},
        anew=True,
    )
