"""`python -m nnlab` trains, explains itself, and ends without a traceback whatever happens."""

import csv
import re
import subprocess
import sys
from contextlib import AbstractContextManager
from dataclasses import fields
from itertools import chain
from pathlib import Path

import pytest

from nnlab import Config, __main__, advance, evaluate, start
from nnlab.data.points import Points, encode
from nnlab.training import command_line
from nnlab.training.config import SETTINGS
from tests.helpers.processes import running
from tests.helpers.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-W", "error", "-m", "nnlab"]

ARTICLE = list(csv.DictReader((ROOT / "tests/data/article_table.csv").read_text().splitlines()))


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def _begin(*arguments: str) -> AbstractContextManager[subprocess.Popen]:
    """Start the command with pipes for its output."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return running([*COMMAND, *arguments], cwd=ROOT, **pipes)


@pytest.mark.slow
def test_without_options_it_prints_the_articles_table() -> None:
    result = _run()
    assert (result.returncode, result.stderr) == (0, "")
    header, *rows, last = result.stdout.splitlines()
    assert header.split() == ["iteration", "loss", "accuracy"]
    assert len(rows) == len(ARTICLE) == 25
    for row, expected in zip(rows, ARTICLE, strict=True):
        iteration, loss, accuracy = row.split()
        assert iteration == expected["iteration"]
        # the article's sums are in another order: their rounding grows, over 24,000 updates
        assert float(loss) == pytest.approx(float(expected["loss"]), rel=1e-9)
        assert float(accuracy) == float(expected["accuracy"])
    metrics = evaluate(advance(start(Config()), 25_000))
    assert last == (
        f"After 25000 iterations: train accuracy {metrics.train_accuracy:.3f}, "
        f"test accuracy {metrics.test_accuracy:.3f}"
    )


def test_every_field_is_an_option_that_reaches_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    points = Points.of([(0.1, 0.2, 1), (-0.5, 0.25, 0)])
    values = {
        "problem": ("regression", "regression"),
        "dataset": ("diabetes", "diabetes"),
        "function": ("x * 0.5", "x*0.5"),
        "data_columns": ("age,bp", ("age", "bp")),
        "samples": ("30", 30),
        "noise": ("0.2", 0.2),
        "data_seed": ("7", 7),
        "test_samples": ("20", 20),
        "test_seed": ("8", 8),
        "points": (encode(points), points),
        "features": ("x1,x1*x2", ("x1", "x1*x2")),
        "hidden_layers": ("4,2", (4, 2)),
        "activation": ("tanh,sine", ("tanh", "sine")),
        "initialization": ("xavier", "xavier"),
        "seed": ("9", 9),
        "output_loss": ("squared_error", "squared_error"),
        "optimizer": ("nesterov", "nesterov"),
        "momentum": ("0.5", 0.5),
        "learning_rate": ("3e-1", 0.3),
        "learning_rate_schedule": ("cosine", "cosine"),
        "batch_size": ("8", 8),
        "regularization": ("l1", "l1"),
        "regularization_rate": ("0.01", 0.01),
        "iterations": ("12", 12),
        "target_loss": ("1e-9", 1e-9),
        "patience": ("500", 500),
    }
    several = {"dataset": ("spirals", "spirals"), "classes": ("3", 3)}
    assert {*values, *several} == {item.name for item in fields(Config)}
    seen = []
    monkeypatch.setattr(command_line, "start", lambda config: seen.append(config) or start(config))
    for chosen in (values, several):  # a regression has no classes
        options = {"--" + name.replace("_", "-"): text for name, (text, _) in chosen.items()}
        assert __main__.main([*chain(*options.items()), "--iterations", "12"]) == 0
        expected = {name: value for name, (_, value) in chosen.items()}
        assert seen.pop() == Config(**{**expected, "iterations": 12})


def test_every_sets_the_distance_of_the_rows(capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(["--samples", "10", "--iterations", "10", "--every", "4"]) == 0
    _, *rows, last = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in rows] == ["0", "4", "8"]
    assert last.startswith("After 10 iterations: train accuracy ")


def test_the_subcommand_train_is_the_same_run(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--samples", "10", "--iterations", "10", "--every", "4"]
    assert __main__.main(options) == 0
    printed = capsys.readouterr()
    assert __main__.main(["train", *options]) == 0
    assert capsys.readouterr() == printed


@pytest.mark.parametrize("arguments", [[], ["train"], ["sweep"]])
def test_help_names_the_command_that_was_called(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="0"):
        __main__.main([*arguments, "--help"], "nnlab")
    usage = capsys.readouterr().out
    assert usage.startswith(" ".join(["usage: nnlab", *arguments, "[--help]"]))
    assert "python -m" not in usage


@pytest.mark.slow
def test_help_names_every_option_with_its_rule_and_default() -> None:
    result = _run("--help")
    assert (result.returncode, result.stderr) == (0, "")
    text = " ".join(result.stdout.split())
    assert "--every" in text
    for name, setting in SETTINGS.items():
        assert "--" + name.replace("_", "-") in text
        assert setting.help in text
        assert f"Must {setting.kind.must}. Default:" in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--samples", "-5"], "samples must be a whole number from 2 to 100000, got -5"),
        (["--samples", "many"], "samples must be a whole number from 2 to 100000, got 'many'"),
        (["--activation", "stairs"], "activation must be one of .*, got 'stairs'"),
        (["--learning-rate", "nan"], "learning_rate must be a finite number .*, got 'nan'"),
        (["--learning-rate=-inf"], "learning_rate must be a finite number .*, got '-inf'"),
        (["--hidden-layers", "4,,2"], "hidden_layers must be at most 8 .*, got '4,,2'"),
        (["--iterations", "9" * 5000], r"iterations must be .*, got '9{76}\.\.\."),
        (["--optimizer", "adamw"], "optimizer must be one of sgd, .*, adam, got 'adamw'"),
        (["--batch-size", "0"], "batch_size must be a whole number .* None for all .*, got 0"),
        (["--dataset", "plane"], "dataset must be one of .* problem classification, got 'plane'"),
        (["--points", "tampered"], "points must be .*, got 'tampered'"),
        (["--dataset", "own"], "points must not be empty with the data set own, got none"),
        (["--activation", "relu,"], r"activation must be .*, got \('relu', ''\)"),
        (["--every", "0"], "every must be a whole number above 0, got '0'"),
        (["--every", "-1"], "every must be a whole number above 0, got '-1'"),
        (["--every", "1.5"], "every must be a whole number above 0, got '1.5'"),
        (["--every", "9" * 5000], r"every must be a whole number above 0, got '9{76}\.\.\."),
        (["--momentun", "1"], "unrecognized arguments: --momentun 1; --help lists the options"),
        (["--iter", "1"], "unrecognized arguments: --iter 1; --help lists the options"),
        (["circles\n2"], "unrecognized arguments: circles 2; --help lists the options"),
        (["--samples"], "argument --samples: expected one argument; --help lists the options"),
    ],
)
def test_bad_input_is_one_sentence_on_stderr_and_exit_code_2(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = __main__.main(arguments)
    except SystemExit as stop:  # how argparse ends
        code = stop.code
    out, error = capsys.readouterr()
    assert code == 2
    assert out == ""
    assert re.fullmatch(sentence + "\n", error)


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["--seed", "x"], ["--nonsense"]])
def test_the_shell_sees_exit_code_2_and_no_traceback(arguments: list[str]) -> None:
    result = _run(*arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1


def test_divergence_is_reported_with_the_metrics_of_the_last_finite_state(
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = ["--learning-rate", "1000", "--activation", "linear", "--every", "1"]
    assert __main__.main(options) == 0
    *_, row, message, last = capsys.readouterr().out.splitlines()
    found = re.fullmatch(r"Diverged at iteration (\d+): the loss is no longer finite\.", message)
    assert found
    assert row.split()[0] == found[1]
    assert last.startswith(f"After {found[1]} iterations: train accuracy ")
    assert "nan" not in row


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--target-loss", "0.65"],
            r"Stopped at iteration (\d+): the training loss is down to 0\.65, the target_loss\.",
        ),
        (
            ["--patience", "50", "--learning-rate", "1000", "--batch-size", "500"],
            r"Stopped at iteration (\d+): no better .* loss for 50 iterations, the patience\.",
        ),
    ],
)
def test_a_stop_rule_that_has_ended_the_run_is_named(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert __main__.main([*options, "--every", "100000"]) == 0
    _, _, sentence, last = capsys.readouterr().out.splitlines()
    found = re.fullmatch(message, sentence)
    assert found
    assert 0 < int(found[1]) < 25_000
    assert last.startswith(f"After {found[1]} iterations: train accuracy ")


def test_a_regression_is_summed_up_by_its_losses(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--problem", "regression", "--dataset", "plane", "--regularization", "l2"]
    assert __main__.main([*options, "--iterations", "10"]) == 0
    _, row, last = capsys.readouterr().out.splitlines()
    assert row.split()[2] == "-"
    number = r"\d+\.\d+"
    summary = f"train loss {number}, test loss {number}, penalty {number}"
    assert re.fullmatch(f"After 10 iterations: {summary}", last)


def test_several_classes_are_summed_up_by_their_accuracies(
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = ["--dataset", "spirals", "--classes", "5", "--samples", "60"]
    assert __main__.main([*options, "--iterations", "20", "--every", "10"]) == 0
    _, *rows, last = capsys.readouterr().out.splitlines()
    run = advance(start(Config(dataset="spirals", classes=5, samples=60)), 20)
    found = evaluate(run)
    assert [row.split()[0] for row in rows] == ["0", "10"]
    accuracies = f"train accuracy {found.train_accuracy:.3f}, test accuracy "
    assert last == f"After 20 iterations: {accuracies}{found.test_accuracy:.3f}"


def test_where_there_are_no_test_points_a_dash_stands_for_the_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    points = encode(Points.of([(0.1, 0.2, 1)]))
    assert __main__.main(["--dataset", "own", "--points", points, "--iterations", "10"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert re.fullmatch(r"After 10 iterations: train accuracy [01]\.000, test accuracy -", last)


@pytest.mark.parametrize("verb", ["start", "evaluate", "advance"])
def test_ctrl_c_in_any_verb_says_where_it_stopped(
    verb: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command_line, verb, interrupted)
    assert __main__.main(["--samples", "10"]) == 130
    assert capsys.readouterr().err == "Stopped at iteration 0.\n"


def test_ctrl_c_before_the_run_has_begun_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command_line, "parse", interrupted)
    assert __main__.main(["--samples", "10"]) == 130
