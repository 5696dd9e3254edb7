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
from streamlit.components.v2.types import ComponentRenderer

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
    network : for the stage of a diagram, what `figures.diagram.network` returns, and also `shown`,
        the unit in the large chart, [layer, number] or None; `taken`, the number of the last
        action taken; `refused`, what was wrong with it
    gallery : for the stage of a gallery, what `figures.gallery.gallery` returns
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


class Listeners(NamedTuple):
    """What is called when the browser has something to tell.

    Attributes
    ----------
    behind : updates arrive later and later
    look : the time line was moved; `st.session_state.update.look["iteration"]` says where to
    branch : the run shall go on from `st.session_state.update.branch`, an iteration
    act : something was done in the diagram; `st.session_state.update.actions["actions"]` holds what
        is not taken: {"number": 1 …, "show": [layer, number] or None} or {"number": 1 …,
        "set": [layer, row, column], "value": a text}
    """

    behind: Callable[[], None]
    look: Callable[[], None]
    branch: Callable[[], None]
    act: Callable[[], None]


def _ignore() -> None:
    """Do nothing about what the browser tells."""


NOBODY = Listeners(_ignore, _ignore, _ignore, _ignore)


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
    shows: Update | None = None,
    rest: float = 0,
    brush: Brush | None = None,
    colors: tuple[str, str] | None = None,
    on_stroke: Callable[[], None] = _ignore,
    on_pin: Callable[[], None] | None = None,
    on_filter: Callable[[], None] = _ignore,
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
    colors : of what the brush draws, by kind
    on_stroke : called after a stroke; `st.session_state[key].strokes` then holds those not taken:
        {"number": 1 …, "kind": 0, 1 or "erase", "positions": [[x1, x2], …]}, in the figure's units
    on_pin : called when a point has been clicked, which then keeps a ring around it;
        `st.session_state[key].pin` is [trace, index in the trace], or [] if none is held any
        longer; None where a click does nothing
    on_filter : called when other ranges have been marked on the axes of parallel coordinates;
        `st.session_state[key].filter["ranges"]` then holds them: by the name of an axis [low, high,
        low, high, …], in the figure's units
    """
    data = {
        "name": key,
        "figure": figure,
        "extent": extent,
        "shows": shows and shows._asdict(),
        "rest": rest,
        "brush": brush and brush._asdict(),
        "colors": colors,
        "pins": on_pin is not None,
    }
    _stage(
        key=key,
        data=data,
        on_strokes_change=on_stroke,
        on_pin_change=on_pin or _ignore,
        on_filter_change=on_filter,
    )


def diagram(
    key: str,
    colors: tuple[str, str],
    *,
    max_layers: int,
    max_units: int,
    on_layers: Callable[[], None],
) -> None:
    """Draw the place of a network's diagram.

    Parameters
    ----------
    key : its name on the page, as `data-live-chart`
    colors : of negative and of positive weights
    max_layers, max_units : hidden ones, and in each of them
    on_layers : called when other hidden layers are asked for; `st.session_state[key].layers` then
        holds their widths as text
    """
    data = {
        "name": key,
        "colors": colors,
        "limits": {"layers": max_layers, "units": max_units},
    }
    _diagram(key=key, data=data, on_layers_change=on_layers)


def gallery(key: str, *, on_open: Callable[[], None]) -> None:
    """Draw the place of a gallery.

    Parameters
    ----------
    key : its name on the page, as `data-live-chart`
    on_open : called when a run was clicked, and perhaps again later on;
        `st.session_state[key].open` holds its {"index": in the sweep, "number": of the click}
    """
    _gallery(key=key, data={"name": key}, on_open_change=on_open)


def time_line() -> None:
    """Draw the place of the slider that looks back, and of the replay."""
    _time_line(key="time_line")


def update(
    charts: dict[str, Update],
    *,
    time_line: Time | None = None,
    session: str = "",
    run: int = 0,
    listeners: Listeners = NOBODY,
) -> None:
    """Send what has changed in the charts, by the keys of their stages.

    Parameters
    ----------
    time_line : None while the run trains, or on a page without one; without training, what is still
        to be played is dropped, so that pictures and numbers agree
    session : changes when the server has lost the session, which the page then says; empty on a
        page that does not
    run : which run it is, a number that no other run of the page has: another one begins without
        the zoom of the one before, whereas looking back keeps it
    listeners : NOBODY on a page where the browser has nothing to tell
    """
    message = {
        "charts": {name: chart._asdict() for name, chart in charts.items()},
        "time": time_line and time_line._asdict(),
        "session": session,
        "run": run,
        "sent": time.time(),
    }
    _update(
        key="update",
        data=_fitting(message),
        on_behind_change=listeners.behind,
        on_look_change=listeners.look,
        on_branch_change=listeners.branch,
        on_actions_change=listeners.act,
    )


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
