"""The popover Share: a link to what one sees, what it hides, and its QR code."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import urlencode

import segno
import streamlit as st

from nnlab.app import live_chart
from nnlab.app.playground import hiding
from nnlab.app.playground.record import HIDE_QUERY, PRESENT_QUERY

MAX_VERSION = 20  # a QR code with more than 97 squares a side is too fine for the back row
MAX_LENGTH = 858  # characters in such a code (ISO/IEC 18004, table 7, level L)


def render(query: Mapping[str, str], hidden: Sequence[str]) -> None:
    """Draw the popover for the page with this query, which hides these names."""
    popover = st.popover("Share", key="share", on_change="rerun")
    if popover.open:  # else each script run would draw the code
        with popover:
            _content(query, hidden)


def _content(query: Mapping[str, str], hidden: Sequence[str]) -> None:
    help_ = (
        "Controls to hide from whoever opens the link, such as a class. Hidden settings keep their "
        "values."
    )
    chosen = st.multiselect(
        *("Hide", list(hiding.NAMES), hidden),
        format_func=hiding.NAMES.__getitem__,
        key="share_hide",
        placeholder="nothing",
        help=help_,
    )
    presents = st.checkbox("Open in presentation mode", key="share_present")
    shown = {HIDE_QUERY: ",".join(chosen), PRESENT_QUERY: "true" if presents else ""}
    link = _link({**query, **shown})
    live_chart.shared_link(link)
    if drawing := qr_code(link):
        with st.container(key="share_code"):
            st.image(drawing, width="stretch")
    else:
        st.caption(
            f"The link has {len(link):,} characters, too many for a QR code that one can read from "
            f"afar ({MAX_LENGTH}): copy it instead."
        )


def _link(query: Mapping[str, str]) -> str:
    """Return the address of the page, as the browser reaches it, with this query."""
    given = {name: value for name, value in query.items() if value}
    address = f"{(st.context.url or '').rstrip('/')}/"
    return f"{address}?{urlencode(given, safe=',')}" if given else address


@lru_cache(maxsize=4)
def qr_code(link: str) -> str | None:
    """Return a link as a QR code in SVG, or None if it is too long."""
    try:
        code = segno.make_qr(link, error="l")
    except segno.DataOverflowError:
        return None
    if int(code.version) > MAX_VERSION:
        return None
    return code.svg_inline(light="white", omitsize=True)
