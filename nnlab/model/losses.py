"""Losses of the output unit's pre-activations z, the logits, and their derivatives.

Each is the mean over `n_samples` samples, in buffers that are allocated once. Call `set_targets`
before `loss`, and `loss` before `sample_losses` and `differentiate`. All arrays are float64
(n_samples, 1). `probabilities` is sigmoid(z) from the last `loss`, or None if not computed.
"""

import numpy as np

from nnlab.model.activations import FloatArray, sigmoid_in_place


class CrossEntropy:
    """Binary cross-entropy of a = sigmoid(z): the article's -mean(t log a + (1 - t) log(1 - a)).

    With u = (1 - 2 t) z, the logit of the wrong class, a sample's loss is log(1 + exp(u)). Written
    as max(u, 0) + log(1 + exp(-|u|)), it stays finite where the article's form is 0 * log 0.
    """

    probabilities: FloatArray | None = None

    def __init__(self, n_samples: int) -> None:
        self._n_samples = n_samples
        self._wrong_logits, self._losses, self._scratch = np.empty((3, n_samples, 1))
        self._signs, self._signs_over_m = np.empty((2, n_samples, 1))

    def set_targets(self, targets: FloatArray) -> None:
        """Set the targets, each 0.0 or 1.0."""
        np.subtract(1, 2 * targets, out=self._signs)
        np.divide(self._signs, self._n_samples, out=self._signs_over_m)

    def loss(self, z: FloatArray) -> float:
        """Return the mean cross-entropy."""
        u, losses, scratch = self._wrong_logits, self._losses, self._scratch
        np.multiply(z, self._signs, out=u)
        np.abs(u, out=losses)
        np.negative(losses, out=losses)
        np.exp(losses, out=losses)
        np.log1p(losses, out=losses)
        np.maximum(u, 0, out=scratch)
        np.add(losses, scratch, out=losses)  # max(u, 0) + log(1 + exp(-|u|))
        return float(np.add.reduce(losses, axis=None)) / self._n_samples

    def sample_losses(self) -> FloatArray:
        """Return the cross-entropy of each sample."""
        return self._losses

    def differentiate(self, dz: FloatArray) -> None:
        """Write dz = (a - t) / m, as in the article."""
        # The probability of the wrong class is |a - t| = exp(u) / (1 + exp(u)) = exp(u - loss).
        np.subtract(self._wrong_logits, self._losses, out=dz)
        np.exp(dz, out=dz)
        np.multiply(dz, self._signs_over_m, out=dz)


class SquaredLoss:
    """Half the squared error of a linear output, ½ mean((z - t)²): the loss of a regression."""

    probabilities: FloatArray | None = None

    def __init__(self, n_samples: int) -> None:
        self._n_samples = n_samples
        self._errors = np.empty((n_samples, 1))

    def set_targets(self, targets: FloatArray) -> None:
        """Set the targets, any finite numbers."""
        self._targets = targets

    def loss(self, z: FloatArray) -> float:
        """Return half the mean squared error."""
        errors = np.subtract(z, self._targets, out=self._errors)
        return float(np.vdot(errors, errors)) / self._n_samples / 2

    def sample_losses(self) -> FloatArray:
        """Return half the squared error of each sample."""
        return self._errors**2 / 2

    def differentiate(self, dz: FloatArray) -> None:
        """Write dz = (z - t) / m."""
        np.divide(self._errors, self._n_samples, out=dz)


class SquaredLossOfProbability(SquaredLoss):
    """Half the squared error of a = sigmoid(z), ½ mean((a - t)²), as in TensorFlow Playground."""

    def __init__(self, n_samples: int) -> None:
        super().__init__(n_samples)
        self._slopes = np.empty((n_samples, 1))
        self.probabilities: FloatArray = np.empty((n_samples, 1))

    def loss(self, z: FloatArray) -> float:
        """Return half the mean squared error of the probabilities."""
        np.copyto(self.probabilities, z)
        sigmoid_in_place(self.probabilities)
        return super().loss(self.probabilities)

    def differentiate(self, dz: FloatArray) -> None:
        """Write dz = (a - t) / m * a (1 - a)."""
        super().differentiate(dz)
        np.subtract(1, self.probabilities, out=self._slopes)
        np.multiply(self._slopes, self.probabilities, out=self._slopes)
        np.multiply(dz, self._slopes, out=dz)


OutputLoss = CrossEntropy | SquaredLoss


class WeightedLoss:
    """A loss that gives each sample of another loss a weight: mean(weight * loss)."""

    def __init__(self, loss: OutputLoss) -> None:
        self._loss = loss

    def set_weights(self, weights: FloatArray) -> None:
        """Set the weights, each above 0."""
        self._weights = weights

    def set_targets(self, targets: FloatArray) -> None:
        """Set the targets, as the other loss needs them."""
        self._loss.set_targets(targets)

    @property
    def probabilities(self) -> FloatArray | None:
        """Return the probabilities of the other loss."""
        return self._loss.probabilities

    def loss(self, z: FloatArray) -> float:
        """Return the mean of weight * loss."""
        self._loss.loss(z)
        return float(np.vdot(self._weights, self._loss.sample_losses())) / len(self._weights)

    def sample_losses(self) -> FloatArray:
        """Return the loss of each sample, without its weight."""
        return self._loss.sample_losses()

    def differentiate(self, dz: FloatArray) -> None:
        """Write the dz of the other loss, multiplied by the weights."""
        self._loss.differentiate(dz)
        np.multiply(dz, self._weights, out=dz)


# for a classification; a regression always uses SquaredLoss
OUTPUT_LOSSES: dict[str, type[OutputLoss]] = {
    "cross_entropy": CrossEntropy,
    "squared_error": SquaredLossOfProbability,
}
