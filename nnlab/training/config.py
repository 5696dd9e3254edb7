"""Config: every setting that a run depends on, with its default, its rule and its meaning.

Over 250 lines, as it is one list of all settings.
"""

from dataclasses import dataclass, field, fields
from typing import Any, Literal, NamedTuple

import numpy as np

from nnlab.data.datasets import CURVE, DATASETS, DATASETS_FOR
from nnlab.data.features import FEATURES, column_names
from nnlab.data.formula import SINE
from nnlab.data.labels import MAX_CLASSES
from nnlab.data.points import NO_POINTS, Points
from nnlab.data.real_sets import REAL_SETS, table_of
from nnlab.data.rules import BrokenRule, shown
from nnlab.model.activations import ACTIVATIONS
from nnlab.model.heads import OUTPUT_LOSSES, Head, head_of
from nnlab.model.initialization import INITIALIZATIONS
from nnlab.model.optimizers import OPTIMIZERS, PENALTIES, SCHEDULES
from nnlab.training import kinds
from nnlab.training.kinds import Kind

MAX_SAMPLES = 100_000
MAX_SIZE = 1e30  # of a point's numbers: the page draws them in float32
MAX_LAYERS, MAX_WIDTH = 8, 64


class Setting(NamedTuple):
    """What a field of Config means.

    Attributes
    ----------
    kind : the kind of its values
    help : a sentence or two for the user
    effect : what a change does while a run trains: "restart" starts a new run, "update" changes the
        updates from then on, "stop" changes only when the run ends
    draws : "data" or "weights" if the data set or the initial weights depend on it
    seed : whether it is the seed of a random draw
    axis : whether a sweep can vary it
    typed : whether the user types it as text
    """

    kind: Kind
    help: str
    effect: Literal["restart", "update", "stop"] = "restart"
    draws: Literal["data", "weights"] | None = None
    seed: bool = False
    axis: bool = True
    typed: bool = False


def _setting(default: Any, kind: Kind, help_: str, **meaning: Any) -> Any:
    return field(default=default, metadata={"setting": Setting(kind, help_, **meaning)})


