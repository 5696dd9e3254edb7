"""nnlab computes on one BLAS thread, and leaves the host process's own threads as they were."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[1]

# The sums over 20,000 errors and the products of 64 columns are large enough for several threads.
RUN = """
import hashlib, sys
import numpy as np
from threadpoolctl import threadpool_limits
threadpool_limits(int(sys.argv[1]), user_api="blas")
from nnlab import Config, NeuralNetClassifier, advance, evaluate, predict, start
digest = hashlib.sha256()
for loss in ("cross_entropy", "squared_error"):
    config = Config(samples=20_000, hidden_layers=(64, 64), output_loss=loss, regularization="l2")
    run = advance(start(config), 3)
    inputs, targets = run.dataset.train_inputs, run.dataset.train_targets[:, 0]
    estimator = NeuralNetClassifier(hidden_layers=(64,), output_loss=loss, iterations=2)
    for array in (run.parameters.vector, run.losses, predict(run, inputs),
                  estimator.fit(inputs, targets).predict_proba(inputs), estimator.loss_curve_):
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(repr(evaluate(run)).encode())
print(digest.hexdigest())
"""

# Sums of the same sizes, as NumPy alone computes them.
PLAIN = """
import hashlib, sys
import numpy as np
from threadpoolctl import threadpool_limits
threadpool_limits(int(sys.argv[1]), user_api="blas")
random = np.random.default_rng(0)
values, weights = random.normal(size=(20_000, 64)), random.normal(size=(64, 64))
products = values @ weights, values.T @ values, values[:, 0] @ values[:, 1]
print(hashlib.sha256(b"".join(np.asarray(each).tobytes() for each in products)).hexdigest())
"""

THREADS = """
import threading
import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

def threads():
    return {each["filepath"]: each["num_threads"]
            for each in threadpool_info() if each["user_api"] == "blas"}
"""

IMPORT = """
threadpool_limits(3, user_api="blas")
before = threads()
import nnlab, nnlab.__main__, nnlab.training.run
after = threads()
assert before.items() <= after.items(), (before, after)
nnlab.advance(nnlab.start(nnlab.Config(samples=10)), 1)
assert threads() == after, (after, threads())
"""

# Two calls begin and end in turn, as in a server of several sessions.
INTERLEAVED = """
from nnlab.model.computing import computing
threadpool_limits(3, user_api="blas")
before, one = threads(), dict.fromkeys(threads(), 1)
events = {name: threading.Event() for name in ("first in", "second in", "first out")}

def first():
    with computing():
        events["first in"].set()
        events["second in"].wait()
    events["first out"].set()

thread = threading.Thread(target=first, daemon=True)
thread.start()
events["first in"].wait()
with computing():
    assert threads() == one
    events["second in"].set()
    events["first out"].wait()
    assert threads() == one, threads()
thread.join()
assert threads() == before, threads()
"""

# threadpoolctl heeds only the first thread that sets a limit, here the host's main thread.
OTHER_THREAD = """
from nnlab.model.computing import computing
threadpool_limits(3, user_api="blas")
before, seen = threads(), []

def compute():
    with computing():
        seen.append(set(threads().values()))

thread = threading.Thread(target=compute)
thread.start()
thread.join()
assert seen == [{1}], seen
assert threads() == before, threads()
with threadpool_limits(2, user_api="blas"):
    assert set(threads().values()) == {2}, threads()
assert threads() == before, threads()
"""

FAILING = """
from nnlab.model.computing import computing
threadpool_limits(3, user_api="blas")
before = threads()
try:
    with computing():
        assert set(threads().values()) <= {1}
        raise KeyError
except KeyError:
    assert threads() == before
"""

APP = """
import nnlab.app.entry
assert set(threads().values()) <= {1}, threads()
import nnlab
nnlab.advance(nnlab.start(nnlab.Config(samples=10)), 1)
assert set(threads().values()) <= {1}, threads()
"""


def _output(program: str, *arguments: str) -> str:
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.slow
def test_results_are_the_same_bit_for_bit_on_one_and_on_many_threads() -> None:
    assert _output(RUN, "1") == _output(RUN, "4")
    if _output(PLAIN, "1") == _output(PLAIN, "4"):
        pytest.skip("this BLAS gives equal sums on one and on four threads, even without nnlab")


@pytest.mark.parametrize(
    "program",
    [IMPORT, INTERLEAVED, OTHER_THREAD, FAILING, APP],
    ids=["import", "interleaved", "other thread", "failing", "app"],
)
def test_the_host_gets_its_threads_back(program: str) -> None:
    assert _output(THREADS + program) == ""
