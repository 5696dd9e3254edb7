"""What tests do with a page without a browser: open it, press buttons, read it."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextInput
from streamlit.util import calc_hash

from nnlab import Run
from nnlab.app.playground.point_history import OwnPoints
from nnlab.app.playground.record import Playground
from nnlab.inspection.diagnosis.finding import Advice
from tests.helpers.waiting import PATIENCE_SECONDS, wait_until

APP = Path(__file__).parents[2] / "streamlit_app.py"
SMALL = {"samples": "20", "test_samples": "10"}
SMALL_RUNS = {**SMALL, "iterations": "3"}


def open_playground(**link: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=PATIENCE_SECONDS)
    for name, value in {**SMALL, **link}.items():
        app.query_params[name] = value
    return healthy(app.run())


def healthy(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def press(app: AppTest, key: str) -> AppTest:
    return healthy(app.button(key=key).click().run())


def step_tick(app: AppTest) -> AppTest:
    """Press the button for many iterations; on a busy machine, they take several ticks."""
    press(app, "step_tick")
    wait_until(
        lambda: not playground_of(app).training or not playground_of(healthy(app.run())).training
    )
    return app


def wait_for_advice(app: AppTest) -> Advice:
    """Draw the page until the trials have ended, a slice with each; return the advice."""
    wait_until(lambda: playground_of(app).advice or playground_of(healthy(app.run())).advice)
    advice = playground_of(healthy(app.run())).advice
    assert advice
    return advice


def playground_of(app: AppTest) -> Playground:
    playground = app.session_state["playground"]
    assert isinstance(playground, Playground)
    return playground


def run_of(app: AppTest) -> Run:
    return playground_of(app).run


def change(app: AppTest, **changes: Any) -> None:
    """Change what the session remembers of the playground."""
    app.session_state["playground"] = replace(playground_of(app), **changes)


def put_run(app: AppTest, run: Run, **changes: Any) -> None:
    """Give a session a playground with this run."""
    changes = {"point_history": (OwnPoints(run.config.points),), **changes}
    app.session_state["playground"] = Playground(run, 1, **changes)


def key_of(app: AppTest, name: str) -> str:
    """Return the key of a field's widget: a field set by the program has a new widget."""
    return playground_of(app).fields.key(name)


def field(app: AppTest, name: str) -> Any:
    """Return the widget of a field, of whatever kind it is."""
    kinds = (app.number_input, app.text_input, app.selectbox, app.multiselect, app.button_group)
    (found,) = (one for kind in kinds for one in kind if one.key == key_of(app, name))
    return found


def enter(app: AppTest, name: str, value: Any) -> AppTest:
    """Enter a value in a field, and draw the page again; it may refuse the value."""
    found = field(app, name)
    return healthy(found.set_value(str(value) if isinstance(found, TextInput) else value).run())


def offered(widgets: Any, name: str) -> Any:
    """Return the widget of an upload, whose key has the file and the problem after its name."""
    (found,) = (widget for widget in widgets if widget.key.startswith(f"{name}_"))
    return found


def texts(app: AppTest) -> str:
    return "\n".join(str(element.value) for element in app.markdown)


def headings(app: AppTest) -> list[str]:
    """Return the headings of the sidebar's parts."""
    return [str(heading.value) for heading in app.header]


def status(app: AppTest) -> str:
    """Return the status line, with plain spaces."""
    return str(app.get("progress")[0].proto.text).replace("\u00a0", " ")


def _app_with_explore_first() -> None:
    from nnlab.app import navigation  # noqa: PLC0415 - the script of a page of its own
    from nnlab.app.explore import page as explore  # noqa: PLC0415
    from nnlab.app.playground import page as playground  # noqa: PLC0415

    navigation.register(explore.PAGE, playground.PAGE)
    navigation.run()


def open_explore(*, small: bool = True, **link: str) -> AppTest:
    """Open the app with Explore as its home page: AppTest knows no addresses of pages."""
    app = AppTest.from_function(_app_with_explore_first, default_timeout=PATIENCE_SECONDS)
    for name, value in {**(SMALL_RUNS if small else {}), **link}.items():
        app.query_params[name] = value
    return healthy(app.run())


def follow(app: AppTest) -> AppTest:
    """Open the page that a page's script tells the browser to open; AppTest runs no scripts."""
    (address,) = re.findall(r'"\./(.*?)"', "".join(element.value for element in app.html))
    path, query = unescape(address).split("?")
    app.query_params.clear()
    app.query_params.update(parse_qsl(query))
    app._page_hash = calc_hash(path)
    return healthy(app.run())