@dataclass(frozen=True, kw_only=True)
class Config:
    """The settings of a run. The defaults are the article's.

    Raises
    ------
    BrokenRule
        For the first field whose value breaks its rule.
    """

    problem: str = _setting(
        "classification",
        kinds.one_of(DATASETS_FOR),
        "Classification colours the plane by the probability of a class, regression by a value.",
    )
    dataset: str = _setting(
        "circles",
        kinds.one_of(DATASETS),
        "The shape that the points form, or only the points that you draw or upload.",
        draws="data",
    )
    classes: int = _setting(
        2,
        kinds.whole(2, MAX_CLASSES),
        "Number of classes, each with its own colour and, from three on, its own output unit.",
        draws="data",
    )
    function: str = _setting(
        SINE,
        kinds.function_of_x(),
        "A formula in x, such as sin(3*x): the curve that points lie on, or that blue points lie "
        "above.",
        draws="data",
        typed=True,
    )
    data_columns: tuple[str, ...] = _setting(
        (),
        kinds.pair_of_names(),
        "The two columns of a real data set that the network sees. If empty, a telling pair.",
        draws="data",
        axis=False,
    )
    samples: int = _setting(
        1000,
        kinds.whole(2, MAX_SAMPLES),
        "Number of training points. More of them show the shape better but take longer.",
        draws="data",
    )
    noise: float = _setting(
        0.05,
        kinds.real(0, 10),
        "How far points stray from the shape (standard deviation). More noise mixes the classes.",
        draws="data",
    )
    data_seed: int = _setting(
        4,
        kinds.whole(0, 2**32 - 1),
        "Selects the random training points. The same seed gives the same points.",
        draws="data",
        seed=True,
    )
    test_samples: int = _setting(
        100,
        kinds.whole(2, MAX_SAMPLES),
        "Number of held-out points that test the network.",
        draws="data",
    )
    test_seed: int = _setting(
        2,
        kinds.whole(0, 2**32 - 1),
        "Selects the random test points. The same seed gives the same points.",
        draws="data",
        seed=True,
    )
    points: Points = _setting(  # noqa: RUF009 - Points are frozen, though ruff cannot see it
        NO_POINTS,
        kinds.points(MAX_SAMPLES, MAX_SIZE),
        "Your own training points, added to the data set's points. The boundary adapts to them.",
        effect="update",
        draws="data",
        axis=False,
    )
    features: tuple[str, ...] = _setting(
        ("x1", "x2"),
        kinds.some_of(FEATURES),
        "What the network sees of a point. With squares and waves, even a few units draw curves.",
        draws="weights",
    )
    hidden_layers: tuple[int, ...] = _setting(
        (10, 5),
        kinds.widths(MAX_LAYERS, MAX_WIDTH),
        "Units in each hidden layer. More units let the boundary bend more. None: a straight line.",
        draws="weights",
        typed=True,
    )
    activation: str | tuple[str, ...] = _setting(
        "relu",
        kinds.one_of_per_layer(ACTIVATIONS),
        "The function of each hidden unit: ReLU gives the boundary corners, tanh gives it curves, "
        "and sine gives it waves. Step has the slope 0, so no gradient reaches its layer.",
    )
    initialization: str = _setting(
        "normal",
        kinds.one_of(INITIALIZATIONS),
        "How the weights are drawn before training; it decides where learning starts.",
        draws="weights",
    )
    seed: int = _setting(
        4,
        kinds.whole(0, 2**32 - 1),
        "Selects the random starting weights and batches. The same seed gives the same run, to the "
        "last digit.",
        draws="weights",
        seed=True,
        axis=False,
    )
    output_loss: str = _setting(
        "cross_entropy",
        kinds.one_of(OUTPUT_LOSSES),
        "How errors count: cross-entropy penalizes confident mistakes heavily, squared error only "
        "mildly. “Squared error of tanh” is TensorFlow Playground's, for two classes only. A "
        "regression always has squared error.",
    )
    optimizer: str = _setting(
        "sgd",
        kinds.one_of(OPTIMIZERS),
        "How a gradient becomes a step: momentum keeps part of the last step; Adam and RMSprop "
        "scale each weight's step.",
        effect="update",
    )
    momentum: float = _setting(
        0.9,
        kinds.real(0, 1),
        "How much of its last step the optimizer keeps (momentum and nesterov). More is faster "
        "but may overshoot.",
        effect="update",
    )
    learning_rate: float = _setting(
        0.01,
        kinds.real(0, 1e6, above=True),
        "How far each update moves the weights. Too small: nothing moves. Too large: it jumps.",
        effect="update",
        typed=True,
    )
    learning_rate_schedule: str = _setting(
        "constant",
        kinds.one_of(SCHEDULES),
        "How the learning rate falls over the iterations: large steps first, small ones later. "
        "If you train past the last iteration, the cosine schedule starts over.",
        effect="update",
    )
    batch_size: int | None = _setting(
        None,
        kinds.optional(kinds.whole(1, MAX_SAMPLES), "all of them"),
        "Number of points in each update. Small batches make quick, noisy steps.",
        effect="update",
        typed=True,
    )
    regularization: str = _setting(
        "none",
        kinds.one_of(PENALTIES),
        "Keeps the weights small: L2 makes the boundary smooth, L1 pushes useless weights to 0.",
        effect="update",
    )
    regularization_rate: float = _setting(
        0.001,
        kinds.real(0, 1e6),
        "Strength of L1 or L2. If it is too strong, the network predicts the same everywhere.",
        effect="update",
    )
    iterations: int = _setting(
        25_000, kinds.whole(1, 1_000_000), "Number of updates in the run.", effect="update"
    )
    target_loss: float | None = _setting(
        None,
        kinds.optional(kinds.real(0, 1e6), "no such stop"),
        "The run stops when the training loss reaches this value.",
        effect="stop",
        typed=True,
    )
    patience: int | None = _setting(
        None,
        kinds.optional(kinds.whole(1, 1_000_000), "no such stop"),
        "The run stops after this many iterations without a better loss.",
        effect="stop",
        typed=True,
    )

    def __post_init__(self) -> None:
        given = {item.name: getattr(self, item.name) for item in fields(self)}
        for item in fields(self):
            value = given[item.name]
            kind: Kind = item.metadata["setting"].kind
            try:
                object.__setattr__(self, item.name, kind.rule(value))
            except (TypeError, ValueError, OverflowError):
                raise BrokenRule(item.name, kind.must, shown(value)) from None
        self._check_what_fits_together(given)

    def _check_what_fits_together(self, given: dict[str, Any]) -> None:
        known = DATASETS_FOR[self.problem]
        if self.dataset not in known:
            must = f"be one of {', '.join(known)} for the problem {self.problem}"
            raise BrokenRule("dataset", must, shown(given["dataset"]))
        any_number = self.n_classes and DATASETS[self.dataset].n_classes is None
        if self.classes != Config.classes and not any_number:
            of = f"the data set {self.dataset}" if self.n_classes else "the problem regression"
            raise BrokenRule("classes", f"be 2, the default, for {of}", shown(self.classes))
        if self.dataset == CURVE:  # there is no x2
            seen = tuple(name for name in self.features if "x2" not in name) or ("x1",)
            object.__setattr__(self, "features", seen)
        self._check_columns()
        by_layer = given["activation"]
        if not isinstance(by_layer, str):
            if len(by_layer) != len(self.hidden_layers):
                must = f"be one name or one per hidden layer, here {len(self.hidden_layers)}"
                raise BrokenRule("activation", must, shown(by_layer))
            if not len(by_layer):  # without hidden layers, all activations mean the same
                object.__setattr__(self, "activation", Config.activation)
        wrong = self.points.targets[~np.isin(self.points.targets, np.arange(self.n_classes))]
        if self.n_classes and len(wrong):
            numbers = [f"{number}" for number in range(self.n_classes)]
            must = f"have the target {', '.join(numbers[:-1])} or {numbers[-1]}"
            must += f" for the problem {self.problem}"
            raise BrokenRule("points", must, shown(float(wrong[0])))

    def _check_columns(self) -> None:
        if self.data_columns and self.dataset not in REAL_SETS:
            must = f"be empty for the data set {self.dataset}"
            raise BrokenRule("data_columns", must, shown(self.data_columns))
        if self.data_columns:
            pair = REAL_SETS[self.dataset].pair
            if not {*self.data_columns} <= {*table_of(self.dataset).names}:
                must = f"be of the data set {self.dataset}, such as {','.join(pair)}"
                raise BrokenRule("data_columns", must, shown(self.data_columns))
            if self.data_columns == pair:
                object.__setattr__(self, "data_columns", ())  # equal settings, one form

    @property
    def n_classes(self) -> int:
        """Return the number of classes; 0 in a regression."""
        if self.problem == "regression":
            return 0
        return DATASETS[self.dataset].n_classes or self.classes

    @property
    def head(self) -> Head:
        """Return what the network's outputs are."""
        return head_of(self.n_classes, self.output_loss)

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Return (n_features, *hidden_layers, n_outputs)."""
        return (len(self.features), *self.hidden_layers, self.head.n_outputs)

    @property
    def activations(self) -> tuple[str, ...]:
        """Return the name of each hidden layer's activation."""
        if isinstance(self.activation, str):
            return (self.activation,) * len(self.hidden_layers)
        return self.activation


