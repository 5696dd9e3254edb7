"""The page does what its controls say; every test finds them by key."""

import re
from collections.abc import Callable
from dataclasses import fields
from functools import partial
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.testing.v1 import AppTest

from nnlab import Config, Run, advance, evaluate, start
from nnlab.app import live_chart
from nnlab.app.playground import session
from nnlab.app.playground.point_history import OwnPoints
from nnlab.app.playground.record import LeftRun
from nnlab.data.datasets import DATASETS_FOR, FloatArray
from nnlab.data.points import Points, encode
from nnlab.inspection.diagnosis.reference import with_new_points
from nnlab.inspection.diagnosis.trials import ITERATIONS
from nnlab.model.network import Network
from nnlab.training.config import SETTINGS, text
from nnlab.training.wording import label
from tests.helpers.app_page import (
    APP,
    SMALL,
    change,
    enter,
    field,
    healthy,
    key_of,
    open_playground,
    playground_of,
    press,
    put_run,
    run_of,
    status,
    step_tick,
    texts,
    wait_for_advice,
)
from tests.helpers.waiting import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.slow  # each test runs whole pages


def train_until(app: AppTest, done: Callable[[Run], bool]) -> AppTest:
    """Let the page draw one tick after another; on a busy machine, a tick ends early."""
    wait_until(lambda: done(run_of(app)) or done(run_of(healthy(app.run()))))
    return app


def test_the_page_opens_on_the_articles_run_untrained() -> None:
    app = healthy(AppTest.from_file(str(APP), default_timeout=PATIENCE_SECONDS).run())
    assert run_of(app).config == Config()
    assert run_of(app).iteration == 0
    assert " ".join(status(app).split()) == "0 of 25,000 iterations"
    assert "| 50.0% | 1.7163 |" in texts(app)  # the article's first row


def test_start_trains_and_pause_stops() -> None:
    app = open_playground(speed="1")
    press(app, "start")
    assert app.button(key="pause").label == "Pause"
    app.run()
    assert run_of(app).iteration == 2  # two script runs
    press(app, "pause")
    assert app.button(key="start").label == "Start"
    app.run()
    assert run_of(app).iteration == 2


@pytest.mark.parametrize(("speed", "iterations"), [("1", 1), ("10", 10), ("100", 100)])
def test_the_speed_is_the_number_of_iterations_per_tick(speed: str, iterations: int) -> None:
    app = open_playground(speed=speed)
    seen = [0]

    def is_full(run: Run) -> bool:
        seen.append(run.iteration)
        return seen[-1] - seen[-2] >= iterations

    train_until(press(app, "start"), is_full)
    assert seen[-1] - seen[-2] == iterations


def test_speed_max_makes_more_iterations_than_any_number() -> None:
    app = open_playground(speed="max", iterations="1000000")
    seen = [0]

    def is_fast(run: Run) -> bool:
        seen.append(run.iteration)
        return seen[-1] - seen[-2] > 100

    train_until(press(app, "start"), is_fast)


@pytest.mark.parametrize("speed", ["100", "max"])
def test_training_ends_at_the_goal(speed: str) -> None:
    app = press(open_playground(speed=speed, iterations="40"), "start")
    train_until(app, lambda _: not playground_of(app).training)
    assert run_of(app).iteration == 40


def test_step_makes_one_iteration_and_step_n_one_ticks_worth() -> None:
    app = open_playground(speed="100")
    assert run_of(press(app, "step")).iteration == 1
    assert app.button(key="step_tick").label == "Step 100"
    assert run_of(step_tick(app)).iteration == 101


def test_the_page_trains_bit_for_bit_as_the_library_does() -> None:
    app = press(open_playground(speed="100"), "start")
    run = run_of(train_until(app, lambda run: run.iteration >= 200))
    config = Config(samples=20, test_samples=10)
    np.testing.assert_array_equal(run.losses, advance(start(config), run.iteration).losses)


