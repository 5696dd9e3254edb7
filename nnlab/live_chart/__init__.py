"""A Streamlit component that draws a Plotly figure once and then updates it in place.

`st.plotly_chart` replaces its element whenever the figure changes, which flickers and loses the
zoom. This one keeps its element for as long as the page is open. Every message holds the whole
figure, so that any one of them can be lost; the page skips a figure that it has already drawn.
"""

import json
import struct
from pathlib import Path

import plotly
import streamlit as st
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).parent

# The module is served once as a file: inline, it would travel in every message. What is needed
# before it arrives is the place of the chart, as a skeleton.
_component = st.components.v2.component(
    "nnlab.live_chart",
    html='<div class="live-chart"></div>',
    css=(FOLDER / "skeleton.css").read_text(),
    js="""const url = new URL("live_chart/live_chart.js", document.baseURI);
export default (await import(url)).default;""",
    isolate_styles=False,
)


def routes() -> list[Mount]:
    """Return the routes that serve live_chart.js and the installed Plotly.js to the page."""
    base = "/" + st.get_option("server.baseUrlPath").strip("/")
    folders = {"live_chart": FOLDER, "plotly": Path(plotly.__file__).parent / "package_data"}
    return [
        Mount(f"{base.rstrip('/')}/{name}", StaticFiles(directory=folder))
        for name, folder in folders.items()
    ]


def live_chart(
    key: str,
    figure: str,
    *,
    alt: str,
    iteration: int,
    session: str,
    frames: list[tuple[int, bytes]] | None = None,
    extent: tuple[float, float, float, float] | None = None,
) -> None:
    """Draw a figure, or update the one that stands under this key.

    Parameters
    ----------
    key : the chart's name on the page, as `data-live-chart`
    figure : a Plotly figure as JSON
    alt : a sentence that says what is to be seen
    iteration : which the figure shows; `data-iteration` once it is drawn
    session : changes when the server has lost the session, which the chart then says
    frames : (iteration, PNG), laid under the figure and played one by one until the next message
        comes
    extent : left, right, bottom, top of these images in the figure's units
    """
    frames = frames or []
    parts = [figure.encode(), *(image for _, image in frames)]
    header = {
        "name": key,
        "alt": alt,
        "iteration": iteration,
        "session": session,
        "extent": extent,
        "frame_iterations": [number for number, _ in frames],
        "sizes": [len(part) for part in parts],
    }
    # Bytes, not JSON, which would make the images a third larger: the header's length as a
    # 32-bit integer, the header, the figure, the images.
    head = json.dumps(header).encode()
    _component(key=key, data=b"".join([struct.pack("<I", len(head)), head, *parts]))
