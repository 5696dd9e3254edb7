"""Downloads of a run: a replay, an animation, its parameters, a script, its points."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from mimetypes import guess_type
from typing import Any

import streamlit as st

from nnlab.app import report
from nnlab.app.links import in_words
from nnlab.app.playground import own_points, receipts, session
from nnlab.app.playground.file_making import made_in_turn
from nnlab.app.turns import give_way, in_turn
from nnlab.data.rules import BrokenRule
from nnlab.export.animation import animation
from nnlab.export.parameters_file import parameters_file
from nnlab.export.replay import replay
from nnlab.export.script import script
from nnlab.training.edit_record import PARAMETER, STEP, STOP, Edit
from nnlab.training.run import Run, evaluate
from nnlab.training.wording import label, loss_name, value_text

_script = lru_cache(maxsize=4)(script)


@st.fragment  # drawn again when it is opened: a value set by hand may have changed the run
@in_turn
def render() -> None:
    """Draw the popover with the downloads of the present run."""
    playground = session.current()
    run = playground.run
    # Drawn while closed, too: it opens upwards only if its height is known.
    with st.popover("Save", key="save", on_change="rerun"):
        if playground.training:  # ticks do not draw this again, so the files would be old
            st.caption("Pause to save.")
        else:
            _pictures(run, own_points.named(playground).columns[:2])
            help_ = "The weights and biases as they are now, with the settings, for NumPy."
            data = partial(parameters_file, run)
            _button("save_parameters", "Parameters (.npz)", data, "nnlab-parameters.npz", help_)
            _program(run)
            receipts.of_run(run)
        points = made_in_turn(partial(own_points.file, playground))
        help_ = (
            "The training points as CSV; with the data set “Your own points”, your test points, "
            "too."
        )
        _button("download", "Points (CSV)", points, "points.csv", help_)


def _button(
    key: str, label: str, data: Callable[[], str | bytes] | str | bytes, file: str, help_: str
) -> None:
    look: dict[str, Any] = {"on_click": "ignore", "width": "stretch"}
    mime = guess_type(file)[0]
    st.download_button(label, data, file, mime, key=key, help=help_, **look)


def _pictures(run: Run, axes: tuple[str, str]) -> None:
    name = loss_name(run.config)
    log = bool(st.session_state.get("log_loss"))

    def page() -> str:
        network = "-".join(map(str, run.config.layer_sizes))
        data = value_text("dataset", run.config.dataset)
        title = f"The network {network} on {data} {report.alt(run, evaluate(run))}"
        return replay(run, title, name, log=log, axes=axes, give_way=give_way)

    help_ = "A replay of the run so far, for any browser, even offline."
    _button("save_html", "Replay (.html)", made_in_turn(page), "nnlab-replay.html", help_)
    picture = made_in_turn(partial(animation, run, name, log=log, axes=axes, give_way=give_way))
    help_ = "The run so far as a moving picture for slides."
    _button("save_animation", "Animation (.gif)", picture, "nnlab-animation.gif", help_)


def _program(run: Run) -> None:
    config = run.config
    if config.learning_rate_schedule == "constant":  # others stretch over all iterations
        config = replace(config, iterations=max(config.iterations, run.iteration))
    try:
        source = _script(config)
    except BrokenRule as broken:
        st.caption(f"No script for this run: {in_words(broken)}.")
        return
    help_ = f"""A short program for NumPy that repeats this run from the start, loss by loss, for \
{config.iterations:,} iterations."""
    _button("save_script", "Script (.py)", source, "nnlab-run.py", help_)
    if run.edits:
        differing = [one for one in run.edits if one.kind != STOP]
        first = (differing or run.edits)[0]
        how = "its results will differ" if differing else "it may stop at a different iteration"
        st.caption(
            f"{_sentence(first)} at iteration {first.iteration:,}. The script uses the present "
            f"settings from the start, so {how}."
        )


def _sentence(done: Edit) -> str:
    """Say what a user has done to the run."""
    if done.kind == STEP:
        return f"A step was made on {done.name} {done.value} alone"
    if done.kind == PARAMETER:
        return f"The {done.name} was set to {done.value:g}"
    before, value = (
        value_text(done.name, setting) if done.name != "points" else f"{setting[0]:,}"
        for setting in (done.before, done.value)
    )
    if done.name == "points":
        return f"The number of your own points was changed from {before} to {value}"
    return f"“{label(done.name)}” was changed from {before} to {value}"
