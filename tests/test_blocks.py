"""Many samples are computed in blocks: the same numbers up to rounding, in any chunks."""

import warnings

import numpy as np
import pytest

from nnlab import Config, advance, start
from nnlab.data.datasets import Dataset
from nnlab.model import blocks
from nnlab.model.blocks import BLOCK, MOST_AT_ONCE, BlockedObjective
from nnlab.model.initialization import initialize
from nnlab.model.network import Objective
from nnlab.training.batches import Batches
from nnlab.training.history import layer_row
from tests.helpers.runs import assert_equal_bit_for_bit

MANY = MOST_AT_ONCE + 100
CONFIGS = {
    "article": Config(samples=MANY),
    "classes": Config(samples=MANY, dataset="spirals", classes=4, activation="tanh"),
    "squared error": Config(samples=MANY, output_loss="squared_error", activation="sine"),
    "regression": Config(samples=MANY, problem="regression", dataset="plane"),
    "no hidden layer": Config(samples=MANY, hidden_layers=()),
}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_loss_gradients_and_statistics_are_those_without_blocks(
    config: Config, weighted: bool
) -> None:
    data = start(config).dataset
    weights = np.linspace(0.5, 1.5, MANY)[:, np.newaxis] if weighted else None
    data = Dataset(
        data.train_inputs,
        data.train_targets,
        data.test_inputs,
        data.test_targets,
        train_weights=weights,
    )
    parameters = initialize(config.layer_sizes, "xavier", 1)
    blocked = Batches(config, data).at(0)
    whole = Batches(config, data, in_blocks=False).at(0)
    assert isinstance(blocked, BlockedObjective)
    assert isinstance(whole, Objective)
    # the sums are of thousands of terms in another order
    assert blocked.loss(parameters) == pytest.approx(whole.loss(parameters), rel=1e-12)
    np.testing.assert_allclose(
        blocked.backward(parameters), whole.backward(parameters), rtol=1e-9, atol=1e-15
    )
    for one, other in zip(
        layer_row(0, config, blocked, parameters),
        layer_row(0, config, whole, parameters),
        strict=True,
    ):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def test_the_statistics_leave_the_gradients_as_they_are() -> None:
    config = CONFIGS["article"]
    run = start(config)
    objective = Batches(config, run.dataset).at(0)
    objective.loss(run.parameters)
    before = objective.backward(run.parameters).copy()
    layer_row(0, config, objective, run.parameters)
    np.testing.assert_array_equal(objective.backward(run.parameters), before)


def test_up_to_a_number_of_samples_there_are_no_blocks() -> None:
    for samples, kind in ((MOST_AT_ONCE, Objective), (MOST_AT_ONCE + 1, BlockedObjective)):
        config = Config(samples=samples)
        assert type(Batches(config, start(config).dataset).at(0)) is kind


@pytest.mark.parametrize(
    "config",
    [
        CONFIGS["classes"],
        Config(samples=MANY + BLOCK, batch_size=MOST_AT_ONCE + 7, optimizer="adam"),
        Config(samples=MANY, regularization="l2", optimizer="momentum"),
    ],
)
def test_chunks_change_nothing(config: Config) -> None:
    whole = advance(start(config), 7)
    assert_equal_bit_for_bit(advance(advance(start(config), 3), 4), whole)


def test_batches_that_need_blocks_are_the_same_as_without_them() -> None:
    config = Config(samples=MANY + BLOCK, batch_size=MOST_AT_ONCE + 7)
    run = start(config)
    with_blocks, without = (
        Batches(config, run.dataset, in_blocks=in_blocks) for in_blocks in (True, False)
    )
    for iteration in range(4):
        one, other = with_blocks.at(iteration), without.at(iteration)
        loss = one.loss(run.parameters)
        assert loss == pytest.approx(other.loss(run.parameters), rel=1e-12)
        np.testing.assert_allclose(
            one.backward(run.parameters), other.backward(run.parameters), rtol=1e-9, atol=1e-15
        )


@pytest.mark.parametrize("config", [CONFIGS["article"], CONFIGS["classes"]])
def test_the_last_digits_do_not_depend_on_the_number_of_cores(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = []
    for cores in (1, 2, 3):
        monkeypatch.setattr(blocks, "CORES", cores)
        runs.append(advance(start(config), 3))
    for run in runs[1:]:
        assert_equal_bit_for_bit(run, runs[0])


def test_overflow_in_a_thread_is_no_warning_but_a_diverged_run() -> None:
    config = Config(samples=MANY, learning_rate=1e6, problem="regression", dataset="plane")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run = advance(start(config), 50)
    assert run.diverged
