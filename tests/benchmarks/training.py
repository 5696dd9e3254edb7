"""How fast does nnlab train, next to its peers on the same job? Prints tables, asserts no time.

    python -m tests.benchmarks.training

from the repository's root, in any environment with requirements.txt installed; PyTorch joins in
where it can be imported. All peers run in this one process, in turns, from the same starting
weights, and have to end at the same loss; the figures are medians over the turns. Takes a few
minutes.
"""

import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable, Iterable
from itertools import pairwise
from statistics import median
from unittest.mock import patch

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from nnlab import Config, Run, advance, evaluate, start
from nnlab.app.turns import BUDGET_SECONDS
from nnlab.data.features import FEATURES
from nnlab.inspection.diagnosis import diagnose
from nnlab.inspection.observation import observe
from nnlab.model.activations import ACTIVATIONS
from nnlab.model.optimizers import OPTIMIZERS, PENALTIES, SCHEDULES
from nnlab.training.history import STATISTICS_EVERY, Snapshot, Snapshots
from tests.helpers.machine import machine

try:
    import torch
except ModuleNotFoundError:
    torch = None

TURNS, ITERATIONS = 21, 400
NEVER = 10**9  # iterations between two samples
PIECE = 200  # iterations after which another way to train has its turn

# A trainer makes ITERATIONS updates from the run's weights and returns the loss before the last.
Trainer = Callable[[], float]


def nnlab_trainer(run: Run) -> Trainer:
    return lambda: float(advance(run, ITERATIONS).losses[-1])


def article_trainer(run: Run, *, with_accuracy: bool) -> Trainer:
    """Return the article's loop: row-major NumPy, a dictionary, a fresh array per operation.

    The operations are the article's, in its order, for any number of layers. It also counts the
    accuracy in every iteration, with Python's `sum` over the samples, which takes longer than all
    the rest; `with_accuracy=False` leaves that out.
    """
    X, Y = np.ascontiguousarray(run.dataset.train_inputs), run.dataset.train_targets
    m, last = len(X), len(run.parameters.weights)

    def forward(parameters: dict) -> dict:
        cache = {"a0": X}
        for k in range(1, last + 1):
            z = np.dot(cache[f"a{k - 1}"], parameters[f"W{k}"]) + parameters[f"b{k}"]
            cache[f"a{k}"] = np.maximum(0, z) if k < last else 1.0 / (1.0 + np.exp(-z))
        return cache

    def compute_loss(a: np.ndarray) -> float:
        terms = np.multiply(-np.log(a), Y) + np.multiply(-np.log(1 - a), 1 - Y)
        return 1.0 / m * np.nansum(terms)

    def accuracy(a: np.ndarray) -> np.ndarray:
        return sum(np.round(a) == Y) / m

    def backward(parameters: dict, cache: dict) -> dict:
        gradients = {}
        dz = 1.0 / m * (cache[f"a{last}"] - Y)
        for k in range(last, 0, -1):
            gradients[f"W{k}"] = np.dot(cache[f"a{k - 1}"].T, dz)
            gradients[f"b{k}"] = np.sum(dz, axis=0, keepdims=True)
            if k > 1:
                da = np.dot(dz, parameters[f"W{k}"].T)
                dz = np.multiply(da, np.int64(cache[f"a{k - 1}"] > 0))
        return gradients

    def train() -> float:
        parameters, losses = {}, []
        for k in range(1, last + 1):
            parameters[f"W{k}"] = np.array(run.parameters.weights[k - 1], order="C")
            parameters[f"b{k}"] = np.array(run.parameters.biases[k - 1], order="C")
        for _ in range(ITERATIONS):
            cache = forward(parameters)
            losses.append(compute_loss(cache[f"a{last}"]))
            if with_accuracy:
                accuracy(cache[f"a{last}"])
            gradients = backward(parameters, cache)
            for name, gradient in gradients.items():
                parameters[name] = parameters[name] - run.config.learning_rate * gradient
        return float(losses[-1])

    return train


