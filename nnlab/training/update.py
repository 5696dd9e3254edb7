"""How an update is made, from the gradients of the loss to the next parameters."""

import numpy as np

from nnlab.model.network import FloatArray, Parameters
from nnlab.model.optimizers import OPTIMIZERS, PENALTIES, SCHEDULES, OptimizerState, continued
from nnlab.training.config import Config


class Updates:
    """A run's updates, one after another: gradients, penalty, direction, rate, next parameters.

    `make` is a whole update; the other methods are its parts, for views that show each. Only
    `accept` advances the optimizer's memory, so a rejected update leaves no trace. A `state` of
    another optimizer is ignored; only the layer sizes of `parameters` matter.
    """

    def __init__(self, config: Config, state: OptimizerState, parameters: Parameters) -> None:
        state = continued(state, config.optimizer)
        self._config, self._count = config, state.updates
        self._memory, self._next_memory = state.vectors.copy(), state.vectors.copy()
        self._direct = OPTIMIZERS[config.optimizer].direct
        self._schedule = SCHEDULES[config.learning_rate_schedule]
        self._slope = PENALTIES[config.regularization].differentiate
        self._penalty_rates = None
        if config.regularization != "none":
            self._penalty_rates = config.regularization_rate * parameters.weight_mask

    def penalize(self, gradients: FloatArray, parameters: Parameters) -> None:
        """Add the penalty's slope to the gradients, float64 (n_parameters,), in place.

        It is regularization_rate * w or * sign(w) for a weight w, and 0 for a bias.
        """
        if self._penalty_rates is not None:
            np.add(gradients, self._penalty_rates * self._slope(parameters.vector), out=gradients)

    def direct(self, gradients: FloatArray) -> None:
        """Turn the gradients, float64 (n_parameters,), into the optimizer's direction, in place."""
        memory, next_memory = self._memory, self._next_memory
        self._direct(gradients, memory, next_memory, self._count + 1, self._config.momentum)

    def rate(self, iteration: int) -> float:
        """Return the scheduled learning rate of the update at an iteration."""
        config = self._config
        return config.learning_rate * self._schedule(iteration, config.iterations)

    def make(
        self, gradients: FloatArray, parameters: Parameters, following: Parameters, iteration: int
    ) -> None:
        """Write the parameters after one update, w - rate * direction, into `following`.

        The gradients, float64 (n_parameters,), are of the loss without penalty; they are
        overwritten. `iteration` is the number of updates before this one.
        """
        self.penalize(gradients, parameters)
        self.direct(gradients)
        np.multiply(gradients, self.rate(iteration), out=gradients)
        np.subtract(parameters.vector, gradients, out=following.vector)

    def accept(self) -> None:
        """Accept the last update: advance the optimizer's memory."""
        self._memory, self._next_memory = self._next_memory, self._memory
        self._count += 1

    def optimizer_state(self) -> OptimizerState:
        """Return a copy of the optimizer's state after the accepted updates."""
        return OptimizerState(self._config.optimizer, self._count, self._memory.copy())
