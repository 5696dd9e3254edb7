"""The editor of lessons: the text at the left, all its faults below it, and the lesson beside it.

The lesson is the open one of the playground, so it runs as it will for others. While the text has
faults, the last lesson without any stays open.
"""

from pathlib import Path
from typing import Any

import streamlit as st

from nnlab.app import lesson_shelf
from nnlab.app.links import code
from nnlab.app.navigation import SEND_WHILE_TYPING
from nnlab.app.playground import session
from nnlab.app.playground.actions import CLOSE_EDITOR
from nnlab.app.playground.record import Playground
from nnlab.lessons.faults import FaultyLesson
from nnlab.lessons.lesson_commands import TEMPLATE
from nnlab.lessons.reading import MAX_CHARACTERS, read

STYLE = Path(__file__).with_suffix(".css")


def render(playground: Playground) -> None:
    """Draw the text and open the lesson that it holds, if the editor is open."""
    if not playground.editing:
        return
    st.html(STYLE)
    with st.sidebar.container(key="lesson_text"):
        with st.container(horizontal=True, vertical_alignment="bottom", key="lesson_file"):
            name = st.text_input("Name of the file", "my-lesson", key="lesson_name") or "my-lesson"
            download = st.container(width="content")
            CLOSE_EDITOR.button(st, playground)
        draft = lesson_shelf.draft() or TEMPLATE.read_text(encoding="utf-8")
        look: dict[str, Any] = {"max_chars": MAX_CHARACTERS, "label_visibility": "collapsed"}
        source = st.text_area("The lesson as text", draft, key="lesson_source", **look) or ""
        st.html(SEND_WHILE_TYPING, unsafe_allow_javascript=True)
        lesson_shelf.keep_draft(source)
        file = f"{name}.md"
        # Made on the click: the browser would ask for the file of each text, even one that is gone.
        download.download_button(
            "Download",
            lambda: source,
            file,
            "text/markdown",
            on_click="ignore",
            key="save_lesson",
        )
        try:
            lesson = read(source, file)
        except FaultyLesson as faulty:
            for line, sentence in faulty.faults:
                st.error(f"Line {line}: {code(sentence)}")
            return
        st.caption(
            "No faults. The text stays in this browser tab until you download it. "
            "`nnlab lesson check` runs its solutions."
        )
    lesson_shelf.add(lesson)
    session.edit_lesson(lesson)
