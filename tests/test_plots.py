"""The figures for notebooks show what the network predicts, and need no page."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from nnlab import (
    Config,
    NeuralNetClassifier,
    NeuralNetRegressor,
    Run,
    advance,
    plots,
    predict,
    start,
)
from nnlab.data.plane import pixel_centers, plane_extent
from nnlab.data.rules import BrokenRule
from nnlab.figures.plane_picture import png
from nnlab.figures.style import LIGHT
from nnlab.inspection.plane_levels import output_levels
from tests.helpers.pictures import pixels
from tests.helpers.waiting import PATIENCE_SECONDS

IRIS = load_iris()
X, Y = IRIS.data[:, 2:], IRIS.target_names[IRIS.target]


def run_of(iterations: int = 200, **settings: object) -> Run:
    config = Config(samples=100, test_samples=20, optimizer="adam", learning_rate=0.02, **settings)  # type: ignore[arg-type]
    return advance(start(config), iterations)


def at(figure: object, x1: float, x2: float) -> np.ndarray:
    """Return the colour of the map at a place."""
    image = figure.data[0]  # type: ignore[attr-defined]
    column, row = (x1 - image.x0) / image.dx, (x2 - image.y0) / image.dy
    return np.asarray(image.z)[round(row), round(column)]


@pytest.mark.parametrize("settings", [{"classes": 2}, {"classes": 4}, {"problem": "regression"}])
def test_the_map_has_the_colours_of_the_page(settings: dict[str, object]) -> None:
    """The same grid of places, so the same pixels."""
    run = run_of(dataset="spirals", **settings)
    image = plots.boundary(run).data[0]
    outputs = predict(run, pixel_centers(plane_extent(run.dataset), plots.SIZE))
    levels = output_levels(run.config.head, outputs.reshape(plots.SIZE**2, -1))
    np.testing.assert_array_equal(image.z, pixels(png(levels)))


def rgb(color: str) -> np.ndarray:
    return np.array([int(color[place : place + 2], 16) for place in (1, 3, 5)])


def test_the_map_has_the_colour_of_the_probability() -> None:
    run = run_of(1000, dataset="disc")
    figure = plots.boundary(run)
    image = figure.data[0]
    for column, row in ((100, 100), (180, 60), (130, 120)):
        place = image.x0 + column * image.dx, image.y0 + row * image.dy
        share = float(predict(run, [place])[0])
        end = LIGHT.plane[int(share > 0.5)]
        expected = rgb(LIGHT.middle) + abs(2 * share - 1) * (rgb(end) - rgb(LIGHT.middle))
        np.testing.assert_allclose(at(figure, *place), expected, atol=1)  # 128 shades
    assert (figure.layout.xaxis.range, figure.layout.yaxis.range) == ((-1.25, 1.25),) * 2


def test_the_points_of_each_class_are_a_trace() -> None:
    run = run_of(10, dataset="spirals", classes=4)
    _, *traces = plots.boundary(run).data
    assert [trace.name for trace in traces] == ["0", "1", "2", "3"]
    assert [trace.marker.color for trace in traces] == list(LIGHT.points[:4])
    assert len({trace.marker.symbol for trace in traces}) == 4
    targets = run.dataset.train_targets[:, 0]
    for label, trace in enumerate(traces):
        np.testing.assert_array_equal(trace.x, run.dataset.train_inputs[targets == label, 0])


def test_real_data_are_drawn_in_their_names_and_units() -> None:
    run = start(Config(dataset="iris"))
    figure = plots.boundary(run)
    assert [trace.name for trace in figure.data[1:]] == ["setosa", "versicolor", "virginica"]
    for axis, scale in zip(
        (figure.layout.xaxis, figure.layout.yaxis), run.dataset.scales, strict=True
    ):
        assert axis.title.text == scale.name
        ticks = scale.mean + scale.deviation * np.array(axis.tickvals)
        np.testing.assert_allclose(ticks, [float(text) for text in axis.ticktext], atol=1e-9)


def test_estimators_are_drawn_with_the_points_one_gives() -> None:
    network = NeuralNetClassifier(hidden_layers=(8,), optimizer="adam", iterations=300)
    for model in (make_pipeline(StandardScaler(), network), LogisticRegression()):
        model.fit(X, Y)
        figure = plots.boundary(model, X, Y)
        assert [trace.name for trace in figure.data[1:]] == list(IRIS.target_names)
        left, right = figure.layout.xaxis.range
        assert left < X[:, 0].min() < X[:, 0].max() < right
        x1, x2 = X[Y == "setosa"].mean(axis=0)
        setosa = rgb(LIGHT.plane[0])
        assert np.abs(at(figure, x1, x2) - setosa).max() < 30


def test_a_regression_has_the_colours_of_its_values() -> None:
    run = run_of(500, problem="regression", dataset="plane")
    figure = plots.boundary(run)
    low, high = at(figure, -0.9, -0.9), at(figure, 0.9, 0.9)
    assert np.abs(low - rgb(LIGHT.plane[0])).max() < 30
    assert np.abs(high - rgb(LIGHT.plane[1])).max() < 30
    assert figure.data[1].marker.line.color == LIGHT.line  # also a value of 0 is seen
    model = NeuralNetRegressor(hidden_layers=(4,), iterations=50).fit(X, IRIS.target)
    assert len(plots.boundary(model, X, IRIS.target).data) == 2


@pytest.mark.parametrize("inputs", [None, [[1, 2, 3]], [1, 2], np.empty((0, 2))])
def test_without_points_in_two_columns_there_is_one_sentence(inputs: object) -> None:
    model = NeuralNetClassifier(iterations=5).fit(X, Y)
    with pytest.raises(BrokenRule, match=r"^inputs must be points to draw, \(n_samples, 2\), got"):
        plots.boundary(model, inputs)


def test_losses_are_those_of_the_run() -> None:
    run = run_of(300)
    train, test = plots.losses(run).data
    np.testing.assert_array_equal(train.y[:300], run.losses)
    np.testing.assert_array_equal(test.y[: len(run.test_losses)], run.test_losses)
    assert plots.losses(run, log=True).layout.yaxis.type == "log"
    assert plots.losses(run).layout.yaxis.title.text == "cross-entropy"
    model = NeuralNetClassifier(iterations=50).fit(X, Y)
    np.testing.assert_array_equal(plots.losses(model).data[0].y, model.loss_curve_)


def test_the_network_has_a_line_for_each_weight() -> None:
    run = run_of(10, hidden_layers=(4, 3))
    traces = plots.network(run).data
    lines = [trace for trace in traces if trace.mode == "lines"]
    weights = np.concatenate([matrix.ravel() for matrix in run.parameters.weights])
    assert [line.line.color == LIGHT.ends[1] for line in lines] == (weights > 0).tolist()
    assert lines[np.argmax(np.abs(weights))].line.width == max(one.line.width for one in lines)
    units = [trace for trace in traces if trace.mode != "lines"]
    assert [len(layer.x) for layer in units] == [2, 4, 3, 1]
    assert units[0].text == ("x₁", "x₂")


def test_scikit_learns_display_draws_three_classes() -> None:
    model = NeuralNetClassifier(hidden_layers=(8,), optimizer="adam", iterations=100).fit(X, Y)
    pytest.importorskip("matplotlib")
    display = DecisionBoundaryDisplay.from_estimator(model, X, response_method="predict")
    assert display.response.shape == (100, 100)


def test_nnlab_alone_does_not_import_plotly() -> None:
    code = "import nnlab, sys; nnlab.start; assert 'plotly' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=PATIENCE_SECONDS)
