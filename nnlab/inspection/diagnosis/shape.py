"""What goes wrong with the network's shape: no bends, too narrow, too deep, or too few units."""

import math

from nnlab.inspection.diagnosis.cures import DEEP, bend_cures, layer_cures
from nnlab.inspection.diagnosis.finding import Finding
from nnlab.inspection.diagnosis.progress import fraction_learned, is_stuck
from nnlab.inspection.observation import Observation

BOTTLENECK = 2  # units
WELL = 0.95


def line(observation: Observation) -> Finding | None:
    """Find a network that can only draw a line, for points that no line separates.

    Threshold: no hidden layer, or only linear ones, and less than the fraction WELL of the task is
    learned. Layers of linear units compute one linear function (Goodfellow et al. 2016, section
    6.3). It is certain once the loss no longer falls, since the loss of a line is convex.
    """
    config = observation.run.config
    if set(config.activations) - {"linear"} or fraction_learned(observation) >= WELL:
        return None
    wrong = 1 - observation.metrics.train_accuracy
    what = "Without hidden layers" if not config.hidden_layers else "With linear units alone"
    is_curve = observation.run.dataset.is_curve
    shape = "a straight line" if config.n_classes or is_curve else "a plane"
    if config.n_classes > 2:
        shape = "straight lines"  # one between each two classes
    evidence = f", and leaves {wrong:.0%} of the points wrong." if not math.isnan(wrong) else "."
    return Finding(
        "line",
        f"{what}, the network can only draw {shape}{evidence}",
        bend_cures(config),
        certain=is_stuck(observation),
    )


def bottleneck(observation: Observation) -> Finding | None:
    """Find a hidden layer so narrow that hardly anything passes through it.

    Threshold: at most BOTTLENECK units in a layer, as many as the plane has dimensions; with so few
    units, layers cannot separate a set from one that surrounds it (Johnson 2019, Deep, skinny
    neural networks are not universal approximators).
    """
    config = observation.run.config
    if not config.hidden_layers or min(config.hidden_layers) > BOTTLENECK:
        return None
    width = min(config.hidden_layers)
    layer = config.hidden_layers.index(width) + 1
    units, them = ("1 unit", "it") if width == 1 else (f"{width} units", "them")
    return Finding(
        "bottleneck",
        f"Layer {layer} has only {units}, and everything the output learns about a point passes "
        f"through {them}.",
        layer_cures(config),
    )


def too_deep(observation: Observation) -> Finding | None:
    """Find more hidden layers than the points need.

    Threshold: more than DEEP. Plain deep networks end at a higher training error than shallower
    ones (He et al. 2016, Deep residual learning, figure 1).
    """
    config = observation.run.config
    if len(config.hidden_layers) <= DEEP:
        return None
    return Finding(
        "too deep",
        f"The error has to pass {len(config.hidden_layers)} hidden layers, "
        "and each makes training harder.",
        layer_cures(config),
    )


def few_units(observation: Observation) -> Finding | None:
    """Find layers with few units, each of which adds only one bend to the boundary.

    Threshold: fewer than `cures.WIDE` units in a layer, or only one layer. It counts only once the
    run is over; the trial decides. A layer of n ReLU units has n bends (Montúfar et al. 2014,
    section 2).
    """
    config = observation.run.config
    cures = layer_cures(config)
    if not config.hidden_layers or not cures:
        return None
    width = min(config.hidden_layers)
    units = "1 unit, with one bend" if width == 1 else f"{width} units, with one bend each"
    return Finding("few units", f"The narrowest layer has {units}.", cures)