def sklearn_trainer(run: Run, batch_size: int | None = None, epochs: int = ITERATIONS) -> Trainer:
    """Return scikit-learn's classifier, set to gradient descent at a constant rate.

    Without a batch size it takes full batches, in the data's order, and an epoch is an update.
    """
    inputs, labels = run.dataset.train_inputs, run.dataset.train_targets[:, 0].astype(int)
    model = MLPClassifier(
        run.config.hidden_layers,
        solver="sgd",
        batch_size=batch_size or len(inputs),
        learning_rate_init=run.config.learning_rate,
        momentum=0,
        alpha=0,
        shuffle=batch_size is not None,
        random_state=0,
        max_iter=1,
        tol=0,
        n_iter_no_change=10**9,  # never: it counts on from turn to turn
        warm_start=True,
    )

    def train() -> float:
        for ours, theirs in zip(run.parameters.weights, model.coefs_, strict=True):
            theirs[:] = ours
        for ours, theirs in zip(run.parameters.biases, model.intercepts_, strict=True):
            theirs[:] = ours[0]
        model.fit(inputs, labels)
        return float(model.loss_curve_[-1])

    warnings.filterwarnings("ignore", category=ConvergenceWarning)  # it is told when to stop
    model.fit(inputs, labels)  # allocates the weights that train() sets
    model.set_params(max_iter=epochs)
    return train


def torch_trainer(run: Run, dtype: "torch.dtype") -> Trainer:
    """Return PyTorch on the CPU: Sequential, BCEWithLogitsLoss, SGD."""
    sizes = run.config.layer_sizes
    layers = []
    for fan_in, fan_out in pairwise(sizes):
        layers += [torch.nn.Linear(fan_in, fan_out, dtype=dtype), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])  # the last layer gives the logits
    loss_function = torch.nn.BCEWithLogitsLoss()
    inputs = torch.tensor(run.dataset.train_inputs, dtype=dtype)
    targets = torch.tensor(run.dataset.train_targets, dtype=dtype)

    def train() -> float:
        with torch.no_grad():
            for layer, weights, biases in zip(
                layers[::2], run.parameters.weights, run.parameters.biases, strict=True
            ):
                layer.weight.copy_(torch.tensor(weights.T.copy()))
                layer.bias.copy_(torch.tensor(biases[0].copy()))
        optimizer = torch.optim.SGD(model.parameters(), lr=run.config.learning_rate)
        losses = []
        for _ in range(ITERATIONS):
            loss = loss_function(model(inputs), targets)
            losses.append(loss.item())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return losses[-1]

    return train


def in_turns(trainers: dict[str, Trainer]) -> tuple[dict[str, float], dict[str, list[float]]]:
    """Return the loss that each trainer ends with and the seconds of each of its turns."""
    losses = {name: train() for name, train in trainers.items()}  # also warms up
    seconds: dict[str, list[float]] = {name: [] for name in trainers}
    for _ in range(TURNS):
        for name, train in trainers.items():
            began = time.perf_counter()
            train()
            seconds[name].append(time.perf_counter() - began)
    return losses, seconds


def print_peers() -> None:
    run = start(Config())
    trainers = {
        "nnlab": nnlab_trainer(run),
        "the article's code": article_trainer(run, with_accuracy=True),
        " without its accuracy line": article_trainer(run, with_accuracy=False),
        "scikit-learn MLPClassifier": sklearn_trainer(run),
    }
    if torch:
        # On jobs this small a second thread only waits, at times for long: one is its best.
        torch.set_num_threads(1)
        trainers["PyTorch CPU, float64"] = torch_trainer(run, torch.float64)
        trainers["PyTorch CPU, float32"] = torch_trainer(run, torch.float32)
    losses, seconds = in_turns(trainers)
    ours = median(seconds["nnlab"])
    print(f"\nThe article's run, 1000 samples, 2-10-5-1; {TURNS} turns of {ITERATIONS} iterations")
    print(f"{'':<28}{'µs/iteration':>13}{'fastest':>9}{'slowest':>9}{'ratio':>7}  last loss")
    for name, times in seconds.items():
        micros = [1e6 * value / ITERATIONS for value in (median(times), min(times), max(times))]
        print(
            f"{name:<28}{micros[0]:>13.1f}{micros[1]:>9.1f}{micros[2]:>9.1f}"
            f"{median(times) / ours:>7.1f}  {losses[name]!r}"
        )
        # float32 carries 7 digits, float64 16; 400 updates lose a few of them to rounding.
        tolerance = 1e-5 if "float32" in name else 1e-11
        if abs(losses[name] / losses["nnlab"] - 1) > tolerance:
            sys.exit(f"{name} ends at another loss: it does not do the same job")


