"""Config accepts what it says and refuses the rest with field, rule and value."""

import re
from collections.abc import Iterable
from dataclasses import FrozenInstanceError, asdict, fields, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nnlab import Config, advance, start
from nnlab.data.datasets import DATASETS, DATASETS_FOR
from nnlab.data.features import FEATURES
from nnlab.data.points import NO_POINTS, Points
from nnlab.data.rules import BrokenRule
from nnlab.model.activations import ACTIVATIONS
from nnlab.model.heads import OUTPUT_LOSSES
from nnlab.model.initialization import INITIALIZATIONS
from nnlab.model.optimizers import OPTIMIZERS, PENALTIES, SCHEDULES
from nnlab.training.config import SETTINGS, TableConfig, parse, text
from nnlab.training.edit_record import STOP
from nnlab.training.edits import with_config
from tests.helpers.formulas import HOSTILE, formulas

# More digits than Python turns into text, and more brackets than it can parse.
HUGE = 10**5000
NESTED: list = []
for _ in range(10_000):
    NESTED = [NESTED]

BAD_SEEDS = [-1, 2**32, 1.5, "2", False, None, HUGE, -HUGE, Decimal(1), Fraction(1), np.array([1])]
BAD_NAMES = ["", "RELU", "spheres", "relu ", "x" * 1_000_000, 1, None, b"relu", ["relu"], HUGE]
BAD_OPTIONAL_COUNTS = [0, -1, 2.0, "32", "", True, float("nan"), HUGE, np.float64(5), [32], "None"]
BAD_RATES = [-1, -1e-300, 1e7, float("nan"), float("inf"), "0.1", "", True, None, HUGE, 1j]
BAD = {
    "problem": BAD_NAMES,
    # the last two are for regression only
    "dataset": [*BAD_NAMES, np.array(["circles"]), "plane", "multi-gaussian"],
    "classes": [1, 7, 0, -3, 2.0, 3.5, "3", "", True, None, HUGE, (3,), np.float64(3)],
    "function": HOSTILE,
    "data_columns": [
        *[("a",), ("a", "a"), ("a", "b", "c"), "a", "a,b", (1, 2), None, 5, {"a", "b"}, [HUGE]],
        *[("a", "b"), NESTED, ["a"] * 1_000_000],  # circles have no columns
    ],
    "samples": [1, 0, -5, 100_001, 10.0, "10", "", True, None, float("nan"), HUGE, 1j],
    "noise": [-0.1, 10.1, float("nan"), float("inf"), "0.1", True, None, HUGE, Decimal("0.1"), 1j],
    "data_seed": BAD_SEEDS,
    "test_samples": [1, -1, 100_001, 2.0, True, HUGE, np.zeros((3, 3)), np.timedelta64(5, "ns")],
    "test_seed": BAD_SEEDS,
    "points": [
        *[None, "", "0,0,1", 5, {(0, 0, 1)}, b"abc", np.zeros((1, 2)), HUGE, NESTED, [NESTED]],
        *[
            [(0, 0)],
            [(0, 0, 1, 1)],
            [0, 0, 1],
            ["001"],
            [("a", 0, 1)],
            [(None, 0, 1)],
            [(0, [], 1)],
            [(1e31, 0, 1)],
        ],
        *[[(float("nan"), 0, 1)], [(0, float("inf"), 1)], [(0, 0, float("nan"))], [(HUGE, 0, 1)]],
        *[[(0, 0, 1)] * 100_001, Points.of([(0, 0, 1)] * 100_001)],
    ],
    "features": [
        *[
            (),
            [],
            "",
            "x1,x2",
            None,
            1,
            {"x1"},
            ("x1", "x1"),
            ("x3",),
            ("x1 ",),
            ("X1",),
            (1,),
            (None,),
        ],
        *[("x1", ["x2"]), [HUGE], NESTED, [NESTED], np.array(["x3"]), np.array([["x1"]])],
        ["x1"] * 1_000_000,
    ],
    "hidden_layers": [
        *[(0,), (65,), (4, -1), (1,) * 9, (2.5,), (True,), (None,), ("4",), (HUGE,), ((4,),)],
        *[
            "10,5",
            "",
            0,
            65,
            2.5,
            True,
            None,
            {4},
            np.array([4.0]),
            np.array(4),
            NESTED,
            [NESTED],
            [1] * 1_000_000,
        ],
    ],
    "activation": [
        *BAD_NAMES,
        *[(), ("relu",), ("relu",) * 3, ("relu", "stairs"), ("relu", 1), ("relu", None), NESTED],
        *["relu,tanh", {"relu", "tanh"}, np.array(["relu", "stairs"]), ["relu"] * 1_000_000],
    ],
    "initialization": BAD_NAMES,
    "seed": BAD_SEEDS,
    "learning_rate": [
        *[0, 0.0, -0.0, -1, 1e7, float("nan"), float("-inf"), float("inf"), HUGE, Fraction(HUGE)],
        *["0.1", "", True, np.True_, None, Decimal("0.1"), np.array(0.1), np.timedelta64(5, "ns")],
    ],
    "iterations": [0, -1, 1_000_001, 5.0, True, None, HUGE, np.float64(5)],
    "output_loss": BAD_NAMES,
    "optimizer": BAD_NAMES,
    "momentum": [*BAD_RATES, 1.0000001],
    "learning_rate_schedule": BAD_NAMES,
    "batch_size": [*BAD_OPTIONAL_COUNTS, 100_001],
    "regularization": BAD_NAMES,
    "regularization_rate": BAD_RATES,
    "target_loss": [rate for rate in BAD_RATES if rate is not None],
    "patience": [*BAD_OPTIONAL_COUNTS, 1_000_001],
}