def test_reset_goes_back_to_the_same_start() -> None:
    app = press(open_playground(), "start")
    press(app, "reset")
    assert run_of(app).iteration == 0
    assert app.button(key="start").label == "Start"
    np.testing.assert_array_equal(
        run_of(app).parameters.vector, start(run_of(app).config).parameters.vector
    )


def test_a_finished_run_says_so_and_start_goes_on_for_as_many_again() -> None:
    app = press(open_playground(iterations="15"), "start")
    train_until(app, lambda run: run.iteration >= 15)
    assert " ".join(status(app).split()) == "15 of 15 iterations Done. Start trains 15 more"
    press(app, "start")
    train_until(app, lambda run: run.iteration >= 30)
    assert " ".join(status(app).split()) == "30 of 30 iterations Done. Start trains 15 more"


def test_the_learning_rate_acts_on_the_run_in_progress() -> None:
    app = step_tick(open_playground())
    before = run_of(app)
    enter(app, "learning_rate", 0.5)
    assert run_of(app).config.learning_rate == 0.5
    np.testing.assert_array_equal(run_of(app).losses, before.losses)


@pytest.mark.parametrize(
    ("rate", "key", "other"),
    [
        ("0.01", "higher_rate", 0.03),
        ("0.01", "lower_rate", 0.003),
        ("0.02", "higher_rate", 0.03),
        ("0.02", "lower_rate", 0.01),
        ("1e-7", "higher_rate", 1e-6),
        ("1000000", "lower_rate", 3000),
    ],
)
def test_two_buttons_step_the_learning_rate(rate: str, key: str, other: float) -> None:
    app = press(open_playground(learning_rate=rate), key)
    assert run_of(app).config.learning_rate == other
    assert float(field(app, "learning_rate").value) == other


@pytest.mark.parametrize(
    ("rate", "key"), [("1e-6", "lower_rate"), ("3000", "higher_rate"), ("0.1", "")]
)
def test_the_steps_of_the_learning_rate_end_somewhere(rate: str, key: str) -> None:
    app = open_playground(learning_rate=rate)
    disabled = {one for one in ("lower_rate", "higher_rate") if app.button(key=one).disabled}
    assert disabled == {key} - {""}
    enter(app, "learning_rate", "fast")
    assert app.button(key="lower_rate").disabled
    assert app.button(key="higher_rate").disabled


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("samples", 30),
        ("noise", 0.2),
        ("data_seed", 7),
        ("test_samples", 12),
        ("test_seed", 9),
        ("seed", 5),
    ],
)
def test_what_changes_data_or_network_starts_a_new_run(name: str, value: float) -> None:
    app = press(open_playground(), "start")
    enter(app, name, value)
    assert getattr(run_of(app).config, name) == value
    assert run_of(app).iteration == 0
    assert app.button(key="start").label == "Start"


@pytest.mark.parametrize(
    ("name", "value"),
    [("activation", "tanh"), ("initialization", "he"), ("output_loss", "squared_error")],
)
def test_a_choice_starts_a_new_run(name: str, value: str) -> None:
    app = press(open_playground(), "step")
    enter(app, name, value)
    assert getattr(run_of(app).config, name) == value
    assert run_of(app).iteration == 0


def test_new_seed_draws_another_one() -> None:
    app = open_playground()
    seeds = {run_of(press(app, "new_seed")).config.seed for _ in range(5)}
    assert len(seeds) > 1


def test_new_seed_depends_on_the_seed_that_the_page_shows() -> None:
    def next_seed(app: AppTest) -> int:
        return run_of(press(app, "new_seed")).config.seed

    typed, linked, default = open_playground(), open_playground(seed="5"), open_playground()
    enter(typed, "seed", 5)
    assert next_seed(typed) == next_seed(linked) != next_seed(default)
    fields = playground_of(typed).fields.filled({"seed": None})  # a cleared field
    change(typed, fields=fields)
    assert healthy(typed.run()).error
    assert not press(typed, "new_seed").error


def test_a_link_starts_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Config] = []
    monkeypatch.setattr(session, "start", lambda config: started.append(config) or start(config))
    app = open_playground(hidden_layers="3", optimizer="momentum", momentum="0.5")
    assert started == [run_of(app).config]


