"""Two runs that train together, so that they are compared at the same iteration."""

from math import inf

from nnlab.app.turns import MAX_DRAWN_PARAMETERS, MAX_FRAMES
from nnlab.training.run import Run, advance

Pair = tuple[Run, Run]


def tick(runs: Pair, speed: int | None, others: int, budget: float) -> list[Pair]:
    """Advance two runs in lockstep, and return both at each frame, the last one at the end.

    In each frame they are at the same iteration, unless one has stopped or is at the end of its
    iterations: it waits there for the other. The parameters are those of `turns.tick`.
    """
    # The slower one goes first: the other needs no more time for the same number of iterations.
    order = sorted((0, 1), key=lambda side: -_products(runs[side]))
    sides = list(runs)
    todo = max(map(remaining, runs))
    todo = todo if speed is None else min(speed, todo)
    most = MAX_DRAWN_PARAMETERS // sum(len(run.parameters.vector) for run in runs)
    count = max(1, min(todo, 1 if others else min(MAX_FRAMES, max(1, most))))
    seconds = budget / 2 / count / (1 + others if speed is None else 1)
    pairs = []
    for frame in range(count):
        iterations = todo * (frame + 1) // count - todo * frame // count
        limit = seconds
        for side in order:
            run = sides[side]
            made = min(iterations, remaining(run))
            if made:
                sides[side] = advance(run, made, seconds=limit)
                iterations, limit = sides[side].iteration - run.iteration, inf
        pairs.append((sides[0], sides[1]))
    return pairs


def remaining(run: Run) -> int:
    """Return how many iterations a run still has to make."""
    return 0 if run.stopped else max(0, run.config.iterations - run.iteration)


def _products(run: Run) -> int:
    """Return about how many multiplications an iteration takes."""
    samples = len(run.dataset.train_inputs)
    return len(run.parameters.vector) * min(run.config.batch_size or samples, samples)
