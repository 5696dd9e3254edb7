"""The gallery shows the median run of each cell, with a small map and loss curve."""

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from nnlab import Config
from nnlab.figures.plane_picture import png
from nnlab.figures.range_test import range_curve
from nnlab.figures.sweep_gallery import NO_POINT, SHEET_COLUMNS, SPARK_POINTS, gallery
from nnlab.sweep import BOUNDARY_SIZE, Axis, Result, grid, run_one
from nnlab.sweep.analysis.seed_spread import Rule
from nnlab.sweep.range_test import range_test
from nnlab.training.metrics import Metrics

BASE = Config(samples=30, test_samples=20, iterations=20)
RULE = Rule("test_accuracy", 0.9)
RATES = Axis("learning_rate", (0.01, 0.1, 1.0))
WIDTHS = Axis("hidden_layers", ((2,), (3, 2)))


def result(
    index: int = 0, accuracy: float = 0.5, losses: Sequence[float] = (1, 0.5), **changes: Any
) -> Result:
    status = changes.pop("status", "done")
    iteration = changes.pop("iteration", BASE.iterations)
    config = replace(BASE, learning_rate=0.01, **changes)
    metrics = Metrics(0.3, accuracy, 0.4, accuracy)
    iterations = np.linspace(0, iteration, len(losses)).astype(np.int32)
    boundary = np.full((BOUNDARY_SIZE, BOUNDARY_SIZE), 10 * index, np.uint8)
    values = np.array(losses, dtype=float)
    curve = iterations, values, values
    return Result(index, config, status, metrics, *curve, boundary, 0.1, iteration, "")


def drawn(results: Sequence[Result], per_cell: int = 1, **axes: Axis | None) -> dict[str, Any]:
    columns = axes.get("columns") or RATES
    return gallery(
        results, axes.get("rows"), columns, per_cell, RULE, lambda config: f"seed={config.seed}"
    )


def sparks(found: dict[str, Any]) -> np.ndarray:
    return found["sparks"].reshape(-1, SPARK_POINTS)


def test_cells_stand_row_by_row_and_wait_for_their_runs() -> None:
    configs = grid(BASE, [RATES, WIDTHS], [4])
    results = [run_one(index, configs[index]) for index in (5, 0)]
    found = drawn(results, rows=WIDTHS)
    assert found["rows"] == ["2", "3,2"]
    assert found["columns"] == ["0.01", "0.1", "1"]
    assert [cell and cell["index"] for cell in found["cells"]] == [0, None, None, None, None, 5]
    metrics = results[0].metrics
    assert metrics
    assert found["cells"][5]["number"] == f"{metrics.test_accuracy:.1%}"
    assert found["cells"][5]["label"] == "hidden layers 3,2 · learning rate 1"


def test_activations_by_layer_are_an_axis_too() -> None:
    activations = Axis("activation", (("tanh", "tanh"), ("tanh", "relu")))
    configs = grid(BASE, [activations], [4])
    found = drawn([run_one(index, configs[index]) for index in (0, 1)], columns=activations)
    assert found["columns"] == ["Tanh", "Tanh, ReLU"]
    assert [cell and cell["index"] for cell in found["cells"]] == [0, 1]


def test_without_rows_all_cells_are_in_one_line() -> None:
    found = drawn([result()])
    assert found["rows"] == []
    assert len(found["cells"]) == 3


@pytest.mark.parametrize(
    ("accuracies", "median"),
    [((0.7,), 0), ((0.9, 0.5, 0.7), 2), ((0.5, 0.6, 0.7, 0.8), 2), ((0.6, 0.6, 0.6), 1)],
)
def test_a_cell_shows_its_median_run_or_the_better_of_two(
    accuracies: tuple[float, ...], median: int
) -> None:
    runs = [result(index, accuracy, seed=index) for index, accuracy in enumerate(accuracies)]
    cell = drawn(runs, per_cell=len(runs))["cells"][0]
    assert cell["index"] == median
    assert cell["query"] == f"seed={median}"


