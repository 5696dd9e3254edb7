"""The limit on a run's work, so that nobody on the same server waits long for one update."""

from itertools import pairwise

from nnlab.data.datasets import DATASETS, OWN
from nnlab.data.real_sets import REAL_SETS, table_of
from nnlab.data.rules import BrokenRule
from nnlab.training.config import Config

# At this limit, an update takes about 0.1 s on one core, and a run's arrays take about 100 MB.
MAX_WORK = 100_000_000
UNIT_WORK = 20  # number of parameters that take as long as one unit's activation


def check_work(config: Config) -> None:
    """Raise a BrokenRule if a run has too many points for its network."""
    (n_units, n_parameters), count = _size(config), _count(config)
    most = MAX_WORK // (n_parameters + UNIT_WORK * n_units)
    if count > most:
        network = f"a network of {n_units} hidden units and {n_parameters:,} parameters"
        if config.dataset == OWN:
            raise BrokenRule("points", f"be at most {most:,} for {network}", f"{count:,}")
        must = f"be at most {most:,} including test points and your own, for {network}"
        raise BrokenRule("samples", must, f"{count:,}")


def work(config: Config) -> int:
    """Return the work of an update, to compare it with MAX_WORK.

    It is the number of points (training, test and own) times the size of the network. That size is
    the number of parameters, plus UNIT_WORK for each hidden unit.
    """
    n_units, n_parameters = _size(config)
    return _count(config) * (n_parameters + UNIT_WORK * n_units)


def _size(config: Config) -> tuple[int, int]:
    """Return the numbers of hidden units and of parameters."""
    sizes = config.layer_sizes
    return sum(config.hidden_layers), sum((n + 1) * m for n, m in pairwise(sizes))


def _count(config: Config) -> int:
    """Return the number of points."""
    drawn = config.samples + config.test_samples if DATASETS[config.dataset].is_random else 0
    if config.dataset in REAL_SETS:
        drawn = len(table_of(config.dataset).targets)
    return drawn + len(config.points)


def fits(config: Config) -> bool:
    """Say whether `check_work` allows a run."""
    try:
        check_work(config)
    except BrokenRule:
        return False
    return True
