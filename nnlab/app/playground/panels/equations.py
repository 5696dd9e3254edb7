"""The panel Equations: the equations of the run, with the shapes of its network."""

import streamlit as st

from nnlab.app.playground.record import Playground
from nnlab.training.config import Config
from nnlab.training.wording import value_text

# The direction of the step, from the gradient, as PyTorch defines it; t counts the updates.
STEPS = {
    "sgd": r"\Delta W = dW",
    "momentum": r"v \leftarrow {momentum:g}\,v + dW,\qquad \Delta W = v",
    "nesterov": r"v \leftarrow {momentum:g}\,v + dW,\qquad \Delta W = dW + {momentum:g}\,v",
    "rmsprop": r"s \leftarrow 0.99\,s + 0.01\,dW^2,\qquad \Delta W = dW / (\sqrt{{s}} + 10^{{-8}})",
    "adam": r"\begin{{gathered}}"
    r"m \leftarrow 0.9\,m + 0.1\,dW,\quad s \leftarrow 0.999\,s + 0.001\,dW^2 \\"
    r"\Delta W = \frac{{m / (1 - 0.9^t)}}{{\sqrt{{s / (1 - 0.999^t)}} + 10^{{-8}}}}"
    r"\end{{gathered}}",
}
PENALTIES = {"l1": r"\sum |w|", "l2": r"\tfrac12 \sum w^2"}


def render(playground: Playground) -> None:
    """Draw the equations and explain them."""
    run, config = playground.run, playground.run.config
    rows = min(config.batch_size or 10**9, len(run.dataset.train_inputs))
    _forward(config, rows)
    _loss(config)
    _backward(config)
    _update(config)


def forward(config: Config, layer: int, rows: int) -> str:
    """Return the forward pass of a layer, counted from 1, with its shapes, as LaTeX."""
    sizes = config.layer_sizes
    hidden = layer < len(sizes) - 1
    activation = "g" if hidden else config.head.symbol
    return (
        rf"\underset{{{rows}\times{sizes[layer]}}}{{A_{layer}}} = {activation}\Big("
        rf"\underset{{{rows}\times{sizes[layer - 1]}}}{{A_{layer - 1}}}\,"
        rf"\underset{{{sizes[layer - 1]}\times{sizes[layer]}}}{{W_{layer}}} + "
        rf"\underset{{1\times{sizes[layer]}}}{{b_{layer}}}\Big)"
    )


def loss(config: Config) -> str:
    """Return the loss of the predictions a and the targets t, as LaTeX."""
    return config.head.losses[config.output_loss].equation


def penalty(config: Config) -> str:
    """Return the penalty that regularization adds to the loss, as LaTeX."""
    return rf"P = {config.regularization_rate:g}\,{PENALTIES[config.regularization]}"


def output_deltas(config: Config) -> str:
    """Return the derivative of the loss with respect to the output's sums, as LaTeX."""
    last = len(config.layer_sizes) - 1
    deltas = config.head.losses[config.output_loss].deltas
    return f"dZ_{last} = {deltas.replace('A', f'A_{last}')}"


def hidden_deltas(layer: str, following: str) -> str:
    """Return the derivative of the loss with respect to a hidden layer's sums, as LaTeX."""
    return rf"dZ_{{{layer}}} = dZ_{{{following}}} W_{{{following}}}^\top \odot g'(Z_{{{layer}}})"


def gradients(config: Config, layer: str, previous: str) -> str:
    """Return the derivatives of loss and penalty with respect to a layer's parameters, as LaTeX."""
    rate = rf" + {config.regularization_rate:g}\,"
    slopes = {"none": "", "l1": rf"{rate}\mathrm{{sign}}(W_{layer})", "l2": f"{rate}W_{layer}"}
    slope = slopes[config.regularization]
    return (
        rf"dW_{layer} = A_{{{previous}}}^\top dZ_{layer}{slope},\quad "
        rf"db_{layer} = \textstyle\sum_i dZ_{layer}^{{(i)}}"
    )


def direction(config: Config) -> str:
    """Return the direction of the optimizer's step, from the gradient, as LaTeX."""
    return STEPS[config.optimizer].format(momentum=config.momentum)


def update(config: Config, layer: str, rate: float) -> str:
    """Return the update of a layer's weights at a learning rate, as LaTeX."""
    step = f"dW_{layer}" if config.optimizer == "sgd" else rf"\Delta W_{layer}"
    return rf"W_{layer} \leftarrow W_{layer} - {rate:g}\; {step}"


def _forward(config: Config, rows: int) -> None:
    names = value_text("activation", config.activation)
    hidden = f" ($g$ is {names})" if config.hidden_layers else ""
    features = value_text("features", config.features)
    st.markdown(
        f"**Forward.** The {rows:,} training points{' of a batch' if config.batch_size else ''} "
        f"are the rows of $A_0$, {rows} × {len(config.features)}, with the columns {features}. "
        "Each layer multiplies by its weights $W$, adds its biases $b$ and applies its activation"
        f"{hidden}; {config.head.meaning}:"
    )
    for layer in range(1, len(config.layer_sizes)):
        st.latex(forward(config, layer, rows))


def _loss(config: Config) -> None:
    last = len(config.layer_sizes) - 1
    several = config.head.n_outputs > 1
    classes = " ($t_{ik}$ is 1 for the class of point $i$, else 0)" if several else ""
    st.markdown(
        f"**Loss.** How far these predictions $a = A_{last}$ are from the targets $t$, "
        f"on average over the $m$ points{classes}:"
    )
    st.latex(loss(config))
    if config.regularization != "none":
        st.markdown(
            "Regularization also keeps the weights small. Its penalty is part of the gradient, and "
            "is shown separately from the loss:"
        )
        st.latex(penalty(config))


def _backward(config: Config) -> None:
    st.markdown(
        "**Backward.** The chain rule gives, layer by layer from the output, how the loss changes "
        "with each weight and bias:"
    )
    parts = [output_deltas(config), gradients(config, "l", "l-1")]
    if config.hidden_layers:
        parts.append(hidden_deltas("l-1", "l"))
    for part in parts:
        st.latex(part)


def _update(config: Config) -> None:
    schedule = config.learning_rate_schedule
    falls = " (at first; the schedule lowers it)" if schedule != "constant" else ""
    optimizer = value_text("optimizer", config.optimizer)
    st.markdown(
        f"**Update.** One iteration moves all weights a little downhill, at the learning rate "
        f"{config.learning_rate:g}{falls}, using {optimizer}; the biases likewise:"
    )
    if config.optimizer != "sgd":
        st.latex(direction(config))
    st.latex(update(config, "l", config.learning_rate))
