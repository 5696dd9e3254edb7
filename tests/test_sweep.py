"""A sweep gives the same results wherever it is computed, and only its owner stops it."""

import asyncio
import gc
import os
import pickle
import signal
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import loky
import numpy as np
import psutil
import pytest
from threadpoolctl import threadpool_info

from nnlab import Config, advance, evaluate, predict, start
from nnlab.data.plane import plane_extent
from nnlab.sweep import BOUNDARY_SIZE, MAX_LOSSES, MAX_RUNS, Result, Sweep, grid, run_one
from nnlab.sweep.executors import NICENESS, LocalPool, Workers
from nnlab.sweep.runs import Progress, compute_slice
from nnlab.sweep.sweep import UNWATCHED_SECONDS
from tests.benchmarks.fake_browser import FakeBrowser, run
from tests.helpers.executors import ByHand, Immediately
from tests.helpers.server import serving
from tests.helpers.sweeps import (
    LONG,
    MIXED,
    SHORT,
    bits,
    expected,
    results_of,
)
from tests.helpers.waiting import PATIENCE_SECONDS, wait_until


@pytest.fixture(scope="module")
def pool() -> Iterator[LocalPool]:
    """Share two worker processes between tests, as the sessions of a server do."""
    with LocalPool(2) as pool:
        yield pool


one_update = partial(compute_slice, seconds=0)  # a slice that is as short as can be


# One run


def test_a_result_agrees_with_advance_evaluate_and_predict() -> None:
    config = Config(samples=100, iterations=3000)
    run = advance(start(config), 3000)
    result = run_one(5, config)
    assert (result.index, result.config, result.status) == (5, config, "done")
    assert (result.iteration, result.error, result.metrics) == (3000, "", evaluate(run))
    assert len(result.losses) == len(result.loss_iterations) <= MAX_LOSSES
    assert (result.loss_iterations[0], result.loss_iterations[-1]) == (0, 3000)
    np.testing.assert_array_equal(result.losses[:-1], run.losses[result.loss_iterations[:-1]])
    assert result.losses[-1] == evaluate(run).train_loss
    assert result.losses.min() == min(*run.losses, evaluate(run).train_loss)
    assert 0 < result.seconds < PATIENCE_SECONDS


def test_a_short_run_keeps_all_its_losses() -> None:
    result = run_one(0, Config(samples=20, iterations=150))
    np.testing.assert_array_equal(result.loss_iterations, np.arange(151))


@pytest.mark.parametrize("problem", ["classification", "regression"])
def test_the_boundary_is_the_prediction_over_the_pages_square_from_its_top(problem: str) -> None:
    names = {"classification": "xor", "regression": "plane"}
    config = Config(problem=problem, dataset=names[problem], samples=50, iterations=300)
    run = advance(start(config), 300)
    boundary = run_one(0, config).boundary
    assert boundary is not None
    assert (boundary.shape, boundary.dtype) == ((BOUNDARY_SIZE, BOUNDARY_SIZE), np.uint8)
    left, right, bottom, top = plane_extent(run.dataset)
    for row, column in [(0, 0), (0, 49), (49, 0), (20, 33)]:
        x1 = left + (column + 0.5) / 50 * (right - left)
        x2 = top - (row + 0.5) / 50 * (top - bottom)
        answer = predict(run, np.array([[x1, x2]]))[0]
        share = answer if problem == "classification" else np.clip((answer + 1) / 2, 0, 1)
        # half a step of rounding, and what two ways to the point differ by
        assert abs(boundary[row, column] / 127 - share) <= 0.5001 / 127


def test_a_diverged_run_is_summed_up_where_it_was_last_finite() -> None:
    config = Config(samples=50, learning_rate=1000.0, activation="linear")
    run = advance(start(config), config.iterations)
    assert run.diverged
    result = run_one(0, config)
    assert (result.status, result.iteration) == ("diverged", run.iteration)
    assert result.metrics == evaluate(run)
    assert np.isfinite(result.losses).all()


