"""Files of points: good ones are understood, bad ones refused in one sentence, own ones exact."""

import csv
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nnlab.data.column_guess import guess_columns
from nnlab.data.csv_files import LabelledPoints, read_table, to_points, write_table
from nnlab.data.points import NO_POINTS, Points
from tests.helpers.points_files import BAD, GOOD, NUMBERS, POINTS

FINITE = st.floats(allow_nan=False, allow_infinity=False)
TRIPLES = st.lists(st.tuples(FINITE, FINITE, FINITE), min_size=1, max_size=20)
# One line of any letters; signs that spreadsheets and CSV care about come often.
TEXT = st.text(st.sampled_from("=+-@'\"\t,; 1a") | st.characters(exclude_categories=["C"])).map(
    lambda text: " ".join(text.split())
)
NAMES = st.lists(TEXT.filter(bool), min_size=3, max_size=3, unique=True).map(tuple)

# Hypothesis measures no time: no test depends on the machine's speed.


def read(content: bytes, problem: str = "classification") -> LabelledPoints:
    """Read a file with the columns that are guessed."""
    table = read_table(content)
    return to_points(table, *guess_columns(table, problem), problem=problem)


@pytest.mark.parametrize("content", GOOD.values(), ids=GOOD)
def test_a_good_file_is_understood(content: bytes) -> None:
    assert read(content).points == POINTS


def test_without_a_header_the_columns_are_numbered() -> None:
    result = read(b"1.5;2;0\n-3;4e5;1\n")
    assert (result.points, result.axes, result.target) == (POINTS, ("x1", "x2"), "x3")


def test_decimal_commas_do_not_separate_cells_though_there_are_more_of_them() -> None:
    assert read(b"1,5;2,0;0,0\n-3,0;4,0e5;1,0\n").points == POINTS


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("0,1,2\n5.1,3.5,0\n4.9,3,1", ["0", "1", "2"]),
        ("1,2,3\n5.1,3.5,a\n4.9,3,b", ["1", "2", "3"]),
        ("0,1,2\n34,15000,0\n51,99000,1", ["0", "1", "2"]),
        (",0,1,2\n0,5,3,0\n1,4,3,1", ["column 1", "0", "1", "2"]),
        (",0,1\n0,5,3\n1,4,3", ["column 1", "0", "1"]),
    ],
)
def test_a_first_row_that_counts_the_columns_is_a_header(content: str, names: list[str]) -> None:
    table = read_table(content.encode())
    assert list(table.columns) == names
    assert table.has_numbered_header
    assert table.row_numbers == [2, 3]
    first = content.split("\n")[1].split(",")
    assert [cells[0] for cells in table.columns.values()] == first


@pytest.mark.parametrize(
    "content",
    [
        "0,1,2\n2,0,1\n0,2,3",  # whole numbers of the same range below
        "1,2,3\n4,5,6\n7,8,9",  # a second row that counts, too
        "0,1,2",  # nothing below
        "0.0,1,2\n5.1,3.5,0",
        "0,1,3\n5.1,3.5,0",
        "2,3,4\n5.1,3.5,0",
    ],
)
def test_a_first_row_of_numbers_that_looks_like_the_others_is_data(content: str) -> None:
    table = read_table(content.encode())
    assert list(table.columns) == ["x1", "x2", "x3"]
    assert not table.has_numbered_header
    assert table.row_numbers[0] == 1


def test_a_hundred_thousand_rows_are_allowed_below_a_header_that_counts_the_columns() -> None:
    rows = b"1.5,2,0\n" * 99_999 + b"3,4,1\n"
    assert len(read_table(b"0,1,2\n" + rows).row_numbers) == 100_000
    with pytest.raises(ValueError, match="at most 100,000 rows"):
        read_table(b"0,1,2\n" + rows + b"3,4,1\n")


