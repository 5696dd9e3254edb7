"""Downloads of a run: a replay, an animation, its parameters, a script, its points."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial

import streamlit as st

from nnlab.app import report
from nnlab.app.playground import own_points, session
from nnlab.export.animation import animation
from nnlab.export.parameters_file import parameters_file
from nnlab.export.replay import replay
from nnlab.export.script import script
from nnlab.training.config import text
from nnlab.training.edit_record import PARAMETER, STEP, STOP, Edit
from nnlab.training.run import Run, evaluate

_script = lru_cache(maxsize=4)(script)


def render() -> None:
    """Draw the popover with the downloads of the session's run.

    A fragment, drawn again when it is opened: the run may have changed, by a value set by hand.
    """
    st.fragment(_render)()


def _render() -> None:
    playground = session.current()
    run = playground.run
    # Drawn while closed, too: it opens upwards only if its height is known.
    with st.popover("Save", key="save", on_change="rerun"):
        # Files are made at a click. A tick may remove one before the browser has fetched it.
        if playground.training:
            st.caption("Pause to save.")
        else:
            _pictures(run, playground.own.axes)
            _button(
                "Parameters (.npz)",
                partial(parameters_file, run),
                "nnlab-parameters.npz",
                "application/octet-stream",
                key="save_parameters",
                help_="The weights and biases as they are now, with the settings, for NumPy.",
            )
            _program(run)
        own_points.download(playground)


def _button(
    label: str, data: Callable[[], str | bytes] | str, name: str, mime: str, *, key: str, help_: str
) -> None:
    st.download_button(
        label, data, name, mime, key=key, help=help_, on_click="ignore", width="stretch"
    )


def _pictures(run: Run, axes: tuple[str, str]) -> None:
    loss_name = report.loss_name(run.config)
    log = bool(st.session_state.get("log_loss"))

    def page() -> str:
        network = "-".join(map(str, run.config.layer_sizes))
        title = f"The network {network} on {run.config.dataset} {report.alt(run, evaluate(run))}"
        return replay(run, title, loss_name, log=log, axes=axes)

    _button(
        "Replay (.html)",
        page,
        "nnlab-replay.html",
        "text/html",
        key="save_html",
        help_="The run so far to play back in any browser, without the internet; about 5 MB.",
    )
    _button(
        "Animation (.gif)",
        partial(animation, run, loss_name, log=log, axes=axes),
        "nnlab-animation.gif",
        "image/gif",
        key="save_animation",
        help_="The run so far as a moving picture for slides.",
    )


def _program(run: Run) -> None:
    config = run.config
    if (
        config.learning_rate_schedule == "constant"
    ):  # else more iterations would stretch the schedule
        config = replace(config, iterations=max(config.iterations, run.iteration))
    try:
        source = _script(config)
    except ValueError as error:
        st.caption(f"No script of this run: {error}.")
        return
    _button(
        "Script (.py)",
        source,
        "nnlab-run.py",
        "text/x-python",
        key="save_script",
        help_="A short program for NumPy that repeats this run from the start, loss by loss, for "
        f"{config.iterations:,} iterations.",
    )
    if run.edits:
        differing = [one for one in run.edits if one.kind != STOP]
        first = (differing or run.edits)[0]
        st.caption(
            f"{_sentence(first)} at iteration {first.iteration:,}: the script trains with the "
            "present settings from the start, and "
            + ("will differ." if differing else "may stop elsewhere.")
        )


def _sentence(done: Edit) -> str:
    """Say what a user has done to the run."""
    if done.kind == STEP:
        return f"A step was made on {done.name} {done.value} alone"
    if done.kind == PARAMETER:
        return f"The {done.name} was set to {done.value:g}"
    before, value = (
        text(done.name, setting) or "none" if done.name != "points" else f"{setting[0]:,}"
        for setting in (done.before, done.value)
    )
    return f"The setting {done.name.replace('_', ' ')} was changed from {before} to {value}"
