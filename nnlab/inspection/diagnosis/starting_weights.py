"""What goes wrong with starting weights: equal units, and signals that fade or explode."""

import numpy as np

from nnlab.inspection.diagnosis.cures import start_cures
from nnlab.inspection.diagnosis.finding import Finding
from nnlab.inspection.observation import Observation
from nnlab.model.computing import computing
from nnlab.model.network import Parameters
from nnlab.training.batches import objective_of
from nnlab.training.run import Run

IDENTICAL = 1e-6
FADED, EXPLODED = 0.1, 3.0


def symmetry(observation: Observation) -> Finding | None:
    """Find a layer whose units are all the same.

    Threshold: their incoming and outgoing weights differ by less than IDENTICAL, which is more than
    a rounding error. Equal units get equal gradients and stay equal (Goodfellow, Bengio and
    Courville 2016, Deep Learning, section 8.4). Only equal starting weights lead to this, so it is
    certain, unless the layer has a single unit.
    """
    run = observation.run
    if run.config.initialization != "zeros":
        return None
    matrices, weights = run.parameters.matrices, run.parameters.weights
    for layer, width in enumerate(run.config.hidden_layers):
        into, out = np.ptp(matrices[layer], axis=1), np.ptp(weights[layer + 1], axis=0)
        difference = max(into.max(), out.max())
        if difference < IDENTICAL:
            units = f"All {width} units of layer {layer + 1} are the same"
            sentence = (
                f"{units}: their weights "
                + (f"differ by at most {difference:.1g}" if difference else "are exactly equal")
                + ", so they get the same gradient and stay the same."
            )
            if width == 1:
                sentence = f"The unit of layer {layer + 1} started with all weights at 0."
            return Finding("symmetry", sentence, start_cures(run.config), certain=width > 1)
    return None


def unfit_start(observation: Observation) -> Finding | None:
    """Find starting weights that let the signal fade or explode on its way to the output.

    Threshold: at the start, the standard deviation of the output's pre-activation over the training
    points, divided by that of the inputs, is below FADED or above EXPLODED. Weights that keep it
    near 1 are those of Glorot and Bengio 2010, section 4.2, and He et al. 2015, section 2.2.
    """
    run = observation.run
    spread = _spread_at_start(run)
    if not run.config.hidden_layers or FADED <= spread <= EXPLODED:
        return None
    way = "fade" if spread < FADED else "explode"
    return Finding(
        "unfit start",
        f"The starting weights let the signal {way}: from the inputs to the output, its spread "
        f"over the points became {spread:.2g} times as large.",
        start_cures(run.config),
    )


@computing()
def _spread_at_start(run: Run) -> float:
    inputs = run.dataset.train_inputs
    objective = objective_of(run.config, inputs, run.dataset.train_targets)
    objective.loss(Parameters(run.parameters.layer_sizes, run.snapshots[0].vector))
    spread = float(inputs.std())
    return float(objective.network.logits.std()) / spread if spread else 1.0