def test_layers_come_and_go_by_plus_and_minus() -> None:
    app = open_playground()
    steps = [
        ("add_layer", (10, 5, 5)),
        ("remove_layer", (10, 5)),
        ("remove_layer", (10,)),
        ("remove_layer", ()),
        ("add_layer", (4,)),
    ]
    for key, widths in steps:
        assert run_of(press(app, key)).config.hidden_layers == widths
    assert app.text_input(key=key_of(app, "hidden_layers")).value == "4"


def test_layers_stop_at_eight() -> None:
    app = open_playground(hidden_layers="64,1,1,1,1,1,1,1")
    assert app.button(key="add_layer").disabled
    assert not app.button(key="remove_layer").disabled


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "learning_rate",
            -1.0,
            "Learning rate must be a number above 0 .* you entered `-1`",
        ),
        (
            "samples",
            10**9,
            "Training points must be a whole number from 2 to 100,000; you entered `1000000000`",
        ),
    ],
)
def test_a_bad_number_gets_its_sentence_and_the_run_stays(
    name: str, value: float, message: str
) -> None:
    app = press(open_playground(), "step")
    before = run_of(app)
    enter(app, name, value)
    (error,) = app.error
    assert re.fullmatch(message, error.value)
    assert run_of(app) is before
    assert run_of(press(app, "step")).iteration == before.iteration + 1


@pytest.mark.parametrize(
    ("name", "typed", "shown"),
    [
        ("samples", None, "nothing"),  # a cleared field
        ("hidden_layers", "a$b$c", "`'a$b$c'`"),
        ("hidden_layers", "`10;5`", "`''10;5''`"),
        (
            "activation",
            "tanh,:red[**x**] [l](http://evil)",
            "`('tanh', ':red[**x**] [l](http://evil)')`",
        ),
    ],
)
def test_a_refused_text_is_shown_literally(name: str, typed: str | None, shown: str) -> None:
    """In a code span, in which Streamlit interprets nothing."""
    app = AppTest.from_file(str(APP), default_timeout=PATIENCE_SECONDS).run()
    change(app, fields=playground_of(app).fields.filled({name: typed}))
    (error,) = healthy(app.run()).error
    rule, value = error.value.split("; you entered ")
    assert rule.startswith(f"{label(name)} must be ")
    assert value == shown
    assert run_of(app).config == Config()


def test_a_link_restores_every_setting() -> None:
    config = Config(
        problem="regression",
        dataset="plane",
        samples=50,
        noise=0.2,
        data_seed=3,
        test_samples=20,
        test_seed=6,
        points=[(0.25, -0.5, 1.5)],
        features=("x1", "x2^2"),
        hidden_layers=(4, 2),
        activation=("tanh", "sine"),
        initialization="xavier",
        seed=11,
        optimizer="nesterov",
        momentum=0.8,
        learning_rate=0.3,
        learning_rate_schedule="cosine",
        batch_size=7,
        regularization="l2",
        regularization_rate=0.01,
        iterations=500,
        target_loss=0.001,
        patience=400,
    )
    unused = {
        "output_loss",
        "function",
        "data_columns",
        "classes",
    }  # not for a regression on the plane
    names = {item.name for item in fields(Config)} - unused
    assert all(getattr(config, name) != getattr(Config(), name) for name in names)
    link = {name: text(name, getattr(config, name)) for name in names}
    app = open_playground(**link)
    assert not app.warning
    assert run_of(app).config == config
    squared = open_playground(output_loss="squared_error")
    assert run_of(squared).config.output_loss == "squared_error"


