"""Settings and parameters can be changed during a run, and the run records it."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nnlab import Config, Run, advance, evaluate, predict, rewind, set_parameter, start
from nnlab.data.points import NO_POINTS, Points
from nnlab.model.network import Parameters
from nnlab.training.edit_record import Edit
from nnlab.training.edits import with_config
from tests.helpers.runs import assert_equal_bit_for_bit, configs

TINY = Config(samples=20, test_samples=5, hidden_layers=(3,))  # layer 0 is (3, 3), layer 1 (4, 1)


def test_a_weight_set_by_hand_is_the_only_parameter_that_moves() -> None:
    run = advance(start(TINY), 10)
    edited = set_parameter(run, 0, 1, 2, 0.5)
    assert edited.parameters.weights[0][1, 2] == 0.5
    differing = edited.parameters.vector != run.parameters.vector
    assert differing.sum() == 1
    assert evaluate(edited).train_loss != evaluate(run).train_loss
    for name in ("iteration", "losses", "config", "dataset", "optimizer_state"):
        assert getattr(edited, name) is getattr(run, name)


def test_the_row_after_the_weights_is_the_bias() -> None:
    run = start(replace(TINY, hidden_layers=()))
    edited = set_parameter(run, 0, 2, 0, -3)
    assert edited.parameters.biases[0][0, 0] == -3
    # by hand: the logit moves by -3 everywhere, as the bias was 0
    logits = [np.log(p / (1 - p)) for p in (predict(one, [[0.3, 0.4]]) for one in (run, edited))]
    assert logits[1] - logits[0] == pytest.approx(-3, rel=1e-12)


def test_a_run_with_a_parameter_set_goes_on_from_it() -> None:
    """Just as a run that was given the same parameters."""
    config = replace(TINY, optimizer="adam")
    run = advance(start(config), 10)
    edited = set_parameter(run, 1, 0, 0, 2.5)
    parameters = run.parameters.copy()
    parameters.weights[1][0, 0] = 2.5
    by_itself = advance(replace(run, parameters=parameters), 30)
    further = advance(edited, 30)
    np.testing.assert_array_equal(further.losses, by_itself.losses)
    np.testing.assert_array_equal(further.parameters.vector, by_itself.parameters.vector)
    np.testing.assert_array_equal(advance(advance(edited, 11), 19).losses, further.losses)
    assert further.losses[10] == evaluate(edited).train_loss


def test_setting_a_parameter_leaves_the_run_as_it_was() -> None:
    run = advance(start(TINY), 100)
    vector, test_losses = run.parameters.vector.copy(), run.test_losses.copy()
    snapshots = [one.vector.copy() for one in run.snapshots]
    set_parameter(run, 0, 0, 0, 9)
    np.testing.assert_array_equal(run.parameters.vector, vector)
    np.testing.assert_array_equal(run.test_losses, test_losses)
    np.testing.assert_array_equal([one.vector for one in run.snapshots], snapshots)
    assert (run.edits, run.parameters_edited) == ((), False)


@pytest.mark.parametrize("iteration", [0, 4, 100, 104])
def test_rewinding_to_an_edited_snapshot_gives_the_edited_parameters(iteration: int) -> None:
    run = advance(start(TINY), iteration)
    assert run.snapshots[-1].iteration == iteration
    edited = set_parameter(run, 0, 0, 0, 9)
    rewound = rewind(advance(edited, 60), iteration)
    assert_equal_bit_for_bit(rewound, edited)
    assert rewound.test_losses[-1] == evaluate(rewound).test_loss or iteration % 100
    before = run.parameters.weights[0][0, 0]
    name = "weight 1 -> 1 of layer 1"
    assert rewound.edits == (Edit(iteration, "parameter", name, 9.0, before),)


def test_rewinding_past_an_edit_undoes_it() -> None:
    run = advance(start(TINY), 35)
    assert run.snapshots[-1].iteration == 34
    rewound = rewind(advance(set_parameter(run, 0, 0, 0, 9), 60), 34)
    assert_equal_bit_for_bit(rewound, advance(start(TINY), 34))
    assert (rewound.edits, rewound.parameters_edited) == ((), False)


@pytest.mark.parametrize("value", [1000, -1000, 0, np.float32(0.5), np.int64(3), 1e-300])
def test_any_number_up_to_a_thousand_is_taken(value: float) -> None:
    edited = set_parameter(start(TINY), 1, 2, 0, value)
    assert edited.parameters.weights[1][2, 0] == value
    before = start(TINY).parameters.weights[1][2, 0]
    expected = (0, "parameter", "weight 3 -> 1 of layer 2", float(value), before)
    assert edited.edits == (expected,)


@pytest.mark.parametrize(
    ("name", "bad", "rule"),
    [
        *(("layer", bad, "be a whole number from 0 to 1") for bad in (-1, 2, 0.0, "0", None, True)),
        *(("row", bad, "be a whole number from 0 to 2") for bad in (-1, 3, 1.5, np.nan)),
        *(("column", bad, "be a whole number from 0 to 2") for bad in (-1, 3, [0], 10**30)),
        *(
            ("value", bad, "be a finite number from -1000 to 1000")
            for bad in (1000.1, -1001, 10**400, np.nan, np.inf, -np.inf)
        ),
        *(
            ("value", bad, "be a finite number from -1000 to 1000")
            for bad in ("1", None, True, 1j, [1], Decimal(1), np.timedelta64(1))
        ),
    ],
)
def test_a_bad_place_or_value_is_refused(name: str, bad: object, rule: str) -> None:
    place = {"layer": 0, "row": 0, "column": 0, "value": 1.0, name: bad}
    with pytest.raises(ValueError, match=f"^{name} must {rule}, got ") as caught:
        set_parameter(start(TINY), **place)
    text = repr(bad)
    assert str(caught.value).endswith(text if len(text) <= 80 else "...")


def test_a_value_that_takes_the_loss_to_infinity_is_refused() -> None:
    """By hand: the hidden unit gives 1e160 x1, and a thousand times that has no finite square."""
    config = Config(
        problem="regression", dataset="plane", hidden_layers=(1,), activation="linear", samples=10
    )
    run = start(config)
    vector = np.array([1e160, 0, 0, 1e-160, 0])
    run = replace(run, parameters=Parameters(run.parameters.layer_sizes, vector))
    assert np.isfinite(evaluate(run).train_loss)
    with pytest.raises(ValueError, match=r"^value must leave the loss finite, got 1000$"):
        set_parameter(run, 1, 0, 0, 1000)


def test_a_weight_set_by_hand_lets_a_stopped_run_go_on() -> None:
    diverged = advance(start(replace(TINY, learning_rate=1e6, activation="linear")), 100)
    assert diverged.stopped == "diverged"
    edited = set_parameter(diverged, 1, 3, 0, 0.5)
    assert edited.stopped is None
    config = Config(samples=100, learning_rate=1000.0, patience=150)  # dead units: nothing moves
    plateau = advance(start(config), 25_000)
    assert plateau.stopped == "plateau"
    edited = set_parameter(plateau, 2, 5, 0, 0.5)
    assert edited.stopped is None
    assert advance(edited, 20).iteration == plateau.iteration + 20


def test_edits_record_what_was_done_and_when() -> None:
    run = start(TINY)
    weight = run.parameters.weights[1][2, 0]
    run = advance(set_parameter(run, 1, 2, 0, 0.5), 5)
    bias = run.parameters.biases[0][0, 1]
    run = set_parameter(run, 0, 2, 1, -1)
    run = with_config(advance(run, 5), replace(TINY, learning_rate=0.1, optimizer="adam"))
    points = Points.of([(0, 0, 1)])
    run = with_config(advance(run, 1), replace(run.config, batch_size=4, points=points))
    assert run.edits == (
        (0, "parameter", "weight 3 -> 1 of layer 2", 0.5, weight),
        (5, "parameter", "bias 2 of layer 1", -1, bias),
        (10, "setting", "optimizer", "adam", "sgd"),
        (10, "setting", "learning_rate", 0.1, 0.01),
        (11, "setting", "points", (1, hash(points)), (0, hash(NO_POINTS))),
        (11, "setting", "batch_size", 4, None),
    )
    assert run.parameters_edited
    assert advance(run, 50).edits == run.edits


def test_settings_alone_do_not_make_a_run_edited() -> None:
    run = with_config(advance(start(TINY), 5), replace(TINY, learning_rate=0.1))
    assert run.edits == ((5, "setting", "learning_rate", 0.1, 0.01),)
    assert not run.parameters_edited


def test_a_dragged_weight_is_recorded_with_its_last_value() -> None:
    run = advance(start(TINY), 5)
    first, second = run.parameters.weights[0][0, :2]
    for value in (0.1, 0.2, 0.3):
        run = set_parameter(run, 0, 0, 0, value)
        run = set_parameter(run, 0, 0, 1, -value)
    assert run.edits == (
        (5, "parameter", "weight 1 -> 1 of layer 1", 0.3, first),
        (5, "parameter", "weight 1 -> 2 of layer 1", -0.3, second),
    )
    back = set_parameter(set_parameter(run, 0, 0, 0, first), 0, 0, 1, second)
    assert (back.edits, back.parameters_edited) == ((), False)
    run = set_parameter(advance(run, 1), 0, 0, 0, 0.4)
    assert [one[:4] for one in run.edits[2:]] == [(6, "parameter", "weight 1 -> 1 of layer 1", 0.4)]


def test_a_setting_that_is_dragged_is_one_change_and_none_once_it_is_back() -> None:
    run = advance(start(TINY), 100)
    strokes = [Points.of([(x, 0.0, 1.0) for x in range(n)]) for n in range(1, 9)]
    for rate, points in zip(np.geomspace(0.02, 0.5, 8), strokes, strict=True):
        run = with_config(run, replace(TINY, learning_rate=rate, points=points))
    assert run.edits == (
        (100, "setting", "points", (8, hash(strokes[-1])), (0, hash(NO_POINTS))),
        (100, "setting", "learning_rate", 0.5, 0.01),
    )
    back = with_config(run, TINY)
    assert back.edits == ()
    assert_equal_bit_for_bit(advance(back, 50), advance(start(TINY), 150), snapshots=False)


def test_switching_the_optimizer_away_and_back_loses_its_memory() -> None:
    config = replace(TINY, optimizer="momentum")
    run = advance(start(config), 50)
    back = with_config(with_config(run, replace(config, optimizer="adam")), config)
    assert back.edits == ((50, "setting", "optimizer", "momentum", "momentum"),)
    assert (advance(back, 1).parameters.vector != advance(run, 1).parameters.vector).any()


def test_going_back_to_the_same_optimizer_restores_its_memory() -> None:
    config = replace(TINY, optimizer="momentum")
    left = advance(with_config(advance(start(config), 100), replace(config, optimizer="adam")), 100)
    rewound = rewind(with_config(left, config), 64)
    assert rewound.edits == ()
    assert_equal_bit_for_bit(advance(rewound, 50), advance(start(config), 114), snapshots=False)


def test_a_memory_already_lost_at_the_restored_iteration_stays_lost() -> None:
    config = replace(TINY, optimizer="momentum")
    adam = replace(config, optimizer="adam")
    at_64 = with_config(with_config(advance(start(config), 64), adam), config)
    lost = ((64, "setting", "optimizer", "momentum", "momentum"),)
    assert at_64.edits == lost
    later = with_config(advance(with_config(advance(at_64, 30), adam), 30), config)
    assert rewind(later, 64).edits == lost
    assert rewind(with_config(later, adam), 64).edits == (
        (64, "setting", "optimizer", "adam", "momentum"),
    )


def test_a_setting_that_only_ends_a_run_is_recorded_but_is_no_edit() -> None:
    run = advance(start(TINY), 5)
    longer = replace(TINY, iterations=100, target_loss=0.1, patience=7)
    changed = with_config(run, longer)
    assert changed.edits == (
        (5, "stop", "target_loss", 0.1, None),
        (5, "stop", "patience", 7, None),
    )
    assert not changed.parameters_edited


def test_iterations_are_an_edit_where_they_stretch_the_schedule() -> None:
    assert with_config(advance(start(TINY), 5), replace(TINY, iterations=100)).edits == ()
    cosine = replace(TINY, learning_rate_schedule="cosine")
    run = advance(start(cosine), 5)
    stretched = with_config(run, replace(cosine, iterations=100))
    assert stretched.edits == ((5, "setting", "iterations", 100, 25_000),)


def test_patience_starts_again_when_a_rewound_run_gets_other_points() -> None:
    """With sixty more points the loss is larger; it falls, but not below the earlier best."""
    config = replace(TINY, samples=100, patience=400, learning_rate=0.1)
    rng = np.random.default_rng(0)
    points = [(*rng.normal(size=2), float(rng.integers(2))) for _ in range(60)]
    run = advance(start(config), 1000)
    run = advance(with_config(run, replace(config, points=points)), 10)
    rewound = rewind(run, 896)
    assert (rewound.best_loss, rewound.best_iteration) == (np.inf, 896)
    later = advance(rewound, 450)
    assert (later.stopped, later.iteration) == (None, 1346)
    losses = later.losses[896:]
    assert (np.diff(losses[:100]) < 0).all()
    assert losses.min() > run.losses[:896].min()
    # rewinding to that iteration once more does not bring the old best back either
    assert rewind(later, 896).best_loss == np.inf


def test_patience_set_later_counts_from_the_restored_iteration() -> None:
    run = advance(start(TINY), 1000)
    run = advance(with_config(run, replace(TINY, patience=400)), 10)
    rewound = rewind(run, 896)
    assert rewound.best_iteration == 896
    assert advance(rewound, 100).stopped is None


def test_before_the_first_update_only_the_start_itself_counts_as_changed() -> None:
    run = with_config(start(TINY), replace(TINY, learning_rate=0.5, points=[(0, 0, 1)]))
    assert run.edits == ()
    assert_equal_bit_for_bit(advance(run, 50), advance(start(run.config), 50))
    run = with_config(start(TINY), replace(TINY, seed=5))
    assert run.edits == ((0, "setting", "seed", 5, 4),)


def test_settings_changed_after_the_restored_iteration_hold_from_there() -> None:
    run = with_config(advance(start(TINY), 10), replace(TINY, learning_rate=0.1))
    run = set_parameter(advance(run, 10), 0, 0, 0, 9)
    run = with_config(advance(run, 20), replace(run.config, optimizer="adam"))
    run = advance(run, 20)
    rewound = rewind(run, 18)
    assert rewound.config == run.config
    assert rewound.edits == (
        (10, "setting", "learning_rate", 0.1, 0.01),
        (18, "setting", "optimizer", "adam", "sgd"),
    )
    assert not rewound.parameters_edited
    # rewinding further makes one change of the setting's changes
    run = with_config(run, replace(run.config, learning_rate=0.5))
    assert rewind(run, 4).edits == (
        (4, "setting", "optimizer", "adam", "sgd"),
        (4, "setting", "learning_rate", 0.5, 0.01),
    )


def test_a_run_rewound_to_its_start_is_a_new_run_of_the_present_settings() -> None:
    """Whatever was changed on the way, except the seed that its weights come from."""
    run = advance(start(replace(TINY, dataset="own", points=[(0, 0, 1)])), 10)
    points = [(x / 7, x % 3, x % 2) for x in range(20)]
    run = with_config(run, replace(run.config, points=points, optimizer="adam"))
    run = set_parameter(advance(run, 20), 0, 0, 0, 9)
    rewound = rewind(advance(run, 20), 0)
    assert rewound.edits == ()
    again = advance(start(run.config), 30)
    assert_equal_bit_for_bit(advance(rewound, 30), again, snapshots=False)
    reseeded = with_config(run, replace(run.config, seed=5))
    assert rewind(advance(reseeded, 1), 0).edits == ((0, "setting", "seed", 5, 4),)


def test_a_test_sample_is_that_of_the_state_before_the_change() -> None:
    run = advance(start(TINY), 200)
    moved = set_parameter(run, 0, 0, 0, 9)
    fewer = with_config(run, replace(TINY, test_samples=2))
    for changed in (moved, fewer):
        for later in (changed, advance(changed, 1)):
            assert later.test_losses[2] == evaluate(changed).test_loss != run.test_losses[2]
            assert later.test_accuracies[2] == evaluate(changed).test_accuracy
        np.testing.assert_array_equal(changed.test_losses[:2], run.test_losses[:2])
    assert rewind(advance(fewer, 1), 100).test_losses[-1] == evaluate(rewind(fewer, 100)).test_loss


def test_other_points_of_the_same_number_are_an_edit() -> None:
    points = [Points.of([(x, 0.0, 1.0)]) for x in (0, 1)]
    run = advance(start(replace(TINY, points=points[0])), 5)
    other = with_config(run, replace(TINY, points=points[1]))
    hashes = [(1, hash(one)) for one in points]
    assert other.edits == ((5, "setting", "points", hashes[1], hashes[0]),)


@st.composite
def _changed(draw: st.DrawFn, config: Config) -> Config:
    """Change some settings that may change while a run goes on."""
    return replace(
        config,
        learning_rate=draw(st.sampled_from([0.02, 0.3])),
        optimizer=draw(st.sampled_from(["adam", "momentum"])),
        patience=draw(st.sampled_from([None, 5, 20])),
        points=[(0.1 * x, 0.2, x % 2) for x in range(draw(st.sampled_from([0, 3, 40])))],
    )


@st.composite
def _steered(draw: st.DrawFn) -> tuple[Run, Run]:
    """Change settings and parameters of a run, and advance it between, in chunks and in one go."""
    config = draw(configs())
    chunks = whole = start(config)
    for _ in range(draw(st.integers(1, 3))):
        for count in draw(st.lists(st.integers(0, 60), min_size=1, max_size=3)):
            chunks = advance(chunks, count)
        whole = advance(whole, chunks.iteration - whole.iteration)
        if chunks.stopped:  # the other run has not looked if it was already where it stopped
            whole = advance(whole, 1)
        done = draw(st.sampled_from(["parameter", "settings", "rewind"]))
        if done == "parameter":
            matrix = whole.parameters.matrices[0]
            row, column = (draw(st.integers(0, size - 1)) for size in matrix.shape)
            place = (0, row, column, draw(st.floats(-2, 2)))
            chunks, whole = set_parameter(chunks, *place), set_parameter(whole, *place)
        elif done == "settings":
            changed = draw(_changed(config))
            chunks, whole = with_config(chunks, changed), with_config(whole, changed)
        else:
            iteration = draw(st.sampled_from(whole.snapshot_iterations))
            chunks, whole = rewind(chunks, iteration), rewind(whole, iteration)
    return advance(advance(chunks, 20), 41), advance(whole, 61)


# no test depends on the machine's speed
@settings(max_examples=100)
@given(runs=_steered())
def test_chunks_do_not_change_a_single_bit_of_a_steered_run(runs: tuple[Run, Run]) -> None:
    chunks, whole = runs
    assert_equal_bit_for_bit(chunks, whole)
    assert chunks.edits == whole.edits


# no test depends on the machine's speed
@settings(max_examples=60)
@given(config=configs(), data=st.data())
def test_settings_changed_before_or_after_rewinding_make_the_same_run(
    config: Config, data: st.DataObject
) -> None:
    run = advance(start(config), data.draw(st.integers(1, 150)))
    changed = data.draw(_changed(config))
    later = advance(with_config(run, changed), 10)
    in_both = set(run.snapshot_iterations) & set(later.snapshot_iterations[:-1])
    assume(in_both)  # a run that has stopped at its start cannot be taken back
    iteration = data.draw(st.sampled_from(sorted(in_both)))
    after = rewind(later, iteration)
    before = with_config(rewind(run, iteration), changed)
    assert after.edits == before.edits
    assert_equal_bit_for_bit(after, before, snapshots=False)
    further = advance(after, 30)
    if iteration in further.snapshot_iterations[:-1]:
        assert_equal_bit_for_bit(rewind(further, iteration), before, snapshots=False)
