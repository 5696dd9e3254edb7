"""The rules that stop a run: its loss has reached a target, or no longer improves."""

import math

from nnlab.model.network import Parameters
from nnlab.training.batches import Batches
from nnlab.training.config import Config

IMPROVEMENT = 1e-4  # a loss is better if it is lower by at least this fraction


class StopRules:
    """Check the training loss at the end of every epoch.

    It is the loss of the whole training set, without the penalty; a batch's may be low by chance.

    Attributes
    ----------
    met : "target_loss" or "plateau" if that rule held at the last check, else None
    best_loss, best_iteration : the best loss so far and its iteration; infinity and 0 without
        `patience`
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

    def check(self, iteration: int, batch_loss: float, parameters: Parameters) -> None:
        """Set `met`; a second check of the same iteration gives the same."""
        if not self.on or not self.batches.begin_at(iteration):
            return
        loss = batch_loss if self.batches.is_full else self.batches.full_loss(parameters)
        if self.patience is not None and loss < self.best_loss * (1 - IMPROVEMENT):
            self.best_loss, self.best_iteration = loss, iteration
        if self.target_loss is not None and loss <= self.target_loss:
            self.met = "target_loss"
        elif self.patience is not None and iteration - self.best_iteration >= self.patience:
            self.met = "plateau"
