"""What goes wrong with a penalty: it holds the weights down so much that nothing is learned."""

from nnlab.inspection.diagnosis.finding import Cure, Finding, rounded
from nnlab.inspection.diagnosis.progress import constant_loss, is_stuck, layers_since, norm
from nnlab.inspection.observation import Observation
from nnlab.training.wording import short, value_text

CRUSHED = 0.5
LARGE_SHARE = 0.01
LARGE_STRENGTH = 0.01


def strong_penalty(observation: Observation) -> Finding | None:
    """Find a penalty that holds the weights down so much that little is learned.

    Threshold: the penalty is more than LARGE_SHARE of what training minimizes, the loss plus the
    penalty, or its strength is above LARGE_STRENGTH times the loss of a constant prediction, since
    weights that are still near 0 do not show yet what it will do to them. It is certain if the norm
    of the weights has fallen below the fraction CRUSHED of what it was at the start or at the last
    change by hand, and the loss no longer falls. How a penalty shrinks weights is in Goodfellow et
    al. 2016, section 7.1.
    """
    run = observation.run
    config, history = run.config, layers_since(run)
    norms = history.weight_norms
    if config.regularization == "none" or not config.regularization_rate or not len(norms):
        return None
    first, last = norm(norms[:1]), norm(norms[-1:])
    crushed = last < CRUSHED * first
    penalty, loss = observation.metrics.penalty, observation.metrics.train_loss
    large = penalty > LARGE_SHARE * (loss + penalty)
    strong = config.regularization_rate > LARGE_STRENGTH * constant_loss(config, run.dataset)
    if not (crushed or large or strong):
        return None
    name = f"The {value_text('regularization', config.regularization)} penalty"
    begin = history.iterations[0]
    strength = short(config.regularization_rate)
    sentence = f"{name} of strength {strength} lets no weight grow large."
    if large:
        sentence = f"{name} makes up {penalty / (loss + penalty):.0%} of what training minimizes."
    if crushed:
        since = f"iteration {begin:,}" if begin else "the start"
        sentence = f"{name} has pulled the weights to {last / first:.0%} of their size at {since}."
    weaker = rounded(config.regularization_rate / 10, digits=2)
    return Finding(
        "strong penalty",
        sentence,
        (
            Cure({"regularization_rate": weaker}, f"Strength {short(weaker)} pulls less."),
            Cure({"regularization": "none"}, "Without it, the weights can grow."),
        ),
        certain=crushed and is_stuck(observation),
    )
