"""A person's own points on the page: uploaded, taken back, carried by the link."""

from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from nnlab import Config, advance, evaluate, start
from nnlab.app.playground import own_points
from nnlab.app.playground.own_points import names_query
from nnlab.app.playground.point_history import PLAIN, OwnPoints, standardised
from nnlab.data.datasets import OWN
from nnlab.data.points import MAX_LINK_POINTS, Points, encode
from nnlab.data.scales import ColumnScale, standardized_points
from tests.helpers.app_page import (
    change,
    enter,
    healthy,
    offered,
    open_playground,
    playground_of,
    press,
    run_of,
    step_tick,
    wait_for_advice,
)
from tests.helpers.points_files import BAD, EVIL, GOOD, POINTS, ages_and_salaries, csv_file

SMALL = "samples=20&test_samples=10"
SMALL_CONFIG = Config(samples=20, test_samples=10)
DRAWN = Points.of([(0, 0, 1), (1, 1, 0), (0.5, 1, 1)])


def upload(app: AppTest, content: bytes, name: str = "points.csv") -> AppTest:
    file = (name, content, "text/csv")
    return healthy(app.file_uploader(key="upload").set_value(file).run())


def standardise(app: AppTest) -> Any:
    return offered(app.checkbox, "standardise")


def keys(app: AppTest) -> set[str | None]:
    return {button.key for button in app.button}


REPRESENTATIVES = [
    b"",
    b"a,b,c\n",
    b"a,b\n1,2\n",
    b"a,b,c\n1,2,0\n\n3,x,1\n",
    b"a,b,c\n1,2,0\n3,1e999,1\n",
    b"a,b,c\n1,2,u\n1,2,u\n",
    b"a,b,c\n1,2,u\n1,2,u\n",
    b'a,b,c\n1,2,0\n3,"4,1\n',
    b"\x89PNG\r\n\x1a\n",
    b"1,2,0\n" * 100_001,
]


@pytest.mark.slow
@pytest.mark.parametrize("content", REPRESENTATIVES, ids=[BAD[key] for key in REPRESENTATIVES])
def test_a_bad_file_gets_its_sentence_and_changes_nothing(content: bytes) -> None:
    app = press(open_playground(), "step")
    before = run_of(app)
    upload(app, content)
    (error,) = app.error
    said = BAD[content].replace(", got ", "; found ").capitalize()
    assert error.value.replace("`", "").capitalize() == said
    assert "use_points" not in keys(app)
    assert run_of(app) is before
    assert run_of(press(app, "step")).iteration == 2


GOOD_NAMES = ["commas", "semicolons", "tabs", "semicolons and decimal commas", "a byte order mark"]


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_commas_semicolons_tabs_and_a_byte_order_mark_are_understood(name: str) -> None:
    app = upload(open_playground(), GOOD[name])
    assert not app.error
    healthy(standardise(app).uncheck().run())
    press(app, "use_points")
    config = run_of(app).config
    assert (config.dataset, config.points) == (OWN, POINTS)


def test_a_file_changes_nothing_until_its_points_are_used() -> None:
    app = press(open_playground(), "step")
    before = run_of(app)
    upload(app, GOOD["commas"])
    assert run_of(app) is before
    assert run_of(press(app, "use_points")).iteration == 0


def test_undo_takes_an_upload_back() -> None:
    app = upload(open_playground(points=encode(POINTS)), b"a,b,c\n1,2,0\n3,4,1\n5,6,1\n")
    assert len(run_of(press(app, "use_points")).config.points) == 3
    assert run_of(press(app, "undo")).config.points == POINTS


def test_the_page_says_that_it_took_a_first_row_of_numbers_for_a_header() -> None:
    words = "The first row just counts the columns, so it is used as the header."
    app = upload(open_playground(), b"0,1,2\n1.5,2,0\n-3,4e5,1\n")
    assert words in {caption.value for caption in app.caption}
    assert offered(app.selectbox, "column_2").value == "2"
    app = upload(open_playground(), GOOD["commas"])
    assert words not in {caption.value for caption in app.caption}


