"""Each rule finds its trouble, and says it in the run's own numbers; healthy runs have none."""

import math
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pytest

from docs.what_can_go_wrong import PAGE, SHOWN, page
from nnlab import Config, Run, advance, evaluate, set_parameter, start
from nnlab.app.playground.point_history import stroked
from nnlab.data.csv_files import read_table, to_points
from nnlab.data.datasets import OWN_TEST_EVERY
from nnlab.data.points import NO_POINTS, Points
from nnlab.data.scales import need_scaling, standardized_points
from nnlab.inspection.diagnosis import RULES, Finding, diagnose
from nnlab.inspection.diagnosis.cures import PENALTIES, layer_cures, start_cures, update_cures
from nnlab.inspection.diagnosis.finding import rounded
from nnlab.inspection.diagnosis.gradients import exploding_gradients, vanishing_gradients
from nnlab.inspection.diagnosis.loss_curve import overfitting, plateau
from nnlab.inspection.diagnosis.penalties import strong_penalty
from nnlab.inspection.diagnosis.progress import fraction_learned, score
from nnlab.inspection.diagnosis.trials import advise
from nnlab.inspection.diagnosis.units import DEAD_FRACTION, MANY_DEAD, dead_units, saturation
from nnlab.inspection.next_update import look_at_step
from nnlab.inspection.observation import Observation, observe
from nnlab.model.activations import ACTIVATIONS
from nnlab.model.initialization import INITIALIZATIONS
from nnlab.model.network import Parameters
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
        optimizer="adam",
        iterations=5_000,
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
def test_a_healthy_run_is_said_nothing_of_on_its_way_and_gets_no_advice_at_its_end(
    config: Config,
) -> None:
    run, said = start(config), set[Finding]()
    for _ in range(config.iterations // 100 - 1):
        run = advance(run, 100)
        said |= set(diagnose(observe(run)))
    assert not said
    run = advance(run, 100)
    assert run.iteration == config.iterations
    assert advise(run) is None
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
    certain: bool = True


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
        certain=False,
    ),
    "symmetry": Sick(
        SHOWN["symmetry"].config,
        1,
        "All 10 units of layer 1 are the same: their weights are exactly equal, so they get",
    ),
    "strong penalty": Sick(
        SHOWN["strong penalty"].config,
        500,
        r"The L2 penalty has pulled the weights to \d+% of their size at the start",
    ),
    "saturation": Sick(
        SHOWN["saturation"].config,
        600,
        r"Layer \d is saturated: [\d.]+% of its outputs",
    ),
    "dead units": Sick(SHOWN["dead units"].config, 300, r"Layer 2: \d of 5 units are dead"),
    "vanishing gradients": Sick(
        SHOWN["vanishing gradients"].config,
        300,
        r"the error is [\d.e-]+ at the output and [\d.e-]+ in layer 1",
    ),
    "exploding gradients": Sick(
        SHOWN["exploding gradients"].config,
        100,
        r"its norm is [\d.e+]+, and the loss is [\d.e+]+, compared with 0\.693 for predicting the "
        r"same value everywhere",
    ),
    "overfitting": Sick(
        SHOWN["overfitting"].config,
        1_000,
        r"the test loss was [\d.]+ at iteration [\d,]+ and is [\d.]+ now",
    ),
    "small learning rate": Sick(
        SHOWN["small learning rate"].config,
        150,
        r"The updates are too small: each changes the weights by about [\d.e-]+ of their size",
    ),
    "line": Sick(
        SHOWN["line"].config,
        2_000,
        r"With linear units alone, the network can only draw a straight line, and leaves \d+% of",
    ),
    "large learning rate": Sick(
        SHOWN["large learning rate"].config,
        300,
        r"At a learning rate of 3, an update changed the weights by up to \S+ times their size",
        certain=False,
    ),
    "unfit start": Sick(
        SHOWN["unfit start"].config,
        1,
        r"let the signal fade: from the inputs to the output, its spread .* became [\d.e-]+ times",
        certain=False,
    ),
    "bottleneck": Sick(
        SHOWN["bottleneck"].config,
        1,
        "Layer 2 has only 1 unit, and everything the output learns",
        certain=False,
    ),
    "too deep": Sick(
        SHOWN["too deep"].config,
        1,
        "The error has to pass 7 hidden layers",
        certain=False,
    ),
    "noisy batches": Sick(
        SHOWN["noisy batches"].config,
        4_000,
        r"From one batch of 32 points to the next, the loss varies by [\d.]+; since the middle of",
        certain=False,
    ),
    "slow progress": Sick(
        SHOWN["slow progress"].config,
        2_000,
        r"In 2,000 iterations, the loss has gone only from [\d.]+ to [\d.]+\.",
        certain=False,
    ),
    "few units": Sick(
        SHOWN["few units"].config,
        3_000,
        "The narrowest layer has 3 units",
        certain=False,
    ),
    "plateau": Sick(
        SHOWN["plateau"].config,
        5_000,
        r"in the last 2,500 iterations the loss has changed by only [\d.]+%; it is at 0\.693",
    ),
    "divergence": Sick(
        SHOWN["divergence"].config,
        100,
        r"At a learning rate of 2, each update overshoots further .* infinite at iteration \d+\.",
    ),
}


