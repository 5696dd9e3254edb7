"""How fast does nnlab's estimator fit, beside scikit-learn's own network? Prints a table.

    python -m tests.benchmarks.estimator

from the repository's root. Whole calls of `fit`, in turns in this one process, from the same
starting weights, which have to end at the same loss; the figures are medians over the turns.
nnlab multiplies each matrix on one thread, and shares out more than 8,192 samples to all cores;
scikit-learn gets a turn with one and a turn with all cores. Takes a few minutes.
"""

import os
import sys
import time
import warnings
from collections.abc import Callable
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.datasets import (
    load_breast_cancer,
    load_digits,
    load_iris,
    load_wine,
    make_classification,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import RepeatedStratifiedKFold, cross_validate
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from nnlab import Config, NeuralNetClassifier, NeuralNetRegressor, start
from tests.helpers.machine import machine

TURNS = 7
EPOCHS, BATCH, UNITS, RATE = 40, 32, 32, 0.005  # on real data

Estimator = NeuralNetClassifier | NeuralNetRegressor
Fit = Callable[[], float]  # returns the last loss


class Job(NamedTuple):
    """What both have to fit; the losses differ by at most `tolerance`, relatively."""

    name: str
    model: Estimator
    inputs: np.ndarray
    targets: np.ndarray
    tolerance: float = 1e-9  # other orders of summation


def jobs() -> list[Job]:
    article = start(Config()).dataset
    inputs, labels = article.train_inputs, article.train_targets[:, 0].astype(int)

    def table(n_samples: int, n_columns: int) -> tuple[np.ndarray, np.ndarray]:
        return make_classification(n_samples, n_columns, random_state=0)

    classifier = NeuralNetClassifier(initialization="xavier")
    return [
        Job("the article's, 1000 x 2", NeuralNetClassifier(iterations=2000), inputs, labels),
        Job(
            "in batches of 32",
            NeuralNetClassifier(iterations=30 * 32, batch_size=32),
            *(inputs, labels),
            tolerance=0.02,  # shuffled in another order
        ),
        Job(
            "by Adam",
            NeuralNetClassifier(iterations=2000, optimizer="adam"),
            *(inputs, labels),
            tolerance=1e-3,  # its epsilon stands elsewhere
        ),
        Job("100 x 10", clone(classifier).set_params(iterations=2000), *table(100, 10)),
        Job("10,000 x 20", clone(classifier).set_params(iterations=200), *table(10_000, 20)),
        Job("100,000 x 50", clone(classifier).set_params(iterations=100), *table(100_000, 50)),
        Job(
            "100,000 x 50, 64-64",
            clone(classifier).set_params(iterations=5, hidden_layers=(64, 64)),
            *table(100_000, 50),
        ),
        Job(
            "a regression, 1000 x 20",
            NeuralNetRegressor(initialization="xavier", iterations=1000),
            *table(1000, 20),
        ),
        *map(real_job, (load_iris, load_wine, load_digits)),
    ]


def real_job(load: Callable[..., Any]) -> Job:
    """Return the job of fitting a real data set, standardized, with Adam in batches."""
    X, y = load(return_X_y=True)
    name = f"{load.__name__.removeprefix('load_')}, with Adam in batches"
    # scikit-learn shuffles in another order
    return Job(name, on_real_data(len(y)), StandardScaler().fit_transform(X), y, tolerance=0.05)


def on_real_data(n_rows: int) -> NeuralNetClassifier:
    """Return nnlab's estimator for so many rows of real data."""
    return NeuralNetClassifier(
        initialization="xavier",
        optimizer="adam",
        hidden_layers=(UNITS,),
        batch_size=BATCH,
        iterations=EPOCHS * -(-n_rows // BATCH),
        learning_rate=RATE,
    )


def ours(job: Job) -> Fit:
    return lambda: _last_epoch(job, job.model.fit(job.inputs, job.targets).loss_curve_)


def _last_epoch(job: Job, losses: np.ndarray) -> float:
    """Return the mean loss of the last pass, as scikit-learn's curve has it."""
    return float(losses[-_updates_per_epoch(job) :].mean())


def _updates_per_epoch(job: Job) -> int:
    return -(-len(job.inputs) // (job.model.batch_size or len(job.inputs)))


def theirs(job: Job) -> Fit:
    """Return scikit-learn's network, set to the same job, from our starting weights."""
    begun = clone(job.model).set_params(target_loss=1e6).fit(job.inputs, job.targets)
    kind = MLPClassifier if isinstance(job.model, NeuralNetClassifier) else MLPRegressor
    peer = kind(
        hidden_layer_sizes=job.model.hidden_layers,
        solver=job.model.optimizer,
        batch_size=job.model.batch_size or len(job.inputs),
        learning_rate_init=job.model.learning_rate,
        momentum=0,
        alpha=0,
        shuffle=job.model.batch_size is not None,
        random_state=0,
        max_iter=1,
        tol=0,
        n_iter_no_change=10**9,  # never: it counts on from turn to turn
        warm_start=True,
    )
    peer.fit(job.inputs, job.targets)  # allocates the weights that are set below
    peer.set_params(max_iter=job.model.iterations // _updates_per_epoch(job))

    def fit() -> float:
        for its, start_ in zip(peer.coefs_, begun.coefs_, strict=True):
            its[:] = start_
        for its, start_ in zip(peer.intercepts_, begun.intercepts_, strict=True):
            its[:] = start_
        return float(peer.fit(job.inputs, job.targets).loss_curve_[-1])

    return fit


def print_accuracies() -> None:
    """Print both classifiers' accuracies in five folds of real data, and the time of all fits."""
    print("\nfive folds of real data, standardized, four times: accuracy, and seconds of all fits")
    print(f"{'':<16}{'nnlab':>8}{'scikit-learn':>14}{'nnlab':>9}{'scikit-learn':>14}{'ratio':>7}")
    for load in (load_iris, load_wine, load_digits, load_breast_cancer):
        X, y = load(return_X_y=True)
        ours = on_real_data(len(y) * 4 // 5)
        folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=4, random_state=0)
        theirs = MLPClassifier(
            (UNITS,), learning_rate_init=RATE, batch_size=BATCH, alpha=0, max_iter=EPOCHS, tol=0,
            n_iter_no_change=10**9, random_state=0,
        )  # fmt: skip
        found = [
            cross_validate(make_pipeline(StandardScaler(), model), X, y, cv=folds)
            for model in (ours, theirs)
        ]
        scores = [result["test_score"].mean() for result in found]
        seconds = [result["fit_time"].sum() for result in found]
        print(
            f"{load.__name__.removeprefix('load_'):<16}{scores[0]:>8.1%}{scores[1]:>14.1%}"
            f"{seconds[0]:>9.2f}{seconds[1]:>14.2f}{seconds[1] / seconds[0]:>6.1f}x"
        )
        if scores[0] < scores[1] - 0.01:
            sys.exit("nnlab is more than one point behind")


def main() -> None:
    warnings.filterwarnings("ignore", category=ConvergenceWarning)  # it is told when to stop
    print(machine("numpy", "scikit-learn"))
    print(f"\nmilliseconds for one fit, medians of {TURNS} turns, and scikit-learn's over nnlab's")
    print(f"{'':<43}{'scikit-learn,':>19}{'scikit-learn,':>19}")
    print(f"{'':<30}{'updates':>8}{'nnlab':>9}{'1 thread':>15}{'all cores':>19}  last loss")
    for job in jobs():
        their_fit = theirs(job)
        fits = [(ours(job), 1), (their_fit, 1), (their_fit, os.cpu_count())]
        losses = [fit() for fit, _ in fits]  # also warms up
        seconds: list[list[float]] = [[] for _ in fits]
        for _ in range(TURNS):
            for (fit, threads), times in zip(fits, seconds, strict=True):
                with threadpool_limits(threads, user_api="blas"):
                    began = time.perf_counter()
                    fit()
                    times.append(time.perf_counter() - began)
        # turn by turn, so that what slows the machine down for a while slows all
        ratios = [
            median(time_ / our for time_, our in zip(times, seconds[0], strict=True))
            for times in seconds
        ]
        millis = [1000 * median(times) for times in seconds]
        print(
            f"{job.name:<30}{job.model.iterations:>8}{millis[0]:>9.0f}"
            f"{millis[1]:>9.0f} {ratios[1]:>4.1f}x{millis[2]:>13.0f} {ratios[2]:>4.1f}x"
            f"  {losses[0]!r}"
        )
        if abs(losses[1] / losses[0] - 1) > job.tolerance:
            sys.exit(f"scikit-learn ends at {losses[1]!r}: it does not do the same job")


if __name__ == "__main__":
    main()
    print_accuracies()
