"""The network as scikit-learn estimators: a classifier and a regressor.

scikit-learn reads the parameters off the signature of `__init__`, which `dataclass` writes. Over
250 lines, as half of them are docstrings for scikit-learn's users.
"""

import warnings
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import LabelEncoder
from sklearn.utils import gen_batches
from sklearn.utils.multiclass import check_classification_targets, unique_labels
from sklearn.utils.validation import check_is_fitted, validate_data

from nnlab.data.datasets import Dataset, FloatArray
from nnlab.data.features import column_names
from nnlab.data.rules import BrokenRule, shown
from nnlab.data.scales import LARGE
from nnlab.model.computing import computing
from nnlab.training.batches import objective_of, updates_per_epoch
from nnlab.training.config import Config, TableConfig
from nnlab.training.edits import with_config
from nnlab.training.metrics import penalty
from nnlab.training.run import Run, advance, predict, start
from nnlab.training.sample_weights import checked, scaled, times_class_weights

ROWS_AT_ONCE = 1000  # when only the loss is computed


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
        """Return each layer's weights, float64 (fan_in, fan_out), read-only."""
        return list(self._trained().parameters.weights)

    @property
    def intercepts_(self) -> list[FloatArray]:
        """Return each layer's biases, float64 (fan_out,), read-only."""
        return [biases[0] for biases in self._trained().parameters.biases]

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_run")

    def _trained(self) -> Run:
        check_is_fitted(self)
        return self._run

    def _config(self, n_classes: int = Config.classes) -> TableConfig:
        """Return the current parameters as a config, or raise its BrokenRule."""
        names = {item.name for item in fields(TableConfig)}
        given = self.get_params(deep=False).items()
        settings = {name: value for name, value in given if name in names}
        return TableConfig(problem=self._problem, classes=n_classes, **settings)

    def _fit(self, config: TableConfig, data: Dataset, n_classes: int = Config.classes) -> Self:
        """Train from new weights."""
        features = column_names(data.train_inputs.shape[1])
        config = replace(config, features=features, classes=n_classes)
        begun = start(config, data)
        run = advance(begun, config.iterations, keeps_past=False)
        if config.batch_size is None and len(run.losses):  # then it is known
            before = float(run.losses[0]) + penalty(config, begun.parameters)
        else:
            before = _loss_and_penalty(begun)
        after = _loss_and_penalty(run)
        wrong = ""
        if after > before:
            wrong = f"Training ended worse than it began: loss {after:.3g}, up from {before:.3g}"
        return self._keep(run, wrong)

    def _partial_fit(self, config: TableConfig, data: Dataset) -> Self:
        """Continue training for one epoch."""
        features = column_names(data.train_inputs.shape[1])
        # the stop rules end a fit, but do not shorten an epoch
        config = replace(config, features=features, target_loss=None, patience=None)
        begun = self.__sklearn_is_fitted__()
        run = with_config(self._run, config) if begun else start(config, data)
        updates = updates_per_epoch(config.batch_size, len(data.train_inputs))
        data = replace(data, phase=run.iteration % updates)
        return self._keep(advance(replace(run, dataset=data), updates, keeps_past=False))

    def _keep(self, run: Run, wrong: str = "") -> Self:
        """Keep a run without its data and history, which would be pickled with it.

        If the run diverged, or something else went `wrong`, this warns and gives advice.
        """
        if run.diverged:
            wrong = f"Training diverged after {run.iteration} updates; the last finite parameters"
            wrong += " are kept"
        if wrong:
            # 4: the warning names the line that called `fit`, above `_fit` and `_keep`
            warnings.warn(f"{wrong}. {_advice(run)}.", ConvergenceWarning, stacklevel=4)
        no_data = _table(np.empty((0, len(run.config.features))), np.empty(0))
        self._run = replace(run, dataset=no_data, edits=())
        return self

    def _outputs(self, X: Any) -> FloatArray:
        run = self._trained()
        return predict(run, validate_data(self, X, dtype=np.float64, reset=False))


def _table(inputs: FloatArray, targets: FloatArray, weights: FloatArray | None = None) -> Dataset:
    """Return training points without test points; targets and weights are (n_samples,)."""
    targets = targets[:, np.newaxis]
    weights = None if weights is None else scaled(weights)
    return Dataset(inputs, targets, inputs[:0], targets[:0], train_weights=weights)