def test_a_typed_function_lies_between_the_classes_and_a_bad_one_is_refused() -> None:
    app = open_playground(dataset="function", function="x**2", noise="0", speed="1")

    def type_function(typed: str) -> None:
        change(app, fields=playground_of(app).fields.filled({"function": typed}))
        healthy(app.run())

    assert run_of(app).config.function == "x**2"
    assert field(app, "function").options[0] == "sin(3*x)"
    type_function("x / 2")
    assert not app.error
    data = run_of(app).dataset
    x1, x2 = data.train_inputs.T
    np.testing.assert_array_equal(data.train_targets[:, 0], x2 > x1 / 2)
    before = run_of(app)
    type_function("__import__('os')")
    (error,) = app.error
    assert error.value.startswith("Function must be made of numbers, x, + - * / **, sin, ")
    assert run_of(app) is before
    enter(app, "dataset", "disc")
    assert run_of(app).config.function == Config.function


def test_two_columns_of_a_real_data_set_are_chosen_and_its_source_is_named() -> None:
    app = open_playground(dataset="iris")
    assert field(app, "data_columns").value == ["petal length (cm)", "petal width (cm)"]
    said = "R. A. Fisher (1936). orange: setosa · blue: versicolor · green: virginica"
    assert said in "".join(caption.value for caption in app.caption)
    assert "data_columns" not in app.query_params
    healthy(field(app, "data_columns").set_value(["sepal width (cm)", "petal width (cm)"]).run())
    config = run_of(app).config
    assert config.data_columns == ("sepal width (cm)", "petal width (cm)")
    assert app.query_params["data_columns"] == "sepal width (cm),petal width (cm)"
    assert run_of(app).parameters.weights[-1].shape[1] == 3
    before = run_of(app)
    healthy(field(app, "data_columns").set_value(["sepal width (cm)"]).run())
    (error,) = app.error
    assert error.value.startswith("Data columns must be two different names")
    assert run_of(app) is before
    enter(app, "dataset", "wine")  # whose columns are others
    assert not app.error
    assert run_of(app).config == Config(dataset="wine", test_samples=10)


def test_values_that_are_fine_only_together_are_read_together() -> None:
    assert run_of(open_playground(dataset="plane", problem="regression")).config.dataset == "plane"
    alone = open_playground(dataset="plane")
    (warning,) = alone.warning
    assert warning.value.startswith("The link's dataset must be one of circles")
    assert run_of(alone).config.dataset == "circles"


def test_only_what_applies_is_shown() -> None:
    def keys(app: AppTest) -> set[str]:
        kinds = ("number_input", "selectbox", "text_input")
        return {control.key for kind in kinds for control in app.get(kind)}

    plain = keys(open_playground())
    assert "output_loss" in plain
    assert not plain & {"momentum", "regularization_rate"}
    assert "momentum" in keys(open_playground(optimizer="momentum"))
    assert "regularization_rate" in keys(open_playground(regularization="l1"))
    assert "output_loss" not in keys(open_playground(problem="regression"))
    assert not keys(open_playground(dataset="own")) & {"samples", "noise", "data_seed", "test_seed"}


def test_a_field_that_did_not_apply_for_a_while_has_its_value_again() -> None:
    app = open_playground(optimizer="momentum")
    enter(app, "samples", 30)
    enter(app, "momentum", 0.5)
    enter(app, "optimizer", "adam")
    enter(app, "dataset", "own")
    assert run_of(healthy(app)).config.samples == Config.samples  # it does not apply
    enter(app, "optimizer", "nesterov")
    enter(app, "dataset", "moons")
    config = run_of(healthy(app)).config
    assert (config.samples, config.momentum) == (30, 0.5)


def test_the_articles_settings_are_also_those_of_fields_that_do_not_apply_now() -> None:
    app = open_playground(optimizer="momentum", momentum="0.5", test_samples="100", samples="1000")
    enter(app, "noise", 0.3)
    enter(app, "optimizer", "adam")
    enter(app, "dataset", "own")
    press(app, "example_article")
    assert run_of(app).config == Config()
    enter(app, "optimizer", "momentum")
    assert run_of(healthy(app)).config == Config(optimizer="momentum")


