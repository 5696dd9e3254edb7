"""Each rule finds its problem and its advice helps; healthy runs cause no finding."""

import math
import re
from dataclasses import replace
from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
import pytest

from nnlab import Config, Run, advance, evaluate, set_parameter, start
from nnlab.app.playground.point_history import stroked
from nnlab.data.csv_files import read_table, to_points
from nnlab.data.datasets import OWN_TEST_EVERY
from nnlab.data.points import NO_POINTS, Points
from nnlab.data.scales import need_scaling, standardized_points
from nnlab.inspection.diagnosis import RULES, Diagnosis, diagnose
from nnlab.inspection.diagnosis.finding import rounded
from nnlab.inspection.diagnosis.gradients import (
    calmer_rate,
    exploding_gradients,
    vanishing_gradients,
)
from nnlab.inspection.diagnosis.loss_curve import overfitting
from nnlab.inspection.diagnosis.progress import fraction_learned
from nnlab.inspection.diagnosis.units import DEAD_FRACTION, saturation, strong_penalty
from nnlab.inspection.next_update import look_at_step
from nnlab.inspection.observation import PointResults, observe
from nnlab.model.activations import ACTIVATIONS
from nnlab.model.network import INITIALIZATIONS, Parameters
from nnlab.model.optimizers import OPTIMIZERS
from nnlab.training.edits import with_config
from tests.helpers.points_files import ages_and_salaries

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
    # as good as these points allow: two in three are on the right side
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


@pytest.mark.slow
@pytest.mark.parametrize("config", HEALTHY.values(), ids=HEALTHY)
def test_no_rule_complains_about_a_healthy_run_at_any_iteration(config: Config) -> None:
    run, said = start(config), []
    while run.iteration < config.iterations:
        run = advance(run, 100)
        said.append(diagnose(observe(run)))
    assert set(said) == {None}
    # and it is healthy: its loss ends far below the first one, or at the fraction that is noise
    assert evaluate(run).train_loss < 0.7 * run.losses[0]


class Sick(NamedTuple):
    """A config with a problem, the iteration at which it shows, and the words of the finding.

    Numbers in its words follow from the config without a run: log 2 = 0.693 is the loss of
    predicting one half everywhere, half of 5,000 iterations are 2,500. The others are tested below.
    """

    config: Config
    iterations: int
    words: str


def _people(problem: str) -> Config:
    """Return the default settings for 200 people by age and salary, in years and dollars."""
    content = read_table(ages_and_salaries(problem))
    points = to_points(content, "age", "salary", "bought", problem=problem).points
    return Config(problem=problem, dataset="own", points=points, iterations=4_000)


SICK = {
    "unscaled": Sick(
        _people("classification"),
        800,
        r"inputs of your training points are not scaled: x1 has a mean of \S+ and a .*, x2 has",
    ),
    "symmetry": Sick(
        Config(initialization="zeros", activation="tanh", learning_rate=0.1, iterations=2_000),
        1,
        "All 10 units of layer 1 are the same: their weights are exactly equal\\.",
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
        r"The L2 penalty has pulled the weights to \d+% of their size at the start",
    ),
    "saturation": Sick(
        Config(activation="tanh", initialization="xavier", learning_rate=30, iterations=1_000),
        600,
        r"Layer \d is saturated: [\d.]+% of its outputs",
    ),
    "dead units": Sick(
        Config(learning_rate=3, iterations=2_000), 300, r"Layer 2: \d of 5 units are dead"
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
        r"the error is [\d.e-]+ at the output and [\d.e-]+ in layer 1",
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
        r"its norm is [\d.e+]+, and the loss is [\d.e+]+, compared with 0\.693 for predicting the "
        r"same value everywhere",
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
        r"each update changes the weights by about [\d.e-]+ of their size",
    ),
    "plateau": Sick(
        Config(hidden_layers=(), learning_rate=0.1, iterations=10_000),
        5_000,
        r"in the last 2,500 iterations the loss has changed by only [\d.]+%; it is at 0\.693",
    ),
    "divergence": Sick(
        Config(
            problem="regression",
            dataset="plane",
            activation="linear",
            initialization="xavier",
            learning_rate=2,
            iterations=500,
        ),
        100,
        "at a learning rate of 2 the next update takes the loss to infinity",
    ),
}


