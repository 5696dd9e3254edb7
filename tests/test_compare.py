"""Two runs side by side stay at the same iteration, with the numbers that each has alone."""

import json
from collections.abc import Callable
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from nnlab import Config, Run, advance, evaluate, predict, set_parameter, start
from nnlab.app import live_chart
from nnlab.app.explore import lockstep
from nnlab.app.explore.views import compare
from nnlab.app.explore.views.shown_run import of_end
from nnlab.app.live_chart import Update
from nnlab.app.live_chart.inbox import Handlers
from nnlab.app.pace import TICK_SECONDS
from nnlab.app.turns import BUDGET_SECONDS
from nnlab.figures.curves import compared_losses, loss_series, result_series
from nnlab.figures.function_curve import function_curve
from nnlab.figures.plane_picture import png
from nnlab.figures.points import decision_boundary
from nnlab.figures.style import SET_COLORS
from nnlab.inspection.plane_view import view_plane
from nnlab.sweep import Axis, Result, run_one
from tests.helpers.app_page import healthy, press, put_run, run_of
from tests.helpers.sweep_results import result
from tests.helpers.waiting import PATIENCE_SECONDS

PAGE = Path(__file__).parent / "helpers/sweep_page.py"
BASE = Config(samples=40, test_samples=20, iterations=30)
RATES = Axis("learning_rate", (0.01, 0.1, 1.0))


def runs(*learning_rates: float, **settings: Any) -> tuple[Run, Run]:
    left, right = (
        start(Config(**{"samples": 40, "iterations": 30, **settings, "learning_rate": rate}))
        for rate in learning_rates
    )
    return left, right


