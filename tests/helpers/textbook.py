"""Activations as a textbook writes them."""

import numpy as np
from scipy.special import erfc

# The textbook forms, fine for moderate z.
TEXTBOOK = {
    "relu": lambda z: np.where(z > 0, z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "tanh": lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z)),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "linear": lambda z: z,
    "elu": lambda z: np.where(z > 0, z, np.exp(z) - 1),
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "sine": np.sin,
    "gelu": lambda z: z * erfc(-z / np.sqrt(2)) / 2,
    "step": lambda z: np.where(z > 0, 1.0, 0.0),
}