def _rule(name: str) -> Callable[[Observation], Finding | None]:
    return next(rule for rule in RULES if rule.__name__ == name.replace(" ", "_"))


@cache
def said_of(sick: Sick) -> tuple[Run, Finding]:
    """Return the run and what its rule says of it."""
    run = advance(start(sick.config), sick.iterations)
    name = next(name for name, other in SICK.items() if other is sick)
    finding = _rule(name)(observe(run))
    assert finding
    return run, finding


def test_every_rule_has_a_run_that_shows_it() -> None:
    assert {name.replace(" ", "_") for name in SICK} == {rule.__name__ for rule in RULES}
    assert [name.replace(" ", "_") for name in SHOWN] == [rule.__name__ for rule in RULES]


@pytest.mark.slow
def test_the_page_of_what_can_go_wrong_is_that_of_the_rules() -> None:
    """If it is not, `python -m docs.what_can_go_wrong` writes it again."""
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("name", SICK)
def test_a_rule_finds_its_trouble_and_says_it_in_numbers(name: str) -> None:
    run, finding = said_of(SICK[name])
    assert finding.name == name
    assert re.search(SICK[name].words, finding.sentence)
    assert finding.certain == SICK[name].certain
    assert finding.cures
    for cure in finding.cures:
        assert cure.reason
        assert cure.applied(run.config) != run.config


@pytest.mark.parametrize("problem", ["classification", "regression"])
@pytest.mark.parametrize(
    "points",
    [
        [(0.0, 0.0, 1.0)],
        [(0.0, 0.0, 1.0)] * 6,
        [(0.0, 0.0, 0.0), (0.0, 0.0, 1.0)] * 3,
        [(float(k), 0.0, 1.0) for k in range(6)],
        [(float(k), -k, k % 2) for k in range(6)],  # one of them is for the test
    ],
    ids=["one point", "one point six times", "one place", "one target", "one test point"],
)
def test_few_or_equal_points_are_diagnosed_without_an_error(
    points: list[tuple[float, float, float]], problem: str
) -> None:
    """The R² of targets that do not vary is not defined."""
    config = Config(dataset="own", points=Points.of(points), problem=problem, learning_rate=0.3)
    for iteration in (1, 300):
        run = advance(start(config), iteration)
        diagnose(observe(run))
        assert 0 <= score(observe(run)) + (problem == "regression") <= 2


