"""The panel "One step": every number of the next update, layer by layer, with its equation."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import streamlit as st

from nnlab.activations import ACTIVATIONS, sigmoid_in_place
from nnlab.config import Config
from nnlab.losses import OUTPUT_LOSSES, SquaredLoss
from nnlab.optimizers import OPTIMIZERS
from nnlab.pages import equations, gradient_check, report, time_travel
from nnlab.pages.matrices import ROWS, digits, draw, matrix, of_parameters, of_samples
from nnlab.pages.source import body
from nnlab.pages.turns import turn
from nnlab.step import Step, look_at_step, take_step
from nnlab.training import Run, evaluate

STYLE = Path(__file__).with_suffix(".css")
MAX_PLACES = 8  # decimals of parameters before and after a step
FORWARD, LOSS, BACKWARD, UPDATE = PARTS = ("Forward", "Loss", "Backward", "Update")

# The lines of network.py and updates.py that compute what is shown; a test finds them there.
HIDDEN_FORWARD = "np.matmul(layer_inputs[layer], matrices[layer], out=a)  # z = a @ W + b"
OUTPUT_FORWARD = "np.matmul(layer_inputs[-1], matrices[-1], out=self.logits)"
ACTIVATION_GRADIENTS = (
    "np.dot(weights[layer], dz.T, out=da.T)  # da = dz @ W.T, written the other way round"
)
HIDDEN_DELTAS = "dz = np.multiply(da, slopes, out=da)  # dz = da * g'(z)"
GRADIENTS = "np.matmul(layer_inputs[layer].T, dz, out=gradients[layer])  # dW, and db below it"
FIRST_GRADIENTS = "np.matmul(layer_inputs[0].T, dz, out=gradients[0])"
PENALTY = "np.add(gradients, self._penalty_rates * self._slope(parameters.vector), out=gradients)"
RATE = "np.multiply(gradients, self.rate(iteration), out=gradients)"
SUBTRACTION = "np.subtract(parameters.vector, gradients, out=following.vector)"


def render(run: Run) -> None:
    """Draw the next step of a run that stands still, and what the step taken last has changed.

    The session's key `step_taken` holds the runs before and after that step, and its point.
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
        state.run = take_step(run, point)
    if state.run.iteration > run.iteration:
        state.step_taken = (run, state.run, point)
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
        _forward(run.config, step, layer)
    elif part == LOSS:
        _loss(run, step)
    elif part == BACKWARD:
        _backward(run, step, layer)
    else:
        _update(run, step, layer)


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


def _forward(config: Config, step: Step, layer: int) -> None:
    st.latex(equations.forward(config, layer, step.n_samples))
    in_brackets = f"$Z_{layer}$ is what stands in the brackets"
    if layer <= len(config.hidden_layers):
        name = _activation(config, layer)
        st.markdown(f"{in_brackets}; here $g$ is {name}: ${equations.FUNCTIONS[name]}$")
        code = [HIDDEN_FORWARD, body(ACTIVATIONS[name].apply) if name != "linear" else ""]
    elif config.problem == "regression":
        st.markdown(f"The output $A_{layer}$ is the answer for each point.")
        code = [OUTPUT_FORWARD]
    else:
        st.markdown(
            rf"{in_brackets}, and $\sigma(z) = 1 / (1 + e^{{-z}})$ is the probability of class 1."
        )
        code = [OUTPUT_FORWARD, body(sigmoid_in_place)]
    draw(
        of_samples(
            f"A<sub>{layer - 1}</sub>", step.activations[layer - 1], step, layer - 1, config
        ),
        of_parameters(f"W<sub>{layer}</sub>, b<sub>{layer}</sub>", step.before, layer, config),
        of_samples(f"Z<sub>{layer}</sub>", step.pre_activations[layer - 1], step, layer, config),
        of_samples(f"A<sub>{layer}</sub>", step.activations[layer], step, layer, config),
    )
    _code(*code)


def _loss(run: Run, step: Step) -> None:
    config = run.config
    st.latex(equations.loss(config))
    of = "this point" if step.n_samples == 1 else f"these {step.n_samples:,} points"
    text = f"The {report.loss_name(config)} of {of} is L = **{step.loss:.6g}**."
    if config.regularization != "none":
        text += (
            f" The penalty, {config.regularization} at rate {config.regularization_rate:g}, adds "
            f"**{evaluate(run).penalty:.6g}**: training makes the sum of both small."
        )
    st.markdown(text)
    last = len(config.layer_sizes) - 1
    columns = (step.pre_activations[-1], step.activations[-1], step.targets, step.sample_losses)
    draw(
        matrix(
            "By point",
            np.hstack(columns),
            [f"{sample}" for sample in step.samples],
            [f"z = Z{last}", f"a = A{last}", "t", "loss"],
            n_rows=step.n_samples,
        )
    )
    _code(_method(config, "loss"))


