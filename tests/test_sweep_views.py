"""The views of a sweep, drawn from results made by hand."""

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from nnlab import Config, advance, predict, start
from nnlab.app.explore import page
from nnlab.app.explore.session import Plan
from nnlab.app.explore.sweep_results import filtered
from nnlab.app.explore.views import VIEWS
from nnlab.app.explore.views.table import as_csv
from nnlab.sweep import Axis, Result, grid, run_one
from tests.helpers.app_page import healthy
from tests.helpers.sweep_results import result
from tests.helpers.waiting import PATIENCE_SECONDS

AXES = (Axis("learning_rate", (0.001, 0.01, 0.1)), Axis("activation", ("relu", "tanh")))
SEEDS = (4, 5, 6, 7)
PAGE = Path(__file__).parent / "helpers/sweep_page.py"


def many() -> list[Result]:
    """Return 24 runs. A higher rate is better, tanh slightly; one has diverged, one has failed."""
    found = []
    for rate in AXES[0].values:
        for activation in AXES[1].values:
            for seed in SEEDS:
                index = len(found)
                good = 0.9 + 0.05 * math.log10(rate) + 0.02 * (activation == "tanh") + seed / 1000
                status = {22: "diverged", 23: "error"}.get(index, "done")
                found.append(
                    result(
                        index,
                        status=status,
                        accuracy=good,
                        loss=1 - good,
                        learning_rate=rate,
                        activation=activation,
                        seed=seed,
                    )
                )
    return found


def draw(
    view: str,
    results: list[Result],
    axes: tuple[Axis, ...] = AXES,
    seeds: tuple[int, ...] = SEEDS,
    *,
    chosen: dict[str, Any] | None = None,
    base: Config | None = None,
    total: int = 24,
    **link: str,
) -> AppTest:
    app = AppTest.from_file(str(PAGE), default_timeout=PATIENCE_SECONDS)
    for name, value in link.items():
        app.query_params[name] = value
    app.session_state["sweep"] = (base or Config(), axes, seeds, results, total)
    app.session_state["view"] = view
    app.session_state["sweep_filter"] = chosen or {}
    return healthy(app.run())


def charts(app: AppTest) -> dict[str, dict[str, Any]]:
    """Return what the page has sent for each stage, by its name, with the figure as an object."""
    found = {}
    for component in app.get("bidi_component"):
        data = json.loads(component.proto.json)
        found[data["name"]] = data | {"figure": json.loads(data["figure"])}
    return found


def sentences(app: AppTest) -> str:
    """Return all sentences of the page."""
    return " ".join(
        element.value for element in [*app.info, *app.caption, *app.warning, *app.markdown]
    )


def done(results: list[Result]) -> list[Result]:
    return [result for result in results if result.status == "done"]


@pytest.mark.parametrize("view", VIEWS)
def test_before_the_first_result_a_view_says_so_and_draws_nothing(view: str) -> None:
    app = draw(view, [])
    assert "No runs yet: press Start." in sentences(app)
    assert charts(app) == {}
    assert not app.dataframe


@pytest.mark.parametrize("view", [view for view in VIEWS if view != "table"])
def test_no_chart_is_drawn_when_all_runs_have_diverged(view: str) -> None:
    app = draw(view, [result(0, status="diverged"), result(1, status="error")])
    assert "All of these runs diverged or failed" in sentences(app)
    assert charts(app) == {}


@pytest.mark.parametrize("view", [view for view in VIEWS if view != "parallel"])
def test_a_view_says_so_when_no_run_passes_the_filter(view: str) -> None:
    app = draw(view, many(), chosen={"test_accuracy": ((0.99, 1.0),)})
    assert "No run passes the filter." in sentences(app)
    assert charts(app) == {}
    assert "**0 of 24 runs**" in sentences(app)


