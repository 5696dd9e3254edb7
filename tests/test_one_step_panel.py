"""The panel "One step" shows the numbers of the run, and the code that computes them."""

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import NumberInput

from nnlab import Config, Run, advance, start
from nnlab.app.pace import Pace
from nnlab.app.playground.panels.code_lines import body
from nnlab.app.playground.panels.gradient_check import part
from nnlab.app.playground.panels.matrices import COLUMNS, ROWS, digits, number
from nnlab.app.playground.record import Training
from nnlab.data.points import Points
from nnlab.inspection.next_update import look_at_step, make_step, objective_of_step
from nnlab.model.activations import ACTIVATIONS
from nnlab.model.heads import OUTPUT_LOSSES
from nnlab.model.optimizers import OPTIMIZERS, PENALTIES
from tests.helpers.app_page import (
    change,
    healthy,
    key_of,
    open_playground,
    playground_of,
    put_run,
    run_of,
)
from tests.helpers.browser_page import PATIENCE, field, open_page, press, shown
from tests.helpers.waiting import PATIENCE_SECONDS

NNLAB = Path(__file__).parents[1] / "nnlab"
CORE = [*(NNLAB / "model").glob("*.py"), *(NNLAB / "training").glob("*.py")]
PARTS = ("Forward", "Loss", "Backward", "Update")
SMALL = {"samples": 20, "test_samples": 10}
REGRESSION = {"problem": "regression", "dataset": "multi-gaussian"}
CLASSES = {"dataset": "spirals", "classes": 3}

TRAINING = Training(1000, Pace(), 0, 0.0)


class Tables(HTMLParser):
    """The tables of some HTML: the caption, row and column names, and the cells' text of each."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: list[tuple[str, list[list[str]]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list) -> None:  # noqa: ARG002, D102
        if tag == "figure":
            self.tables.append(("", []))
        if tag == "tr":
            self.tables[-1][1].append([])
        if tag in ("figcaption", "th", "td"):
            self.text = ""

    def handle_data(self, data: str) -> None:  # noqa: D102
        self.text += data

    def handle_endtag(self, tag: str) -> None:  # noqa: D102
        if tag == "figcaption":
            self.tables[-1] = (self.text, self.tables[-1][1])
        if tag in ("th", "td"):
            self.tables[-1][1][-1].append(self.text)


def _script() -> None:
    from nnlab.app.playground import session  # noqa: PLC0415 - the script of a page of its own
    from nnlab.app.playground.panels import one_step  # noqa: PLC0415

    session.do_work()
    one_step.render(session.current())


def open_panel(run: Run, *, point: int | None = None, **changes: object) -> AppTest:
    app = AppTest.from_function(_script, default_timeout=PATIENCE_SECONDS)
    put_run(app, run, **changes)
    change(app, fields=playground_of(app).fields.filled({"step_point": point}))
    return healthy(app.run())


def point_field(app: AppTest) -> NumberInput:
    return app.number_input(key=key_of(app, "step_point"))


def choose(app: AppTest, part: str, layer: int | None = None) -> AppTest:
    choice = {"step_part": part} | ({} if layer is None else {"step_layer": layer})
    change(app, fields=playground_of(app).fields.filled(choice))
    return healthy(app.run())


def tables(app: AppTest) -> dict[str, list[list[str]]]:
    """Return the tables by their name, without the shape: the names' row, then the others."""
    found = [Tables(element.proto.body).tables for element in app.get("html")]
    return {re.split(r" [\d,]+ × ", name)[0]: rows for page in found for name, rows in page}


