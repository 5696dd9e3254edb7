"""Losses of the output's pre-activations z, the logits, and their derivatives.

Each is the mean over `n_samples` samples, in buffers that are allocated once. Call `set_targets`
before `loss`, and `loss` before `sample_losses` and `differentiate`. Targets are float64
(n_samples, 1); for `set_targets`, they are as `encode` returns them. z and dz are float64
(n_samples, n_outputs). `activations`, of that shape too, are the outputs a of the last `loss`, or
None if it does not compute them. Each loss has its name, its equation, and that of dZ, as LaTeX.
Over 250 lines, so that all that is known of a loss stands in one place.
"""

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np

from nnlab.model.activations import (
    FloatArray,
    sigmoid_in_place,
    softmax_in_place,
    tanh_in_place,
    zeros,
)


def class_fractions(targets: FloatArray) -> FloatArray:
    """Return the fraction of each class among targets, the classes' numbers; float64 (n,)."""
    return np.bincount(targets.astype(np.intp).ravel()) / targets.size


def _unchanged(targets: FloatArray, n_outputs: int) -> FloatArray:  # noqa: ARG001 - as _one_hot
    """Return the targets themselves."""
    return targets


def _one_hot(targets: FloatArray, n_outputs: int) -> FloatArray:
    """Return 1 in the column of each target, the number of a class; 0 in the others."""
    return np.asfortranarray(targets == np.arange(n_outputs), dtype=np.float64)


class CrossEntropy:
    """Binary cross-entropy of a = sigmoid(z): the article's -mean(t log a + (1 - t) log(1 - a)).

    With u = (1 - 2 t) z, the logit of the wrong class, a sample's loss is log(1 + exp(u)). Written
    as max(u, 0) + log(1 + exp(-|u|)), it stays finite where the article's form is 0 * log 0.
    """

    name = "cross-entropy"
    equation = r"L = -\frac1m \sum_{i=1}^m \big(t_i \log a_i + (1 - t_i)\log(1 - a_i)\big)"
    deltas = r"\frac{A - t}{m}"
    activations: FloatArray | None = None
    encode = staticmethod(_unchanged)

    def __init__(self, n_samples: int, n_outputs: int = 1) -> None:
        self._n_samples = n_samples
        self._wrong_logits, self._losses, self._scratch = np.empty((3, n_samples, n_outputs))
        self._signs, self._signs_over_m = np.empty((2, n_samples, n_outputs))

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
        np.maximum(u, zeros(u.shape), out=scratch)
        np.add(losses, scratch, out=losses)  # max(u, 0) + log(1 + exp(-|u|))
        return float(np.add.reduce(losses, axis=None)) / self._n_samples

    def sample_losses(self) -> FloatArray:
        """Return the cross-entropy of each sample, float64 (n_samples, 1)."""
        return self._losses

    def differentiate(self, dz: FloatArray) -> None:
        """Write dz = (a - t) / m, as in the article."""
        # The probability of the wrong class is |a - t| = exp(u) / (1 + exp(u)) = exp(u - loss).
        np.subtract(self._wrong_logits, self._losses, out=dz)
        np.exp(dz, out=dz)
        np.multiply(dz, self._signs_over_m, out=dz)

    @staticmethod
    def of_constant(targets: FloatArray) -> float:
        """Return the loss of the best constant prediction: the entropy of the classes."""
        fractions = class_fractions(targets)
        return -sum(part * math.log(part) for part in map(float, fractions) if part > 0)

    @staticmethod
    def of_undecided(n_classes: int) -> tuple[str, float]:
        """Return the loss where all classes are equally likely, in words and as a number."""
        loss = math.log(n_classes)
        return f"log {n_classes} ≈ {loss:.3f}", loss


