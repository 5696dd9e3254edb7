"""The registry of the app's pages, and how to get from one to another.

Pages do not import each other; they ask this module. A page's widgets lose their values when
another page is drawn, so a link to a page carries its whole query.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st
from streamlit.navigation.page import Page as StreamlitPage

from nnlab.app.live_chart import STATIC
from nnlab.training.config import Config
from nnlab.training.run import Run

APP = "nnlab: watch a neural network learn"  # the title in the browser
Query = Mapping[str, str]
STYLE = Path(__file__).with_suffix(".css")
# The page's inline scripts. The server's security policy allows exactly these texts, so the address
# to open stands beside the script, not in it.
SCRIPTS = "".join(
    f"<script>{(STATIC / name).read_text()}</script>" for name in ("address.js", "drawer.js")
)
# For screen readers alone: those who see the page see what it is.
_HIDDEN = "position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)"
_TITLE = f'<h1 style="{_HIDDEN}">{APP}</h1>'
# Streamlit opens the page of the address when the browser goes back or forward.
GO = """<script>
history.pushState({}, "", document.querySelector("[data-go]").dataset.go);
dispatchEvent(new PopStateEvent("popstate"));
</script>"""
# Marks the lessons that this browser has done, and keeps the marks of those done now.
LESSON_MARKS = f"<script>{(STATIC / 'lesson_marks.js').read_text()}</script>"
# The editor of lessons lists the faults as one types.
SEND_WHILE_TYPING = f"<script>{(STATIC / 'send_typed.js').read_text()}</script>"

# The Tab key reaches a panel, so that the arrow keys scroll it.
SCROLL_BY_KEYS = """<script>
document.querySelector(".st-key-panel_place").tabIndex = 0;
</script>"""


@dataclass(frozen=True)
class Page:
    """A page of the app.

    Attributes
    ----------
    title : its name; in lower case it is also the page's path
    query : returns its query; a page that is new to the session starts with the given settings,
        those of the page that links to it
    leave : called before another page is drawn
    watch : called after another page has been drawn
    """

    title: str
    icon: str
    render: Callable[[], None]
    query: Callable[[Config], Query]
    leave: Callable[[], None]
    watch: Callable[[], None] = lambda: None


@dataclass(frozen=True, kw_only=True)
class Workbench(Page):
    """The page that trains one run.

    Attributes
    ----------
    run : returns the session's run, or None before the first
    open : prepares the page for other settings, and returns its query
    """

    run: Callable[[], Run | None]
    open: Callable[[Config], Query]


_pages: list[Page] = []


def register(*pages: Page) -> None:
    """Make these the app's pages; the first is the home page."""
    _pages[:] = pages


def run() -> None:
    """Draw the page that the address names."""
    by_title = {page.title: page for page in _pages}
    drawn = st.navigation([_streamlit(page) for page in _pages], position="hidden")
    others = [page for title, page in by_title.items() if title != drawn.title]
    for page in others:
        page.leave()
    st.html(STYLE)
    drawn.run()
    for page in others:
        page.watch()


def _streamlit(page: Page) -> StreamlitPage:
    address = page.title.lower()
    return st.Page(page.render, title=page.title, url_path=address, default=page is _pages[0])


def menu(here: str, settings: Config) -> None:
    """Draw the titles of all pages in one line, as links except for the page `here`."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="pages"):
        for page in _pages:
            if page.title == here:
                st.markdown(f"**{page.icon} {page.title}**")
            else:
                query = dict(page.query(settings))
                st.page_link(_streamlit(page), icon=page.icon, query_params=query)
        st.html(_TITLE + SCRIPTS, unsafe_allow_javascript=True)


def _workbench() -> Workbench:
    (found,) = (page for page in _pages if isinstance(page, Workbench))
    return found


def lesson_link(name: str, title: str) -> None:
    """Draw a link to the first step of a lesson in the workbench."""
    page = _streamlit(_workbench())
    st.page_link(page, label=title, query_params={"lesson": name, "step": "1"})


def editor_link(title: str) -> None:
    """Draw a link to the editor of lessons in the workbench."""
    page = _streamlit(_workbench())
    st.page_link(page, label=title, icon=":material/edit_note:", query_params={"edit": "true"})


def tensorflow_link(link: str, title: str) -> None:
    """Draw a link that opens one of TensorFlow Playground in the workbench."""
    st.page_link(_streamlit(_workbench()), label=title, query_params={"tfp": link})


def current_run() -> Run | None:
    """Return the run of the workbench, or None before the first."""
    return _workbench().run()


def open_in_workbench(config: Config) -> None:
    """Have the browser open the workbench with these settings, as after a click on a link.

    st.switch_page would leave the timers of this page's fragments running until the new page
    arrives in the browser. A fragment that a timer requests by then would empty the new page. For
    the same reason, the script has to go on and draw all fragments of this page.
    """
    page = _workbench()
    address = escape(f"./{_streamlit(page).url_path}?{urlencode(page.open(config))}")
    st.html(f'<i data-go="{address}"></i>{GO}', unsafe_allow_javascript=True)
