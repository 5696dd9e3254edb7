"""The network as scikit-learn estimators: a classifier of two classes, and a regressor.

scikit-learn reads the parameters off the signature of `__init__`, which `dataclass` writes. Over
250 lines, as half of them are docstrings for scikit-learn's users.
"""

import warnings
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import LabelEncoder
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets, type_of_target, unique_labels
from sklearn.utils.validation import check_is_fitted, validate_data

from nnlab.data.datasets import Dataset, FloatArray
from nnlab.data.features import column_names
from nnlab.data.rules import BrokenRule, shown
from nnlab.training.batches import updates_per_epoch
from nnlab.training.config import Config, TableConfig
from nnlab.training.edits import with_config
from nnlab.training.run import Run, advance, predict, start


@dataclass(kw_only=True, eq=False, repr=False)
class _NeuralNet(BaseEstimator):
    """The base of both estimators: it keeps a run, without the data."""

    _problem: ClassVar[str]

    hidden_layers: tuple[int, ...] = Config.hidden_layers
    activation: str | tuple[str, ...] = Config.activation
    initialization: str = Config.initialization
    seed: int = Config.seed
    optimizer: str = Config.optimizer
    momentum: float = Config.momentum
    learning_rate: float = Config.learning_rate
    learning_rate_schedule: str = Config.learning_rate_schedule
    batch_size: int | None = Config.batch_size
    regularization: str = Config.regularization
    regularization_rate: float = Config.regularization_rate
    iterations: int = Config.iterations
    target_loss: float | None = Config.target_loss
    patience: int | None = Config.patience

    @property
    def loss_curve_(self) -> FloatArray:
        """Return the training loss before each update, float64 (n_iter_,)."""
        return self._trained().losses

    @property
    def n_iter_(self) -> int:
        """Return the number of updates made."""
        return self._trained().iteration

    @property
    def coefs_(self) -> list[FloatArray]:
        """Return each layer's weights, float64 (fan_in, fan_out), as views."""
        return list(self._trained().parameters.weights)

    @property
    def intercepts_(self) -> list[FloatArray]:
        """Return each layer's biases, float64 (fan_out,), as views."""
        return [biases[0] for biases in self._trained().parameters.biases]

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_run")

    def _trained(self) -> Run:
        check_is_fitted(self)
        return self._run

    def _config(self) -> TableConfig:
        """Return the current parameters as a config, or raise its BrokenRule."""
        return TableConfig(problem=self._problem, **self.get_params(deep=False))

    def _fit(self, config: TableConfig, inputs: FloatArray, targets: FloatArray) -> Self:
        """Train from new weights on inputs, (n_samples, n_columns), and targets, (n_samples,)."""
        config = replace(config, features=column_names(inputs.shape[1]))
        return self._keep(advance(start(config, _table(inputs, targets)), config.iterations))

    def _partial_fit(self, config: TableConfig, inputs: FloatArray, targets: FloatArray) -> Self:
        """Continue training for one epoch; arguments as for `_fit`."""
        features = column_names(inputs.shape[1])
        # the stop rules end a fit, but do not shorten an epoch
        config = replace(config, features=features, target_loss=None, patience=None)
        begun = self.__sklearn_is_fitted__()
        run = with_config(self._run, config) if begun else start(config, _table(inputs, targets))
        updates = updates_per_epoch(config.batch_size, len(inputs))
        data = replace(_table(inputs, targets), phase=run.iteration % updates)
        return self._keep(advance(replace(run, dataset=data), updates))

    def _keep(self, run: Run) -> Self:
        """Keep a run without its data and history, which would be pickled with it."""
        no_data = _table(np.empty((0, len(run.config.features))), np.empty(0))
        self._run = replace(run, dataset=no_data, snapshots=run.snapshots[:1], edits=())
        if run.diverged:
            message = (
                f"Training diverged after {run.iteration} updates; the last finite parameters are "
                f"kept. Scale the inputs or choose a learning_rate below "
                f"{run.config.learning_rate:g}."
            )
            warnings.warn(message, ConvergenceWarning, stacklevel=4)
        return self

    def _outputs(self, X: Any) -> FloatArray:
        run = self._trained()
        return predict(run, validate_data(self, X, dtype=np.float64, reset=False))


def _table(inputs: FloatArray, targets: FloatArray) -> Dataset:
    """Return training points without test points."""
    targets = targets[:, np.newaxis]
    return Dataset(inputs, targets, inputs[:0], targets[:0])


