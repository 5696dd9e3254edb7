"""Train in PyTorch what nnlab trains, and store the losses that tests/test_torch.py compares with.

    python -m tests.data.make_torch_losses

from the repository's root, in an environment with numpy, scikit-learn and torch (2.14.1 made the
stored file). Data and starting weights are nnlab's; all else here is PyTorch's own: layers,
activations, losses, gradients, optimizers, schedulers. The batches follow the definition in
`nnlab.training.run`, written down a second time.
"""

import json
from collections.abc import Iterator
from itertools import combinations, pairwise, product
from pathlib import Path

import numpy as np

from nnlab import Config, start
from nnlab.model.activations import ACTIVATIONS
from nnlab.model.optimizers import OPTIMIZERS, PENALTIES, SCHEDULES

try:
    import torch
except ModuleNotFoundError:
    torch = None

FILE = Path(__file__).with_name("torch_losses.npz")
UPDATES = 200

# Rates at which the runs learn, and a rounding error of 1e-16 does not grow to anything.
RATES = {"sgd": 0.1, "momentum": 0.02, "nesterov": 0.02, "rmsprop": 0.0005, "adam": 0.01}
POLYNOMIAL = ("x1", "x2", "x1^2", "x2^2", "x1*x2")
WAVES = ("sin(x1)", "sin(x2)", "cos(x1)", "cos(x2)")


def cases() -> list[dict]:
    """Return the settings of all runs as Config's arguments.

    All optimizers × batch sizes × schedules × regularizers; what else there is takes turns, so that
    any two values of any two fields meet. 80 points in batches of 32 leave a batch of 16, and a
    schedule of 120 iterations begins anew within the 200 updates. After them come the runs of three
    to six classes.
    """
    others = {
        "activation": [*ACTIVATIONS, ("tanh", "sine")],
        "loss": [("classification", "cross_entropy", "circles"),
                 ("classification", "squared_error", "moons"),
                 ("regression", "cross_entropy", "multi-gaussian")],
        "features": [("x1", "x2"), POLYNOMIAL, WAVES],
        "hidden_layers": [(5, 4), (6,), (), (4, 3, 3)],
        "momentum": [0.9, 0.5],
    }  # fmt: skip
    rng = np.random.default_rng(0)
    turns = {name: _turns(values, rng) for name, values in others.items()}
    found = []
    for optimizer, batch_size, schedule, regularization in product(
        OPTIMIZERS, [None, 32, 1], SCHEDULES, PENALTIES
    ):
        problem, output_loss, dataset = next(turns["loss"])
        hidden_layers, activation = next(turns["hidden_layers"]), next(turns["activation"])
        if not isinstance(activation, str):
            hidden_layers = (5, 4)
        found.append(
            {
                "problem": problem,
                "dataset": dataset,
                "samples": 80,
                "noise": 0.1,
                "test_samples": 2,
                "features": next(turns["features"]),
                "hidden_layers": hidden_layers,
                "activation": activation,
                "initialization": "xavier",
                "output_loss": output_loss,
                "optimizer": optimizer,
                "momentum": next(turns["momentum"]),
                "learning_rate": RATES[optimizer],
                "learning_rate_schedule": schedule,
                "batch_size": batch_size,
                "regularization": regularization,
                "regularization_rate": 0.003,
                "iterations": 120,
            }
        )
    return found + cases_of_several_classes()


def cases_of_several_classes() -> list[dict]:
    """Return the settings of 3 to 6 classes × optimizers × batch sizes × regularizers."""
    rng = np.random.default_rng(1)
    datasets = _turns(["gaussians", "spirals", "circles"], rng)
    losses = _turns(["cross_entropy", "squared_error"], rng)
    layers = _turns([(5, 4), (6,), ()], rng)
    return [
        {
            "dataset": next(datasets),
            "classes": classes,
            "samples": 80,
            "noise": 0.1,
            "test_samples": 2,
            "hidden_layers": next(layers),
            "activation": "tanh",
            "initialization": "xavier",
            "output_loss": next(losses),
            "optimizer": optimizer,
            "learning_rate": RATES[optimizer],
            "batch_size": batch_size,
            "regularization": regularization,
            "regularization_rate": 0.003,
            "iterations": 120,
        }
        for classes, optimizer, batch_size, regularization in product(
            range(3, 7), OPTIMIZERS, [None, 32, 1], PENALTIES
        )
    ]


def _turns(values: list, rng: np.random.Generator) -> Iterator:
    """Yield all values again and again, in a new order each time."""
    while True:
        for index in rng.permutation(len(values)):
            yield values[index]


def values_that_meet(settings: list[dict], names: list[str]) -> set[frozenset]:
    """Return the pairs of values, each as (name, value), that occur together in a run."""
    return {
        frozenset([(one, case[one]), (other, case[other])])
        for case in settings
        for one, other in combinations(names, 2)
    }