def print_variants() -> None:
    """Print what each way to train costs beside plain gradient descent."""
    variants = {
        "sgd, the article's run": Config(),
        **{name: Config(optimizer=name) for name in OPTIMIZERS if name != "sgd"},
        **{name: Config(regularization=name) for name in PENALTIES if name != "none"},
        **{name: Config(learning_rate_schedule=name) for name in SCHEDULES if name != "constant"},
        "stop rules": Config(target_loss=1e-9, patience=10**6),
        "squared error": Config(output_loss="squared_error"),
        "all features": Config(features=tuple(FEATURES)),
        **{name: Config(activation=name) for name in ACTIVATIONS if name != "relu"},
        "three classes": Config(dataset="spirals", classes=3),
        "three, squared error": Config(dataset="spirals", classes=3, output_loss="squared_error"),
        "six classes": Config(dataset="spirals", classes=6),
        "batches of 32": Config(batch_size=32),
        "batches of 1": Config(batch_size=1),
    }
    trainers = {name: nnlab_trainer(start(config)) for name, config in variants.items()}
    _, seconds = in_turns(trainers)
    plain = next(iter(seconds.values()))
    print(f"\nThe article's run with one thing changed; {TURNS} turns of {ITERATIONS} iterations")
    print(f"{'':<28}{'µs/iteration':>13}{'to plain':>10}")
    for name, times in seconds.items():
        # turn by turn, so that what slows the machine down for a while slows both
        ratio = median(time_ / other for time_, other in zip(times, plain, strict=True))
        print(f"{name:<28}{1e6 * median(times) / ITERATIONS:>13.1f}{ratio:>10.2f}")


