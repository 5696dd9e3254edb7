"""When a run stops by itself: its loss is down to a target, or gets no better."""

import math

from nnlab.model.network import Parameters
from nnlab.training.batches import Batches
from nnlab.training.config import Config

IMPROVEMENT = 1e-4  # how much lower, relatively, a loss has to be to count as better


class StopRules:
    """Look at the training loss at the end of every epoch and say which stop rule is met.

    That of the whole training set, without the penalty: a batch's own may be low by luck.

    Attributes
    ----------
    met : "target_loss" or "plateau" if that rule holds where one has looked last, else None
    best_loss, best_iteration : the best loss seen and when; infinity, 0 without `patience`
    """

    def __init__(
        self, config: Config, batches: Batches, best_loss: float, best_iteration: int
    ) -> None:
        self.target_loss, self.patience = config.target_loss, config.patience
        self.batches = batches
        self.best_loss, self.best_iteration = best_loss, best_iteration
        if self.patience is None:
            self.best_loss, self.best_iteration = math.inf, 0
        self.on = self.target_loss is not None or self.patience is not None
        self.met: str | None = None

    def look(self, iteration: int, batch_loss: float, parameters: Parameters) -> None:
        """Set `met`; looking twice at the same iteration gives the same."""
        if not self.on or not self.batches.begin_at(iteration):
            return
        full_batch = self.batches.per_epoch == 1
        loss = batch_loss if full_batch else self.batches.full_loss(parameters)
        if self.patience is not None and loss < self.best_loss * (1 - IMPROVEMENT):
            self.best_loss, self.best_iteration = loss, iteration
        if self.target_loss is not None and loss <= self.target_loss:
            self.met = "target_loss"
        elif self.patience is not None and iteration - self.best_iteration >= self.patience:
            self.met = "plateau"
