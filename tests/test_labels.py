"""Rows of a file are chosen by their labels, and rows with empty cells can be left out."""

import pytest

from nnlab.data.csv_files import read_table, to_points
from nnlab.data.labels import (
    classes_of,
    commonest_labels,
    count_missing,
    labels_of,
    with_labels,
    without_missing,
)
from nnlab.data.rules import BrokenRule

FILE = b"a,b,note,label\n1,2,,x\n3,NA,u,y\n5,6,v,\n?,8,w,x\n9,10,,z\nnull,n/a,,nan\n"


def test_empty_cells_count_only_in_the_chosen_columns() -> None:
    table = read_table(FILE)
    assert count_missing(table, ("a", "b", "label")) == 4
    assert count_missing(table, ("a",)) == 2
    assert count_missing(table, ("note",)) == 3
    kept = without_missing(table, ("a", "b", "label"))
    assert kept.columns == {
        **{"a": ["1", "9"], "b": ["2", "10"], "note": ["", ""], "label": ["x", "z"]}
    }
    assert kept.row_numbers == [2, 6]


def test_a_later_refusal_still_names_the_row_of_the_file() -> None:
    table = read_table(b"a,b,label\n1,,u\n2,oops,v\n")
    with pytest.raises(BrokenRule, match="'oops' in column 'b', row 3"):
        to_points(
            without_missing(table, ("a", "b", "label")), "a", "b", "label", problem="regression"
        )


def test_a_column_without_any_cell_is_refused() -> None:
    table = read_table(b"a,b,label\n1,,u\n2,,v\n")
    with pytest.raises(BrokenRule, match="have rows without empty cells, got none in columns 'b'"):
        without_missing(table, ("b", "a"))


@pytest.mark.parametrize(
    ("cells", "labels"),
    [
        (["b", "a", "b", "c"], ("a", "b", "c")),
        (["10", "9", "9.0", "1e1"], ("9", "10")),
        (["true", "false", "true"], ("false", "true")),
        (["TRUE", "FALSE"], ("FALSE", "TRUE")),
        (["2", "x", "10"], ("10", "2", "x")),
    ],
)
def test_labels_are_in_the_order_of_their_classes(
    cells: list[str], labels: tuple[str, ...]
) -> None:
    rows = "".join(f"{place},0,{cell}\n" for place, cell in enumerate(cells))
    table = read_table(f"a,b,c\n{rows}".encode())
    assert labels_of(table, "c") == labels
    numbers, names = classes_of(table, "c")
    assert names == labels
    assert [labels[int(number)] for number in numbers] == [
        {"9.0": "9", "1e1": "10"}.get(cell, cell) for cell in cells
    ]


def test_only_rows_with_the_chosen_labels_are_kept() -> None:
    table = read_table(b"a,b,c\n1,0,10\n2,0,9\n3,0,1e1\n4,0,7\n")
    assert with_labels(table, "c", ["10", "7"]).columns["a"] == ["1", "3", "4"]


def test_the_commonest_labels_count_all_spellings_and_keep_their_order() -> None:
    cells = ["1", "1.0", "1e0", "9", "9", "2", "2", "3", "3", "4", "4", "5", "6", "7", "7"]
    table = read_table(("a,b,c\n" + "".join(f"1,2,{cell}\n" for cell in cells)).encode())
    assert commonest_labels(table, "c") == ("1", "2", "3", "4", "7", "9")
    few = read_table(b"a,b,c\n1,2,x\n1,2,y\n")
    assert commonest_labels(few, "c") == ("x", "y")


@pytest.mark.parametrize("count", [1, 7, 200])
def test_fewer_labels_than_two_or_more_than_six_are_refused(count: int) -> None:
    rows = "".join(f"1,2,k{number}\n" for number in range(count))
    with pytest.raises(BrokenRule, match="file must have two to 6 labels, got"):
        classes_of(read_table(f"a,b,c\n{rows}".encode()), "c")
