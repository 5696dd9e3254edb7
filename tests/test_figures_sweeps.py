"""The figures of a sweep, as the JSON that Plotly gets."""

import base64
import json
import re
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from nnlab.figures.spread_charts import loss_bands, spread_of_settings
from nnlab.figures.style import DARK, LIGHT, SET_COLORS, Palette
from nnlab.figures.sweeps import heat_map, importance_bars, log_ticks, parallel_coordinates, scatter
from nnlab.sweep import Axis
from nnlab.sweep.analysis.columns import axis_column, metric_column
from nnlab.sweep.analysis.importance import Importance
from nnlab.sweep.analysis.medians import medians
from nnlab.sweep.analysis.seed_spread import Band, Rule, seed_spreads
from tests.helpers.pictures import contrast
from tests.helpers.sweep_results import result

RATES = Axis("learning_rate", (0.001, 0.01, 0.1, 1))
SHAPES = Axis("activation", ("relu", "tanh"))
RESULTS = [
    result(
        index,
        status="diverged" if rate == 1 else "done",
        accuracy=0.6 + index / 100,
        loss=0.5 - index / 100,
        learning_rate=rate,
        activation=shape,
        seed=seed,
    )
    for index, (rate, shape, seed) in enumerate(
        (rate, shape, seed)
        for rate in RATES.values
        for shape in SHAPES.values
        for seed in (0, 1, 2)
    )
]
DONE = [result for result in RESULTS if result.status == "done"]


def loaded(text: str) -> dict[str, Any]:
    """Read a figure's JSON; Plotly's own checks refuse what it does not know."""
    figure = json.loads(text)
    go.Figure(figure)
    return figure


def numbers(values: Any) -> list[float]:
    """Read a series that Plotly may have packed as bytes."""
    return go.Scatter(x=values).x if isinstance(values, list) else unpack(values).tolist()


def unpack(values: dict[str, str]) -> np.ndarray:
    array = np.frombuffer(base64.b64decode(values["bdata"]), np.dtype(values["dtype"]))
    shape = values.get("shape")
    return array.reshape([int(size) for size in shape.split(",")]) if shape else array


def test_seed_spread_draws_each_run_the_quartiles_and_the_rule_for_solved() -> None:
    found = seed_spreads(RESULTS, (RATES, SHAPES), "test_accuracy", Rule("test_accuracy", 0.7))
    runs = [run for spread in found for run in spread.results]
    text = spread_of_settings(
        found,
        metric_column(runs, "test_accuracy"),
        [f"{spread.solved} solved" for spread in found],
        0.7,
    )
    figure = loaded(text)
    *quartiles, points, middle = figure["data"]
    assert len(quartiles) == 8
    # the best is 0.1 with tanh, run 15, 16 and 17
    assert numbers(quartiles[0]["x"]) == pytest.approx([0.755, 0.765])
    assert numbers(middle["x"])[0] == pytest.approx(0.76)
    assert numbers(points["x"])[:3] == pytest.approx([0.75, 0.76, 0.77])
    assert numbers(points["y"])[:4] == [0, 0, 0, 1]
    label = figure["layout"]["yaxis"]["ticktext"][0]
    assert label == "learning rate 0.1 · activation Tanh<br><b>3 solved</b>"
    assert figure["layout"]["yaxis"]["range"] == [7.5, -0.5]  # the first one at the top
    assert points["marker"]["color"] == SET_COLORS["test"]
    (line,) = figure["layout"]["shapes"]
    assert line["x0"] == line["x1"] == 0.7


def test_long_settings_are_written_by_their_values_alone() -> None:
    axes = (RATES, SHAPES, Axis("initialization", ("normal",)), Axis("optimizer", ("sgd",)))
    found = seed_spreads(RESULTS, axes, "test_accuracy", Rule("test_accuracy", 0.7))
    runs = [run for spread in found for run in spread.results]
    figure = loaded(
        spread_of_settings(found, metric_column(runs, "test_accuracy"), ["3 of 3"] * 8, 0.7)
    )
    labels = figure["layout"]["yaxis"]["ticktext"]
    assert labels[0] == "0.1 · Tanh · Normal · Gradient descent<br><b>3 of 3</b>"


