"""A run played back in one HTML file, which needs neither a server nor the internet."""

import base64
import html
import json
from string import Template
from typing import Any

import numpy as np
import plotly.graph_objects as go

from nnlab.data.plane import plane_extent
from nnlab.figures.curves import loss_series
from nnlab.figures.plane_picture import boundary_image
from nnlab.figures.points import decision_boundary
from nnlab.figures.style import SET_COLORS, iteration_axis, loss_axis
from nnlab.training.edits import rewind
from nnlab.training.run import Run, evaluate

MAX_FRAMES = 120
FRAME_MILLISECONDS = 66  # from one frame to the next
_GREY = "#7b7b7b"  # of texts, readable on white and on black

_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>$title</title>
<style>
body { margin: 1rem auto; max-width: 1280px; font-family: sans-serif; }
figure { margin: 0; }
figure > div { height: min(85vh, 640px); }
</style>
</head>
<body>
<figure>
$plot
<figcaption>$title</figcaption>
</figure>
</body>
</html>
""")

# With a frame, Plotly moves the cursor and the slider. The picture under the points it would change
# only by drawing all of them anew, ten times slower than setting the picture alone. And a promise
# that Plotly breaks when a frame takes another one's place is no error. Plotly's buttons and slider
# take no keys and say nothing, so the plot as a whole does, as a slider over the frames.
_SCRIPT = """
const plot = document.getElementById("{plot_id}");
const {sliders: [{steps}], updatemenus: [{buttons}]} = plot.layout;
const last = steps.length - 1;
let at = last, loss = plot.data.at(-1).y[1], playing = false;
const set = (attributes) =>
  Object.entries(attributes).forEach((pair) => plot.setAttribute(...pair));
const tell = () => set({
  "aria-valuenow": at,
  "aria-valuetext": `iteration ${steps[at].label}, train loss ${loss.toPrecision(4)}`,
});
set({tabindex: 0, role: "slider", "aria-valuemin": 0, "aria-valuemax": last,
  "aria-label": "Boundary and loss, frame by frame: arrow keys go on and back, Space plays"});