def print_batches() -> None:
    """Print batches of 32 beside scikit-learn's, which deals them out in another order."""
    epochs = 12
    run = start(Config(batch_size=32))
    per_epoch = -(-len(run.dataset.train_inputs) // 32)
    updates = epochs * per_epoch
    trainers: dict[str, Trainer] = {
        "nnlab": lambda: float(advance(run, updates).losses[-per_epoch:].mean()),
        "scikit-learn MLPClassifier": sklearn_trainer(run, 32, epochs),
    }
    losses, seconds = in_turns(trainers)
    ours = seconds["nnlab"]
    print(f"\nThe same in batches of 32, shuffled; {TURNS} turns of {epochs} epochs")
    print(f"{'':<28}{'µs/update':>13}{'ratio':>10}  mean loss of the last epoch")
    for name, times in seconds.items():
        ratio = median(time_ / other for time_, other in zip(times, ours, strict=True))
        print(f"{name:<28}{1e6 * median(times) / updates:>13.1f}{ratio:>10.1f}  {losses[name]:.4f}")
    # the order of the points decides the third digit
    if abs(losses["scikit-learn MLPClassifier"] / losses["nnlab"] - 1) > 0.01:
        sys.exit("scikit-learn ends at another loss: it does not do the same job")


def microseconds(run: Run, iterations: int, turns: int = 9) -> float:
    """Measure the median time per iteration of one call of advance."""
    times = []
    for _ in range(turns + 1):  # the first one warms up
        began = time.perf_counter()
        advance(run, iterations)
        times.append(time.perf_counter() - began)
    return 1e6 * median(times[1:]) / iterations


class NoSnapshots(Snapshots):
    """Snapshots that stay those of the beginning."""

    def __init__(self, kept: Iterable[Snapshot], iteration: int) -> None:
        super().__init__(kept, iteration)
        self.stride = NEVER


def costs_of_memory(config: Config, iterations: int, turns: int) -> tuple[float, list[float]]:
    """Train with and without snapshots and layer history, in turns of few iterations each.

    Returns µs per iteration with both, and the shares that snapshots, layer history and both add to
    the time without. Processor time: differences this small are far below what a machine's other
    work does to the time on the clock.
    """
    ways = [  # with snapshots, with layer history
        (Snapshots, STATISTICS_EVERY),
        (Snapshots, NEVER),
        (NoSnapshots, STATISTICS_EVERY),
        (NoSnapshots, NEVER),
    ]
    totals = []
    for turn in range(turns):
        runs = [advance(start(config), 1)] * len(ways)  # behind what is sampled at iteration 0
        seconds = [0.0] * len(ways)
        for piece in range(iterations // PIECE):
            for place in range(len(ways)):
                way = (place + piece + turn) % len(ways)  # none of them always comes first
                with (
                    patch("nnlab.training.run.Snapshots", ways[way][0]),
                    patch("nnlab.training.run.STATISTICS_EVERY", ways[way][1]),
                ):
                    began = time.process_time()
                    runs[way] = advance(runs[way], PIECE)
                    seconds[way] += time.process_time() - began
        totals.append(seconds)
    both, snapshots, layers, _ = (
        median(seconds[way] / seconds[3] - 1 for seconds in totals) for way in range(len(ways))
    )
    return 1e6 * median(seconds[0] for seconds in totals) / iterations, [snapshots, layers, both]


def print_memory_of_the_way() -> None:
    """Print what a run's snapshots and its layers' history cost, by training without each."""
    print("\nWhat a run remembers of its way, as a share of the processor time without it")
    print(f"{'':<34}{'µs/iteration':>13}{'snapshots':>11}{'layers':>9}{'both':>9}")
    deep = Config(hidden_layers=(64,) * 8, initialization="he", samples=100)
    for name, config, iterations, turns in (
        ("the article's run, all of it", Config(), 25_000, 5),
        ("its first 400 iterations", Config(), 400, 101),
        ("5000 in batches of 1", Config(batch_size=1), 5000, 15),
        ("5000 of Adam with a penalty", Config(optimizer="adam", regularization="l2"), 5000, 9),
        ("400 of 64 units in 8 layers", deep, 400, 15),
    ):
        micros, costs = costs_of_memory(config, iterations, turns)
        print(f"{name:<34}{micros:>13.1f}{costs[0]:>11.1%}{costs[1]:>9.1%}{costs[2]:>9.1%}")


def print_diagnosis() -> None:
    """Print what the diagnosis of each tick costs, on a plateau, where no rule can be left out."""
    run = advance(start(Config(iterations=25_000)), 5_000)
    costs = []
    for _ in range(TURNS):
        begin = time.perf_counter()
        run = advance(run, ITERATIONS, seconds=BUDGET_SECONDS)
        trained = time.perf_counter()
        observation = observe(run)  # the page needs it anyway
        observed = time.perf_counter()
        diagnose(observation)
        costs.append((time.perf_counter() - observed) / (trained - begin))
    print(f"\nThe diagnosis of a tick costs {median(costs):.2%} of its training")


def print_growth() -> None:
    print("\nµs per iteration as the job grows, the rest as in the article's run")
    each = {}
    for samples in (100, 1000, 8192, 10_000, 100_000):
        run = start(Config(samples=samples))
        value = microseconds(run, max(10, 1_000_000 // samples // 2))
        each[samples] = value / samples
        print(f"{samples:>7} samples {value:>10.1f} {1000 * value / samples:>8.1f} ns per sample")
    ratio = each[100_000] / each[10_000]
    print(f"        a sample of 100,000 costs {ratio:.2f} times one of 10,000")
    for width in (4, 8, 16, 32, 64):
        value = microseconds(start(Config(hidden_layers=(width, width))), 300)
        print(f"{width:>7} units in each of two hidden layers {value:>10.1f}")
    for depth in range(9):
        value = microseconds(start(Config(hidden_layers=(8,) * depth)), 300)
        print(f"{depth:>7} hidden layers of 8 units {value:>10.1f}")


def print_calls() -> None:
    """Print what a call costs beside its iterations, early and late in a run."""
    print("\nµs per call of advance, the article's run")
    early = start(Config())
    late = advance(early, 25_000)
    batches = start(Config(batch_size=32))
    for name, run in (
        ("at iteration 0", early),
        ("at iteration 25,000", late),
        ("batches of 32", batches),
    ):
        costs = [n * microseconds(run, n, turns=201) for n in (1, 25)]
        print(f"{name:<21} 1 iteration {costs[0]:>8.1f}   25 iterations {costs[1]:>8.1f}")


def print_memory() -> None:
    for layers in ((10, 5), (64,) * 8):
        tracemalloc.start()
        evaluate(advance(start(Config(samples=100_000, hidden_layers=layers)), 3))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        print(f"{peak / 1e6:>7.0f} MB at most for a run of 100,000 samples, hidden layers {layers}")


if __name__ == "__main__":
    print(machine("numpy", "scikit-learn"))
    print_peers()
    print_variants()
    print_batches()
    print_memory_of_the_way()
    print_diagnosis()
    print_growth()
    print_calls()
    print()
    print_memory()