def test_the_columns_are_guessed_again_for_another_problem() -> None:
    content = b"bill,tip,sex,time\n17,1.5,m,Dinner\n10.3,1.7,f,Lunch\n21,3.5,m,Dinner\n"
    app = upload(open_playground(), content)
    assert offered(app.selectbox, "column_2").value == "time"
    enter(app, "problem", "regression")
    assert offered(app.selectbox, "column_2").value == "tip"


def test_two_columns_that_are_the_same_are_refused() -> None:
    app = upload(open_playground(), GOOD["commas"])
    healthy(offered(app.selectbox, "column_1").set_value("a").run())
    (error,) = app.error
    assert error.value.startswith("Columns must be three different ones of the file; found ")
    assert "use_points" not in keys(app)


PENGUINS = csv_file(
    ("island", "sex", "bill", "depth", "species"),
    *(
        ("Biscoe", "m", "" if row == 5 else 30 + row % 7, 15 + row % 5, name)
        for row, name in enumerate(["Adelie", "Gentoo", "Chinstrap"] * 10)
    ),
)


def test_rows_with_an_empty_cell_are_left_out_by_one_click_which_says_how_many() -> None:
    app = upload(open_playground(), PENGUINS)
    chosen = [box.value for box in app.selectbox if box.label.endswith("column")]
    assert chosen == ["bill", "species", "depth"]  # x1 and label in the left column
    assert not app.error
    assert "use_points" not in keys(app)
    (leave_out,) = (box for box in app.checkbox if "leave_out" in box.key)
    assert leave_out.label == "Leave out 1 row with an empty cell"
    healthy(leave_out.check().run())
    press(app, "use_points")
    run = run_of(app)
    assert (run.config.dataset, run.config.classes, len(run.config.points)) == (OWN, 3, 29)
    assert playground_of(app).own.classes == ("Adelie", "Chinstrap", "Gentoo")
    assert run.config.points.targets[:3].tolist() == [0, 2, 1]
    assert run.parameters.weights[-1].shape[1] == 3
    step_tick(app)
    assert evaluate(run_of(app)).train_accuracy > 0
    assert app.query_params["classes"] == "3"


def test_of_more_labels_than_six_the_user_keeps_some_at_first_the_commonest() -> None:
    rows = [(row % 5, row % 7, f"k{row % 9}") for row in range(90)]
    rows += [(row, row, f"k{row}") for row in (0, 3, 4, 5, 7, 8)]
    app = upload(open_playground(), csv_file(("a", "b", "species"), *rows))
    (labels,) = app.multiselect
    assert labels.options == [f"k{number}" for number in range(9)]
    assert labels.value == ["k0", "k3", "k4", "k5", "k7", "k8"]
    healthy(labels.set_value(["k8", "k1"]).run())
    press(app, "use_points")
    own = playground_of(app).own
    assert own.classes == ("k1", "k8")
    assert len(own.points) == 21
    assert run_of(app).config.classes == 2


def test_an_upload_of_values_has_no_classes() -> None:
    app = open_playground(dataset="spirals", classes="4")
    enter(app, "problem", "regression")
    upload(app, csv_file(("a", "b", "c"), (1, 2, 0.5), (3, 4, 7), (5, 6, 8)))
    press(app, "use_points")
    assert run_of(app).config.n_classes == 0


def test_a_regression_takes_a_column_of_any_numbers() -> None:
    content = b"a,b,c\n1,2,0.5\n3,4,-7\n5,6,3\n"
    app = upload(open_playground(problem="regression"), content)
    press(app, "use_points")
    assert run_of(app).config.points == Points.of([(1, 2, 0.5), (3, 4, -7), (5, 6, 3)])


def test_points_are_standardised_on_request_only_if_their_scales_are_good() -> None:
    content = b"a,b,c\n1,2,0\n3,6,1\n"
    app = upload(open_playground(), content)
    assert not standardise(app).value
    press(app, "use_points")
    assert run_of(app).config.points == Points.of([(1, 2, 0), (3, 6, 1)])
    healthy(standardise(app).check().run())
    press(app, "use_points")
    assert run_of(app).config.points == Points.of([(-1, -1, 0), (1, 1, 1)])


