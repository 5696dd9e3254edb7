"""Each rule finds the run that shows its trouble, and its advice helps; healthy runs are let be."""

import math
import re
from dataclasses import replace
from itertools import product
from typing import NamedTuple

import numpy as np
import pytest

from nnlab import Config, Run, advance, evaluate, start
from nnlab.activations import ACTIVATIONS
from nnlab.diagnosis import RULES, Diagnosis, diagnose
from nnlab.diagnosis.progress import share_learned
from nnlab.diagnosis.units import DEAD_SHARE
from nnlab.editing import with_config
from nnlab.network import INITIALIZATIONS
from nnlab.optimizers import OPTIMIZERS

HEALTHY = {
    "article": Config(),
    "tanh xor": Config(
        dataset="xor",
        activation="tanh",
        initialization="xavier",
        learning_rate=0.1,
        iterations=10_000,
    ),
    "adam moons": Config(dataset="moons", optimizer="adam", initialization="he", iterations=5_000),
    "sine features on spirals": Config(
        dataset="spirals",
        features=("x1", "x2", "sin(x1)", "sin(x2)"),
        hidden_layers=(16, 16),
        activation="tanh",
        initialization="xavier",
        optimizer="adam",
        iterations=6_000,
    ),
    "regression": Config(
        problem="regression",
        dataset="multi-gaussian",
        hidden_layers=(16, 8),
        activation="tanh",
        initialization="xavier",
        learning_rate=0.1,
        iterations=10_000,
    ),
    # as much learned as these points allow: two in three are on their side
    "noise": Config(
        noise=0.3,
        optimizer="momentum",
        initialization="he",
        learning_rate=0.05,
        iterations=10_000,
    ),
    "logistic regression": Config(
        dataset="gaussians", hidden_layers=(), learning_rate=0.5, iterations=5_000
    ),
    # a saddle point at log 2 for two thousand iterations
    "sigmoid": Config(
        activation="sigmoid",
        initialization="xavier",
        hidden_layers=(8, 8),
        learning_rate=1,
        iterations=5_000,
    ),
}


@pytest.mark.parametrize("config", HEALTHY.values(), ids=HEALTHY)
def test_nothing_is_said_of_a_healthy_run_on_its_whole_way(config: Config) -> None:
    run, said = start(config), []
    while run.iteration < config.iterations:
        run = advance(run, 100)
        said.append(diagnose(run))
    assert set(said) == {None}
    # and healthy it is: it ends far from where it began, or with the noise's own share
    assert evaluate(run).train_loss < 0.7 * run.losses[0]


class Sick(NamedTuple):
    """A config that gets into a trouble, the iteration at which this is seen, and what it says."""

    config: Config
    iterations: int
    words: str


SICK = {
    "symmetry": Sick(
        Config(initialization="zeros", activation="tanh", learning_rate=0.1, iterations=2_000),
        1,
        "All 10 units of layer 1 are the same: their weights differ by at most 0\\.",
    ),
    "strong penalty": Sick(
        Config(
            regularization="l2",
            regularization_rate=0.3,
            initialization="xavier",
            learning_rate=0.1,
            iterations=3_000,
        ),
        500,
        "The l2 penalty has pulled the weights to 0% of their size at the start",
    ),
    "saturation": Sick(
        Config(activation="tanh", initialization="xavier", learning_rate=30, iterations=1_000),
        600,
        r"Layer \d is saturated: (9\d.\d|100.0)% of its answers",
    ),
    "dead units": Sick(
        Config(learning_rate=3, iterations=2_000), 300, "Layer 2: 5 of 5 units are dead"
    ),
    "vanishing gradients": Sick(
        Config(
            hidden_layers=(8,) * 6,
            activation="sigmoid",
            initialization="xavier",
            learning_rate=0.1,
            iterations=2_000,
        ),
        300,
        r"the error is 0\.000\d+ at the output and [\d.]+e-08 in layer 1",
    ),
    "exploding gradients": Sick(
        Config(
            samples=200,
            hidden_layers=(64,) * 6,
            initialization="normal",
            learning_rate=1e-7,
            iterations=300,
        ),
        100,
        r"its norm is [\d.e+]+ and the loss [\d.e+]+, where .* everywhere would have 0\.693",
    ),
    "overfitting": Sick(
        Config(
            samples=50,
            noise=0.3,
            hidden_layers=(32,),
            initialization="he",
            optimizer="adam",
            iterations=2_500,
        ),
        2_500,
        r"the test loss was [\d.]+ around iteration [\d,]+ and is [\d.]+ now",
    ),
    "small learning rate": Sick(
        Config(learning_rate=1e-5, iterations=3_000),
        150,
        r"an update moves the weights by 2e-06 of their size",
    ),
    "plateau": Sick(
        Config(hidden_layers=(), learning_rate=0.1, iterations=10_000),
        5_000,
        r"in the last 2,500 iterations the loss has changed by 0\.00%, and stays at 0\.693",
    ),
}