@pytest.mark.parametrize(
    ("view", "name", "words"),
    [
        (
            "luck",
            "spread-settings",
            "6 combinations. The best, learning rate 0.1 · activation Tanh",
        ),
        ("luck", "spread-losses", "median 0.303, quartiles 0.303 to 0.303 over 2 runs"),
        ("parallel", "parallel-coordinates", "22 runs, 22 of which pass the filter"),
        ("heat", "heat-map", "from 75.6% to 87.5%"),
        ("scatter", "scatter", "22 runs: test accuracy from 75.4% to 87.5% over learning rate"),
        ("importance", "importance", "from 22 runs: learning rate"),
    ],
)
def test_a_charts_text_alternative_has_its_main_numbers(view: str, name: str, words: str) -> None:
    chart = charts(draw(view, many()))[name]
    assert words in chart["shows"]["alt"]
    assert chart["shows"]["iteration"] >= 22


@pytest.mark.parametrize("view", ["luck", "heat", "scatter", "importance"])
def test_what_is_left_out_of_a_picture_is_said(view: str) -> None:
    sentence = "Not in medians and charts: 1 diverged and 1 failed"
    assert sentence in sentences(draw(view, many()))
    assert "Not in medians" not in sentences(draw(view, done(many())))


def test_the_rule_for_solved_can_be_changed() -> None:
    app = draw("luck", many())
    assert "Solved: test accuracy at least 95%." in sentences(app)
    labels = charts(app)["spread-settings"]["figure"]["layout"]["yaxis"]["ticktext"]
    assert all("solved by 0 of" in label for label in labels)
    app.number_input(key="solved_percent").set_value(87.5)
    healthy(app.run())
    labels = charts(app)["spread-settings"]["figure"]["layout"]["yaxis"]["ticktext"]
    # 0.1 and tanh: 87.4 % and 87.5 %, then one that diverged and one that failed
    assert labels[0] == (
        "learning rate 0.1 · activation Tanh<br><b>solved by 1 of 3 seeds, 1 diverged, 1 failed</b>"
    )
    assert "solved by 0 of 4 seeds" in labels[-1]
    app.selectbox(key="solved_metric_classification").set_value("train_loss")
    healthy(app.run())
    app.number_input(key="solved_loss_classification").set_value(0.9 * 0.125)
    healthy(app.run())
    assert "Solved: training loss at most 0.1125." in sentences(app)
    figure = charts(app)["spread-settings"]["figure"]
    assert figure["layout"]["yaxis"]["ticktext"][0].endswith("1 diverged, 1 failed</b>")
    assert "solved by 1 of 3" in figure["layout"]["yaxis"]["ticktext"][0]
    assert figure["layout"]["shapes"][0]["x0"] == pytest.approx(0.1125)


def test_a_regression_is_solved_by_its_loss() -> None:
    settings = {"problem": "regression", "dataset": "plane"}
    results = [result(seed, seed=seed, loss=0.005 * seed, **settings) for seed in range(4)]
    app = draw("luck", results, (), (0, 1, 2, 3), base=Config(**settings), total=4)
    assert "Solved: test loss at most 0.01." in sentences(app)
    (label,) = charts(app)["spread-settings"]["figure"]["layout"]["yaxis"]["ticktext"]
    assert "solved by 3 of 4 seeds" in label
    assert list(app.selectbox(key="solved_metric_regression").options) == [
        "Test loss",
        "Training loss",
    ]


def test_the_rule_of_a_regression_is_its_own_and_not_that_chosen_for_classes() -> None:
    app = draw("luck", many())
    app.selectbox(key="solved_metric_classification").set_value("test_loss")
    healthy(app.run())
    app.number_input(key="solved_loss_classification").set_value(0.2)
    assert "Solved: test loss at most 0.2." in sentences(healthy(app.run()))
    app.selectbox(key="solved_metric_classification").set_value("test_accuracy")
    healthy(app.run())
    settings = {"problem": "regression", "dataset": "plane"}
    results = [result(seed, seed=seed, loss=0.005 * seed, **settings) for seed in range(4)]
    app.session_state["sweep"] = (Config(**settings), (), (0, 1, 2, 3), results, 4)
    assert "Solved: test loss at most 0.01." in sentences(healthy(app.run()))
    (label,) = charts(app)["spread-settings"]["figure"]["layout"]["yaxis"]["ticktext"]
    assert "solved by 3 of 4 seeds" in label


