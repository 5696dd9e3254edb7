"""`nnlab train` learns from a CSV file, and saves the run in files of each kind."""

import csv
import io
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nnlab import __main__
from nnlab.data.csv_files import read_table, to_points
from nnlab.data.scales import standardized_points
from tests.helpers.points_files import csv_file
from tests.helpers.waiting import PATIENCE_SECONDS

ROWS = [
    (row, f"{row % 7}.5", 40 + 3 * (row % 5), ["Adelie", "Gentoo", "Chinstrap"][row % 3])
    for row in range(60)
]
FILE = csv_file(("id", "bill", "depth", "species"), *ROWS)
ROOT = Path(__file__).parents[1]
TRAIN = ["train", "--iterations", "20", "--every", "10"]


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "penguins.csv"
    path.write_bytes(FILE)
    return str(path)


def train(*arguments: str) -> int:
    return __main__.main([*TRAIN, *arguments])


def run_python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
        cwd=ROOT,
    )


def test_the_columns_and_the_classes_are_guessed_and_named(
    file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("--csv", file) == 0
    out, error = capsys.readouterr()
    assert error == (
        "60 points: inputs 'bill' and 'depth', standardized, target 'species' "
        "(0 is Adelie; 1 is Chinstrap; 2 is Gentoo).\n"
    )
    assert re.search(r"After 20 iterations: train accuracy \d\.\d+, test accuracy \d\.\d+\n", out)


def test_columns_label_and_labels_can_be_named(
    file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = ["--data-columns", "depth,id", "--label", "species", "--labels", "Gentoo,Adelie"]
    assert train("--csv", file, *chosen, "--standardize", "no") == 0
    assert capsys.readouterr().err == (
        "40 points: inputs 'depth' and 'id', target 'species' (0 is Adelie; 1 is Gentoo).\n"
    )


def test_a_number_among_the_labels_can_be_written_in_any_way(
    file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("--csv", file, "--label", "depth", "--labels", "40.0, 4.3e1,46") == 0
    assert "target 'depth' (0 is 40; 1 is 43; 2 is 46)." in capsys.readouterr().err


def test_a_regression_takes_a_column_of_numbers(
    file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("--csv", file, "--problem", "regression", "--label", "depth") == 0
    assert "target 'depth'." in capsys.readouterr().err


def test_rows_with_empty_cells_are_left_out_if_one_asks_for_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "gaps.csv"
    path.write_bytes(csv_file(("a", "b", "label"), (1, 2, "x"), ("", 3, "y"), (3, 4, "y")))
    assert train("--csv", str(path)) == 2
    assert capsys.readouterr().err == (
        "csv must have no empty cell in the chosen columns, or be read with --leave-out-empty, "
        "got 1 row with one\n"
    )
    assert train("--csv", str(path), "--leave-out-empty") == 0
    assert "1 row with empty cells left out." in capsys.readouterr().err


def test_a_replay_of_real_data_names_its_columns(tmp_path: Path) -> None:
    page = tmp_path / "run.html"
    assert train("--dataset", "iris", "--iterations", "2", "--save", str(page)) == 0
    assert ">petal length (cm) (standardized)<" in page.read_text()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--csv", "no/such"], "csv must be a file that can be read, got 'no/such': No such file"),
        (["--label", "x"], "label must be among those of the file, 'id', 'bill', .*, got 'x'"),
        (["--data-columns", "id,x"], "data_columns must be among those of the file, .*, got 'x'"),
        (["--data-columns", "id"], "data_columns must be two names, got 'id'"),
        (["--data-columns", "id,id"], "columns must be three different ones of the file, got "),
        (
            ["--data-columns", "bill,species", "--label", "depth"],
            "file must have finite numbers, got 'Ad",
        ),
        (
            ["--labels", "Adelie,Gentu"],
            "labels must be among those in column 'species', 'Adelie', 'Chinstrap', 'Gentoo', "
            "got 'Gentu'$",
        ),
        (
            ["--label", "id", "--labels", "1.5"],
            "labels must be among those in column 'id', '0', '1', '2', '3', '4', '5', …, got '1.5'",
        ),
        (
            ["--label", "id"],
            "csv must have two to 6 labels, or be read with --labels, which keeps some, "
            "got 60 in column 'id'$",
        ),
        (["--labels", "Adelie"], "file must have two to 6 labels, got only 'Adelie' in column"),
        (["--standardize", "maybe"], "standardize must be yes or no, got 'maybe'"),
        (["--save", "a.jpg"], r"save must end in \.npz, \.py, .*, \.csv, got 'a.jpg'"),
        (["--save", "no/such/a.gif"], "save must be a file that can be written, got 'no/such/a"),
        (["--save", "a\0.gif"], "save must be a file that can be written, got "),
    ],
)
def test_what_is_wrong_is_one_sentence_before_any_training(
    arguments: list[str], sentence: str, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = arguments if "--csv" in arguments else ["--csv", file, *arguments]
    assert train(*given) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert re.match(sentence, error.splitlines()[-1])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("dataset", "moons"),
        ("classes", "3"),
        ("function", "x"),
        ("samples", "50"),
        ("noise", "0.1"),
        ("data_seed", "1"),
        ("test_seed", "1"),
        ("points", "0,0,1"),
    ],
)
def test_a_setting_that_a_file_replaces_is_refused_beside_it(
    field: str, value: str, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("--csv", file, f"--{field.replace('_', '-')}", value) == 2
    assert capsys.readouterr() == (
        "",
        f"{field} must be left out with --csv, whose file replaces it, got {value!r}\n",
    )


def test_the_number_of_test_points_acts_on_a_file(
    file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("--csv", file, "--test-samples", "3") == 0
    assert re.search(r"test accuracy (0.000|0.333|0.667|1.000)\n", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("arguments", "field", "value"),
    [
        (["--label", "species"], "label", "'species'"),
        (["--labels", "a,b"], "labels", "'a,b'"),
        (["--standardize", "no"], "standardize", "'no'"),
        (["--leave-out-empty"], "leave_out_empty", "True"),
    ],
)
def test_an_option_of_a_file_is_refused_without_one(
    arguments: list[str], field: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(*arguments) == 2
    sentence = f"{field} must be given together with --csv FILE, got {value}\n"
    assert capsys.readouterr() == ("", sentence)


def test_the_check_of_a_place_changes_no_file_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, new = tmp_path / "kept.csv", tmp_path / "new.csv"
    kept.write_text("precious")
    nowhere = str(tmp_path / "folder" / "a.gif")
    assert train("--save", str(kept), "--save", str(new), "--save", nowhere) == 2
    assert kept.read_text() == "precious"
    assert not new.exists()
    assert capsys.readouterr().out == ""


def test_the_run_is_saved_in_each_kind_of_file(
    file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = {
        ending: tmp_path / f"run.{ending}" for ending in ("npz", "py", "html", "gif", "png", "csv")
    }
    saves = [part for path in paths.values() for part in ("--save", str(path))]
    assert train("--csv", file, *saves) == 0
    *printed, summary, saved = capsys.readouterr().out.splitlines()
    assert saved == f"Saved {', '.join(map(str, paths.values()))}."

    table = read_table(FILE)
    points = to_points(table, "bill", "depth", "species", problem="classification").points
    with np.load(paths["npz"]) as parameters:
        assert int(parameters["iteration"]) == 20
        scaled = standardized_points(points, "classification")
        np.testing.assert_array_equal(parameters["points"][:, :2], scaled.inputs)
    assert b"bill" in paths["html"].read_bytes()
    with Image.open(paths["gif"]) as moving, Image.open(paths["png"]) as still:
        assert moving.n_frames > 1  # type: ignore[attr-defined]
        moving.seek(moving.n_frames - 1)  # type: ignore[attr-defined]
        last = np.asarray(moving.convert("RGB"))
        np.testing.assert_array_equal(np.asarray(still.convert("RGB")), last)
    rows = list(csv.DictReader(io.StringIO(paths["csv"].read_text())))
    assert [row["iteration"] for row in rows] == ["0", "10", "20"]
    shown = [line.split()[:2] for line in printed[1:]]
    assert [[row["iteration"], row["train_loss"]] for row in rows[:2]] == shown
    result = run_python(str(paths["py"]))
    assert result.stdout.splitlines()[-1] == summary


def test_the_script_of_a_run_that_stopped_early_keeps_its_schedule(
    file: str, tmp_path: Path
) -> None:
    """A schedule stretches over all iterations, also those that were not made."""
    saved = tmp_path / "run.py"
    schedule = ["--learning-rate-schedule", "cosine", "--learning-rate", "0.3"]
    assert train("--csv", file, *schedule, "--target-loss", "1.2", "--save", str(saved)) == 0
    assert re.search(r"^ITERATIONS.* = 20, 0\.3", saved.read_text(), re.MULTILINE)


def test_a_full_disk_at_the_end_is_one_sentence(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no device that is always full")
    full = tmp_path / "full.csv"
    full.symlink_to("/dev/full")
    result = run_python("-m", "nnlab", *TRAIN, "--samples", "10", "--save", str(full))
    assert (result.returncode, result.stdout.count("After 20 iterations")) == (1, 1)
    assert result.stderr == "The output cannot be written: No space left on device.\n"