def _counted(
    X: FloatArray, y: NDArray[Any], sample_weight: Any
) -> tuple[FloatArray, NDArray[Any], FloatArray | None]:
    """Return the samples whose weight is not 0, and their weights."""
    weights = checked(sample_weight, X)
    if weights is None:
        return X, y, None
    counted = weights > 0
    return X[counted], y[counted], weights[counted]


@computing()
def _loss_and_penalty(run: Run) -> float:
    """Return what training minimizes, on all training points.

    It is computed for some rows at a time, so that training in small batches needs no large memory.
    """
    config, data, parameters = run.config, run.dataset, run.parameters
    weights, n_samples, loss = data.train_weights, len(data.train_inputs), 0.0
    for rows in gen_batches(n_samples, ROWS_AT_ONCE):
        row_weights = None if weights is None else weights[rows]
        samples = data.train_inputs[rows], data.train_targets[rows], row_weights
        objective = objective_of(config, *samples)
        loss += objective.loss(parameters) * (rows.stop - rows.start) / n_samples
    return loss + penalty(config, parameters)


def _advice(run: Run) -> str:
    """Return advice for a run that went wrong."""
    advice = [f"choose a learning_rate below {run.config.learning_rate:g}"]
    data, targets = run.dataset, []
    if not run.config.n_classes:
        targets = [("target", "TransformedTargetRegressor", data.train_targets)]
    for name, tool, array in [("inputs", "StandardScaler", data.train_inputs), *targets]:
        largest = np.abs(array).max()
        if largest > LARGE:
            reach = f"whose values reach {largest:.3g}"
            advice.insert(-1, f"standardize the {name}, {reach} ({tool})")
    sentence = ", or ".join(advice)
    return sentence[0].upper() + sentence[1:]


