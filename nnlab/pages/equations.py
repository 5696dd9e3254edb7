"""What is going on: the article's equations with the shapes of one network filled in."""

import streamlit as st

from nnlab.config import Config


def render(config: Config) -> None:
    """Draw the fold-out text for a network of these settings."""
    with st.expander("What is going on"):
        _forward(config)
        _backward(config)


def _forward(config: Config) -> None:
    n_samples, sizes = config.samples, config.layer_sizes
    last = len(sizes) - 1
    hidden = f" ($g$ is {config.activation})" if config.hidden_layers else ""
    st.markdown(
        f"**Forward.** The {n_samples:,} training points are the rows of $A_0$, "
        f"{n_samples} × {sizes[0]}. Each layer multiplies by its weights $W$, adds its biases $b$ "
        rf"and applies its activation{hidden}; the output's $\sigma(z) = 1 / (1 + e^{{-z}})$ is "
        "the probability of class 1:"
    )
    for layer in range(1, last + 1):
        activation = r"\sigma" if layer == last else "g"
        st.latex(
            rf"\underset{{{n_samples}\times{sizes[layer]}}}{{A_{layer}}} = {activation}\Big("
            rf"\underset{{{n_samples}\times{sizes[layer - 1]}}}{{A_{layer - 1}}}\,"
            rf"\underset{{{sizes[layer - 1]}\times{sizes[layer]}}}{{W_{layer}}} + "
            rf"\underset{{1\times{sizes[layer]}}}{{b_{layer}}}\Big)"
        )
    st.markdown(
        f"**Loss.** Cross-entropy says how far these probabilities $a = A_{last}$ are from the "
        f"targets $t$, 0 or 1, on average over the $m = {n_samples}$ points:"
    )
    st.latex(r"L = -\frac1m \sum_{i=1}^m t_i \log a_i + (1 - t_i)\log(1 - a_i)")


def _backward(config: Config) -> None:
    last = len(config.layer_sizes) - 1
    st.markdown(
        "**Backward.** The chain rule gives, layer by layer from the output, how the loss changes "
        "with each weight and bias:"
    )
    st.latex(
        rf"dZ_{last} = \frac{{A_{last} - t}}{{m}},\qquad "
        r"dW_l = A_{l-1}^\top dZ_l,\qquad db_l = \textstyle\sum_i dZ_l^{(i)}"
        + (r",\qquad dZ_{l-1} = dZ_l W_l^\top \odot g'(Z_{l-1})" if config.hidden_layers else "")
    )
    st.markdown(
        f"**Update.** One iteration moves all of them a little downhill, by the learning rate "
        f"{config.learning_rate:g}:"
    )
    st.latex(
        rf"W_l \leftarrow W_l - {config.learning_rate:g}\; dW_l,\qquad "
        rf"b_l \leftarrow b_l - {config.learning_rate:g}\; db_l"
    )