def test_large_values_are_standardised_unless_the_user_switches_it_off() -> None:
    app = upload(open_playground(), b"a,b,c\n10,200,0\n30,600,1\n")
    assert standardise(app).value
    press(app, "use_points")
    assert run_of(app).config.points == Points.of([(-1, -1, 0), (1, 1, 1)])
    own = playground_of(app).own
    assert (own.axes, own.target, own.classes) == (("a", "b"), "c", ("0", "1"))
    assert own.units == ((20, 10), (400, 200), (0, 1))
    assert own.columns == ("a (standardized)", "b (standardized)", "c")  # in a downloaded file
    healthy(standardise(app).uncheck().run())
    press(app, "use_points")
    assert run_of(app).config.points == Points.of([(10, 200, 0), (30, 600, 1)])


def test_large_targets_of_a_regression_are_standardised_and_named_so() -> None:
    content = b"a,b,c\n1,2,100000\n3,4,300000\n"
    app = upload(open_playground(problem="regression"), content)
    assert standardise(app).value
    assert app.caption[1].value == (
        "`'a'`: mean 2, standard deviation 1 · `'b'`: mean 3, standard deviation 1 · "
        "`'c'`: mean 200,000, standard deviation 100,000"
    )
    press(app, "use_points")
    assert run_of(app).config.points == Points.of([(-1, -1, -1), (1, 1, 1)])
    assert playground_of(app).own.scales[2] == ColumnScale("c", 200_000, 100_000)


def test_columns_that_ticks_cannot_show_in_their_unit_say_that_they_are_standardised() -> None:
    """Constant ones, and those that vary by less than six digits show."""
    points = Points.of([(1e9, 5, 0), (1e9 + 1, 5, 1)])
    own = standardised(OwnPoints(points), "classification")
    assert own.units == PLAIN
    assert own.axes == own.columns[:2] == ("x1 (standardized)", "x2 (standardized)")


def test_points_that_are_standardised_again_keep_the_unit_of_their_file() -> None:
    points = Points.of([(10, 200, 0), (30, 600, 1), (80, 100, 1)])
    once = standardised(OwnPoints(points), "classification")
    moved = once._replace(points=Points(2 * once.points.inputs + 1, once.points.targets))
    again = standardised(moved, "classification")
    before, after = (
        [
            mean + deviation * own.points.inputs[:, at]
            for at, (mean, deviation) in enumerate(own.units[:2])
        ]
        for own in (moved, again)
    )
    np.testing.assert_allclose(after, before)


def test_a_link_holds_the_units_of_its_points() -> None:
    units = ((39.5, 12.25), (82_500.0, 30_000.0), (0, 1))
    query = names_query(OwnPoints(POINTS, ("age", "salary"), units=units))
    assert query == {"x1": "age", "x2": "salary", "units": "39.5,12.25;82500,30000;0,1"}
    app = open_playground(dataset="own", points=encode(POINTS), **query)
    assert playground_of(app).own.units == units
    assert app.query_params["units"] == query["units"]


@pytest.mark.parametrize("units", ["1,2", "1,2;3,4", "a,1;0,1;0,1", "0,0;0,1;0,1", "nan,1;0,1;0,1"])
def test_units_in_a_link_that_break_their_rule_are_left_out_in_one_sentence(units: str) -> None:
    app = open_playground(dataset="own", points=encode(POINTS), units=units)
    assert playground_of(app).own.units == PLAIN
    assert "a mean and a deviation" in app.warning[0].value
    assert "units" not in app.query_params


def test_other_columns_have_their_own_default() -> None:
    rows = b"1,2,70,0\n3,4,90,1\n5,5,80,1\n"
    app = upload(open_playground(), b"a,b,c,label\n" + rows)
    assert not standardise(app).value
    healthy(offered(app.selectbox, "column_1").set_value("c").run())
    assert standardise(app).value
    healthy(offered(app.selectbox, "column_1").set_value("b").run())
    assert not standardise(app).value