def test_one_click_restores_the_articles_settings() -> None:
    app = open_playground(
        optimizer="adam",
        hidden_layers="3",
        features="x1^2",
        activation="tanh",
        problem="regression",
        dataset="plane",
        batch_size="5",
        points=text("points", Points.of([(0, 0, 1)])),
    )
    press(app, "step")
    press(app, "example_article")
    assert run_of(healthy(app.run())).config == Config()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("optimizer", "adam"),
        ("learning_rate_schedule", "step"),
        ("regularization", "l2"),
    ],
)
def test_training_choices_act_on_the_run_in_progress(name: str, value: str) -> None:
    app = step_tick(open_playground())
    before = run_of(app)
    enter(app, name, value)
    assert getattr(run_of(app).config, name) == value
    np.testing.assert_array_equal(run_of(app).losses, before.losses)
    assert run_of(press(app, "step")).iteration == before.iteration + 1


def test_no_drawing_sets_a_field_that_the_user_may_be_typing_in() -> None:
    """A drawing that is still on its way to the browser would undo what was entered meanwhile."""
    app = open_playground(batch_size="5", target_loss="0.001", patience="50").run()
    fields = [*app.text_input, *app.number_input, *app.selectbox]
    assert {"batch_size", "target_loss", "patience"} <= {field.key for field in fields}
    assert [field.key for field in fields if field.proto.set_value] == []


@pytest.mark.slow
@pytest.mark.parametrize("dataset", DATASETS_FOR["regression"])
def test_every_data_set_and_problem_can_be_trained_on(dataset: str) -> None:
    for problem in DATASETS_FOR:
        if dataset in DATASETS_FOR[problem] and dataset != "own":
            app = step_tick(open_playground(problem=problem, dataset=dataset, speed="10"))
            assert run_of(app).iteration == 10
            assert ("right · test" in texts(app)) == (problem == "classification")


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"target_loss": "0.5"}, "stopped at loss 0.5"),
        (
            {"patience": "20", "initialization": "zeros"},
            "stopped: no progress for 20 iterations",
        ),
    ],
)
def test_the_page_says_which_stop_rule_ended_the_run(link: dict[str, str], words: str) -> None:
    app = press(
        open_playground(**link, speed="max", learning_rate="0.3", iterations="100000"), "start"
    )
    train_until(app, lambda run: run.stopped is not None)
    assert words in status(app)
    assert app.button(key="start").label == "Start"
    iteration = run_of(app).iteration
    assert run_of(step_tick(app)).iteration == iteration  # the rule still holds


def test_a_penalty_is_shown_by_itself() -> None:
    app = open_playground(regularization="l2", regularization_rate="0.1")
    plain = open_playground()
    assert re.search(r"\+ penalty \d", texts(app))
    assert "penalty" not in texts(plain)
    loss = re.compile(r"% \| (.*?) \|")
    assert loss.search(texts(app))[1] == loss.search(texts(plain))[1]


def test_a_bad_value_leaves_no_room_for_what_else_can_be_said() -> None:
    app = press(open_playground(optimizer="adam", iterations="1000", samples="200"), "start")
    train_until(app, lambda run: run.iteration == 1000)
    assert healthy(app.run()).success
    field(app, "samples").set_value(-5).run()
    assert len(app.error) == 1
    assert not app.success


def test_more_work_than_a_server_can_share_is_refused() -> None:
    app = press(open_playground(), "step")
    before = run_of(app)
    app.text_input(key="hidden_layers").set_value("64,64,64,64,64,64,64,64")
    enter(app, "samples", 100_000)
    (error,) = app.error
    assert error.value == (
        "Training points must be at most 2,524 including test points and your own, for a network "
        "of 512 hidden units and 29,377 parameters; you entered `100,010`"
    )
    assert run_of(app) is before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("samples", "many"),
        ("hidden_layers", ",".join(["10"] * 10_000)),
        ("hidden_layers", "<script>alert(1)</script>"),
        ("activation", "`**bold**`"),
        ("initialization", ""),
        ("dataset", "[x](javascript:alert(1))"),
        ("speed", "1000"),
    ],
)
def test_a_bad_link_falls_back_to_the_default_and_says_so(name: str, value: str) -> None:
    app = open_playground(**{name: value})
    (warning,) = app.warning
    assert warning.value.startswith(f"The link's {name.replace('_', ' ')} must be ")
    shown = value[:20].replace("`", "'")
    code = warning.value.split("not `")[1]  # everything from the link is in a code span
    assert shown in code
    assert code.endswith("`. The default is used instead.")
    assert code.count("`") == 1
    small = {key: int(value) for key, value in SMALL.items() if key != name}
    assert run_of(app).config == Config(**small)
    assert not press(app, "start").warning
    assert run_of(app).iteration
    assert not press(app, "reset").warning  # it has been read