@pytest.mark.parametrize("link", ["train_loss:0.2", "test_accuracy:0.875"])
def test_the_rule_for_solved_is_in_the_link(link: str) -> None:
    app = draw("luck", many(), solved=link)
    rule = {"train_loss:0.2": "training loss at most 0.2", "test_accuracy:0.875": "at least 87.5%"}
    assert rule[link] in sentences(app)
    assert app.query_params["solved"] == link
    app.selectbox(key="solved_metric_classification").set_value("test_loss")
    app.run()
    app.number_input(key="solved_loss_classification").set_value(0.05)
    assert healthy(app.run()).query_params["solved"] == "test_loss:0.05"


@pytest.mark.parametrize(
    "link", ["", "test_loss", "test_loss:x", "test_loss:nan", "test_loss:-1", "seconds:1"]
)
def test_a_link_with_no_rule_for_solved_has_the_default_one(link: str) -> None:
    app = draw("luck", many(), solved=link)
    assert "Solved: test accuracy at least 95%." in sentences(app)
    assert "solved" not in app.query_params


def test_with_one_seed_there_is_no_spread_to_show() -> None:
    results = [one for one in many() if one.config.seed == 4]
    assert "Only one seed per combination" in sentences(draw("luck", results, seeds=(4,)))
    assert "Only one seed" not in sentences(draw("luck", many()))


def test_loss_curves_of_chosen_settings_are_drawn() -> None:
    app = draw("luck", many())
    assert len(charts(app)["spread-losses"]["figure"]["data"]) == 2 * 3  # the best three
    app.multiselect(key="spread_chosen").set_value(["learning rate 0.001 · activation ReLU"])
    app.toggle(key="spread_log").set_value(True)
    healthy(app.run())
    figure = charts(app)["spread-losses"]["figure"]
    assert [trace.get("name") for trace in figure["data"]][1:] == [
        "learning rate 0.001 · activation ReLU"
    ]
    assert figure["layout"]["yaxis"]["type"] == "log"


CHOSEN = {"learning_rate": ((0.005, 0.05),), "test_accuracy": ((0.82, np.inf),)}


def test_a_filter_holds_in_every_view_and_is_stated_above_it() -> None:
    results = many()
    passing = [
        one
        for one in done(results)
        if one.config.learning_rate == 0.01 and one.metrics.test_accuracy >= 0.82
    ]
    assert 0 < len(passing) < 8
    bar = "learning rate 0.005 to 0.05, test accuracy at least 82.0%: **4 of 24 runs**"
    assert len(passing) == 4
    for view in VIEWS:
        app = draw(view, results, chosen=CHOSEN)
        assert bar in sentences(app)
        if view == "table":
            assert app.dataframe[0].value["run"].tolist() == [one.index for one in passing]
        if view == "scatter":
            (trace,) = charts(app)["scatter"]["figure"]["data"]
            assert [text.partition("<br>")[0] for text in trace["text"]] == [
                f"run {one.index}" for one in passing
            ]
        if view == "luck":
            labels = charts(app)["spread-settings"]["figure"]["layout"]["yaxis"]["ticktext"]
            assert len(labels) == 1
        if view == "parallel":  # shows all, with the ranges on their axes
            chart = charts(app)["parallel-coordinates"]
            assert "22 runs, 4 of which pass" in chart["shows"]["alt"]
            marks = [
                axis["name"]
                for axis in chart["figure"]["data"][0]["dimensions"]
                if "constraintrange" in axis
            ]
            assert marks == list(CHOSEN)


def test_a_filter_can_be_cleared() -> None:
    app = draw("table", many(), chosen=CHOSEN)
    app.button(key="clear_filters").click()
    healthy(app.run())
    assert len(app.dataframe[0].value) == 24
    assert not [button for button in app.button if button.key == "clear_filters"]


def test_the_heat_map_shows_medians_over_what_is_not_an_axis_of_it() -> None:
    results = many()
    app = draw("heat", results)
    (trace,) = charts(app)["heat-map"]["figure"]["data"]
    by_cell = {
        (activation, rate): np.median(
            [
                one.metrics.test_accuracy
                for one in done(results)
                if (one.config.activation, one.config.learning_rate) == (activation, rate)
            ]
        )
        for activation in AXES[1].values
        for rate in AXES[0].values
    }
    assert trace["text"] == [
        [f"{by_cell[activation, rate]:.1%}" for rate in AXES[0].values]
        for activation in AXES[1].values
    ]
    app.selectbox(key="heat_columns").set_value("seed")
    healthy(app.run())
    layout = charts(app)["heat-map"]["figure"]["layout"]
    assert layout["xaxis"]["ticktext"] == ["4", "5", "6", "7"]
    assert layout["yaxis"]["title"]["text"] == "activation"