@dataclass(kw_only=True, eq=False, repr=False)
class NeuralNetClassifier(ClassifierMixin, _NeuralNet):
    """The article's network as a scikit-learn classifier of two classes, with any type of label.

    The parameters are the fields of `nnlab.Config` that describe learning. Their defaults are the
    article's, and `fit` checks them by Config's rules. The same data and parameters always give the
    same network, to the last digit. During a fit or a prediction, BLAS has one thread in the whole
    process, also for other libraries.

    Parameters
    ----------
    hidden_layers : units in each hidden layer
    activation : the function of each hidden unit: one name for all layers, or one for each
    initialization : how the weights are drawn before training
    seed : selects the random starting weights and batches
    output_loss : how errors count: "cross_entropy" or "squared_error"
    optimizer : how a gradient becomes a step
    momentum : how much of its last step the optimizer keeps, with "momentum" and "nesterov"
    learning_rate : how far each update moves the weights
    learning_rate_schedule : how the learning rate falls over the iterations
    batch_size : number of samples in each update; None: all of them
    regularization : the penalty that keeps the weights small: "none", "l1" or "l2"
    regularization_rate : strength of "l1" or "l2"
    iterations : number of updates in `fit`
    target_loss : `fit` stops when the training loss reaches this value; None: it does not
    patience : `fit` stops after this many iterations without a better loss; None: it does not

    Attributes
    ----------
    classes_ : (2,), the labels in order; the network's output is the probability of the second
    loss_curve_ : float64 (n_iter_,), the training loss of each update's batch, before the update
        and without the penalty
    n_iter_ : number of updates made
    coefs_, intercepts_ : each layer's weights, float64 (fan_in, fan_out), and biases, (fan_out,),
        as views
    n_features_in_ : number of columns of the data
    feature_names_in_ : (n_features_in_,), names of the columns, if the data had names
    """

    _problem = "classification"
    output_loss: str = Config.output_loss

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X: Any, y: Any) -> Self:
        """Train a new network for `iterations` updates, or until a stop rule holds.

        If training diverges, it warns with a ConvergenceWarning and keeps the last finite
        parameters.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,), labels of two classes

        Raises
        ------
        ValueError
            If a parameter breaks its rule, or the data are not finite numbers with labels of two
            classes.
        TypeError
            If X is sparse.
        """
        config = self._config()
        X, y = validate_data(self, X, y, dtype=np.float64)
        self.classes_ = _two_labels("y", y)
        return self._fit(config, X, self._targets(y))

    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> Self:
        """Start or continue training with one epoch, that is one pass over these data.

        An epoch has as many updates as there are batches: one, if `batch_size` is None. It uses the
        current parameters, but neither `target_loss` nor `patience`. Repeated calls with the same
        data equal one `fit` with the same number of updates, bit for bit, and calls after a `fit`
        equal a longer `fit`. A learning-rate schedule still spans `iterations`.

        Parameters
        ----------
        X, y : as for `fit`; y may have only one of the classes
        classes : array-like of shape (2,), required in the first call unless `fit` came before

        Raises
        ------
        ValueError
            As in `fit`, and if the classes, the number of features or hidden_layers have changed
            since training began.
        TypeError
            If X is sparse.
        """
        begun = self.__sklearn_is_fitted__()
        config = self._config()
        if classes is None:
            if not begun:
                raise ValueError("classes must be passed on the first call to partial_fit.")
            classes = self.classes_
        classes = _two_labels("classes", classes)
        if begun and not np.array_equal(classes, self.classes_):
            must = f"stay {shown(self.classes_.tolist())} while training goes on"
            raise BrokenRule("classes", must, shown(classes.tolist()))
        X, y = validate_data(self, X, y, dtype=np.float64, reset=not begun)
        _labels(y)
        self.classes_ = classes
        return self._partial_fit(config, X, self._targets(y))

    def predict_proba(self, X: Any) -> FloatArray:
        """Return the probabilities of both classes, float64 (n_samples, 2), as in `classes_`."""
        outputs = self._outputs(X)
        return np.column_stack([1 - outputs, outputs])

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the more likely class of each sample, (n_samples,)."""
        # a probability of exactly one half counts as the first class, as in the article
        second = self._outputs(X) > 0.5
        labels: NDArray[Any] = self.classes_[second.astype(int)]
        return labels

    def _targets(self, y: NDArray[Any]) -> FloatArray:
        """Return 0.0 for the first class and 1.0 for the second, float64 (n_samples,)."""
        return np.asarray(LabelEncoder().fit(self.classes_).transform(y), dtype=np.float64)


class NeuralNetRegressor(RegressorMixin, _NeuralNet):
    """The article's network with a linear output and squared error as a scikit-learn regressor.

    Parameters and attributes are those of `NeuralNetClassifier`, except output_loss and classes_.
    """

    _problem = "regression"

    def fit(self, X: Any, y: Any) -> Self:
        """Train a new network, as `NeuralNetClassifier` does; y is numbers, (n_samples,)."""
        config = self._config()
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        return self._fit(config, X, y.astype(np.float64, copy=False))

    def partial_fit(self, X: Any, y: Any) -> Self:
        """Train for one epoch, as `NeuralNetClassifier` does; y is numbers, (n_samples,)."""
        config, begun = self._config(), self.__sklearn_is_fitted__()
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True, reset=not begun)
        return self._partial_fit(config, X, y.astype(np.float64, copy=False))

    def predict(self, X: Any) -> FloatArray:
        """Return the values, float64 (n_samples,)."""
        return self._outputs(X)


def _labels(y: Any) -> NDArray[Any]:
    """Return the one or two different labels in order, or raise ValueError."""
    check_classification_targets(y)
    kind = type_of_target(y, input_name="y", raise_unknown=True)
    if kind != "binary":
        message = f"Only binary classification is supported. The type of the target is {kind}."
        raise ValueError(message)  # scikit-learn's own sentence
    labels: NDArray[Any] = unique_labels(y)
    return labels


def _two_labels(name: str, y: Any) -> NDArray[Any]:
    labels = _labels(y)
    if len(labels) != 2:
        raise BrokenRule(name, "have two classes", f"one class: {shown(labels.item())}")
    return labels