def test_another_problem_brings_a_data_set_that_fits() -> None:
    app = open_playground(problem="regression", dataset="plane")
    enter(app, "problem", "classification")
    assert run_of(app).config.dataset == "circles"
    assert field(app, "dataset").value == "circles"


def test_several_bad_values_are_all_named_and_good_ones_are_kept() -> None:
    app = open_playground(learning_rate="x", noise="y", seed="12")
    (first,) = app.warning
    assert "The link's noise must " in first.value
    assert "The link's learning rate must " in texts(app)
    assert run_of(app).config.seed == 12


def test_divergence_stops_the_run_and_names_the_iteration_and_a_way_out() -> None:
    app = press(open_playground(activation="linear", learning_rate="1000"), "start")
    run = run_of(train_until(app, lambda run: run.diverged))
    assert f"Diverged at iteration {run.iteration}: the loss is no longer finite." in status(app)
    wait_for_advice(app)
    assert "learning rate" in app.warning[0].value
    assert not app.button(key="apply_advice").disabled
    assert app.button(key="start").disabled
    assert "nan" not in texts(app)
    enter(app, "iterations", 99)
    assert run_of(app).diverged  # more iterations do not help
    enter(app, "learning_rate", 0.001)
    assert run_of(app).iteration == 0
    assert not app.button(key="start").disabled


def test_a_diverged_run_offers_a_button_that_sets_the_named_learning_rate() -> None:
    app = press(
        open_playground(dataset="gaussians", activation="linear", learning_rate="1000"), "start"
    )
    train_until(app, lambda run: run.diverged)
    wait_for_advice(app)
    assert app.button(key="apply_advice").label == "Try learning rate 0.1"
    app = press(app, "apply_advice")
    assert run_of(app).config.learning_rate == 0.1
    assert (run_of(app).iteration, run_of(app).diverged) == (0, False)
    app = press(app, "undo_run")
    assert run_of(app).config.learning_rate == 1000
    assert run_of(app).diverged


def test_the_equations_carry_the_shapes_of_this_network() -> None:
    app = open_playground(hidden_layers="7,3", panel="none")
    assert not app.latex
    app.session_state["panel"] = "equations"
    healthy(app.run())
    equations = "\n".join(element.value for element in app.latex)
    for shape in (r"20\times2", r"2\times7", r"1\times7", r"7\times3", r"3\times1", r"20\times1"):
        assert f"{{{shape}}}" in equations


def test_every_control_but_start_and_step_has_a_help_text() -> None:
    """Theirs would cover the numbers while the mouse rests there."""
    app = open_playground()
    kinds = ("button", "number_input", "text_input", "selectbox", "toggle")
    controls = [control for kind in kinds for control in app.get(kind)]
    assert len(controls) > 15
    assert [control.key for control in controls if not control.proto.help] == [
        "start",
        "step",
        "step_tick",
    ]