def train(config: Config) -> tuple[np.ndarray, np.ndarray]:
    """Train in PyTorch; return the losses before each update and the parameters after the last.

    These are float64 (UPDATES,) and (n_parameters,), the latter in the order of nnlab's vector.
    """
    run = start(config)
    layers = []
    for fan_in, fan_out in pairwise(config.layer_sizes):
        layers.append(torch.nn.Linear(fan_in, fan_out, dtype=torch.float64))
    with torch.no_grad():
        for layer, weights, biases in zip(
            layers, run.parameters.weights, run.parameters.biases, strict=True
        ):
            layer.weight.copy_(torch.tensor(weights.T.copy()))
            layer.bias.copy_(torch.tensor(biases[0].copy()))
    inputs = _features(config, torch.tensor(run.dataset.train_inputs))
    targets = torch.tensor(run.dataset.train_targets)
    parameters = [parameter for layer in layers for parameter in (layer.weight, layer.bias)]
    optimizer = _optimizer(config, parameters)
    scheduler = _scheduler(config, optimizer)
    losses = []
    for rows in _batches(config, len(inputs)):
        a = inputs[rows]
        for layer, name in zip(layers[:-1], config.activations, strict=True):
            a = _apply(name, layer(a))
        loss = _loss(config, layers[-1](a), targets[rows])
        losses.append(loss.item())
        optimizer.zero_grad()
        (loss + _penalty(config, layers)).backward()
        optimizer.step()
        scheduler.step()
    matrices = [torch.cat([layer.weight, layer.bias[:, None]], dim=1) for layer in layers]
    vector = torch.cat([matrix.flatten() for matrix in matrices])
    return np.array(losses), vector.detach().numpy()


def _batches(config: Config, n_samples: int) -> list[np.ndarray]:
    if config.batch_size is None:
        return [np.arange(n_samples)] * UPDATES
    batches: list[np.ndarray] = []
    for epoch in range(UPDATES):
        order = np.random.default_rng([config.seed, epoch]).permutation(n_samples)
        batches += np.split(order, range(config.batch_size, n_samples, config.batch_size))
        if len(batches) >= UPDATES:
            break
    return batches[:UPDATES]


def _features(config: Config, inputs: "torch.Tensor") -> "torch.Tensor":
    x1, x2 = inputs.T
    known = {
        "x1": x1, "x2": x2, "x1^2": x1**2, "x2^2": x2**2, "x1*x2": x1 * x2,
        "sin(x1)": torch.sin(x1), "sin(x2)": torch.sin(x2),
        "cos(x1)": torch.cos(x1), "cos(x2)": torch.cos(x2),
    }  # fmt: skip
    return torch.stack([known[name] for name in config.features], dim=1)


def _apply(name: str, z: "torch.Tensor") -> "torch.Tensor":
    functional = torch.nn.functional
    return {
        "relu": functional.relu,
        "leaky_relu": functional.leaky_relu,
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        "linear": lambda z: z,
        "elu": functional.elu,
        "softplus": functional.softplus,
        "sine": torch.sin,
        "gelu": functional.gelu,
        "step": lambda z: (z > 0) + 0 * z,  # a slope of 0, and not none
    }[name](z)


def _loss(config: Config, z: "torch.Tensor", t: "torch.Tensor") -> "torch.Tensor":
    functional = torch.nn.functional
    if config.problem == "regression":
        return functional.mse_loss(z, t) / 2
    if config.classes > 2:
        labels = t[:, 0].long()
        if config.output_loss == "cross_entropy":
            return functional.cross_entropy(z, labels)
        errors = torch.softmax(z, dim=1) - functional.one_hot(labels, config.classes)
        return (errors**2).sum(dim=1).mean() / 2
    if config.output_loss == "squared_error":
        return functional.mse_loss(torch.sigmoid(z), t) / 2
    return functional.binary_cross_entropy_with_logits(z, t)


def _penalty(config: Config, layers: list["torch.nn.Linear"]) -> "torch.Tensor | float":
    if config.regularization == "l1":
        return config.regularization_rate * sum(layer.weight.abs().sum() for layer in layers)
    if config.regularization == "l2":
        return config.regularization_rate * sum((layer.weight**2).sum() for layer in layers) / 2
    return 0.0


def _optimizer(config: Config, parameters: list["torch.Tensor"]) -> "torch.optim.Optimizer":
    rate, momentum = config.learning_rate, config.momentum
    optim = torch.optim
    return {
        "sgd": lambda: optim.SGD(parameters, lr=rate),
        "momentum": lambda: optim.SGD(parameters, lr=rate, momentum=momentum),
        "nesterov": lambda: optim.SGD(parameters, lr=rate, momentum=momentum, nesterov=True),
        "rmsprop": lambda: optim.RMSprop(parameters, lr=rate),
        "adam": lambda: optim.Adam(parameters, lr=rate),
    }[config.optimizer]()


def _scheduler(
    config: Config, optimizer: "torch.optim.Optimizer"
) -> "torch.optim.lr_scheduler.LRScheduler":
    schedulers, iterations = torch.optim.lr_scheduler, config.iterations
    return {
        "constant": lambda: schedulers.ConstantLR(optimizer, factor=1),
        "step": lambda: schedulers.StepLR(optimizer, max(1, iterations // 10), gamma=0.5),
        "exponential": lambda: schedulers.ExponentialLR(optimizer, 0.01 ** (1 / iterations)),
        "cosine": lambda: schedulers.CosineAnnealingWarmRestarts(optimizer, iterations),
    }[config.learning_rate_schedule]()


def main() -> None:
    """Write the losses and final parameters of all cases, and what made them."""
    torch.set_num_threads(1)
    settings = cases()
    losses, parameters = zip(*(train(Config(**case)) for case in settings), strict=True)
    np.savez_compressed(
        FILE,
        torch=torch.__version__,
        settings=json.dumps(settings),
        losses=np.array(losses),
        parameters=np.concatenate(parameters),
    )
    print(f"{FILE.name}: {len(settings)} runs, {FILE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
