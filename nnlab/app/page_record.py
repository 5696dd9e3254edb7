"""What a page remembers about a user's session: one record, only ever replaced as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

import streamlit as st

from nnlab.app.live_chart.inbox import Inbox


@dataclass(frozen=True, kw_only=True)
class PageRecord:
    """What every page remembers, apart from its widgets.

    Attributes
    ----------
    query : what the address holds besides the settings
    refused_link : sentences about bad values in the link, for as long as they matter
    away : whether the session shows another page
    inbox : accepts the browser's messages
    """

    query: Mapping[str, str] = field(default_factory=dict)
    refused_link: tuple[str, ...] = ()
    away: bool = False
    inbox: Inbox = field(default_factory=Inbox)


Record = TypeVar("Record", bound=PageRecord)


class RecordKeeper(Generic[Record]):
    """Keeps a page's record in the session. Only the page's module `session` has such a keeper.

    Each command replaces the record in one assignment, since a newer message may end a script run
    wherever it uses the session's state.
    """

    def __init__(self, key: str) -> None:
        self._key = key

    def is_open(self) -> bool:
        """Say whether the session has opened the page, and so has the record."""
        return self._key in st.session_state

    def current(self) -> Record:
        """Return the session's record of the page."""
        record: Record = st.session_state[self._key]
        return record

    def keep(self, record: Record) -> None:
        """Keep this record, in place of the present one if there is one."""
        st.session_state[self._key] = record

    def change(self, **changes: Any) -> None:
        """Replace the record with a copy that has these changes."""
        self.keep(replace(self.current(), **changes))

    def keep_in_query(self, name: str, value: str, default: str) -> None:
        """Keep a value for the address, unless it is the default."""
        query = {key: text for key, text in self.current().query.items() if key != name}
        self.change(query=query if value == default else {**query, name: value})