@pytest.mark.slow
@pytest.mark.parametrize("name", SICK)
def test_the_advice_heals_the_run_that_shows_a_rule(name: str) -> None:
    """In at most four steps. A run that overfits gets more of the test points right."""
    config = SICK[name].config
    run, past = advance(start(config), config.iterations), list[Config]()
    first = observe(run)
    while found := advise(run, past):
        past.append(run.config)
        assert len(past) <= 4
        run = advance(start(found.cure.applied(run.config)), config.iterations)
    assert past
    only_test = name == "overfitting"
    assert score(observe(run), test_only=only_test) > score(first, test_only=only_test) + 0.03


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
    metrics = evaluate(run)
    return [
        f"was {run.test_losses.min():.4f} at",
        f"is {metrics.test_loss:.4f} now",
        f"training loss {metrics.train_loss:.4f}.",
    ]


def _loss_and_gradient(run: Run) -> list[str]:
    gradient = _norm(look_at_step(_last_seen(run)).gradients.vector)
    return [f"its norm is {gradient:.3g}, and the loss is {run.losses[-1]:.3g},"]


def _moved(run: Run) -> list[str]:
    seen = _last_seen(run)
    moved = advance(seen, 1).parameters.vector - seen.parameters.vector
    return [f"by about {_norm(moved) / _weights(seen):.1g} of"]


def _spread_through_the_network(run: Run) -> list[str]:
    logits = look_at_step(start(run.config)).pre_activations[-1]
    return [f"became {logits.std() / run.dataset.train_inputs.std():.2g} times"]


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
    "line": lambda run: [f"leaves {1 - evaluate(run).train_accuracy:.0%} of"],
    "slow progress": lambda run: [f"from {run.losses[0]:.3g} to {run.losses[-1]:.3g}."],
    "unfit start": _spread_through_the_network,
    "divergence": lambda run: [f"iteration {run.iteration + 1:,}."],
}


@pytest.mark.parametrize("name", NUMBERS)
def test_the_numbers_of_the_evidence_are_the_runs_own(name: str) -> None:
    run, diagnosis = said_of(SICK[name])
    for number in NUMBERS[name](run):
        assert number in diagnosis.sentence


def _names(run: Run) -> list[str]:
    """Return the names of what is found to be wrong with a run."""
    return [finding.name for finding in diagnose(observe(run))]


def test_three_classes_are_judged_by_their_own_numbers_and_healed() -> None:
    """No line separates the spirals' arms."""
    classes: dict[str, Any] = {"dataset": "spirals", "classes": 3, "samples": 150}
    settings = {**classes, "activation": "linear", "initialization": "xavier", "iterations": 800}
    run = advance(start(Config(**settings, learning_rate=0.3)), 800)
    likeliest = look_at_step(run).pre_activations[-1].argmax(axis=1)
    wrong = np.mean(likeliest != run.dataset.train_targets[:, 0])
    finding = diagnose(observe(run))[0]
    assert (finding.name, finding.certain) == ("line", True)
    assert f"can only draw straight lines, and leaves {wrong:.0%} of the points" in finding.sentence
    past = list[Config]()
    while found := advise(run, past):
        past.append(run.config)
        run = advance(start(found.cure.applied(run.config)), 800)
    assert len(past) <= 4
    assert evaluate(run).test_accuracy > 0.85

    same = start(Config(**classes, initialization="zeros"))  # as good as a constant
    assert fraction_learned(observe(same)) == 0
    large = advance(start(Config(**classes, hidden_layers=(64,) * 6, learning_rate=1e-7)), 100)
    exploding = exploding_gradients(observe(large))
    assert exploding
    constant = f"compared with {math.log(3):.3g} for predicting the same value everywhere"
    assert constant in exploding.sentence


@pytest.mark.parametrize("optimizer", ["momentum", "adam"])
def test_a_small_learning_rate_is_found_whatever_the_optimizer(optimizer: str) -> None:
    run = advance(start(Config(optimizer=optimizer, learning_rate=1e-7)), 150)
    assert "small learning rate" in _names(run)


@pytest.mark.parametrize("problem", ["classification", "regression"])
def test_unscaled_points_are_named_first_whenever_something_is_wrong(problem: str) -> None:
    """Other rules would advise other activations and rates, none of which help for long."""
    run, said = start(_people(problem)), []
    for iterations in (2, 8, 40, 150, 200, 400, 800, 2_400):
        run = advance(run, iterations)
        said.append(_names(run))
    assert {names[0] for names in said if names} == {"unscaled"}
    assert (advice := advise(run))
    assert advice.cure.standardise


