"""What goes wrong with units: they are saturated or dead."""

from typing import Any

import numpy as np

from nnlab.inspection.diagnosis.cures import good_start, start_cures, update_cures
from nnlab.inspection.diagnosis.finding import Cure, Finding
from nnlab.inspection.diagnosis.progress import is_stuck, layers_since
from nnlab.inspection.observation import Observation
from nnlab.model.activations import ACTIVATIONS

SATURATED_FRACTION = 0.95
DEAD_FRACTION, MANY_DEAD = 0.75, 0.4


def saturation(observation: Observation) -> Finding | None:
    """Find a layer whose outputs are nearly always at the limits of its activation.

    Threshold: more than the fraction SATURATED_FRACTION of its outputs, over all units and points;
    `activations.SATURATED_SLOPE` says what counts as saturated. It is certain if the loss no longer
    falls: in a learned task, layers may well saturate, as their outputs are then as clear as they
    can be. How saturation stops learning is in Glorot and Bengio 2010, section 3. The rule ignores
    layers that the learning rate has not saturated: those saturated from the start in spite of
    "xavier", because the points lie far out, and those already saturated when the run was last
    changed.
    """
    run = observation.run
    fractions = layers_since(run).saturated_fractions
    if not (fractions[-1:] > SATURATED_FRACTION).any():
        return None
    now = observation.layers.saturated_fractions[-1]  # over all points, not those of one batch
    layer = int(np.argmax(now))
    if now[layer] <= SATURATED_FRACTION:
        return None
    start = run.layer_history.saturated_fractions[0, layer]
    from_the_start = start > SATURATED_FRACTION and run.config.initialization != "xavier"
    if not from_the_start and fractions[0, layer] > SATURATED_FRACTION:
        return None
    cures = start_cures(run.config) if from_the_start else update_cures(run.config)
    return Finding(
        "saturation",
        f"Layer {layer + 1} is saturated: {now[layer]:.1%} of its outputs for the training points "
        "are at the limits of the activation, where its slope is almost 0.",
        cures,
        certain=is_stuck(observation),
    )


def dead_units(observation: Observation) -> Finding | None:
    """Find a layer many of whose units have the slope 0 at every training point.

    Threshold: more than the fraction MANY_DEAD of a layer. According to Stanford's CS231n,
    "Commonly used activation functions", 40 % of a network can be dead if the learning rate is too
    high. It is certain above DEAD_FRACTION while the loss no longer falls: in the article's run
    60 % of a layer are dead for a while, yet it solves its task.
    """
    run = observation.run
    if not (layers_since(run).dead_fractions[-1:] > MANY_DEAD).any():
        return None
    fractions = observation.layers.dead_fractions[-1]  # of all points, not of one batch
    layer = int(np.argmax(fractions))
    if fractions[layer] <= MANY_DEAD:
        return None
    width = run.config.hidden_layers[layer]
    dead = f"{round(fractions[layer] * width)} of {width} units are dead: their slope is 0 at every"
    name = run.config.activations[layer]
    if not ACTIVATIONS[name].has_slope:
        dead = f"its units cannot learn: the slope of a {name} is 0 at every"
    changes: dict[str, Any] = {"activation": "leaky_relu"}
    if run.config.initialization not in {"xavier", "he"}:
        changes["initialization"] = good_start(("leaky_relu",))
    return Finding(
        "dead units",
        f"Layer {layer + 1}: {dead} training point, so no gradient gets through.",
        (Cure(changes, "Leaky ReLU has a slope everywhere."),),
        certain=bool(fractions[layer] > DEAD_FRACTION) and is_stuck(observation),
    )
