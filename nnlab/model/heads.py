"""The heads of a network: what its outputs are, how they decide, and which losses judge them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from nnlab.model.activations import (
    FloatArray,
    sigmoid_in_place,
    softmax_in_place,
    tanh_in_place,
)
from nnlab.model.losses import (
    BrierLoss,
    CrossEntropy,
    OutputLoss,
    SoftmaxCrossEntropy,
    SquaredLoss,
    SquaredLossOfProbability,
    SquaredLossOfTanh,
)

_LARGEST = np.finfo(np.float64).max


class Head(ABC):
    """What the outputs of a network are. Logits are float64 (n_samples, n_outputs).

    Attributes
    ----------
    n_outputs : number of output units
    n_classes : number of classes; 0 in a regression
    losses : the losses of the logits, by the names that `Config.output_loss` knows
    apply : the function of the logits, in place; None if the outputs are the logits themselves
    symbol : that function as LaTeX
    meaning : what the outputs mean, as Markdown that ends a sentence
    measure : what tells best how good a network is, "accuracy" or "loss", as in `Metrics`
    """

    n_outputs: int
    n_classes: int
    losses: ClassVar[Mapping[str, type[OutputLoss]]]
    apply: Callable[[FloatArray], None] | None
    symbol: ClassVar[str]
    meaning: ClassVar[str]
    measure: ClassVar[str] = "accuracy"

    @abstractmethod
    def outputs(self, logits: FloatArray) -> FloatArray:
        """Return the probabilities or values, float64 (n_samples, n_outputs), in a new array."""

    @abstractmethod
    def shares(self, outputs: FloatArray) -> FloatArray:
        """Return the probability of each class, float64 (n_samples, n_classes), from `outputs`."""

    @abstractmethod
    def predictions(self, logits: FloatArray) -> NDArray[np.intp]:
        """Return the number of the class of each sample, (n_samples, 1); all 0 in a regression."""

    def is_wrong(self, logits: FloatArray, targets: FloatArray) -> NDArray[np.bool_]:
        """Return which samples get another class than their target, (n_samples, 1)."""
        wrong: NDArray[np.bool_] = self.predictions(logits) != targets
        return wrong

    def accuracy(self, logits: FloatArray, targets: FloatArray) -> float:
        """Return the fraction of the samples that get the class of their target."""
        return float(np.mean(~self.is_wrong(logits, targets)))


class SigmoidHead(Head):
    """One unit, whose sigmoid is the probability of class 1: the article's output."""

    n_outputs, n_classes = 1, 2
    losses: ClassVar = {"cross_entropy": CrossEntropy, "squared_error": SquaredLossOfProbability}
    apply = staticmethod(sigmoid_in_place)
    symbol = r"\sigma"
    meaning = r"the output's $\sigma(z) = 1 / (1 + e^{-z})$ is the probability of class 1"

    def outputs(self, logits: FloatArray) -> FloatArray:
        """Return the probability of class 1."""
        probabilities = logits.copy()
        sigmoid_in_place(probabilities)
        return probabilities

    def shares(self, outputs: FloatArray) -> FloatArray:
        """Return the probabilities of both classes."""
        return np.hstack([1 - outputs, outputs])

    def predictions(self, logits: FloatArray) -> NDArray[np.intp]:
        """Return the likelier class: at exactly one half 0, as the article rounds half to even."""
        return (logits > 0).astype(np.intp)


class TanhHead(SigmoidHead):
    """One unit, whose tanh goes from -1 for class 0 to 1 for class 1: TensorFlow Playground's."""

    losses: ClassVar = {"tanh_squared_error": SquaredLossOfTanh}
    apply = staticmethod(tanh_in_place)
    symbol = r"\tanh"
    meaning = (
        r"the output's $\tanh(z)$ goes from -1 for class 0 to 1 for class 1; "
        r"$(1 + \tanh(z)) / 2$ counts as the probability of class 1"
    )

    def outputs(self, logits: FloatArray) -> FloatArray:
        """Return (1 + tanh(z)) / 2 as the probability of class 1."""
        probabilities: FloatArray = (np.tanh(logits) + 1) * 0.5
        return probabilities


class SoftmaxHead(Head):
    """One unit for each of three or more classes; their softmax is the classes' probabilities."""

    losses: ClassVar = {
        "cross_entropy": SoftmaxCrossEntropy,
        **dict.fromkeys(("squared_error", "tanh_squared_error"), BrierLoss),
    }
    apply = staticmethod(softmax_in_place)
    symbol = r"\mathrm{softmax}"
    meaning = (
        r"the outputs' $\mathrm{softmax}(z)_k = e^{z_k} / \sum_j e^{z_j}$ "
        "are the probabilities of the classes"
    )

    def __init__(self, n_classes: int) -> None:
        self.n_outputs = self.n_classes = n_classes

    def outputs(self, logits: FloatArray) -> FloatArray:
        """Return the probability of each class."""
        # the difference of two infinities would be NaN
        probabilities = np.clip(logits, -_LARGEST / 2, _LARGEST / 2)
        softmax_in_place(probabilities)
        return probabilities

    def shares(self, outputs: FloatArray) -> FloatArray:
        """Return the probabilities, which the outputs are."""
        return outputs

    def predictions(self, logits: FloatArray) -> NDArray[np.intp]:
        """Return the likeliest class, of equally likely ones the first."""
        likeliest: NDArray[np.intp] = logits.argmax(axis=1, keepdims=True)
        return likeliest


OUTPUT_LOSSES = tuple(SoftmaxHead.losses)


class LinearHead(Head):
    """One unit, whose sum is the value that a regression predicts."""

    n_outputs, n_classes = 1, 0
    losses: ClassVar = dict.fromkeys(OUTPUT_LOSSES, SquaredLoss)
    apply, symbol = None, ""
    meaning = "the output's value is the prediction"
    measure = "loss"

    def outputs(self, logits: FloatArray) -> FloatArray:
        """Return the value."""
        return logits.copy()

    def shares(self, outputs: FloatArray) -> FloatArray:
        """Return no probabilities, as there are no classes."""
        return np.empty((len(outputs), 0))

    def predictions(self, logits: FloatArray) -> NDArray[np.intp]:
        """Return 0, as there are no classes."""
        return np.zeros(logits.shape, dtype=np.intp)

    def is_wrong(self, logits: FloatArray, targets: FloatArray) -> NDArray[np.bool_]:  # noqa: ARG002
        """Return False, as no value is simply wrong."""
        return np.zeros(logits.shape, dtype=np.bool_)

    def accuracy(self, logits: FloatArray, targets: FloatArray) -> float:  # noqa: ARG002
        """Return NaN."""
        return np.nan


@cache
def head_of(n_classes: int, output_loss: str = "cross_entropy") -> Head:
    """Return the head for a number of classes, 0 in a regression, and a name in OUTPUT_LOSSES."""
    if n_classes == 0:
        return LinearHead()
    if n_classes > 2:
        return SoftmaxHead(n_classes)
    return TanhHead() if output_loss in TanhHead.losses else SigmoidHead()