def _advised(config: Config, diagnosis: Diagnosis) -> Config:
    """Return the settings that follow the advice."""
    points = config.points
    if diagnosis.standardise:
        points = standardized_points(points, config.problem)
    return replace(config, **{"points": points, **diagnosis.changes})


@cache
def said_of(sick: Sick) -> tuple[Run, Diagnosis]:
    run = advance(start(sick.config), sick.iterations)
    diagnosis = diagnose(observe(run))
    assert diagnosis is not None
    return run, diagnosis


def test_every_rule_has_a_run_that_shows_it() -> None:
    names = [*(rule.__name__ for rule in RULES), "divergence"]
    assert [name.replace(" ", "_") for name in SICK] == names


@pytest.mark.parametrize("name", SICK)
def test_a_rule_finds_its_trouble_and_says_it_in_numbers(name: str) -> None:
    run, diagnosis = said_of(SICK[name])
    assert diagnosis.name == name
    assert re.search(SICK[name].words, diagnosis.sentence)
    assert diagnosis.advice
    assert not re.fullmatch(r"A learning rate of \S+\.", diagnosis.advice)  # no sentence
    assert _advised(run.config, diagnosis) != run.config


@pytest.mark.slow
@pytest.mark.parametrize("name", SICK)
def test_the_advice_helps(name: str) -> None:
    """The problem is gone and the loss lower; for overfitting, the loss of the test points."""
    sick = SICK[name]
    run, diagnosis = said_of(sick)
    config = _advised(sick.config, diagnosis)
    helped = start(config) if diagnosis.restart else with_config(run, config)
    goal = helped.iteration + sick.config.iterations
    helped = advance(helped, sick.config.iterations)
    ill = advance(run, goal - run.iteration)
    assert not helped.diverged
    measure = "test_loss" if name == "overfitting" else "train_loss"
    assert getattr(evaluate(helped), measure) < 0.999 * getattr(evaluate(ill), measure)
    after = diagnose(observe(helped))
    assert after is None or after.name != name


def _norm(*arrays: np.ndarray) -> float:
    return math.sqrt(sum(float((array**2).sum()) for array in arrays))


