"""The analysis of a sweep's results agrees with pandas, NumPy and sums by hand."""

from dataclasses import replace

import numpy as np
import pandas
import pytest

from nnlab import Config, advance, start
from nnlab.sweep import Axis, Range, Result, run_one
from nnlab.sweep.analysis.columns import (
    METRICS,
    Column,
    axis_column,
    is_geometric,
    metric_column,
    metrics_of,
    places,
    setting,
)
from nnlab.sweep.analysis.filters import marked, marks, passes, sentence
from nnlab.sweep.analysis.importance import FEW_RUNS, LEAST_RUNS, importance
from nnlab.sweep.analysis.medians import medians
from nnlab.sweep.analysis.seed_spread import Rule, loss_band, quartiles, seed_spreads
from nnlab.training.downsampling import bin_means
from tests.helpers.sweep_results import result

RATES = Axis("learning_rate", (0.001, 0.01, 0.1))
LAYERS = Axis("hidden_layers", ((), (4,), (8, 8)))


def many() -> list[Result]:
    """Return three rates × three networks × four seeds; the last rate diverges once per network."""
    rng = np.random.default_rng(1)
    return [
        result(
            index,
            status="diverged" if rate == 0.1 and seed == 3 else "done",
            accuracy=float(rng.uniform(0.5, 1)),
            loss=float(rng.uniform(0.1, 0.7)),
            learning_rate=rate,
            hidden_layers=layers,
            seed=seed,
        )
        for index, (rate, layers, seed) in enumerate(
            (rate, layers, seed)
            for rate in RATES.values
            for layers in LAYERS.values
            for seed in range(4)
        )
    ]


def frame(results: list[Result]) -> pandas.DataFrame:
    """Return the same results as a table; what has diverged has no metrics."""
    return pandas.DataFrame(
        {
            "rate": [r.config.learning_rate for r in results],
            "layers": [str(r.config.hidden_layers) for r in results],
            "seed": [r.config.seed for r in results],
            "accuracy": [
                r.metrics.test_accuracy if r.status == "done" else np.nan for r in results
            ],
            "loss": [r.metrics.test_loss if r.status == "done" else np.nan for r in results],
        }
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0.001, 0.01, 0.1, 1.0), True),
        (Range("learning_rate", 0.001, 1, log=True).spaced(7).values, True),
        (Range("samples", 10, 10_000, log=True).spaced(5).values, True),
        (Range("noise", 0.1, 2).spaced(9).values, False),
        ((1, 2, 3, 4), False),
        ((0.0, 0.01, 0.1), False),  # 0 has no logarithm
        ((5,), False),
        ((2, 4), False),
        ((), False),
    ],
)
def test_numbers_spread_by_factors_get_a_logarithmic_axis(
    values: tuple[float, ...], expected: bool
) -> None:
    assert is_geometric(values) is expected


def test_columns_hold_numbers_and_choices_as_the_sweep_set_them() -> None:
    results = many()
    rates, layers = axis_column(results, RATES), axis_column(results, LAYERS)
    assert rates.log
    assert rates.values.tolist() == [r.config.learning_rate for r in results]
    assert rates.coordinates == pytest.approx(np.log10(rates.values))
    assert layers.choices == ("none", "4", "8,8")
    assert [LAYERS.values[int(place)] for place in layers.values] == [
        r.config.hidden_layers for r in results
    ]
    assert layers.show(2) == "8,8"
    assert rates.show(0.001) == "0.001"
    seeds = axis_column(results, Axis("seed", (0, 1, 2, 3)))
    assert seeds.choices == ("0", "1", "2", "3")  # a seed is a name, not a quantity


def test_a_value_that_may_be_none_is_a_choice() -> None:
    results = [result(0, batch_size=None), result(1, batch_size=10)]
    column = axis_column(results, Axis("batch_size", (10, None)))
    assert column.choices == ("10", "all points")
    assert column.values.tolist() == [1, 0]


