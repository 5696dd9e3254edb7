"""The training set in batches, each with its loss and gradients."""

import math

import numpy as np
from numpy.typing import NDArray

from nnlab.data.datasets import OWN, Dataset, FloatArray, make_dataset
from nnlab.data.features import expand
from nnlab.data.rules import BrokenRule
from nnlab.model.losses import OUTPUT_LOSSES, SquaredLoss
from nnlab.model.network import Objective, Parameters
from nnlab.training.config import SETTINGS, Config

# The fields of Config that `make_dataset` takes, in its order.
DATA_FIELDS = tuple(name for name, setting in SETTINGS.items() if setting.draws == "data")


def dataset_of(config: Config) -> Dataset:
    """Draw a config's data set."""
    return make_dataset(*(getattr(config, name) for name in DATA_FIELDS))


def check_points(config: Config) -> None:
    """Raise a BrokenRule if a config has no training points: its run would learn nothing."""
    if config.dataset == OWN and not len(config.points):
        raise BrokenRule("points", f"not be empty with the data set {OWN}", "none")


def objective_of(
    config: Config, inputs: FloatArray, targets: FloatArray, weights: FloatArray | None = None
) -> Objective:
    """Return the objective of a config on some points.

    Parameters
    ----------
    inputs : float64 (n_samples, 2), points on the plane; (n_samples, n_columns) for a TableConfig
    targets : float64 (n_samples, 1)
    weights : float64 (n_samples, 1); None: all samples weigh the same
    """
    regression = config.problem == "regression"
    output_loss = SquaredLoss if regression else OUTPUT_LOSSES[config.output_loss]
    inputs = expand(config.features, inputs)
    return Objective(config.layer_sizes, config.activations, inputs, targets, output_loss, weights)


def updates_per_epoch(batch_size: int | None, n_samples: int) -> int:
    """Return the number of batches in an epoch of at least one sample; 1 if batch_size is None."""
    return math.ceil(n_samples / (batch_size or n_samples))


class Batches:
    """The training set in batches: every epoch shuffles it and cuts it into batches.

    The order depends only on the seed and the epoch, so that a run can continue from any iteration.
    A full batch keeps the data's own order.

    With weights, the loss of a batch is the mean of weight * loss over its samples. The weights
    have the mean 1 over the training set. So the mean over an epoch's batches is the weighted mean
    over the training set.
    """

    def __init__(self, config: Config, dataset: Dataset) -> None:
        self.config, self.dataset = config, dataset
        self.n_samples = len(dataset.train_inputs)
        self.size = min(config.batch_size or self.n_samples, self.n_samples)
        self.per_epoch = updates_per_epoch(config.batch_size, self.n_samples)
        if self.per_epoch == 1:
            self._full = self._objective()
            return
        # the features, a column of ones, the targets and any weights, each column contiguous
        inputs, weights = expand(config.features, dataset.train_inputs), dataset.train_weights
        data = [inputs.T, np.ones((1, self.n_samples)), dataset.train_targets.T]
        self._data = np.vstack(data if weights is None else [*data, weights.T])
        self._shuffled = np.empty_like(self._data, order="C")
        width = inputs.shape[1] + 1
        columns = self._shuffled.T
        self._inputs, self._targets = columns[:, :width], columns[:, width : width + 1]
        self._weights = None if weights is None else columns[:, width + 1 :]
        self._epoch = -1
        # one set of buffers for full batches, and one for the smaller last batch of an epoch
        sizes = {self.size, self.n_samples % self.size} - {0}
        self._objectives = {size: self._objective(slice(size)) for size in sizes}

    def _objective(self, rows: slice = slice(None)) -> Objective:
        """Return the objective of some training points."""
        data, weights = self.dataset, self.dataset.train_weights
        return objective_of(
            self.config,
            data.train_inputs[rows],
            data.train_targets[rows],
            None if weights is None else weights[rows],
        )

    def at(self, iteration: int) -> Objective:
        """Return the objective of the batch at an iteration."""
        if self.per_epoch == 1:
            return self._full
        epoch, batch = divmod(iteration - self.dataset.phase, self.per_epoch)
        if epoch != self._epoch:
            rng = np.random.default_rng([self.config.seed, epoch])
            self._order = rng.permutation(self.n_samples)
            # all indices are valid; with "clip" NumPy writes straight into the buffer
            np.take(self._data, self._order, axis=1, out=self._shuffled, mode="clip")
            self._epoch = epoch
        rows = slice(batch * self.size, (batch + 1) * self.size)
        targets = self._targets[rows]
        objective = self._objectives[len(targets)]
        weights = None if self._weights is None else self._weights[rows]
        objective.set_samples(self._inputs[rows], targets, weights)
        return objective

    def begin_at(self, iteration: int) -> bool:
        """Return whether an epoch begins at an iteration."""
        return (iteration - self.dataset.phase) % self.per_epoch == 0

    def samples_at(self, iteration: int) -> NDArray[np.intp]:
        """Return the indices of the training points in that batch, in its order, (n_samples,)."""
        if self.per_epoch == 1:
            return np.arange(self.n_samples)
        self.at(iteration)
        first = (iteration - self.dataset.phase) % self.per_epoch * self.size
        return self._order[first : first + self.size].copy()

    def full_loss(self, parameters: Parameters) -> float:
        """Return the loss of the whole training set."""
        return self._objective().loss(parameters)