def test_runs_that_diverged_count_as_the_worst() -> None:
    runs = [
        result(0, 0.99, status="diverged", seed=0),
        result(1, 0.99, status="diverged", seed=1),
        result(2, 0.5, seed=2),
    ]
    cell = drawn(runs, per_cell=3)["cells"][0]
    assert cell["index"] == 0
    assert cell["number"] == "diverged"
    assert cell["note"] == "0 of 3 solved"
    assert drawn([*runs, result(3, 0.4, seed=3)], per_cell=4)["cells"][0]["index"] == 3


def test_a_cell_of_several_runs_says_how_many_have_solved_the_problem() -> None:
    runs = [result(index, accuracy, seed=index) for index, accuracy in enumerate((0.95, 0.9, 0.1))]
    cell = drawn(runs, per_cell=3)["cells"][0]
    assert cell["note"] == "2 of 3 solved"
    assert "Seed 1 is the median of 3 runs; 2 of them solved it" in cell["sentence"]
    assert drawn(runs[:1])["cells"][0]["note"] == ""


def test_the_sheet_holds_the_maps_in_the_order_of_the_cells() -> None:
    count = SHEET_COLUMNS + 2
    seeds = Axis("seed", tuple(range(count)))
    found = drawn([result(index, seed=index) for index in range(count)], columns=seeds)
    sheet = np.array(Image.open(io.BytesIO(found["sheet"])))
    assert sheet.shape == (2 * BOUNDARY_SIZE, SHEET_COLUMNS * BOUNDARY_SIZE)
    for index in range(count):
        row, column = divmod(index, SHEET_COLUMNS)
        place = sheet[row * BOUNDARY_SIZE :, column * BOUNDARY_SIZE :]
        assert (place[:BOUNDARY_SIZE, :BOUNDARY_SIZE] == 10 * index).all()


def test_a_failed_run_has_a_cell_with_its_error() -> None:
    failed = replace(
        result(status="error"),
        metrics=None,
        boundary=None,
        losses=np.empty(0),
        loss_iterations=np.empty(0, np.int32),
        error="It failed twice: MemoryError",
    )
    found = drawn([failed])
    cell = found["cells"][0]
    assert cell["number"] == "error"
    assert cell["problem"]
    assert "It failed twice: MemoryError" in cell["sentence"]
    assert (sparks(found) == NO_POINT).all()


def test_loss_curves_share_one_logarithmic_scale() -> None:
    found = drawn(
        [
            result(0, losses=(100, 1), seed=0),
            result(1, losses=(10, 10), seed=1),
        ],
        columns=Axis("seed", (0, 1)),
    )
    first, second = sparks(found)
    assert (first[0], first[-1]) == (0, 254)
    assert np.diff(first.astype(int)).min() > 0  # on a linear scale it would hardly move
    assert (second == 127).all()  # half-way from 100 to 1


def test_the_loss_curve_of_a_run_that_diverged_ends_where_it_did() -> None:
    (spark,) = sparks(drawn([result(status="diverged", iteration=10, losses=(1, 2))]))
    half = SPARK_POINTS // 2
    assert (spark[:half] != NO_POINT).all()
    assert (spark[half:] == NO_POINT).all()


def test_a_regression_has_its_test_loss_as_number() -> None:
    found = drawn([result(problem="regression")])
    assert found["cells"][0]["number"] == "0.4000"
    assert found["number_title"] == "test loss"


def test_a_gallery_without_results_can_be_drawn() -> None:
    found = drawn([])
    assert found["cells"] == [None] * 3
    assert found["sheet"].startswith(png(np.zeros((1, 1), np.uint8))[:8])


def test_the_range_curve_marks_where_learning_begins_and_ends() -> None:
    test = range_test(Config(samples=50))
    figure = json.loads(range_curve(test, "cross-entropy"))
    (area,) = [shape for shape in figure["layout"]["shapes"] if shape["type"] == "rect"]
    assert (area["x0"], area["x1"]) == (test.begins, test.ends)
    lines = {shape["x0"] for shape in figure["layout"]["shapes"] if shape["type"] == "line"}
    assert lines == {test.begins, test.ends, test.suggested}
    named = {label["text"]: 10 ** label["x"] for label in figure["layout"]["annotations"]}
    assert named == pytest.approx(
        {
            "begins": test.begins,
            "least loss": test.ends,
            f"<b>{test.suggested:g}</b>": test.suggested,
        }
    )
    assert figure["layout"]["xaxis"]["type"] == "log"  # an annotation's x is then the exponent
