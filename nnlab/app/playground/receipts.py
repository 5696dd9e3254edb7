"""Downloads of receipts: of a lesson, with a name if one is typed, and of a run."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from nnlab import __version__
from nnlab.app.links import in_words
from nnlab.app.playground.record import Playground
from nnlab.data.rules import BrokenRule
from nnlab.lessons.receipt import MAX_NAME, Receipt, check_points, record_of, write
from nnlab.training.run import Run

_HELP = "Settings, changes on the way, and final numbers. `nnlab verify` runs it again."


def of_lesson(playground: Playground) -> None:
    """Draw the download of a lesson's receipt: the run that reached each goal."""
    lesson = playground.lesson
    if not lesson:
        return
    steps = range(1, len(lesson.steps) + 1)
    found = (playground.progress.get((lesson.name, number)) for number in steps)
    runs = tuple(progress.proof for progress in found if progress and progress.proof)
    if not runs:
        return
    name = st.text_input("Name for the receipt", max_chars=MAX_NAME, key="receipt_name")
    receipt = Receipt(__version__, lesson.name, name or "", runs)
    _download("lesson_receipt", lesson.name, partial(write, receipt))


def of_run(run: Run) -> None:
    """Draw the download of a run's receipt."""
    try:
        check_points(run)
    except BrokenRule as broken:
        st.caption(f"No receipt for this run: {in_words(broken)}.")
        return

    _download("save_receipt", "run", lambda: write(Receipt(__version__, "", "", (record_of(run),))))


def _download(key: str, name: str, content: Callable[[], str]) -> None:
    look: dict[str, Any] = {"on_click": "ignore", "width": "stretch", "help": _HELP}
    file = f"receipt-{name}.txt"
    st.download_button("Receipt (.txt)", content, file, "text/plain", key=key, **look)
