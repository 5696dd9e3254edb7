"""The page with three to six classes: every panel, the tools, the files, and the link."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from nnlab import Config, advance, predict, start
from nnlab.app.live_chart import Update
from nnlab.app.playground import own_points
from nnlab.export.animation import HEIGHT, WIDTH, animation
from nnlab.export.replay import replay
from nnlab.figures import network_diagram
from nnlab.figures.plane_picture import class_colors
from nnlab.figures.points import STEPS, point_marks, traces
from nnlab.figures.style import COLOR_NAMES, LIGHT
from nnlab.figures.sweep_gallery import gallery
from nnlab.inspection.observation import observe
from nnlab.inspection.plane_view import Unit, ViewOptions, view_plane
from nnlab.inspection.remarks import success, waiting
from nnlab.sweep import Axis, grid
from nnlab.sweep.analysis.seed_spread import Rule
from nnlab.sweep.runs import run_one
from tests.helpers.app_page import enter, open_playground, press, run_of, texts
from tests.helpers.browser_page import PATIENCE, chart, open_page, shown
from tests.helpers.pictures import rgb

THREE = {"dataset": "spirals", "classes": "3"}
SIX = {"dataset": "gaussians", "classes": "6", "output_loss": "squared_error"}
SETS = {"three": THREE, "six": SIX, "real": {"dataset": "iris"}, "own": {**THREE, "dataset": "own"}}


@pytest.mark.parametrize("panel", ["network", "layers", "step", "equations", "none"])
@pytest.mark.parametrize("link", SETS.values(), ids=SETS)
def test_every_panel_can_be_drawn_before_and_after_training(
    link: dict[str, str], panel: str
) -> None:
    app = open_playground(**link, panel=panel)
    assert not app.error
    if link["dataset"] != "own":
        press(app, "step")
        assert run_of(app).iteration == 1
        assert not app.error


def test_the_number_of_classes_is_chosen_beside_the_data() -> None:
    app = open_playground(dataset="circles")
    enter(app, "classes", 4)
    assert run_of(app).config == Config(classes=4, samples=20, test_samples=10)
    assert app.query_params["classes"] == "4"
    refused = open_playground(dataset="circles", classes="7")
    assert "The link's classes must be a whole number from 2 to 6" in refused.warning[0].value
    assert run_of(refused).config.classes == 2


def test_a_data_set_with_its_own_number_of_classes_has_no_such_field() -> None:
    app = open_playground(**THREE)
    enter(app, "dataset", "moons")
    assert run_of(app).config.n_classes == 2
    assert not [one for one in app.button_group if one.label == "Classes"]
    enter(app, "dataset", "circles")
    assert run_of(app).config.n_classes == 3
    enter(app, "problem", "regression")
    assert run_of(app).config.n_classes == 0


def test_the_tools_name_the_classes() -> None:
    assert own_points.adding(2) == ["Add orange", "Add blue"]
    assert own_points.adding(3) == ["Orange", "Blue", "Green"]
    assert own_points.adding(6) == ["0", "1", "2", "3", "4", "5"]
    assert own_points.adding(0) == ["Add −1", "Add +1"]
    app = open_playground(**SIX)
    (tools,) = (one for one in app.button_group if one.label == "Draw points")
    assert tools.options == ["Look", *own_points.adding(6), "Erase"]


def test_the_equations_are_those_of_the_softmax() -> None:
    app = open_playground(**THREE, panel="equations")
    latex = "\n".join(element.value for element in app.latex)
    assert r"{A_3} = \mathrm{softmax}\Big(" in latex
    assert r"\sum_k t_{ik} \log a_{ik}" in latex
    assert r"dZ_3 = \frac{A_3 - t}{m}" in latex
    assert "are the probabilities of the classes" in texts(app)
    brier = open_playground(**SIX, panel="equations")
    latex = "\n".join(element.value for element in brier.latex)
    assert r"\tfrac12 \sum_k (a_{ik} - t_{ik})^2" in latex
    assert r"dZ_3 = A_3 \odot \big(E - (E \odot A_3)\,\mathbf{1} \mathbf{1}^\top\big)" in latex


@pytest.mark.parametrize("link", [THREE, SIX])
def test_the_deltas_of_the_equations_are_those_of_the_step(link: dict[str, str]) -> None:
    """E = (A - T) / m; by the squared error dZ = A ⊙ (E - (E ⊙ A) 1 1ᵀ), else dZ = E."""
    run = run_of(open_playground(**link))
    targets, a = run.dataset.train_targets, predict(run, run.dataset.train_inputs)
    errors = (a - (targets == np.arange(run.config.n_classes))) / len(a)
    ones = np.ones((a.shape[1], a.shape[1]))
    deltas = a * (errors - (errors * a) @ ones) if "output_loss" in link else errors
    batch = observe(run)
    assert batch.layers.gradient_norms[0, -1] == pytest.approx(
        np.linalg.norm(np.vstack([last_hidden(run).T @ deltas, deltas.sum(axis=0)])), rel=1e-6
    )


def last_hidden(run) -> np.ndarray:
    a = run.dataset.train_inputs
    for weights, biases in zip(run.parameters.weights[:-1], run.parameters.biases, strict=False):
        a = np.maximum(a @ weights + biases, 0)
    return a


def test_the_answers_for_the_points_are_all_probabilities() -> None:
    run = start(Config(dataset="spirals", classes=4, samples=30, test_samples=10))
    probabilities = predict(run, run.dataset.train_inputs)
    drawn = zip(traces(run.dataset, 4), point_marks(observe(run), misclassified=True), strict=True)
    for (part, label, indices), marks in drawn:
        assert len(marks.outputs) == 4 * len(indices)
        if part == "train":
            assert (run.dataset.train_targets[indices, 0] == label).all()
            expected = probabilities[indices].ravel()
            np.testing.assert_allclose(marks.outputs / STEPS, expected, atol=1e-5)


def test_the_diagram_has_a_unit_for_each_class() -> None:
    run = start(Config(dataset="spirals", classes=5, samples=30))
    view = view_plane(run, ViewOptions(thumbnails=True))
    assert view.thumbnails is not None
    drawn = network_diagram.network(run, view.thumbnails, COLOR_NAMES[:5])
    assert drawn["layers"] == (2, 10, 5, 5)
    sheet = np.asarray(Image.open(io.BytesIO(drawn["sheet"])).convert("RGB"))
    assert sheet.shape == (25, 22 * 25, 3)
    maps = sheet.reshape(25, 22, 25, 3)[:, 17:]
    colors = class_colors(LIGHT)
    for label in range(5):
        known = {tuple(color) for color in colors[label * 21 :][:21].tolist()}
        assert {tuple(color) for color in maps[:, label].reshape(-1, 3).tolist()} <= known
    assert drawn["outputs"] == COLOR_NAMES[:5]
    names = [network_diagram.name(run, Unit(3, label), COLOR_NAMES) for label in range(5)]
    assert names == [f"Output {name}" for name in COLOR_NAMES[:5]]


def test_what_the_page_says_counts_the_classes() -> None:
    config = Config(
        dataset="gaussians", classes=3, samples=90, optimizer="adam", activation="tanh", noise=0
    )
    stuck = advance(
        start(Config(dataset="circles", classes=4, learning_rate=1e-9, initialization="zeros")), 250
    )
    assert "near log 4 ≈ 1.386" in waiting(observe(stuck))
    assert "about 25% for each class" in waiting(observe(stuck))
    assert success(observe(advance(start(config), 1500))).startswith("Solved: 100.0% of")


def test_the_uncertainty_is_a_map_of_its_own_with_a_caption(drawn: dict[str, Update]) -> None:
    open_playground(**THREE, entropy="true")
    plane = drawn["decision-boundary"]
    assert re.fullmatch(r"Uncertainty: \d+% to \d+% of the largest possible entropy", plane.caption)
    assert plane.reading
    assert plane.reading["kind"] == "shares"
    app = open_playground(problem="regression", entropy="true")
    assert "Uncertainty" not in [toggle.label for toggle in app.toggle]
    assert not drawn["decision-boundary"].caption


@pytest.mark.parametrize("classes", [3, 6])
def test_a_replay_has_the_classes_colours_and_shapes(classes: int) -> None:
    run = advance(start(Config(dataset="circles", classes=classes, samples=60)), 3)
    page = replay(run, "", "cross-entropy", log=False, axes=("x1", "x2"))
    assert page.count('<path id="s') == classes
    drawn = [page.count(f'href="#s{label}"') for label in range(classes)]
    data = run.dataset
    targets = np.concatenate([data.train_targets, data.test_targets])[:, 0].astype(int)
    assert drawn == np.bincount(targets).tolist()
    assert 'type="discrete"' in page
    for label, color in enumerate(LIGHT.points[:classes]):
        assert f"--v{label}: {color};" in page


def test_an_animation_ends_with_the_map_of_the_run() -> None:
    run = advance(start(Config(dataset="gaussians", classes=3, samples=60)), 3)
    movie = Image.open(io.BytesIO(animation(run, "", log=False, axes=("x1", "x2"))))
    assert movie.size == (WIDTH, HEIGHT)
    movie.seek(movie.n_frames - 1)
    frame = np.asarray(movie.convert("RGB"))
    levels = view_plane(run).levels
    # the corner of the plane, which has no point
    assert frame[73, 77].tolist() == class_colors(LIGHT)[levels[0, 0] - 128].tolist()
    colors = {tuple(color) for color in frame.reshape(-1, 3).tolist()}
    assert {tuple(rgb(color)) for color in LIGHT.points[:3]} <= colors


def test_a_sweep_over_the_number_of_classes_has_a_gallery() -> None:
    axis = Axis("classes", (2, 3, 6))
    base = Config(dataset="gaussians", samples=30, iterations=20, hidden_layers=(3,))
    results = [run_one(index, config) for index, config in enumerate(grid(base, [axis], [0]))]
    assert [result.status for result in results] == ["done"] * 3
    drawn = gallery(
        results, None, axis, 1, Rule("test_accuracy", 0.9), lambda config: str(config.classes)
    )
    sheet = np.asarray(Image.open(io.BytesIO(drawn["sheet"])).convert("RGB"))
    known = {tuple(color) for color in class_colors(LIGHT).tolist()}
    assert {tuple(color) for color in sheet[:, 50:150].reshape(-1, 3).tolist()} <= known
    assert len({*known} & {tuple(color) for color in sheet[:, 100:].reshape(-1, 3).tolist()}) > 6


def test_the_place_under_the_pointer_has_the_probabilities_of_all_classes(
    page: Page, server: str
) -> None:
    open_page(page, server, "dataset=gaussians&classes=3&samples=60&seed=1")
    shown(page, "decision-boundary", 0)
    plane = chart(page, "decision-boundary")
    box = plane.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.93, box["y"] + box["height"] * 0.1)
    answer = plane.locator(".answer")
    expect(answer).to_be_visible(timeout=PATIENCE)
    said = (answer.text_content() or "").split(" · ")  # also the place, and what a click does
    parts = [part for part in said if "%" in part]  # without those below 1 %
    assert sum(float(part.split("%")[0]) for part in parts) == pytest.approx(100, abs=2.5)
    assert {part.split(" ")[1] for part in parts} <= {"orange", "blue", "green"}
