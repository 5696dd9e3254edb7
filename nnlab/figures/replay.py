"""A plot that plays a run back: boundary, points, and the loss curve with a cursor."""

import base64
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from nnlab.data.datasets import Dataset
from nnlab.data.plane import plane_extent
from nnlab.figures.curves import Series
from nnlab.figures.points import decision_boundary
from nnlab.figures.style import SET_COLORS, iteration_axis, loss_axis

FRAME_MILLISECONDS = 66  # from one frame to the next
_GREY = "#7b7b7b"  # of texts, readable on white and on black


class ReplayFrame(NamedTuple):
    """What one frame shows: the run's iteration and loss, and the plane as a PNG."""

    iteration: int
    train_loss: float
    picture: bytes


def replay_plot(
    dataset: Dataset,
    problem: str,
    axes: tuple[str, str],
    frames: Sequence[ReplayFrame],
    series: Sequence[Series],
    loss_name: str,
    *,
    log: bool,
) -> str:
    """Return the plot as HTML with Plotly.js, for a page that has a function `startReplay`.

    It is called once the plot has been drawn with the last frame. The other parameters are
    those of `decision_boundary`, `loss_curve` and, for `series`, the result of `loss_series`.
    """
    figure = go.Figure(json.loads(decision_boundary(dataset, problem, axes)), skip_invalid=False)
    figure.update_traces(marker_colorbar_x=0.45, selector={"marker.showscale": True})
    target = "<br>target %{customdata:.3g}" if problem == "regression" else ""
    shows = f"%{{fullData.name}}<br>x₁ %{{x:.3f}}<br>x₂ %{{y:.3f}}{target}<extra></extra>"
    figure.update_traces(hovertemplate=shows, hoverinfo=None)
    # Plotly removes a subplot's traces in a frame that names none of them, so frames name this one.
    figure.add_scatter(x=[None], y=[None], showlegend=False)
    unseen = len(figure.data) - 1
    bottom = _add_loss_curve(figure, series, loss_name, log=log)
    cursor = len(figure.data) - 1

    def at(frame: ReplayFrame) -> dict[str, list[float]]:
        return {"x": [frame.iteration, frame.iteration], "y": [bottom, frame.train_loss]}

    figure.update_traces(at(frames[-1]), selector=cursor)
    figure.frames = [
        go.Frame(name=str(frame.iteration), data=[at(frame), {}], traces=[cursor, unseen])
        for frame in frames
    ]
    pictures = {
        str(frame.iteration): f"data:image/png;base64,{base64.b64encode(frame.picture).decode()}"
        for frame in frames
    }
    left, right, low, high = plane_extent(dataset)
    figure.update_layout(
        meta=pictures,
        images=[
            {
                "source": pictures[str(frames[-1].iteration)],
                **{"layer": "below", "sizing": "stretch"},
                **{"xref": "x", "x": left, "sizex": right - left},
                **{"yref": "y", "y": high, "sizey": high - low},
            }
        ],
        xaxis_domain=[0, 0.45],
        font={"color": _GREY, "family": "sans-serif"},
        margin={"l": 60, "r": 20, "t": 40, "b": 110},
        updatemenus=[_buttons()],
        sliders=[_slider(frames)],
    )
    config = {"responsive": True, "displayModeBar": False}
    html: str = figure.to_html(
        config, auto_play=False, post_script="startReplay();", full_html=False, div_id="replay"
    )
    return html


def _add_loss_curve(
    figure: go.Figure, series: Sequence[Series], loss_name: str, *, log: bool
) -> float:
    """Add the curve with its axes, and the cursor as last trace; return where the cursor begins."""
    place = {"xaxis": "x2", "yaxis": "y2"}
    for (name, color), (iterations, values) in zip(SET_COLORS.items(), series, strict=True):
        figure.add_scatter(
            x=iterations,
            y=values,
            name=f"{name} loss",
            mode="lines",
            line={"color": color, "width": 2, "dash": "dash" if name == "test" else "solid"},
            hovertemplate=f"iteration %{{x:,d}}<br>{name} loss %{{y:.4g}}<extra></extra>",
            legend="legend2",
            **place,
        )
    figure.add_scatter(
        mode="lines+markers",
        line={"color": _GREY, "width": 1},
        marker={"color": SET_COLORS["train"], "size": [0, 12], "opacity": 1},
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
        **place,
    )
    figure.update_layout(
        xaxis2={**iteration_axis(), "domain": [0.56, 1], "anchor": "y2"},
        yaxis2={**loss_axis(f"loss ({loss_name})", log=log), "anchor": "x2"},
        legend2={**figure.layout.legend.to_plotly_json(), "x": 0.56},
    )
    drawn = np.concatenate([values for _, values in series])
    return float(np.nanmin(drawn[drawn > 0], initial=1.0)) if log else 0.0


def _press(label: str, frames: list[str | None] | None, milliseconds: int = 0) -> dict[str, Any]:
    """Return a button that plays the named frames: None stands for all, [None] for none."""
    frame = {"duration": milliseconds, "redraw": False}
    options: dict[str, Any] = {"mode": "immediate", "frame": frame, "transition": {"duration": 0}}
    options["fromcurrent"] = frames is None
    return {"label": label, "method": "animate", "args": [frames, options]}


def _buttons() -> dict[str, Any]:
    return {
        "type": "buttons",
        "direction": "left",
        "showactive": False,
        "buttons": [_press("Play", None, FRAME_MILLISECONDS), _press("Pause", [None])],
        **{"x": 0, "xanchor": "left", "y": -0.12, "yanchor": "top", "pad": {"t": 28}},
        **{"bgcolor": "rgba(128, 128, 128, 0.15)", "bordercolor": _GREY},
    }


def _slider(frames: Sequence[ReplayFrame]) -> dict[str, Any]:
    return {
        "active": len(frames) - 1,
        "steps": [_press(f"{frame.iteration:,}", [str(frame.iteration)]) for frame in frames],
        "currentvalue": {"prefix": "iteration "},
        **{"x": 0.14, "len": 0.86, "y": -0.12, "yanchor": "top", "pad": {"t": 8}},
        **{"bgcolor": "rgba(128, 128, 128, 0.3)", "bordercolor": _GREY, "tickcolor": _GREY},
    }
