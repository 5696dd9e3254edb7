"""`python -m nnlab sweep` writes a row per run and ends without a traceback whatever happens."""

import csv
import os
import pty
import re
import select
import signal
import sys
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from nnlab import Config, __main__, advance, predict, start
from nnlab.data.points import Points, encode
from nnlab.sweep import Axis, Range, grid, random_sample, run_one
from nnlab.sweep.command_line import bar, read_order
from tests.helpers.executors import Immediately
from tests.helpers.processes import running
from tests.helpers.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-W", "error", "-m", "nnlab", "sweep"]
SMALL = ["--samples", "50", "--iterations", "40"]


def rows_of(file: Path) -> list[dict[str, str]]:
    """Read a sweep's table, in the order of the runs."""
    with file.open(newline="", encoding="utf-8") as lines:
        return sorted(csv.DictReader(lines), key=lambda row: int(row["run"]))


def test_the_axes_the_seeds_and_the_settings_make_a_grid() -> None:
    arguments = ["--axis", "learning-rate=0.01..1 log 3", "--axis", "hidden_layers=4; 10,5"]
    order = read_order([*arguments, "--seeds", "2", "--seed", "7", *SMALL])
    axes = [Axis("learning_rate", (0.01, 0.1, 1.0)), Axis("hidden_layers", ((4,), (10, 5)))]
    assert order.configs == grid(Config(samples=50, iterations=40, seed=7), axes, [7, 8])
    assert (order.workers, order.output) == (None, None)


def test_random_settings_are_drawn_from_ranges() -> None:
    arguments = ["--axis", "learning_rate=0.01..1 log", "--axis", "batch_size=none; 8"]
    order = read_order([*arguments, "--random", "9", "--random-seed", "3", *SMALL])
    ranges = [Range("learning_rate", 0.01, 1, log=True), Axis("batch_size", (None, 8))]
    assert order.configs == random_sample(Config(samples=50, iterations=40), ranges, 9, 3, [4])