@dataclass(frozen=True, kw_only=True)
class TableConfig(Config):
    """The settings of a run on given data, with any number of columns.

    `start` gets the data, so the settings that draw data mean nothing here. `features` are the
    columns' `column_names`. Only memory limits layers and batches, as no page draws them.
    """

    features: tuple[str, ...] = _setting(
        column_names(1),
        Kind(tuple, "be the names of the columns", str, str, "NAME,NAME"),
        "The columns of the data.",
    )
    hidden_layers: tuple[int, ...] = _setting(
        Config.hidden_layers, kinds.widths(), "Units in each hidden layer."
    )
    classes: int = _setting(2, kinds.whole(2), "Number of classes.")
    batch_size: int | None = _setting(
        None, kinds.optional(kinds.whole(1), "all of them"), "Number of samples in each update."
    )


SETTINGS: dict[str, Setting] = {item.name: item.metadata["setting"] for item in fields(Config)}


def parse(name: str, text: str) -> Any:
    """Read a Config field from its text in a link or on the command line.

    Tuples are written as "10,5", None as empty text, and points as `points.encode` writes them.
    Text that cannot be read is returned as it is, so that Config refuses it by the field's rule.
    """
    try:
        return SETTINGS[name].kind.read(text)
    except ValueError:
        return text


def text(name: str, value: Any) -> str:
    """Write a value of a Config field as text: `parse(name, text(name, value))` equals the value.

    It raises BrokenRule for more points than a link may hold.
    """
    return SETTINGS[name].kind.write(value)
