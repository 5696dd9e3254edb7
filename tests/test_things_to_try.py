"""What the README's section "Things to try" promises happens, with the links that it gives."""

import re
from dataclasses import replace
from functools import cache
from urllib.parse import parse_qsl

import numpy as np
import pytest

from docs.map import README
from nnlab import Config, Run, advance, evaluate, predict, start
from nnlab.data.points import Points
from nnlab.inspection.diagnosis import diagnose
from nnlab.inspection.diagnosis.trials import advise
from nnlab.inspection.observation import observe
from nnlab.training.config import parse
from nnlab.training.edits import set_parameter

pytestmark = pytest.mark.slow
LOG_2 = np.log(2)  # the cross-entropy of a network that predicts one half everywhere


def _item(number: int) -> str:
    section = README.read_text(encoding="utf-8").split("## Things to try")[1].split("\n## ")[0]
    return re.split(r"^\d\. ", section, flags=re.MULTILINE)[number]


def _links(number: int) -> list[Config]:
    """Return the settings of an item's links, in their order."""
    queries = re.findall(r"`\?([^`]*)`", _item(number))
    return [
        Config(**{name: parse(name, text) for name, text in parse_qsl(query, True)})
        for query in queries
    ]


@cache
def _trained(config: Config, iterations: int) -> Run:
    return advance(start(config), iterations)


def _found(run: Run) -> set[str]:
    """Return the names of what is wrong with a run."""
    return {finding.name for finding in diagnose(observe(run))}


def _drawn(seed: int) -> Points:
    """Return thirty orange points in a disc around the middle, as a hand might draw them."""
    rng = np.random.default_rng(seed)
    angles, radii = rng.uniform(0, 2 * np.pi, 30), 0.2 * np.sqrt(rng.uniform(size=30))
    xs, ys = radii * np.cos(angles), radii * np.sin(angles)
    return Points.of([(x, y, 0) for x, y in zip(xs, ys, strict=True)])


def test_the_section_has_the_nine_things_that_are_checked_here() -> None:
    assert len([_item(number) for number in range(1, 10)]) == 9
    with pytest.raises(IndexError):
        _item(10)


def test_1_the_articles_loss_stays_near_log_2_and_adams_does_not() -> None:
    (adam,) = _links(1)
    losses = _trained(Config(), 25_000).losses
    assert abs(losses[1_000:7_000] - LOG_2).max() < 0.03
    assert losses[10_000] < 0.6  # "about": soon after, it falls
    assert _trained(adam, 1_000).losses[-1] < 0.05


def test_2_a_line_gets_half_of_the_points_right_and_squares_get_nearly_all() -> None:
    line, squares = _links(2)
    assert line.hidden_layers == squares.hidden_layers == ()
    assert evaluate(_trained(line, 25_000)).train_accuracy == pytest.approx(0.5, abs=0.01)
    assert evaluate(_trained(squares, 25_000)).train_accuracy == pytest.approx(0.98, abs=0.005)


def test_3_three_tanh_units_close_the_circle_with_any_seed_and_three_relu_units_with_none() -> None:
    (three,) = _links(3)
    for seed in range(4, 8):
        tanh = _trained(replace(three, seed=seed), 3_000)
        relu = _trained(replace(three, seed=seed, activation="relu"), 3_000)
        assert evaluate(tanh).train_accuracy > 0.98
        assert evaluate(relu).train_accuracy < 0.97
    six = replace(three, activation="relu", hidden_layers=(6,))
    assert evaluate(_trained(six, 5_000)).train_accuracy > 0.98


def test_4_a_rate_of_1_makes_the_loss_jump_3_kills_units_and_10_diverges_with_leaky_relu() -> None:
    jumps, dies, diverges = _links(4)
    run = _trained(jumps, 25_000)
    assert max(run.losses[200:]) > 1
    assert evaluate(run).train_accuracy > 0.98
    assert _trained(dies, 10).losses[-1] == pytest.approx(LOG_2, abs=1e-4)
    run = _trained(dies, 25_000)
    assert run.losses[-1] == pytest.approx(LOG_2, abs=1e-4)
    assert "dead units" in _found(run)
    assert _trained(diverges, 100).diverged


def test_5_equal_weights_stay_equal_and_the_page_says_so() -> None:
    (zeros,) = _links(5)
    run = _trained(zeros, 25_000)
    assert run.losses[-1] == pytest.approx(LOG_2, abs=1e-4)
    assert (advice := advise(run))
    assert advice.finding.name == "symmetry"


def test_6_the_first_seed_was_not_lucky() -> None:
    accuracies = [
        evaluate(_trained(Config(seed=seed), 25_000)).train_accuracy for seed in (4, 485, 6186)
    ]
    assert min(accuracies) > 0.98


def test_7_a_network_recovers_from_a_weight_that_was_set_to_0() -> None:
    run = _trained(Config(), 25_000)
    assert evaluate(run).train_accuracy == pytest.approx(0.98, abs=0.005)
    strongest = int(np.argmax(abs(run.parameters.weights[1][:, 3])))
    run = set_parameter(run, 1, strongest, 3, 0)
    assert evaluate(run).train_accuracy == pytest.approx(0.84, abs=0.005)
    assert evaluate(advance(run, 5_000)).train_accuracy == pytest.approx(0.98, abs=0.005)


def test_8_the_advice_for_deep_sigmoid_layers_helps() -> None:
    (deep,) = _links(8)
    run = _trained(deep, 25_000)
    assert evaluate(run).train_accuracy < 0.51
    past = []
    while advice := advise(run, past):
        past.append(run.config)
        assert len(past) <= 3
        run = _trained(advice.cure.applied(run.config), 25_000)
    assert past
    assert evaluate(run).train_accuracy > 0.95


def test_9_thirty_points_make_a_hole_and_l2_closes_it() -> None:
    plain, penalized = _links(9)
    for seed in range(4):
        points = _drawn(seed)
        hole = predict(_trained(replace(plain, points=points), 5_000), [[0.0, 0.0]])
        assert hole < 0.5
        closed = predict(_trained(replace(penalized, points=points), 5_000), [[0.0, 0.0]])
        assert closed > 0.5