def test_a_heat_map_of_one_axis_asks_for_a_second() -> None:
    results = [one for one in many() if (one.config.activation, one.config.seed) == ("relu", 4)]
    assert "A heat map needs two axes" in sentences(draw("heat", results, AXES[:1], (4,)))


def test_the_axes_of_the_scatter_are_those_chosen_and_logarithmic_if_asked() -> None:
    app = draw("scatter", many())
    layout = charts(app)["scatter"]["figure"]["layout"]
    assert layout["xaxis"]["type"] == "log"  # as the sweep's axis is
    assert layout["yaxis"]["title"]["text"] == "test accuracy"
    app.toggle(key="scatter_log_across_learning_rate").set_value(False)
    app.selectbox(key="scatter_y").set_value("test_loss")
    healthy(app.run())
    layout = charts(app)["scatter"]["figure"]["layout"]
    assert layout["xaxis"]["type"] == "linear"
    assert layout["yaxis"]["type"] == "log"
    app.selectbox(key="scatter_x").set_value("activation")
    healthy(app.run())
    assert app.toggle(key="scatter_log_across_activation").disabled


@pytest.mark.parametrize(
    ("view", "link"),
    [
        ("parallel", {"parallel_color": "train_loss"}),
        ("heat", {"heat_columns": "seed", "heat_rows": "activation", "heat_metric": "test_loss"}),
        ("scatter", {"scatter_x": "seed", "scatter_y": "test_loss", "scatter_color": "activation"}),
        ("importance", {"importance_metric": "test_loss"}),
    ],
)
def test_the_choices_of_a_view_are_in_the_link(view: str, link: dict[str, str]) -> None:
    assert set(link) <= set(page.LINK_NAMES)  # they are restored when the user returns to the page
    app = draw(view, many())
    assert not app.query_params
    for name, value in link.items():
        app.selectbox(key=name).set_value(value).run()
    assert dict(healthy(app).query_params) == link
    app = draw(view, many(), **link)
    assert {name: app.selectbox(key=name).value for name in link} == link
    assert dict(app.query_params) == link
    app = draw(view, many(), **dict.fromkeys(link, "nothing"))
    assert not app.query_params


def test_importance_names_its_method_and_warns_of_few_runs() -> None:
    app = draw("importance", many())
    assert "scikit-learn's permutation_importance" in sentences(app)
    assert "Only 22 runs" in sentences(app)
    figure = charts(app)["importance"]["figure"]
    assert figure["data"][0]["y"][-1] == "learning rate"
    assert "random forest" in figure["layout"]["title"]["text"]


def test_without_enough_runs_importance_says_what_it_needs() -> None:
    app = draw("importance", many()[:5])
    assert "a forest needs 8 runs" in sentences(app)
    assert charts(app) == {}


def test_importance_of_random_results_says_that_the_bars_mean_nothing() -> None:
    rng = np.random.default_rng(0)
    results = [
        result(index, accuracy=float(rng.uniform(0.5, 1)), learning_rate=rate, seed=seed)
        for index, (rate, seed) in enumerate(
            (rate, seed) for rate in (0.1, 0.2) for seed in range(20)
        )
    ]
    axes = (Axis("learning_rate", (0.1, 0.2)),)
    app = draw("importance", results, axes, tuple(range(20)), total=40)
    assert "The forest has learned nothing" in sentences(app)


def test_the_table_holds_every_run_with_what_became_of_it() -> None:
    results = many()
    table = draw("table", results).dataframe[0].value
    assert list(table) == [
        *("run", "status", "learning rate", "activation", "seed"),
        *("test accuracy", "training accuracy", "test loss", "training loss"),
        *("iterations run", "seconds"),
    ]
    assert table["learning rate"].tolist() == [one.config.learning_rate for one in results]
    assert table["test accuracy"].tolist()[:22] == pytest.approx(
        [100 * one.metrics.test_accuracy for one in results[:22]]
    )
    assert table["status"].tolist()[-2:] == ["diverged", "The worker died."]
    assert table["test accuracy"][-2:].isna().all()


