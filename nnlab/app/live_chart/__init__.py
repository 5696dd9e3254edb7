"""Streamlit components that draw Plotly figures once and then update them in place.

`st.plotly_chart` replaces its element whenever the figure changes, which flickers and loses the
zoom. Here a chart's place, its *stage*, is drawn outside the fragment that ticks, so that no tick
can take it away; each tick sends what has changed in all charts as one message, an *update*. Any
update is enough by itself: it may be lost, or come before the stage.
"""

import json
import struct
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import plotly
import streamlit as st
from numpy.typing import NDArray
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from streamlit.components.v2.types import ComponentRenderer
from streamlit.runtime.scriptrunner import get_script_run_ctx

from nnlab.app.live_chart.inbox import Handlers, Inbox

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
# In the address of the modules: no browser uses those of an older server.
VERSION = max(file.stat().st_mtime_ns for file in STATIC.iterdir())
MAX_BYTES = 60_000  # of a message: where more frames would exceed that, some are left out


def _component(name: str, function: str, element: str = "", *, css: str = "") -> ComponentRenderer:
    """Register a component: an empty element of a class, and a function of the module.

    The module is served as a file: inline, it would travel in every message.
    """
    return st.components.v2.component(
        f"nnlab.{name}",
        html=f'<div class="{element}"></div>',
        css=css or None,
        js=f"""const url = new URL("live_chart/{VERSION}/live_chart.js", document.baseURI);
export default (await import(url)).{function};""",
        isolate_styles=False,
    )


_SKELETON = (FOLDER / "skeleton.css").read_text()  # needed before the module is there
_stage = _component("stage", "stage", "live-chart", css=_SKELETON)
_diagram = _component("diagram", "mountDiagram", "network", css=_SKELETON)
_gallery = _component("gallery", "mountGallery", "gallery")
_time_line = _component("time_line", "mountTimeLine", "time-line")
_keyboard = _component("keyboard", "setKeys", css=_SKELETON)
_update = _component("update", "update")


class Update(NamedTuple):
    """What a tick changes in one chart.

    Attributes
    ----------
    iteration : that the chart shows afterwards, as `data-iteration`
    alt : a sentence that says what is then to be seen
    frames : (iteration, PNG), laid under the figure and played one after the other until the next
        update comes; for a stage with an extent
    series : per trace of the figure its x and y, of a matrix also its z, (n_points,) each
    points : per trace of the figure what the network answers to its points, as
        `figures.points.PointMarks`
    caption : what is written on the chart
    network : for the stage of a diagram, what `network_diagram.network` returns, and also `shown`,
        the unit in the large chart, [layer, number] or None, and `refused`, what is wrong with the
        last value set by hand
    gallery : for the stage of a gallery, what `sweep_gallery.gallery` returns
    """

    iteration: int
    alt: str
    frames: Sequence[tuple[int, bytes]] = ()
    series: Sequence[tuple[NDArray[np.generic], ...]] = ()
    points: Sequence[tuple[float, float, NDArray[np.uint16], NDArray[np.uint8]]] = ()
    caption: str = ""
    network: dict[str, Any] | None = None
    gallery: dict[str, Any] | None = None


class Time(NamedTuple):
    """What the time line can look back at.

    Attributes
    ----------
    iterations : int32 (n,), ascending, the present last
    at : the one of them that the charts show
    """

    iterations: NDArray[np.int32]
    at: int


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
    label : 0 or 1, the class of the points that it draws, with Shift the other one; None erases
    """

    radius: float
    label: int | None


def stage(
    key: str,
    figure: str,
    extent: tuple[float, float, float, float] | None = None,
    *,
    shows: Update | None = None,
    rest: float = 0,
    brush: Brush | None = None,
    colors: tuple[str, str] | None = None,
    pins: bool = False,
) -> None:
    """Draw the place of a chart with its figure.

    Parameters
    ----------
    key : the chart's name on the page, as `data-live-chart`
    figure : a Plotly figure as JSON
    extent : left, right, bottom, top of the frames to come, in the figure's units
    shows : what is to be seen in the figure, of a chart that only changes as a whole and gets no
        updates: drawn anew with another figure, its element stays
    rest : how many times as long as it took to draw the figure it is then left as it is, so that
        the browser has time for other charts, up to half a second; the last update is always drawn
    brush : None lets the mouse zoom
    colors : of what the brush draws, by class
    pins : a click on a point draws a ring around it, which stays until the next click
    """
    data = {
        "name": key,
        "figure": figure,
        "extent": extent,
        "shows": shows and shows._asdict(),
        "rest": rest,
        "brush": brush and brush._asdict(),
        "colors": colors,
        "pins": pins,
    }
    _stage(key=key, data=data)


def diagram(key: str, colors: tuple[str, str], *, max_layers: int, max_units: int) -> None:
    """Draw the place of a network's diagram.

    Parameters
    ----------
    key : its name on the page, as `data-live-chart`
    colors : of negative and of positive weights
    max_layers, max_units : hidden ones, and in each of them
    """
    data = {
        "name": key,
        "colors": colors,
        "limits": {"layers": max_layers, "units": max_units},
    }
    _diagram(key=key, data=data)


def gallery(key: str) -> None:
    """Draw the place of a gallery; the key is its name on the page, as `data-live-chart`."""
    _gallery(key=key, data={"name": key})


def time_line() -> None:
    """Draw the place of the slider that looks back, and of the replay."""
    _time_line(key="time_line")


def keyboard(keys: Mapping[str, Sequence[str]]) -> None:
    """Let the keyboard press buttons.

    Parameters
    ----------
    keys : by the name of a key (KeyboardEvent.key, with "Shift+" before it for Shift and →) the
        keys of buttons: the first one that is on the page is pressed
    """
    _keyboard(key="keyboard", data=keys)


def update(
    charts: dict[str, Update],
    *,
    inbox: Inbox,
    handlers: Handlers,
    time_line: Time | None = None,
    run: int = 0,
) -> None:
    """Send what has changed in the charts, by the keys of their stages, and take messages.

    One per page, in its ticking fragment: a message of the browser reruns that fragment alone.

    Parameters
    ----------
    inbox : of the page
    handlers : by the kind of a message, called with its body; messages.json has the kinds
    time_line : None while the run trains, or on a page without one; without training, what is still
        to be played is dropped, so that pictures and numbers agree
    run : which run it is, a number that no other run of the page has: another one begins without
        the zoom of the one before, whereas looking back keeps it
    """
    context = get_script_run_ctx()
    session, page = (context.session_id, context.page_script_hash) if context else ("", "")
    message = {
        "charts": {name: chart._asdict() for name, chart in charts.items()},
        "time": time_line and time_line._asdict(),
        "session": session,
        "page": page,
        "taken": inbox.taken,
        "run": run,
        "sent": time.time(),
    }

    def take() -> None:
        packet = st.session_state["update"].messages
        inbox.take(packet, handlers, session, page)

    _update(key="update", data=_fitting(message), on_messages_change=take)


def _fitting(message: dict[str, Any]) -> bytes:
    """Pack a message of `update`, if need be with every other frame left out, but not the last."""
    packed = pack(message)
    charts = message["charts"].values()
    while len(packed) > MAX_BYTES and any(len(chart["frames"]) > 1 for chart in charts):
        for chart in charts:
            chart["frames"] = chart["frames"][::-2][::-1]
        packed = pack(message)
    return packed


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
