"""The parameters of a run as a file that NumPy reads without nnlab."""

import io
import json
from dataclasses import fields
from typing import Any

import numpy as np

from nnlab.training.config import Config, text
from nnlab.training.run import Run


def parameters_file(run: Run) -> bytes:
    """Return the run's parameters, and what is needed to use them, in the format of `numpy.savez`.

    `numpy.load` returns:

    - `weights_1`, `biases_1`, `weights_2`, … : float64 (fan_in, fan_out) and (1, fan_out), layer by
      layer, the output's last
    - `layer_sizes` : int (n_layers + 1,), the number of features first
    - `features` : str (n_features,), the inputs of the first layer, such as "x1" or "sin(x2)"
    - `activations` : str (n_hidden_layers,), names as in `nnlab.model.activations`
    - `iteration` : int, the number of updates made
    - `edited` : bool, whether parameters were changed by hand, so that training alone cannot
      reproduce them
    - `config` : str, all settings but the points as JSON: each name with its text as in a link
    - `points` : float64 (n, 3), own points: x1, x2, target

    With the points' features as the rows of a, each layer computes `a = g(a @ weights + biases)`.
    The output's g is the sigmoid, the tanh of the loss tanh_squared_error, the softmax of several
    outputs, or in a regression the identity.
    This restores the config:

    >>> import io, json, numpy
    >>> from nnlab import Config, start
    >>> from nnlab.training.config import parse
    >>> from nnlab.export.parameters_file import parameters_file
    >>> file = io.BytesIO(parameters_file(start(Config(hidden_layers=(3,)))))
    >>> saved = numpy.load(file)
    >>> settings = json.loads(str(saved["config"]))
    >>> points = saved["points"].tolist()
    >>> Config(**{name: parse(name, value) for name, value in settings.items()}, points=points)
    ... # doctest: +ELLIPSIS
    Config(problem='classification', ... hidden_layers=(3,), ...)
    """
    config = run.config
    names = [item.name for item in fields(Config) if item.name != "points"]
    settings = {name: text(name, getattr(config, name)) for name in names}
    layers = zip(run.parameters.weights, run.parameters.biases, strict=True)
    arrays: dict[str, Any] = {
        f"{name}_{number}": array
        for number, layer in enumerate(layers, start=1)
        for name, array in zip(("weights", "biases"), layer, strict=True)
    }
    file = io.BytesIO()
    np.savez(
        file,
        layer_sizes=np.array(config.layer_sizes),
        features=np.array(config.features),
        activations=np.array(config.activations, str),
        iteration=np.array(run.iteration),
        edited=np.array(run.parameters_edited),
        config=np.array(json.dumps(settings)),
        points=np.column_stack([config.points.inputs, config.points.targets]),
        **arrays,
    )
    return file.getvalue()
