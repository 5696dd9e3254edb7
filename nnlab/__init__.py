"""A neural network written from scratch in NumPy, and a page on which to watch it learn."""

from nnlab.config import Config
from nnlab.editing import rewind, set_parameter
from nnlab.estimator import NeuralNetClassifier, NeuralNetRegressor
from nnlab.training import Metrics, Run, advance, evaluate, predict, start

__all__ = [
    "Config",
    "Metrics",
    "NeuralNetClassifier",
    "NeuralNetRegressor",
    "Run",
    "advance",
    "evaluate",
    "predict",
    "rewind",
    "set_parameter",
    "start",
]