def _backward(run: Run, step: Step, layer: int) -> None:
    config, shown = run.config, []
    if layer > len(config.hidden_layers):
        st.latex(equations.output_deltas(config))
        code = [_method(config, "differentiate")]
    else:
        name = _activation(config, layer)
        st.latex(equations.hidden_deltas(f"{layer}", f"{layer + 1}"))
        st.markdown(
            rf"$dA_{layer}$ is $dZ_{layer + 1} W_{layer + 1}^\top$, and the slope of {name} "
            f"${equations.SLOPES[name]}$"
        )
        code = [ACTIVATION_GRADIENTS, body(ACTIVATIONS[name].differentiate), HIDDEN_DELTAS]
        gradients = step.activation_gradients[layer - 1]
        shown.append(of_samples(f"dA<sub>{layer}</sub>", gradients, step, layer, config))
    deltas = step.deltas[layer - 1]
    draw(*shown, of_samples(f"dZ<sub>{layer}</sub>", deltas, step, layer, config))
    _code(*code)
    st.latex(equations.gradients(config, f"{layer}", f"{layer - 1}"))
    gradient_check.render(run, step, layer)
    if config.regularization != "none":
        st.markdown("These are of the loss alone. To them comes the penalty's part:")
        name = f"d(penalty) / dW<sub>{layer}</sub>, db<sub>{layer}</sub>"
        draw(of_parameters(name, step.penalty_gradients, layer, config))
    _code(GRADIENTS if layer > 1 else FIRST_GRADIENTS)


def _update(run: Run, step: Step, layer: int) -> None:
    config = run.config
    before, after, point = st.session_state.get("step_taken", (None, None, None))
    if after is run:
        _taken(before, after, point, layer)
    elif np.isfinite(step.after.vector).all():
        _not_taken(config, step, layer)
    else:
        st.markdown("This step would lead to infinity: the run diverges, and does not take it.")
    if config.optimizer != "sgd":
        st.latex(equations.direction(config))
    st.latex(equations.update(config, f"{layer}", step.learning_rate))
    _code(
        PENALTY if config.regularization != "none" else "",
        body(OPTIMIZERS[config.optimizer].direct),
        RATE,
        SUBTRACTION,
    )


def _not_taken(config: Config, step: Step, layer: int) -> None:
    """Draw what the step is going to change."""
    st.markdown("The step is not taken yet. It will make this change:")
    summed, change = step.gradients.copy(), step.directions.copy()
    np.add(summed.vector, step.penalty_gradients.vector, out=summed.vector)
    np.multiply(change.vector, -step.learning_rate, out=change.vector)
    shown = [of_parameters(f"dW<sub>{layer}</sub>, db<sub>{layer}</sub>", summed, layer, config)]
    if config.optimizer != "sgd":
        name = f"ΔW<sub>{layer}</sub>, Δb<sub>{layer}</sub>"
        shown.append(of_parameters(name, step.directions, layer, config))
    draw(*shown, of_parameters("change", change, layer, config))


def _taken(before: Run, after: Run, point: int | None, layer: int) -> None:
    """Draw what the step taken last has changed."""
    config = before.config
    same_batch = replace(before, parameters=after.parameters)
    with turn():
        old, new = (look_at_step(run, point, 0).loss for run in (before, same_batch))
    if point is not None:
        of = f"training point {point}"
    else:
        of = "that batch" if config.batch_size else "all points"
    st.markdown(
        f"Taken: iteration {before.iteration:,} → {after.iteration:,}. The loss of {of} went from "
        f"**{old:.6g}** to **{new:.6g}**. The other parts already show the step that comes next."
    )
    change = before.parameters.copy()
    np.subtract(after.parameters.vector, before.parameters.vector, out=change.vector)
    # as many decimals as it takes to see the change
    shown, fine = (digits(of.matrices[layer - 1]) for of in (before.parameters, change))
    places = max(shown.places, min(fine.places - fine.exponent - 2, MAX_PLACES) + shown.exponent)
    how = shown._replace(places=places)
    symbols = f"W<sub>{layer}</sub>, b<sub>{layer}</sub>"
    draw(
        of_parameters(f"{symbols} before", before.parameters, layer, config, how),
        of_parameters("change", change, layer, config),
        of_parameters(f"{symbols} after", after.parameters, layer, config, how),
    )


def _activation(config: Config, layer: int) -> str:
    names = config.activation
    return names if isinstance(names, str) else names[layer - 1]


def _method(config: Config, name: str) -> str:
    """Return the lines of a method of the loss, with those of its bases that it calls."""
    regression = config.problem == "regression"
    loss = SquaredLoss if regression else OUTPUT_LOSSES[config.output_loss]
    return "\n".join(body(kind.__dict__[name]) for kind in loss.__mro__ if name in kind.__dict__)


def _code(*parts: str) -> None:
    st.code("\n".join(filter(None, parts)), language="python", wrap_lines=True)