def test_the_sentence_shows_the_trial_and_the_button_applies_its_cure_until_undo() -> None:
    """The trial is a plain run, which anybody can repeat."""
    app = open_playground(initialization="zeros", optimizer="adam", samples="200", speed="100")
    step_tick(app)
    sick = run_of(app)
    assert not app.warning
    advice = wait_for_advice(app)
    (said,) = app.warning
    assert said.value.startswith("All 10 units of layer 1 are the same")
    config = advice.cure.applied(sick.config)
    accuracies = [
        evaluate(advance(start(settings), ITERATIONS)).test_accuracy
        for settings in map(with_new_points, (config, sick.config))
        if settings
    ]
    evidence = "accuracy {:.0%} instead of {:.0%} on new points.".format(*accuracies)
    assert f"Tried for {ITERATIONS:,} iterations: {evidence}" in said.value
    press(app, "apply_advice")
    assert run_of(app).config == config != sick.config
    assert run_of(app).iteration == 0
    shown = app.selectbox(key=key_of(app, "initialization"))
    assert shown.value == config.initialization
    assert not app.warning
    press(app, "undo_run")
    assert run_of(app) is sick
    assert app.selectbox(key=key_of(app, "initialization")).value == "zeros"
    assert wait_for_advice(app).cure == advice.cure


def test_advice_takes_back_no_other_advice() -> None:
    app = open_playground(
        initialization="zeros", learning_rate="1e-5", iterations="300", speed="max"
    )
    configs = [run_of(app).config]
    for _ in range(10):
        train_until(press(app, "start"), lambda run: run.iteration >= 300 or run.diverged)
        wait_until(lambda: not playground_of(healthy(app.run())).tries_cures)
        if not playground_of(app).advice:
            break
        press(app, "apply_advice")
        configs.append(run_of(app).config)
    assert 2 < len(configs) <= 10
    for name in SETTINGS:
        values = [getattr(config, name) for config in configs]
        changes = [
            value for value, before in zip(values[1:], values, strict=False) if value != before
        ]
        assert len(set(changes)) == len(changes)
        assert values[0] not in changes


def test_a_link_of_an_edited_run_says_what_it_does_not_hold() -> None:
    app = open_playground(edited="true")
    assert "edited by hand" in "".join(element.value for element in app.info)
    assert "edited" not in app.query_params
    press(app, "step")
    assert not app.info
    assert not open_playground().info


def test_the_page_looks_back_at_the_run_as_it_was() -> None:
    app = open_playground(speed="100")
    step_tick(app)
    change(app, viewed_iteration=32)
    healthy(app.run())
    assert status(app).startswith("**Looking back at iteration 32** of the 100")
    assert run_of(app).iteration == 100
    press(app, "step")
    assert run_of(app).iteration == 101
    assert status(app).startswith("101 of")