def test_a_stop_rule_ends_a_run_that_is_done() -> None:
    result = run_one(0, Config(samples=50, target_loss=0.68))
    assert result.status == "done"
    assert result.metrics
    assert result.metrics.train_loss <= 0.68
    assert result.iteration < 25_000


def test_a_result_is_the_same_whatever_the_slices() -> None:
    config = Config(samples=50, batch_size=7, optimizer="adam", iterations=250)
    progress: Progress | Result = Progress(0, config)
    for _ in range(250):
        assert isinstance(progress, Progress)
        progress = one_update(progress)
    assert isinstance(progress, Result)
    assert bits(progress) == bits(run_one(0, config))


def test_a_run_between_its_slices_travels_without_its_past() -> None:
    config = Config(samples=50, iterations=500)
    far = advance(start(config), 400)
    assert len(far.snapshots) > 10
    progress = one_update(Progress(0, config, far))
    assert isinstance(progress, Progress)
    assert progress.run is not None
    assert progress.run.iteration == 401
    assert [one.iteration for one in progress.run.snapshots] == [0]


def test_a_run_between_its_slices_is_equal_to_itself_alone() -> None:
    one, other = (Progress(0, SHORT, start(SHORT)) for _ in range(2))
    assert one == one  # noqa: PLR0124 - arrays have no truth value
    assert {one, other, one} == {one, other}
    assert one != other


def test_a_run_between_its_slices_and_its_result_can_be_pickled() -> None:
    config = Config(samples=50, iterations=100)
    progress = Progress(0, config, advance(start(config), 50))
    assert progress.fraction == 0.5
    result = compute_slice(pickle.loads(pickle.dumps(progress)))
    assert isinstance(result, Result)
    assert bits(pickle.loads(pickle.dumps(result))) == bits(run_one(0, config))


# The local pool


def test_local_workers_bring_the_results_that_this_process_brings(pool: LocalPool) -> None:
    assert [bits(result) for result in results_of(Sweep(MIXED, pool, 2))] == expected()


def test_the_order_of_the_runs_changes_none_of_them(pool: LocalPool) -> None:
    backwards = results_of(Sweep(MIXED[::-1], pool, 2))
    assert [bits(result)[1:] for result in reversed(backwards)] == [each[1:] for each in expected()]


def one_blas_thread() -> bool:
    run_one(0, SHORT)
    blas = [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]
    return blas == [1] * len(blas) != []


def test_a_worker_yields_to_the_server_and_has_one_blas_thread(pool: LocalPool) -> None:
    assert pool.submit(os.nice, 0).result(PATIENCE_SECONDS) == NICENESS
    assert pool.submit(one_blas_thread).result(PATIENCE_SECONDS)


def test_ctrl_c_does_not_reach_a_worker(pool: LocalPool) -> None:
    worker = pool.submit(os.getpid).result(PATIENCE_SECONDS)
    os.kill(worker, signal.SIGINT)
    pids = [pool.submit(os.getpid) for _ in range(20)]
    assert worker in {pid.result(PATIENCE_SECONDS) for pid in pids}


def fail_with(error: type[Exception]) -> None:
    raise error("on purpose")


def test_an_error_in_a_task_is_the_futures_own(pool: LocalPool) -> None:
    with pytest.raises(KeyError, match="on purpose"):
        pool.submit(fail_with, KeyError).result(PATIENCE_SECONDS)


def test_a_worker_that_dies_costs_its_own_task_only(pool: LocalPool, tmp_path: Path) -> None:
    slow = pool.submit(wait_for, tmp_path / "go")
    dead = pool.submit(os._exit, 1)
    behind = [pool.submit(abs, -number) for number in range(5)]
    with pytest.raises(BrokenExecutor):
        dead.result(PATIENCE_SECONDS)
    (tmp_path / "go").touch()
    assert slow.result(PATIENCE_SECONDS) is None
    assert [each.result(PATIENCE_SECONDS) for each in behind] == [0, 1, 2, 3, 4]