def captions(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def words(app: AppTest) -> str:
    return "\n".join(element.value for element in app.markdown)


def _units(app: AppTest) -> dict[str, float]:
    """Return the unit that the numbers of each table are in."""
    found = {}
    for element in app.get("html"):
        for name, _ in Tables(element.proto.body).tables:
            unit = re.search(r"units of 10(−?\d+)", name)
            exponent = int(unit[1].replace("−", "-")) if unit else 0
            found[re.split(r" [\d,]+ × ", name)[0]] = 10.0**exponent
    return found


def assert_shows(app: AppTest, name: str, values: np.ndarray) -> None:
    """Compare every number of a table with the array of which it shows a part."""
    _, *rows = tables(app)[name]
    unit = _units(app)[name]
    expected = values[:, :COLUMNS]
    assert [len(row) - 1 for row in rows] == [len(row) for row in expected]
    for row, numbers in zip(rows, expected, strict=True):
        for text, value in zip(row[1:], numbers, strict=True):
            places = len(text.partition(".")[2])
            shown = float(text.replace("−", "-")) * unit
            # half a unit of the last digit, and the rounding of the multiplication
            assert shown == pytest.approx(value, abs=0.5001 * unit * 10.0**-places)
            assert (text == "0") == (value == 0)


def _stacked(matrix: np.ndarray) -> np.ndarray:
    """Return the rows of weights and biases that are shown."""
    return np.vstack([matrix[:-1][:ROWS], matrix[-1:]])


def assert_agrees(app: AppTest, gradients: np.ndarray) -> None:
    """Compare the numerical gradients with the run's, to the digits that are shown."""
    _, *rows = tables(app)["numerical gradient"]
    unit = _units(app)["numerical gradient"]
    shown = [[float(text.replace("−", "-")) * unit for text in row[1:]] for row in rows]
    # four decimals at least, and 1e-10 from the rounding of the loss
    np.testing.assert_allclose(shown, gradients[:, :COLUMNS], rtol=1e-6, atol=5.1e-5 * unit + 1e-9)


SETTINGS = [
    *({"activation": name} for name in ACTIVATIONS),
    *({"output_loss": name} for name in OUTPUT_LOSSES),
    *({"optimizer": name} for name in OPTIMIZERS),
    *({"regularization": name} for name in PENALTIES),
    {"hidden_layers": ()},
    {"hidden_layers": (3,), "features": ("x2^2", "sin(x1)")},
    CLASSES,
    {**CLASSES, "output_loss": "squared_error"},
    {"hidden_layers": (4, 3, 2), "activation": ("tanh", "relu", "sine")},
    {"batch_size": 7},
    {**REGRESSION, "optimizer": "adam", "regularization": "l1"},
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "point"),
    [*((settings, None) for settings in SETTINGS), *((settings, 3) for settings in SETTINGS[-3:])],
    ids=str,
)
def test_every_number_shown_is_the_runs(settings: dict, point: int | None) -> None:
    run = advance(start(Config(**{**SMALL, **settings})), 5)
    step = look_at_step(run, point, ROWS)
    app = open_panel(run, point=point)
    n_layers = len(run.parameters.matrices)
    for layer in range(n_layers):
        above, below = layer + 1, layer
        choose(app, "Forward", above)
        assert_shows(app, f"A{below}", step.activations[below])
        assert_shows(app, f"W{above}, b{above}", _stacked(run.parameters.matrices[layer]))
        assert_shows(app, f"Z{above}", step.pre_activations[layer])
        assert_shows(app, f"A{above}", step.activations[above])

        choose(app, "Backward", above)
        assert_shows(app, f"dZ{above}", step.deltas[layer])
        if above < n_layers:
            assert_shows(app, f"dA{above}", step.activation_gradients[layer])
        gradients = _stacked(step.gradients.matrices[layer])
        assert_shows(app, f"dW{above}, db{above}", gradients)
        assert_agrees(app, gradients)
        assert "They agree" in words(app) or "Both are 0" in words(app)
        if run.config.regularization != "none":
            penalties = _stacked(step.penalty_gradients.matrices[layer])
            assert_shows(app, f"d(penalty) / dW{above}, db{above}", penalties)

        choose(app, "Update", above)
        penalties = step.penalty_gradients.matrices[layer]
        sums = step.gradients.matrices[layer] + penalties
        assert_shows(app, f"dW{above}, db{above}", _stacked(sums))
        if run.config.optimizer != "sgd":
            directions = _stacked(step.directions.matrices[layer])
            assert_shows(app, f"ΔW{above}, Δb{above}", directions)
        change = -step.learning_rate * step.directions.matrices[layer]
        assert_shows(app, "change", _stacked(change))
    choose(app, "Loss")
    by_point = [step.pre_activations[-1], step.activations[-1], step.targets, step.sample_losses]
    if run.config.n_classes > 2:
        by_point = [step.sample_losses, step.activations[-1]]
        names = [row[0].partition(", ")[2] for row in tables(app)["By point"][1:]]
        known = playground_of(app).class_names
        assert names == [known[int(target)] for target in step.targets[:ROWS, 0]]
    assert_shows(app, "By point", np.hstack(by_point))
    assert f"L = **{step.loss:.6g}**" in words(app)