@pytest.mark.slow
def test_the_table_has_a_row_per_run_with_what_differs_from_the_defaults(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sweep.csv"
    axes = ["--axis", "learning_rate=0.01; 1", "--axis", "hidden_layers=; 10,5"]
    options = ["--workers", "1", "--output", str(file)]
    assert __main__.main(["sweep", *axes, *options, *SMALL]) == 0
    out, error = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"After 0:\d\d: 4 of 4 runs, 4 done\.\n", error)
    configs = grid(
        Config(samples=50, iterations=40),
        [Axis("learning_rate", (0.01, 1.0)), Axis("hidden_layers", ((), (10, 5)))],
        [4],
    )
    rows = rows_of(file)
    assert [row["run"] for row in rows] == ["0", "1", "2", "3"]
    for row, config in zip(rows, configs, strict=True):
        metrics = run_one(0, config).metrics
        assert metrics
        assert float(row.pop("seconds")) > 0
        assert row == {
            "run": row["run"],
            "samples": "50",
            "hidden_layers": ",".join(map(str, config.hidden_layers)),
            "learning_rate": f"{config.learning_rate:g}",
            "iterations": "40",
            "status": "done",
            "iteration": "40",
            **{item.name: repr(getattr(metrics, item.name)) for item in fields(metrics)},
            "error": "",
        }


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compute the runs in this process."""
    monkeypatch.setattr("nnlab.sweep.command_line.LocalPool", lambda _: Immediately())


@pytest.mark.usefixtures("here")
def test_a_missing_number_is_an_empty_cell(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--problem", "regression", "--dataset", "plane", "--workers", "1"]
    assert __main__.main(["sweep", *options, *SMALL]) == 0
    (row,) = csv.DictReader(capsys.readouterr().out.splitlines())
    assert (row["test_accuracy"], row["status"]) == ("", "done")
    assert float(row["test_loss"]) > 0


@pytest.mark.usefixtures("here")
def test_the_number_of_classes_can_be_an_axis(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--dataset", "spirals", "--axis", "classes=2..6 3", "--workers", "1"]
    assert __main__.main(["sweep", *options, *SMALL]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [row["classes"] for row in rows] == ["2", "4", "6"]
    for row in rows:
        classes = int(row["classes"])
        run = start(Config(dataset="spirals", classes=classes, samples=50, iterations=40))
        run = advance(run, 40)
        outputs, targets = predict(run, run.dataset.test_inputs), run.dataset.test_targets[:, 0]
        found = outputs.argmax(axis=1) if classes > 2 else outputs > 0.5
        assert float(row["test_accuracy"]) == np.mean(found == targets)


@pytest.mark.usefixtures("here")
def test_divergence_is_a_status_and_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--activation", "linear", "--learning-rate", "1000", "--workers", "1"]
    assert __main__.main(["sweep", *options, "--samples", "50"]) == 0
    out, error = capsys.readouterr()
    (row,) = csv.DictReader(out.splitlines())
    assert row["status"] == "diverged"
    assert error.endswith(" 1 of 1 runs, 1 diverged.\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--axis", "learning_rate"], "axis must be FIELD=VALUES, got 'learning_rate'"),
        (["--axis", "rate=1"], "axis must be one of problem, .*, got 'rate'"),
        (
            ["--axis", "learning_rate=0..1 log 5"],
            "learning_rate must range from above .*, got 0.0",
        ),
        (["--axis", "learning_rate=2..1 5"], "learning_rate must range from a lower .* 2.0 to 1.0"),
        (["--axis", "learning_rate=1..2"], "learning_rate must be LOW.*, got '1..2'"),
        (["--axis", "learning_rate=x"], "learning_rate must be a finite number .*, got 'x'"),
        (["--axis", "noise=0..1 3", "--random", "2"], "noise must be LOW.*, got '0..1 3'"),
        (["--axis", "noise=0", "--axis", "noise=1"], "axes must be different fields, .* twice"),
        (["--axis", "noise=0..1 500", "--seeds", "500"], "runs must be from .*, got 250000"),
        (["--axis", "noise=0..1", "--random", "500", "--seeds", "2"], "runs must .*, got 1000"),
        (["--seeds", "0"], "seeds must be a whole number from 1 to 500, got '0'"),
        (["--seeds", "many"], "seeds must be a whole number from 1 to 500, got 'many'"),
        (["--seeds", "1000000000"], "seeds must be a whole number from 1 to .*, got '1000000000'"),
        (["--seeds", "9" * 20], "seeds must be a whole number from 1 to 500, got '9{20}'"),
        (["--workers", "-1"], "workers must be a whole number from 1 to 32, got '-1'"),
        (["--workers", "200"], "workers must be a whole number from 1 to 32, got '200'"),
        (["--random", "1.5"], "random must be a whole number from 1 to 500, got '1.5'"),
        (["--random", "1000000000"], "random must be a whole number .*, got '1000000000'"),
        (["--random", "5", "--random-seed", "x"], "rng_seed must be a whole number .*, got 'x'"),
        (["--dataset", "own"], "points must not be empty with the data set own, got none"),
        (["--axis", "dataset=circles, own"], "points must not be empty .* own, got none"),
        (["--samples", "1"], "samples must be a whole number from 2 .*, got 1"),
        (["--output", "/nowhere/x"], "output must be a file that .*, got '/nowhere/x': No such .*"),
        (["--outptu", "x"], "unrecognized arguments: --outptu x; --help lists the options"),
        (["--every", "5"], "unrecognized arguments: --every 5; --help lists the options"),
    ],
)
def test_bad_input_is_one_sentence_on_stderr_and_exit_code_2(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = __main__.main(["sweep", *arguments])
    except SystemExit as stop:  # how argparse ends
        code = stop.code
    out, error = capsys.readouterr()
    assert code == 2
    assert out == ""
    assert re.fullmatch(sentence + "\n", error)


def help_of(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit, match=r"^0$"):
        __main__.main([*arguments, "--help"])
    return " ".join(capsys.readouterr().out.split())


def test_help_explains_the_axes_and_names_every_option(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = help_of(["sweep"], capsys)
    for name in ("axis", "seeds", "random", "random-seed", "workers", "output"):
        assert f"--{name} " in text
    for item in fields(Config):
        assert "--" + item.name.replace("_", "-") in text
    example = re.search(r"Example: python -m nnlab sweep (.*)$", text)
    assert example
    words = [word.strip("'") for word in re.findall(r"'[^']*'|\S+", example[1])]
    assert len(read_order(words).configs) == 60
    assert "python -m nnlab sweep" in help_of([], capsys)


@pytest.mark.parametrize(
    ("done", "seconds", "line"),
    [
        (0, None, "[------------------------------] 0 of 60"),
        (15, 3.2, "[#######-----------------------] 15 of 60, 0:04 left"),
        (59, 3725, "[#############################-] 59 of 60, 1:02:05 left"),
        (60, 0.0, "[##############################] 60 of 60, 0:00 left"),
    ],
)
def test_the_bar_shows_how_far_it_is(done: int, seconds: float | None, line: str) -> None:
    assert bar(done, 60, seconds) == line


@pytest.mark.slow
def test_on_a_terminal_a_bar_moves_on_one_line_and_ctrl_c_keeps_what_is_there(
    tmp_path: Path,
) -> None:
    """The first run is short; the others would take minutes."""
    file = tmp_path / "sweep.csv"
    ours, theirs = pty.openpty()
    axes = ["--axis", "iterations=50; 999998; 999999; 1000000", "--samples", "50"]
    command = [*COMMAND, *axes, "--workers", "2", "--output", str(file)]
    with running(command, cwd=ROOT, stderr=theirs) as process:
        os.close(theirs)
        seen = ""
        while "1 of 4" not in seen:
            assert select.select([ours], [], [], PATIENCE_SECONDS)[0], seen
            seen += os.read(ours, 1000).decode()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == 130
    with suppress(OSError):  # EIO: all is read, and the other end is closed
        for part in iter(lambda: os.read(ours, 1000), b""):
            seen += part.decode()
    os.close(ours)
    *bars, last, end = re.split("[\r\n]+", seen)
    assert end == ""
    assert all(line.endswith("\x1b[K") for line in bars if line), seen
    assert re.fullmatch(r"\x1b\[KStopped after 0:\d\d: 1 of 4 runs, 1 done\.", last)
    (row,) = rows_of(file)
    config = Config(samples=50, iterations=50)
    metrics = run_one(0, config).metrics
    assert metrics
    assert float(row["train_loss"]) == metrics.train_loss


@pytest.mark.usefixtures("here")
def test_points_are_in_the_runs_but_not_in_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    points = Points.of([(0.1, 0.2, 1), (-0.5, 0.25, 0)])
    assert __main__.main(["sweep", "--points", encode(points), "--workers", "1", *SMALL]) == 0
    (row,) = csv.DictReader(capsys.readouterr().out.splitlines())
    metrics = run_one(0, Config(samples=50, iterations=40, points=points)).metrics
    assert metrics
    assert float(row["train_loss"]) == metrics.train_loss
    assert "points" not in row
