"""The page Lessons: a list of all lessons, and a place for a teacher's own."""

from base64 import b64encode
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import streamlit as st

from nnlab.app import lesson_shelf, navigation, theme
from nnlab.app.links import code
from nnlab.figures.plane_picture import recolored
from nnlab.figures.style import Palette
from nnlab.lessons.faults import FaultyLesson
from nnlab.lessons.lesson import Lesson
from nnlab.lessons.library import in_folder, shipped
from nnlab.lessons.reading import read_bytes
from nnlab.lessons.tensorflow_playground import MAX_CHARACTERS as MAX_LINK
from nnlab.lessons.tensorflow_playground import read_link
from nnlab.training.config import Config

TITLE = "Lessons"
STYLE = Path(__file__).with_suffix(".css")
PICTURES = Path(__file__).parent / "lesson_pictures"


def render() -> None:
    """Draw the page, once per script run."""
    st.set_page_config(navigation.APP, "🧠", layout="wide", initial_sidebar_state=288)
    st.html(STYLE)
    with st.sidebar:
        run = navigation.current_run()
        navigation.menu(TITLE, run.config if run else Config())
        _drop()
        _paste()
    with st.container(key="lesson_list"):
        st.title("Lessons", anchor=False)
        st.markdown("Predict, run, see, and read why. Each goal is checked by the run's numbers.")
        own, folder = lesson_shelf.own(), in_folder()
        _part("Yours, in this browser tab", own.values())
        _part("From this server", folder.lessons.values())
        for sentence in folder.refused:
            st.warning(code(sentence))
        _part("", shipped().lessons.values())
        st.html(navigation.LESSON_MARKS, unsafe_allow_javascript=True)


def _part(title: str, lessons: Iterable[Lesson]) -> None:
    """Draw one part of the list, if it has any lessons."""
    found = list(lessons)
    if found and title:
        st.header(title, anchor=False)
    for lesson in found:
        _row(lesson)


def _row(lesson: Lesson) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"row_{lesson.name}"):
        picture = _picture(lesson.name, theme.palette())
        st.html(f'<i class="lesson-picture" style="background-image: url({picture})"></i>')
        with st.container():
            navigation.lesson_link(lesson.name, lesson.title)
            st.caption(f"{lesson.minutes} minutes · {lesson.level}")
        st.html(f'<b class="lesson-mark" data-lesson="{lesson.name}"></b>')


@lru_cache(maxsize=64)
def _picture(name: str, palette: Palette) -> str:
    """Return a lesson's picture as a data URL; an empty one for a lesson without a picture."""
    file = PICTURES / f"{name}.png"
    if not file.exists():
        return "data:,"
    return f"data:image/png;base64,{b64encode(recolored(file.read_bytes(), palette)).decode()}"


def _drop() -> None:
    """Let the user drop a lesson onto the page; it stays in the session."""
    st.header("Your own lesson", anchor=False)
    navigation.editor_link("Write one in the editor")
    dropped = st.file_uploader("Drop a lesson (.md) here", type="md", key="lesson_file")
    if not dropped:
        st.caption("It stays in this browser tab; nothing is stored on the server.")
        return
    try:
        lesson = read_bytes(dropped.getvalue(), dropped.name)
    except FaultyLesson as faulty:
        for sentence in faulty.sentences:
            st.error(code(sentence))
    else:
        lesson_shelf.add(lesson)
        st.success(f"“{lesson.title}” is on the list.")


def _paste() -> None:
    """Let the user paste a link of TensorFlow Playground, and say what it becomes here."""
    st.header("TensorFlow Playground", anchor=False)
    link = st.text_input("Paste a link from there", key="tfp_link", max_chars=MAX_LINK)
    if not link:
        st.caption("It opens here, with its network, its data and its settings.")
        return
    found = read_link(link)
    navigation.tensorflow_link(link.strip().rpartition("#")[2], "Open it in the playground")
    st.markdown("\n".join(f"- {sentence}" for sentence in found.differs))


PAGE = navigation.Page(
    title=TITLE,
    icon=":material/school:",
    render=render,
    query=lambda _: {},
    leave=lambda: None,
)