def _last_seen(run: Run) -> Run:
    """Return the run as it was when its layers were last recorded."""
    return advance(start(run.config), (run.iteration - 1) // 100 * 100)


def _weights(run: Run) -> float:
    return _norm(*run.parameters.weights)


def _spread(run: Run) -> list[str]:
    """Return the words for ages and salaries, three digits each."""
    ages, salaries = run.dataset.train_inputs.T
    return [
        f"x1 has a mean of {ages.mean():.3g} and a standard deviation of {ages.std():.3g}",
        f"x2 has a mean of {salaries.mean().round(-2):,.0f} and",
        f"standard deviation of {salaries.std().round(-2):,.0f}.",
    ]


def _saturated(run: Run) -> list[str]:
    shares = [np.mean(np.abs(a) > 0.97) for a in look_at_step(run).activations[1:-1]]  # of a tanh
    return [f"Layer {1 + np.argmax(shares)} is saturated: {max(shares):.1%} of"]


def _errors(run: Run) -> list[str]:
    first, last = (np.sqrt(np.mean(look_at_step(run).deltas[layer] ** 2)) for layer in (0, -1))
    return [f"{last:.2g} at the output", f"{first:.2g} in layer 1"]


def _test_losses(run: Run) -> list[str]:
    means = np.lib.stride_tricks.sliding_window_view(run.test_losses, 5).mean(axis=1)
    return [f"was {means.min():.3g} around", f"is {sorted(run.test_losses[-5:])[2]:.3g} now"]


def _loss_and_gradient(run: Run) -> list[str]:
    gradient = _norm(look_at_step(_last_seen(run)).gradients.vector)
    return [f"its norm is {gradient:.3g}, and the loss is {run.losses[-1]:.3g},"]


def _beyond_32_bits(run: Run) -> list[str]:
    """Return the words for a gradient near the end of 32-bit numbers, 3.4e38, or beyond it."""
    assert look_at_step(run).gradients.vector.max() > 1e38
    return ["its norm is above 1e+38"]


def _moved(run: Run) -> list[str]:
    seen = _last_seen(run)
    moved = advance(seen, 1).parameters.vector - seen.parameters.vector
    return [f"by about {_norm(moved) / _weights(seen):.1g} of"]


def _loss_change(run: Run) -> list[str]:
    """Compare a tenth of 5,000 losses in their middle with the last ones."""
    before, now = run.losses[2500:3000].mean(), run.losses[4500:].mean()
    return [f"by only {abs(before - now) / now:.2%}; "]


# what is said in numbers, from a step by hand, the parameters and the losses
NUMBERS = {
    "unscaled": _spread,
    "strong penalty": lambda run: [
        f"to {_weights(_last_seen(run)) / _weights(start(run.config)):.0%} of"
    ],
    "saturation": _saturated,
    "vanishing gradients": _errors,
    "exploding gradients": _loss_and_gradient,
    "overfitting": _test_losses,
    "small learning rate": _moved,
    "plateau": _loss_change,
    "divergence": _beyond_32_bits,
}


@pytest.mark.parametrize("name", NUMBERS)
def test_the_numbers_of_the_evidence_are_the_runs_own(name: str) -> None:
    run, diagnosis = said_of(SICK[name])
    for number in NUMBERS[name](run):
        assert number in diagnosis.sentence


@pytest.mark.parametrize("optimizer", ["momentum", "adam"])
def test_a_small_learning_rate_is_found_whatever_the_optimizer(optimizer: str) -> None:
    run = advance(start(Config(optimizer=optimizer, learning_rate=1e-7)), 150)
    diagnosis = diagnose(observe(run))
    assert diagnosis
    assert diagnosis.name == "small learning rate"


@pytest.mark.parametrize("problem", ["classification", "regression"])
def test_unscaled_points_are_named_first_whenever_something_is_wrong(problem: str) -> None:
    """Other rules would advise other activations and rates, none of which help for long."""
    run, said = start(_people(problem)), []
    for iterations in (2, 8, 40, 150, 200, 400, 800, 1_000):
        run = advance(run, iterations)
        said.append(diagnose(observe(run)))
    names = {finding.name for finding in said if finding}
    assert names == {"unscaled"}
    assert said[0]
    assert said[-1]


def test_a_diverged_run_of_unscaled_targets_is_told_their_scale() -> None:
    points = [
        (x1, x2, 1e5 * x1) for x1, x2 in np.random.default_rng(0).normal(size=(100, 2)).tolist()
    ]
    config = Config(
        problem="regression", dataset="own", points=points, activation="linear", learning_rate=1
    )
    run = advance(start(config), 1_000)
    assert run.diverged
    finding = diagnose(observe(run))
    assert finding
    assert finding.name == "unscaled"
    assert finding.sentence.startswith("The targets of your training points are not scaled: ")


def test_the_finding_of_unscaled_points_holds_no_others() -> None:
    """They would be computed at each tick, and again when the advice is followed."""
    _, diagnosis = said_of(SICK["unscaled"])
    assert diagnosis.standardise
    assert not diagnosis.changes


def _two_clouds() -> list[tuple[float, ...]]:
    """Return points around -15 and 15, which one line separates."""
    rng = np.random.default_rng(0)
    clouds = [(-15, 0), (15, 1)]
    return [(*rng.normal(at, 3, 2).tolist(), target) for _ in range(100) for at, target in clouds]


def test_unscaled_points_that_are_learned_are_not_complained_about() -> None:
    run = start(Config(dataset="own", points=_two_clouds(), hidden_layers=(), learning_rate=0.01))
    for _ in range(20):
        run = advance(run, 100)
        assert diagnose(observe(run)) is None
    assert evaluate(run).train_accuracy == 1


def test_unscaled_points_are_not_complained_about_while_a_large_loss_falls() -> None:
    """The starting weights of this seed predict the wrong class nearly everywhere."""
    config = Config(dataset="own", points=_two_clouds(), hidden_layers=(), seed=2)
    run = start(replace(config, initialization="normal", learning_rate=3e-5))
    for _ in range(5):
        run = advance(run, 100)
        assert run.losses[-1] > 1.05 * math.log(2)  # the loss of a constant
        assert diagnose(observe(run)) is None


def test_points_drawn_on_a_data_set_are_not_blamed_for_its_slow_start() -> None:
    """Alone, these two would be uneven, as x1 differs by 0.1 and x2 by 1."""
    drawn = stroked(NO_POINTS, "classification", 1, [(0.1, -0.5), (0.2, 0.5)], 2.8)
    assert need_scaling(drawn, "classification")
    run = start(Config(points=drawn))
    while run.iteration < 2_000:
        run = advance(run, 100)
        assert diagnose(observe(run)) is None


def test_points_added_far_out_to_a_data_set_are_not_called_unscaled() -> None:
    """Nothing can standardise them together with the points of the data set."""
    run = advance(start(Config(points=[(1e4, 0, 0), (0, 1e4, 1)] * 20, learning_rate=1)), 300)
    assert need_scaling(
        Points(run.dataset.train_inputs, run.dataset.train_targets[:, 0]), "classification"
    )
    assert (finding := diagnose(observe(run)))
    assert finding.name == "dead units"


def _uneven(config: Config, factor: float) -> Config:
    """Return settings whose own points are those of a config, with x1 times a factor."""
    data = start(config).dataset
    points = Points(data.train_inputs * [factor, 1], data.train_targets[:, 0])
    return replace(config, dataset="own", points=points)


UNEVEN_RUNS = {
    "saturation": (
        Config(
            seed=0,
            samples=200,
            activation="tanh",
            initialization="normal",
            hidden_layers=(4,),
            learning_rate=0.5,
        ),
        30,
        300,
    ),
    "dead_units": (Config(seed=2, samples=300, learning_rate=2), 4, 200),
    "vanishing_gradients": (SICK["vanishing gradients"].config, 4, 300),
    "plateau": (SICK["plateau"].config, 4, 5_000),
}


@pytest.mark.parametrize("name", UNEVEN_RUNS)
def test_uneven_points_are_named_before_the_trouble_that_they_can_cause(name: str) -> None:
    config, factor, iterations = UNEVEN_RUNS[name]
    observation = observe(advance(start(_uneven(config, factor)), iterations))
    assert [rule.__name__ for rule in RULES if rule(observation)] == ["unscaled", name]
    assert (finding := diagnose(observation))
    assert finding.name == "unscaled"


@pytest.mark.slow
@pytest.mark.parametrize("seed", [42, 1])
def test_uneven_points_that_the_articles_network_learns_are_not_complained_about(seed: int) -> None:
    """It is worse than a constant for a while, and then stays at log 2, as on the circles."""
    data = start(Config()).dataset
    points = Points(data.train_inputs * [1, 0.3], data.train_targets[:, 0])
    assert need_scaling(points, "classification")
    run = start(Config(dataset="own", points=points, seed=seed))
    while run.iteration < 25_000:
        run = advance(run, 100)
        assert diagnose(observe(run)) is None
    assert evaluate(run).train_accuracy > 0.95


def test_only_points_that_are_trained_on_are_called_unscaled() -> None:
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(100, 2))
    targets = (inputs.prod(axis=1) > 0).astype(float)
    inputs[OWN_TEST_EVERY - 1 :: OWN_TEST_EVERY] *= 1000
    config = Config(dataset="own", points=Points(inputs, targets), learning_rate=1e-5)
    for test_samples, name in ((20, "small learning rate"), (2, "unscaled")):
        run = advance(start(replace(config, test_samples=test_samples)), 150)
        assert (finding := diagnose(observe(run)))
        assert finding.name == name