class SoftmaxCrossEntropy:
    """Cross-entropy of a = softmax(z): -mean(log a of the sample's class).

    It is log Σ exp(z) - z of the sample's class. With the largest z subtracted from all, no
    exponential overflows, and the loss stays finite where a is 0.
    """

    name = CrossEntropy.name
    equation = r"L = -\frac1m \sum_{i=1}^m \sum_k t_{ik} \log a_{ik}"
    deltas = r"\frac{A - t}{m}"
    activations: FloatArray | None = None
    encode = staticmethod(_one_hot)

    def __init__(self, n_samples: int, n_outputs: int) -> None:
        self._n_samples = n_samples
        # one contiguous column per class
        self._encoded_over_m, self._shifted, self._powers = (
            np.empty((n_samples, n_outputs), order="F") for _ in range(3)
        )
        self._losses, self._scratch, self._sums = np.empty((3, n_samples, 1))
        self._ones = np.ones((n_outputs, 1))
        self._m = np.array(n_samples, dtype=np.float64)  # quicker for NumPy than a Python number

    def set_targets(self, targets: FloatArray) -> None:
        """Set the targets: 1.0 for a sample's class, else 0.0."""
        self._encoded = targets
        np.divide(self._encoded, self._m, out=self._encoded_over_m)

    def loss(self, z: FloatArray) -> float:
        """Return the mean cross-entropy."""
        shifted, powers, losses = self._shifted, self._powers, self._losses
        np.maximum.reduce(z, axis=1, keepdims=True, out=self._scratch)
        np.subtract(z, self._scratch, out=shifted)
        np.multiply(shifted, self._encoded, out=powers)
        np.dot(powers, self._ones, out=self._scratch)  # of its class; quicker than add.reduce
        np.exp(shifted, out=powers)
        np.add.reduce(powers, axis=1, keepdims=True, out=self._sums)
        np.log(self._sums, out=losses)
        np.subtract(losses, self._scratch, out=losses)
        return float(np.add.reduce(losses, axis=None)) / self._n_samples

    def sample_losses(self) -> FloatArray:
        """Return the cross-entropy of each sample, float64 (n_samples, 1)."""
        return self._losses

    def differentiate(self, dz: FloatArray) -> None:
        """Write dz = (a - t) / m, where t is 1 for the sample's class, else 0."""
        np.multiply(self._sums, self._m, out=self._scratch)
        np.divide(self._powers, self._scratch, out=dz)
        np.subtract(dz, self._encoded_over_m, out=dz)

    of_constant = staticmethod(CrossEntropy.of_constant)
    of_undecided = staticmethod(CrossEntropy.of_undecided)


class SquaredLoss:
    """Half the squared error of a linear output, ½ mean((z - t)²): the loss of a regression."""

    name = "½ squared error"
    equation = r"L = \frac1m \sum_{i=1}^m \tfrac12 (a_i - t_i)^2"
    deltas = r"\frac{A - t}{m}"
    activations: FloatArray | None = None
    encode = staticmethod(_unchanged)

    def __init__(self, n_samples: int, n_outputs: int = 1) -> None:
        self._n_samples = n_samples
        self._errors = np.empty((n_samples, n_outputs), order="F")

    def set_targets(self, targets: FloatArray) -> None:
        """Set the targets: finite numbers, as `encode` returns them."""
        self._targets = targets

    def loss(self, z: FloatArray) -> float:
        """Return half the mean squared error."""
        errors = np.subtract(z, self._targets, out=self._errors)
        return float(np.vdot(errors.T, errors.T)) / self._n_samples / 2

    def sample_losses(self) -> FloatArray:
        """Return half the squared error of each sample, float64 (n_samples, 1)."""
        losses: FloatArray = (self._errors**2 / 2).sum(axis=1, keepdims=True)
        return losses

    def differentiate(self, dz: FloatArray) -> None:
        """Write dz = (z - t) / m."""
        np.divide(self._errors, self._n_samples, out=dz)

    @staticmethod
    def of_constant(targets: FloatArray) -> float:
        """Return the loss of the best constant prediction: half the variance of the targets."""
        return float(targets.var()) / 2

    @staticmethod
    def of_undecided(n_classes: int) -> tuple[str, float]:
        """Return the loss where two classes are equally likely, in words and as a number."""
        loss = Fraction(n_classes - 1, 4 * n_classes)
        return f"{loss} = {float(loss):.3g}", float(loss)


class _SquaredLossOfActivation(SquaredLoss):
    """Half the squared error of a = g(z), where `_activate` turns z into a in place."""

    _activate: Callable[[FloatArray], object]

    def __init__(self, n_samples: int, n_outputs: int = 1) -> None:
        super().__init__(n_samples, n_outputs)
        self._slopes = np.empty((n_samples, n_outputs))
        self.activations: FloatArray = np.empty((n_samples, n_outputs))

    def loss(self, z: FloatArray) -> float:
        """Return half the mean squared error of the activations."""
        np.copyto(self.activations, z)
        self._activate(self.activations)
        return super().loss(self.activations)


