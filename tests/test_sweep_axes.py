"""Axes, ranges and samples become the settings of a sweep; what cannot is one sentence."""

import math
import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from nnlab import Config
from nnlab.data.points import Points
from nnlab.sweep import (
    MAX_RUNS,
    Axis,
    Range,
    Sweep,
    axis_from_text,
    grid,
    random_sample,
    range_from_text,
)

RATES = Range("learning_rate", 0.001, 1, log=True)
BASE = Config(samples=20)


def test_a_linear_range_has_equal_steps_and_both_ends() -> None:
    assert Range("noise", 0, 1 / 3).spaced(3).values == (0, 0.166667, 1 / 3)


def test_a_logarithmic_range_has_equal_factors_in_short_digits() -> None:
    assert Range("learning_rate", 0.001, 1, log=True).spaced(7).values == (
        *(0.001, 0.00316228, 0.01, 0.0316228, 0.1, 0.316228, 1.0),
    )


def test_whole_number_fields_get_whole_numbers_each_once() -> None:
    axis = Range("batch_size", 1, 10, log=True).spaced(9)
    assert axis.values == (1, 2, 3, 4, 6, 7, 10)
    assert {type(value) for value in axis.values} == {int}


def test_a_large_whole_number_keeps_its_digits() -> None:
    assert Range("data_seed", 12345678, 12345680).spaced(3).values[1] == 12345679


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("learning_rate", 0, 1, 5, True), "learning_rate must range from above 0 on a .*, got 0"),
        (("noise", -1, 1, 5, True), "noise must range from above 0 on a logarithmic .*, got -1"),
        (("noise", -1, 1, 5, False), "noise must be a finite number from 0 .*, got -1"),
        (("noise", 1, 0, 5, False), "noise must range from a lower to a higher number, got 1 to 0"),
        (("noise", 1, 1, 5, False), "noise must range from a lower to a higher .*, got 1 to 1"),
        (("noise", "a", 1, 5, False), "noise must range over finite numbers, got 'a'"),
        (("noise", 0, None, 5, False), "noise must range over finite numbers, got None"),
        (("noise", 0, True, 5, False), "noise must range over finite numbers, got True"),
        (("noise", 0, math.nan, 5, False), "noise must range over finite numbers, got nan"),
        (("noise", 0, math.inf, 5, False), "noise must range over finite numbers, got inf"),
        (("noise", 0, 10**400, 5, False), "noise must be a finite number from 0 .*, got 1000.*"),
        (("learning_rate", 1, 1e9, 5, True), "learning_rate must be .* at most 1e.06, got 1.*"),
        (("samples", 2, 10.5, 5, False), "samples must be a whole number from 2 .*, got 10.5"),
        (("samples", 0, 10, 5, False), "samples must be a whole number from 2 .*, got 0"),
        (("noise", 0, 1, 1, False), "noise must have from 2 to 500 values in a range, got 1"),
        (("noise", 0, 1, 10**6, False), "noise must have from 2 to 500 .*, got 1000000"),
        (("noise", 0, 1, "5", False), "noise must have from 2 to 500 values in .*, got '5'"),
        (("noise", 0, 1, 2.5, False), "noise must have from 2 to 500 values in .*, got 2.5"),
        (
            ("hidden_layers", 1, 3, 3, False),
            "hidden_layers must be given by its values .* range",
        ),
        (("optimizer", 1, 3, 3, False), "optimizer must be given by its values in .*, got a range"),
        (("rate", 1, 3, 3, False), "axis must be one of problem, .*, patience, got 'rate'"),
    ],
)
def test_a_bad_range_is_one_sentence(arguments: tuple, sentence: str) -> None:
    name, low, high, count, log = arguments
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        Range(name, low, high, log).spaced(count)


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("learning_rate", (), "learning_rate must have at least one value in a sweep, got none"),
        ("seed", (1,) * 501, "seed must have at most 500 values in a sweep, got 501"),
        ("learning_rate", (0.1, -1), "learning_rate must be a finite number above 0 .*, got -1"),
        (
            "hidden_layers",
            ((4,), [4]),
            r"hidden_layers must .* each value once, got \(4,\) twice",
        ),
        ("activation", ("relu", "stairs"), "activation must be one of relu, .*, got 'stairs'"),
        ("nonsense", (1,), "axis must be one of problem, .*, got 'nonsense'"),
    ],
)
def test_bad_values_are_one_sentence(name: str, values: tuple, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        Axis(name, values)


def test_a_grid_has_every_combination_in_the_order_of_the_axes_with_seeds_last() -> None:
    axes = [Axis("learning_rate", (0.1, 1.0)), Axis("hidden_layers", ((), (3,)))]
    configs = grid(BASE, axes, [7, 8])
    assert [(c.learning_rate, c.hidden_layers, c.seed) for c in configs] == [
        *((0.1, (), 7), (0.1, (), 8), (0.1, (3,), 7), (0.1, (3,), 8)),
        *((1.0, (), 7), (1.0, (), 8), (1.0, (3,), 7), (1.0, (3,), 8)),
    ]
    assert {replace(c, learning_rate=1.0, hidden_layers=(), seed=4) for c in configs} == {
        replace(BASE, learning_rate=1.0, hidden_layers=())
    }


def test_without_axes_a_grid_is_its_seeds() -> None:
    assert grid(BASE, [], [1, 2]) == [replace(BASE, seed=1), replace(BASE, seed=2)]


@pytest.mark.parametrize(
    ("axes", "seeds", "sentence"),
    [
        ([], [], "runs must be from 1 to 500 in one sweep, got 0"),
        ([Range("noise", 0, 1).spaced(100)], range(10_000), "runs must .*, got 1000000"),
        ([], [1, 1], "seed must have each value once, got 1 twice"),
        ([], [-1], "seed must be a whole number from 0 .*, got -1"),
        ([Axis("seed", (1,))], [1], "axes must leave the seed to the sweep's seeds, got 'seed'"),
        ([Axis("noise", (0,)), Axis("noise", (1,))], [1], "axes must be different .*'noise' twice"),
        ([Axis("dataset", ("plane",))], [1], "dataset must be one of .* problem classification.*"),
        (
            [Axis("activation", (("relu", "tanh"),)), Axis("hidden_layers", ((3, 3), (3,)))],
            [1],
            r"activation must be one name or one per hidden layer, here 1, got \('relu', 'tanh'\)",
        ),
        (
            [Axis("hidden_layers", ((64,) * 8,)), Axis("samples", (100, 3000))],
            [1],
            "samples must be at most 2,524 .* 512 hidden units and 29,377 parameters, got 3,100",
        ),
        (
            [Axis("hidden_layers", ((64,) * 8,)), Axis("test_samples", (4000,))],
            [1],
            "samples must be at most 2,524 including test points and .*, got 4,020",
        ),
    ],
)
def test_a_bad_grid_is_one_sentence(axes: list[Axis], seeds: list[int], sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        grid(BASE, axes, seeds)


def points_of(n: int) -> Points:
    return Points(np.zeros((n, 2)), np.zeros(n))


def test_own_points_count_as_the_samples_they_are() -> None:
    large = Config(dataset="own", points=points_of(2600), hidden_layers=(64,) * 8)
    with pytest.raises(ValueError, match=r"^points must be at most 2,524 for .*, got 2,600$"):
        grid(large, [], [1])
    together = replace(large, dataset="circles", samples=10, points=points_of(2500))
    with pytest.raises(ValueError, match=r"^samples must be at most 2,524 incl.*, got 2,610$"):
        grid(together, [], [1])
    assert grid(replace(large, points=points_of(2500)), [], [1])


def test_a_sweep_refuses_what_a_grid_refuses() -> None:
    with pytest.raises(ValueError, match=f"^runs must be from 1 to {MAX_RUNS} .*, got 501$"):
        Sweep([BASE] * 501)
    with pytest.raises(ValueError, match=r"^samples must be at most 2,524 "):
        Sweep([Config(samples=5000, hidden_layers=(64,) * 8)])


def test_a_sample_is_the_same_for_the_same_seed_and_begins_like_a_larger_one() -> None:
    ranges = [RATES, Range("samples", 2, 100), Axis("activation", ("relu", "tanh"))]
    small = random_sample(BASE, ranges, 5, 1, [1, 2])
    assert small == random_sample(BASE, ranges, 5, 1, [1, 2])
    assert small == random_sample(BASE, ranges, 50, 1, [1, 2])[:10]
    assert small != random_sample(BASE, ranges, 5, 2, [1, 2])
    assert [config.seed for config in small] == [1, 2] * 5


def test_a_logarithmic_range_is_drawn_from_evenly_on_its_scale() -> None:
    configs = random_sample(BASE, [RATES], 500, 3, [1])
    rates = [config.learning_rate for config in configs]
    counts, _ = np.histogram(np.log10(rates), bins=[-3, -2, -1, 0])
    # 500 / 3 = 167 expected, standard deviation 10.5: four of those
    assert (np.abs(counts - 500 / 3) < 42).all()
    assert counts.sum() == 500


def test_whole_numbers_are_drawn_evenly_with_both_ends() -> None:
    configs = random_sample(BASE, [Range("batch_size", 1, 4)], 500, 3, [1])
    counts = Counter(config.batch_size for config in configs)
    assert set(counts) == {1, 2, 3, 4}
    # 125 expected, standard deviation 9.7: four of those
    assert all(abs(count - 125) < 39 for count in counts.values())


@pytest.mark.parametrize(
    ("count", "rng_seed", "sentence"),
    [
        (0, 1, "count must be a whole number from 1, got 0"),
        (2.0, 1, "count must be a whole number from 1, got 2.0"),
        (5, -1, "rng_seed must be a whole number from 0, got -1"),
        (5, None, "rng_seed must be a whole number from 0, got None"),
        (10**6, 1, "runs must be from 1 to 500 in one sweep, got 1000000"),
    ],
)
def test_a_bad_sample_is_one_sentence(count: object, rng_seed: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        random_sample(BASE, [RATES], count, rng_seed, [1])


@pytest.mark.parametrize(
    ("name", "text", "axis"),
    [
        ("learning_rate", "0.001..1 log 4", Axis("learning_rate", (0.001, 0.01, 0.1, 1))),
        ("learning_rate", " 1e-3 .. 1  log  4 ", Axis("learning_rate", (0.001, 0.01, 0.1, 1))),
        ("noise", "0..0.5 3", Axis("noise", (0, 0.25, 0.5))),
        ("batch_size", "10, 32,100", Axis("batch_size", (10, 32, 100))),
        ("batch_size", "none; 32", Axis("batch_size", (None, 32))),
        ("regularization", "none; l2", Axis("regularization", ("none", "l2"))),
        ("hidden_layers", "4; 8; 10,5", Axis("hidden_layers", ((4,), (8,), (10, 5)))),
        ("hidden_layers", "10,5", Axis("hidden_layers", ((10, 5),))),
        ("activation", "relu; tanh,sine", Axis("activation", ("relu", ("tanh", "sine")))),
        ("features", "x1,x2; x1", Axis("features", (("x1", "x2"), ("x1",)))),
    ],
)
def test_an_axis_is_read_from_text(name: str, text: str, axis: Axis) -> None:
    assert axis_from_text(name, text) == axis


def test_a_range_to_draw_from_is_read_without_a_count() -> None:
    assert range_from_text("learning_rate", "0.001..1 log") == RATES
    assert range_from_text("noise", "0..1") == Range("noise", 0, 1)
    assert range_from_text("noise", "0; 1") == Axis("noise", (0, 1))


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("learning_rate", "0..1 log 5", "learning_rate must range from above 0 .*, got 0.0"),
        ("learning_rate", "1..0.1 log 5", "learning_rate must range from a lower .*1.0 to 0.1"),
        ("learning_rate", "a..1 log 5", "learning_rate must range over finite numbers, got 'a'"),
        ("learning_rate", "0.1..1", r"learning_rate must be LOW\.\.HIGH COUNT .*, got '0.1..1'"),
        ("learning_rate", "0.1..1 log", r"learning_rate must be LOW\.\.HIGH .*, got '0.1..1 log'"),
        ("learning_rate", "0.1..1 lin 5", r"learning_rate must be LOW\.\.HIGH .*, got .*"),
        ("learning_rate", "..1 5", r"learning_rate must be LOW\.\.HIGH .*, got '..1 5'"),
        ("learning_rate", "1.. 5", r"learning_rate must be LOW\.\.HIGH .*, got '1.. 5'"),
        ("learning_rate", "1..2..3 5", r"learning_rate must be LOW\.\.HIGH .*, got '1..2..3 5'"),
        ("learning_rate", "1..2 x", "learning_rate must have from 2 to 500 values .*, got 'x'"),
        ("learning_rate", "1..2 9999999", "learning_rate must have from 2 .*, got 9999999"),
        ("learning_rate", "fast", "learning_rate must be a finite number .*, got 'fast'"),
        ("learning_rate", " ", "learning_rate must have at least one value in a sweep, got none"),
        ("learning_rate", "x;" * 30_000, "learning_rate must have at most 500 .*, got 30,001"),
        ("learning_rate", "0.1;", "learning_rate must be a finite number .*, got ''"),
        ("hidden_layers", "1..4 4", "hidden_layers must be at most 8 .*, got '1..4 4'"),
        ("x", "1", "axis must be one of .*, got 'x'"),
    ],
)
def test_bad_text_is_one_sentence(name: str, text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        axis_from_text(name, text)


def test_a_range_to_draw_from_refuses_a_count() -> None:
    with pytest.raises(ValueError, match=r"^noise must be LOW\.\.HIGH or .*, got '0..1 5'$"):
        range_from_text("noise", "0..1 5")