def test_standardised_points_are_not_called_unscaled_whatever_goes_wrong() -> None:
    config = _people("classification")
    points = standardized_points(config.points, "classification")
    run = advance(start(replace(config, points=points, initialization="zeros")), 1)
    assert (finding := diagnose(observe(run)))
    assert finding.name == "symmetry"


def test_the_dead_units_are_counted_right() -> None:
    run, diagnosis = said_of(SICK["dead units"])
    (layer, dead, width) = map(int, re.findall(r"\d+", diagnosis.sentence)[:3])
    hidden = run.dataset.train_inputs
    for number in range(layer):
        weights, biases = run.parameters.weights[number], run.parameters.biases[number]
        hidden = np.maximum(hidden @ weights + biases, 0)
    assert hidden.shape[1] == width
    assert (hidden == 0).all(axis=0).sum() == dead > DEAD_FRACTION * width


def test_units_that_only_one_batch_leaves_dead_are_not_called_dead() -> None:
    """In batches of one point, most units are dead in each batch, and none in all of them."""
    run = start(Config(learning_rate=1e-4, batch_size=1, hidden_layers=(2, 2), samples=100))
    said = [diagnose(observe(run := advance(run, 100))) for _ in range(100)]
    assert (run.layer_history.dead_fractions > DEAD_FRACTION).sum() > 10
    assert "dead units" not in {diagnosis.name for diagnosis in said if diagnosis}