class SquaredLossOfProbability(_SquaredLossOfActivation):
    """Half the squared error of a = sigmoid(z), ½ mean((a - t)²)."""

    _activate = staticmethod(sigmoid_in_place)
    deltas = r"\frac{A - t}{m} \odot A \odot (1 - A)"  # with the slope of the sigmoid

    def differentiate(self, dz: FloatArray) -> None:
        """Write dz = (a - t) / m * a (1 - a)."""
        super().differentiate(dz)
        np.subtract(1, self.activations, out=self._slopes)
        np.multiply(self._slopes, self.activations, out=self._slopes)
        np.multiply(dz, self._slopes, out=dz)


class SquaredLossOfTanh(_SquaredLossOfActivation):
    """Half the squared error of a = tanh(z) and ±1, ½ mean((a - y)²), where y = 2 t - 1.

    It is the loss of TensorFlow Playground (`nn.ts`, Errors.SQUARE). As tanh(z) is
    2 sigmoid(2 z) - 1, it is four times SquaredLossOfProbability for the same probabilities.
    """

    _activate = staticmethod(tanh_in_place)
    name = "½ squared error of tanh"
    equation = r"L = \frac1m \sum_{i=1}^m \tfrac12 (a_i - y_i)^2,\quad y_i = 2 t_i - 1"
    deltas = r"\frac{A - y}{m} \odot (1 - A \odot A)"  # with the slope of the tanh

    def set_targets(self, targets: FloatArray) -> None:
        """Set the targets, each 0.0 or 1.0."""
        self._targets = 2 * targets - 1

    def differentiate(self, dz: FloatArray) -> None:
        """Write dz = (a - y) / m * (1 - a²)."""
        super().differentiate(dz)
        np.multiply(self.activations, self.activations, out=self._slopes)
        np.subtract(1, self._slopes, out=self._slopes)
        np.multiply(dz, self._slopes, out=dz)

    @staticmethod
    def of_constant(targets: FloatArray) -> float:
        """Return the loss of the best constant prediction: half the variance of ±1."""
        return float((2 * targets - 1).var()) / 2

    @staticmethod
    def of_undecided(n_classes: int) -> tuple[str, float]:  # noqa: ARG004 - they are two
        """Return the loss where two classes are equally likely, in words and as a number."""
        return "1/2", 0.5


class BrierLoss(SquaredLoss):
    """Half the squared error of a = softmax(z), ½ mean(Σ (a - t)²), summed over the classes.

    t is 1 for the sample's class, else 0. Twice this loss is the score of Brier 1950.
    """

    equation = r"L = \frac1m \sum_{i=1}^m \tfrac12 \sum_k (a_{ik} - t_{ik})^2"
    # with the slopes of the softmax; 1 1ᵀ sums over the classes
    deltas = (
        r"A \odot \big(E - (E \odot A)\,\mathbf{1} \mathbf{1}^\top\big),\quad E = \frac{A - t}{m}"
    )

    encode = staticmethod(_one_hot)

    def __init__(self, n_samples: int, n_outputs: int) -> None:
        super().__init__(n_samples, n_outputs)
        self.activations: FloatArray = np.empty((n_samples, n_outputs), order="F")

    def loss(self, z: FloatArray) -> float:
        """Return half the mean squared error of the probabilities."""
        np.copyto(self.activations, z)
        softmax_in_place(self.activations)
        return super().loss(self.activations)

    def differentiate(self, dz: FloatArray) -> None:
        """Write dz = a (e - Σ e a), where e = (a - t) / m and the sum is over the classes."""
        super().differentiate(dz)
        a = self.activations
        np.subtract(dz, (dz * a).sum(axis=1, keepdims=True), out=dz)
        np.multiply(dz, a, out=dz)

    @staticmethod
    def of_constant(targets: FloatArray) -> float:
        """Return the loss of the best constant prediction, which is each class's fraction."""
        fractions = class_fractions(targets)
        return float(fractions @ (1 - fractions)) / 2

    @staticmethod
    def of_undecided(n_classes: int) -> tuple[str, float]:
        """Return the loss where all classes are equally likely, in words and as a number."""
        loss = Fraction(n_classes - 1, 2 * n_classes)
        return f"{loss} ≈ {float(loss):.3g}", float(loss)


OutputLoss = CrossEntropy | SoftmaxCrossEntropy | SquaredLoss


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
    def activations(self) -> FloatArray | None:
        """Return the output's activations of the other loss."""
        return self._loss.activations

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