def test_a_worker_that_dies_with_nothing_to_do_is_replaced(pool: LocalPool) -> None:
    def answers() -> bool:
        try:
            return pool.submit(abs, -1).result(PATIENCE_SECONDS) == 1
        except BrokenExecutor:  # the pool does not know yet
            return False

    for _ in range(3):
        worker = pool.submit(os.getpid).result(PATIENCE_SECONDS)
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda pid=worker: not psutil.pid_exists(pid))
        wait_until(answers)


@pytest.mark.slow
def test_an_idle_worker_ends_and_is_started_again() -> None:
    with LocalPool(1, idle_seconds=0.2) as pool:
        for _ in range(2):
            worker = pool.submit(os.getpid).result(PATIENCE_SECONDS)
            wait_until(lambda pid=worker: not psutil.pid_exists(pid))


@pytest.mark.slow
def test_a_pool_that_shuts_down_finishes_its_tasks_and_ends_its_workers() -> None:
    pool = LocalPool(1)
    pids = [pool.submit(os.getpid) for _ in range(3)]
    pool.shutdown()
    assert all(pid.done() for pid in pids)
    assert not psutil.pid_exists(pids[0].result())
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.submit(abs, 1)


def wait_for(file: Path) -> None:
    wait_until(file.exists)


@pytest.mark.slow
def test_a_pool_can_shut_down_without_the_tasks_that_wait(tmp_path: Path) -> None:
    pool = LocalPool(1)
    first, second = pool.submit(wait_for, tmp_path / "go"), pool.submit(abs, 1)
    pool.shutdown(wait=False, cancel_futures=True)
    (tmp_path / "go").touch()
    assert first.result() is None
    assert second.cancelled()


# A sweep


@pytest.mark.parametrize("at_once", [1, 7])
def test_any_executor_will_do(at_once: int) -> None:
    runs = grid(Config(samples=10, iterations=1), [], range(MAX_RUNS))
    sweep = Sweep(runs, Immediately(), at_once)
    assert [result.config for result in results_of(sweep)] == runs
    with ThreadPoolExecutor(2) as threads:
        results = results_of(Sweep(runs[:9], threads, at_once))
    assert [result.config for result in results] == runs[:9]


def test_a_sweep_has_no_more_tasks_at_once_than_it_may() -> None:
    executor = ByHand()
    sweep = Sweep(grid(SHORT, [], range(5)), executor, 3)
    for waiting in (3, 3, 3, 2, 1):
        assert len(executor.tasks) == waiting
        executor.compute()
    assert executor.tasks == []
    assert [result.index for result in sweep.results] == [0, 1, 2, 3, 4]
    assert sweep.finished


def test_what_has_begun_comes_before_what_has_not() -> None:
    executor = ByHand()
    runs = grid(Config(samples=10, iterations=3), [], range(4))
    sweep = Sweep(runs, executor, 1, compute=one_update)
    for number in range(4):
        assert sweep.done == number
        for _ in range(3):
            executor.compute()
    assert sweep.finished


def test_results_come_while_others_are_computed(pool: LocalPool) -> None:
    sweep = Sweep([LONG, SHORT, SHORT], pool, 2)
    wait_until(lambda: len(sweep.results) == 2)
    assert (sweep.done, sweep.total, sweep.finished) == (2, 3, False)
    assert {result.index for result in sweep.results} == {1, 2}
    sweep.cancel()


def test_the_time_left_is_extrapolated_from_what_is_made() -> None:
    now = 100.0
    executor = ByHand()
    runs = grid(Config(samples=10, iterations=2), [], range(4))
    sweep = Sweep(runs, executor, 1, compute=one_update, clock=lambda: now)
    assert sweep.seconds_left is None
    now += 3
    executor.compute()  # half a run in 3 s: 3.5 runs to go
    assert sweep.seconds_left == 21
    now += 3
    executor.compute()
    assert sweep.seconds_left == 18
    sweep.pause()
    now += 3
    executor.compute()  # 1.5 runs in 9 s
    now += 1000
    assert sweep.seconds_left == 15
    sweep.resume()
    executor.compute_all()
    assert sweep.seconds_left == 0