@pytest.mark.parametrize("others", [0, 39])
@pytest.mark.parametrize("speed", [1, 10, 100, None])
def test_two_runs_make_the_same_iterations_and_end_as_they_do_alone(
    speed: int | None, others: int
) -> None:
    pair = runs(0.01, 0.1)
    alone = [advance(run, 30) for run in pair]
    for _ in range(30 // min(speed or 30, 30)):
        assert any(map(lockstep.remaining, pair))
        pairs = lockstep.tick(pair, speed, others, budget=inf)
        pair = pairs[-1]
        assert all(left.iteration == right.iteration <= 30 for left, right in pairs)
    assert not any(map(lockstep.remaining, pair))
    for run, expected in zip(pair, alone, strict=True):
        np.testing.assert_array_equal(run.losses, expected.losses)


def test_a_run_at_its_end_waits_for_the_other() -> None:
    short, long = start(Config(samples=40, iterations=5)), start(Config(samples=40, iterations=20))
    pair = lockstep.tick((long, short), 8, 0, budget=inf)[-1]
    assert [run.iteration for run in pair] == [8, 5]
    pairs = lockstep.tick(pair, 8, 0, budget=inf)
    assert [run.iteration for run in pairs[-1]] == [16, 5]
    assert {right.iteration for _, right in pairs} == {5}


def test_a_diverged_run_waits_for_the_other() -> None:
    pair = runs(1e6, 0.001, problem="regression", dataset="plane", activation="linear")
    for _ in range(30):
        pair = lockstep.tick(pair, 10, 0, budget=inf)[-1]
    assert not any(map(lockstep.remaining, pair))
    assert pair[0].diverged
    assert pair[0].iteration < pair[1].iteration == 30


def test_the_slower_run_does_not_keep_the_quick_one_at_another_iteration() -> None:
    """The time of a tick ends the slower run; the other makes as many iterations."""
    slow = start(Config(samples=5000, hidden_layers=(32, 32), iterations=10**6))
    quick = start(Config(samples=10, hidden_layers=(), iterations=10**6))
    for pair in ((slow, quick), (quick, slow)):
        ticked = lockstep.tick(pair, None, 0, BUDGET_SECONDS)[-1]
        assert ticked[0].iteration == ticked[1].iteration >= 1


def test_the_lines_of_both_runs_differ_by_set_in_colour_and_by_side_in_dashes() -> None:
    figure = json.loads(compared_losses("cross-entropy", log=True))
    named = {trace["name"]: trace["line"] for trace in figure["data"]}
    assert list(named) == ["left, train", "left, test", "right, train", "right, test"]
    for name, line in named.items():
        side, part = name.split(", ")
        assert line["color"] == SET_COLORS[part]
        assert line["dash"] == ("solid" if side == "left" else "dot")
    assert figure["layout"]["yaxis"]["type"] == "log"


def test_the_lines_of_a_finished_run_are_those_of_its_result() -> None:
    made = run_one(0, BASE)
    run = advance(start(BASE), 30)
    (train, test), (live_train, live_test) = result_series(made), loss_series(run, evaluate(run))
    np.testing.assert_array_equal(train[0], live_train[0])
    np.testing.assert_array_equal(train[1], live_train[1])
    assert [line[-1] for line in test] == [line[-1] for line in live_test]
    assert len(test[0]) == 1  # a sweep keeps no more of it


def test_a_run_that_failed_has_neither_a_line_nor_a_picture() -> None:
    failed = result(0, status="error")
    assert [len(line) for series in result_series(failed) for line in series] == [0] * 4
    assert of_end(failed).frames == []


def made() -> list[Result]:
    """Return three finished runs of a sweep, really trained."""
    return [
        run_one(index, Config(samples=40, test_samples=20, iterations=30, learning_rate=rate))
        for index, rate in enumerate(RATES.values)
    ]


def open_compare(
    results: list[Result],
    *,
    base: Config = BASE,
    axis: Axis = RATES,
    run: Run | None = None,
    **state: object,
) -> AppTest:
    app = AppTest.from_file(str(PAGE), default_timeout=PATIENCE_SECONDS)
    app.session_state["sweep"] = (base, (axis,), (4,), results, 3)
    app.session_state["view"] = compare.VIEW
    for name, value in state.items():
        app.session_state[name] = value
    if run:
        put_run(app, run)
    return healthy(app.run())


def at(drawn: dict[str, Update]) -> list[int]:
    return [drawn[f"compare-{name}"].iteration for name in ("left", "right", "loss")]


def test_without_runs_there_is_nothing_to_compare(drawn: dict[str, Update]) -> None:
    assert "No runs yet: press Start." in open_compare([]).info[0].value
    assert "no two runs" in open_compare(made()[:1]).info[0].value
    assert drawn == {}


def test_at_first_both_are_shown_at_their_end(drawn: dict[str, Update]) -> None:
    results = made()
    open_compare(results, compare_left=0, compare_right=2)
    assert at(drawn) == [30, 30, 30]
    for side, one in (("left", results[0]), ("right", results[2])):
        update = drawn[f"compare-{side}"]
        assert update.frames[0][1] == png(one.boundary)
        assert f"test loss {one.metrics.test_loss:.4g}" in update.alt
    series = drawn["compare-loss"].series
    assert [line[-1].tolist() for line in series] == [
        values.tolist()
        for one in (results[0], results[2])
        for values in (one.losses, np.array([one.metrics.test_loss]))
    ]


def test_the_worst_and_the_best_are_proposed() -> None:
    results = [result(index, accuracy=good) for index, good in enumerate((0.7, 0.9, 0.6))]
    app = open_compare(results)
    assert app.selectbox(key="compare_left").value == 2
    assert app.selectbox(key="compare_right").value == 1
    app = open_compare(results, run=start(BASE))
    assert app.selectbox(key="compare_left").value == compare.PLAYGROUND


def test_both_runs_play_from_their_start_at_the_same_iterations(
    drawn: dict[str, Update],
) -> None:
    app = open_compare(made(), compare_left=0, compare_right=2)
    press(app, "compare_start")
    assert app.button(key="compare_pause").label == "Pause"
    seen = [at(drawn)]
    for _ in range(30):  # a tick makes at least one iteration
        if not app.session_state["explore"].pair.training:
            break
        healthy(app.run())
        seen.append(at(drawn))
    assert not app.session_state["explore"].pair.training
    assert all(len(set(iterations)) == 1 for iterations in seen)
    assert seen[-1] == [30] * 3
    assert 0 < seen[0][0] < 30
    expected = [
        evaluate(advance(start(one.config), 30)).train_loss for one in (made()[0], made()[2])
    ]
    series = drawn["compare-loss"].series
    assert [series[0][1][-1], series[2][1][-1]] == expected
    assert app.button(key="compare_start").disabled


def test_pause_step_reset_and_ends(drawn: dict[str, Update]) -> None:
    app = open_compare(made(), compare_left=0, compare_right=1)
    press(app, "compare_step")
    assert at(drawn) == [1, 1, 1]
    press(app, "compare_start")
    press(app, "compare_pause")
    paused = at(drawn)
    assert paused[0] > 1
    healthy(app.run())
    assert at(drawn) == paused
    press(app, "compare_step")
    assert at(drawn) == [paused[0] + 1] * 3
    press(app, "compare_reset")
    assert at(drawn) == [0, 0, 0]
    press(app, "compare_ends")
    assert at(drawn) == [30, 30, 30]


def test_start_and_step_at_once_after_reset_are_for_the_new_runs() -> None:
    """As when other messages end the script runs that would have drawn the new runs."""
    app = open_compare(made(), compare_left=0, compare_right=1)
    press(app, "compare_step")
    pair = app.session_state["explore"].pair
    for later, iteration in (({"steps": 1}, 1), ({"training": True}, None)):
        asked = pair._replace(renew=True, **later)
        app.session_state["explore"] = replace(app.session_state["explore"], pair=asked)
        healthy(app.run())
        found = app.session_state["explore"].pair
        assert not found.renew
        assert found.number == pair.number + 1
        assert found.training == (iteration is None)
        assert iteration is None or found.runs[0].iteration == iteration


def test_a_step_that_the_browser_sends_twice_is_one_step(
    drawn: dict[str, Update], monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = st.button

    def telling_twice(
        *args: Any, on_click: Callable[..., None] | None = None, **options: Any
    ) -> bool:
        def click(*values: object) -> None:
            for _ in range(2):
                if on_click:
                    on_click(*values)

        return draw(*args, on_click=click, **options)

    monkeypatch.setattr(st, "button", telling_twice)
    app = open_compare(made(), compare_left=0, compare_right=1)
    press(app, "compare_step")
    assert at(drawn) == [1, 1, 1]
    press(app, "compare_start")
    reached = app.session_state["explore"].pair.runs[0].iteration
    press(app, "compare_step")
    assert at(drawn) == [reached + 1] * 3


def test_only_runs_that_train_are_slowed_down_and_at_rest_nothing_is_left_to_be_played(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(compare.live_chart, "update", lambda _, **more: sent.append(more))
    app = open_compare(made(), compare_left=0, compare_right=1)
    assert sent[-1]["time_line"].at == 30
    press(app, "compare_start")
    assert sent[-1]["time_line"] is None

    def late(*_: object, handlers: Handlers, **__: object) -> None:
        handlers["slow"]()

    monkeypatch.setattr(compare.live_chart, "update", late)
    press(app, "compare_pause")
    assert app.session_state["explore"].pair.pace.interval == TICK_SECONDS
    press(app, "compare_start")
    assert app.session_state["explore"].pair.pace.interval > TICK_SECONDS


def test_a_run_that_a_rule_has_stopped_says_so(drawn: dict[str, Update]) -> None:
    config = Config(samples=40, test_samples=20, iterations=30, target_loss=100)
    results = [run_one(0, config), *made()[1:]]
    app = open_compare(results, compare_left=0, compare_right=1)
    press(app, "compare_step")
    assert at(drawn)[1] == 1
    words = " ".join(element.value for element in app.markdown)
    assert "target loss reached" in words
    assert ":red" not in words
    assert "target_loss" not in words


def test_another_choice_of_runs_starts_them_from_the_beginning(drawn: dict[str, Update]) -> None:
    app = open_compare(made(), compare_left=0, compare_right=1)
    press(app, "compare_step")
    app.selectbox(key="compare_right").set_value(2)
    healthy(app.run())
    assert at(drawn) == [30, 30, 30]
    assert not app.session_state["explore"].pair.training


def test_the_playgrounds_run_is_shown_as_it_is_and_left_unchanged(
    drawn: dict[str, Update],
) -> None:
    run = advance(start(Config(samples=40, test_samples=20, iterations=20)), 7)
    app = open_compare(made(), run=run, compare_left=compare.PLAYGROUND, compare_right=1)
    assert at(drawn)[:2] == [7, 30]
    press(app, "compare_step")
    assert at(drawn) == [1, 1, 1]
    assert run_of(app) is run
    assert not app.caption


def test_a_playground_run_that_was_edited_is_said_to_be() -> None:
    run = set_parameter(advance(start(BASE), 7), 0, 0, 0, 1.0)
    app = open_compare(made(), run=run, compare_left=compare.PLAYGROUND, compare_right=1)
    assert "was changed while it trained" in app.caption[0].value


def test_a_diverged_and_a_failed_run_are_shown_as_such(drawn: dict[str, Update]) -> None:
    results = [result(0, status="diverged"), result(1, status="error")]
    app = open_compare(results, compare_left=0, compare_right=1)
    words = " ".join(element.value for element in app.markdown)
    assert ":red[diverged]" in words
    assert ":red[The worker died.]" in words
    assert "The worker died." in drawn["compare-right"].alt
    assert "diverged" in app.selectbox(key="compare_left").options[0]


@pytest.fixture
def staged(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the figures that the page draws, by their names."""
    figures: dict[str, str] = {}
    stage = lambda name, figure, *_, **__: figures.update({name: figure})  # noqa: E731
    monkeypatch.setattr(live_chart, "stage", stage)
    return figures


def test_two_curves_are_compared_as_curves(
    drawn: dict[str, Update], staged: dict[str, str]
) -> None:
    base = replace(BASE, problem="regression", dataset="curve")
    results = [run_one(0, base), run_one(1, replace(base, learning_rate=0.1))]
    app = open_compare(results, base=base, compare_left=0, compare_right=1)
    for side in compare.SIDES:
        assert staged[f"compare-{side}"] == function_curve(start(base).dataset)
    assert [drawn[f"compare-{side}"].frames for side in compare.SIDES] == [
        [(30, png(one.boundary))] for one in results
    ]
    press(app, "compare_step")
    run = advance(start(base), 1)
    assert drawn["compare-left"].frames[-1] == (1, png(view_plane(run).levels))


def test_runs_of_three_and_of_six_classes_are_compared(
    drawn: dict[str, Update], staged: dict[str, str]
) -> None:
    axis = Axis("classes", (3, 6))
    bases = [replace(BASE, dataset="spirals", classes=number) for number in axis.values]
    results = [run_one(index, config) for index, config in enumerate(bases)]
    app = open_compare(results, base=bases[0], axis=axis, compare_left=0, compare_right=1)
    for side, base, one in zip(compare.SIDES, bases, results, strict=True):
        data = start(base).dataset
        assert staged[f"compare-{side}"] == decision_boundary(data, base.classes)
        update = drawn[f"compare-{side}"]
        assert update.frames == [(30, png(one.boundary))]
        likeliest = predict(advance(start(base), 30), data.test_inputs).argmax(axis=1)
        accuracy = np.mean(likeliest == data.test_targets[:, 0])
        assert f"test accuracy {accuracy:.1%}" in update.alt
    assert [option.split(" · ")[1] for option in app.selectbox(key="compare_left").options] == [
        "classes 3",
        "classes 6",
    ]
    press(app, "compare_step")
    for side, base in zip(compare.SIDES, bases, strict=True):
        run = advance(start(base), 1)
        assert drawn[f"compare-{side}"].frames[-1] == (1, png(view_plane(run).levels))


def test_only_runs_that_pass_the_filter_are_offered() -> None:
    app = open_compare(made(), sweep_filter={"learning_rate": ((0.05, 2.0),)})
    assert [option.partition(" ·")[0] for option in app.selectbox(key="compare_left").options] == [
        "Run 1",
        "Run 2",
    ]