def test_a_diverged_run_of_unscaled_targets_is_told_their_scale() -> None:
    points = [
        (x1, x2, 1e5 * x1) for x1, x2 in np.random.default_rng(0).normal(size=(100, 2)).tolist()
    ]
    config = Config(
        problem="regression", dataset="own", points=points, activation="linear", learning_rate=1
    )
    run = advance(start(config), 1_000)
    assert run.diverged
    finding = diagnose(observe(run))[0]
    assert finding.name == "unscaled"
    assert finding.certain
    assert finding.sentence.startswith("The targets of your training points are not scaled: ")


def test_the_finding_of_unscaled_points_holds_no_others() -> None:
    """They would be computed at each tick, and again when the advice is followed."""
    _, finding = said_of(SICK["unscaled"])
    (cure,) = finding.cures
    assert cure.standardise
    assert not cure.changes


def _two_clouds() -> list[tuple[float, ...]]:
    """Return points around -15 and 15, which one line separates."""
    rng = np.random.default_rng(0)
    clouds = [(-15, 0), (15, 1)]
    return [(*rng.normal(at, 3, 2).tolist(), target) for _ in range(100) for at, target in clouds]


def test_unscaled_points_that_are_learned_are_not_complained_about() -> None:
    run = start(Config(dataset="own", points=_two_clouds(), hidden_layers=(), learning_rate=0.01))
    for _ in range(20):
        run = advance(run, 100)
        assert diagnose(observe(run)) == ()
    assert evaluate(run).train_accuracy == 1


def test_unscaled_points_are_not_complained_about_while_a_large_loss_falls() -> None:
    """The starting weights of this seed predict the wrong class nearly everywhere."""
    config = Config(dataset="own", points=_two_clouds(), hidden_layers=(), seed=2)
    run = start(replace(config, initialization="normal", learning_rate=3e-5))
    for _ in range(5):
        run = advance(run, 100)
        assert run.losses[-1] > 1.05 * math.log(2)  # the loss of a constant
        assert diagnose(observe(run)) == ()


def test_points_drawn_on_a_data_set_are_not_blamed_for_its_slow_start() -> None:
    """Alone, these two would be uneven, as x1 differs by 0.1 and x2 by 1."""
    drawn = stroked(NO_POINTS, "classification", 1, [(0.1, -0.5), (0.2, 0.5)], 2.8)
    assert need_scaling(drawn, "classification")
    run = start(Config(points=drawn))
    for _ in range(20):
        run = advance(run, 100)
        assert diagnose(observe(run)) == ()


def test_points_added_far_out_to_a_data_set_are_not_called_unscaled() -> None:
    """Nothing can standardise them together with the points of the data set."""
    run = advance(start(Config(points=[(1e4, 0, 0), (0, 1e4, 1)] * 20, learning_rate=1)), 300)
    assert need_scaling(
        Points(run.dataset.train_inputs, run.dataset.train_targets[:, 0]), "classification"
    )
    assert "unscaled" not in (names := _names(run))
    assert "dead units" in names


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
    found = diagnose(observation)
    assert found[0].name == "unscaled"
    assert name in [finding.name.replace(" ", "_") for finding in found]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [42, 1])
def test_uneven_points_that_the_articles_network_learns_are_not_complained_about(seed: int) -> None:
    """It is worse than a constant for a while, and then stays at log 2, as on the circles."""
    data = start(Config()).dataset
    points = Points(data.train_inputs * [1, 0.3], data.train_targets[:, 0])
    assert need_scaling(points, "classification")
    run = start(Config(dataset="own", points=points, seed=seed))
    for _ in range(250):
        run = advance(run, 100)
        assert diagnose(observe(run)) == ()
    assert evaluate(run).train_accuracy > 0.95


