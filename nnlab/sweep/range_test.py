"""The learning-rate range test: one run whose learning rate grows until learning breaks down.

Smith, L. N. (2017), Cyclical Learning Rates for Training Neural Networks, section 3.3. Smith
increases the rate in equal steps and watches the accuracy. Here it grows by equal factors, to cover
several powers of ten, and the test ends when the loss is far above its best, as in fastai's
learning rate finder.
"""

from dataclasses import dataclass, replace

import numpy as np

from nnlab.data.datasets import FloatArray
from nnlab.data.rules import BrokenRule
from nnlab.training.config import Config
from nnlab.training.edits import with_config
from nnlab.training.run import advance, evaluate, start

LOWEST, HIGHEST = 1e-5, 10.0  # learning rates
RATES = 100
UPDATES = 10  # at each rate
FAR_ABOVE = 4  # the test ends above this multiple of the best loss
LEAST_FALL = 0.01  # of the first loss: a smaller fall does not count as learning
BEGUN = 0.1  # learning has begun after this fraction of the loss's fall
CAUTION = 4  # Smith: the lowest rate of a cycle is a third or a quarter of the highest


@dataclass(frozen=True, eq=False)
class RangeTest:
    """The loss over the growing learning rate.

    Attributes
    ----------
    rates : float64 (n,), ascending
    losses : float64 (n,), of the whole training set, after UPDATES at each rate
    first_loss : before any update
    end : "diverged", "far above" if the loss was far above its best, or "highest" if all rates were
        tried
    """

    rates: FloatArray
    losses: FloatArray
    first_loss: float
    end: str

    @property
    def falls(self) -> bool:
        """Say whether the loss ever fell by more than LEAST_FALL."""
        return bool(self.losses.min(initial=np.inf) < (1 - LEAST_FALL) * self.first_loss)

    @property
    def begins(self) -> float:
        """Return the rate at which the loss has made the fraction BEGUN of its fall."""
        enough = self.first_loss - BEGUN * (self.first_loss - self.losses.min())
        return float(self.rates[np.argmax(self.losses <= enough)])

    @property
    def ends(self) -> float:
        """Return the rate at which the loss was lowest: higher ones undo what was learned."""
        return float(self.rates[self.losses.argmin()])

    @property
    def suggested(self) -> float:
        """Return a high rate that is still safe, to two digits."""
        return float(f"{self.ends / CAUTION:.2g}")


def range_test(config: Config) -> RangeTest:
    """Train with a growing learning rate; raise a BrokenRule if there are no training points.

    All other settings apply, except the schedule and the stop rules. Optimizer and batches continue
    from rate to rate.
    """
    rates = np.geomspace(LOWEST, HIGHEST, RATES)
    config = replace(config, learning_rate_schedule="constant", target_loss=None, patience=None)
    run = start(replace(config, learning_rate=LOWEST))
    if not len(run.dataset.train_inputs):
        raise BrokenRule("points", "not be empty for a range test", "none")
    first_loss = evaluate(run).train_loss
    losses: list[float] = []
    end = "highest"
    for rate in rates:
        run = advance(with_config(run, replace(config, learning_rate=float(rate))), UPDATES)
        if run.diverged:
            end = "diverged"
            break
        losses.append(evaluate(run).train_loss)
        if losses[-1] > FAR_ABOVE * min(losses):
            end = "far above"
            break
    return RangeTest(rates[: len(losses)], np.array(losses), first_loss, end)
