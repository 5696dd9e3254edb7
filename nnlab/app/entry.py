"""What both entry points of the app share, the package's and a clone's.

Importing it turns the process into the page's server: BLAS uses one thread, a signal that has
stopped the server ends the process, too, and faults of Streamlit are mended.
"""

import gc
from asyncio import get_running_loop
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from streamlit import cli_util
from streamlit.web.server import server_util

from nnlab import process_end
from nnlab.app import navigation, security, streamlit_faults
from nnlab.app.click_once import ClickOnce
from nnlab.app.explore import page as explore
from nnlab.app.lessons import lesson_list
from nnlab.app.message_rate import MessageRate
from nnlab.app.one_upload import OneUpload
from nnlab.app.playground import page as playground
from nnlab.app.turns import turn
from nnlab.model.computing import keep_one_blas_thread

keep_one_blas_thread()
process_end.exit_on_signal()
streamlit_faults.mend()


def middleware() -> list[Middleware]:
    """Return the middleware that every request to the server passes, the outermost first."""
    return [
        *security.middleware(),
        Middleware(MessageRate),
        Middleware(ClickOnce),
        Middleware(OneUpload),
    ]


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Guard the server, and open the page in a browser: Streamlit does not for an st.App."""
    process_end.pass_only_the_first_signal()
    async with security.lifespan(app):
        if not st.get_option("server.headless"):
            url = server_util.get_url(security.only_address() or "localhost")
            get_running_loop().call_soon(cli_util.open_browser, url)
        yield


def draw() -> None:
    """Draw the page that the address names, in a turn: a script run is work for the server."""
    navigation.register(playground.PAGE, explore.PAGE, lesson_list.PAGE)
    with turn():
        navigation.run()


def collect_less_often() -> None:
    """Prepare the garbage collection of a server that has imported everything it needs.

    What has been imported stays, so no collection needs to look through it. And a tick creates
    thousands of objects: at Python's threshold of 700, it would start several collections.
    """
    gc.freeze()
    gc.set_threshold(10_000)