@pytest.mark.parametrize("point", [None, 3])
@pytest.mark.parametrize("settings", [{}, {"optimizer": "adam", "batch_size": 7}], ids=str)
def test_take_the_step_makes_the_update_and_shows_before_and_after(
    settings: dict, point: int | None
) -> None:
    run = advance(start(Config(**{**SMALL, **settings})), 5)
    app = open_panel(run, point=point)
    assert app.button(key="make_step").label == "Take the step"
    healthy(app.button(key="make_step").click().run())
    after = run_of(app)
    expected = make_step(run, point)
    assert after.iteration == 6
    np.testing.assert_array_equal(after.parameters.vector, expected.parameters.vector)
    assert playground_of(app).fields.values["step_part"] == "Update"
    for layer, (old, new) in enumerate(
        zip(run.parameters.matrices, expected.parameters.matrices, strict=True), start=1
    ):
        choose(app, "Update", layer)
        assert_shows(app, f"W{layer}, b{layer} before", _stacked(old))
        assert_shows(app, f"W{layer}, b{layer} after", _stacked(new))
        assert_shows(app, "change", _stacked(new) - _stacked(old))
    assert "Taken: iteration 5 → 6." in words(app)
    assert f"**{expected.losses[-1]:.6g}**" in words(app)
    # the other parts go on to the next step
    choose(app, "Forward", 1)
    assert_shows(app, "W1, b1", _stacked(expected.parameters.matrices[0]))
    # and an update of training is no step taken in the panel
    change(app, run=advance(after, 1))
    choose(app, "Update", 1)
    assert "Taken" not in words(app)


def test_the_equation_of_a_step_taken_has_the_rate_that_it_was_taken_with() -> None:
    schedule = {"learning_rate_schedule": "step", "learning_rate": 0.5, "iterations": 100}
    run = advance(start(Config(**SMALL, **schedule)), 9)  # the rate of the tenth update is halved
    app = open_panel(run)
    healthy(app.button(key="make_step").click().run())
    (equation,) = (latex.value for latex in app.latex if r"\leftarrow W_1" in latex.value)
    assert r"- 0.5\;" in equation
    change(app, run=advance(run, 1))
    choose(app, "Update", 1)
    (equation,) = (latex.value for latex in app.latex if r"\leftarrow W_1" in latex.value)
    assert r"- 0.25\;" in equation


def test_a_step_that_arrives_late_does_not_set_the_run_back() -> None:
    run = start(Config(**SMALL))
    app = open_panel(run)
    change(app, run=advance(run, 5))
    healthy(app.button(key="make_step").click().run())
    assert run_of(app).iteration == 5


def test_a_taken_step_keeps_no_runs() -> None:
    """A run holds all its losses and snapshots; a step holds a few sets of parameters."""
    app = open_panel(start(Config(**SMALL)))
    healthy(app.button(key="make_step").click().run())
    made = playground_of(app).step_made
    assert made
    assert not any(isinstance(part, Run) for part in (*made, *vars(made.step).values()))


def test_a_new_run_forgets_the_step_taken_and_the_point() -> None:
    """The new run may not have the point, and the user did not type it."""
    page = open_playground(panel="step")
    healthy(point_field(page).set_value(15).run())
    healthy(page.button(key="make_step").click().run())
    assert playground_of(page).step_made
    healthy(page.number_input(key="samples").set_value(10).run())
    assert not page.error
    assert point_field(page).value is None
    assert not playground_of(page).step_made