def test_the_rows_are_in_the_order_of_the_runs_and_keep_their_places_and_ticks() -> None:
    arrived = many()[::-1]
    app = draw("table", arrived[:10])
    (before,) = app.dataframe
    app.session_state["sweep"] = (Config(), AXES, SEEDS, arrived, 24)
    (after,) = healthy(app.run()).dataframe
    assert before.value["run"].tolist() == after.value["run"].tolist() == list(range(24))
    assert before.value["status"].tolist()[:14] == ["waiting"] * 14
    assert before.value["learning rate"].isna().tolist() == [True] * 14 + [False] * 10
    assert after.proto.id == before.proto.id  # Streamlit then keeps the places of the ticks
    app.session_state["sweep_filter"] = CHOSEN
    (filtered,) = healthy(app.run()).dataframe
    app.session_state["started"] = 1
    (of_another_sweep,) = healthy(app.run()).dataframe
    assert len({table.proto.id for table in (before, filtered, of_another_sweep)}) == 3


def test_a_sweep_over_the_number_of_classes_is_in_the_table_the_file_and_the_charts() -> None:
    """Eight runs, the fewest for the importance, really trained."""
    base = Config(dataset="spirals", samples=60, test_samples=30, iterations=30)
    axes, seeds = (Axis("classes", (3, 6)), Axis("learning_rate", (0.01, 1.0))), (4, 5)
    configs = grid(base, axes, seeds)
    results = [run_one(index, config) for index, config in enumerate(configs)]
    known: dict[str, Any] = {"axes": axes, "seeds": seeds, "base": base, "total": 8}
    accuracies = []
    for config in configs:
        run = advance(start(config), 30)
        likeliest = predict(run, run.dataset.test_inputs).argmax(axis=1)
        accuracies.append(np.mean(likeliest == run.dataset.test_targets[:, 0]))

    table = draw("table", results, **known).dataframe[0].value
    assert table["classes"].tolist() == [config.classes for config in configs]
    assert table["test accuracy"].tolist() == pytest.approx([100 * one for one in accuracies])
    plan = Plan(base, axes, seeds, tuple(configs))
    rows = list(csv.DictReader(io.StringIO(as_csv(filtered(plan, results, {})))))
    assert [row["classes"] for row in rows] == [f"{config.classes}" for config in configs]
    assert [float(row["test_accuracy"]) for row in rows] == pytest.approx(accuracies)

    figure = charts(draw("importance", results, **known))["importance"]["figure"]
    assert sorted(figure["data"][0]["y"]) == ["classes", "learning rate", "seed"]
    figure = charts(draw("luck", results, **known))["spread-settings"]["figure"]
    labels = [text.partition("<br>")[0] for text in figure["layout"]["yaxis"]["ticktext"]]
    assert sorted(labels) == [
        f"classes {number} · learning rate {rate}" for number in (3, 6) for rate in ("0.01", "1")
    ]
    (trace,) = charts(draw("heat", results, **known))["heat-map"]["figure"]["data"]
    medians = np.median(np.reshape(accuracies, (2, 2, 2)), axis=2)
    assert trace["text"] == [[f"{cell:.1%}" for cell in row] for row in medians.T]


def test_the_file_has_the_columns_of_the_command_line_and_the_runs_that_pass() -> None:
    results = many()
    plan = Plan(Config(), AXES, SEEDS, (Config(),) * 24)
    sweep = filtered(plan, results, {"learning_rate": ((0.1, 0.1),)})
    read = list(csv.DictReader(io.StringIO(as_csv(sweep))))
    # the iterations, too, are not the article's
    assert list(read[0])[:5] == ["run", "activation", "seed", "learning_rate", "iterations"]
    assert [int(row["run"]) for row in read] == list(range(16, 24))
    assert [row["status"] for row in read][-2:] == ["diverged", "error"]
    assert float(read[0]["test_accuracy"]) == results[16].metrics.test_accuracy