def test_only_points_that_are_trained_on_are_called_unscaled() -> None:
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(100, 2))
    targets = (inputs.prod(axis=1) > 0).astype(float)
    inputs[OWN_TEST_EVERY - 1 :: OWN_TEST_EVERY] *= 1000
    config = Config(dataset="own", points=Points(inputs, targets), learning_rate=1e-5)
    for test_samples, is_unscaled in ((20, False), (2, True)):
        run = advance(start(replace(config, test_samples=test_samples)), 150)
        assert ("unscaled" in _names(run)) == is_unscaled


def test_standardised_points_are_not_called_unscaled_whatever_goes_wrong() -> None:
    config = _people("classification")
    points = standardized_points(config.points, "classification")
    run = advance(start(replace(config, points=points, initialization="zeros")), 1)
    assert _names(run)[0] == "symmetry"


def test_the_dead_units_are_counted_right() -> None:
    run, diagnosis = said_of(SICK["dead units"])
    (layer, dead, width) = map(int, re.findall(r"\d+", diagnosis.sentence)[:3])
    hidden = run.dataset.train_inputs
    for number in range(layer):
        weights, biases = run.parameters.weights[number], run.parameters.biases[number]
        hidden = np.maximum(hidden @ weights + biases, 0)
    assert hidden.shape[1] == width
    assert (hidden == 0).all(axis=0).sum() == dead > MANY_DEAD * width


def test_units_that_only_one_batch_leaves_dead_are_not_called_dead() -> None:
    """In batches of one point, most units are dead in each batch, and none in all of them."""
    run = start(Config(learning_rate=1e-4, batch_size=1, hidden_layers=(2, 2), samples=100))
    said = [dead_units(observe(run := advance(run, 100))) for _ in range(100)]
    assert (run.layer_history.dead_fractions > DEAD_FRACTION).sum() > 10
    assert not any(found and found.certain for found in said)


def test_a_change_by_hand_gives_the_run_time_to_show_what_comes_of_it() -> None:
    run, _ = said_of(SICK["plateau"])
    changed = with_config(run, replace(run.config, learning_rate=0.2))
    assert plateau(observe(changed)) is None
    assert plateau(observe(advance(changed, 1_000))) is None
    again = plateau(observe(advance(changed, 5_000)))
    assert again
    assert "in the last 2,500 iterations" in again.sentence


@pytest.mark.parametrize(("name", "rate"), [("l2", 0), ("l1", 0.001), ("l2", 1e-4)])
def test_against_overfitting_there_is_always_a_larger_l2_penalty(name: str, rate: float) -> None:
    config = replace(SICK["overfitting"].config, regularization=name, regularization_rate=rate)
    found = overfitting(observe(advance(start(config), 1_000)))
    assert found
    rates = [cure.changes["regularization_rate"] for cure in found.cures]
    assert rates == [strength for strength in PENALTIES if name != "l2" or strength > rate]
    assert "An L2 penalty of 0.003 keeps" in " ".join(cure.reason for cure in found.cures)


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
    assert _names(run)[0] == "unscaled"
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
    assert run.layer_history.gradient_norms.max() > 1000


def test_a_weight_taken_back_by_hand_was_not_pulled_down_by_the_penalty() -> None:
    config = Config(regularization="l2", learning_rate=1e-6)
    run = advance(set_parameter(start(config), 1, 0, 0, 500), 100)
    run = advance(set_parameter(run, 1, 0, 0, 0), 400)
    norms = run.layer_history.weight_norms
    assert norms[-1].max() < 0.1 * norms[0].max()
    assert (found := strong_penalty(observe(run)))
    assert "pulled" not in found.sentence
    assert not found.certain


def test_a_penalty_that_was_set_in_mid_run_is_judged_from_there_on() -> None:
    run = advance(start(Config(optimizer="adam")), 3_000)
    run = advance(
        with_config(run, replace(run.config, regularization="l2", regularization_rate=0.3)), 200
    )
    assert run.losses[-1] > 1.05 * run.losses[3_100]
    found = strong_penalty(observe(run))
    assert found
    assert "of their size at iteration 3,000." in found.sentence


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


