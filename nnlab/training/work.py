"""How much work a run may be, so that nobody on the same server waits long for one update."""

from itertools import pairwise

from nnlab.data.datasets import OWN
from nnlab.data.rules import BrokenRule
from nnlab.training.config import Config

# An update of a run with as much work takes about 0.1 s on one core, and its arrays about 100 MB.
MAX_WORK = 100_000_000
UNIT_WORK = 20  # parameters that take as long as the activation of one unit


def check_work(config: Config) -> None:
    """Raise a BrokenRule if a run has too many points for its network.

    The work is the product of both: all training, test and own points, times the network's
    parameters and UNIT_WORK for each hidden unit.
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
        must = f"be at most {most:,} with all test points and your own, for {network}"
        raise BrokenRule("samples", must, f"{count:,}")


def fits(config: Config) -> bool:
    """Say whether `check_work` allows a run."""
    try:
        check_work(config)
    except BrokenRule:
        return False
    return True