@pytest.mark.parametrize(("viewed", "passes"), [(None, 1), (32, 2)])
def test_a_page_of_a_paused_run_observes_the_run_once(
    viewed: int | None, passes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One forward pass over the test points is enough; a look back needs the present loss, too."""
    sizes: list[int] = []
    forward = Network.forward

    def counted(network: Network, *arguments: Any) -> FloatArray:
        sizes.append(len(network.logits))
        return forward(network, *arguments)

    app = step_tick(open_playground(speed="100", test_samples="7"))
    change(app, viewed_iteration=viewed)
    healthy(app.run())
    monkeypatch.setattr(Network, "forward", counted)
    healthy(app.run())
    assert sizes.count(7) == passes


POINT = Points.of([(0, 0, 1)])
# Link, and keys pressed before it. At speed 1, no tick can end early.
BUTTONS: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "start": ({"speed": "1"}, ()),
    "pause": ({"speed": "1"}, ("start",)),
    "step": ({}, ()),
    "step_tick": ({"panel": "none", "speed": "1"}, ("start",)),
    "reset": ({}, ("step",)),
    "example_line": ({"hidden_layers": "3", "points": encode(POINT)}, ("step",)),
    "undo": ({}, ()),
    "clear": ({"points": encode(POINT)}, ()),
    "undo_run": ({}, ()),
    "add_layer": ({}, ()),
    "remove_layer": ({}, ()),
    "new_seed": ({}, ()),
    "apply_advice": (
        {"initialization": "zeros", "samples": "200", "optimizer": "adam", "speed": "100"},
        ("step",),
    ),
    "make_step": ({"panel": "step"}, ("step",)),
    "use_points": ({"dataset": "own"}, ()),
}


def page_with_button(key: str) -> AppTest:
    link, before = BUTTONS[key]
    app = open_playground(**link)
    for earlier in before:
        press(app, earlier)
    if key == "undo":
        drawn = [Points.of([(0, 0, 1)] * count) for count in range(4)]
        change(app, point_history=tuple(OwnPoints(points) for points in drawn))
    if key == "apply_advice":
        wait_for_advice(app)
    if key == "undo_run":
        change(app, left=LeftRun(advance(run_of(app), 50), OwnPoints(), is_branch=True))
    if key == "use_points":
        app.file_uploader(key="upload").set_value(("a.csv", b"a,b,c\n1,2,0\n3,4,1\n", ""))
    return healthy(app.run())


def tell_clicks(
    monkeypatch: pytest.MonkeyPatch, tell: Callable[[Callable[[], None]], None]
) -> None:
    """Let `tell` decide how often the browser sends each click on a button."""

    def telling(draw: Callable[..., bool]) -> Callable[..., bool]:
        def button(*args: Any, on_click: Callable[..., None] | None = None, **options: Any) -> bool:
            def click(*values: Any) -> None:
                assert on_click
                tell(partial(on_click, *values))

            return draw(*args, on_click=on_click and click, **options)

        return button

    monkeypatch.setattr(st, "button", telling(st.button))
    monkeypatch.setattr(DeltaGenerator, "button", telling(DeltaGenerator.button))


@pytest.mark.slow
@pytest.mark.parametrize("key", BUTTONS)
def test_a_click_sent_twice_is_one_click(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser may send a click with a tick and by itself, before the page is redrawn."""
    times = 1

    def tell(click: Callable[[], None]) -> None:
        for _ in range(times):
            click()

    def state_after(clicks: int) -> tuple[object, ...]:
        nonlocal times
        times = 1
        app = page_with_button(key)
        times = clicks
        press(app, key)
        if key == "example_line":  # how far it is until then depends on the machine
            train_until(app, lambda run: run.iteration == run.config.iterations)
        run, playground = run_of(app), playground_of(app)
        going, left = playground.training is not None, playground.left
        before = left and (left.run.config, left.run.iteration)
        trained = run.iteration, run.parameters.vector.tolist()
        return run.config, trained, going, playground.point_history, before

    tell_clicks(monkeypatch, tell)
    assert state_after(2) == state_after(1)


@pytest.mark.parametrize("key", ["example_line", "apply_advice", "use_points"])
def test_start_before_a_new_run_is_drawn_trains_the_new_run(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = page_with_button(key)

    def tell(click: Callable[[], None]) -> None:
        click()
        session.start_training()

    tell_clicks(monkeypatch, tell)
    healthy(app.run())
    old = run_of(app)
    press(app, key)
    run, training = run_of(app), playground_of(app).training
    assert run.config != old.config
    if training:
        assert training.since_iteration == 0
    else:  # one tick was long enough
        assert run.iteration == run.config.iterations


def test_the_view_has_settled_when_start_ends_a_replay() -> None:
    def script() -> None:
        from nnlab.app.playground import session  # noqa: PLC0415 - the script of a page of its own

        session.look_back(32, settled=False)
        assert not session.current().has_settled
        session.start_training()

    app = AppTest.from_function(script)
    put_run(app, advance(start(Config(samples=20)), 100))
    assert playground_of(healthy(app.run())).has_settled


def test_the_charts_learn_that_another_run_has_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a new run resets their zoom; looking back or continuing from there does not."""
    runs_sent: list[int] = []
    monkeypatch.setattr(live_chart, "update", lambda _, *, run, **__: runs_sent.append(run))
    app = step_tick(open_playground(speed="100"))
    change(app, viewed_iteration=32)
    healthy(app.run())
    change(app, left=LeftRun(advance(run_of(app), 50), OwnPoints(), is_branch=True))
    press(healthy(app.run()), "undo_run")
    enter(app, "learning_rate", 0.5)
    assert len(set(runs_sent)) == 1
    press(app, "reset")
    press(app, "add_layer")
    assert [number - runs_sent[0] for number in runs_sent[-2:]] == [1, 2]
