"""Files as people bring them, and what becomes of each: the columns, the classes, or the offer."""

import numpy as np
import pytest

from nnlab import Config, advance, evaluate, start
from nnlab.data.column_guess import guess_columns
from nnlab.data.csv_files import read_table, to_points
from nnlab.data.datasets import OWN
from nnlab.data.labels import count_missing, labels_of, without_missing
from nnlab.data.scales import need_scaling, standardized_points
from tests.helpers.points_files import ages_and_salaries

IDS = ("User ID", "rownames", "row.names", "CustomerID", "PassengerId", "Unnamed: 0", "")


@pytest.mark.parametrize("problem", ["classification", "regression"])
def test_ages_and_salaries_are_offered_standardized_and_learned(problem: str) -> None:
    table = read_table(ages_and_salaries(problem))
    points = to_points(table, *guess_columns(table, problem), problem=problem).points
    assert need_scaling(points, problem)
    config = Config(
        problem=problem,
        dataset=OWN,
        points=standardized_points(points, problem),
        optimizer="adam",
        iterations=1000,
    )
    metrics = evaluate(advance(start(config), 1000))
    if problem == "classification":
        assert metrics.train_accuracy > 0.97
    else:
        assert metrics.train_loss < 0.02  # half the variance of a standardized target is 0.5


@pytest.mark.parametrize("name", IDS)
def test_a_column_of_ids_is_neither_input_nor_label(name: str) -> None:
    table = read_table(f"{name},Age,Salary,Bought\n7,19,19,0\n9,35,20,0\n4,26,43,1\n".encode())
    assert guess_columns(table, "classification") == ("Age", "Salary", "Bought")


def test_inputs_are_measurements_though_one_cell_is_empty() -> None:
    rows = "a,m,39.1,18.7,Adelie\na,f,,17.4,Gentoo\nb,f,40.3,18,Chinstrap\nb,m,38,17,Adelie\n"
    table = read_table(f"island,sex,bill,depth,species\n{rows}".encode())
    columns = guess_columns(table, "classification")
    assert columns == ("bill", "depth", "species")
    assert count_missing(table, columns) == 1
    result = to_points(without_missing(table, columns), *columns, problem="classification")
    assert result.classes == ("Adelie", "Chinstrap")
    assert len(result.points) == 3


def test_a_label_reads_like_one_though_it_has_three_values() -> None:
    rows = "1,3,22,third\n0,1,38,first\n1,2,26,second\n0,3,35,third\n"
    columns = guess_columns(read_table(f"pclass,fare,age,class\n{rows}".encode()), "classification")
    assert columns[-1] == "class"
    rows = "0,3,22,third\n1,1,38,first\n1,2,26,second\n0,3,35,third\n"
    table = read_table(f"survived,pclass,age,class\n{rows}".encode())
    assert guess_columns(table, "classification")[-1] in ("survived", "class")


def test_the_target_of_a_regression_is_numeric() -> None:
    table = read_table(
        b"bill,tip,sex,time\n16.99,1.01,F,Dinner\n10.34,1.66,M,Lunch\n21,3.5,M,Dinner\n"
    )
    assert guess_columns(table, "regression")[-1] in ("bill", "tip")


@pytest.mark.parametrize("first", ["", ","])
def test_a_header_of_integers_is_no_data_point(first: str) -> None:
    index = ("0,", "1,") if first else ("", "")
    table = read_table(f"{first}0,1,2\n{index[0]}5.1,3.5,0\n{index[1]}4.9,3,1\n".encode())
    assert table.row_numbers == [2, 3]
    assert table.has_numbered_header


@pytest.mark.parametrize("cell", ["", "NA", "N/A", "?", "nan", "null", "NaN", "na"])
def test_rows_with_empty_cells_are_counted_to_be_left_out(cell: str) -> None:
    table = read_table(f"a,b,label\n1,2,x\n3,{cell},y\n5,6,y\n".encode())
    assert guess_columns(table, "classification") == ("a", "b", "label")
    assert count_missing(table, ("a", "b", "label")) == 1
    kept = without_missing(table, ("a", "b", "label"))
    assert len(to_points(kept, "a", "b", "label", problem="classification").points) == 2


@pytest.mark.parametrize("count", range(2, 7))
def test_two_to_six_labels_are_classes(count: int) -> None:
    rows = "".join(f"{n}.5,{n * n},kind {n % count}\n" for n in range(20))
    table = read_table(f"length,width,species\n{rows}".encode())
    columns = guess_columns(table, "classification")
    assert columns == ("length", "width", "species")
    result = to_points(table, *columns, problem="classification")
    assert result.classes == tuple(f"kind {n}" for n in range(count))
    np.testing.assert_array_equal(result.points.targets, np.arange(20) % count)


@pytest.mark.parametrize("cells", [("1", "2", "3"), ("u", "v", "w"), ("False", "True", "True")])
def test_labels_are_numbers_words_or_booleans(cells: tuple[str, ...]) -> None:
    rows = "".join(f"{n}.5,{n * n},{cells[n % 3]}\n" for n in range(12))
    table = read_table(f"a,b,class\n{rows}".encode())
    assert labels_of(table, guess_columns(table, "classification")[-1]) == tuple(sorted(set(cells)))


def test_a_zoo_of_seven_types_is_a_label_of_which_the_user_keeps_some() -> None:
    rows = "".join(f"{n}.5,{n % 2},{n * 3},{n % 7 + 1}\n" for n in range(21))
    table = read_table(f"legs,hair,weight,type\n{rows}".encode())
    assert guess_columns(table, "classification") == ("legs", "weight", "type")
    assert len(labels_of(table, "type")) == 7
