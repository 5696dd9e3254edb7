"""The page for a presenter: it is a choice in the link, and its title says what runs."""

import json

import pytest

from nnlab import Config
from nnlab.app.playground import presenting
from nnlab.app.playground.actions import END_PRESENTING, PRESENT
from nnlab.app.report import title
from nnlab.data.datasets import CURVE, DATASETS_FOR
from nnlab.figures.curves import loss_curve
from nnlab.figures.from_afar import FAR_TEXT, from_afar
from tests.helpers.app_page import open_playground, playground_of, press, run_of


def test_presenting_begins_and_ends_with_its_buttons_and_stands_in_the_link() -> None:
    app = open_playground()
    assert not app.title
    press(app, PRESENT.name)
    assert app.query_params["present"] == "true"
    assert app.title[0].value == "Circles, 2-10-5-1, learning rate 0.01"
    press(app, END_PRESENTING.name)
    assert "present" not in app.query_params
    assert not app.title


def test_a_run_goes_on_when_presenting_begins_and_ends() -> None:
    app = open_playground(speed="10")
    press(app, "start")
    for name in (PRESENT.name, END_PRESENTING.name):
        before = run_of(app)
        press(app, name)
        assert app.button(key="pause")
        assert run_of(app).iteration > before.iteration
        assert run_of(app).losses[: before.iteration].tolist() == before.losses.tolist()


def test_the_title_follows_the_settings() -> None:
    app = open_playground(present="true")
    press(app, "reset")
    assert app.title[0].value.startswith("Circles, 2-10-5-1")
    app = open_playground(
        present="true", dataset="moons", hidden_layers="", features="x1,x2,x1^2", learning_rate="3"
    )
    assert app.title[0].value == "Moons, 3-1, learning rate 3"


def test_every_data_set_has_a_title() -> None:
    for problem, names in DATASETS_FOR.items():
        for name in names:
            config = Config(problem=problem, dataset=name)
            outputs = 3 if problem == "classification" and name in ("iris", "wine") else 1
            inputs = 1 if name == CURVE else 2
            assert title(config).endswith(f", {inputs}-10-5-{outputs}, learning rate 0.01")


def test_a_presenter_sees_no_network_that_the_link_hides() -> None:
    for hidden, shown in (("noise", "network"), ("network", None)):
        playground = playground_of(open_playground(present="true", hide=hidden))
        assert presenting.panel(playground, "layers") == shown


@pytest.mark.parametrize("panel", ["layers", "step", "none"])
def test_the_chosen_panel_is_open_again_after_presenting(panel: str) -> None:
    app = open_playground(panel=panel, present="true")
    assert app.query_params["panel"] == panel
    press(app, END_PRESENTING.name)
    assert app.button_group(key="panel").value == (None if panel == "none" else panel)


def test_a_figure_from_afar_has_large_type_and_the_same_data() -> None:
    figure = loss_curve("cross-entropy", log=False)
    near, far = json.loads(figure), json.loads(from_afar(figure))
    assert far["layout"]["font"]["size"] == far["layout"]["legend"]["font"]["size"] == FAR_TEXT
    assert [trace["name"] for trace in far["data"]] == [trace["name"] for trace in near["data"]]
    assert far["layout"]["uirevision"] == near["layout"]["uirevision"]  # a zoom stays
