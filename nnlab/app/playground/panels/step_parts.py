"""The parts of one step as the panel shows them: equations, numbers and code."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from nnlab.app.playground.panels import equations, gradient_check
from nnlab.app.playground.panels.code_lines import body
from nnlab.app.playground.panels.matrices import (
    Names,
    digits,
    draw,
    matrix,
    of_parameters,
    of_samples,
)
from nnlab.app.playground.record import StepMade
from nnlab.inspection.next_update import Step
from nnlab.model.activations import ACTIVATIONS
from nnlab.model.optimizers import OPTIMIZERS
from nnlab.training.config import Config
from nnlab.training.run import Run, evaluate
from nnlab.training.wording import loss_name, value_text

MAX_PLACES = 8  # decimals of parameters before and after a step

# The lines of network.py and update.py that compute what is shown; a test finds them there.
HIDDEN_FORWARD = (
    "product(matrices_t[layer], inputs_t[layer], out=z_t[layer])  # z = a @ W + b, transposed"
)
OUTPUT_FORWARD = "product(matrices_t[-1], inputs_t[-1], out=z_t[-1])  # z = a @ W + b, transposed"
ACTIVATION_GRADIENTS = (
    "np.dot(weights[layer], deltas_t[layer], out=deltas_t[layer - 1])  # da = dz @ W.T"
)
HIDDEN_DELTAS = "dz = np.multiply(da, slopes, out=da)  # dz = da * g'(z)"
GRADIENTS = (
    "np.dot(deltas_t[layer], layer_inputs[layer], out=gradients_t[layer])  # dW, db below it"
)
FIRST_GRADIENTS = "product(deltas_t[0], layer_inputs[0], out=gradients_t[0])  # dW, db below it"
PENALTY = "np.add(gradients, self._penalty_rates * self._slope(parameters.vector), out=gradients)"
RATE = "np.multiply(gradients, self.rate(iteration), out=gradients)"
SUBTRACTION = "np.subtract(parameters.vector, gradients, out=following.vector)"


def forward(config: Config, step: Step, layer: int, names: Names) -> None:
    """Draw how a layer, counted from 1, computes its activations from the previous layer."""
    st.latex(equations.forward(config, layer, step.n_samples))
    in_brackets = f"$Z_{layer}$ is the sum in the brackets"
    if layer <= len(config.hidden_layers):
        name = config.activations[layer - 1]
        st.markdown(f"{in_brackets}; here $g$ is {name}: ${ACTIVATIONS[name].formula}$")
        code = [HIDDEN_FORWARD, body(ACTIVATIONS[name].apply) if name != "linear" else ""]
    elif not config.head.apply:
        st.markdown(f"The output $A_{layer}$ is the prediction for each point.")
        code = [OUTPUT_FORWARD]
    else:
        text = f"{in_brackets}, and {config.head.meaning}."
        if config.output_loss == "cross_entropy":
            text += f" $A_{layer}$ is computed only for this panel: training takes the loss from "
            text += f"$Z_{layer}$ itself."
        st.markdown(text)
        code = [OUTPUT_FORWARD, body(config.head.apply)]
    below, sums, activations = layer - 1, step.pre_activations[layer - 1], step.activations
    draw(
        of_samples(f"A<sub>{below}</sub>", activations[below], step, below, names),
        of_parameters(f"W<sub>{layer}</sub>, b<sub>{layer}</sub>", step.before, layer, names),
        of_samples(f"Z<sub>{layer}</sub>", sums, step, layer, names),
        of_samples(f"A<sub>{layer}</sub>", activations[layer], step, layer, names),
    )
    _code(*code)


def loss(run: Run, step: Step, classes: Sequence[str]) -> None:
    """Draw the loss of the batch, and of its first points one by one.

    `classes` are the classes' names.
    """
    config = run.config
    st.latex(equations.loss(config))
    of = "this point" if step.n_samples == 1 else f"these {step.n_samples:,} points"
    text = f"The {loss_name(config)} of {of} is L = **{step.loss:.6g}**."
    if config.regularization != "none":
        penalty = value_text("regularization", config.regularization)
        text += (
            f" The penalty, {penalty} of strength {config.regularization_rate:g}, adds "
            f"**{evaluate(run).penalty:.6g}**: training minimizes the sum of both."
        )
    st.markdown(text)
    last = len(config.layer_sizes) - 1
    rows = [f"{sample}" for sample in step.samples]
    if config.head.n_outputs == 1:
        columns = [step.pre_activations[-1], step.activations[-1], step.targets, step.sample_losses]
        names = [f"z = Z{last}", f"a = A{last}", "t", "loss"]
    else:  # the sums of several classes would leave no room for the rest
        columns = [step.sample_losses, step.activations[-1]]
        names = ["loss", *(f"a, {name}" for name in classes)]
        labels = step.targets[:, 0].astype(int)
        rows = [f"{row}, {classes[label]}" for row, label in zip(rows, labels, strict=False)]
    values = np.hstack(columns)
    draw(matrix("By point", values, rows, names, n_rows=step.n_samples))
    _code(_method(config, "loss"))


def backward(run: Run, step: Step, layer: int, names: Names) -> None:
    """Draw the derivatives of the loss with respect to a layer's sums, weights and biases."""
    config, shown = run.config, []
    if layer > len(config.hidden_layers):
        st.latex(equations.output_deltas(config))
        code = [_method(config, "differentiate")]
    else:
        name = config.activations[layer - 1]
        st.latex(equations.hidden_deltas(f"{layer}", f"{layer + 1}"))
        st.markdown(
            rf"$dA_{layer}$ is $dZ_{layer + 1} W_{layer + 1}^\top$, and the slope of {name} "
            f"${ACTIVATIONS[name].slope_formula}$"
        )
        code = [ACTIVATION_GRADIENTS, body(ACTIVATIONS[name].differentiate), HIDDEN_DELTAS]
        gradients = step.activation_gradients[layer - 1]
        shown.append(of_samples(f"dA<sub>{layer}</sub>", gradients, step, layer, names))
    deltas = step.deltas[layer - 1]
    draw(*shown, of_samples(f"dZ<sub>{layer}</sub>", deltas, step, layer, names))
    _code(*code)
    st.latex(equations.gradients(config, f"{layer}", f"{layer - 1}"))
    gradient_check.render(run, step, layer, names)
    if config.regularization != "none":
        st.markdown("These are the gradients of the loss alone. The penalty adds:")
        name = f"d(penalty) / dW<sub>{layer}</sub>, db<sub>{layer}</sub>"
        draw(of_parameters(name, step.penalty_gradients, layer, names))
    _code(GRADIENTS if layer > 1 else FIRST_GRADIENTS)