def test_a_change_by_hand_gives_the_run_time_to_show_what_comes_of_it() -> None:
    run, _ = said_of(SICK["plateau"])
    changed = with_config(run, replace(run.config, learning_rate=0.2))
    assert diagnose(observe(changed)) is None
    assert diagnose(observe(advance(changed, 1_000))) is None
    again = diagnose(observe(advance(changed, 5_000)))
    assert again
    assert "in the last 2,500 iterations" in again.sentence


def test_following_the_advice_for_a_diverged_run_repeatedly_gives_one_that_trains() -> None:
    config, pressed = Config(activation="linear", learning_rate=1000), 0
    while (run := advance(start(config), 500)).diverged:
        diagnosis = diagnose(observe(run))
        assert diagnosis
        assert diagnosis.name == "divergence"
        config, pressed = replace(config, **diagnosis.changes), pressed + 1
    assert 1 < pressed < 12


@pytest.mark.parametrize(("name", "rate"), [("l2", 0), ("l1", 0.001), ("l2", 1e-4)])
def test_against_overfitting_there_is_always_a_larger_l2_penalty(name: str, rate: float) -> None:
    config = replace(SICK["overfitting"].config, regularization=name, regularization_rate=rate)
    diagnosis = diagnose(observe(advance(start(config), 2_500)))
    assert diagnosis
    assert diagnosis.changes == {"regularization": "l2", "regularization_rate": 0.003}
    assert "An L2 penalty of 0.003 keeps" in diagnosis.advice


def test_the_rate_that_is_set_is_the_rate_in_the_sentence() -> None:
    """In floating point 3 * 0.003 is 0.009000000000000001."""
    l2 = {"regularization": "l2", "regularization_rate": 0.003}
    config = replace(SICK["overfitting"].config, **l2, noise=0.5, samples=20, test_samples=500)
    diagnosis = overfitting(observe(advance(start(config), 2_500)))
    assert diagnosis
    assert repr(diagnosis.changes["regularization_rate"]) == "0.009"
    sick = SICK["saturation"]
    diagnosis = saturation(observe(advance(start(replace(sick.config, learning_rate=33.333)), 600)))
    assert diagnosis
    assert diagnosis.changes == {"learning_rate": 3.33}
    assert diagnosis.advice.startswith("A learning rate of 3.33,")


def test_points_far_out_are_not_blamed_on_the_learning_rate() -> None:
    """A tanh of inputs in the hundreds is saturated whatever the weights."""
    xy = np.random.default_rng(0).normal(0, 300, (200, 2))
    points = [(x1, x2, float(x1 * x2 > 0)) for x1, x2 in xy.tolist()]
    config = Config(
        dataset="own",
        points=points,
        activation="tanh",
        initialization="xavier",
        hidden_layers=(3,),
        learning_rate=1e-4,
    )
    run = advance(start(config), 600)
    assert run.layer_history.saturated_fractions.min() > 0.95
    assert saturation(observe(run)) is None
    assert (finding := diagnose(observe(run)))
    assert finding.name == "unscaled"
    # nor if they have come later
    near = replace(config, points=[(x1 / 300, x2 / 300, t) for x1, x2, t in points])
    run = advance(with_config(advance(start(near), 200), config), 600)
    assert run.layer_history.saturated_fractions[0] < 0.95
    assert saturation(observe(run)) is None


