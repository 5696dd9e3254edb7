"""A receipt is checked by running it again: what is forged, edited or old is said."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from nnlab import Config, Run, __main__, __version__, advance, set_parameter, start
from nnlab.app.playground.record import Playground
from nnlab.data.points import Points
from nnlab.data.rules import BrokenRule
from nnlab.inspection.next_update import make_step
from nnlab.lessons import verify_command
from nnlab.lessons.lesson import Lesson
from nnlab.lessons.library import FOLDER_VARIABLE
from nnlab.lessons.receipt import Receipt, record_of, write
from nnlab.lessons.verify import REPRODUCED, verify
from nnlab.training.edits import with_config
from tests.helpers.app_page import enter, press, run_of, step_tick
from tests.helpers.lesson_page import SAMPLE, open_lesson, write_sample
from tests.helpers.lessons import lesson_of

SMALL = Config(samples=40, test_samples=20, hidden_layers=(3,), learning_rate=0.3, iterations=300)
LESSON: Lesson = lesson_of(SAMPLE.split("+++\n", 2)[2])
SOLVED = replace(LESSON.steps[1].config, features=("x1^2", "x2^2"), learning_rate=10.0)


def receipt_of(run: Run) -> str:
    return write(Receipt(__version__, "", "", (record_of(run),)))


def lesson_receipt(config: Config = SOLVED, reached: int = 3) -> str:
    run = advance(start(config), 200)
    return write(Receipt(__version__, "sample", "Ada", (record_of(run, 2, reached),)))


def said(source: str) -> str:
    return verify(source, {"sample": LESSON}, __version__).sentence


def edited_run() -> Run:
    """Return a run with every kind of edit on its way."""
    run = advance(start(SMALL), 50)
    run = with_config(run, replace(run.config, optimizer="adam", learning_rate=0.05))
    run = advance(run, 30)
    run = set_parameter(run, 0, 1, 2, 0.125)
    run = set_parameter(run, 1, 3, 0, -1.5)
    run = advance(run, 20)
    run = make_step(run, 7)
    run = with_config(advance(run, 10), replace(run.config, batch_size=8, target_loss=1e-9))
    return advance(run, 60)


@pytest.mark.parametrize(
    "run",
    [
        advance(start(SMALL), 300),
        start(Config(samples=20)),
        advance(start(replace(SMALL, batch_size=7, points=Points.of([(0.5, 0.1, 1)]))), 123),
        advance(start(replace(SMALL, problem="regression", dataset="plane")), 40),
        advance(start(replace(SMALL, learning_rate=1e6, activation="linear")), 300),
        edited_run(),
    ],
    ids=["plain", "not trained", "batches and points", "regression", "diverged", "edited"],
)
def test_a_run_is_reproduced_to_the_last_digit(run: Run) -> None:
    assert said(receipt_of(run)) == REPRODUCED


def test_a_goal_that_was_met_is_counted() -> None:
    assert said(lesson_receipt()) == f"{REPRODUCED}, goals met: 1 of 1"
    missed = lesson_receipt(LESSON.steps[1].config, reached=0)
    assert said(missed) == f"{REPRODUCED}, goals met: 0 of 1"


def forged(old: str, new: str, source: str) -> str:
    assert old in source
    return said(source.replace(old, new, 1))


def test_each_way_to_forge_a_receipt_is_one_sentence() -> None:
    source = lesson_receipt()
    loss = next(line for line in source.splitlines() if line.startswith('"test_loss"'))
    assert forged(loss, '"test_loss" = 0.01', source).startswith(
        "step 2: test_loss is 0.01, but 0.1"
    )
    digit = f"{loss[:-4]}{(int(loss[-4]) + 1) % 10}{loss[-3:]}"  # the fourth from the end
    assert "test_loss is" in forged(loss, digit, source)
    assert "train_loss is" in forged('"learning_rate" = "10"', '"learning_rate" = "9"', source)
    assert forged('"learning_rate" = "10"', '"learning_rate" = "x"', source).startswith(
        "learning_rate must be a finite number"
    )
    assert "train_loss is" in forged('"iterations" = 200', '"iterations" = 199', source)
    assert forged(__version__, "0.1", source).startswith(
        f"it was made with nnlab 0.1, and this is {__version__}"
    )
    assert "the lesson other is not here" in forged('"sample"', '"other"', source)
    missed = lesson_receipt(LESSON.steps[1].config)
    assert "step 2 claims more of its goal than the run reaches" in said(missed)


def test_a_setting_that_the_lesson_does_not_show_must_be_the_steps() -> None:
    easier = lesson_receipt(replace(SOLVED, noise=0.0))
    assert said(easier) == (
        "step 2: noise is not the step's, and the lesson does not show it, goals met: 0 of 1"
    )


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("", "it must have 1 to 50 runs"),
        ("x = [", "it must be TOML"),
        ("[" * 10_000, "it must be TOML"),
        ("runs = [1]", "each of its runs must be a table"),
        ("[[runs]]\nstep = -1", "step must be a whole number from 0 to 100, got -1"),
        ("[[runs]]\nstep = 0\nreached = 0\niterations = 10000000", "iterations must be"),
        ("[[runs]]\nstep = 0\nreached = 0\niterations = 1\nsettings = {os = 'x'}", "settings"),
        ("name = 3", "name must be a text"),
        ("#" * 200_001, "at most 200,000 characters"),
    ],
)
def test_what_is_not_a_receipt_is_one_sentence(source: str, part: str) -> None:
    assert said(source).startswith("not a receipt: ")
    assert part in said(source)


def test_an_edit_that_nnlab_does_not_make_is_refused() -> None:
    source = receipt_of(edited_run()).replace(
        "weight 2 -> 3 of layer 1", "weight 9 -> 3 of layer 9"
    )
    assert said(source).startswith("edits must be changes that nnlab makes")


def test_a_change_to_a_data_set_with_more_classes_is_refused() -> None:
    """Its numbers would not fit the network."""
    run = advance(start(replace(SMALL, dataset="moons")), 5)
    run = with_config(run, replace(run.config, dataset="circles"))
    source = receipt_of(run).replace("[runs.settings]", '[runs.settings]\n"dataset" = "iris"', 1)
    found = forged('"value" = "circles"', '"value" = "iris"', source)
    assert found.startswith("dataset must stay 'moons' while a run goes on, got 'iris'")


def test_points_that_were_changed_on_the_way_have_no_receipt() -> None:
    run = advance(start(SMALL), 5)
    run = with_config(run, replace(run.config, points=Points.of([(0, 0, 1)])))
    with pytest.raises(BrokenRule, match="points must stay as they are for a receipt"):
        record_of(run)


@pytest.fixture
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sample(tmp_path)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setattr(verify_command.process_end, "exit_on_signal", lambda: None)


@pytest.mark.usefixtures("_folder")
def test_the_command_says_what_came_of_each_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text(lesson_receipt())
    bad.write_text("nothing")
    assert __main__.main(["verify", str(good)]) == 0
    assert __main__.main(["verify", str(good), str(bad), str(tmp_path / "none.txt")]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"good.txt: {REPRODUCED}, goals met: 1 of 1."
    assert lines[2].startswith("bad.txt: not a receipt: it must be TOML")
    assert lines[3] == "none.txt: it cannot be read: No such file or directory."


@pytest.mark.usefixtures("_folder")
def test_a_folder_of_receipts_is_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "receipts"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number:02}.txt").write_text(lesson_receipt().replace("Ada", f"=P{number}"))
    assert __main__.main(["verify", str(folder)]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert len(rows) == 40
    assert rows[7] == {
        "file": "07.txt",
        "name": "'=P7",
        "lesson": "sample",
        "nnlab": __version__,
        "reproduced": "yes",
        "goals_met": "1",
        "goals": "1",
        "verdict": f"{REPRODUCED}, goals met: 1 of 1",
    }


@pytest.mark.usefixtures("_folder")
def test_the_page_gives_a_receipt_at_the_end_of_a_lesson() -> None:
    app = enter(enter(open_lesson(step="2"), "features", ["x1^2", "x2^2"]), "learning_rate", 10)
    step_tick(app)
    press(app, "lesson_next")
    assert app.text_input(key="receipt_name").value == ""
    playground = app.session_state["playground"]
    assert isinstance(playground, Playground)
    proof = playground.progress["sample", 2].proof
    assert proof
    source = write(Receipt(__version__, "sample", "", (proof,)))
    assert said(source) == f"{REPRODUCED}, goals met: 1 of 1"
    assert 'name" = ""' in source
    assert run_of(app).iteration