def test_the_table_of_bad_values_covers_every_field() -> None:
    assert set(BAD) == {item.name for item in fields(Config)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param(name, value, id=f"{name}-{index}")
        for name, values in BAD.items()
        for index, value in enumerate(values)
    ],
)
def test_a_bad_value_is_refused_in_one_sentence_of_field_rule_and_value(
    name: str, value: object
) -> None:
    with pytest.raises(BrokenRule, match=rf"^{name} must be .*, got [^\n]+$") as caught:
        Config(**{name: value})
    shown = caught.value.value
    # the rule, the longest with 22 names, and 80 characters of a value or the words for one that
    # Python cannot show
    assert len(str(caught.value)) <= 320
    assert caught.value.__cause__ is None
    try:
        whole = " ".join(repr(value).split())
    except (ValueError, RecursionError):
        assert shown == f"a value of type {type(value).__name__} that is too long to show"
    else:
        expected = whole if len(whole) <= 80 else whole[:77] + "..."
        assert str(caught.value).endswith(f", got {expected}")


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"be one of relu, leaky_relu, .*, step, or .*'stairs'"):
        Config(activation="stairs")


def test_numpy_scalars_and_lists_become_plain_values() -> None:
    config = Config(samples=np.int64(50), noise=np.float32(0.5), hidden_layers=[np.int8(3)])
    assert (config.samples, config.noise, config.hidden_layers) == (50, 0.5, (3,))
    assert type(config.samples) is int
    assert type(config.hidden_layers[0]) is int
    assert type(config.noise) is float
    assert type(Config(activation=np.str_("tanh")).activation) is str
    assert Config(learning_rate=Fraction(1, 4)).learning_rate == 0.25