@dataclass(kw_only=True, eq=False, repr=False)
class NeuralNetClassifier(ClassifierMixin, _NeuralNet):
    """The article's network as a scikit-learn classifier, with any type of label.

    For two classes, its output is one sigmoid unit, as in the article; for more, it has a unit for
    each class, and their softmax.

    The parameters are the fields of `nnlab.Config` that describe learning. Their defaults are the
    article's, and `fit` checks them by Config's rules. The same data and parameters always give the
    same network, to the last digit. During a fit or a prediction, BLAS has one thread in the whole
    process, which affects other libraries, too.

    Parameters
    ----------
    hidden_layers : units in each hidden layer
    activation : the function of each hidden unit: one name for all layers, or one for each
    initialization : how the weights are drawn before training
    seed : selects the random starting weights and batches
    output_loss : how errors count: "cross_entropy", "squared_error", or with two classes
        "tanh_squared_error"
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
    class_weight : "balanced", so that all classes have the same total weight; or a dictionary with
        the weight of each label; None: all samples weigh the same. It multiplies `sample_weight`.

    Attributes
    ----------
    classes_ : (n_classes,), the labels in order
    loss_curve_ : float64 (n_iter_,), the training loss of each update's batch, before the update
        and without the penalty
    n_iter_ : number of updates made
    coefs_, intercepts_ : each layer's weights, float64 (fan_in, fan_out), and biases, (fan_out,),
        read-only
    n_features_in_ : number of columns of the data
    feature_names_in_ : (n_features_in_,), names of the columns, if the data had names
    """

    _problem = "classification"
    output_loss: str = Config.output_loss
    class_weight: dict[Any, float] | str | None = None

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train a new network for `iterations` updates, or until a stop rule holds.

        If training diverges, it warns with a ConvergenceWarning and keeps the last finite
        parameters. It also warns if the loss at the end is worse than at the start.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : array-like of shape (n_samples,), labels of two or more classes
        sample_weight : array-like of shape (n_samples,), finite numbers of at least 0; None: all
            samples weigh the same. The loss is the weighted mean over the samples: a weight of 2
            acts like a repeated row, and a weight of 0 like a missing one. Only the ratios of the
            weights count, as they are first scaled to the mean 1 over all samples. With
            mini-batches, each sample is drawn once in an epoch, and its weight multiplies its
            gradient.

        Raises
        ------
        ValueError
            If a parameter or a weight breaks its rule, or the data are not finite numbers with
            labels of two or more classes.
        TypeError
            If X is sparse.
        """
        config = self._config()  # a broken rule is reported before any fault of the data
        X, y = validate_data(self, X, y, dtype=np.float64)
        X, y, weights = _counted(X, y, sample_weight)
        self.classes_ = _labels("y", y)
        weights = times_class_weights(weights, self.class_weight, self.classes_, y)
        # no label is unknown here, so that the long way of `_targets` is not needed
        targets = np.searchsorted(self.classes_, y).astype(np.float64)
        return self._fit(config, _table(X, targets, weights), len(self.classes_))

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Start or continue training with one epoch, that is one pass over these data.

        An epoch has as many updates as there are batches: one, if `batch_size` is None. It uses the
        current parameters, but neither `target_loss` nor `patience`. Repeated calls with the same
        data equal one `fit` with the same number of updates, bit for bit, and calls after a `fit`
        equal a longer `fit`. A learning-rate schedule still spans `iterations`.

        Parameters
        ----------
        X, y : as for `fit`; y may lack some of the classes
        classes : array-like of shape (n_classes,), required in the first call unless `fit`
            came before
        sample_weight : as for `fit`, with the mean 1 over these data

        Raises
        ------
        ValueError
            As in `fit`, and if the classes, the number of features or hidden_layers have changed
            since training began. Also if class_weight is "balanced": these may not be all the data.
        TypeError
            If X is sparse.
        """
        begun = self.__sklearn_is_fitted__()
        self._config()
        if isinstance(self.class_weight, str):
            must = "be None or a dictionary in partial_fit, which does not see all the data"
            raise BrokenRule("class_weight", must, shown(self.class_weight))
        if classes is None:
            if not begun:
                raise ValueError("classes must be passed on the first call to partial_fit.")
            classes = self.classes_
        classes = _labels("classes", classes)
        if begun and not np.array_equal(classes, self.classes_):
            must = f"stay {shown(self.classes_.tolist())} while training goes on"
            raise BrokenRule("classes", must, shown(classes.tolist()))
        X, y = validate_data(self, X, y, dtype=np.float64, reset=not begun)
        X, y, weights = _counted(X, y, sample_weight)
        check_classification_targets(y)
        self.classes_ = classes
        targets = self._targets(y)
        weights = times_class_weights(weights, self.class_weight, classes, y)
        return self._partial_fit(self._config(len(classes)), _table(X, targets, weights))

    def predict_proba(self, X: Any) -> FloatArray:
        """Return the probabilities, float64 (n_samples, n_classes), in the order of `classes_`."""
        outputs = self._outputs(X)
        return outputs if outputs.ndim == 2 else np.column_stack([1 - outputs, outputs])

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the likeliest class of each sample, (n_samples,)."""
        # of two equally likely classes the first, as in the article
        numbers = self.predict_proba(X).argmax(axis=1)
        labels: NDArray[Any] = self.classes_[numbers]
        return labels

    def _targets(self, y: NDArray[Any]) -> FloatArray:
        """Return the number of each sample's class, from 0.0, float64 (n_samples,)."""
        return np.asarray(LabelEncoder().fit(self.classes_).transform(y), dtype=np.float64)


class NeuralNetRegressor(RegressorMixin, _NeuralNet):
    """The article's network with a linear output and squared error as a scikit-learn regressor.

    Parameters and attributes are those of `NeuralNetClassifier`, except output_loss, class_weight
    and classes_. The default learning rate suits targets of about the size of 1.
    """

    _problem = "regression"

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train a new network, as `NeuralNetClassifier` does; y is numbers, (n_samples,)."""
        config = self._config()
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        X, y, weights = _counted(X, y, sample_weight)
        return self._fit(config, _table(X, y.astype(np.float64, copy=False), weights))

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train for one epoch, as `NeuralNetClassifier` does; y is numbers, (n_samples,)."""
        config, begun = self._config(), self.__sklearn_is_fitted__()
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True, reset=not begun)
        X, y, weights = _counted(X, y, sample_weight)
        return self._partial_fit(config, _table(X, y.astype(np.float64, copy=False), weights))

    def predict(self, X: Any) -> FloatArray:
        """Return the values, float64 (n_samples,)."""
        return self._outputs(X)


def _labels(name: str, y: Any) -> NDArray[Any]:
    """Return the two or more different labels in order, or raise ValueError."""
    check_classification_targets(y)
    labels: NDArray[Any] = unique_labels(y)
    if len(labels) < 2:
        raise BrokenRule(name, "have two or more classes", f"one class: {shown(labels.item())}")
    return labels