def test_bands_are_lines_in_areas_of_their_colour() -> None:
    quartiles = np.array([[3, 2, 1], [4, 3, 2], [6, 4, 2.5]])
    band = Band(np.array([0, 10, 20]), quartiles, mean_over=10, runs=5, ended=20)
    figure = loaded(loss_bands([("a", band), ("b", band)], "cross-entropy", log=True))
    area, line = figure["data"][:2]
    assert numbers(area["x"]) == [0, 10, 20, 20, 10, 0]
    assert numbers(area["y"]) == [6, 4, 2.5, 1, 2, 3]
    assert numbers(line["y"]) == [4, 3, 2]
    assert area["fillcolor"] == line["line"]["color"] != figure["data"][3]["line"]["color"]
    axis = figure["layout"]["yaxis"]
    assert axis["type"] == "log"
    assert axis["title"]["text"] == "training loss, mean per 10 iterations (cross-entropy)"
    assert [trace["name"] for trace in figure["data"][1::2]] == ["a", "b"]


def test_parallel_coordinates_stand_on_logarithmic_axes_where_the_sweep_does() -> None:
    columns = [
        axis_column(DONE, RATES),
        axis_column(DONE, SHAPES),
        metric_column(DONE, "test_accuracy"),
    ]
    chosen = {"learning_rate": ((0.01, 0.1),), "activation": ((0.6, 1.4),), "noise": ((0, 1),)}
    figure = loaded(parallel_coordinates(columns, columns[2], chosen, "a"))
    (trace,) = figure["data"]
    rates, shapes, accuracies = trace["dimensions"]
    assert [d["name"] for d in trace["dimensions"]] == [column.name for column in columns]
    assert numbers(rates["values"]) == pytest.approx(
        [np.log10(r.config.learning_rate) for r in DONE]
    )
    assert numbers(rates["tickvals"]) == pytest.approx([-3, -2, -1])
    assert rates["ticktext"] == ["0.001", "0.01", "0.1"]
    assert rates["constraintrange"][0] == pytest.approx([-2, -1])
    assert shapes["ticktext"] == ["ReLU", "Tanh"]
    assert shapes["constraintrange"] == [[0.6, 1.4]]
    assert "constraintrange" not in accuracies
    assert numbers(trace["line"]["color"]) == pytest.approx([r.metrics.test_accuracy for r in DONE])


@pytest.mark.parametrize(
    ("palette", "ground", "least"), [(DARK, "#171614", 4.5), (LIGHT, "#ffffff", 3)]
)
def test_the_lines_of_runs_are_clear_on_the_background(
    palette: Palette, ground: str, least: float
) -> None:
    column = metric_column(DONE, "test_accuracy")
    figure = loaded(parallel_coordinates([column], column, {}, "a", palette))
    colors = [
        "#" + bytes(int(part) for part in re.findall("[0-9]+", color)[:3]).hex()
        for _, color in figure["data"][0]["line"]["colorscale"]
    ]
    assert min(contrast(color, ground) for color in colors) >= least


def test_two_ranges_on_an_axis_are_both_marked() -> None:
    column = metric_column(DONE, "test_accuracy")
    chosen = {"test_accuracy": ((0.6, 0.65), (0.7, 1.0))}
    figure = loaded(parallel_coordinates([column, column], column, chosen, "a"))
    ranges = figure["data"][0]["dimensions"][0]["constraintrange"]
    assert ranges == [[0.6, 0.65], [0.7, 1.0]]


def test_a_heat_map_holds_the_medians_and_says_where_all_diverged() -> None:
    rows, columns = axis_column(RESULTS, SHAPES), axis_column(RESULTS, RATES)
    metric = metric_column(RESULTS, "test_accuracy")
    figure = loaded(heat_map(rows, columns, metric, medians(rows, columns, metric)))
    (trace,) = figure["data"]
    # runs 0 1 2 are of 0.001 and relu, 3 4 5 of 0.001 and tanh, and so on
    values = unpack(trace["z"])
    assert values[0, :3] == pytest.approx([0.61, 0.67, 0.73])
    assert values[1, :3] == pytest.approx([0.64, 0.70, 0.76])
    assert np.isnan(values[:, 3]).all()
    assert trace["text"][0] == ["61.0%", "67.0%", "73.0%", "✕"]
    assert trace["colorscale"][1] == [1, SET_COLORS["test"]]
    assert figure["layout"]["xaxis"]["ticktext"] == ["0.001", "0.01", "0.1", "1"]