@pytest.mark.parametrize(
    ("labels", "targets", "classes"),
    [
        (["1", "0", "1"], [1, 0, 1], ("0", "1")),
        (["1.0", "0", "1"], [1, 0, 1], ("0", "1")),
        (["1", "-1", "1"], [1, 0, 1], ("-1", "1")),
        (["10", "9", "10"], [1, 0, 1], ("9", "10")),
        (["0.5", "2.25", "2.25"], [0, 1, 1], ("0.5", "2.25")),
        (["yes", "no", "yes"], [1, 0, 1], ("no", "yes")),
        (["v2.0", "v1.0", "v2"], [2, 0, 1], ("v1.0", "v2", "v2.0")),
        (["c", "a", "b"], [2, 0, 1], ("a", "b", "c")),
        (["10", "9", "1e1", "-2"], [2, 1, 2, 0], ("-2", "9", "10")),
        (list("gfedcb"), [5, 4, 3, 2, 1, 0], tuple("bcdefg")),
        (["v2.0", "v1.0", "v2.0"], [1, 0, 1], ("v1.0", "v2.0")),
        (["True", "False", "False"], [1, 0, 0], ("False", "True")),
        (["1", "a", "1"], [0, 1, 0], ("1", "a")),
        (["1_0", "10", "10"], [1, 0, 0], ("10", "1_0")),
    ],
)
def test_the_smallest_label_is_class_0(
    labels: list[str], targets: list[float], classes: tuple[str, ...]
) -> None:
    content = "a,b,label\n" + "".join(f"{i},0,{label}\n" for i, label in enumerate(labels))
    result = read(content.encode())
    assert result.points.targets.tolist() == targets
    assert result.classes == classes


def test_for_regression_the_target_is_a_number_of_any_size() -> None:
    result = read(b"a,b,c\n1,2,-3.25\n3,4,1e300\n5,6,7\n", "regression")
    assert result.points == Points.of([(1, 2, -3.25), (3, 4, 1e300), (5, 6, 7)])
    assert (result.axes, result.target, result.classes) == (("a", "b"), "c", None)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [pytest.param(*pair, id=f"{index}-{pair[1]}") for index, pair in enumerate(BAD.items())],
)
def test_a_bad_file_is_refused_in_one_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$") as caught:
        read(content)
    assert caught.value.__cause__ is None


def test_a_bad_target_is_refused_like_a_bad_input() -> None:
    table = read_table(b"a,b,c\n1,2,3\n1,2,u\n")
    with pytest.raises(ValueError, match=f"^{NUMBERS} 'u' in column 'c', row 3$"):
        to_points(table, "a", "b", "c", problem="regression")


def test_a_hundred_thousand_rows_are_allowed_with_and_without_a_header() -> None:
    rows = b"1,2,0\n" * 99_999 + b"3,4,1\n"
    assert len(read(rows).points) == 100_000
    assert len(read(b"a,b,c\r\n" + rows + b"\r\n\r\n").points) == 100_000


@pytest.mark.parametrize("columns", [("a", "a", "c"), ("a", "b", "d"), ("a", "b", "")])
def test_three_different_columns_of_the_file_must_be_chosen(columns: tuple[str, str, str]) -> None:
    table = read_table(b"a,b,c\n1,2,0\n")
    sentence = f"columns must be three different ones of the file, got {columns}"
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        to_points(table, *columns, problem="classification")


def test_an_unknown_problem_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"^problem must be classification or regression, got 'x'$"
    ):
        read(b"a,b,c\n1,2,0\n3,4,1\n", "x")


CSV_LIKE = st.text(st.sampled_from("01239.eE+-_,;\t\"'\r\n =abnif")).map(str.encode)
ROWS = st.lists(
    st.tuples(*[st.sampled_from(["1", "2.5", "", "nan", "1e999", "x", "'=1", '"', "-0"])] * 3),
    max_size=4,
).map(lambda rows: "\n".join(map(",".join, rows)).encode())


@given(
    content=st.binary() | st.text().map(str.encode) | CSV_LIKE | ROWS,
    problem=st.sampled_from(["classification", "regression"]),
)
@example(content=b"5e-324,1,0\n0,1e308,1\n-5e-324,-1e308,1", problem="regression")
def test_arbitrary_bytes_are_points_or_one_sentence(content: bytes, problem: str) -> None:
    try:
        result = read(content, problem)
    except ValueError as error:
        sentence = str(error)
    else:
        assert len(result.points) >= 1
        assert (result.classes is None) == (problem == "regression")
        return
    assert re.match("^file must .*, got .*$", sentence)
    assert sentence.isprintable()


