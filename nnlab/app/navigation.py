"""The app's pages, and the links between them.

A page's widgets forget their values while another page is drawn. So a link to a page carries them:
what differs from the defaults, as in the page's own address.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields

import streamlit as st

from nnlab.data.points import MAX_LINK_POINTS
from nnlab.training.config import Config, text

PLAYGROUND, EXPLORE = "Playground", "Explore"
_ICONS = {PLAYGROUND: ":material/play_circle:", EXPLORE: ":material/grid_view:"}
DEFAULTS = Config()


def run(pages: Mapping[str, Callable[[], None]]) -> None:
    """Draw the page that the address names, of these by their title; the first is the home page.

    The session's keys are `pages`, for the links between them, and `page`, the title of the one
    that was drawn last.
    """
    titles = list(pages)
    st.session_state.pages = {
        title: st.Page(draw, title=title, url_path=title.lower(), default=title == titles[0])
        for title, draw in pages.items()
    }
    st.navigation(list(st.session_state.pages.values()), position="hidden").run()


def arrives(title: str) -> bool:
    """Say whether another page of the session was drawn until now."""
    before = st.session_state.get("page", title)
    st.session_state.page = title
    return bool(before != title)


def links(here: str, queries: Mapping[str, Mapping[str, str]]) -> None:
    """Draw the names of the pages in one line: the page here, and links to the others.

    Parameters
    ----------
    queries : what the address of each other page is to hold
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="pages"):
        for title in st.session_state.pages:
            if title == here:
                st.markdown(f"**{_ICONS[title]} {title}**")
            else:
                link(title, queries[title])


def link(title: str, query: Mapping[str, str], label: str | None = None) -> None:
    """Draw a link to a page."""
    page = st.session_state.pages[title]
    st.page_link(page, label=label, icon=_ICONS[title], query_params=dict(query))


def go_to(title: str, query: Mapping[str, str]) -> None:
    """Leave for another page; does not return."""
    st.switch_page(st.session_state.pages[title], query_params=dict(query))


def home_query(config: Config) -> dict[str, str]:
    """Return what the playground's address is to hold for these settings.

    The session's key `playground_query` holds what else was in it: what Streamlit forgets of it.
    """
    return {**st.session_state.get("playground_query", {}), **config_query(config)}


def config_query(config: Config) -> dict[str, str]:
    """Return what an address holds of these settings: the texts of all that is not the default.

    More points than a link may hold are left out; the session remembers them.
    """
    return {
        item.name: text(item.name, getattr(config, item.name))
        for item in fields(Config)
        if getattr(config, item.name) != getattr(DEFAULTS, item.name)
        and not (item.name == "points" and len(config.points) > MAX_LINK_POINTS)
    }
