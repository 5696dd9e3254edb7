"""The pictures of the layers hold the run's own numbers, few enough for a message."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from nnlab import Config, advance, start
from nnlab.figures.layer_charts import (
    BINS,
    COLUMNS,
    MAX_POINTS,
    TITLES,
    history_series,
    layer_colors,
    layers_over_time,
    names,
    present_series,
    weights_and_predictions,
)
from nnlab.inspection.observation import confusion, observe, weight_histogram

DEEPEST = Config(samples=20, test_samples=5, hidden_layers=(2,) * 8, iterations=1_000_000)


def test_every_plot_has_a_line_per_layer_in_the_layers_colour() -> None:
    figure = json.loads(layers_over_time(3))
    assert [note["text"] for note in figure["layout"]["annotations"]] == list(TITLES)
    lines = [(trace.get("xaxis", "x"), trace["line"]["color"]) for trace in figure["data"]]
    colors = layer_colors(3)
    # the output's unit is never dead: it has no activation
    assert lines == [
        *(("x", color) for color in colors),
        *(("x2", color) for color in colors),
        *(("x3", color) for color in colors[:2]),
        *(("x4", color) for color in colors[:2]),
    ]
    shown = [trace["name"] for trace in figure["data"] if trace["showlegend"]]
    assert shown == ["1", "2", "output"]
    assert names(3) == ["layer 1", "layer 2", "output"]


def test_norms_have_logarithmic_axes_and_fractions_go_from_0_to_1() -> None:
    layout = json.loads(layers_over_time(2))["layout"]
    assert [layout[axis].get("type") for axis in ("yaxis", "yaxis2")] == ["log", "log"]
    assert [layout[axis]["range"] for axis in ("yaxis3", "yaxis4")] == [[0, 1], [0, 1]]


def test_no_two_layers_have_the_same_colour() -> None:
    for n_layers in range(1, 10):
        assert len(set(layer_colors(n_layers))) == n_layers


def test_without_hidden_layers_there_are_no_plots_of_units() -> None:
    figure = json.loads(layers_over_time(1))
    assert [note["text"] for note in figure["layout"]["annotations"]] == list(TITLES[:2])
    run = start(Config(hidden_layers=()))
    assert len(history_series(run, observe(run).layers)) == len(figure["data"]) == 2


def test_before_the_first_update_the_lines_show_the_present() -> None:
    run = start(Config())
    now = observe(run).layers
    series = history_series(run, now)
    assert [x.tolist() for x, _ in series] == [[0]] * 10
    present = [value for name in COLUMNS for value in getattr(now, name)[0]]
    assert [y.tolist() for _, y in series] == [[value] for value in present]


def test_a_short_run_shows_each_sample_and_the_present() -> None:
    run = advance(start(Config(samples=50)), 950)
    now = observe(run).layers
    series = history_series(run, now)
    assert len(series) == len(json.loads(layers_over_time(3))["data"])
    for x, y in series:
        np.testing.assert_array_equal(x, [*range(0, 950, 100), 950])
        assert y.shape == x.shape
    for index, name, layer in (
        (1, "gradient_norms", 1),
        (5, "weight_norms", 2),
        (7, "dead_fractions", 1),
        (9, "saturated_fractions", 1),
    ):
        samples, present = getattr(run.layer_history, name), getattr(now, name)
        expected = [*samples[:, layer], present[0, layer]]
        np.testing.assert_array_equal(series[index][1], expected)


def test_many_samples_become_means_of_bins_up_to_the_bins_last_iteration() -> None:
    run = advance(start(Config(samples=20, hidden_layers=(2,))), 25_050)
    history = run.layer_history
    assert len(history.iterations) == 251
    x, y = history_series(run, observe(run).layers)[0]
    assert len(x) <= MAX_POINTS + 1
    assert x[:2].tolist() == [300, 700]  # of four samples each
    assert x[-2:].tolist() == [25_000, 25_050]
    assert y[1] == pytest.approx(history.gradient_norms[4:8, 0].mean(), rel=1e-6)
    assert y[-2] == pytest.approx(history.gradient_norms[248:, 0].mean(), rel=1e-6)


def test_the_mean_of_the_largest_norms_is_one_of_them() -> None:
    run = advance(start(Config(samples=20, hidden_layers=(2,))), 25_050)
    largest = np.full_like(run.layer_history.weight_norms, np.finfo(np.float32).max)
    run = replace(run, layer_history=run.layer_history._replace(weight_norms=largest))
    _, y = history_series(run, observe(run).layers)[2]
    assert y[:-1].tolist() == [largest[0, 0]] * (len(y) - 1)


def test_the_largest_message_is_small() -> None:
    run = advance(start(DEEPEST), 20_000)
    matrices = (np.ones((2, 2), dtype=np.int64),) * 2
    present = present_series(*weight_histogram(run, BINS), matrices)
    series = history_series(run, observe(run).layers) + present
    assert sum(part.nbytes for line in series for part in line) < 60_000


def test_the_histogram_shows_the_fraction_of_a_layers_weights_in_each_bin() -> None:
    run = start(Config())
    series = present_series(*weight_histogram(run, BINS), ())
    assert len(series) == 3
    for (edges, shares), weights in zip(series, run.parameters.weights, strict=True):
        assert edges.shape == shares.shape == (BINS + 1,)
        assert shares.sum() == pytest.approx(1)
        fullest = int(np.argmax(shares))
        inside = (weights >= edges[fullest]) & (weights < edges[fullest + 1])
        assert inside.mean() == pytest.approx(shares[fullest])
        assert shares[-1] == 0  # closes the last step


def test_the_confusion_matrices_say_their_counts_class_by_class() -> None:
    run = advance(start(Config()), 100)
    counts = confusion(run.dataset.train_targets, observe(run).train)
    figure = json.loads(weights_and_predictions(3, (500, 50), ("orange", "blue")))
    series = present_series(*weight_histogram(run, BINS), (counts, counts))
    assert len(series) == len(figure["data"]) == 5
    answers, classes, shown = series[3]
    for answer, label, count in zip(answers, classes, shown, strict=True):
        assert count == counts[label, answer]
    heatmaps = figure["data"][3:]
    assert [trace["name"] for trace in heatmaps] == ["train", "test"]
    assert [trace["zmax"] for trace in heatmaps] == [500, 50]
    assert all("%{z" in trace["texttemplate"] for trace in heatmaps)
    # class 0 above, as in scikit-learn's matrix
    assert figure["layout"]["yaxis2"]["autorange"] == "reversed"


def test_a_regression_has_the_histogram_alone() -> None:
    figure = json.loads(weights_and_predictions(2, ()))
    assert {trace["type"] for trace in figure["data"]} == {"scatter"}


def test_hover_texts_name_the_layer() -> None:
    for figure in (layers_over_time(3), weights_and_predictions(3, ())):
        for trace in json.loads(figure)["data"]:
            assert re.match(r"layer 1|layer 2|output", trace["hovertemplate"])