def test_cancel_ends_a_sweep_and_its_workers_are_free(pool: LocalPool) -> None:
    sweep = Sweep([SHORT, *[LONG] * 10], pool, 2)
    wait_until(lambda: sweep.results)
    sweep.cancel()
    assert (sweep.finished, sweep.cancelled) == (True, True)
    free = [pool.submit(os.getpid) for _ in range(2)]
    assert all(future.result(PATIENCE_SECONDS) for future in free)
    assert [result.index for result in sweep.results] == [0]


def test_after_cancel_no_task_follows_and_no_result_is_taken() -> None:
    executor = ByHand()
    sweep = Sweep([SHORT] * 5, executor, 2)
    executor.compute()
    sweep.cancel()
    assert len(executor.tasks) == 2
    executor.compute_all()
    assert (sweep.finished, sweep.cancelled) == (True, True)
    assert [result.index for result in sweep.results] == [0]
    assert executor.tasks == []


def test_a_pause_keeps_the_workers_free_and_a_resumed_sweep_has_lost_nothing() -> None:
    executor = ByHand()
    sweep = Sweep(MIXED, executor, 2)
    executor.compute()
    sweep.pause()
    assert sweep.paused
    executor.compute_all()  # the slices in progress
    assert len(sweep.results) < sweep.total
    assert executor.tasks == []
    sweep.resume()
    executor.compute_all()
    assert [bits(result) for result in results_of(sweep)] == expected()


def test_a_sweep_that_nobody_watches_rests_until_somebody_does() -> None:
    now = 0.0
    executor = ByHand()
    sweep = Sweep(MIXED, executor, 2, clock=lambda: now)
    executor.compute()
    now += UNWATCHED_SECONDS
    executor.compute_all()
    assert sweep.done < sweep.total
    assert executor.tasks == []
    assert len(sweep.results) < sweep.total  # somebody looks
    assert len(executor.tasks) == 2
    executor.compute_all()
    assert [bits(result) for result in results_of(sweep)] == expected()


def test_a_sweep_whose_session_has_ended_is_forgotten(pool: LocalPool) -> None:
    references = []
    now = 0.0

    def session() -> None:
        sweep = Sweep([LONG] * 3, pool, 2, clock=lambda: now)
        wait_until(lambda: sweep.seconds_left is not None)
        references.append(weakref.ref(sweep))

    session()
    now += UNWATCHED_SECONDS
    wait_until(lambda: gc.collect() >= 0 and references[0]() is None)


def test_a_sweep_does_not_wait_for_all_runs_of_another_one(pool: LocalPool) -> None:
    first = Sweep([LONG] * 5, pool, 2)
    results_of(Sweep([SHORT] * 5, pool, 2))
    assert not first.finished
    first.cancel()


# What goes wrong


def workers_of(process: psutil.Process) -> list[psutil.Process]:
    """Return the worker processes that a process has started."""
    return [child for child in process.children() if "popen_loky" in " ".join(child.cmdline())]


def test_a_worker_that_is_killed_in_mid_sweep_costs_no_run(pool: LocalPool) -> None:
    sweep = Sweep(MIXED, pool, 2)
    wait_until(lambda: sweep.results or sweep.seconds_left)
    victim = max(workers_of(psutil.Process()), key=lambda child: child.cpu_times().user)
    victim.kill()
    assert [bits(result) for result in results_of(sweep)] == expected()
    assert not victim.is_running()


def deadly_slice(progress: Progress) -> Progress | Result:
    """Compute a slice; one of the runs kills its worker."""
    if progress.index == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return compute_slice(progress)


def test_a_run_that_kills_its_workers_ends_with_an_error_and_harms_no_other(
    pool: LocalPool,
) -> None:
    results = results_of(Sweep(grid(SHORT, [], range(8)), pool, 2, compute=deadly_slice))
    assert [result.index for result in results if result.status == "error"] == [3]
    error = results[3]
    assert error.error.startswith("It failed twice, the second time with TerminatedWorkerError: ")
    assert "\n" not in error.error
    assert (error.metrics, error.boundary, error.iteration) == (None, None, 0)
    assert (len(error.losses), len(error.loss_iterations)) == (0, 0)


