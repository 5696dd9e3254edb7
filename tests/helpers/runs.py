"""Any run, and the comparison of two runs to the last bit."""

import numpy as np
from hypothesis import strategies as st

from nnlab import Config, Run
from nnlab.data.datasets import DATASETS, DATASETS_FOR
from nnlab.data.features import FEATURES
from nnlab.model.activations import ACTIVATIONS
from nnlab.model.heads import OUTPUT_LOSSES
from nnlab.model.optimizers import OPTIMIZERS, PENALTIES, SCHEDULES, OptimizerState


def assert_equal_bit_for_bit(run: Run, other: Run, *, snapshots: bool = True) -> None:
    for name in ("iteration", "diverged", "stopped", "best_loss", "best_iteration"):
        assert getattr(run, name) == getattr(other, name)
    for name in ("losses", "test_losses", "test_accuracies", "test_iterations"):
        np.testing.assert_array_equal(getattr(run, name), getattr(other, name))
    np.testing.assert_array_equal(run.parameters.vector, other.parameters.vector)
    _assert_equal_states(run.optimizer_state, other.optimizer_state)
    assert len(run.layer_history.iterations) == -(-run.iteration // 100)
    for column, its_twin in zip(run.layer_history, other.layer_history, strict=True):
        np.testing.assert_array_equal(column, its_twin)
    if snapshots:
        assert run.snapshot_iterations == other.snapshot_iterations
        for one, its_twin in zip(run.snapshots, other.snapshots, strict=True):
            assert one[3:] == its_twin[3:]
            np.testing.assert_array_equal(one.vector, its_twin.vector)
            _assert_equal_states(one.optimizer_state, its_twin.optimizer_state)


def _assert_equal_states(state: OptimizerState, other: OptimizerState) -> None:
    assert state[:2] == other[:2]
    np.testing.assert_array_equal(state.vectors, other.vectors)


@st.composite
def configs(draw: st.DrawFn) -> Config:
    """Draw any small run: problem, data, network, optimizer, batches, schedule, stop rules."""
    problem = draw(st.sampled_from([*DATASETS_FOR]))
    dataset = draw(st.sampled_from(DATASETS_FOR[problem]))
    any_number = problem == "classification" and DATASETS[dataset].n_classes is None
    classes = draw(st.integers(2, 6)) if any_number else 2
    target = st.integers(0, classes - 1).map(float)
    triple = st.tuples(st.floats(-1, 1), st.floats(-1, 1), target)
    hidden_layers = draw(st.lists(st.integers(1, 5), max_size=3))
    activation = st.sampled_from([*ACTIVATIONS])
    depth = len(hidden_layers)
    per_layer = st.lists(activation, min_size=depth, max_size=depth)
    return Config(
        problem=problem,
        dataset=dataset,
        classes=classes,
        samples=draw(st.integers(2, 40)),
        test_samples=5,
        points=draw(st.lists(triple, max_size=12)),
        features=draw(st.lists(st.sampled_from([*FEATURES]), min_size=1, unique=True)),
        hidden_layers=hidden_layers,
        activation=draw((activation | per_layer) if depth else activation),
        output_loss=draw(st.sampled_from([*OUTPUT_LOSSES])),
        optimizer=draw(st.sampled_from([*OPTIMIZERS])),
        momentum=draw(st.sampled_from([0.0, 0.5, 0.9, 1.0])),
        learning_rate=draw(st.sampled_from([1e-3, 0.1, 1.0, 1e6])),
        learning_rate_schedule=draw(st.sampled_from([*SCHEDULES])),
        batch_size=draw(st.none() | st.integers(1, 50)),
        regularization=draw(st.sampled_from([*PENALTIES])),
        regularization_rate=draw(st.sampled_from([0.0, 0.01, 1e6])),
        iterations=draw(st.integers(1, 200)),
        target_loss=draw(st.sampled_from([None, 0.0, 0.2, 0.6])),
        patience=draw(st.none() | st.integers(1, 100)),
    )
