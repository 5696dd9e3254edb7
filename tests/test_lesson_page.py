"""A lesson is the playground with its text in the sidebar, and its goal is checked by the run."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from nnlab import Config
from nnlab.app.lessons.lesson_list import PICTURES
from nnlab.app.playground import hiding
from nnlab.figures.plane_picture import recolored
from nnlab.figures.style import DARK, LIGHT
from nnlab.lessons.library import FOLDER_VARIABLE, in_folder, shipped, shipped_files
from nnlab.training.config import SETTINGS
from tests.helpers.app_page import APP, enter, field, healthy, playground_of, press, run_of, texts
from tests.helpers.app_page import step_tick as train
from tests.helpers.lesson_page import SAMPLE, open_lesson, write_sample
from tests.helpers.pictures import pixels, rgb
from tests.helpers.waiting import PATIENCE_SECONDS

BEGINS = Config(hidden_layers=(), samples=50, iterations=200)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sample(tmp_path)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))


def said(app: object) -> str:
    return texts(app)  # type: ignore[arg-type]


def keys(app: object) -> set[str]:
    return {button.key for button in app.button}  # type: ignore[attr-defined]


def test_a_link_opens_a_step_with_its_settings_and_its_text() -> None:
    app = open_lesson()
    assert run_of(app).config == BEGINS
    assert "Welcome." in said(app)
    assert "1 of 3" in said(app)
    assert app.query_params["lesson"] == "sample"
    assert app.query_params["step"] == "1"
    app = open_lesson(step="2")
    assert run_of(app).config == BEGINS
    assert "More text." in said(app)
    assert "Welcome." not in said(app)


def test_the_link_of_a_lesson_in_progress_holds_the_settings() -> None:
    app = enter(open_lesson(step="2"), "learning_rate", 0.5)
    link = dict(app.query_params)
    assert run_of(open_lesson(**link)).config == run_of(app).config


def test_a_link_of_a_lesson_with_all_defaults_keeps_them() -> None:
    app = open_lesson(step="2", seed="4")
    assert run_of(app).config == Config()
    assert app.query_params["seed"] == "4"


def test_an_unknown_lesson_or_step_is_one_sentence() -> None:
    (sentence,) = (str(one.value) for one in open_lesson(lesson="<b>x</b>").warning)
    assert sentence.startswith("There is no lesson `'<b>x</b>'` here.")
    for step in ("0", "4", "one", "1.0"):
        app = open_lesson(step=step)
        (sentence,) = (str(one.value) for one in app.warning)
        assert sentence.startswith("The link's step must be a whole number from 1 to 3, not")
        assert app.query_params["step"] == "1"


def test_a_question_is_answered_before_start_and_answered_to_after_the_run() -> None:
    app = open_lesson()
    assert app.button(key="start").disabled
    assert app.button(key="step").disabled
    press(app, "lesson_answer_0")
    assert not app.button(key="start").disabled
    assert "You expect: *Everything.*" in said(app)
    assert "What happened" not in said(app)
    train(app)
    assert "You expect: *Everything.*" in said(app)
    assert "What happened: *Half of it.*" in said(app)
    assert "It cannot bend." in said(app)
    assert "One side is orange." not in said(app)


def test_the_first_answer_counts() -> None:
    app = press(open_lesson(), "lesson_answer_1")
    assert playground_of(app).step_progress.answer == 1
    assert not {"lesson_answer_0", "lesson_answer_1"} & keys(app)


def test_hints_come_one_by_one_and_the_explanation_on_request() -> None:
    app = open_lesson(step="2")
    assert "Squares bend." not in said(app)
    for shown in (["First hint."], ["First hint.", "Second hint."]):
        press(app, "lesson_hint")
        assert [str(hint.value) for hint in app.info] == shown
    assert "lesson_hint" not in keys(app)
    press(app, "lesson_explain")
    assert "Squares bend." in said(app)


def test_the_goal_is_checked_by_the_run_and_opens_the_explanation() -> None:
    app = open_lesson(step="2")
    assert "goal below 0.5" in said(app)
    train(app)
    assert playground_of(app).step_progress.reached == 0
    enter(app, "features", ["x1^2", "x2^2"])
    enter(app, "learning_rate", 10)
    assert playground_of(app).step_progress.reached == 0
    train(app)
    assert "**Goal** · gold" in said(app)
    assert "Squares bend." in said(app)
    press(app, "reset")
    assert "**Goal** · gold" in said(app)
    press(app, "lesson_next")
    assert "The lesson is done." in said(app)
    assert any('data-lesson-done="sample"' in str(one.value) for one in app.html)


def test_a_step_without_settings_keeps_the_run_and_one_with_settings_starts_a_new_one() -> None:
    app = enter(open_lesson(step="2"), "learning_rate", 0.5)
    train(app)
    press(app, "lesson_next")
    assert run_of(app).iteration == 1000
    assert run_of(app).config.learning_rate == 0.5
    press(press(app, "lesson_back"), "lesson_back")
    assert run_of(app).iteration == 0
    assert run_of(app).config == BEGINS
    assert app.button(key="lesson_back").disabled


def test_leaving_a_lesson_keeps_the_settings_and_the_run() -> None:
    app = enter(open_lesson(step="2"), "learning_rate", 0.5)
    train(app)
    run = run_of(app)
    press(app, "leave_lesson")
    assert run_of(app) is run
    assert "lesson" not in app.query_params
    assert "leave_lesson" not in keys(app)
    assert field(app, "learning_rate").value == "0.5"


def test_only_the_controls_of_the_lesson_are_shown() -> None:
    playground = playground_of(open_lesson(step="2"))
    hidden = hiding.hidden_settings(playground)
    assert set(SETTINGS) - hidden == {"features", "learning_rate"}
    assert not hiding.shows_tools(playground)
    style = next(
        one.value
        for one in open_lesson().html
        if "display: none !important; }" in one.value and "st-key-noise" in one.value
    )
    assert ".st-key-data_section" in style
    assert ".st-key-training_popover" in style
    assert ".st-key-network_section" not in style
    assert ".st-key-network_popover" not in style


def test_every_setting_has_a_place_in_the_sidebar() -> None:
    sections = (names for place, names in hiding.PLACES.items() if place.endswith("_section"))
    assert sorted(name for names in sections for name in names) == sorted(SETTINGS)


def test_a_faulty_lesson_of_the_folder_is_said_and_the_others_are_there(tmp_path: Path) -> None:
    (tmp_path / "bad.md").write_text("nothing")
    found = in_folder()
    assert list(found.lessons) == ["sample"]
    assert any(sentence.startswith("bad.md, line 1: ") for sentence in found.refused)


def test_a_folder_that_is_missing_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, "/dev/null/lessons")
    found = in_folder()
    assert found.lessons == {}
    assert found.refused == (
        "NNLAB_LESSONS must be the path of a folder, got '/dev/null/lessons'.",
    )


def test_the_shipped_lessons_can_be_read() -> None:
    assert list(shipped().lessons) == [file.stem for file in shipped_files()]


def test_a_question_that_was_answered_stays_answered_on_the_way_back() -> None:
    app = press(open_lesson(), "lesson_answer_1")
    press(press(app, "lesson_next"), "lesson_back")
    assert "You expect: *Half of it.*" in said(healthy(app))


def open_editor() -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=PATIENCE_SECONDS)
    app.query_params["edit"] = "true"
    return healthy(app.run())


def edit(app: AppTest, source: str) -> AppTest:
    return healthy(app.text_area(key="lesson_source").set_value(source).run())


def test_an_edited_lesson_is_open_and_runs_with_its_settings() -> None:
    app = edit(open_editor(), SAMPLE)
    assert run_of(app).config == BEGINS
    assert "Welcome." in said(app)
    press(app, "lesson_answer_0")
    train(app)
    app = edit(app, SAMPLE.replace("Welcome.", "Hello."))
    assert "Hello." in said(app)
    assert run_of(app).iteration == 1000  # its settings are the same
    assert app.button(key="start").disabled  # its question is asked again
    app = edit(app, SAMPLE.replace("samples = 50", "samples = 60"))
    assert run_of(app).config.samples == 60
    assert run_of(app).iteration == 0


def test_a_faulty_text_leaves_the_last_lesson_open_and_fewer_steps_open_the_last() -> None:
    app = edit(open_editor(), SAMPLE)
    app = press(press(app, "lesson_next"), "lesson_next")
    app = edit(app, "nothing")
    assert "a lesson must begin with" in str(app.error[0].value)
    assert "The end." in said(app)
    app = edit(app, SAMPLE[: SAMPLE.index("## Three")])
    assert "2 of 2" in said(app)
    app = press(app, "close_editor")
    assert app.query_params["lesson"] == "my-lesson"
    assert "edit" not in app.query_params
    assert not app.text_area


@pytest.mark.parametrize("name", shipped().lessons)
def test_a_shipped_lesson_has_a_picture(name: str) -> None:
    """Make them with `python -m docs.example_pictures`."""
    assert (PICTURES / f"{name}.png").exists()


def test_the_picture_of_three_classes_has_the_colours_of_three_classes() -> None:
    kept = (PICTURES / "14-three-classes.png").read_bytes()
    for palette in (LIGHT, DARK):
        found = {tuple(color) for row in pixels(recolored(kept, palette)) for color in row}
        assert {tuple(rgb(color)) for color in palette.points[:3]} <= found
        assert not {tuple(rgb(color)) for color in palette.points[3:]} & found