def test_large_targets_alone_make_no_gradient_explode() -> None:
    """Until the output's bias has reached them, its gradient is as large as they are."""
    rng = np.random.default_rng(0)
    points = [(x1, x2, 1000 + np.sign(x1 * x2)) for x1, x2 in rng.normal(size=(100, 2)).tolist()]
    config = Config(
        problem="regression",
        dataset="own",
        points=points,
        hidden_layers=(16, 8),
        activation="tanh",
        initialization="xavier",
        learning_rate=1e-3,
    )
    run = start(config)
    for _ in range(20):
        run = advance(run, 50)
        assert exploding_gradients(observe(run)) is None
        assert (finding := diagnose(observe(run))) is None or finding.name == "unscaled"
    assert run.layer_history.gradient_norms.max() > 1000


def test_a_weight_taken_back_by_hand_was_not_pulled_down_by_the_penalty() -> None:
    config = Config(regularization="l2", learning_rate=1e-6)
    run = advance(set_parameter(start(config), 1, 0, 0, 500), 100)
    run = advance(set_parameter(run, 1, 0, 0, 0), 400)
    norms = run.layer_history.weight_norms
    assert norms[-1].max() < 0.1 * norms[0].max()
    assert strong_penalty(observe(run)) is None


def test_a_penalty_that_makes_the_loss_rise_is_not_said_to_leave_it_unchanged() -> None:
    run = advance(start(Config(optimizer="adam")), 3_000)
    run = advance(
        with_config(run, replace(run.config, regularization="l2", regularization_rate=0.3)), 200
    )
    assert run.losses[-1] > 1.05 * run.losses[3_100]
    diagnosis = diagnose(observe(run))
    assert diagnosis
    assert "at iteration 3,000, and the loss no longer falls." in diagnosis.sentence


@pytest.mark.parametrize("name", ["exploding gradients", "small learning rate"])
def test_layer_statistics_from_before_a_change_by_hand_are_no_evidence(name: str) -> None:
    rule = next(rule for rule in RULES if rule.__name__ == name.replace(" ", "_"))
    run = advance(start(SICK[name].config), 150)
    assert rule(observe(run))
    changed = with_config(run, replace(run.config, momentum=0.5))
    assert rule(observe(advance(changed, 50))) is None  # the layers were seen last at iteration 100
    assert rule(observe(advance(changed, 51)))


def _fading(activation: str) -> Run:
    """Train two units for one update; the weight of 1e-8 after them makes the error vanish."""
    config = Config(
        samples=100,
        features=("x1",),
        hidden_layers=(1, 1),
        activation=activation,
        initialization="he",
        learning_rate=1e-30,
    )
    run = start(config)
    return advance(_with_vector(run, [1, 0, 1e-8, 0, 1, 0]), 300)


def _with_vector(run: Run, vector: list[float]) -> Run:
    return replace(run, parameters=Parameters(run.parameters.layer_sizes, np.array(vector)))


def test_a_vanishing_gradient_that_no_setting_can_change_is_not_reported() -> None:
    diagnosis = vanishing_gradients(observe(_fading("linear")))
    assert diagnosis
    assert diagnosis.changes == {"activation": "relu"}
    assert vanishing_gradients(observe(_fading("relu"))) is None


def test_an_error_too_large_to_be_squared_causes_no_warning() -> None:
    """A weight of 1e200 passes on an error of 1e199."""
    huge = _with_vector(_fading("linear"), [1, 0, 1e-250, 0, 1e200, 0])
    assert np.isfinite(evaluate(huge).train_loss)
    assert vanishing_gradients(observe(huge))


def test_a_sine_of_infinity_causes_no_warning() -> None:
    """Other points can make the input of a sine infinite when the weights are large."""
    config = Config(
        problem="regression",
        dataset="plane",
        features=("x1",),
        hidden_layers=(1, 1),
        activation=("linear", "sine"),
    )
    assert math.isnan(
        fraction_learned(observe(_with_vector(start(config), [1e200, 0, 1e200, 0, 1, 0])))
    )


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


