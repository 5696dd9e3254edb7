"""The limit on a run's work, so that nobody on the same server waits long for one update."""

from itertools import pairwise

from nnlab.data.datasets import OWN
from nnlab.data.rules import BrokenRule
from nnlab.training.config import Config

# At this limit, an update takes about 0.1 s on one core, and a run's arrays take about 100 MB.
MAX_WORK = 100_000_000
UNIT_WORK = 20  # number of parameters that take as long as one unit's activation


def check_work(config: Config) -> None:
    """Raise a BrokenRule if a run has too many points for its network.

    The work is the number of points (training, test and own) times the size of the network. That
    size is the number of parameters, plus UNIT_WORK for each hidden unit.
    """
    sizes = config.layer_sizes
    n_parameters = sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(sizes))
    n_units = sum(config.hidden_layers)
    most = MAX_WORK // (n_parameters + UNIT_WORK * n_units)
    drawn = 0 if config.dataset == OWN else config.samples + config.test_samples
    count = drawn + len(config.points)
    if count > most:
        network = f"a network of {n_units} hidden units and {n_parameters:,} parameters"
        if config.dataset == OWN:
            raise BrokenRule("points", f"be at most {most:,} for {network}", f"{count:,}")
        must = f"be at most {most:,} including test points and your own, for {network}"
        raise BrokenRule("samples", must, f"{count:,}")


def fits(config: Config) -> bool:
    """Say whether `check_work` allows a run."""
    try:
        check_work(config)
    except BrokenRule:
        return False
    return True