def test_only_runs_that_are_done_have_metrics() -> None:
    results = [
        result(0, accuracy=0.75),
        result(1, status="diverged", accuracy=0.5),
        result(2, status="error"),
    ]
    column = metric_column(results, "test_accuracy")
    assert np.array_equal(column.values, [0.75, np.nan, np.nan], equal_nan=True)
    assert [column.show(value) for value in column.values] == ["75.0%", "–", "–"]
    assert metric_column(results, "train_loss").values[0] == pytest.approx(0.27)


def test_a_loss_is_logarithmic_unless_it_is_0() -> None:
    assert metric_column([result(0), result(1, status="error")], "test_loss").log
    assert not metric_column([result(0), result(1, loss=0.0)], "test_loss").log
    assert not metric_column([result(0)], "test_accuracy").log


def test_a_regression_has_no_accuracies() -> None:
    regression = result(0, problem="regression", dataset="plane")
    assert metrics_of([regression]) == ("test_loss", "train_loss")
    assert "test_accuracy" in metrics_of([regression, result(1)])
    diverged = result(0, problem="regression", dataset="plane", status="diverged")
    assert metrics_of([diverged]) == ("test_loss", "train_loss")
    assert metrics_of([]) == metrics_of([result(0, status="error")]) == METRICS


def test_a_setting_is_named_in_the_words_of_the_page() -> None:
    name = setting(
        result(0, learning_rate=0.1, hidden_layers=()), ["learning_rate", "hidden_layers"]
    )
    assert name == "learning rate 0.1 · hidden layers none"


def test_few_numbers_are_levels_and_many_are_put_into_bins() -> None:
    few = Column("noise", np.array([0.5, np.nan, 0.1, 0.5]))
    found, texts = places(few)
    assert found.tolist() == [1, -1, 0, 1]
    assert texts == ["0.1", "0.5"]
    rng = np.random.default_rng(0)
    values = 10 ** rng.uniform(-3, 0, 200)
    found, texts = places(Column("learning_rate", values, log=True), bins=6)
    edges = 10 ** np.linspace(np.log10(values.min()), np.log10(values.max()), 7)
    counted, _ = np.histogram(values, edges * [1 - 1e-9, 1, 1, 1, 1, 1, 1 + 1e-9])
    assert np.bincount(found, minlength=6).tolist() == counted.tolist()
    assert len(texts) == 6
    assert texts[0] == f"{edges[0]:.2g} – {edges[1]:.2g}"


@pytest.mark.parametrize(
    ("chosen", "query"),
    [
        ({}, "index >= 0"),
        ({"learning_rate": ((0.005, 0.05),)}, "0.005 <= rate <= 0.05"),
        ({"learning_rate": ((0.0, 0.001), (0.1, 1.0))}, "rate == 0.001 or rate == 0.1"),
        ({"hidden_layers": ((0.6, 2.0),)}, "layers != '()'"),
        ({"test_accuracy": ((0.8, 1.0),)}, "accuracy >= 0.8"),
        (
            {"test_accuracy": ((0.8, 1.0),), "hidden_layers": ((0.0, 0.0),)},
            "accuracy >= 0.8 and layers == '()'",
        ),
        ({"no_such_column": ((0.0, 0.0),)}, "index >= 0"),
    ],
)
def test_a_filter_lets_pass_what_a_query_in_pandas_finds(
    chosen: dict[str, tuple[tuple[float, float], ...]], query: str
) -> None:
    results = many()
    columns = [
        axis_column(results, RATES),
        axis_column(results, LAYERS),
        metric_column(results, "test_accuracy"),
    ]
    passing = np.flatnonzero(passes(columns, chosen)).tolist()
    assert passing == frame(results).query(query).index.tolist()


def test_a_bound_that_has_been_through_a_logarithm_still_holds_its_value() -> None:
    values = np.array([0.001, 0.003, 0.1, 0.7])
    column = Column("learning_rate", values, log=True)
    for value in values:
        through = float(10 ** np.log10(value))
        assert passes([column], {"learning_rate": ((through, through),)}).sum() == 1