def said_of(sick: Sick) -> tuple[Run, Diagnosis]:
    run = advance(start(sick.config), sick.iterations)
    diagnosis = diagnose(run)
    assert diagnosis is not None
    return run, diagnosis


def test_every_rule_has_a_run_that_shows_it() -> None:
    assert [name.replace(" ", "_") for name in SICK] == [rule.__name__ for rule in RULES]


@pytest.mark.parametrize("name", SICK)
def test_a_rule_finds_its_trouble_and_says_it_in_numbers(name: str) -> None:
    run, diagnosis = said_of(SICK[name])
    assert diagnosis.name == name
    assert re.search(SICK[name].words, diagnosis.sentence)
    assert diagnosis.advice
    assert replace(run.config, **diagnosis.changes) != run.config


@pytest.mark.parametrize("name", SICK)
def test_the_advice_helps(name: str) -> None:
    """In as many iterations the loss is lower, where it overfits that of the test points."""
    sick = SICK[name]
    run, diagnosis = said_of(sick)
    config = replace(sick.config, **diagnosis.changes)
    helped = start(config) if diagnosis.anew else with_config(run, config)
    goal = helped.iteration + sick.config.iterations
    helped = advance(helped, sick.config.iterations)
    ill = advance(start(sick.config), goal)
    assert not helped.diverged
    measure = "test_loss" if name == "overfitting" else "train_loss"
    assert getattr(evaluate(helped), measure) < 0.999 * getattr(evaluate(ill), measure)
    after = diagnose(helped)
    assert after is None or after.name != name or name == "small learning rate"


@pytest.mark.parametrize("optimizer", ["momentum", "adam"])
def test_a_small_learning_rate_is_found_whatever_the_optimizer(optimizer: str) -> None:
    run = advance(start(Config(optimizer=optimizer, learning_rate=1e-7)), 150)
    diagnosis = diagnose(run)
    assert diagnosis
    assert diagnosis.name == "small learning rate"


def test_the_dead_units_are_counted_right() -> None:
    run, diagnosis = said_of(SICK["dead units"])
    (layer, dead, width) = map(int, re.findall(r"\d+", diagnosis.sentence)[:3])
    hidden = run.dataset.train_inputs
    for number in range(layer):
        weights, biases = run.parameters.weights[number], run.parameters.biases[number]
        hidden = np.maximum(hidden @ weights + biases, 0)
    assert hidden.shape[1] == width
    assert (hidden == 0).all(axis=0).sum() == dead > DEAD_SHARE * width


def test_units_that_only_one_batch_leaves_dead_are_not_called_dead() -> None:
    """Of batches of one point, most units are dead in each, and none in all."""
    run = start(Config(learning_rate=1e-4, batch_size=1, hidden_layers=(2, 2), samples=100))
    said = [diagnose(run := advance(run, 100)) for _ in range(100)]
    assert (run.layer_history.dead_shares > DEAD_SHARE).sum() > 10
    assert "dead units" not in {diagnosis.name for diagnosis in said if diagnosis}


def test_a_change_by_hand_gives_the_run_time_to_show_what_comes_of_it() -> None:
    run, _ = said_of(SICK["plateau"])
    changed = with_config(run, replace(run.config, learning_rate=0.2))
    assert diagnose(changed) is None
    assert diagnose(advance(changed, 1_000)) is None
    again = diagnose(advance(changed, 5_000))
    assert again
    assert "in the last 2,500 iterations" in again.sentence


def test_a_diverged_run_has_its_own_message() -> None:
    run = advance(start(Config(activation="linear", learning_rate=1000)), 500)
    assert run.diverged
    assert diagnose(run) is None


def test_of_no_points_nothing_is_said() -> None:
    assert diagnose(advance(start(Config(dataset="own")), 1_000)) is None


def test_points_drawn_after_a_while_without_any_are_told_of_in_numbers() -> None:
    """The sample of the layers before them has no gradient."""
    config = Config(dataset="own", hidden_layers=(64,) * 4, learning_rate=1e-9)
    run = advance(start(config), 450)
    run = with_config(run, replace(config, points=[*POINTS, (1, 1, 0)] * 3))
    assert np.isnan(run.layer_history.gradient_norms[-1]).all()
    assert diagnose(advance(run, 20)) is None
    assert all(rule(advance(run, 20)) is None for rule in RULES)
    diagnosis = diagnose(advance(run, 100))
    assert diagnosis
    assert diagnosis.name == "exploding gradients"


