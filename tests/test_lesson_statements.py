"""Whatever a shipped lesson says that is a number, or that something does or does not, is so."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest

from nnlab import Config, Run, advance, evaluate, predict, start
from nnlab.inspection.observation import observe
from nnlab.lessons.check import check
from nnlab.lessons.goal import MEASURES
from nnlab.lessons.library import shipped
from nnlab.sweep.axis_text import axis_from_text
from nnlab.training.config import parse

LESSONS = shipped().lessons
SEEDS = range(1, 6)


def config(name: str, step: int, **changes: Any) -> Config:
    """Return the settings of a lesson's step, with some changed."""
    (lesson,) = (one for key, one in LESSONS.items() if key.startswith(name))
    return replace(lesson.steps[step - 1].config, **changes)


def trained(name: str, step: int, **changes: Any) -> Run:
    """Return the run of a step at its end."""
    given = config(name, step, **changes)
    return advance(start(given), given.iterations)


def losses(run: Run) -> tuple[float, float]:
    metrics = evaluate(run)
    return metrics.train_loss, metrics.test_loss


def right(name: str, step: int, **changes: Any) -> float:
    """Return the percentage of test points that are right at the end of a run."""
    return 100 * evaluate(trained(name, step, **changes)).test_accuracy


def measure(name: str, run: Run) -> float:
    return MEASURES[name][1](run, evaluate(run))


def dead(run: Run) -> list[bool]:
    """Return for each layer whether all its units are dead."""
    return [bool(units.all()) for units in observe(run).dead_units]


def last_losses(run: Run, count: int) -> list[float]:
    """Return the loss of all training points after each of the last iterations of a run."""
    run = advance(start(run.config), run.config.iterations - count)
    found = []
    for _ in range(count):
        run = advance(run, 1)
        found.append(evaluate(run).train_loss)
    return found


def the_long_wait() -> None:
    run = trained("01", 1)
    assert round(int(np.argmax(run.losses < 0.7)), -2) == 400
    assert 0.68 < run.losses[400:5001].min() < run.losses[400:5001].max() < 0.701
    assert round(100 * evaluate(run).train_accuracy) == 98


def adam_instead_of_17700() -> None:
    adam = config("01", 2, optimizer="adam", target_loss=0.1)
    assert 300 < advance(start(adam), 5000).iteration <= 400
    plain = replace(adam, optimizer="sgd", iterations=25_000)
    assert round(advance(start(plain), 25_000).iteration, -2) == 17_700


def a_line_gets_half() -> None:
    run = trained("02", 1)
    assert 45 <= 100 * evaluate(run).train_accuracy <= 60
    assert losses(run)[0] > 0.69


def too_small() -> None:
    run = trained("03", 1)
    assert 0.5 < run.losses[-1] < run.losses[-2] < run.losses[0]


def just_right() -> None:
    assert losses(trained("03", 1, learning_rate=3.0))[1] < 0.05
    assert losses(trained("03", 1, learning_rate=0.1))[1] > 0.25


def too_large() -> None:
    run = trained("03", 3)
    rises = np.diff(run.losses) > 0
    assert rises.mean() > 0.2
    assert (run.losses > run.losses[0]).sum() > 50


def breaks() -> None:
    run = trained("03", 4)
    assert run.stopped == "diverged"
    assert run.iteration < 500


def linear_layers() -> None:
    assert sum(config("04", 1).hidden_layers) == 24
    assert 40 <= right("04", 1) <= 60
    for layers in ((), (64,), (8, 8), (16,) * 8):
        assert right("04", 2, hidden_layers=layers) <= 90
    assert right("04", 3, activation="relu") >= 95


def nothing_moves() -> None:
    run = trained("05", 1)
    assert not run.parameters.vector.any() or not np.any(run.parameters.weights[0])
    first = advance(start(run.config), 1).parameters
    assert all(not weights.any() for weights in first.weights)


def all_alike() -> None:
    weights = trained("05", 2).parameters.weights[0]
    assert weights.any()
    assert (weights == weights[:, :1]).all()


def one_unit() -> None:
    found = [100 * evaluate(trained("06", 1, seed=seed)).train_accuracy for seed in SEEDS]
    assert all(65 <= one <= 73 for one in found)


def two_units() -> None:
    found = [right("06", 2, seed=seed) for seed in SEEDS]
    assert round(max(found)) == 84


def three_units() -> None:
    found = [right("06", 3, seed=seed) for seed in SEEDS]
    assert sum(one >= 95 for one in found) == 4
    assert round(found[2]) == 68


def eight_units() -> None:
    assert all(right("06", 4, seed=seed) > 95 for seed in SEEDS)


def one_wide_layer() -> None:
    run = trained("07", 1)
    assert 65 <= right("07", 1) <= 75
    assert sum(w.size for w in run.parameters.weights[:1]) + 32 == 96


