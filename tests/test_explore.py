"""Explore makes the runs that its fields say, and shows them; every test finds widgets by key."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx
from streamlit.testing.v1 import AppTest

from nnlab import Config, advance, start
from nnlab.app.explore import page, session
from nnlab.app.explore.session import KEY, Cost, Explore, StartedSweep
from nnlab.app.explore.setup.presets import PRESETS, RANGE_TEST, SUGGESTED
from nnlab.app.explore.setup.sweep_fields import VARIED
from nnlab.app.explore.views import compare, lr_range_test
from nnlab.app.live_chart import Update
from nnlab.app.playground.point_history import OwnPoints
from nnlab.data.points import Points, encode
from nnlab.sweep import Axis, Range, Sweep, axis_from_text, cluster, grid, random_sample
from nnlab.sweep.executors import Workers
from nnlab.sweep.sweep import UNWATCHED_SECONDS
from tests.helpers.app_page import (
    follow,
    healthy,
    open_explore,
    playground_of,
    press,
    put_run,
    run_of,
    status,
)
from tests.helpers.executors import ByHand

pytestmark = pytest.mark.slow  # each test runs whole pages

BASE = {"samples": "20", "test_samples": "10", "iterations": "3"}
SIX = {"axis1": "learning_rate:0.01; 0.1; 1", "axis2": "hidden_layers:2; 3"}


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> ByHand:
    """Let two workers compute by hand, wherever the page asks for workers."""
    executor = ByHand()
    monkeypatch.setattr(cluster, "local_workers", lambda: Workers(executor, 2))
    return executor


def explore(app: AppTest) -> Explore:
    record: Explore = app.session_state[KEY]
    return record


def started(app: AppTest) -> StartedSweep:
    sweep = explore(app).sweep
    assert sweep
    return sweep


def open_run(app: AppTest, index: int) -> AppTest:
    """Let the page open a run, as a click on its cell does."""
    app.session_state[KEY] = replace(explore(app), to_open=started(app).plan.configs[index])
    return follow(healthy(app.run()))


def field(app: AppTest, name: str) -> str:
    """Return the key of a field of the sidebar; filling in the fields gives them new keys."""
    return f"{name}_{explore(app).fields.number}"


def view_key(app: AppTest) -> str:
    return f"view_{explore(app).view_number}"


def choose_axis(app: AppTest, number: int, name: str | None) -> AppTest:
    return healthy(app.selectbox(key=field(app, f"axis{number}")).set_value(name).run())


def values_of(app: AppTest, number: int, name: str) -> Any:
    """Return the field with the values of an axis."""
    return app.text_input(key=field(app, f"values{number}_{name}"))


def set_number(app: AppTest, name: str, value: int) -> AppTest:
    return healthy(app.number_input(key=field(app, name)).set_value(value).run())


def press_late(app: AppTest, key: str) -> AppTest:
    """Press a button; then let the browser send the old values of all widgets once more."""
    before, button = app.main, app.button(key=key)
    widgets = [*app.selectbox, *app.text_input, *app.number_input, *app.button_group]
    for widget in widgets:  # otherwise AppTest does not send their values
        widget.set_value(widget.value)
    healthy(button.click().run())
    button.set_value(False)
    before.run()
    return healthy(app)


def texts(app: AppTest) -> str:
    elements = [*app.markdown, *app.caption, *app.warning, *app.info]
    return "\n".join(str(element.value) for element in elements)


def errors(app: AppTest) -> list[str]:
    return [error.value for error in app.error]


def cells(drawn: dict[str, Update]) -> list[dict[str, Any] | None]:
    gallery = drawn["gallery"].gallery
    assert gallery
    found: list[dict[str, Any] | None] = gallery["cells"]
    return found


def test_a_first_visit_offers_examples_and_one_run(workers: ByHand) -> None:
    app = open_explore()
    assert "**1 run** of 3 iterations" in texts(app)
    assert "in the sidebar (» shows it if it is hidden)" in texts(app)  # as on a phone
    for name in PRESETS:
        assert app.button(key=f"preset_{name}").label.startswith(f"**{PRESETS[name].title}**")
    assert not workers.tasks


@pytest.mark.parametrize(
    ("preset", "runs"),
    [("rate_width", 35), ("depth_activation", 32), ("batch_rate", 28), ("ten_seeds", 10)],
)
@pytest.mark.usefixtures("workers")
def test_an_example_fills_in_the_fields(preset: str, runs: int) -> None:
    app = press(open_explore(), f"preset_{preset}")
    assert f"**{runs} runs**" in texts(app)
    assert not errors(app)
    press(app, "example_rate_width")
    assert "**35 runs**" in texts(app)


@pytest.mark.usefixtures("workers")
def test_an_example_stays_when_the_browser_sends_the_old_values_of_the_fields_late() -> None:
    app = press_late(open_explore(**SIX), "example_ten_seeds")
    assert "**10 runs**" in texts(app)
    app = press_late(app, "example_rate_width")
    assert "**35 runs**" in texts(app)
    assert app.query_params["axis1"] == "learning_rate:0.001..1 log 7"
    assert "seeds" not in app.query_params
    press_late(app, "example_range_test")
    assert app.query_params["view"] == RANGE_TEST


@pytest.mark.usefixtures("workers")
def test_what_is_typed_into_an_example_stays_when_the_browser_sends_it_again() -> None:
    app = press(open_explore(), "example_rate_width")
    values_of(app, 1, "learning_rate").set_value("0.1; 1").run()
    set_number(app, "seeds", 3)
    app.run()
    assert "**30 runs**" in texts(healthy(app))
    choose_axis(app, 1, "noise")
    app.run()
    assert values_of(app, 1, "noise").value == SUGGESTED["noise"]
    assert "**90 runs**" in texts(healthy(app))


@pytest.mark.usefixtures("workers")
def test_ten_seeds_of_the_article_are_of_the_articles_settings() -> None:
    app = press(open_explore(learning_rate="0.5"), "preset_ten_seeds")
    assert explore(app).base == Config()
    assert dict(app.query_params) == {"seeds": "10"}


@pytest.mark.parametrize("name", VARIED)
def test_any_setting_can_be_an_axis_and_is_offered_with_valid_values(name: str) -> None:
    axis = axis_from_text(name, SUGGESTED[name])
    assert len(grid(Config(), [axis], [4])) == len(axis.values) > 1


def test_the_axes_are_all_of_configs_fields_but_three() -> None:
    """Seeds have an entry of their own, and the others are not values that one types."""
    assert {*VARIED, "seed", "points", "data_columns"} == set(Config.__dataclass_fields__)


@pytest.mark.usefixtures("workers")
def test_a_chosen_axis_is_filled_in_and_a_cleared_one_lets_the_next_move_up() -> None:
    app = open_explore()
    choose_axis(app, 1, "noise")
    assert values_of(app, 1, "noise").value == SUGGESTED["noise"]
    assert "**6 runs**" in texts(app)
    choose_axis(app, 2, "hidden_layers")
    assert "**30 runs**" in texts(app)
    choose_axis(app, 1, None)
    assert app.selectbox(key=field(app, "axis1")).value == "hidden_layers"
    assert "**5 runs**" in texts(healthy(app))
    assert app.query_params["axis1"] == "hidden_layers:2; 4; 8; 16; 32"
    assert "axis2" not in app.query_params


def test_the_estimate_is_made_from_a_measured_run() -> None:
    cost = Cost(Config(), overhead=0.5, iterations=200, seconds=4.0)
    assert cost.of(Config(iterations=1000)) == pytest.approx(0.5 + 1000 * 4 / 200)


@pytest.mark.usefixtures("workers")
def test_the_page_says_beforehand_how_long_it_takes_and_how_that_was_measured() -> None:
    """Six runs, two at once; each takes 2 s for its 3 iterations, and 4 s for everything else."""
    app = open_explore(**SIX)
    measured = explore(app).cost
    assert measured
    known = Cost(measured.config, overhead=4.0, iterations=3, seconds=2.0)
    app.session_state[KEY] = replace(explore(app), cost=known)
    app.run()
    estimate = next(element for element in app.markdown if "6 runs" in element.value)
    assert estimate.value == "**6 runs** of 3 iterations, about **18 s**"
    assert estimate.help.startswith("Measured: 3 iterations of one of these runs took 2 s")


def test_results_appear_as_runs_finish(workers: ByHand, drawn: dict[str, Update]) -> None:
    app = press(open_explore(**SIX), "sweep_start")
    assert status(app) == "0 of 6 runs"
    assert cells(drawn) == [None] * 6
    workers.compute(2)
    app.run()
    assert status(app).startswith("2 of 6 runs · ")
    shown = cells(drawn)
    assert shown[0]
    assert shown[0]["label"] == "hidden layers 2 · learning rate 0.01"
    assert drawn["gallery"].iteration == 2
    workers.compute_all()
    app.run()
    assert status(healthy(app)) == "6 of 6 runs · finished"
    assert app.button(key="sweep_restart").label == "Start sweep"
    # the columns are the first axis, the rows the second
    assert [cell and cell["label"] for cell in cells(drawn)] == [
        f"hidden layers {width} · learning rate {rate}"
        for width in (2, 3)
        for rate in ("0.01", "0.1", "1")
    ]


def test_pause_lets_no_task_begin_and_resume_goes_on(workers: ByHand) -> None:
    app = press(open_explore(**SIX), "sweep_start")
    assert app.button(key="sweep_pause").label == "Pause"
    press(app, "sweep_pause")
    assert app.button(key="sweep_start").label == "Resume"
    workers.compute_all()  # the two tasks that had begun
    app.run()
    assert status(app) == "2 of 6 runs · paused"
    press(app, "sweep_start")
    workers.compute_all()
    app.run()
    assert status(healthy(app)) == "6 of 6 runs · finished"


@pytest.mark.parametrize("finishes", [True, False])
def test_undo_brings_back_the_results_that_a_new_sweep_replaces(
    workers: ByHand, drawn: dict[str, Update], *, finishes: bool
) -> None:
    app = press(open_explore(**SIX), "sweep_start")
    workers.compute_all()
    app.run()
    before, old = cells(drawn), started(app)
    assert not [button for button in app.button if button.key == "sweep_undo"]
    assert "Undo brings them back" in app.button(key="sweep_restart").help
    set_number(app, "seeds", 2)
    press(app, "sweep_restart")
    new = started(app)
    if finishes:
        workers.compute_all()
        app.run()
    press_late(app, "sweep_undo")
    assert started(app) is old
    assert cells(drawn) == before
    assert new.sweep.finished
    assert status(healthy(app.run())) == "6 of 6 runs · finished"


def test_in_every_state_of_compare_only_one_start_stands_out(workers: ByHand) -> None:
    def primary(app: AppTest) -> list[str]:
        return [button.key for button in app.button if button.proto.type == "primary"]

    app = open_explore(**SIX, view="compare")
    assert primary(app) == ["sweep_start"]
    press(app, "sweep_start")
    workers.compute_all()
    app.run()
    assert primary(healthy(app.run())) == ["compare_start"]
    app.button_group(key=view_key(app)).set_value("table").run()
    assert primary(app) == ["sweep_restart"]


def test_cancel_keeps_what_is_there(workers: ByHand, drawn: dict[str, Update]) -> None:
    app = press(open_explore(**SIX), "sweep_start")
    workers.compute(3)
    press(app, "sweep_cancel")
    assert status(app) == "3 of 6 runs · cancelled"
    workers.compute_all()
    app.run()
    assert status(healthy(app)) == "3 of 6 runs · cancelled"
    assert sum(cell is not None for cell in cells(drawn)) == 3
    assert app.button(key="sweep_cancel").disabled
    assert app.button(key="sweep_restart").label == "Start sweep"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("axis", "sentence"),
    [
        (
            "learning_rate:0..1 log 5",
            "Learning rate must range from above 0 on a logarithmic scale; you entered `0`",
        ),
        (
            "learning_rate:1..0.1 5",
            "Learning rate must range from a lower to a higher number; you entered `1.0 to 0.1`",
        ),
        (
            "learning_rate:0.001..1 log 1000000",
            "Learning rate must have from 2 to 500 values in a range; you entered `1000000`",
        ),
        (
            "learning_rate:fast",
            "Learning rate must be a number above 0 and at most 1,000,000; you entered `'fast'`",
        ),
        (
            "learning_rate:",
            "Learning rate must have at least one value in a sweep; you entered nothing",
        ),
        (
            "noise:`<b>$x$`",
            "Noise must be a number from 0 to 10; you entered `''<b>$x$''`",
        ),
        (
            "data_seed:1..400 400",
            "Runs must be from 1 to 500 in one sweep; found `800`",
        ),
        ("samples:100; 100000", "Training points must be at most"),
    ],
)
def test_a_bad_axis_is_one_sentence_and_the_last_results_stay(
    workers: ByHand, drawn: dict[str, Update], axis: str, sentence: str
) -> None:
    app = press(open_explore(**SIX), "sweep_start")
    workers.compute_all()
    app.run()
    before = cells(drawn)
    name, _, values = axis.partition(":")
    choose_axis(app, 1, name)
    values_of(app, 1, name).set_value(values).run()
    if "runs must" not in sentence:
        choose_axis(app, 2, None)
    if name == "samples":
        choose_axis(app, 2, "hidden_layers")
        values_of(app, 2, "hidden_layers").set_value("64,64,64").run()
    (error,) = errors(healthy(app))
    assert error.startswith(sentence)
    assert app.button(key="sweep_restart").disabled
    assert status(app) == "6 of 6 runs · finished"
    assert [cell and cell["sentence"] for cell in cells(drawn)] == [
        cell and cell["sentence"] for cell in before
    ]


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("seeds", 0, "Seeds must be a whole number from 1 to 100; you entered `0`"),
        ("seeds", 101, "Seeds must be a whole number from 1 to 100; you entered `101`"),
        ("iterations", 0, "Iterations must be a whole number from 1 to 1,000,000; you entered `0`"),
    ],
)
@pytest.mark.usefixtures("workers")
def test_a_bad_number_is_one_sentence(key: str, value: int, sentence: str) -> None:
    app = open_explore(**SIX)
    set_number(app, key, value)
    (error,) = errors(healthy(app))
    assert error.startswith(sentence)
    assert app.button(key="sweep_start").disabled


@pytest.mark.usefixtures("workers")
def test_a_link_restores_the_sweep_and_holds_only_what_differs() -> None:
    link = {
        **BASE,
        "learning_rate": "0.3",
        "seed": "7",
        "axis1": "activation:relu; tanh",
        "axis2": "noise:0..0.4 3",
        "seeds": "2",
        "columns": "noise",
        "rows": "seed",
    }
    app = open_explore(**link)
    assert not app.warning
    assert dict(app.query_params) == link
    press(app, "sweep_start")
    plan = started(app).plan
    base = Config(samples=20, test_samples=10, iterations=3, learning_rate=0.3, seed=7)
    axes = [axis_from_text("activation", "relu; tanh"), axis_from_text("noise", "0; 0.2; 0.4")]
    assert list(plan.configs) == grid(base, axes, [7, 8])
    assert app.selectbox(key="columns").value == "noise"
    assert app.selectbox(key="rows").value == "seed"


def test_a_random_sample_is_drawn_from_the_axes_and_stands_in_the_link(
    workers: ByHand, drawn: dict[str, Update]
) -> None:
    axes = {"axis1": "learning_rate:0.001..1 log 7", "axis2": "activation:relu; tanh"}
    app = open_explore(**axes)
    assert "**14 runs**" in texts(app)
    app.number_input(key=field(app, "sample")).set_value(5).run()
    set_number(app, "sample_seed", 3)
    set_number(app, "seeds", 2)
    assert "**10 runs**" in texts(app)
    assert "Drawn from 0.001 to 1, on a logarithmic scale" in texts(app)
    link = {**BASE, **axes, "sample": "5", "sample_seed": "3", "seeds": "2"}
    assert dict(app.query_params) == link
    app = press(open_explore(**link), "sweep_start")
    base = Config(samples=20, test_samples=10, iterations=3)
    ranges = [Range("learning_rate", 0.001, 1, log=True), Axis("activation", ("relu", "tanh"))]
    expected = random_sample(base, ranges, 5, 3, [4, 5])
    assert list(started(app).plan.configs) == expected
    workers.compute_all()
    app.run()
    assert status(healthy(app)) == "10 of 10 runs · finished"
    labels = [cell and cell["label"] for cell in cells(drawn)]
    rates = sorted({config.learning_rate for config in expected})
    assert labels == [f"learning rate {rate:.2g}" for rate in rates]
    press(app, "example_rate_width")
    assert "**35 runs**" in texts(app)
    assert "sample" not in app.query_params


@pytest.mark.slow
@pytest.mark.parametrize("view", page.VIEWS)
def test_every_view_shows_a_random_sample(workers: ByHand, view: str) -> None:
    axes = {"axis1": "learning_rate:0.01..1 log", "axis2": "hidden_layers:2; 3"}
    app = press(open_explore(**axes, sample="12", seeds="2", view=view), "sweep_start")
    workers.compute_all()
    assert status(healthy(app.run())) == "24 of 24 runs · finished"
    assert not errors(app)


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ({"sample": "501", **SIX}, "The link's sample must be a whole number from 1 to 500, not"),
        ({"sample": "x", **SIX}, "The link's sample must be a whole number from 1 to 500, not"),
        ({"sample_seed": "-1"}, "The link's sample seed must be a whole number from 0 to"),
        ({"sample": "300", "seeds": "2", **SIX}, "Runs must be from 1 to 500 in one sweep; found"),
        ({"sample": "5"}, "Sample must have at least one axis to draw from; you entered nothing"),
    ],
)
@pytest.mark.usefixtures("workers")
def test_a_sample_that_cannot_be_drawn_is_one_sentence(link: dict[str, str], sentence: str) -> None:
    app = open_explore(**link)
    messages = [*errors(app), *(warning.value for warning in app.warning)]
    assert len(messages) == 1
    assert messages[0].startswith(sentence)


@pytest.mark.usefixtures("workers")
def test_a_link_without_settings_stays_empty() -> None:
    app = open_explore(small=False)
    assert dict(app.query_params) == {}


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("axis1", "width:3", "axis1 must be a setting, a colon and values, not `'width:3'`"),
        ("axis1", "seed:1; 2", "axis1 must be a setting, a colon and values, not `'seed:1; 2'`"),
        ("seeds", "x", "seeds must be a whole number from 1 to 100, not `'x'`"),
        ("seeds", "1e999", "seeds must be a whole number from 1 to 100, not `'1e999'`"),
        ("seeds", "9" * 5000, "seeds must be a whole number from 1 to 100, not `'9999"),
        ("learning_rate", "-1", "learning rate must be a number above 0 and"),
        ("activation", "<img src=x>", "activation must be one of"),
    ],
)
@pytest.mark.usefixtures("workers")
def test_a_hostile_link_is_refused_in_words(name: str, value: str, sentence: str) -> None:
    app = open_explore(**{name: value})
    (warning,) = app.warning
    assert warning.value.startswith(f"The link's {sentence}")
    assert warning.value.endswith("`. The default is used instead.")
    assert name not in app.query_params
    assert not errors(app)


def test_several_seeds_share_a_cell_which_shows_the_median(
    workers: ByHand, drawn: dict[str, Update]
) -> None:
    app = press(open_explore(**SIX, seeds="3", test_samples="100"), "sweep_start")
    workers.compute_all()
    app.run()
    assert "the median of its 3 runs" in texts(app)
    by_rate = started(app).sweep.results
    for number, cell in enumerate(cells(drawn)):
        assert cell
        width, rate = ((2,), (3,))[number // 3], (0.01, 0.1, 1.0)[number % 3]
        accuracies = sorted(
            result.metrics.test_accuracy
            for result in by_rate
            if (result.config.hidden_layers, result.config.learning_rate) == (width, rate)
        )
        assert cell["number"] == f"{accuracies[1]:.1%}"
        assert cell["note"].endswith(" of 3 solved")


def test_rows_and_columns_can_be_chosen(workers: ByHand, drawn: dict[str, Update]) -> None:
    app = press(open_explore(**SIX), "sweep_start")
    workers.compute_all()
    app.selectbox(key="columns").select("hidden_layers").run()
    gallery = drawn["gallery"].gallery
    assert gallery
    assert gallery["columns"] == ["2", "3"]
    assert gallery["rows"] == ["0.01", "0.1", "1"]
    app.selectbox(key="rows").select("none").run()
    gallery = drawn["gallery"].gallery
    assert gallery
    assert gallery["rows"] == []
    assert len(gallery["cells"]) == 2
    assert app.query_params["columns"] == "hidden_layers"
    assert app.query_params["rows"] == "none"


def test_a_chosen_run_opens_in_the_playground(workers: ByHand) -> None:
    app = press(open_explore(**SIX, learning_rate="0.5", noise="0.2"), "sweep_start")
    workers.compute_all()
    open_run(app, 5)
    run = run_of(healthy(app))
    assert run.config == started(app).plan.configs[5]
    assert run.config.learning_rate == 1.0
    assert run.config.hidden_layers == (3,)
    assert run.iteration == 0
    assert app.text_input(key="hidden_layers").value == "3"
    assert app.query_params["noise"] == "0.2"
    assert "axis1" not in app.query_params


@pytest.mark.usefixtures("workers")
def test_opening_a_run_of_other_settings_starts_a_new_one() -> None:
    """On the playground, another learning rate would act on the run in progress."""
    app = press(open_explore(**SIX), "sweep_start")
    put_run(app, advance(start(explore(app).base), 50))
    open_run(app, 1)
    assert run_of(healthy(app)).iteration == 0


@pytest.mark.usefixtures("workers")
def test_the_run_in_progress_stays_when_one_comes_back_with_its_settings() -> None:
    app = press(open_explore(**SIX), "sweep_start")
    config = started(app).plan.configs[0]
    run = advance(start(config), 2)
    put_run(app, run)
    open_run(app, 0)
    assert run_of(healthy(app)) is run
    assert playground_of(app).training is None


@pytest.mark.usefixtures("workers")
def test_own_points_go_along_and_an_opened_run_brings_its_own() -> None:
    points = encode(Points.of([(0.5, 0.5, 1.0), (-0.5, 0.2, 0.0)]))
    app = press(open_explore(**SIX, points=points), "sweep_start")
    assert "2 own points" in texts(app)
    open_run(app, 0)
    assert len(run_of(healthy(app)).config.points) == 2
    assert app.query_params["points"] == points


@pytest.mark.parametrize("key", ["open_base", "open_suggested"])
def test_an_opened_run_has_the_points_of_its_base_however_many(workers: ByHand, key: str) -> None:
    """More own points than a link holds stay in the session, but another run must not get them."""
    many = Points.of([(number / 300, 0.1, number % 2) for number in range(300)])
    app = open_explore(view="range")
    put_run(app, start(Config()), point_history=(OwnPoints(many),))
    press(app, "range_start")
    workers.compute_all()
    app.run()
    follow(press(app, key))
    assert len(run_of(app).config.points) == 0


def open_with_results(view: str, workers: ByHand) -> AppTest:
    app = open_explore(**SIX, view=view)
    press(app, "range_start" if view == RANGE_TEST else "sweep_start")
    workers.compute_all()
    return healthy(app.run())


@pytest.mark.parametrize(
    ("view", "key"),
    [("compare", "open_base"), ("compare", "compare_open_left"), (RANGE_TEST, "open_suggested")],
)
def test_a_click_that_opens_settings_outlives_its_script_run(
    workers: ByHand, monkeypatch: pytest.MonkeyPatch, view: str, key: str
) -> None:
    """Another message may end the script run before it has drawn anything."""
    app = open_with_results(view, workers)
    with monkeypatch.context() as patches:
        patches.setattr(page, "keyboard", lambda _: st.stop())
        press(app, key)
    follow(app.run())
    assert run_of(healthy(app)).iteration == 0
    assert explore(app).to_open is None


@pytest.mark.parametrize(
    ("view", "module", "name"),
    [("compare", compare, "pair_controls"), (RANGE_TEST, lr_range_test, "controls")],
)
def test_a_click_that_comes_with_a_tick_opens_settings(
    workers: ByHand, monkeypatch: pytest.MonkeyPatch, view: str, module: Any, name: str
) -> None:
    app = open_with_results(view, workers)
    config, draw, clicks = Config(samples=33), getattr(module, name), [1]

    def draw_and_click(*arguments: Any) -> Any:
        if clicks:
            clicks.clear()
            session.open_settings(config)
        return draw(*arguments)

    monkeypatch.setattr(module, name, draw_and_click)
    follow(app.run())
    assert run_of(healthy(app)).config.samples == 33


def test_after_a_change_of_settings_the_page_says_that_the_results_are_older(
    workers: ByHand,
) -> None:
    app = press(open_explore(**SIX), "sweep_start")
    workers.compute_all()
    app.run()
    assert "The settings have changed" not in texts(app)
    set_number(app, "seeds", 2)
    assert "These are the results of the last sweep; Start runs the sweep again." in texts(app)
    assert "**12 runs**" in texts(app)


@pytest.mark.usefixtures("workers")
def test_start_sees_what_was_typed_just_before() -> None:
    """A field that is left by the click on Start comes with the same rerun."""
    app = open_explore(**SIX)
    values_of(app, 1, "learning_rate").set_value("0.5")
    app.button(key="sweep_start").click()
    healthy(app.run())
    assert len(started(app).plan.configs) == 2


def test_a_click_while_a_sweep_starts_loses_neither_start_nor_sweep(
    workers: ByHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Sweep] = []

    def interrupted(configs: Sequence[Config]) -> Sweep:
        made.append(Sweep(configs))
        context = get_script_run_ctx()
        if len(made) == 1 and context and context.script_requests:
            context.script_requests.request_rerun(RerunData())
        return made[-1]

    monkeypatch.setattr(session, "Sweep", interrupted)
    app = press(open_explore(**SIX), "sweep_start")
    first, second = made
    assert first.cancelled
    assert started(app).sweep is second
    workers.compute_all()
    assert status(healthy(app.run())).startswith("6 of 6 runs · finished")
    assert len(made) == 2


def test_a_click_while_a_range_test_starts_leaves_one_test(
    workers: ByHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Future[object]] = []
    submit = workers.submit

    def interrupted(*work: Any) -> Future[object]:
        made.append(submit(*work))
        context = get_script_run_ctx()
        if len(made) == 1 and context and context.script_requests:
            context.script_requests.request_rerun(RerunData())
        return made[-1]

    monkeypatch.setattr(workers, "submit", interrupted)
    app = press(open_explore(view=RANGE_TEST), "range_start")
    first, second = made
    assert first.cancelled()
    test = explore(app).range_test
    assert test
    assert test.future is second


def test_diverged_and_failed_runs_are_named(workers: ByHand, drawn: dict[str, Update]) -> None:
    app = press(
        open_explore(axis1="learning_rate:0.1; 1000000", problem="regression", iterations="500"),
        "sweep_start",
    )
    workers.compute_all()
    app.run()
    assert status(healthy(app)) == "2 of 2 runs · finished · 1 diverged"
    good, bad = cells(drawn)
    assert good
    assert bad
    assert bad["number"] == "diverged"
    assert bad["problem"]
    assert not good["problem"]


def test_a_sweep_without_training_points_is_refused_in_words() -> None:
    app = open_explore(axis1="learning_rate:0.1; 1", dataset="own")
    assert errors(app) == [
        "Points must not be empty with the data set “Your own points”; found nothing"
    ]
    assert app.button(key="sweep_start").disabled


def test_a_promised_cluster_that_is_not_there_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> Workers:
        raise ValueError("NNLAB_DASK_SCHEDULER must be the address, got 'tcp://nowhere'")

    monkeypatch.setattr(cluster, "local_workers", refuse)
    app = press(open_explore(**SIX), "sweep_start")
    assert errors(app) == ["NNLAB_DASK_SCHEDULER must be the address, got 'tcp://nowhere'"]
    press(open_explore(), "preset_range_test")


def test_a_range_test_is_a_curve_with_a_suggestion(workers: ByHand) -> None:
    app = press(open_explore(hidden_layers="5"), "preset_range_test")
    assert "The test is running." in texts(app)
    workers.compute_all()
    app.run()
    test = explore(app).range_test.future.result()
    assert f"**{test.suggested:g}**" in texts(healthy(app))
    assert f"Usable range: **{test.begins:.2g} to {test.ends:.2g}**" in texts(app)
    press(app, "sweep_around")
    assert app.selectbox(key=field(app, "axis1")).value == "learning_rate"
    axis = axis_from_text("learning_rate", values_of(app, 1, "learning_rate").value)
    assert axis.values[3] == pytest.approx(test.suggested, rel=0.02)
    assert "**7 runs**" in texts(app)


def test_a_range_test_that_never_learns_says_so(workers: ByHand) -> None:
    app = press(open_explore(initialization="zeros", view="range"), "range_start")
    workers.compute_all()
    app.run()
    assert "The loss never fell" in texts(healthy(app))


def test_a_range_test_of_other_settings_is_not_shown(workers: ByHand) -> None:
    app = press(open_explore(), "preset_range_test")
    workers.compute_all()
    app.run()
    set_number(app, "iterations", 7)
    assert "No test of these settings yet" in texts(healthy(app))


@pytest.mark.slow
@pytest.mark.parametrize("view", list(page.TITLES))
def test_every_view_can_be_linked_and_drawn(workers: ByHand, view: str) -> None:
    app = open_explore(**SIX, seeds="2", view=view)
    if view != RANGE_TEST:
        press(app, "sweep_start")
        workers.compute_all()
        app.run()
    assert not errors(healthy(app))
    assert app.query_params.get("view", "gallery") == view


def test_the_estimate_measures_a_run_of_the_sweep_as_the_base_may_be_too_large(
    workers: ByHand,
) -> None:
    base = {"samples": "100000", "hidden_layers": "64,64,64"}
    app = open_explore(**base, axis1="hidden_layers:2; 3; 4")
    assert explore(app).cost.config.hidden_layers == (3,)
    assert "**3 runs**" in texts(app)
    app = open_explore(**base)
    assert "Training points must be at most" in errors(app)[0]
    assert explore(app).cost is None
    assert not workers.tasks


def test_compare_offers_more_runs_while_they_come(
    workers: ByHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "COMPARE_SECONDS", -1)
    app = press(open_explore(**BASE, **SIX, view="compare"), "sweep_start")
    assert "No run has finished yet." in texts(app)
    assert "press Start" not in texts(app)
    workers.compute(1)
    assert "There are no two runs to compare yet." in texts(healthy(app.run()))
    look = page.results_so_far

    def compute_and_look(*arguments: Any) -> Any:
        workers.compute(1)
        return look(*arguments)

    monkeypatch.setattr(page, "results_so_far", compute_and_look)
    healthy(app.run())
    assert len(app.selectbox(key="compare_left").options) == 6


def test_two_compared_runs_wait_while_their_view_is_not_shown(workers: ByHand) -> None:
    app = press(open_explore(**SIX, iterations="5000", view="compare"), "sweep_start")
    workers.compute_all()
    app.run()
    for another_view in (True, False):
        press(app, "compare_start")
        assert explore(app).pair.training
        if another_view:
            for view in ("table", "compare"):
                app.button_group(key=view_key(app)).set_value(view).run()
        else:
            follow(press(app, "open_base"))
        assert not explore(healthy(app)).pair.training


@pytest.mark.parametrize("opens_playground", [True, False])
def test_a_sweep_goes_on_while_its_results_are_not_drawn(
    workers: ByHand, opens_playground: bool
) -> None:
    """A sweep rests once nobody has asked for its results for a while; other pages ask."""
    app = press(open_explore(**SIX), "sweep_start")
    if opens_playground:
        open_run(app, 0)
    else:
        press(app, "example_range_test")
        assert "The test is running." in texts(app)
    healthy(app)
    sweep = started(app).sweep
    later = sweep.clock() + 2 * UNWATCHED_SECONDS
    sweep.clock = lambda: later
    workers.compute_all()
    assert sweep.done == 2  # no other run was begun
    app.run()
    workers.compute_all()
    assert sweep.done == 6


def test_a_sweep_goes_on_when_another_session_clears_the_servers_caches(workers: ByHand) -> None:
    app = press(open_explore(**SIX), "sweep_start")
    st.cache_data.clear()
    st.cache_resource.clear()
    assert not explore(app).sweep.sweep.paused
    workers.compute_all()
    assert explore(healthy(app.run())).sweep.sweep.done == 6
