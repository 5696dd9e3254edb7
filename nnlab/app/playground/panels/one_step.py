"""The panel "One step": every number of the next update, layer by layer, with its equation."""

from dataclasses import replace
from pathlib import Path

import streamlit as st

from nnlab.app.playground import time_travel
from nnlab.app.playground.panels import step_parts
from nnlab.app.playground.panels.matrices import ROWS
from nnlab.app.turns import turn
from nnlab.inspection.next_update import Step, look_at_step, take_step
from nnlab.training.run import Run

STYLE = Path(__file__).with_suffix(".css")
FORWARD, LOSS, BACKWARD, UPDATE = PARTS = ("Forward", "Loss", "Backward", "Update")


def render(run: Run) -> None:
    """Draw the next step of a run that stands still, and what the step taken last has changed.

    The session's key `step_taken` holds the latter, until a new run.
    """
    if st.session_state.running is not None:
        st.markdown("Pause to look at one step.")
        return
    if not len(run.dataset.train_inputs):
        st.markdown("No training points yet, so there is no step to look at.")
        return
    st.html(STYLE)
    with st.container(key="one_step"):
        _draw(run)


def _draw(run: Run) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        point = st.number_input(
            "Training point",
            value=None,
            step=1,
            format="%d",
            placeholder="all",
            key="step_point",
            width=112,
            persist_state="session",
            help="The number of a training point, from 0, to look at the step for it alone; empty: "
            "the step that training makes next, for all points or the batch whose turn it is.",
        )
        try:
            with turn():
                step = look_at_step(run, point, ROWS)
        except ValueError as error:
            st.error(str(error))
            return
        st.markdown(_subject(run, step))
        obstacle = _obstacle(run, point)
        st.button(
            "Take the step",
            key="take_step",
            type="primary",
            on_click=_take,
            args=(run, point),
            disabled=bool(obstacle),
            help=obstacle or "Make this update: the charts and all numbers move on by it.",
        )
    # A fragment of its own, so that the charts are not drawn anew with every look at a layer.
    st.fragment(_parts)(run, step)


def _obstacle(run: Run, point: int | None) -> str:
    """Say why the step cannot be taken, or nothing."""
    if run is not st.session_state.run:
        return "This is the past: continue from here to take this step."
    if run.diverged:
        return "The run has diverged: a new setting or Reset starts anew."
    if point is None and run.rule_met is not None:
        return "The run has stopped: change that stop, or take the step for one point alone."
    return ""


def _take(run: Run, point: int | None) -> None:
    state = st.session_state
    time_travel.return_to_present()
    with turn():
        if state.run is not run:
            return  # the browser has told the click twice
        step = look_at_step(run, point, 0)
        state.run = after = take_step(run, point)
        same_batch = replace(run, parameters=after.parameters)
        loss = look_at_step(same_batch, point, 0).loss
    if after.iteration > run.iteration:
        state.step_taken = step_parts.Taken(
            run.config,
            run.iteration,
            point,
            step.learning_rate,
            run.parameters,
            after.parameters,
            step.loss,
            loss,
        )
        if state.step_part != UPDATE:
            state.step_part, state.step_layer = UPDATE, 1


def _subject(run: Run, step: Step) -> str:
    """Say which points the step is made for."""
    whole = len(run.dataset.train_inputs)
    if step.point is not None:
        x1, x2 = run.dataset.train_inputs[step.point]
        text = f"x1 = **{x1:.4f}**, x2 = **{x2:.4f}**, target **{step.targets[0, 0]:.4g}**"
        return text.replace("-", "−")
    if step.n_samples < whole:
        return f"The next batch: **{step.n_samples:,}** of {whole:,} points"
    return f"All **{whole:,}** points at once"


def _parts(run: Run, step: Step) -> None:
    n_layers = len(run.parameters.matrices)
    st.session_state.setdefault("step_part", FORWARD)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        part = st.segmented_control(
            "Part of the step",
            PARTS,
            key="step_part",
            required=True,
            on_change=_begin_part,
            args=(n_layers,),
            label_visibility="collapsed",
            persist_state="session",
        )
        layer = n_layers if part == LOSS else _layer(n_layers, backwards=part == BACKWARD)
    if part == FORWARD:
        step_parts.forward(run.config, step, layer)
    elif part == LOSS:
        step_parts.loss(run, step)
    elif part == BACKWARD:
        step_parts.backward(run, step, layer)
    else:
        step_parts.update(run, step, layer)


def _begin_part(n_layers: int) -> None:
    state = st.session_state
    state.step_layer = n_layers if state.step_part == BACKWARD else 1


def _layer(n_layers: int, *, backwards: bool) -> int:
    """Draw the choice of a layer, counted from 1 to the output, and return it."""
    state, layers = st.session_state, range(1, n_layers + 1)
    if state.get("step_layer") not in layers:
        state.step_layer = 1  # the one of an earlier network that had more of them
    st.markdown("Layer")
    layer = st.segmented_control(
        "Layer",
        layers[::-1] if backwards else layers,
        key="step_layer",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    return layer or 1