def three_layers() -> None:
    assert all(right("07", 2, hidden_layers=(8, 8, 8), seed=seed) >= 97 for seed in (1, 2, 3))
    assert round(right("07", 3)) == 61


def one_step_too_far() -> None:
    assert config("08", 1).hidden_layers == (10, 5)
    assert dead(trained("08", 1, iterations=25))[1]
    assert np.abs(trained("08", 1).losses[25:] - np.log(2)).max() < 0.001


def cures() -> None:
    ends = {"learning_rate": 1.0}, {"activation": "tanh"}
    assert all(right("08", 2, **changes) >= 94 for changes in ends)
    assert not any(dead(trained("08", 2, learning_rate=1.0)))
    assert right("08", 2, activation="leaky_relu") < 80


def single_points() -> None:
    found = last_losses(trained("09", 1), 200)
    assert 0.38 < min(found) < 0.42
    assert max(found) > 1


def calm_single_points() -> None:
    found = last_losses(trained("09", 2, learning_rate=0.03), 200)
    assert 0.38 < min(found) < max(found) < 0.41


def all_points() -> None:
    run = trained("09", 3, batch_size=None)
    assert round(losses(run)[0], 3) == 0.357
    assert (np.diff(run.losses) <= 1e-12).all()
    assert len(run.dataset.train_inputs) == 300


def by_heart() -> None:
    given = config("10", 1)
    assert (given.samples, given.test_samples, sum(given.hidden_layers)) == (50, 450, 12)
    assert len(given.features) == 7
    run = trained("10", 1)
    train, test = losses(run)
    assert (evaluate(run).train_accuracy, round(test, 2)) == (1, 1.27)
    assert train < 0.01
    assert test > run.test_losses.min() + 0.5


def penalized() -> None:
    train, test = losses(trained("10", 2, regularization="l2", regularization_rate=0.03))
    assert (round(train, 2), round(test, 2)) == (0.28, 0.36)
    strong = losses(trained("10", 2, regularization="l2", regularization_rate=0.3))
    assert [round(one, 3) for one in strong] == [0.693, 0.693]


def what_l1_leaves() -> None:
    run = trained("10", 3, regularization="l1", regularization_rate=0.03)
    (weights, *_) = run.parameters.weights
    assert run.config.features[int(np.abs(weights).argmax())] == "x1*x2"
    assert measure("small_weights", run) == 6
    tremble = [advance(run, count).parameters.weights[0] for count in range(1, 100)]
    step = run.config.learning_rate * run.config.regularization_rate
    small = np.abs(weights[:, 0]) < 0.01
    moves = np.abs(np.diff(np.stack(tremble)[:, small, 0], axis=0)).max()
    assert 0 < moves < 3 * step
    l2 = trained("10", 3, regularization="l2", regularization_rate=0.03)
    assert 7 - 1 - measure("small_weights", l2) == 5


def two_ways() -> None:
    run = trained("11", 1)
    assert len(run.parameters.vector) == 3
    assert int(right("11", 1)) == 97
    four = {"hidden_layers": (4,)}
    assert len(trained("11", 2, **four).parameters.vector) == 17
    for seed in SEEDS:
        assert 97 <= right("11", 2, seed=seed, **four) <= 98
    assert right("11", 2, hidden_layers=(3,)) < 90


def off_the_plateau() -> None:
    needed = {
        name: advance(start(config("12", 2, optimizer=name)), 25_000).iteration
        for name in ("sgd", "momentum", "nesterov", "rmsprop", "adam")
    }
    assert round(needed["sgd"], -2) == 17_700
    assert round(needed["momentum"], -2) == 2300
    assert 1 / 10 < needed["momentum"] / needed["sgd"] < 1 / 7
    assert round(needed["nesterov"], -2) == 1700
    assert needed["rmsprop"] < 300 < needed["adam"] < 400


def one_start() -> None:
    assert round(right("13", 1)) == 95
    assert round(right("13", 1, seed=2)) == 84


def ten_seeds() -> None:
    solved = {
        width: [s for s in range(10) if right("13", 1, seed=s, hidden_layers=(width,)) >= 95 - 1e-9]
        for width in (4, 8, 16)
    }
    assert solved[4] == [0, 1]
    assert [len(solved[width]) for width in (8, 16)] == [8, 10]


def the_link_to_explore() -> None:
    (lesson,) = (one for key, one in LESSONS.items() if key.startswith("13"))
    address = next(part for part in lesson.source.split("(") if part.startswith("explore?"))
    query = dict(parse_qsl(urlsplit(address.split(")")[0]).query))
    axis = axis_from_text(*query.pop("axis1").split(":", 1))
    assert (axis.name, axis.values) == ("hidden_layers", ((4,), (8,), (16,)))
    assert query.pop("seeds") == "10"
    linked = Config(**{name: parse(name, value) for name, value in query.items()})
    assert replace(linked, hidden_layers=(4,), seed=1) == config("13", 1)