def test_in_a_heat_map_of_losses_the_least_has_the_colour() -> None:
    rows, columns = axis_column(DONE, SHAPES), axis_column(DONE, RATES)
    metric = metric_column(DONE, "train_loss")
    figure = loaded(heat_map(rows, columns, metric, medians(rows, columns, metric)))
    (trace,) = figure["data"]
    assert trace["colorscale"][0] == [0, SET_COLORS["train"]]
    assert unpack(trace["z"])[0, 0] == pytest.approx(np.log10(0.9 * 0.49))
    assert trace["text"][0][0] == "0.441"


def test_a_scatter_has_a_point_per_run_on_the_axes_asked_for() -> None:
    rates, losses = axis_column(DONE, RATES), metric_column(DONE, "test_loss")
    indices = [r.index for r in DONE]
    figure = loaded(
        scatter(rates, losses, losses, indices, ["hover text"] * len(DONE), log_x=True, log_y=False)
    )
    (trace,) = figure["data"]
    assert numbers(trace["x"]) == [r.config.learning_rate for r in DONE]
    assert numbers(trace["y"]) == pytest.approx([r.metrics.test_loss for r in DONE])
    assert figure["layout"]["xaxis"]["type"] == "log"
    assert figure["layout"]["yaxis"]["type"] == "linear"
    assert trace["text"][2] == "run 2<br>hover text"


def test_choices_in_a_scatter_are_named() -> None:
    shapes, losses = axis_column(DONE, SHAPES), metric_column(DONE, "test_loss")
    figure = loaded(
        scatter(
            shapes,
            losses,
            shapes,
            range(len(DONE)),
            ["hover text"] * len(DONE),
            log_x=True,
            log_y=True,
        )
    )
    axis = figure["layout"]["xaxis"]
    assert axis["ticktext"] == ["ReLU", "Tanh"]
    assert "type" not in axis
    assert figure["data"][0]["marker"]["colorbar"]["ticktext"] == ["ReLU", "Tanh"]


def test_the_most_important_axis_stands_at_the_top_and_the_method_is_named() -> None:
    found = Importance(
        ["noise", "learning_rate", "seed"],
        np.array([0.1, 0.8, 0.02]),
        np.array([0.01, 0.05, 0.02]),
        0.7,
        40,
    )
    figure = loaded(importance_bars(found, metric_column(DONE, "test_accuracy")))
    (trace,) = figure["data"]
    assert trace["y"] == ["seed", "noise", "learning rate"]  # Plotly counts from the bottom
    assert numbers(trace["x"]) == [0.02, 0.1, 0.8]
    assert numbers(trace["error_x"]["array"]) == [0.02, 0.01, 0.05]
    title = figure["layout"]["title"]["text"]
    assert title == "Permutation importance for test accuracy (random forest)"


@pytest.mark.parametrize(
    ("values", "most", "expected"),
    [
        ([0.001, 0.01, 0.1], 12, [0.001, 0.01, 0.1]),
        (np.geomspace(0.015, 3, 40), 12, [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2]),
        (np.geomspace(1e-5, 1.1, 40), 12, [1e-5, 1e-4, 1e-3, 0.01, 0.1, 1]),
        (np.linspace(0.31, 0.39, 40), 12, [0.31, 0.39]),
        # few values, but the labels of 0.1 and 0.11 would overlap
        ([0.01, 0.1, 0.11, 1], 12, [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]),
    ],
)
def test_a_logarithmic_axis_is_marked_with_few_round_numbers(
    values: list[float], most: int, expected: list[float]
) -> None:
    assert log_ticks(np.array(values), most) == pytest.approx(expected)