def test_a_filter_is_stated_in_a_sentence() -> None:
    results = many()
    columns = [
        axis_column(results, RATES),
        axis_column(results, LAYERS),
        metric_column(results, "test_accuracy"),
    ]
    chosen = {
        "learning_rate": ((0.001, 0.01), (0.1, np.inf)),
        "hidden_layers": ((0.5, 2.5),),
        "test_accuracy": ((-np.inf, 0.9),),
    }
    assert sentence(columns, chosen) == (
        "learning rate 0.001 to 0.01 or at least 0.1, hidden layers 4 or 8,8, "
        "test accuracy at most 90.0%"
    )
    assert sentence(columns, {}) == ""


def test_a_mark_beyond_the_end_of_an_axis_has_no_end() -> None:
    column = Column("learning_rate", np.array([0.01, 0.1, 1.0]), log=True)
    ((low, high),) = marked(column, [-1.5, 0.04])
    assert (low, high) == (pytest.approx(10**-1.5), np.inf)
    ((low, high),) = marked(column, [-2.01, -1])
    assert (low, high) == (-np.inf, pytest.approx(0.1))
    assert marked(column, [-2, 0]) == ()
    assert len(marked(column, [-2, -1.5, -0.5, 0])) == 2
    better = Column("learning_rate", np.array([0.01, 0.1, 10.0]), log=True)
    assert passes([better], {"learning_rate": ((0.05, np.inf),)}).tolist() == [False, True, True]
    assert marks(better, [(0.05, np.inf)]) == [pytest.approx([np.log10(0.05), 1])]
    assert marks(better, [(-np.inf, 0.5)]) == [pytest.approx([-2, np.log10(0.5)])]


def test_marks_on_choices_are_their_places() -> None:
    column = axis_column(many(), LAYERS)
    assert marked(column, [0.75, 2.0]) == ((0.75, 2.0),)
    assert sentence([column], {"hidden_layers": ((0.75, 2.0),)}) == "hidden layers 4 or 8,8"


@pytest.mark.parametrize("metric", ["test_accuracy", "test_loss"])
def test_quartiles_and_solved_runs_are_those_that_pandas_counts(metric: str) -> None:
    results = many()
    rule = Rule("test_accuracy", 0.8)
    found = {
        spread.setting: spread for spread in seed_spreads(results, (RATES, LAYERS), metric, rule)
    }
    assert len(found) == 9
    table = frame(results)
    for (rate, layers), group in table.groupby(["rate", "layers"]):
        words = layers.strip("()").rstrip(",").replace(" ", "") or "none"
        spread = found[f"learning rate {rate:g} · hidden layers {words}"]
        expected = group[metric.removeprefix("test_")].quantile([0.25, 0.5, 0.75])
        assert spread.quartiles == pytest.approx(expected.to_numpy())
        assert spread.solved == (group.accuracy >= 0.8).sum()
        assert spread.judged == 4  # a run that diverged has not solved it, but counts
        assert spread.count("diverged") == (1 if rate == 0.1 else 0)


def test_the_best_setting_comes_first_whatever_is_best() -> None:
    results = many()
    rule = Rule("test_loss", 0.3)
    best = [
        spread.quartiles[1] for spread in seed_spreads(results, (RATES, LAYERS), "test_loss", rule)
    ]
    assert best == sorted(best)
    best = [
        spread.quartiles[1]
        for spread in seed_spreads(results, (RATES, LAYERS), "test_accuracy", rule)
    ]
    assert best == sorted(best, reverse=True)


def test_a_setting_without_a_finished_run_comes_last() -> None:
    results = [
        result(0, status="diverged", learning_rate=10),
        result(1, status="error", learning_rate=10, seed=1),
        result(2, accuracy=0.5, learning_rate=0.1),
    ]
    axes = (Axis("learning_rate", (10, 0.1)),)
    first, last = seed_spreads(results, axes, "test_accuracy", Rule("test_accuracy", 0.4))
    assert (first.solved, first.judged) == (1, 1)
    assert (last.solved, last.judged) == (0, 1)  # an error says nothing about the setting
    assert np.isnan(last.quartiles).all()