def three_kinds() -> None:
    run = trained("14", 1)
    data = run.dataset
    assert len(data.train_inputs) + len(data.test_inputs) == 150
    assert run.parameters.layer_sizes == (2, 3)
    wrong = predict(run, data.train_inputs).argmax(axis=1) != data.train_targets[:, 0]
    assert 0 < wrong.sum() < 10
    assert not wrong[data.train_targets[:, 0] == 0].any()


def iris_in_200() -> None:
    assert round(losses(trained("14", 2))[0], 2) == 0.3
    lines, bent = ({"hidden_layers": layers, "learning_rate": 1.0} for layers in ((), (8,)))
    assert round(losses(trained("14", 2, **bent))[0], 3) == 0.071
    assert round(losses(trained("14", 2, **lines))[0], 3) == 0.111
    assert round(right("14", 2, **bent)) == round(right("14", 2, **lines)) == 97


# What is said, in the words of the lesson, and what shows that it is so.
STATEMENTS: list[tuple[str, str, Callable[[], None]]] = [
    ("01", "up to iteration 5,000 it stays above 0.68", the_long_wait),
    ("01", "After 25,000 iterations, 98% of the points are right", the_long_wait),
    ("01", "after 400 iterations instead of about 17,700", adam_instead_of_17700),
    ("02", "About half of them", a_line_gets_half),
    ("03", "The loss is still above 0.5", too_small),
    ("03", "below 0.05 after 500 iterations; at 0.1 it is still above 0.25", just_right),
    ("03", "The loss jumps, and often it is worse than at the start", too_large),
    ("03", "At 1,000 the run ends before its 500 iterations", breaks),
    ("04", "About half: it can only draw a straight line", linear_layers),
    ("05", "Nothing at all", nothing_moves),
    ("05", "Four units that are exactly equal", all_alike),
    ("06", "About 70% of the points are right", one_unit),
    ("06", "The best of the five has 84%", two_units),
    ("06", "four reach 95% of the test points, and seed 3 gets stuck at 68%", three_units),
    ("06", "All five", eight_units),
    ("07", "About 70% of the points are right", one_wide_layer),
    ("07", "at least 97% of the test points are right for each of seeds 1, 2", three_layers),
    ("07", "With this seed, 61% of the points are right", three_layers),
    (
        "08",
        "Within 25 iterations, all five units of the second hidden layer output 0",
        one_step_too_far,
    ),
    ("08", "At a learning rate of 1, ReLU units survive here, and so do tanh units", cures),
    ("09", "between about 0.4 and more than 1", single_points),
    ("09", "between 0.38 and 0.41 over the last 200", calm_single_points),
    ("09", "without jumps, which ends at 0.357", all_points),
    ("10", "All 50 training points are right, and the test loss is above 1", by_heart),
    ("10", "below 0.01 to 0.28, and the test loss falls from 1.27 to 0.36", penalized),
    ("10", "the six others are closer to 0 than 0.01", what_l1_leaves),
    ("11", "Two weights and a bias, and 97% of the points are right", two_ways),
    ("11", "17 parameters instead of three", two_ways),
    ("12", "About 2,300", off_the_plateau),
    ("12", "about 1,700 iterations, Adam fewer than 400, and RMSprop fewer than", off_the_plateau),
    ("13", "With seed 2, the same network ends at 84%", one_start),
    ("13", "eight of the ten seeds get at least 95% right, and with 16 units all ten", ten_seeds),
    ("13", "Explore with ten seeds each for 4, 8 and 16", the_link_to_explore),
    ("14", "No boundary that makes sense gets all of them", three_kinds),
    (
        "14",
        "the training loss is 0.071 after 200 iterations",
        iris_in_200,
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "words", "holds"),
    STATEMENTS,
    ids=[f"{one[0]}-{one[2].__name__}" for one in STATEMENTS],
)
def test_a_statement_of_a_lesson_is_so(name: str, words: str, holds: Callable[[], None]) -> None:
    (lesson,) = (one for key, one in LESSONS.items() if key.startswith(name))
    assert words in " ".join(lesson.source.split())
    holds()


@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
def test_each_goal_of_a_shipped_lesson_is_reached_by_its_solution_and_not_by_itself(
    name: str,
) -> None:
    assert check(LESSONS[name]) == []


def test_fourteen_lessons_are_shipped_and_each_has_its_statements() -> None:
    assert [name[:2] for name in LESSONS] == [f"{number:02}" for number in range(15)]
    assert {name for name, _, _ in STATEMENTS} == {name[:2] for name in LESSONS} - {"00"}
