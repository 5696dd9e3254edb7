"""Classes are called by their names everywhere, and by their colours where they have none."""

import json

import pytest
from playwright.sync_api import Page, expect
from streamlit.testing.v1 import AppTest

from nnlab import Config, start
from nnlab.app.explore.views.shown_run import of_run
from nnlab.app.playground.actions import TOOL_KEYS
from nnlab.app.playground.display_options import DisplayOptions
from nnlab.app.playground.panels import diagram, layers
from nnlab.app.playground.panels.matrices import unit_names
from nnlab.app.playground.point_history import OwnPoints
from nnlab.app.playground.record import Playground
from nnlab.app.report import reading
from nnlab.app.turns import show
from nnlab.data.labels import MAX_CLASSES
from nnlab.data.points import Points
from nnlab.figures.layer_charts import weights_and_predictions
from nnlab.figures.points import decision_boundary
from nnlab.figures.style import LIGHT, class_names
from nnlab.inspection.plane_view import Unit, ViewOptions
from tests.helpers.app_page import key_of, open_playground, playground_of, texts
from tests.helpers.browser_page import PATIENCE, chart, open_page, shown

IRIS = ("setosa", "versicolor", "virginica")


def test_a_class_without_a_name_is_called_by_its_colour() -> None:
    assert class_names((), 3) == ("orange", "blue", "green")
    assert class_names(("cat", "dog"), 4) == ("cat", "dog", "green", "violet")
    assert class_names(("cat", "dog", "cow"), 2) == ("cat", "dog")
    assert class_names((), 0) == ()


def test_a_name_that_is_a_number_cannot_be_taken_for_a_value() -> None:
    assert class_names(("0", "1.5", "yes"), 3) == ("class 0", "class 1.5", "yes")


def test_the_page_knows_the_names_of_real_classes_and_those_of_a_file() -> None:
    app = open_playground(dataset="iris")
    assert playground_of(app).class_names == IRIS
    (caption,) = (one.value for one in app.caption if "setosa" in one.value)
    assert "orange: setosa · blue: versicolor · green: virginica" in caption
    assert playground_of(open_playground(dataset="circles")).class_names == ("orange", "blue")
    points = Points([(0, 0), (1, 0), (0, 1)], [0, 1, 2])
    run = start(Config(dataset="own", points=points, classes=3))
    own = OwnPoints(points, classes=("cat", "dog", "cow"))
    assert Playground(run, 1, (own,)).class_names == ("cat", "dog", "cow")
    elsewhere = start(Config(dataset="moons", points=Points([(0, 0)], [0])))
    assert Playground(elsewhere, 1, (own,)).class_names == ("orange", "blue")


def iris(panel: str = "none") -> AppTest:
    return open_playground(dataset="iris", panel=panel)


def test_a_step_by_hand_names_the_classes_of_its_points_and_columns() -> None:
    app = iris("step")
    app.button_group(key=key_of(app, "step_part")).set_value("Loss").run()
    text = texts(app) + "".join(element.proto.body for element in app.get("html"))
    heads = "".join(f'<th scope="col">a, {name}</th>' for name in IRIS)
    assert f'<th scope="col">loss</th>{heads}' in text
    targets = playground_of(app).run.dataset.train_targets
    assert f'<th scope="row">0, {IRIS[int(targets[0, 0])]}</th>' in text


def test_the_units_of_the_output_have_the_names_of_their_classes() -> None:
    names = unit_names(Config(dataset="iris", hidden_layers=(2,)), IRIS)
    assert [*map(list, names)] == [["x1", "x2"], ["1", "2"], [*IRIS]]
    assert unit_names(Config(hidden_layers=()), ("no", "yes")) == [("x1", "x2"), ["1"]]


def test_the_panels_name_the_classes() -> None:
    playground = playground_of(iris())
    seen = show([playground.run], ViewOptions(thumbnails=True))
    alt = layers.updates(playground, seen)[layers.NOW].alt
    assert "training points “setosa”, " in alt
    assert "test points “virginica”, " in alt
    drawn = diagram.updates(playground, seen)[diagram.KEY].network
    assert drawn
    assert drawn["outputs"] == IRIS
    playground = Playground(playground.run, 1, (OwnPoints(),), shown_unit=Unit(3, 1))
    caption = diagram.caption(playground, seen, DisplayOptions((), False, False))
    assert caption.startswith("Output versicolor: ")


def test_the_confusion_matrix_has_the_names_at_its_side_and_at_its_cells() -> None:
    names = ("<b>cat", "dog", "rhinoceros")
    figure = json.loads(weights_and_predictions(3, (5, 5), names))
    assert figure["layout"]["yaxis2"]["ticktext"] == ["&lt;b&gt;cat 0", "dog 1", "rhinoce… 2"]
    assert figure["layout"]["xaxis2"]["tickvals"] == [0, 1, 2]
    cells = figure["data"][-1]["customdata"]
    assert cells[0][2] == ["&lt;b&gt;cat", "rhinoceros"]  # class, prediction


def test_the_plane_has_a_legend_if_the_classes_have_names() -> None:
    dataset = start(Config(dataset="iris")).dataset
    figure = json.loads(decision_boundary(dataset, 3, names=("<i>a", "b", "c")))
    (legend,) = (one for one in figure["layout"]["annotations"] if one["name"] == "legend")
    first, *_, last = legend["text"].split("<br>")
    assert first == f'<span style="color: {LIGHT.points[0]}">●</span> &lt;i&gt;a'
    assert last == f'<span style="color: {LIGHT.points[2]}">▲</span> c'
    names = [
        one["name"] for one in json.loads(decision_boundary(dataset, 3))["layout"]["annotations"]
    ]
    assert "legend" not in names


def test_compare_knows_the_probabilities_of_all_classes() -> None:
    run = start(Config(dataset="spirals", classes=4, samples=20))
    end = of_run([run])
    assert end.shares is not None
    assert reading(run.config, end.shares) == {"kind": "shares", "reach": 1.0, "shares": end.shares}
    assert end.shares.sum(axis=0, dtype=int) == pytest.approx(100, abs=2.5)  # each is rounded
    assert reading(run.config) is None  # the end of a sweep's run is a picture alone
    assert of_run([start(Config(samples=20))]).shares is None


def test_there_is_a_key_for_each_class() -> None:
    assert list(TOOL_KEYS) == [str(label) for label in range(MAX_CLASSES)]


def test_a_key_chooses_the_brush_of_its_class_and_a_point_is_called_by_its_name(
    page: Page, server: str
) -> None:
    open_page(page, server, "dataset=iris&test_samples=10")
    shown(page, "decision-boundary", 0)
    for key in "201":
        page.keyboard.press(key)
        expect(page.locator(f".brush[data-label='{key}']")).to_have_count(1, timeout=PATIENCE)
    page.keyboard.press("3")  # the eraser has no key
    expect(page.locator(".brush[data-label='1']")).to_have_count(1)
    page.get_by_role("radio", name="Look", exact=True).click()
    expect(page.locator(".brush")).to_have_count(0)
    plane = chart(page, "decision-boundary")
    box = plane.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.93, box["y"] + box["height"] * 0.1)
    expect(plane.locator(".answer")).to_contain_text("virginica", timeout=PATIENCE)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("0 … 5")