@pytest.mark.parametrize(
    "settings",
    [
        *({"activation": name} for name in ACTIVATIONS),
        *({"output_loss": name} for name in OUTPUT_LOSSES),
        *({"optimizer": name} for name in OPTIMIZERS),
        {**REGRESSION, "regularization": "l1"},
        CLASSES,
        {**CLASSES, "output_loss": "squared_error"},
    ],
    ids=str,
)
def test_every_line_of_code_shown_stands_in_the_core(settings: dict) -> None:
    run = start(Config(**SMALL, **settings, hidden_layers=(2,)))
    app = open_panel(run)
    source = "\n".join(file.read_text() for file in CORE)
    for name in PARTS:
        for layer in range(1, len(run.parameters.matrices) + 1):
            choose(app, name, None if name == "Loss" else layer)
            assert app.code
            for line in "\n".join(element.value for element in app.code).splitlines():
                assert line.strip() in source


def test_the_code_shown_is_that_of_the_function_that_ran() -> None:
    """The sine's slope, which is on the same line as the sine itself."""
    app = open_panel(start(Config(**SMALL, activation="sine")))
    choose(app, "Forward", 1)
    assert "np.sin(z, out=z)" in app.code[0].value
    assert "np.cos" not in app.code[0].value
    choose(app, "Backward", 1)
    assert "np.cos(z, out=z)" in app.code[0].value
    assert "np.sin" not in app.code[0].value


def test_the_lines_of_a_function_are_those_below_its_docstring() -> None:
    assert body(OPTIMIZERS["sgd"].direct) == ""  # it changes nothing
    assert body(OPTIMIZERS["momentum"].direct).splitlines() == [
        "new[0] = momentum * old[0] + d",
        "d[:] = new[0]",
    ]
    with pytest.raises(OSError, match="source"):
        body(eval("lambda z: z"))


def test_of_two_functions_on_one_line_the_right_one_is_shown() -> None:
    up, down = lambda z: z + 1, lambda z: z - 1
    assert (body(up), body(down)) == ("z + 1", "z - 1")


@pytest.mark.parametrize("classes", [{}, CLASSES], ids=str)
@pytest.mark.parametrize("output_loss", OUTPUT_LOSSES)
def test_an_output_that_training_does_not_compute_is_marked_as_such(
    output_loss: str, classes: dict
) -> None:
    run = start(Config(**SMALL, **classes, hidden_layers=(2,), output_loss=output_loss))
    computed = []
    _, objective = objective_of_step(run, None)
    objective.loss(run.parameters, lambda name, layer, _: computed.append((name, layer)))
    said = words(choose(open_panel(run), "Forward", 2))
    assert ("training takes the loss from $Z_2$ itself" in said) == (("a", 1) not in computed)


def test_while_the_run_trains_one_line_is_drawn() -> None:
    app = open_panel(start(Config(**SMALL)), training=TRAINING)
    assert words(app) == "Pause to look at one step."
    assert not app.get("html")
    assert not app.button


def test_the_point_and_the_part_looked_at_survive_training() -> None:
    app = open_panel(start(Config(**SMALL)))
    healthy(point_field(app).set_value(7).run())
    choose(app, "Backward", 2)
    change(app, training=TRAINING)
    healthy(app.run())
    change(app, training=None)
    healthy(app.run())
    assert point_field(app).value == 7
    assert "dZ2" in tables(app)


def test_the_backward_part_begins_at_the_output_and_the_others_at_the_first_layer() -> None:
    app = open_panel(start(Config(**SMALL)))
    for name, table in (("Backward", "dZ3"), ("Forward", "Z1")):
        healthy(app.button_group(key=key_of(app, "step_part")).set_value(name).run())
        assert table in tables(app)


def test_the_layer_of_a_deeper_network_gives_way_to_the_first() -> None:
    app = open_panel(start(Config(**SMALL, hidden_layers=(4, 3, 2))))
    choose(app, "Forward", 4)
    change(app, run=start(Config(**SMALL, hidden_layers=(4,))))
    healthy(app.run())
    assert "A1" in tables(app)


@pytest.mark.parametrize("point", [-1, 20, 10**12])
def test_a_point_that_does_not_exist_is_refused_in_a_sentence(point: int) -> None:
    app = open_panel(start(Config(**SMALL)), point=point)
    (error,) = app.error
    assert error.value == (
        "Point must be a whole number from 0 to 19, one of the training points; "
        f"you entered `{point}`"
    )
    healthy(point_field(app).set_value(19).run())
    assert not app.error