def test_a_rule_is_stated_in_words_and_includes_its_bound() -> None:
    results = [result(0, accuracy=0.95, loss=0.2), result(1, accuracy=0.949, loss=0.21)]
    accuracy, loss = Rule("test_accuracy", 0.95), Rule("test_loss", 0.2)
    assert accuracy.holds(results).tolist() == [True, False]
    assert loss.holds(results).tolist() == [True, False]
    assert str(accuracy) == "test accuracy at least 95%"
    assert str(loss) == "test loss at most 0.2"


def test_without_axes_all_seeds_are_of_one_setting() -> None:
    results = [result(seed, seed=seed) for seed in range(10)]
    (spread,) = seed_spreads(results, (), "test_accuracy", Rule("test_accuracy", 0.5))
    assert len(spread.results) == 10


def test_columns_and_seed_spreads_are_equal_to_themselves_alone() -> None:
    results = [result(seed, seed=seed) for seed in range(2)]
    rule = Rule("test_accuracy", 0.5)
    for make in (
        lambda: metric_column(results, "test_loss"),
        lambda: seed_spreads(results, (), "test_accuracy", rule)[0],
    ):
        one, other = make(), make()
        assert one == one  # noqa: PLR0124 - arrays have no truth value
        assert {one, other, one} == {one, other}
        assert one != other


def test_quartiles_of_nothing_are_nothing() -> None:
    assert np.isnan(quartiles(np.array([np.nan]))).all()
    assert quartiles(np.array([3.0, np.nan, 1.0, 2.0])).tolist() == [1.5, 2.0, 2.5]


def test_a_band_is_the_percentiles_of_the_mean_losses_in_each_bin() -> None:
    """By hand for three runs, of which one has ended early and one has diverged.

    Of 300 iterations three are a bin, and the loss falls in straight lines between every 100: the
    mean over iterations 150, 151 and 152 is that at 151.
    """
    results = [
        result(0, losses=(1.0, 0.8, 0.6, 0.4)),
        result(1, losses=(1.0, 0.6, 0.2, 0.1), seed=1),
        result(2, losses=(1.0, 0.5), seed=2, iterations=300),
        result(3, losses=(1.0, 9.0), seed=3, iterations=300, status="diverged"),
    ]
    band = loss_band(results)
    assert band is not None
    assert (band.mean_over, len(band.iterations)) == (3, 100)
    assert band.iterations[[0, 1, 50, 99]].tolist() == [1, 4, 151, 298]
    # 0.8 - 0.2 * 0.51, 0.6 - 0.4 * 0.51, and the last mean of the run that has ended: at 99 alone
    falling = [0.698, 0.396, 1 - 0.5 * 0.99]
    assert band.quartiles[:, 50] == pytest.approx(np.percentile(falling, [25, 50, 75]))
    assert (band.runs, band.ended) == (3, 100)
    assert loss_band(results[3:]) is None


def test_a_band_of_batches_is_that_of_all_their_losses_and_not_of_the_extremes() -> None:
    config = Config(samples=60, test_samples=20, batch_size=3, learning_rate=0.3, iterations=2990)
    configs = [replace(config, seed=seed) for seed in range(5)]
    band = loss_band([run_one(index, each) for index, each in enumerate(configs)])
    assert band is not None
    assert (band.mean_over, len(band.iterations)) == (30, 100)
    losses = [advance(start(each), 2990).losses for each in configs]
    for place in (0, 37, 50, 98, 99):
        bins = [each[30 * place : 30 * place + 30] for each in losses]
        assert len(bins[0]) == (20 if place == 99 else 30)
        middle = np.arange(2990)[30 * place : 30 * place + 30].mean()
        assert band.iterations[place] == middle
        expected = np.percentile([each.mean() for each in bins], [25, 50, 75])
        # the sums are in another order
        assert band.quartiles[:, place] == pytest.approx(expected, rel=1e-12)


