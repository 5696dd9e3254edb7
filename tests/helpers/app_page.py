"""How tests use a page without a browser: open it, press, and read what it shows."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from nnlab import Run

APP = Path(__file__).parents[2] / "streamlit_app.py"
SMALL = {"samples": "20", "test_samples": "10"}
SMALL_RUNS = {**SMALL, "iterations": "3"}


def open_playground(**link: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=30)
    for name, value in {**SMALL, **link}.items():
        app.query_params[name] = value
    return healthy(app.run())


def healthy(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def press(app: AppTest, key: str) -> AppTest:
    return healthy(app.button(key=key).click().run())


def run_of(app: AppTest) -> Run:
    run = app.session_state["run"]
    assert isinstance(run, Run)
    return run


def texts(app: AppTest) -> str:
    return "\n".join(str(element.value) for element in app.markdown)


def status(app: AppTest) -> str:
    return str(app.get("progress")[0].proto.text)


def _app_with_explore_first() -> None:
    from nnlab.app import navigation  # noqa: PLC0415 - the script of a page of its own
    from nnlab.app.explore import page as explore  # noqa: PLC0415
    from nnlab.app.playground import page as playground  # noqa: PLC0415

    navigation.register(explore.PAGE, playground.PAGE)
    navigation.run()


def open_explore(*, small: bool = True, **link: str) -> AppTest:
    """Open the app with Explore as its home page: AppTest knows no addresses of pages."""
    app = AppTest.from_function(_app_with_explore_first, default_timeout=60)
    for name, value in {**(SMALL_RUNS if small else {}), **link}.items():
        app.query_params[name] = value
    return healthy(app.run())
