"""A sweep on a Dask cluster gives the same results bit for bit, even if a worker is killed."""

import csv
import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from threading import Event
from typing import NamedTuple

import pytest
from distributed import Client

from nnlab import Config
from nnlab.data.rules import BrokenRule
from nnlab.sweep import Axis, Sweep, grid, run_one
from nnlab.sweep.cluster import (
    COUNT_SECONDS,
    MISSING_SECONDS,
    SCHEDULER,
    Cluster,
    shared_workers,
)
from tests.helpers.server import ROOT, free_port
from tests.helpers.sweeps import (
    LONG,
    MIXED,
    SHORT,
    bits,
    expected,
    results_of,
)
from tests.helpers.waiting import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.slow

DASK = [sys.executable, "-m", "dask"]


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen]:
    """Run one of Dask's commands from the repository's root, as the README says."""
    process = subprocess.Popen([*DASK, *arguments], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def scheduler() -> Iterator[tuple[str, subprocess.Popen]]:
    """Start a scheduler; yield its address and its process."""
    port = str(free_port())
    options = ["--host", "127.0.0.1", "--port", port, "--no-dashboard"]
    with started("scheduler", *options) as process:
        yield f"tcp://127.0.0.1:{port}", process


class LocalCluster(NamedTuple):
    """A scheduler, a client, and worker processes of one thread each."""

    address: str
    client: Client
    workers: list[subprocess.Popen]


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """Start a scheduler and two workers that speak with it over TCP."""
    with scheduler() as (address, _):
        worker = ("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")
        with (
            started(*worker) as first,
            started(*worker) as second,
            Client(address, timeout=PATIENCE_SECONDS, set_as_default=False) as client,
        ):
            client.wait_for_workers(2, timeout=PATIENCE_SECONDS)
            yield LocalCluster(address, client, [first, second])


def test_a_cluster_brings_the_results_that_this_process_brings(cluster: LocalCluster) -> None:
    with cluster.client.get_executor(pure=False) as executor:
        assert [bits(result) for result in results_of(Sweep(MIXED, executor, 2))] == expected()


def test_the_command_line_sweeps_on_the_cluster_of_the_environment(cluster: LocalCluster) -> None:
    options = ["--axis", "noise=0; 0.1", "--seeds", "2", "--samples", "50", "--iterations", "100"]
    result = subprocess.run(
        [sys.executable, "-W", "error", "-m", "nnlab", "sweep", *options],
        cwd=ROOT,
        env={**os.environ, SCHEDULER: cluster.address},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )
    rows = sorted(csv.DictReader(io.StringIO(result.stdout)), key=lambda row: int(row["run"]))
    axes = [Axis("noise", (0, 0.1))]
    configs = grid(Config(samples=50, iterations=100), axes, [4, 5])
    losses = [run_one(0, config).metrics.train_loss for config in configs]
    assert [float(row["train_loss"]) for row in rows] == losses


def test_a_cancelled_sweep_leaves_the_clusters_workers(cluster: LocalCluster) -> None:
    with cluster.client.get_executor(pure=False) as executor:
        sweep = Sweep([LONG] * 5, executor, 2)
        wait_until(lambda: sweep.seconds_left)
        sweep.cancel()
        wait_until(lambda: not any(cluster.client.processing().values()))
    assert sweep.results == []


def test_a_worker_that_is_killed_in_mid_sweep_costs_no_run(cluster: LocalCluster) -> None:
    """One of two workers is killed in the middle of its run; the other takes it over."""
    cluster.workers[0].send_signal(signal.SIGSTOP)  # so that its run does not end before
    with cluster.client.get_executor(pure=False) as executor:
        configs = [Config(samples=200, iterations=1000, seed=seed) for seed in range(3)]
        sweep = Sweep(configs, executor, 2)
        wait_until(lambda: len(sweep.results) == 2)
        assert any(cluster.client.processing().values())
        cluster.workers[0].kill()
        here = [bits(run_one(index, config)) for index, config in enumerate(configs)]
        assert [bits(result) for result in results_of(sweep)] == here
    assert len(cluster.client.nthreads()) == 1


def test_a_sweep_whose_scheduler_is_gone_ends_with_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    with scheduler() as (address, process):
        monkeypatch.setenv(SCHEDULER, address)
        Client(address, timeout=PATIENCE_SECONDS, set_as_default=False).close()  # until it answers
        assert shared_workers().at_once == 1  # no worker has come yet
        sweep = Sweep(grid(SHORT, [], range(5)))
        process.kill()
        results = results_of(sweep)
    assert [result.status for result in results] == ["error"] * 5
    assert results[4].error == "The connection to the cluster is lost"
    with pytest.raises(ValueError, match=r"^NNLAB_DASK_SCHEDULER must be the address of a run.*"):
        Sweep([SHORT])  # it connects again


def test_workers_that_join_later_are_used() -> None:
    with (
        scheduler() as (address, _),
        Client(address, timeout=PATIENCE_SECONDS, set_as_default=False) as client,
    ):
        # by this clock, each look is long after the one before
        shared = Cluster(address, partial(next, count(step=COUNT_SECONDS))).workers
        sweep = Sweep([LONG] * 5, shared=shared)
        assert shared().at_once == 1
        with started("worker", address, "--nthreads", "2", "--no-nanny", "--no-dashboard"):
            wait_until(
                lambda: sweep.results == [] and [*map(len, client.processing().values())] == [2]
            )
            sweep.cancel()


def test_a_cluster_that_was_not_there_is_not_searched_for_at_every_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    attempts = []

    def refuse(address: str, **_: object) -> None:
        attempts.append(address)
        raise OSError("timed out")

    address, now = "tcp://127.0.0.1:2", 0.0
    cluster = Cluster(address, lambda: now)
    monkeypatch.setattr("distributed.Client", refuse)
    for _ in range(3):
        with pytest.raises(ValueError, match=f"running Dask scheduler.*got '{address}'"):
            cluster.workers()
    assert attempts == [address]
    now += MISSING_SECONDS
    with pytest.raises(ValueError, match="running Dask scheduler"):
        cluster.workers()
    wait_until(lambda: attempts == [address] * 2)


def test_nobody_waits_while_a_missing_scheduler_is_searched_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searches, may_end, ended = [], Event(), Event()

    def search(address: str, **_: object) -> None:
        searches.append(address)
        if len(searches) > 1:
            may_end.wait(PATIENCE_SECONDS)
            ended.set()
        raise OSError("timed out")

    now = 0.0
    cluster = Cluster("tcp://127.0.0.1:2", lambda: now)
    monkeypatch.setattr("distributed.Client", search)
    for _ in range(3):
        with pytest.raises(BrokenRule):
            cluster.workers()
        now += MISSING_SECONDS
    assert not ended.is_set()
    may_end.set()
    assert ended.wait(PATIENCE_SECONDS)
    assert len(searches) == 2


@pytest.mark.parametrize(
    "address",
    [
        *["tcp://127.0.0.1:1", "nonsense", "http://127.0.0.1:1"],
        *["tls://127.0.0.1:1", "ucx://127.0.0.1:1"],  # which need more than an address
    ],
)
def test_an_address_without_a_scheduler_is_one_sentence(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SCHEDULER, address)
    sentence = "NNLAB_DASK_SCHEDULER must be the address of a running Dask scheduler, like .*, got "
    with pytest.raises(ValueError, match=f"^{sentence}'{address}'$"):
        shared_workers()


def test_without_distributed_a_cluster_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(SCHEDULER, "tcp://127.0.0.1:8786")
    monkeypatch.setitem(sys.modules, "distributed", None)  # as if it were not installed
    sentence = r"unset, or the extra nnlab\[cluster\] be .* pip install '\.\[cluster\]'\), got 'tcp"
    with pytest.raises(ValueError, match=sentence):
        shared_workers()


def test_without_the_variable_nothing_distributed_is_imported() -> None:
    program = "import sys, nnlab.__main__; print({'dask', 'distributed'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