@pytest.mark.parametrize("problem", ["classification", "regression"])
def test_a_file_in_other_units_is_learned_as_the_page_offers_it(problem: str) -> None:
    """With the default settings, in less than a fifth of their iterations."""
    app = upload(open_playground(problem=problem), ages_and_salaries(problem))
    press(app, "use_points")
    points = run_of(app).config.points
    assert len(points) == 200
    run = advance(start(Config(problem=problem, dataset=OWN, points=points)), 4_000)
    metrics = evaluate(run)
    if problem == "classification":
        assert metrics.train_accuracy > 0.95
    else:
        # better than nine tenths of what the mean leaves, which is half a variance of 1
        assert metrics.train_loss < 0.05


def test_the_advice_for_unscaled_points_standardises_them_in_place() -> None:
    app = open_playground(samples="20", test_samples="0", speed="100")
    upload(app, ages_and_salaries("classification"))
    healthy(standardise(app).uncheck().run())
    press(app, "use_points")
    raw = playground_of(app).own
    for _ in range(8):
        step_tick(app)
    wait_for_advice(app)
    assert "The inputs of your training points are not scaled" in app.info[0].value
    assert app.button(key="apply_advice").label == "Standardize the points"
    press(app, "apply_advice")
    own = playground_of(app).own
    assert (
        run_of(app).config.points == own.points == standardized_points(raw.points, "classification")
    )
    assert run_of(app).iteration == 0
    assert own.axes == raw.axes == ("age", "salary")
    ages = raw.points.inputs[:, 0]
    assert own.units[0] == pytest.approx((ages.mean(), ages.std()))
    assert not app.info
    press(app, "undo")
    assert playground_of(app).own == raw


@pytest.mark.parametrize("name", EVIL)
def test_a_files_labels_are_shown_literally(name: str) -> None:
    """In a code span, in which Streamlit interprets nothing and which a name cannot leave."""
    app = upload(open_playground(), csv_file(("a", "b", "c"), (1, 2, name), (3, 4, "zebra")))
    (caption,) = app.caption
    first, second = (repr(label).replace("`", "'") for label in (name, "zebra"))
    assert caption.value == f"2 points · `{first}` is 0 · `{second}` is 1"


@pytest.mark.parametrize("name", [*EVIL, "x; found y", " column "])
def test_what_a_bad_file_holds_is_shown_literally(name: str) -> None:
    for cells, number in (((1, name, 0), 2), ((1, 2, 0), 0)):
        header = ("a", name.strip() if number == 0 else "b", "label")
        rows = [cells, (1, 2, 1)] if number else [(1, "oops", 0), (1, 2, 1)]
        app = upload(open_playground(), csv_file(header, *rows))
        (error,) = app.error
        words, code, end = error.value.split("`")
        assert words == "File must have finite numbers; found "
        assert end == ""
        held = repr(name.strip()).replace("`", "'")
        assert held in code


def test_a_tampered_link_is_refused_in_one_sentence() -> None:
    good = encode(POINTS)
    for text in (good[:-4], good[:9] + "A" + good[10:], "<b>x</b>", "AAAA", "x" * 5000):
        app = open_playground(points=text)
        (warning,) = app.warning
        assert warning.value.startswith("The link's points must be ")
        assert warning.value.endswith("The default is used instead.")
        assert warning.value.count("`") == 2
        assert not len(run_of(app).config.points)
        assert "points" not in app.query_params


def test_a_link_names_the_columns_of_its_points() -> None:
    app = open_playground(dataset="own", points=encode(POINTS), x1="height", target="weight")
    own = playground_of(app).own
    assert (own.points, own.axes, own.target) == (POINTS, ("height", "x2"), "weight")
    assert app.query_params["x1"] == "height"
    assert "x2" not in app.query_params


@pytest.mark.parametrize("name", ["", "x" * 61, "two\nlines", "a\u202eb"])
def test_a_bad_name_of_a_column_is_refused_in_one_sentence(name: str) -> None:
    app = open_playground(points=encode(POINTS), x1=name)
    (warning,) = app.warning
    rule = "The link's x1 must be a name of 1 to 60 printable characters, not "
    assert warning.value.startswith(rule)
    assert playground_of(app).own.axes == ("x1", "x2")
    assert "x1" not in app.query_params