def test_a_point_says_where_it_lies_and_what_it_should_be() -> None:
    run = start(Config(**SMALL))
    app = open_panel(run, point=4)
    x1, x2 = run.dataset.train_inputs[4]
    (target,) = run.dataset.train_targets[4]
    text = f"x₁ = **{x1:.4f}**, x₂ = **{x2:.4f}**, target **{target:g}**".replace("-", "−")
    assert text in words(app)


def test_large_matrices_are_cut_and_say_so() -> None:
    app = open_panel(start(Config(hidden_layers=(20, 10))))
    choose(app, "Forward", 2)
    text = captions(app)
    assert f"{ROWS} of 1,000 rows, {COLUMNS} of 20 columns" in text
    assert f"{ROWS} of 20 rows, {COLUMNS} of 10 columns" in text
    names, *rows = tables(app)["W2, b2"]
    assert [row[0] for row in rows] == ["1", "2", "3", "4", "5", "b"]  # the biases always
    assert names[1:] == ["1", "2", "3", "4", "5"]


def test_a_check_that_would_take_long_is_limited_and_says_so() -> None:
    app = open_panel(start(Config(samples=100_000)))
    choose(app, "Backward", 1)
    (_, *rows) = tables(app)["numerical gradient"]
    numbers = [text for row in rows for text in row[1:]]
    # 75 weights, two passes over 100,000 points each: 15 million of 100 million multiplications
    assert [text == "–" for text in numbers] == [False] * 6 + [True] * 9
    assert "Only 6 of the 15 shown are checked" in words(app)


def test_where_no_check_is_affordable_the_panel_says_so() -> None:
    app = open_panel(start(Config(samples=2000, hidden_layers=(64,) * 8)))
    choose(app, "Backward", 9)
    assert "They are not checked" in words(app)
    assert "dW9, db9" in tables(app)
    assert "numerical gradient" not in tables(app)
    healthy(point_field(app).set_value(0).run())
    assert "They agree" in words(app)


def test_a_corner_between_the_two_losses_is_explained() -> None:
    """All biases are 0, so that a point at the origin is at the kink of every ReLU."""
    config = Config(dataset="own", points=Points.of([(0, 0, 1)]), hidden_layers=(3,))
    app = open_panel(start(config))
    choose(app, "Backward", 1)
    assert "They differ by up to 100.0% of the largest" in words(app)
    assert "one of the sums z crosses 0" in words(app)


NOTHING = Config(dataset="own")
ONE = Points.of([(0.5, -0.5, 1)])


def test_without_points_one_sentence_is_drawn() -> None:
    app = open_panel(start(NOTHING))
    assert words(app) == "No training points yet, so there is no step to look at."


@pytest.mark.slow
@pytest.mark.parametrize(
    "config",
    [
        Config(dataset="own", points=ONE),
        Config(dataset="own", points=ONE, initialization="zeros", hidden_layers=()),
        Config(**SMALL, initialization="zeros"),
        Config(**SMALL, **REGRESSION, hidden_layers=(64,) * 8),
        Config(samples=17_000, hidden_layers=(64,) * 8),
    ],
    ids=["one sample", "one sample and zeros", "zeros", "8 times 64", "as large as it gets"],
)
def test_extremes_are_drawn_without_nan(config: Config) -> None:
    run = start(config)
    app = open_panel(run)
    for name in PARTS:
        choose(app, name, None if name == "Loss" else 1)
        everything = captions(app) + words(app)
        assert "nan" not in everything.lower()
        assert "∞" not in everything
    healthy(app.button(key="make_step").click().run())
    assert run_of(app).iteration == 1


@pytest.fixture
def diverging() -> Run:
    """Make a run whose next update leads to infinity."""
    settings = {"problem": "regression", "dataset": "plane", "activation": "linear"}
    run = start(Config(**SMALL, **settings, learning_rate=1e6))
    last = advance(run, 1000)
    assert last.diverged
    return advance(run, last.iteration)