@pytest.mark.parametrize(
    ("name", "value", "meaning"),
    [
        ("hidden_layers", 8, (8,)),
        ("hidden_layers", np.int64(8), (8,)),
        ("hidden_layers", np.array([4, 2]), (4, 2)),
        ("hidden_layers", np.array([], dtype=int), ()),
        ("features", "x1", ("x1",)),
        ("features", np.array(["x1", "x2^2"]), ("x1", "x2^2")),
        ("activation", np.array(["relu", "tanh"]), ("relu", "tanh")),
        ("points", np.array([[0.5, 1, 1], [2, 3, 0]]), Points.of([(0.5, 1, 1), (2, 3, 0)])),
        ("points", [np.array([0.5, 1, 1])], Points.of([(0.5, 1, 1)])),
    ],
)
def test_one_entry_or_an_array_is_taken_for_a_tuple(
    name: str, value: object, meaning: object
) -> None:
    config = Config(**{name: value})
    assert config == Config(**{name: meaning})
    assert repr(config) == repr(Config(**{name: meaning}))  # plain values
    hash(config)


@pytest.mark.parametrize(
    "config",
    [
        Config(),
        Config(points=[(0.1, -0.0, 1), (1e30, 5, 0)]),
        Config(activation=("tanh", "relu"), features=("x1",), batch_size=7, patience=3),
        TableConfig(hidden_layers=(100,) * 9, features=("x1", "x2", "x3")),
    ],
)
def test_a_config_made_of_its_own_dictionary_is_the_same(config: Config) -> None:
    assert type(config)(**asdict(config)) == config


def test_a_data_set_of_values_is_refused_for_classes() -> None:
    sentence = "dataset must be one of circles, .*, own for the problem classification, got 'plane'"
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        Config(dataset="plane")
    assert Config(dataset="plane", problem="regression").dataset == "plane"


@pytest.mark.parametrize("dataset", [name for name, one in DATASETS.items() if one.draw])
def test_drawn_classes_are_values_too(dataset: str) -> None:
    assert Config(dataset=dataset, problem="regression").dataset == dataset


@pytest.mark.parametrize("dataset", ["circles", "gaussians", "spirals", "own"])
def test_data_sets_in_any_number_of_classes_have_an_output_for_each(dataset: str) -> None:
    for classes in (3, 4, 5, 6):
        config = Config(dataset=dataset, classes=classes)
        assert (config.n_classes, config.layer_sizes) == (classes, (2, 10, 5, classes))
    assert Config(dataset=dataset).layer_sizes == (2, 10, 5, 1)
    assert parse("classes", text("classes", 3)) == 3


def test_other_data_sets_and_regressions_have_no_choice_of_classes() -> None:
    assert (Config(dataset="moons").n_classes, Config(problem="regression").n_classes) == (2, 0)
    sentence = "classes must be 2, the default, for the data set moons, got 3"
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        Config(dataset="moons", classes=3)
    sentence = "classes must be 2, the default, for the problem regression, got 4"
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        Config(problem="regression", classes=4)


def test_own_points_have_one_of_the_classes() -> None:
    points = [(0, 0, 0), (0, 0, 3)]
    assert len(Config(points=points, classes=4).points) == 2
    with pytest.raises(ValueError, match=r"^points must have the target 0, 1 or 2 for .* got 3.0$"):
        Config(points=points, classes=3)


def test_columns_are_two_of_the_data_set() -> None:
    config = Config(dataset="iris", data_columns=["sepal width (cm)", "petal width (cm)"])
    assert config.data_columns == ("sepal width (cm)", "petal width (cm)")
    first = Config(dataset="iris", data_columns=("petal length (cm)", "petal width (cm)"))
    assert first == Config(dataset="iris")
    right = (
        "data_columns must be of the data set iris, such as petal length (cm),petal width (cm), got"
    )
    with pytest.raises(BrokenRule, match=re.escape(f"{right} ('hue', 'ash')")):
        Config(dataset="iris", data_columns=("hue", "ash"))
    with pytest.raises(BrokenRule, match="columns must be empty for the data set circles, got"):
        Config(data_columns=("hue", "ash"))


