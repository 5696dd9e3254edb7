"""What is going on: the equations of a run's settings, with the shapes of its network filled in."""

import streamlit as st

from nnlab.config import Config
from nnlab.training import Run

# How the step follows from the gradient, PyTorch's definitions; t counts the updates.
STEPS = {
    "sgd": r"\Delta W = dW",
    "momentum": r"v \leftarrow {momentum:g}\,v + dW,\qquad \Delta W = v",
    "nesterov": r"v \leftarrow {momentum:g}\,v + dW,\qquad \Delta W = dW + {momentum:g}\,v",
    "rmsprop": r"s \leftarrow 0.99\,s + 0.01\,dW^2,\qquad \Delta W = dW / (\sqrt{{s}} + 10^{{-8}})",
    "adam": r"m \leftarrow 0.9\,m + 0.1\,dW,\quad s \leftarrow 0.999\,s + 0.001\,dW^2,\quad "
    r"\Delta W = \frac{{m / (1 - 0.9^t)}}{{\sqrt{{s / (1 - 0.999^t)}} + 10^{{-8}}}}",
}
PENALTIES = {"l1": r"\sum |w|", "l2": r"\tfrac12 \sum w^2"}


def render(run: Run) -> None:
    """Draw the text for a run."""
    config = run.config
    rows = min(config.batch_size or 10**9, len(run.dataset.train_inputs))
    _forward(config, rows)
    _loss(config)
    _backward(config)
    _update(config)


def _squared(config: Config) -> bool:
    return config.problem == "regression" or config.output_loss == "squared_error"


def _forward(config: Config, rows: int) -> None:
    sizes = config.layer_sizes
    last = len(sizes) - 1
    regression = config.problem == "regression"
    names = (
        config.activation if isinstance(config.activation, str) else ", ".join(config.activation)
    )
    hidden = f" ($g$ is {names})" if config.hidden_layers else ""
    output = (
        "the output's value is the answer"
        if regression
        else r"the output's $\sigma(z) = 1 / (1 + e^{-z})$ is the probability of class 1"
    )
    features = ", ".join(f"`{name}`" for name in config.features)
    st.markdown(
        f"**Forward.** {'A batch of' if config.batch_size else 'The'} {rows:,} training points are "
        f"the rows of $A_0$, {rows} × {sizes[0]}, the columns {features}. Each layer multiplies by "
        f"its weights $W$, adds its biases $b$ and applies its activation{hidden}; {output}:"
    )
    for layer in range(1, last + 1):
        activation = "g" if layer < last else "" if regression else r"\sigma"
        st.latex(
            rf"\underset{{{rows}\times{sizes[layer]}}}{{A_{layer}}} = {activation}\Big("
            rf"\underset{{{rows}\times{sizes[layer - 1]}}}{{A_{layer - 1}}}\,"
            rf"\underset{{{sizes[layer - 1]}\times{sizes[layer]}}}{{W_{layer}}} + "
            rf"\underset{{1\times{sizes[layer]}}}{{b_{layer}}}\Big)"
        )


def _loss(config: Config) -> None:
    last = len(config.layer_sizes) - 1
    st.markdown(
        f"**Loss.** How far these answers $a = A_{last}$ are from the targets $t$, on average over "
        "the $m$ points:"
    )
    if _squared(config):
        st.latex(r"L = \frac1m \sum_{i=1}^m \tfrac12 (a_i - t_i)^2")
    else:
        st.latex(r"L = -\frac1m \sum_{i=1}^m t_i \log a_i + (1 - t_i)\log(1 - a_i)")
    if config.regularization != "none":
        st.markdown(
            "Regularization asks for small weights too; its penalty counts in the gradient, and is "
            "shown by itself:"
        )
        st.latex(rf"P = {config.regularization_rate:g}\,{PENALTIES[config.regularization]}")


def _backward(config: Config) -> None:
    last = len(config.layer_sizes) - 1
    st.markdown(
        "**Backward.** The chain rule gives, layer by layer from the output, how the loss changes "
        "with each weight and bias:"
    )
    through_sigmoid = (
        rf" \odot A_{last} \odot (1 - A_{last})"
        if config.problem == "classification" and config.output_loss == "squared_error"
        else ""
    )
    hidden = r",\qquad dZ_{l-1} = dZ_l W_l^\top \odot g'(Z_{l-1})" if config.hidden_layers else ""
    penalty = {"none": "", "l1": r" + {rate:g}\,\mathrm{{sign}}(W_l)", "l2": r" + {rate:g}\,W_l"}
    st.latex(
        rf"dZ_{last} = \frac{{A_{last} - t}}{{m}}{through_sigmoid},\qquad "
        r"dW_l = A_{l-1}^\top dZ_l"
        + penalty[config.regularization].format(rate=config.regularization_rate)
        + r",\qquad db_l = \textstyle\sum_i dZ_l^{(i)}"
        + hidden
    )


def _update(config: Config) -> None:
    rate = f"{config.learning_rate:g}"
    falls = (
        ""
        if config.learning_rate_schedule == "constant"
        else f" (at first; it falls, as the schedule {config.learning_rate_schedule} says)"
    )
    st.markdown(
        f"**Update.** One iteration moves all of them a little downhill, by the learning rate "
        f"{rate}{falls}, in the step of {config.optimizer}; the biases likewise:"
    )
    if config.optimizer != "sgd":
        st.latex(STEPS[config.optimizer].format(momentum=config.momentum))
    step = "dW_l" if config.optimizer == "sgd" else r"\Delta W_l"
    st.latex(rf"W_l \leftarrow W_l - {rate}\; {step}")