def test_against_a_vanishing_gradient_there_is_tanh_unless_units_and_weights_fit_already() -> None:
    found = vanishing_gradients(observe(_fading("linear")))
    assert found
    assert found.cures[0].changes["activation"] == "tanh"
    assert start_cures(Config(initialization="he")) == ()
    assert layer_cures(Config(hidden_layers=(16, 16))) == ()


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
        diagnose(observe(run))
        if not len(run.dataset.train_inputs):
            continue
        for rule in RULES:  # also those that do not count yet
            if not (finding := rule(observe(run))):
                continue
            assert finding.cures or rule is overfitting
            for cure in finding.cures:
                assert not re.search(r"\b(nan|inf)\b", f"{finding.sentence} {cure.reason}")
                assert cure.applied(config) != config


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
    assert diagnose(observe(run)) == ()


def test_overfitting_needs_test_points() -> None:
    sick = SICK["overfitting"]
    data = start(sick.config).dataset
    points = [
        (*x, t) for x, t in zip(data.train_inputs.tolist(), data.train_targets[:, 0], strict=True)
    ][:4]
    run = advance(start(replace(sick.config, dataset="own", points=points)), 2_500)
    assert not len(run.dataset.test_inputs)
    assert math.isnan(run.test_losses[-1])
    assert overfitting(observe(run)) is None


def test_a_run_whose_training_loss_is_that_of_a_constant_does_not_overfit() -> None:
    run, _ = said_of(SICK["overfitting"])
    for added, overfits in ((0.5, True), (math.log(2), False)):
        found = overfitting(observe(replace(run, losses=run.losses + added)))
        assert bool(found) == overfits


def test_a_rise_that_chance_explains_is_no_overfitting() -> None:
    """On 100 test points it may be due to two of them. On 10,000 such a rise counts."""
    config = Config(
        dataset="spirals",
        hidden_layers=(16, 16),
        activation="tanh",
        initialization="xavier",
        optimizer="adam",
        learning_rate=0.02,
    )
    for test_samples, is_found in ((100, False), (10_000, True)):
        run = advance(start(replace(config, test_samples=test_samples)), 2_000)
        assert run.test_losses[-1] > 1.3 * run.test_losses.min()
        assert bool(overfitting(observe(run))) == is_found


def test_what_can_be_learned_from_very_many_points_is_estimated_from_a_sample() -> None:
    few = advance(start(Config(samples=4_000, hidden_layers=())), 1)
    many = advance(start(Config(samples=100_000, hidden_layers=())), 1)
    # of 4,000 and of 5,000 points, whose neighbours are as near
    assert fraction_learned(observe(many)) == pytest.approx(fraction_learned(observe(few)), abs=0.1)
    learned = replace(many, parameters=advance(start(Config()), 20_000).parameters, config=Config())
    assert fraction_learned(observe(learned)) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("rate", [5e-324, 1e-323, 1e-300, 0.01])
def test_an_advised_strength_is_one_that_is_allowed(rate: float) -> None:
    assert 0 < rounded(rate / 10) <= rate
    assert Config(learning_rate=rounded(rate / 10)).learning_rate <= rate


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_who_has_adam_is_not_told_to_take_it(optimizer: str) -> None:
    optimizers = [
        cure.changes.get("optimizer") for cure in update_cures(Config(optimizer=optimizer))
    ]
    assert optimizers.count("adam") == (optimizer != "adam")


def test_a_layer_of_steps_is_said_to_have_no_slope() -> None:
    run = advance(start(Config(activation="step", samples=200, learning_rate=0.1)), 1500)
    finding = dead_units(observe(run))
    assert finding is not None
    assert "its units cannot learn: the slope of a step is 0" in finding.sentence
    hidden = run.parameters.matrices[0]
    np.testing.assert_array_equal(hidden, start(run.config).parameters.matrices[0])
