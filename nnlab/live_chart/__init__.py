"""Streamlit components that draw Plotly figures once and then update them in place.

`st.plotly_chart` replaces its element whenever the figure changes, which flickers and loses the
zoom. Here a chart's place, its *stage*, is drawn outside the fragment that ticks, so that no tick
can take it away; each tick sends what has changed in all charts as one message, an *update*. Any
update is enough by itself: it may be lost, or come before the stage.
"""

import json
import struct
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import plotly
import streamlit as st
from numpy.typing import NDArray
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
# In the address of the modules: no browser uses those of an older server.
VERSION = max(file.stat().st_mtime_ns for file in STATIC.iterdir())


def _script(function: str) -> str:
    """Return inline JavaScript that hands over to a function of the module.

    The module is served as a file: inline, it would travel in every message.
    """
    return f"""const url = new URL("live_chart/{VERSION}/live_chart.js", document.baseURI);
export default (await import(url)).{function};"""


_stage = st.components.v2.component(
    "nnlab.stage",
    html='<div class="live-chart"></div>',
    css=(FOLDER / "skeleton.css").read_text(),  # needed before the module is there
    js=_script("stage"),
    isolate_styles=False,
)
_update = st.components.v2.component("nnlab.update", js=_script("update"))


class Update(NamedTuple):
    """What a tick changes in one chart.

    Attributes
    ----------
    iteration : that the chart shows afterwards, as `data-iteration`
    alt : a sentence that says what is then to be seen
    frames : (iteration, PNG), laid under the figure and played one after the other until the next
        update comes; for a stage with an extent
    series : per trace of the figure its x and y, (n_points,) each
    """

    iteration: int
    alt: str
    frames: Sequence[tuple[int, bytes]] = ()
    series: Sequence[tuple[NDArray[np.int32], NDArray[np.float64]]] = ()


def routes() -> list[Mount]:
    """Return the routes that serve the modules and the installed Plotly.js to the page."""
    base = "/" + st.get_option("server.baseUrlPath").strip("/")
    folders = {
        f"live_chart/{VERSION}": STATIC,
        "plotly": Path(plotly.__file__).parent / "package_data",
    }
    return [
        Mount(f"{base.rstrip('/')}/{name}", StaticFiles(directory=folder))
        for name, folder in folders.items()
    ]


class Brush(NamedTuple):
    """What a click or a drag on a stage does, instead of zooming.

    Attributes
    ----------
    radius : of the eraser, as a part of the chart's width
    kind : 0 or 1, the class of the points that it draws, with Shift the other one; None erases
    taken : number of the last stroke that the server has taken; later ones are sent once more
    """

    radius: float
    kind: int | None
    taken: int


def stage(
    key: str,
    figure: str,
    extent: tuple[float, float, float, float] | None = None,
    *,
    brush: Brush | None = None,
    colors: tuple[str, str] | None = None,
    on_stroke: Callable[[], None] = lambda: None,
) -> None:
    """Draw the place of a chart with its figure.

    Parameters
    ----------
    key : the chart's name on the page, as `data-live-chart`
    figure : a Plotly figure as JSON
    extent : left, right, bottom, top of the frames to come, in the figure's units
    brush : None lets the mouse zoom
    colors : of what the brush draws, by kind
    on_stroke : called after a stroke; `st.session_state[key].strokes` then holds those not taken:
        {"number": 1 …, "kind": 0, 1 or "erase", "positions": [[x1, x2], …]}, in the figure's units
    """
    data = {
        "name": key,
        "figure": figure,
        "extent": extent,
        "brush": brush and brush._asdict(),
        "colors": colors,
    }
    _stage(key=key, data=data, on_strokes_change=on_stroke)


def update(
    charts: dict[str, Update], *, running: bool, session: str, on_behind: Callable[[], None]
) -> None:
    """Send what has changed in the charts, by the keys of their stages.

    Parameters
    ----------
    running : False empties what is still to be played, so that pictures and numbers agree
    session : changes when the server has lost the session, which the page then says
    on_behind : called when updates arrive later and later
    """
    message = {
        "charts": {name: chart._asdict() for name, chart in charts.items()},
        "running": running,
        "session": session,
        "sent": time.time(),
    }
    _update(key="update", data=pack(message), on_behind_change=on_behind)


def pack(message: dict[str, Any]) -> bytes:
    """Return a message with arrays and images as bytes: JSON would make them a third larger.

    The header's length as a 32-bit integer, the header as JSON, then all arrays and images in the
    order in which the header names their kind and size.
    """
    parts: list[bytes] = []

    def take_out(value: Any) -> dict[str, Any]:
        kind = "png" if isinstance(value, bytes) else value.dtype.name
        parts.append(bytes(value))
        return {"kind": kind, "size": len(parts[-1])}

    header = json.dumps(message, default=take_out).encode()
    return b"".join([struct.pack("<I", len(header)), header, *parts])