def test_a_step_into_infinity_is_announced_and_ends_the_run(diverging: Run) -> None:
    app = open_panel(diverging)
    for name in PARTS:
        choose(app, name, None if name == "Loss" else 1)
        assert "nan" not in (captions(app) + words(app)).lower()
    healthy(app.button(key="make_step").click().run())
    assert run_of(app).diverged
    assert app.button(key="make_step").disabled


def test_a_stopped_run_offers_the_step_for_a_point_alone() -> None:
    stopped = advance(start(Config(**SMALL, target_loss=1e6)), 1)
    button = open_panel(stopped).button(key="make_step")
    assert button.disabled
    assert button.help.startswith("The run has stopped")
    app = open_panel(stopped, point=0)
    healthy(app.button(key="make_step").click().run())
    assert run_of(app).iteration == stopped.iteration + 1


def test_the_past_is_looked_at_and_not_changed() -> None:
    past = start(Config(**SMALL))
    app = open_panel(advance(past, 5), viewed_iteration=0)
    assert_shows(app, "W1, b1", _stacked(past.parameters.matrices[0]))
    button = app.button(key="make_step")
    assert button.disabled
    assert button.help.startswith("You are looking back")


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1.71628, -0.25, 0.0], ["1.7163", "−0.2500", "0"]),
        ([1234.56, 1e-9], ["1234.6", "0.0"]),
        ([0.012345678, 0.001], ["1.2346", "0.1000"]),  # in units of 10^-2
        ([-3e-200, 1e-204], ["−3.0000", "0.0001"]),
        ([1e300, np.inf], ["1.0000", "∞"]),
        ([0.0, np.nan], ["0", "–"]),
        ([5e-324], ["0.0000"]),
    ],
)
def test_numbers_have_the_digits_that_fit_their_matrix(values: list, texts: list) -> None:
    how = digits(np.array(values))
    assert [number(value, how) for value in values] == texts


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (1.0, "100.0%"),
        (0.0312, "3.1%"),
        (2e-4, "1 part in 5 thousand"),
        (3.4e-8, "1 part in 30 million"),
        (1.2e-10, "1 part in 8 billion"),
        (0, "less than 1 part in a trillion"),
    ],
)
def test_a_ratio_in_words(ratio: float, text: str) -> None:
    assert part(ratio) == text


def table(page: Page, name: str) -> Locator:
    return page.locator("figure").filter(has=page.get_by_text(name, exact=True))


def expect_numbers(page: Page, name: str, values: np.ndarray, places: int) -> None:
    """Wait until a table shows these numbers with this many decimals."""
    texts = [f"{value:.{places}f}".replace("-", "−") for value in values.ravel()]
    texts = ["0" if value == 0 else text for text, value in zip(texts, values.flat, strict=True)]
    expect(table(page, name).locator("tbody td")).to_have_text(texts, timeout=PATIENCE)


def test_a_point_is_looked_at_and_its_step_taken_in_the_browser(page: Page, server: str) -> None:
    open_page(page, server, "samples=50&hidden_layers=4,3&panel=step&speed=10")
    run = start(Config(samples=50, hidden_layers=(4, 3)))
    expect_numbers(page, "W1, b1", run.parameters.matrices[0], 4)
    field(page, "Training point").fill("17")
    field(page, "Training point").press("Enter")
    step = look_at_step(run, 17)
    expect_numbers(page, "Z1", step.pre_activations[0], 4)
    page.get_by_role("radio", name="Backward", exact=True).click()
    expect(page.get_by_text("They agree")).to_be_visible(timeout=PATIENCE)
    press(page, "Take the step")
    for chart in ("decision-boundary", "loss-curve"):
        shown(page, chart, 1)
    stepped = make_step(run, 17)
    expect(page.get_by_text("Taken: iteration 0 → 1.")).to_be_visible(timeout=PATIENCE)
    expect_numbers(page, "W1, b1 before", run.parameters.matrices[0], 6)
    expect_numbers(page, "W1, b1 after", stepped.parameters.matrices[0], 6)
    press(page, "Start")
    expect(page.get_by_text("Pause to look at one step.")).to_be_visible(timeout=PATIENCE)
    press(page, "Pause")
    expect(field(page, "Training point")).to_have_value("17", timeout=PATIENCE)