def test_a_run_that_was_good_from_the_start_has_one_mean_its_loss() -> None:
    ended = run_one(0, Config(samples=50, target_loss=1e6))
    band = loss_band([ended])
    assert band is not None
    assert ended.metrics is not None
    assert band.iterations.tolist() == [0]
    assert band.quartiles.tolist() == [[ended.metrics.train_loss]] * 3


@pytest.mark.parametrize(
    ("values", "width", "means"),
    [
        ([], 3, []),
        ([5.0], 3, [5]),
        ([1.0, 3, 8, 4], 2, [2, 6]),
        ([1.0, 3, 8], 2, [2, 8]),
        ([1.5e308, 1.7e308], 2, [1.6e308]),  # their sum would overflow
    ],
)
def test_means_are_taken_bin_by_bin(values: list[float], width: int, means: list[float]) -> None:
    assert bin_means(np.array(values), width).tolist() == pytest.approx(means)


def test_medians_are_those_of_a_pivot_table() -> None:
    results = many()
    found = medians(
        axis_column(results, LAYERS),
        axis_column(results, RATES),
        metric_column(results, "test_loss"),
    )
    table = frame(results)
    expected = table.pivot_table("loss", "layers", "rate", "median")
    assert found.rows == ["none", "4", "8,8"]
    assert found.columns == ["0.001", "0.01", "0.1"]
    assert found.values == pytest.approx(expected.loc[["()", "(4,)", "(8, 8)"]].to_numpy())
    assert found.counts.tolist() == [[4, 4, 3]] * 3
    assert found.without.tolist() == [[0, 0, 1]] * 3


def test_a_place_without_a_run_has_no_median() -> None:
    results = [
        result(0, learning_rate=0.1, activation="relu"),
        result(1, learning_rate=1, activation="tanh", status="diverged"),
    ]
    found = medians(
        axis_column(results, Axis("learning_rate", (0.1, 1))),
        axis_column(results, Axis("activation", ("relu", "tanh"))),
        metric_column(results, "test_accuracy"),
    )
    assert np.array_equal(found.values, [[0.9, np.nan], [np.nan, np.nan]], equal_nan=True)
    assert found.without.tolist() == [[0, 0], [0, 1]]


def test_the_axis_that_makes_the_metric_is_the_important_one() -> None:
    """A hand-made law: the logarithm of the loss falls with that of the rate, and by chance."""
    rng = np.random.default_rng(3)
    rates, noises = 10 ** rng.uniform(-3, 0, 120), rng.uniform(0, 1, 120)
    loss = 10 ** (-np.log10(rates) / 2 + rng.normal(0, 0.05, 120))
    columns = [Column("learning_rate", rates, log=True), Column("noise", noises)]
    constant = Column("momentum", np.full(120, 0.9))
    found = importance([*columns, constant], Column("test_loss", loss, log=True))
    assert found is not None
    assert found.names == ["learning_rate", "noise"]  # an axis that does not vary is left out
    assert found.means[0] > 1
    assert found.means[1] < 0.1
    assert found.explained > 0.9
    assert found.runs == 120
    again = importance(columns, Column("test_loss", loss, log=True))
    assert again is not None
    assert again.means.tolist() == found.means.tolist()


def test_of_chance_alone_a_forest_explains_nothing() -> None:
    rng = np.random.default_rng(5)
    columns = [Column("learning_rate", rng.uniform(0, 1, 60))]
    found = importance(columns, Column("test_accuracy", rng.uniform(0, 1, 60)))
    assert found is not None
    assert found.explained < 0.1


def test_without_enough_runs_or_differences_there_is_no_importance() -> None:
    rates = Column("learning_rate", np.arange(1.0, 41))
    same = Column("test_accuracy", np.full(40, 0.5))
    few = Column("test_accuracy", np.r_[np.arange(LEAST_RUNS - 1.0), np.full(34, np.nan)])
    assert len(few.values) > FEW_RUNS > LEAST_RUNS
    assert importance([rates], same) is None
    assert importance([Column("learning_rate", np.arange(1.0, 42))], few) is None
    assert importance([Column("noise", np.ones(40))], Column("test_loss", rates.values)) is None