def test_points_are_given_as_points_or_triples() -> None:
    triples = [(0, 0.5, 1), [-1, 2, 0]]
    assert Config(points=triples).points == Points.of(triples)
    assert Config(points=tuple(triples)) == Config(points=Points.of(triples))
    assert hash(Config(points=triples)) == hash(Config(points=Points.of(triples)))
    assert Config(points=()).points == NO_POINTS == Config().points


@pytest.mark.parametrize("target", [0.5, -1.0, 2.0])
def test_points_of_any_value_are_fine_for_a_regression_alone(target: float) -> None:
    config = Config(points=[(0, 0, 1), (0, 0, target)], problem="regression")
    with pytest.raises(ValueError, match=r"^points must .*target 0 or 1 .*, got") as caught:
        replace(config, problem="classification")
    assert str(caught.value).endswith(f"got {target}")


def test_activations_are_one_for_all_or_one_per_hidden_layer() -> None:
    assert Config(activation=["relu", "sine"]).activation == ("relu", "sine")
    assert Config(activation=("tanh", "tanh")) == Config(activation="tanh")
    assert Config(activation=("tanh",), hidden_layers=(4,)).activation == "tanh"
    assert Config(activation="tanh", hidden_layers=(4, 3, 2)).activations == ("tanh",) * 3
    assert Config(activation=["relu", "sine"]).activations == ("relu", "sine")
    assert Config(activation="tanh", hidden_layers=()).activations == ()
    assert Config(activation=(), hidden_layers=()) == Config(hidden_layers=())
    with pytest.raises(ValueError, match=r"activation must be .* per hidden layer, here 1, got"):
        Config(activation=("relu", "sine"), hidden_layers=(4,))


def test_layer_sizes_begin_with_the_number_of_features() -> None:
    assert Config(features=tuple(FEATURES), hidden_layers=()).layer_sizes == (9, 1)


def test_configs_are_values() -> None:
    assert Config(learning_rate=1) == Config(learning_rate=1.0)
    assert hash(Config()) == hash(Config())
    with pytest.raises(FrozenInstanceError):
        Config().samples = 5


@pytest.mark.parametrize(
    ("name", "lowest", "highest"),
    [
        ("samples", 2, 100_000),
        ("noise", 0.0, 10.0),
        ("seed", 0, 2**32 - 1),
        ("hidden_layers", (), (64,) * 8),
        ("learning_rate", 5e-324, 1e6),
        ("iterations", 1, 1_000_000),
        ("momentum", 0.0, 1.0),
        ("batch_size", 1, 100_000),
        ("regularization_rate", 0.0, 1e6),
        ("target_loss", 0.0, 1e6),
        ("patience", 1, 1_000_000),
        ("features", ("x2",), tuple(FEATURES)),
        ("points", NO_POINTS, Points.of([(0, 0, 1)] * 100_000)),
    ],
)
def test_the_limits_themselves_are_allowed(name: str, lowest: object, highest: object) -> None:
    assert getattr(Config(**{name: lowest}), name) == lowest
    assert getattr(Config(**{name: highest}), name) == highest


@pytest.mark.parametrize("written", ["-0", "-0.0", "-1e-400"])
def test_a_negative_zero_is_zero(written: str) -> None:
    """NumPy refuses -0.0 as a standard deviation."""
    config = Config(noise=parse("noise", written), samples=10)
    assert str(config.noise) == "0.0"
    assert len(start(config).dataset.train_inputs) == 10


