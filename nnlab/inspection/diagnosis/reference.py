"""What can be reached on a run's points: a network that usually does well, and new points."""

from dataclasses import replace
from typing import Any

from nnlab.data.datasets import DATASETS, OWN
from nnlab.data.scales import need_scaling, standardized_points
from nnlab.training.config import Config

NEW_POINTS = 10_000
USUAL: dict[str, Any] = {
    "hidden_layers": (16, 16),
    "activation": "tanh",
    "initialization": "xavier",
    "optimizer": "adam",
    "learning_rate": 0.01,
    "learning_rate_schedule": "constant",
    "batch_size": None,
    "regularization": "none",
}


def reference(config: Config) -> Config:
    """Return the settings of a network that usually does well on the points of a config.

    Own points on bad scales are standardized.
    """
    points = config.points
    if config.dataset == OWN and need_scaling(points, config.problem):
        points = standardized_points(points, config.problem)
    return replace(config, points=points, **USUAL)


def with_new_points(config: Config) -> Config | None:
    """Return the settings with NEW_POINTS other test points; None if not all points are drawn.

    On so many points, networks that differ by a few points of accuracy can be told apart. The
    standard error of an accuracy of 80 % is four points on 100 test points, and 0.4 on these.
    """
    if not DATASETS[config.dataset].draw or len(config.points):
        return None
    seed = 2**32 - 1 - config.data_seed  # the sum of the two is odd, so they differ
    return replace(config, test_samples=NEW_POINTS, test_seed=seed)
