"""The training set in batches, each with its loss and gradients."""

import math

import numpy as np
from numpy.typing import NDArray

from nnlab.data.datasets import OWN, Dataset, FloatArray, make_dataset
from nnlab.data.features import expand
from nnlab.data.rules import BrokenRule
from nnlab.model.blocks import MOST_AT_ONCE, BlockedObjective
from nnlab.model.network import Objective, Parameters
from nnlab.training.config import SETTINGS, Config

# The fields of Config that `make_dataset` takes.
DATA_FIELDS = tuple(name for name, setting in SETTINGS.items() if setting.draws == "data")


def dataset_of(config: Config) -> Dataset:
    """Draw a config's data set."""
    return make_dataset(**{name: getattr(config, name) for name in DATA_FIELDS})


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
    output_loss = config.head.losses[config.output_loss]
    inputs, targets = expand(config.features, inputs), _encoded(config, targets)
    return Objective(config.layer_sizes, config.activations, inputs, targets, output_loss, weights)


def _encoded(config: Config, targets: FloatArray) -> FloatArray:
    """Return targets, float64 (n_samples, 1), as the loss of a config needs them."""
    return config.head.losses[config.output_loss].encode(targets, config.head.n_outputs)


def updates_per_epoch(batch_size: int | None, n_samples: int) -> int:
    """Return the number of batches in an epoch of at least one sample; 1 if batch_size is None."""
    return math.ceil(n_samples / (batch_size or n_samples))


class Batches:
    """The training set in batches: every epoch shuffles it and cuts it into batches.

    Batches of more than MOST_AT_ONCE samples are computed in blocks, unless `in_blocks` is False.

    The order depends only on the seed and the epoch, so that a run can continue from any iteration.
    A full batch keeps the data's own order.

    A data set `in_order` is trained as in TensorFlow Playground (`oneStep` in `playground.ts`): no
    epoch shuffles it, and the points that are left at the end of an epoch, too few for a batch,
    join the first batch of the next.

    With weights, the loss of a batch is the mean of weight * loss over its samples. The weights
    have the mean 1 over the training set. So the mean over an epoch's batches is the weighted mean
    over the training set.
    """

    def __init__(self, config: Config, dataset: Dataset, *, in_blocks: bool = True) -> None:
        self._at_once = MOST_AT_ONCE if in_blocks else len(dataset.train_inputs)
        self.config, self.dataset = config, dataset
        self.n_samples = len(dataset.train_inputs)
        self.size = min(config.batch_size or self.n_samples, self.n_samples)
        self.is_full = self.size == self.n_samples
        self.per_epoch = updates_per_epoch(config.batch_size, self.n_samples)
        if dataset.in_order and not self.is_full:
            self.per_epoch = self.n_samples // self.size
        if self.is_full and self.n_samples <= self._at_once:
            self._full: Objective | BlockedObjective = self._objective()
            return
        # the features, a column of ones, encoded targets and any weights, each column contiguous
        inputs, weights = expand(config.features, dataset.train_inputs), dataset.train_weights
        targets = _encoded(config, dataset.train_targets).T
        data = [inputs.T, np.ones((1, self.n_samples)), targets]
        self._data = np.vstack(data if weights is None else [*data, weights.T])
        widths = inputs.shape[1] + 1, len(targets)
        if self.is_full:
            self._set_columns(self._data, *widths)
            self._full = self._in_blocks(slice(None))
            return
        self._shuffled = np.empty_like(self._data, order="C")
        self._epoch = -1
        self._set_columns(self._shuffled, *widths)
        # one set of buffers for full batches, and one for an epoch's smaller last or larger first
        left = self.n_samples % self.size
        self._carried = left if dataset.in_order else 0
        sizes = {self.size, self.size + left if dataset.in_order else left} - {0}
        self._objectives = {
            size: self._objective(slice(size))
            if size <= self._at_once
            else self._in_blocks(slice(size))
            for size in sizes
        }

    def _set_columns(self, data: FloatArray, n_inputs: int, n_targets: int) -> None:
        columns, end = data.T, n_inputs + n_targets
        self._inputs, self._targets = columns[:, :n_inputs], columns[:, n_inputs:end]
        self._weights = columns[:, end:] if columns.shape[1] > end else None

    def _in_blocks(self, rows: slice) -> BlockedObjective:
        """Return the objective of some rows of the columns, in blocks."""
        config, weights = self.config, self._weights
        return BlockedObjective(
            config.layer_sizes,
            config.activations,
            self._inputs[rows],
            self._targets[rows],
            config.head.losses[config.output_loss],
            None if weights is None else weights[rows],
        )

    def _objective(self, rows: slice = slice(None)) -> Objective:
        """Return the objective of some training points."""
        data, weights = self.dataset, self.dataset.train_weights
        return objective_of(
            self.config,
            data.train_inputs[rows],
            data.train_targets[rows],
            None if weights is None else weights[rows],
        )

    def at(self, iteration: int) -> Objective | BlockedObjective:
        """Return the objective of the batch at an iteration."""
        if self.is_full:
            return self._full
        epoch, rows = self._place(iteration)
        if epoch != self._epoch:
            order = self._order_of(epoch)
            # all indices are valid; with "clip" NumPy writes straight into the buffer
            np.take(self._data, order, axis=1, out=self._shuffled, mode="clip")
            self._epoch = epoch
        targets = self._targets[rows]
        objective = self._objectives[len(targets)]
        weights = None if self._weights is None else self._weights[rows]
        objective.set_samples(self._inputs[rows], targets, weights)
        return objective

    def _order_of(self, epoch: int) -> NDArray[np.intp]:
        """Return the indices of the training points in the order of an epoch, (n_samples,)."""
        if self.dataset.in_order:
            return np.roll(np.arange(self.n_samples), self._carried if epoch else 0)
        return np.random.default_rng([self.config.seed, epoch]).permutation(self.n_samples)

    def _place(self, iteration: int) -> tuple[int, slice]:
        """Return the epoch of an iteration, and the place of its batch in the epoch's order."""
        epoch, batch = divmod(iteration - self.dataset.phase, self.per_epoch)
        carried = self._carried if epoch else 0
        begin = batch * self.size + (carried if batch else 0)
        return epoch, slice(begin, (batch + 1) * self.size + carried)

    def begin_at(self, iteration: int) -> bool:
        """Return whether an epoch begins at an iteration."""
        return (iteration - self.dataset.phase) % self.per_epoch == 0

    def samples_at(self, iteration: int) -> NDArray[np.intp]:
        """Return the indices of the training points in that batch, in its order, (n_samples,)."""
        if self.is_full:
            return np.arange(self.n_samples)
        epoch, rows = self._place(iteration)
        return self._order_of(epoch)[rows]

    def full_loss(self, parameters: Parameters) -> float:
        """Return the loss of the whole training set."""
        return self._objective().loss(parameters)