def test_the_defaults_are_the_articles_run() -> None:
    config = Config()
    assert (config.dataset, config.samples) == ("circles", 1000)
    assert (config.noise, config.data_seed) == (0.05, 4)
    assert (config.test_samples, config.test_seed) == (100, 2)
    assert (config.activation, config.initialization, config.seed) == ("relu", "normal", 4)
    assert (config.learning_rate, config.iterations) == (0.01, 25_000)
    assert config.layer_sizes == (2, 10, 5, 1)
    assert (config.problem, config.output_loss, config.features) == (
        *("classification", "cross_entropy"),
        ("x1", "x2"),
    )
    assert (config.optimizer, config.learning_rate_schedule) == ("sgd", "constant")
    assert (config.batch_size, config.regularization) == (None, "none")
    assert (config.target_loss, config.patience, len(config.points)) == (None, None, 0)


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("hidden_layers", "4,2", (4, 2)),
        ("hidden_layers", "", ()),
        ("learning_rate", "3e-1", 0.3),
        ("samples", "12", 12),
        ("activation", "tanh", "tanh"),
        ("learning_rate", "1e999", "1e999"),
        ("learning_rate", "nan", "nan"),
        ("hidden_layers", "<script>", "<script>"),
        ("hidden_layers", "4,,2", "4,,2"),
        ("samples", "1.5", "1.5"),
        ("samples", "1_0", "1_0"),
        ("noise", "1_0", "1_0"),
        ("hidden_layers", "1_0", "1_0"),
        ("samples", "9" * 5000, "9" * 5000),
        ("samples", "", ""),
        ("activation", "relu,sine", ("relu", "sine")),
        ("features", "x1*x2, x1^2", ("x1*x2", "x1^2")),
        ("features", "", ()),
        ("batch_size", "", None),
        ("batch_size", "32", 32),
        ("batch_size", "None", None),
        ("patience", " none", None),
        ("hidden_layers", "None", ()),
        ("seed", "none", "none"),
        ("target_loss", " ", None),
        ("target_loss", "1e-2", 0.01),
        ("target_loss", "inf", "inf"),
        ("points", "", NO_POINTS),
        ("points", "0,0,1", "0,0,1"),
    ],
)
def test_text_is_read_as_the_fields_type_or_left_for_the_rule(
    name: str, written: str, value: object
) -> None:
    assert parse(name, written) == value


@pytest.mark.parametrize("name", SETTINGS)
def test_the_text_of_a_default_is_read_as_the_default(name: str) -> None:
    default = getattr(Config(), name)
    assert parse(name, text(name, default)) == default