@given(triples=TRIPLES, names=NAMES)
@example(triples=[(5e-324, -0.0, 1e308), (-0.0, 0.1 + 0.2, -2e-308)], names=("x1", "x2", "y"))
@example(triples=[(1, 2, 3)], names=("1", "nan", "-3"))
def test_a_downloaded_regression_is_read_back_bit_for_bit(
    triples: list[tuple[float, float, float]], names: tuple[str, str, str]
) -> None:
    points = Points.of(triples)
    table = read_table(write_table(points, names))
    assert list(table.columns) == list(names)
    result = to_points(table, *names, problem="regression")
    assert result == LabelledPoints(points, names[:2], names[2], None)


@given(
    inputs=st.lists(st.tuples(FINITE, FINITE, st.sampled_from([0.0, 1.0])), max_size=20),
    names=NAMES,
    labels=st.lists(TEXT.filter(bool), min_size=2, max_size=2, unique=True),
)
@example(inputs=[], names=("a", "b", "c"), labels=["=1", "'=1"])
@example(inputs=[], names=("a", "b", "c"), labels=["-1", "1"])
@example(inputs=[], names=("a", "b", "c"), labels=["'1", "1"])
def test_a_downloaded_classification_is_read_back_bit_for_bit(
    inputs: list[tuple[float, float, float]], names: tuple[str, str, str], labels: list[str]
) -> None:
    """What a file calls its classes comes back too."""
    content = write_table(Points.of([(0, 0, 0), (1, -1, 1), *inputs]), names, tuple(labels))
    columns = {"problem": "classification"}
    try:
        first = to_points(read_table(content), *names, **columns)
    except ValueError as error:  # labels that are the same number, or none
        sentence = str(error)
    else:
        assert first.classes is not None
        again = write_table(first.points, names, first.classes)
        assert to_points(read_table(again), *names, **columns) == first
        # these labels may be in another order than the file's: then the classes are swapped
        swapped = first.points.targets[0] == 1.0
        targets = first.points.targets[2:].tolist()
        assert [1 - target if swapped else target for target in targets] == [p[2] for p in inputs]
        return
    assert re.match("file must have (two to 6 labels|a label)", sentence)


def test_points_without_names_for_their_classes_are_written_as_numbers() -> None:
    content = write_table(POINTS, ("x1", "x2", "label"))
    assert content == b'"x1","x2","label"\r\n1.5,2.0,0.0\r\n-3.0,400000.0,1.0\r\n'
    assert read(content).points == POINTS


def test_classes_that_are_numbers_are_written_as_numbers() -> None:
    content = write_table(POINTS, ("x1", "x2", "label"), ("-1", "1"))
    assert content == b'"x1","x2","label"\r\n1.5,2.0,-1.0\r\n-3.0,400000.0,1.0\r\n'
    result = read(content)
    assert (result.points, result.classes) == (POINTS, ("-1", "1"))


def test_a_download_of_no_points_is_a_header() -> None:
    with pytest.raises(ValueError, match=r"^file must have rows of numbers, got only a header$"):
        read_table(write_table(NO_POINTS, ("a", "b", "c")))


@given(names=st.tuples(*[st.text(st.sampled_from("=+-@\t\r\n' ＝a\"") | st.characters())] * 5))
@example(names=("=1+1", "+1", "-1", "@SUM(A1)", "\t=1"))
@example(names=(" =1", "\r=1", "'=1", '"=1', "＝1"))
def test_no_text_that_is_written_runs_as_a_formula(names: tuple[str, ...]) -> None:
    try:
        content = write_table(POINTS, names[:3], names[3:]).decode("utf-8-sig")
    except UnicodeEncodeError:
        return  # no file holds half a surrogate pair
    rows = list(csv.reader(io.StringIO(content, newline=""), strict=True))
    runs = r"\s*[=+\-@＝＋－＠]|[\t\r\n]"
    assert not [cell for cell in rows[0] if re.match(runs, cell)]
    labels = [row[2] for row in rows[1:]]
    assert not [label for label in labels if re.match(runs, label) and not _is_number(label)]
    # numbers are not touched
    assert [row[:2] for row in rows[1:]] == [["1.5", "2.0"], ["-3.0", "400000.0"]]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_letters_beyond_ascii_are_marked_for_the_spreadsheet_and_read_back() -> None:
    content = write_table(POINTS, ("Größe", "体重", "Art"), ("nein", "ölig"))
    assert content.startswith(b"\xef\xbb\xbf")
    result = read(content)
    assert (result.points, result.axes) == (POINTS, ("Größe", "体重"))
    assert (result.target, result.classes) == ("Art", ("nein", "ölig"))
