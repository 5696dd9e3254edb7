"""A neural network written from scratch in NumPy, and a page on which to watch it learn."""

from nnlab.estimator import NeuralNetClassifier, NeuralNetRegressor
from nnlab.training.config import Config
from nnlab.training.edits import rewind, set_parameter
from nnlab.training.metrics import Metrics
from nnlab.training.run import Run, advance, evaluate, predict, start

__version__ = "0.9.0"

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
