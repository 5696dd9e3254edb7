"""TensorFlow Playground's links give its own numbers: its points, its weights and its losses.

`data/tfp_runs.json` holds nine runs made with its own code.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest

from nnlab import Run, advance, evaluate, start
from nnlab.data import tfp_sets
from nnlab.data.datasets import DATASETS, Dataset, make_dataset
from nnlab.data.plane import plane_extent
from nnlab.data.rules import BrokenRule
from nnlab.data.seedrandom import Stream, seed_number, seed_text
from nnlab.export.script import script
from nnlab.lessons.tensorflow_playground import read_link
from nnlab.model.network import Parameters, zero_parameters
from nnlab.training.batches import Batches
from nnlab.training.config import Config

RUNS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "tfp_runs.json").read_text()
)
NAMES = [name for name, source in DATASETS.items() if source.is_tfp]


def name_of(run: dict[str, Any]) -> str:
    return f"{run['dataset']} {run['seed']}"


def link(run: dict[str, Any]) -> str:
    regression = run.get("regression", False)
    state = {
        "problem": "regression" if regression else "classification",
        "regDataset" if regression else "dataset": run["dataset"],
        "networkShape": ",".join(map(str, run["shape"])),
        "regularizationRate": run["rate"],
        "batchSize": run["batch"],
        "learningRate": run["lr"],
        "x": "false",
        "y": "false",
        **dict.fromkeys(run["inputs"], "true"),
        **{
            name: run[name]
            for name in ("noise", "percTrainData", "seed", "activation", "regularization")
        },
    }
    return urlencode(state)


def rows(run: dict[str, Any], name: str) -> np.ndarray:
    """Return points as x1, x2 and the target; a class is 1 or 0 instead of 1 or -1."""
    points = np.array(run[name], dtype=float)
    if not run.get("regression"):
        points[:, 2] = points[:, 2] > 0
    return points


def weights_of(run: dict[str, Any], sizes: tuple[int, ...]) -> Parameters:
    parameters = zero_parameters(sizes)
    for layer, (weights, biases) in enumerate(zip(run["weights"], run["biases"], strict=True)):
        parameters.weights[layer][:] = np.array(weights).T
        parameters.biases[layer][:] = biases
    return parameters


def assert_same_losses(run: Run, losses: list[list[float]]) -> None:
    per_epoch = Batches(run.config, run.dataset).per_epoch
    found = []
    for _ in losses:
        metrics = evaluate(run)
        found.append([metrics.train_loss, metrics.test_loss])
        run = advance(run, per_epoch)
    np.testing.assert_allclose(found, losses, rtol=1e-9)


def test_the_stream_of_a_text_begins_as_seedrandom_documents_it() -> None:
    stream = Stream("hello.")
    assert [stream.random(), stream.random()] == [0.9282578795792454, 0.3752569768646784]
    assert stream.count == 2


@pytest.mark.parametrize("text", ["0.59704", "0.10000", "0.00001", "0.5", "0", "1", "4", "777"])
def test_a_seed_stands_for_a_text(text: str) -> None:
    number = seed_number(text)
    assert number is not None
    assert seed_text(number) == text


@pytest.mark.parametrize("text", ["teacher", "0.", "12", "01", "-1", "9999999999", "0.1234567890"])
def test_for_other_texts_there_is_no_seed(text: str) -> None:
    assert seed_number(text) is None


@pytest.mark.parametrize("run", RUNS, ids=name_of)
def test_the_points_and_the_weights_are_those_of_its_seed(run: dict[str, Any]) -> None:
    stream, config = Stream(run["seed"]), read_link(link(run)).config
    count = config.samples + config.test_samples
    drawn = tfp_sets.draw(config.dataset, count, config.noise, stream)
    train, test = rows(run, "train"), rows(run, "test_head")
    # sines and square roots of two languages may differ in the 16th digit
    np.testing.assert_allclose(drawn[: len(train)], train, rtol=1e-12, atol=1e-12)
    first = drawn[len(train) : len(train) + len(test)]
    np.testing.assert_allclose(first, test, rtol=1e-12, atol=1e-12)
    for layer in run["weights"]:
        for unit in layer:
            assert unit == [stream.random() - 0.5 for _ in unit]


@pytest.mark.parametrize(
    "run", [run for run in RUNS if seed_number(run["seed"]) is not None], ids=name_of
)
def test_a_link_gives_the_losses_of_every_epoch(run: dict[str, Any]) -> None:
    """The weights of the run with L1 never change their sign by the penalty."""
    begun = start(read_link(link(run)).config)
    expected = weights_of(run, begun.config.layer_sizes)
    np.testing.assert_array_equal(begun.parameters.vector, expected.vector)
    assert_same_losses(begun, run["losses"])


def test_given_its_points_and_weights_training_gives_its_losses() -> None:
    """The seed of this run, a word, is no number, so its points and weights must be given.

    Its learning rate is so large that roundings grow: a change of its weights in the 16th digit
    changes the losses by 1e-9 after nine epochs, and by 1e-5 after twelve.
    """
    (run,) = (run for run in RUNS if run["seed"] == "teacher")
    config = read_link(link(run)).config
    drawn = tfp_sets.draw(config.dataset, 500, config.noise, Stream("teacher"))
    train, test = rows(run, "train"), drawn[250:]
    data = Dataset(train[:, :2], train[:, 2:], test[:, :2], test[:, 2:], in_order=True)
    begun = replace(start(config, data), parameters=weights_of(run, config.layer_sizes))
    assert_same_losses(begun, run["losses"][:10])


def test_points_that_are_left_join_the_first_batch_of_the_next_epoch() -> None:
    config = Config(dataset="tfp-xor", samples=8, test_samples=2, batch_size=3)
    data = make_dataset("tfp-xor", 8, 0, 1, 2, 0)
    batches = Batches(config, data)
    assert batches.per_epoch == 2
    first, *others = ([*batches.samples_at(number)] for number in range(5))
    assert first == [0, 1, 2]
    assert others == [[3, 4, 5], [6, 7, 0, 1, 2], [3, 4, 5], [6, 7, 0, 1, 2]]
    one = Batches(replace(config, batch_size=6), data)
    assert [[*one.samples_at(number)] for number in range(2)] == [
        [0, 1, 2, 3, 4, 5],
        [6, 7, 0, 1, 2, 3, 4, 5],
    ]


@pytest.mark.parametrize("name", NAMES)
def test_its_plane_reaches_from_minus_6_to_6(name: str) -> None:
    data = make_dataset(name, 250, 0, 159704, 250, 0)
    assert plane_extent(data) == (-6, 6, -6, 6)
    assert 4 < np.abs(data.train_inputs).max() < 6


@pytest.mark.parametrize("change", [{"dataset": "tfp-circle"}, {"initialization": "tfp"}])
def test_a_script_is_refused_as_it_would_need_its_random_numbers(change: dict[str, str]) -> None:
    with pytest.raises(BrokenRule, match="must fit into a script of 120 lines, got 'tfp"):
        script(Config(**change))  # type: ignore[arg-type]