# A run of BASE uses every setting, and each of these values is another one.
BASE = Config(
    samples=40,
    optimizer="momentum",
    learning_rate_schedule="step",
    batch_size=10,
    regularization="l2",
    iterations=50,
)
OTHER: dict[str, object] = {
    "problem": "regression",
    "dataset": "moons",
    "classes": 3,
    "function": "x**2",
    "data_columns": ("mean radius", "mean area"),
    "samples": 41,
    "noise": 0.1,
    "data_seed": 5,
    "test_samples": 30,
    "test_seed": 3,
    "points": [(0, 0, 1)],
    "features": ("x1", "x2", "x1^2"),
    "hidden_layers": (3,),
    "activation": "tanh",
    "initialization": "he",
    "seed": 5,
    "output_loss": "squared_error",
    "optimizer": "adam",
    "momentum": 0.5,
    "learning_rate": 0.02,
    "learning_rate_schedule": "cosine",
    "batch_size": 20,
    "regularization": "l1",
    "regularization_rate": 0.1,
    "iterations": 20,
    "target_loss": 0.5,
    "patience": 7,
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_settings_meaning_is_what_it_does_to_a_run(name: str) -> None:
    dataset = {"function": "function", "data_columns": "breast-cancer"}.get(name, BASE.dataset)
    base = replace(BASE, dataset=dataset)
    setting, config = SETTINGS[name], replace(base, **{name: OTHER[name]})
    here, there = start(base), start(config)
    same_data = all(
        np.array_equal(getattr(here.dataset, part), getattr(there.dataset, part))
        for part in ("train_inputs", "train_targets", "test_inputs", "test_targets")
    )
    assert same_data == (setting.draws != "data")
    # of the second layer: the last one has a unit for each class
    same_weights = np.array_equal(here.parameters.weights[1], there.parameters.weights[1])
    assert same_weights == (setting.draws != "weights")
    if setting.effect == "restart":
        return
    run = with_config(advance(here, 10), config)
    losses, expected = advance(run, 20).losses, advance(here, 30).losses
    stops = setting.effect == "stop"
    assert np.array_equal(losses, expected[: len(losses)]) == stops
    assert [(one.name, one.kind == STOP) for one in run.edits] == [(name, stops)]


def test_the_texts_are_what_links_have_always_held() -> None:
    assert text("hidden_layers", (10, 5)) == "10,5"
    assert text("learning_rate", 0.3) == "0.3"
    assert text("samples", 1000) == "1000"
    assert text("batch_size", None) == text("points", NO_POINTS) == ""


def _subsets(names: Iterable[str]) -> st.SearchStrategy:
    return st.lists(st.sampled_from([*names]), min_size=1, unique=True).map(tuple)


_finite = st.floats(allow_nan=False, allow_infinity=False)
_counts = st.integers(1, 100_000)
_seeds = st.integers(0, 2**32 - 1)
# one strategy per field, for settings that all fit together
STRATEGIES = {
    "problem": st.just("regression"),
    "dataset": st.sampled_from(DATASETS_FOR["regression"]),
    "classes": st.just(2),
    "function": formulas(),
    "data_columns": st.just(()),
    "samples": st.integers(2, 100_000),
    "noise": st.floats(0, 10),
    "data_seed": _seeds,
    "test_samples": st.integers(2, 100_000),
    "test_seed": _seeds,
    "points": st.lists(st.tuples(*[st.floats(-1e30, 1e30)] * 3), max_size=5).map(Points.of),
    "features": _subsets(FEATURES),
    "initialization": st.sampled_from([*INITIALIZATIONS]),
    "seed": _seeds,
    "output_loss": st.sampled_from([*OUTPUT_LOSSES]),
    "optimizer": st.sampled_from([*OPTIMIZERS]),
    "momentum": st.floats(0, 1),
    "learning_rate": st.floats(0, 1e6, exclude_min=True),
    "learning_rate_schedule": st.sampled_from([*SCHEDULES]),
    "batch_size": st.none() | _counts,
    "regularization": st.sampled_from([*PENALTIES]),
    "regularization_rate": st.floats(0, 1e6),
    "iterations": st.integers(1, 1_000_000),
    "target_loss": st.none() | st.floats(0, 1e6),
    "patience": st.none() | _counts,
}


@st.composite
def _layers(draw: st.DrawFn) -> dict:
    """Draw widths, and one activation for all of them or one for each."""
    widths = draw(st.lists(st.integers(1, 64), max_size=8).map(tuple))
    name, count = st.sampled_from([*ACTIVATIONS]), len(widths)
    each = st.lists(name, min_size=count, max_size=count).map(tuple)
    return {"hidden_layers": widths, "activation": draw(name | each)}


@given(values=st.fixed_dictionaries(STRATEGIES), layers=_layers())
@example(values={}, layers={"hidden_layers": (), "activation": ()})
def test_text_carries_every_config_exactly(values: dict, layers: dict) -> None:
    config = Config(**values, **layers)
    texts = {item.name: text(item.name, getattr(config, item.name)) for item in fields(Config)}
    assert {*STRATEGIES, *layers} == set(texts)
    assert Config(**{name: parse(name, written) for name, written in texts.items()}) == config


@given(name=st.sampled_from([item.name for item in fields(Config)]), written=st.text(max_size=50))
@example(name="samples", written="9" * 5000)
@example(name="activation", written="tanh,tanh")
def test_any_text_gives_a_config_or_one_sentence(name: str, written: str) -> None:
    value = parse(name, written)
    try:
        config = Config(**{name: value})
    except ValueError as error:
        sentence = str(error)
    else:
        taken = getattr(config, name)
        # a formula may have needless spaces and brackets, and one name stands for all layers
        assert taken == value or name == "function" or set(value) == {taken}
        return
    assert sentence.startswith(f"{name} must be ")
    assert sentence.isprintable()
