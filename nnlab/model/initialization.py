"""How the weights and biases are drawn before training."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nnlab.data.seedrandom import Stream, seed_text
from nnlab.model.network import FloatArray, Parameters, zero_parameters

TFP = "tfp"  # the initialization of TensorFlow Playground, with its own random numbers
TFP_BIAS = 0.1

# (rng, n = fan_in, m = fan_out) -> weights, float64 (n, m); for TFP, rng is its stream
INITIALIZATIONS: dict[str, Callable[[Any, int, int], FloatArray]] = {
    "normal": lambda rng, n, m: rng.randn(n, m),  # the article
    "uniform": lambda rng, n, m: rng.uniform(-0.5, 0.5, (n, m)),
    # Glorot and Bengio 2010, eq. 12 in its normal form
    "xavier": lambda rng, n, m: rng.randn(n, m) * (2 / (n + m)) ** 0.5,
    "he": lambda rng, n, m: rng.randn(n, m) * (2 / n) ** 0.5,  # He et al. 2015, eq. 10
    "zeros": lambda rng, n, m: np.zeros((n, m)),
    # nn.ts, unit by unit and input by input
    TFP: lambda rng, n, m: np.reshape([rng.uniform(-0.5, 0.5) for _ in range(n * m)], (m, n)).T,
}


def initialize(
    layer_sizes: Sequence[int], initialization: str, seed: int, numbers_drawn: int = 0
) -> Parameters:
    """Draw the weights, layer by layer, from the article's `RandomState(seed)`; biases are zero.

    TensorFlow Playground's weights come from its own stream, after the `numbers_drawn` for the
    points, and its biases are TFP_BIAS.
    """
    rng: Any = np.random.RandomState(seed)
    parameters = zero_parameters(layer_sizes)
    if initialization == TFP:
        rng = Stream(seed_text(seed))
        rng.skip(numbers_drawn)
        for biases in parameters.biases:
            biases[:] = TFP_BIAS
    for weights in parameters.weights:
        weights[:] = INITIALIZATIONS[initialization](rng, *weights.shape)
    return parameters
