"""`nnlab lesson` lists all faults of lessons, and writes a template."""

from pathlib import Path

import pytest

from nnlab import __main__
from nnlab.lessons import lesson_commands
from tests.helpers.lessons import GOAL, HEAD, SETTINGS, SOLUTION

GOOD = f"{HEAD}## One\n{SETTINGS}{GOAL}{SOLUTION}"


@pytest.fixture(autouse=True)
def _without_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lesson_commands.process_end, "exit_on_signal", lambda: None)


def test_a_lesson_without_faults_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "good.md"
    file.write_text(GOOD)
    assert __main__.main(["lesson", "check", str(file)]) == 0
    assert capsys.readouterr() == ("", "good.md: no faults. Steps: 1, goals: 1.\n")


def test_every_file_is_checked_and_all_faults_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad, easy = (tmp_path / name for name in ("good.md", "bad.md", "easy.md"))
    good.write_text(GOOD)
    bad.write_text(GOOD.replace("samples = 50", "samples = 1").replace("hidden_layers ==", "x =="))
    easy.write_text(GOOD.replace("0.5, 0.3, 0.2", "0.9, 0.3, 0.2"))
    files = [str(bad), str(tmp_path / "missing.md"), str(easy), str(good)]
    assert __main__.main(["lesson", "check", *files]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("bad.md, line 11: samples must be a whole number from 2")
    assert said[1].startswith("bad.md, line 16: 'x' is unknown to a goal; allowed are train_loss")
    assert said[2].endswith("missing.md cannot be read: No such file or directory.")
    assert said[3].startswith("easy.md, line 14: the goal is reached by Start alone")
    assert said[4] == "good.md: no faults. Steps: 1, goals: 1."
    assert len(said) == 5


def test_a_new_lesson_passes_the_check_and_is_never_written_over_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "new.md"
    assert __main__.main(["lesson", "new", str(file)]) == 0
    assert __main__.main(["lesson", "check", str(file)]) == 0
    written = file.read_text()
    assert __main__.main(["lesson", "new", str(file)]) == 2
    assert file.read_text() == written
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["new", "lesson.txt"], "must end in .md, as in lesson.md"),
        (["new", "no_such_folder/lesson.md"], "cannot be written: No such file or directory"),
    ],
)
def test_a_bad_name_is_refused(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert __main__.main(["lesson", *arguments]) in {1, 2}
    assert said in capsys.readouterr().err