def failing_once(failed: Path, progress: Progress) -> Progress | Result:
    """Compute a slice; one of the runs kills its worker the first time."""
    if progress.index == 1 and not failed.exists():
        failed.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return compute_slice(progress)


def test_a_run_that_fails_once_is_tried_again(pool: LocalPool, tmp_path: Path) -> None:
    failing = partial(failing_once, tmp_path / "failed")
    results = results_of(Sweep(grid(SHORT, [], range(4)), pool, 2, compute=failing))
    assert (tmp_path / "failed").exists()
    assert [result.status for result in results] == ["done"] * 4


def test_a_run_without_training_points_is_refused_and_solves_nothing() -> None:
    nothing = Config(dataset="own", iterations=50)
    with pytest.raises(ValueError, match=r"^points must not be empty .*, got none$"):
        Sweep([SHORT, nothing], Immediately())
    metrics = run_one(0, nothing).metrics
    assert metrics is not None
    assert np.isnan(metrics.train_loss)


def test_a_connection_that_is_lost_ends_a_sweep_with_errors_unless_it_was_cancelled() -> None:
    connected = True
    workers = Workers(ByHand(), 2, lambda: connected)
    going, cancelled = (Sweep([SHORT] * 3, shared=lambda: workers) for _ in range(2))
    cancelled.cancel()
    connected = False
    assert [result.error for result in going.results] == [
        "The connection to the cluster is lost"
    ] * 3
    assert cancelled.results == []


def test_a_sweep_uses_the_workers_that_join_later() -> None:
    executor, at_once = ByHand(), 2
    sweep = Sweep([SHORT] * 5, shared=lambda: Workers(executor, at_once))
    for at_once in (2, 3):
        assert sweep.results == []
        assert len(executor.tasks) == at_once


def test_an_executor_that_is_shut_down_ends_a_sweep_with_errors() -> None:
    threads = ThreadPoolExecutor(1)
    threads.shutdown()
    results = results_of(Sweep([SHORT] * 3, threads, 2))
    assert [result.status for result in results] == ["error"] * 3
    assert results[0].error.endswith("RuntimeError: cannot schedule new futures after shutdown")


PAGE = """
import os
from pathlib import Path

import streamlit as st

from nnlab import Config
from nnlab.sweep import Sweep
from nnlab.sweep.cluster import shared_workers

here = Path(__file__).parent
with (here / "ran").open("a") as ran:
    print(os.getpid(), file=ran)
if "sweep" not in st.session_state:
    st.session_state.sweep = Sweep([Config(iterations=1_000_000)] * 5)
names = "' '.join(__import__('sys').modules)"
(here / "modules").write_text(shared_workers().executor.submit(eval, names).result())
"""


async def visit(url: str, seen: Callable[[], bool]) -> None:
    """Open a page and stay until something holds."""
    until = time.perf_counter() + PATIENCE_SECONDS
    session = asyncio.create_task(FakeBrowser("", False).live(url, 0, until))
    while not (seen() or session.done()):
        await asyncio.sleep(0.05)
    session.cancel()


@pytest.mark.slow
def test_under_streamlit_workers_do_not_run_the_page_and_end_with_the_server(
    tmp_path: Path,
) -> None:
    """They end even with a server that is killed and cannot notify them."""
    page = tmp_path / "page.py"
    page.write_text(PAGE)
    with serving(page) as (address, server):
        run(visit(f"ws://{address}/_stcore/stream", (tmp_path / "modules").exists))
        wait_until(lambda: len(workers_of(server)) == loky.cpu_count())
        workers = workers_of(server)
        server.kill()
        server.wait(PATIENCE_SECONDS)
        psutil.wait_procs(workers, PATIENCE_SECONDS)
        assert [worker for worker in workers if worker.is_running()] == []
    modules = (tmp_path / "modules").read_text().split()
    assert "nnlab.sweep.runs" in modules
    assert "streamlit" not in modules
    assert set((tmp_path / "ran").read_text().split()) == {str(server.pid)}