POINTS = [(-1, 0, 0), (1, 0, 1), (0.5, 0.5, 1)]
CASES = [
    *(
        Config(samples=20, test_samples=5, hidden_layers=(4,) * depth, activation=name)
        for depth, name in product((1, 3), ACTIVATIONS)
    ),
    *(
        Config(samples=20, test_samples=5, initialization=name, optimizer=optimizer)
        for name, optimizer in product(INITIALIZATIONS, OPTIMIZERS)
    ),
    *(
        Config(samples=20, test_samples=5, hidden_layers=(3,) * depth, initialization=name)
        for depth, name in product(range(9), ("normal", "zeros"))
    ),
    *(
        Config(samples=20, test_samples=5, learning_rate=rate, batch_size=batch, optimizer=name)
        for rate, batch, name in product((1e-6, 1e3), (None, 1, 7), ("sgd", "momentum", "adam"))
    ),
    *(
        Config(samples=20, test_samples=5, regularization=name, regularization_rate=rate)
        for name, rate in product(("l1", "l2"), (0, 0.1, 10))
    ),
    *(
        Config(problem="regression", dataset=name, samples=20, test_samples=5, points=POINTS)
        for name in ("plane", "multi-gaussian", "own")
    ),
    Config(dataset="own"),
    Config(dataset="own", points=POINTS),
    Config(dataset="own", points=POINTS[:1]),
    Config(dataset="own", points=[(0, 0, 0)] * 12, activation="tanh"),
    Config(dataset="own", points=[(1e30, 0, 0), (0, 1e30, 1)], learning_rate=1e-30),
    Config(samples=20, hidden_layers=(), output_loss="squared_error", momentum=1),
    Config(samples=200, hidden_layers=(), activation=(), learning_rate=0.5),
    Config(samples=20, optimizer="momentum", momentum=1, learning_rate=1e-9),
    Config(samples=20, activation=("relu", "sigmoid"), learning_rate_schedule="cosine"),
]


@pytest.mark.parametrize("config", CASES, ids=range(len(CASES)))
def test_whatever_the_run_what_is_said_is_a_sentence_with_changes_that_can_be_made(
    config: Config,
) -> None:
    run = start(config)
    for iterations in (0, 1, 149, 850, 4_000):
        run = advance(run, iterations)
        for rule in RULES:  # all of them, as the first one would hide the others
            if run.diverged or not len(run.dataset.train_inputs):
                continue
            diagnosis = rule(run)
            if diagnosis:
                text = f"{diagnosis.sentence} {diagnosis.advice}"
                assert not re.search(r"\b(nan|inf)\b", text)
                assert replace(config, **diagnosis.changes) != config
        diagnose(run)


def test_a_network_too_small_and_a_lone_unit_get_more_units() -> None:
    run = advance(
        start(
            Config(
                hidden_layers=(1,), activation="tanh", initialization="xavier", learning_rate=0.5
            )
        ),
        5_000,
    )
    diagnosis = diagnose(run)
    assert diagnosis
    assert diagnosis.changes == {"hidden_layers": (4,)}


def test_a_saturated_network_that_has_learned_is_let_be() -> None:
    """Large weights make a tanh a step: all units at their limits, and every point right."""
    config = Config(
        dataset="gaussians",
        samples=100,
        hidden_layers=(3,),
        activation="tanh",
        noise=0,
        learning_rate=1e-9,
    )
    run = start(config)
    run.parameters.vector[:] = 60 * run.parameters.weight_mask
    run = advance(run, 400)
    assert run.layer_history.saturated_shares[-1].min() > 0.9
    assert evaluate(run).train_accuracy > 0.95
    assert diagnose(run) is None


def test_overfitting_needs_test_points() -> None:
    sick = SICK["overfitting"]
    data = start(sick.config).dataset
    points = [
        (*x, t) for x, t in zip(data.train_inputs.tolist(), data.train_targets[:, 0], strict=True)
    ][:4]
    run = advance(start(replace(sick.config, dataset="own", points=points)), 2_500)
    assert not len(run.dataset.test_inputs)
    assert math.isnan(run.test_losses[-1])
    diagnosis = diagnose(run)
    assert diagnosis is None or diagnosis.name != "overfitting"


def test_what_can_be_learned_of_very_many_points_is_seen_in_some_of_them() -> None:
    few = advance(start(Config(samples=4_000, hidden_layers=())), 1)
    many = advance(start(Config(samples=100_000, hidden_layers=())), 1)
    # of 4,000 and of 5,000 points, whose neighbours are as near
    assert share_learned(many) == pytest.approx(share_learned(few), abs=0.1)
    learned = replace(many, parameters=advance(start(Config()), 20_000).parameters, config=Config())
    assert share_learned(learned) == pytest.approx(1, abs=0.1)