def update(run: Run, step: Step, layer: int, names: Names, made: StepMade | None) -> None:
    """Draw what the step will change in a layer, or what the last step changed."""
    config = run.config
    rate = step.learning_rate
    if made and made.after is run.parameters and made.config is run.config:
        rate = made.step.learning_rate
        _made(made, layer, names)
    elif np.isfinite(step.after.vector).all():
        _to_come(config, step, layer, names)
    else:
        st.markdown("This step would make the parameters infinite, so the run diverges instead.")
    if config.optimizer != "sgd":
        st.latex(equations.direction(config))
    st.latex(equations.update(config, f"{layer}", rate))
    penalty = PENALTY if config.regularization != "none" else ""
    _code(penalty, body(OPTIMIZERS[config.optimizer].direct), RATE, SUBTRACTION)


def _to_come(config: Config, step: Step, layer: int, names: Names) -> None:
    """Draw what the step will change."""
    st.markdown("This step has not been taken yet. It will change the parameters like this:")
    summed, change = step.gradients.copy(), step.directions.copy()
    np.add(summed.vector, step.penalty_gradients.vector, out=summed.vector)
    np.multiply(change.vector, -step.learning_rate, out=change.vector)
    shown = [of_parameters(f"dW<sub>{layer}</sub>, db<sub>{layer}</sub>", summed, layer, names)]
    if config.optimizer != "sgd":
        name = f"ΔW<sub>{layer}</sub>, Δb<sub>{layer}</sub>"
        shown.append(of_parameters(name, step.directions, layer, names))
    draw(*shown, of_parameters("change", change, layer, names))


def _made(made: StepMade, layer: int, names: Names) -> None:
    """Draw what the last step changed."""
    config, step, before, after = made.config, made.step, made.step.before, made.after
    of = f"training point {step.point}"
    if step.point is None:
        of = "that batch" if config.batch_size else "all points"
    st.markdown(
        f"Taken: iteration {step.iteration:,} → {step.iteration + 1:,}. The loss of {of} went "
        f"from **{step.loss:.6g}** to **{made.loss_after:.6g}**. The other parts already show the "
        "next step."
    )
    change = before.copy()
    np.subtract(after.vector, before.vector, out=change.vector)
    # enough decimals to show the change
    shown, fine = (digits(of.matrices[layer - 1]) for of in (before, change))
    places = max(shown.places, min(fine.places - fine.exponent - 2, MAX_PLACES) + shown.exponent)
    how = shown._replace(places=places)
    symbols = f"W<sub>{layer}</sub>, b<sub>{layer}</sub>"
    draw(
        of_parameters(f"{symbols} before", before, layer, names, how),
        of_parameters("change", change, layer, names),
        of_parameters(f"{symbols} after", after, layer, names, how),
    )


def _method(config: Config, name: str) -> str:
    """Return the lines of a method of the loss, with those of its base classes."""
    loss = config.head.losses[config.output_loss]
    return "\n".join(body(kind.__dict__[name]) for kind in loss.__mro__ if name in kind.__dict__)


def _code(*parts: str) -> None:
    st.code("\n".join(filter(None, parts)), language="python", wrap_lines=True)
