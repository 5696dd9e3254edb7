"""What tests do with a lesson on the page."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from tests.helpers.app_page import APP, healthy
from tests.helpers.lessons import GOAL, HEAD, QUESTION, SETTINGS, SOLUTION
from tests.helpers.waiting import PATIENCE_SECONDS

# A lesson that is quick to train, for a folder named by NNLAB_LESSONS.
SAMPLE = (
    f"{HEAD}Welcome.\n\n## One\n\nSome text.\n\n{SETTINGS}{QUESTION}"
    "```explanation\nA line is straight.\n```\n"
    f"## Two\n\nMore text.\n\n{GOAL}{SOLUTION}"
    "```hint\nFirst hint.\n```\n```hint\nSecond hint.\n```\n"
    "```explanation\nSquares bend.\n```\n"
    "## Three\n\nThe end.\n"
)


def write_sample(folder: Path) -> None:
    (folder / "sample.md").write_text(SAMPLE)


def open_lesson(**link: str) -> AppTest:
    """Open the sample at a step, or with other values in the link."""
    app = AppTest.from_file(str(APP), default_timeout=PATIENCE_SECONDS)
    for name, value in {"lesson": "sample", **link}.items():
        app.query_params[name] = value
    return healthy(app.run())
