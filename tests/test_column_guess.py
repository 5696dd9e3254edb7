"""The columns that a file's inputs and label are guessed to be."""

import pytest

from nnlab.data.column_guess import guess_columns
from nnlab.data.csv_files import read_table

Guess = tuple[str, str, str]


def guess(content: str, problem: str = "classification") -> Guess:
    return guess_columns(read_table(content.encode()), problem)


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("x1,x2,label", "1,2,0", ("x1", "x2", "label")),
        ("x,y,z", "1,2,3", ("x", "y", "z")),
        ("name,height,weight,sex", "Ann,1,2,f", ("height", "weight", "sex")),
        ("id,height,weight,sex", "1,2,3,f", ("height", "weight", "sex")),
        ("target,height,weight", "1,2,3", ("height", "weight", "target")),
        ("id,name,label", "1,a,b", ("id", "name", "label")),
        ("Größe,体重,Class", "1,2,0", ("Größe", "体重", "Class")),
        (",x,", "1,2,3", ("column 1", "x", "column 3")),
    ],
)
def test_columns_are_guessed_by_name_and_content(header: str, row: str, expected: Guess) -> None:
    assert guess(f"{header}\n{row}\n") == expected


def test_a_last_column_with_two_values_is_guessed_before_one_with_many() -> None:
    assert guess("a,b,c,d\n1,2,u,7\n3,4,v,8\n5,6,v,9\n") == ("a", "b", "c")


ID_NAMES = (
    *("User ID", "user_id", "userId", "userid", "CUSTOMERID", "CustomerID", "PassengerId", "id"),
    *("S.No", "RowNo", "index", "Idx", "row_index", "Row"),
    *("rownames", "row.names", "Row Names", "Unnamed: 0", "Unnamed: 0.1", "...1"),
)


@pytest.mark.parametrize("name", [*ID_NAMES, ""])
def test_a_column_that_identifies_the_rows_is_not_chosen(name: str) -> None:
    rows = "15624510,19,19000,0\n15810944,35,20000,0\n15668575,26,43000,1\n"
    assert guess(f"{name},Age,Salary,Bought\n{rows}") == ("Age", "Salary", "Bought")


@pytest.mark.parametrize("name", ID_NAMES)
def test_a_column_that_identifies_the_rows_is_no_target(name: str) -> None:
    rows = "19,19000,1.5,7\n35,20000,2.5,8\n26,43000,4.5,9\n"
    expected = ("Age", "Salary", "Spent")
    assert guess(f"Age,Salary,Spent,{name}\n{rows}", "regression") == expected
    assert guess(f"Age,Salary,Spent,{name}\n{rows}") == expected


def test_a_first_column_that_counts_the_rows_is_not_chosen_whatever_its_name() -> None:
    for start in (0, 1):
        rows = "".join(f"{start + n},{2 * n},{n % 3}.5,{n % 2}\n" for n in range(5))
        assert guess(f"X,a,b,c\n{rows}") == ("a", "b", "c")
        assert guess(rows) == ("x2", "x3", "x4")  # without a header


@pytest.mark.parametrize(
    "name",
    [
        *("paid", "PAID", "Amount Paid", "acid", "uric_acid", "humid", "grid", "bid", "covid"),
        *("body mass index", "BodyMassIndex", "price_index", "index 2024 price", "refractive idx"),
        *("casino", "Casino", "piano", "arrow", "throw", "Kéno", "Suéid"),
    ],
)
@pytest.mark.parametrize(
    "rows", [("52,20,7", "31,30,9", "47,45,8"), ("0.5,2,7", "1.5,3,9", "3,4,8")]
)
def test_a_measurement_whose_name_ends_like_that_of_an_id_is_chosen(
    name: str, rows: tuple[str, ...]
) -> None:
    labelled = "".join(f"{row},{place % 2}\n" for place, row in enumerate(rows))
    assert guess(f"{name},b,c,bought\n{labelled}") == (name, "b", "bought")
    targets = "".join(f"{','.join(reversed(row.split(',')))}\n" for row in rows)
    assert guess(f"c,b,{name}\n{targets}", "regression") == ("c", "b", name)


@pytest.mark.parametrize("name", ["index", "S.No", "row"])
def test_numbers_that_are_not_whole_or_repeat_do_not_number_the_rows(name: str) -> None:
    """The word "id" says it whatever the numbers: a customer can come twice."""
    for cells in (("1.52", "1.33", "1.49"), ("7", "9", "7", "8")):
        rows = "".join(f"{cell},{9 - n},{n},{n % 2}\n" for n, cell in enumerate(cells, 2))
        assert guess(f"{name},b,c,bought\n{rows}") == (name, "b", "bought")
        assert guess(f"customer {name} id,b,c,bought\n{rows}") == ("b", "c", "bought")


@pytest.mark.parametrize("cell", ["", "NA", "N/A", "?", "nan", "null"])
def test_a_numeric_column_with_an_empty_cell_is_chosen_before_text(cell: str) -> None:
    content = (
        "island,sex,bill,depth,species\n"
        f"Dream,male,{cell},18.7,Adelie\n"
        "Biscoe,female,39.5,17.4,Gentoo\n"
        "Torgersen,female,40.3,18,Gentoo\n"
        "Dream,male,36.7,19.3,Adelie\n"
    )
    assert guess(content) == ("bill", "depth", "species")


def test_a_complete_column_is_chosen_before_one_with_an_empty_cell() -> None:
    rows = "1,,5,6,0\n2,3,7,8,1\n5,6,8,9,1\n"
    assert guess(f"a,b,c,d,label\n{rows}") == ("a", "c", "label")


def test_a_label_with_two_values_is_chosen_before_one_with_three() -> None:
    rows = "0,3,22,Third\n1,1,38,First\n1,2,26,Second\n0,3,35,Third\n"
    assert guess(f"survived,pclass,age,class\n{rows}") == ("pclass", "age", "survived")


@pytest.mark.parametrize("name", ["Survived", "is_fraud", "Loan_Status", "DEATH_EVENT"])
def test_of_columns_with_two_values_the_label_has_the_name_of_an_answer(name: str) -> None:
    rows = "0,3,male,22\n1,1,female,38\n1,2,female,26\n0,3,male,35\n"
    assert guess(f"{name},Pclass,Sex,Age\n{rows}") == ("Pclass", "Age", name)


def test_an_input_has_more_than_two_values_if_there_is_a_choice() -> None:
    rows = "0,22,1500,0\n1,38,2500,1\n1,26,3500,1\n0,35,900,1\n"
    assert guess(f"female,age,salary,bought\n{rows}") == ("age", "salary", "bought")


def test_the_target_of_a_regression_is_numeric() -> None:
    rows = "17,1.5,Male,Dinner\n10.3,1.7,Female,Lunch\n21,3.5,Male,Dinner\n"
    assert guess(f"bill,tip,sex,time\n{rows}", "regression")[2] == "tip"
    assert guess(f"bill,tip,sex,time\n{rows}")[2] == "time"
    rows = "17,1.5,Male,2,0\n10.3,1.7,Female,3,1\n21,3.5,Male,4,1\n"
    assert guess(f"bill,tip,sex,size,smoker\n{rows}", "regression") == ("bill", "tip", "size")
    rows = "u,1,2,3\nv,2,3,4\nw,3,5,7\n"
    assert guess(f"class,target,a,b\n{rows}", "regression") == ("a", "b", "target")
