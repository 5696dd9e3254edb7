"""Tests of whether a difference between two networks on the same test points is due to chance."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, ttest_rel

from nnlab.data.datasets import FloatArray
from nnlab.training.run import TEST_EVERY, Run

SIGNIFICANCE = 0.05  # the probability that chance alone makes any of a run's tests positive


def level(run: Run, comparisons: int = 1) -> float:
    """Return the level of significance of each test that a run is put to.

    It is SIGNIFICANCE divided by the number of tests (Bonferroni; Dunn 1961, Multiple comparisons
    among means): a run is looked at whenever its test points are, up to its last iteration, and may
    each time be compared with several others.
    """
    looks = max(1, max(run.iteration, run.config.iterations) // TEST_EVERY)
    return SIGNIFICANCE / (looks * comparisons)


def significantly_lower(ours: FloatArray, others: FloatArray, level: float) -> bool:
    """Say whether the mean of the first losses (n,) is lower, by a paired t-test (Student 1908)."""
    if np.array_equal(ours, others):
        return False
    return bool(ttest_rel(ours, others, alternative="less").pvalue < level)


def significantly_fewer(ours: NDArray[np.bool_], others: NDArray[np.bool_], level: float) -> bool:
    """Say whether fewer points (n,) are wrong in the first array, by McNemar's exact test (1947).

    Of the points that only one of two equally good networks gets wrong, each is as likely to be
    wrong in the one as in the other.
    """
    mended, broken = int((others & ~ours).sum()), int((ours & ~others).sum())
    if not mended:
        return False
    return bool(binomtest(mended, mended + broken, alternative="greater").pvalue < level)
