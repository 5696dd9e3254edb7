"""A neural network written from scratch in NumPy, and a page on which to watch it learn."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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

_MODULES = {
    "Config": "training.config",
    "Metrics": "training.metrics",
    "NeuralNetClassifier": "estimator",
    "NeuralNetRegressor": "estimator",
    "rewind": "training.edits",
    "set_parameter": "training.edits",
}


def __getattr__(name: str) -> object:
    # Names are imported when they are first used. The commands are modules of this package, so this
    # is how they can handle Ctrl-C before the imports that take seconds.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{_MODULES.get(name, 'training.run')}")
    value: object = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
