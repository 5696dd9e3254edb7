"""One run of a sweep: computed in slices on any worker, summarized in a Result."""

import time
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nnlab.data.datasets import FloatArray
from nnlab.data.plane import pixel_centers, plane_extent
from nnlab.inspection.plane_levels import curve_levels, output_levels
from nnlab.model.computing import computing
from nnlab.training.config import Config
from nnlab.training.downsampling import bin_means, thin
from nnlab.training.metrics import Metrics
from nnlab.training.run import Run, advance, evaluate, predict, start

BOUNDARY_SIZE = 50  # pixels of a result's boundary along each axis
MAX_LOSSES = 200  # points of a result's loss curve
MAX_MEANS = 100  # of a result's losses
SLICE_SECONDS = 0.5  # of computing in one task; a cancelled sweep frees its workers within it

Status = Literal["done", "diverged", "error"]

_BINS = (MAX_LOSSES - 3) // 2  # `thin` keeps two per bin and up to two more; then the last loss


@dataclass(frozen=True, eq=False)
class Result:
    """What a sweep keeps of one of its runs.

    Attributes
    ----------
    index : from 0, in the order of the sweep's settings
    status : "done", even if a stop rule ended it; "diverged", with all else from the last finite
        state; or "error", without metrics, losses and boundary
    metrics : of the last parameters
    loss_iterations, losses : int32 and float64 (n_points,), n_points at most MAX_LOSSES: the
        training loss, thinned so that no spike is lost; the last one is of the last parameters
    mean_losses : float64 (n_means,), n_means at most MAX_MEANS: means of the training loss over
        `mean_over` updates each, the last over the rest; without updates, the initial loss
    boundary : uint8 (BOUNDARY_SIZE, BOUNDARY_SIZE) over the square of `plane_extent`, the topmost
        row first; levels as in `inspection.plane_levels`
    seconds : computing time, without waiting
    iteration : number of updates made
    error : what went wrong, in a sentence; else ""
    """

    index: int
    config: Config
    status: Status
    metrics: Metrics | None
    loss_iterations: NDArray[np.int32]
    losses: FloatArray
    mean_losses: FloatArray
    boundary: NDArray[np.uint8] | None
    seconds: float
    iteration: int
    error: str = ""

    @property
    def mean_over(self) -> int:
        """Return how many updates each of `mean_losses` is the mean of."""
        return _mean_over(self.config)


@dataclass(frozen=True, eq=False)
class Progress:
    """A run of a sweep between two slices of computing; before the first, `run` is None."""

    index: int
    config: Config
    run: Run | None = None
    seconds: float = 0.0

    @property
    def fraction(self) -> float:
        """Return the fraction of the run's updates that have been made."""
        return self.run.iteration / self.config.iterations if self.run else 0.0


def run_one(index: int, config: Config) -> Result:
    """Compute a run from start to end."""
    progress: Progress | Result = Progress(index, config)
    while isinstance(progress, Progress):
        progress = compute_slice(progress)
    return progress


def compute_slice(progress: Progress, seconds: float = SLICE_SECONDS) -> Progress | Result:
    """Compute a run for some seconds, or to its end; the slicing does not change the Result."""
    began = time.perf_counter()
    config = progress.config
    run = progress.run or start(config)
    run = advance(run, config.iterations - run.iteration, seconds=seconds)
    if run.stopped or run.iteration >= config.iterations:
        result = _result(progress.index, run)
        return replace(result, seconds=progress.seconds + time.perf_counter() - began)
    # A sweep never rewinds a run, and the snapshots would be most of the data sent.
    run = replace(run, snapshots=run.snapshots[:1])
    return replace(progress, run=run, seconds=progress.seconds + time.perf_counter() - began)


def failed(progress: Progress, error: str) -> Result:
    """Return the Result of a run that cannot go on."""
    none = np.empty(0, np.int32), np.empty(0), np.empty(0), None
    made = progress.seconds, progress.run.iteration if progress.run else 0
    return Result(progress.index, progress.config, "error", None, *none, *made, error)


def _result(index: int, run: Run) -> Result:
    metrics = evaluate(run)
    kept = thin(run.losses, _BINS)
    losses = run.losses if run.iteration else np.array([metrics.train_loss])
    return Result(
        index=index,
        config=run.config,
        status="diverged" if run.diverged else "done",
        metrics=metrics,
        loss_iterations=np.append(kept, run.iteration).astype(np.int32),
        losses=np.append(run.losses[kept], metrics.train_loss),
        mean_losses=bin_means(losses, _mean_over(run.config)),
        boundary=boundary(run),
        seconds=0.0,
        iteration=run.iteration,
    )


def _mean_over(config: Config) -> int:
    return -(-config.iterations // MAX_MEANS)


@computing()  # predictions can overflow far from the training points
def boundary(run: Run) -> NDArray[np.uint8]:
    """Return the run's predictions over the plane, as in `Result.boundary`."""
    extent = plane_extent(run.dataset)
    predictions = predict(run, pixel_centers(extent, BOUNDARY_SIZE))
    if run.dataset.is_curve:
        return curve_levels(predictions[:BOUNDARY_SIZE], *extent[2:])
    return output_levels(run.config.head, predictions.reshape(BOUNDARY_SIZE**2, -1))