@pytest.mark.slow
@pytest.mark.parametrize("config", CASES, ids=range(len(CASES)))
def test_every_finding_is_a_sentence_with_changes_that_can_be_made(
    config: Config,
) -> None:
    run = start(config)
    for iterations in (0, 1, 149, 850, 4_000):
        run = advance(run, iterations)
        for rule in RULES:  # each by itself, as the first finding would hide the others
            if not len(run.dataset.train_inputs):
                continue
            diagnosis = diagnose(observe(run)) if run.diverged else rule(observe(run))
            if diagnosis:
                text = f"{diagnosis.sentence} {diagnosis.advice}"
                assert not re.search(r"\b(nan|inf)\b", text)
                assert _advised(config, diagnosis) != config
        diagnose(observe(run))


def test_a_network_too_small_and_a_lone_unit_get_more_units() -> None:
    run = advance(
        start(
            Config(
                hidden_layers=(1,), activation="tanh", initialization="xavier", learning_rate=0.5
            )
        ),
        5_000,
    )
    diagnosis = diagnose(observe(run))
    assert diagnosis
    assert diagnosis.changes == {"hidden_layers": (4,)}


def test_a_saturated_network_that_has_learned_is_not_reported() -> None:
    """Large weights make a tanh a step: all units are saturated, and every point is right."""
    config = Config(
        dataset="gaussians",
        samples=100,
        hidden_layers=(3,),
        activation="tanh",
        noise=0,
        learning_rate=1e-9,
    )
    run = start(config)
    parameters = run.parameters.copy()
    parameters.vector[:] = 60 * parameters.weight_mask
    run = replace(run, parameters=parameters)
    run = advance(run, 400)
    assert run.layer_history.saturated_fractions[-1].min() > 0.9
    assert evaluate(run).train_accuracy > 0.95
    assert diagnose(observe(run)) is None


def test_overfitting_needs_test_points() -> None:
    sick = SICK["overfitting"]
    data = start(sick.config).dataset
    points = [
        (*x, t) for x, t in zip(data.train_inputs.tolist(), data.train_targets[:, 0], strict=True)
    ][:4]
    run = advance(start(replace(sick.config, dataset="own", points=points)), 2_500)
    assert not len(run.dataset.test_inputs)
    assert math.isnan(run.test_losses[-1])
    diagnosis = diagnose(observe(run))
    assert diagnosis is None or diagnosis.name != "overfitting"


def test_a_rise_within_the_error_of_the_test_loss_is_no_overfitting() -> None:
    """On 100 test points it may be due to two of them. On 10,000 such a rise would count."""
    config = Config(
        dataset="spirals",
        hidden_layers=(16, 16),
        activation="tanh",
        initialization="xavier",
        optimizer="adam",
        learning_rate=0.02,
    )
    run = advance(start(config), 2_000)
    assert run.test_losses[-1] > 1.3 * run.test_losses.min()
    observation = observe(run)
    assert overfitting(observation) is None
    assert observation.metrics.test_accuracy > 0.95
    test = observation.test
    many = PointResults(*(np.repeat(column, 100) for column in test))
    assert overfitting(replace(observation, test=many))


def test_what_can_be_learned_from_very_many_points_is_estimated_from_a_sample() -> None:
    few = advance(start(Config(samples=4_000, hidden_layers=())), 1)
    many = advance(start(Config(samples=100_000, hidden_layers=())), 1)
    # of 4,000 and of 5,000 points, whose neighbours are as near
    assert fraction_learned(observe(many)) == pytest.approx(fraction_learned(observe(few)), abs=0.1)
    learned = replace(many, parameters=advance(start(Config()), 20_000).parameters, config=Config())
    assert fraction_learned(observe(learned)) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("rate", [5e-324, 1e-323, 1e-300, 0.01])
def test_an_advised_learning_rate_is_one_that_is_allowed(rate: float) -> None:
    for advised in (calmer_rate(Config(learning_rate=rate)), rounded(rate / 10)):
        assert 0 < advised <= rate
        assert Config(learning_rate=advised).learning_rate == advised
