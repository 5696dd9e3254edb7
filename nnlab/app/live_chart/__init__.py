"""Streamlit components that draw Plotly figures once and then update them in place.

`st.plotly_chart` replaces its element whenever the figure changes, which flickers and loses the
zoom. Here the place of a chart, its *stage*, is drawn outside the fragment that ticks, so that a
tick cannot remove it. Each tick sends the changes of all charts as one message, an *update*. Each
update is complete in itself, since others may be lost, or arrive before the stage.

Over 250 lines, as each component is one function, and most lines say what its message holds.
"""

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

from nnlab.app.live_chart import packing
from nnlab.app.live_chart.inbox import Handlers, Inbox
from nnlab.data.scales import Scales
from nnlab.figures.points import axis_name

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
# Part of the modules' address, so that no browser uses those of an older server.
VERSION = max(file.stat().st_mtime_ns for file in STATIC.iterdir())


def _component(name: str, function: str, element: str = "", *, css: str = "") -> ComponentRenderer:
    """Register a component: an empty element with a class, and a function of the module.

    The module is served as a file: inline, it would be part of every message.
    """
    return st.components.v2.component(
        f"nnlab.{name}",
        html=f'<div class="{element}"></div>',
        css=css or None,
        js=f"""const url = new URL("live_chart/{VERSION}/live_chart.js", document.baseURI);
export default (await import(url)).{function};""",
        isolate_styles=False,
    )


_SKELETON = (FOLDER / "skeleton.css").read_text()  # needed before the module has loaded
_stage = _component("stage", "stage", "live-chart", css=_SKELETON)
_diagram = _component("diagram", "mountDiagram", "network", css=_SKELETON)
_gallery = _component("gallery", "mountGallery", "gallery")
_time_line = _component("time_line", "mountTimeLine", "time-line")
_link = _component("link", "mountLink", "shared-link")
_keyboard = _component("keyboard", "setKeys", "keyboard", css=_SKELETON)
_update = _component("update", "update")


class Update(NamedTuple):
    """What a tick changes in one chart.

    Attributes
    ----------
    iteration : the iteration that the chart shows after the update, as `data-iteration`
    alt : a sentence that says what the chart then shows
    frames : (iteration, PNG); played under the figure, one after the other, until the next update
        comes; for a stage with an extent
    series : for each trace of the figure its x and y, for a matrix also its z, (n_points,) each
    points : for each trace of the figure the predictions for its points, as
        `figures.points.PointMarks`
    caption : written on the chart
    reading : what the frames show, as in messages.json, so that the page can say it at the pointer
    network : for a diagram, what `network_diagram.network` returns, with `shown`, the unit in the
        large chart, [layer, number] or None, `refused`, what is wrong with the last value set by
        hand, and `dead`, for each hidden layer 1 for each dead unit, uint8 (width,)
    gallery : for a gallery, what `sweep_gallery.gallery` returns
    """

    iteration: int
    alt: str
    frames: Sequence[tuple[int, bytes]] = ()
    series: Sequence[tuple[NDArray[np.generic], ...]] = ()
    points: Sequence[tuple[float, float, NDArray[np.uint16], NDArray[np.uint8]]] = ()
    caption: str = ""
    reading: dict[str, Any] | None = None
    network: dict[str, Any] | None = None
    gallery: dict[str, Any] | None = None


class Time(NamedTuple):
    """The past iterations that the time line offers.

    Attributes
    ----------
    iterations : int32 (n,), ascending; the last one is the present
    at : the iteration that the charts show
    ended : the run has reached its goal
    """

    iterations: NDArray[np.int32]
    at: int
    ended: bool = False


def routes() -> list[Mount]:
    """Return the routes that serve the JavaScript modules and the installed Plotly.js."""
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
    radius : of the eraser, as a fraction of the chart's width
    label : class of the points that it draws (the next one with Shift); None erases
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
    colors: tuple[str, ...] | None = None,
    map_colors: tuple[str, str, str] | None = None,
    names: tuple[str, ...] = (),
    scales: Scales = (),
    pins: bool = False,
) -> None:
    """Draw the place of a chart with its figure.

    Parameters
    ----------
    key : the chart's name on the page, as `data-live-chart`
    figure : a Plotly figure as JSON
    extent : left, right, bottom, top of the frames, in the figure's units
    shows : what the figure shows; for a chart that gets a new figure instead of updates
    rest : least pause between two drawings, as a multiple of the time that a drawing takes, up to
        half a second, to leave time for other charts. The last update is always drawn
    brush : None: the mouse zooms
    colors : of the brush, by class
    map_colors : of the frames, at the low end, in the middle and at the high end
    names : of the classes; none in a regression
    scales : of the plane, in whose units the page says places and a regression's values
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
        "map_colors": map_colors,
        "names": names,
        "scales": [{**scale._asdict(), "name": axis_name(scale.name)} for scale in scales],
        "pins": pins,
    }
    _stage(key=key, data=data)


def diagram(key: str, colors: tuple[str, str], *, max_layers: int, max_units: int) -> None:
    """Draw the place of a network's diagram.

    Parameters
    ----------
    key : its name on the page, as `data-live-chart`
    colors : of negative and of positive weights
    max_layers, max_units : the most hidden layers, and the most units in each
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
    """Draw the place of the slider that shows past iterations, and of the replay."""
    _time_line(key="time_line")


def shared_link(link: str) -> None:
    """Draw a link with a button that copies it."""
    _link(key="shared_link", data={"link": link})


def keyboard(**keys: Mapping[str, Any] | Sequence[Any]) -> None:
    """Let the keyboard press buttons, and "?" show what the keys do; `keys` as in messages.json."""
    _keyboard(key="keyboard", data=keys)


def update(
    charts: dict[str, Update],
    *,
    inbox: Inbox,
    handlers: Handlers,
    time_line: Time | None = None,
    run: int = 0,
    what_is_lost: str = "",
) -> None:
    """Send the changes of the charts, and take the messages of the browser.

    Each page calls this once, in its ticking fragment: a message reruns that fragment alone.

    Parameters
    ----------
    charts : by the keys of their stages
    inbox : of the page
    handlers : by the kind of message, called with the entries of its body; as in messages.json
    time_line : None while the run trains, and on a page without a time line. Otherwise the
        remaining frames are dropped, so that pictures and numbers agree
    run : a number that no other run of the page has; a new run resets the zoom
    what_is_lost : what the user loses if the session ends, in words
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
        "handles": list(handlers),
        "what_is_lost": what_is_lost,
    }

    def take() -> None:
        packet = st.session_state.get("update", {}).get("messages")
        inbox.take(packet, handlers, session, page)

    _update(key="update", data=packing.pack_update(message), on_messages_change=take)