tell();
plot.on("plotly_animatingframe", ({name, frame}) => {
  at = steps.findIndex(({args}) => args[0][0] === name);
  loss = frame.data[0].y[1];
  if (!playing) tell(); // nobody could follow that many
  Plotly.relayout(plot, {"images[0].source": plot.layout.meta[name]});
});
plot.on("plotly_buttonclicked", ({button}) => { playing = button === buttons[0]; });
plot.on("plotly_animated", () => { playing = false; tell(); });
plot.addEventListener("keydown", (event) => {
  const to = {ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last}[event.key];
  if (event.key !== " " && to === undefined) return;
  event.preventDefault();
  playing = event.key === " " && !playing;
  const frame = steps[Math.max(0, Math.min(to ?? at, last))];
  Plotly.animate(plot, ...(playing ? buttons[0] : frame).args);
});
tell();
Plotly.setPlotConfig({logging: 0});
window.addEventListener("unhandledrejection", (event) => {
  if (event.reason === undefined) event.preventDefault();
});
"""


def moments(run: Run) -> list[Run]:
    """Return the run as it was at up to MAX_FRAMES iterations, from the first to the present."""
    known = run.snapshot_iterations
    chosen = np.linspace(0, len(known) - 1, min(MAX_FRAMES, len(known))).round().astype(int)
    return [rewind(run, known[index]) for index in chosen]


def replay(run: Run, title: str, loss_name: str, *, log: bool, axes: tuple[str, str]) -> str:
    """Write an HTML file that plays a run: boundary, points, and the loss curve with a cursor.

    Plotly.js is in it. The buttons Play and Pause, a slider, and keys choose the frame.

    Parameters
    ----------
    title : says in one sentence what run it is
    loss_name, log : as for `loss_curve`
    axes : as for `decision_boundary`
    """
    shots = moments(run)
    losses = [evaluate(shot).train_loss for shot in shots]
    pictures = {str(shot.iteration): _data_uri(boundary_image(shot)) for shot in shots}
    figure = go.Figure(
        json.loads(decision_boundary(run.dataset, run.config.problem, axes)), skip_invalid=False
    )
    figure.update_traces(marker_colorbar_x=0.46, selector={"marker.showscale": True})
    # A frame takes the traces of every subplot away in which it changes none: it has to name one.
    figure.add_scatter(x=[None], y=[None], showlegend=False)
    unseen = len(figure.data) - 1
    bottom = _add_loss_curve(figure, run, loss_name, log=log)
    cursor = len(figure.data) - 1

    def at(index: int) -> dict[str, list[float]]:
        iteration = shots[index].iteration
        return {"x": [iteration, iteration], "y": [bottom, losses[index]]}

    figure.update_traces(at(len(shots) - 1), selector=cursor)
    figure.frames = [
        go.Frame(name=name, data=[at(index), {}], traces=[cursor, unseen])
        for index, name in enumerate(pictures)
    ]
    left, right, low, high = plane_extent(run.dataset)
    figure.update_layout(
        meta=pictures,
        images=[
            {
                **{"source": pictures[str(run.iteration)], "layer": "below", "sizing": "stretch"},
                **{"xref": "x", "x": left, "sizex": right - left},
                **{"yref": "y", "y": high, "sizey": high - low},
            }
        ],
        xaxis_domain=[0, 0.45],
        font={"color": _GREY, "family": "sans-serif"},
        margin={"l": 60, "r": 20, "t": 40, "b": 110},
        updatemenus=[_buttons()],
        sliders=[_slider(shots)],
    )
    plot = figure.to_html(
        full_html=False,
        include_plotlyjs=True,
        div_id="replay",
        auto_play=False,
        post_script=_SCRIPT,
        config={"responsive": True, "displayModeBar": False},
    )
    return _PAGE.substitute(title=html.escape(title), plot=plot)


def _data_uri(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _add_loss_curve(figure: go.Figure, run: Run, loss_name: str, *, log: bool) -> float:
    """Add the curve with its axes, and the cursor as last trace; return the least loss drawn."""
    metrics = evaluate(run)
    series = loss_series(run, metrics.train_loss, metrics.test_loss)
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


def _move(iteration: str | None, milliseconds: int) -> list[Any]:
    """Return the arguments of Plotly.animate: to one frame, or through all from the present one."""
    frame = {"duration": milliseconds, "redraw": False}
    options = {"mode": "immediate", "frame": frame, "transition": {"duration": 0}}
    if iteration is None:
        return [None, {**options, "fromcurrent": True}]
    return [[iteration], options]


def _buttons() -> dict[str, Any]:
    pause: list[Any] = [[None], _move("", 0)[1]]
    buttons = {"Play": _move(None, FRAME_MILLISECONDS), "Pause": pause}
    return {
        "type": "buttons",
        "direction": "left",
        "showactive": False,
        "buttons": [
            {"label": label, "method": "animate", "args": arguments}
            for label, arguments in buttons.items()
        ],
        **{"x": 0, "xanchor": "left", "y": -0.12, "yanchor": "top", "pad": {"t": 28}},
        **{"bgcolor": "rgba(128, 128, 128, 0.15)", "bordercolor": _GREY},
    }


def _slider(shots: list[Run]) -> dict[str, Any]:
    return {
        "active": len(shots) - 1,
        "steps": [
            {
                "label": f"{shot.iteration:,}",
                "method": "animate",
                "args": _move(str(shot.iteration), 0),
            }
            for shot in shots
        ],
        "currentvalue": {"prefix": "iteration "},
        **{"x": 0.14, "len": 0.86, "y": -0.12, "yanchor": "top", "pad": {"t": 8}},
        **{"bgcolor": "rgba(128, 128, 128, 0.3)", "bordercolor": _GREY, "tickcolor": _GREY},
    }
