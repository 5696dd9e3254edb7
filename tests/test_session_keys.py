"""The session holds one record per page and the values of widgets, and nothing else of its own."""

import ast
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from streamlit.testing.v1 import AppTest

from nnlab import advance
from nnlab.app.playground.point_history import OwnPoints
from nnlab.app.playground.record import LeftRun
from nnlab.data.points import Points
from tests.helpers import browser_page
from tests.helpers.app_page import SMALL, change, enter, healthy, key_of, press, run_of
from tests.helpers.browser_page import button, open_page, settled, shown, status
from tests.helpers.server import serving
from tests.helpers.waiting import PATIENCE_SECONDS

PAGE = Path(__file__).parent / "helpers/keys_page.py"
APP = Path(__file__).parents[1] / "nnlab/app"
MUTATORS = {"update", "setdefault", "pop", "popitem", "clear"}
NUMBERS = {
    **{"samples": 30, "noise": 0.1, "data_seed": 5, "test_seed": 5, "test_samples": 20},
    **{"learning_rate": 0.1, "iterations": 500, "batch_size": 7, "target_loss": 1e-9},
    **{"patience": 100, "momentum": 0.5, "regularization_rate": 0.01},
}
CHOICES = {
    **{"optimizer": "momentum", "learning_rate_schedule": "cosine", "regularization": "l2"},
    **{"output_loss": "squared_error", "activation": "tanh", "initialization": "he"},
    **{"dataset": "moons"},
}
SWITCHES = ("train_points", "test_points", "misclassified", "discretize", "entropy", "log_loss")
SEGMENTS = {"panel": "step", "speed": "100", "tool": "Add blue", "features": ["x1", "x2", "x1^2"]}
PARTS = ("Loss", "Backward", "Update", "Forward")
BUTTONS = (
    *("undo_run", "start", "pause", "step", "step_tick", "clear", "undo", "add_layer"),
    *("remove_layer", "higher_rate", "lower_rate", "new_seed", "reset", "example_article"),
)
POINTS = tuple(OwnPoints(Points.of([(0, 0, 1)] * count)) for count in range(3))


def own_keys(app: AppTest) -> str:
    page = "".join(element.proto.body for element in healthy(app).get("html"))
    (found,) = re.findall(r'class="own-keys">(.*?)<', page)
    return str(found)


def test_using_every_control_leaves_only_the_record_beside_widgets() -> None:
    app = AppTest.from_file(str(PAGE), default_timeout=PATIENCE_SECONDS)
    for name, value in SMALL.items():
        app.query_params[name] = value
    app.run()
    assert own_keys(app) == "playground"
    for key, segment in SEGMENTS.items():
        app.button_group(key=key).set_value(segment).run()
        assert own_keys(app) == "playground"
    for key, choice in CHOICES.items():
        enter(app, key, choice)
        assert own_keys(app) == "playground"
    for key, number in NUMBERS.items():
        enter(app, key, number)
        assert own_keys(app) == "playground"
    app.number_input(key=key_of(app, "step_point")).set_value(3).run()
    assert own_keys(app) == "playground"
    for key in SWITCHES:
        toggle = app.toggle(key=key)
        toggle.set_value(not toggle.value).run()
        assert own_keys(app) == "playground"
    app.text_input(key="hidden_layers").set_value("4,3").run()
    press(app, "make_step")
    for part in PARTS:
        app.button_group(key=key_of(app, "step_part")).set_value(part).run()
    assert own_keys(app) == "playground"
    change(
        app,
        left=LeftRun(advance(run_of(app), 5), POINTS[-1], is_branch=True),
        point_history=POINTS,
    )
    app.run()
    for key in BUTTONS:
        press(app, key)
        assert own_keys(app) == "playground"


def test_messages_of_the_browser_and_explore_leave_only_records_too(browser: Browser) -> None:
    with serving(PAGE) as (address, _):
        page = open_page(browser.new_page(), f"http://{address}", "speed=100&samples=50")
        own = page.locator(".own-keys")
        browser_page.press(page, "Step 100")
        shown(page, "decision-boundary", 100)
        page.get_by_label("Look back: iteration").fill("3")
        expect(status(page)).to_have_text(re.compile("^Looking back"))
        button(page, "Continue from here").click()
        browser_page.press(page, "Pause")
        settled(page)
        expect(own).to_have_text("playground")
        page.locator(".st-key-pages").get_by_text("Explore").click()
        expect(own).to_have_text("explore playground")
        page.close()


def writes(source: str) -> list[str]:
    """Return the statements that write to st.session_state, or to a name that stands for it."""
    tree = ast.parse(source)
    pairs: list[tuple[ast.expr, ast.expr]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            values = node.value.elts if isinstance(node.value, ast.Tuple) else []
            pairs += zip(node.targets[0].elts, values, strict=False)
        elif isinstance(node, ast.Assign):
            pairs.append((node.targets[0], node.value))
    state = {"st.session_state", "session_state"}
    state |= {ast.unparse(target) for target, value in pairs if ast.unparse(value) in state}
    found = []
    for node in ast.walk(tree):
        changes = isinstance(node, ast.Subscript | ast.Attribute) and isinstance(
            node.ctx, ast.Store | ast.Del
        )
        calls = isinstance(node, ast.Attribute) and node.attr in MUTATORS
        if (changes or calls) and ast.unparse(node.value) in state:
            found.append(ast.unparse(node))
    return found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("st.session_state['a'] = 1", ["st.session_state['a']"]),
        ("del st.session_state.a", ["st.session_state.a"]),
        ("state = st.session_state\nstate.a, b = 1, 2", ["state.a"]),
        ("state, x = st.session_state, 1\nstate['a'] += 1", ["state['a']"]),
        ("st.session_state.setdefault('a', 1)", ["st.session_state.setdefault"]),
        ("state = st.session_state\nprint(state.a, state['b'], state.get('c'))", []),
    ],
)
def test_the_rule_finds_what_writes_to_the_session(source: str, found: list[str]) -> None:
    assert writes(source) == found


def private_names(source: str) -> list[str]:
    """Return the private names of the module `session` that a source uses."""
    uses = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)]
    names = [ast.unparse(node) for node in uses if ast.unparse(node.value) == "session"]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".session"):
            names += [f"session.{alias.name}" for alias in node.names]
    return [name for name in names if name.startswith("session._")]


@pytest.mark.parametrize(
    "source", ["session._change(away=True)", "from nnlab.app.explore.session import _change"]
)
def test_the_rule_finds_what_is_private_to_the_session_modules(source: str) -> None:
    assert private_names(source) == ["session._change"]


def test_only_the_session_modules_write_to_the_session() -> None:
    """They do so through the keeper of their record, which no other module has, or directly."""
    sources = {str(file.relative_to(APP)): file.read_text() for file in APP.rglob("*.py")}
    sessions = {"explore/session.py", "playground/session.py"}
    keepers = {*sessions, "lesson_shelf.py"}  # lessons belong to two pages
    keeper = "page_record.py"
    assert {name for name, text in sources.items() if writes(text)} == {keeper, *sessions}
    assert {name for name, text in sources.items() if "RecordKeeper" in text} == {keeper, *keepers}
    assert {name: found for name, text in sources.items() if (found := private_names(text))} == {}
