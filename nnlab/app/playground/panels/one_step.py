"""The panel One step: every number of the next update, layer by layer, with its equation."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from nnlab.app.links import code, in_words
from nnlab.app.playground import session
from nnlab.app.playground.actions import MAKE_STEP
from nnlab.app.playground.panels import step_parts
from nnlab.app.playground.panels.matrices import ROWS, unit_names
from nnlab.app.playground.record import Playground, StepMade
from nnlab.app.playground.session import UPDATE_PART
from nnlab.app.turns import in_turn
from nnlab.data.rules import BrokenRule
from nnlab.inspection.next_update import Step, look_at_step
from nnlab.training.run import Run

STYLE = Path(__file__).with_suffix(".css")
CHOICE: dict[str, Any] = {"required": True, "label_visibility": "collapsed"}
FORWARD, LOSS, BACKWARD, _ = PARTS = ("Forward", "Loss", "Backward", UPDATE_PART)
BEGIN = {"step_part": FORWARD, "step_layer": 1}


def render(playground: Playground) -> None:
    """Draw the next step of a paused run, or what the last step changed."""
    if playground.training:
        st.markdown("Pause to look at one step.")
        return
    run = playground.viewed_run
    if not len(run.dataset.train_inputs):
        st.markdown("No training points yet, so there is no step to look at.")
        return
    st.html(STYLE)
    with st.container(key="one_step"):
        _draw(playground, run)


def _draw(playground: Playground, run: Run) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        help_ = """The number of a training point, from 0, to look at the step for it alone. \
Empty: the next step of the training, for all points or the next batch."""
        look: dict[str, Any] = {"step": 1, "format": "%d", "placeholder": "all", "width": 112}
        key = playground.fields.key("step_point")
        look |= {"key": key, "on_change": session.enter, "args": ("step_point", key)}
        session.set_widgets({key: playground.step_point})
        point = st.number_input("Training point", value=None, help=help_, **look)
        try:
            step = look_at_step(run, point, ROWS)
        except BrokenRule as broken:
            st.error(in_words(broken))
            return
        st.markdown(_subject(run, step, playground.class_names))
        obstacle = _obstacle(run, point, past=run is not playground.run)
        look = {"type": "primary", "help": obstacle, "disabled": bool(obstacle)}
        MAKE_STEP.button(st, playground, point, **look)
    # A fragment of its own, so that choosing another layer does not redraw the charts.
    st.fragment(in_turn(_parts))(run, step, playground.step_made, playground.class_names)


def _obstacle(run: Run, point: int | None, *, past: bool) -> str:
    """Say why the step cannot be made, or return an empty text."""
    if past:
        past_words = "You are looking back at an earlier iteration."
        return f"{past_words} Choose “Continue from here” to take this step."
    if run.diverged:
        return "The run has diverged: Reset or a new setting starts a new run."
    if point is None and run.rule_met is not None:
        return "The run has stopped: change the stop rule, or take the step for one point alone."
    return ""


def _subject(run: Run, step: Step, classes: Sequence[str]) -> str:
    """Say which points the step is for."""
    whole = len(run.dataset.train_inputs)
    if step.point is not None:
        x1, x2 = run.dataset.train_inputs[step.point]
        text = f"x₁ = **{x1:.4f}**, x₂ = **{x2:.4f}**, target **{step.targets[0, 0]:.4g}**"
        if classes:
            text += f" ({code(classes[int(step.targets[0, 0])])})"
        return text.replace("-", "−")
    if step.n_samples < whole:
        return f"The next batch: **{step.n_samples:,}** of {whole:,} points"
    return f"All **{whole:,}** points at once"


def _parts(run: Run, step: Step, made: StepMade | None, classes: Sequence[str]) -> None:
    n_layers = len(run.parameters.matrices)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        part = _choice("Part of the step", "step_part", PARTS, _begin_part, n_layers)
        layer = n_layers if part == LOSS else _layer(n_layers, backwards=part == BACKWARD)
    names = unit_names(run.config, classes)
    if part == FORWARD:
        step_parts.forward(run.config, step, layer, names)
    elif part == LOSS:
        step_parts.loss(run, step, classes)
    elif part == BACKWARD:
        step_parts.backward(run, step, layer, names)
    else:
        step_parts.update(run, step, layer, names, made)


def _choice(label: str, name: str, options: Sequence[Any], on_change: Any, *values: Any) -> Any:
    """Draw the choice of a part or a layer, and return it."""
    fields = session.current().fields
    key, chosen = fields.key(name), fields.values.get(name, BEGIN[name])
    change: dict[str, Any] = {"on_change": on_change, "args": (name, key, *values)}
    return st.segmented_control(label, options, default=chosen, key=key, **change, **CHOICE)


def _begin_part(name: str, key: str, n_layers: int) -> None:
    session.enter(name, key)
    backwards = session.current().fields.values[name] == BACKWARD
    session.fill({"step_layer": n_layers if backwards else 1})


def _layer(n_layers: int, *, backwards: bool) -> int:
    """Draw the choice of a layer, from 1 to the output, and return it."""
    layers = range(1, n_layers + 1)
    if session.current().fields.values.get("step_layer", 1) not in layers:
        session.fill({"step_layer": 1})  # an earlier network had more layers
    st.markdown("Layer")
    shown = layers[::-1] if backwards else layers
    layer: int | None = _choice("Layer", "step_layer", shown, session.enter)
    return layer or 1