def test_a_link_names_the_classes_of_its_points() -> None:
    names = ("Adélie, the 1st", 'the "chin"strap', "x" * 70)
    rows = [(1, 2, name) for name in names]
    uploaded = upload(open_playground(), csv_file(("a", "b", "species"), *rows))
    query = dict(press(uploaded, "use_points").query_params)
    app = open_playground(**query)
    assert not app.warning
    classes = (*names[:2], "x" * 60)
    assert playground_of(app).class_names == playground_of(app).own.classes == classes
    assert app.query_params["class_names"] == query["class_names"]
    assert playground_of(open_playground(points=encode(POINTS))).own.classes is None


@pytest.mark.parametrize(
    "names",
    ["", "cat", "cat,", "cat,cat", f"cat,{'x' * 61}", "a\u202eb,cat", '"cat,dog', "a,b,c,d,e,f,g"],
)
def test_bad_names_of_classes_are_refused_in_one_sentence(names: str) -> None:
    app = open_playground(points=encode(POINTS), class_names=names)
    (warning,) = app.warning
    assert warning.value.startswith(
        "The link's class names must be 2 to 6 different names of 1 to 60 printable characters, "
        "with commas between them, not `"
    )
    assert playground_of(app).own.classes is None
    assert "class_names" not in app.query_params


def test_a_class_that_the_file_did_not_have_is_saved_by_its_colour() -> None:
    three = Points.of([(0, 0, 0), (1, 1, 1), (0, 1, 2)])
    names = {"class_names": "cat,dog", "classes": "3"}
    app = open_playground(dataset="own", points=encode(three), **names)
    saved = own_points.file(playground_of(app)).decode()
    assert [line.split(",")[-1] for line in saved.split()[1:]] == ['"cat"', '"dog"', '"green"']


def test_a_name_that_is_too_long_for_a_link_is_cut_in_it() -> None:
    header = ("height " * 20, "age", "label")
    app = press(upload(open_playground(), csv_file(header, (1, 2, 0), (2, 1, 1))), "use_points")
    name = app.query_params["x1"]
    assert name == ("height " * 20)[:60].rstrip()
    again = open_playground(**app.query_params)
    assert not again.warning
    assert playground_of(again).own.axes == (name, "age")


def test_a_link_of_points_that_are_not_classes_is_refused_for_a_classification() -> None:
    points = Points.of([(0, 0, 0.5)])
    app = open_playground(points=encode(points))
    (warning,) = app.warning
    assert "target 0 or 1" in warning.value
    app = open_playground(problem="regression", points=encode(points))
    assert not app.warning
    assert run_of(app).config.points == points


def test_more_points_than_a_link_holds_are_left_out_of_it_and_the_page_says_so() -> None:
    rows = [(number, 0, number % 2) for number in range(MAX_LINK_POINTS + 1)]
    app = upload(open_playground(points=encode(POINTS)), csv_file(("a", "b", "c"), *rows))
    press(app, "use_points")
    assert "points" not in app.query_params
    (info,) = app.info
    assert info.value.startswith("The link leaves out your 201 points: it holds at most 200.")
    assert not press(app, "undo").info
    assert app.query_params["points"] == encode(POINTS)


def test_clearing_the_own_points_pauses() -> None:
    """Otherwise the run would go on to its end with nothing to learn from and losses of 0."""
    app = open_playground(points=encode(DRAWN), dataset="own", iterations="1000000")
    press(app, "start")
    assert playground_of(app).training
    press(app, "clear")
    assert not playground_of(app).training


def test_a_run_pauses_when_its_last_training_point_is_erased() -> None:
    app = open_playground(points=encode(DRAWN), dataset="own", iterations="1000000")
    press(app, "start")
    change(app, point_history=(OwnPoints(),))
    assert not playground_of(healthy(app.run())).training


def test_the_points_are_those_that_the_fields_say_when_the_button_is_clicked() -> None:
    """On a slow server, both clicks arrive before the page has been drawn again."""
    app = upload(open_playground(), b"a,b,c\n10,1,0\n20,2,1\n")
    standardise(app).uncheck()
    app.button(key="use_points").click()
    healthy(app.run())
    assert run_of(app).config.points == Points.of([(10, 1, 0), (20, 2, 1)])
