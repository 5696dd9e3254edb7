"""A command ends with one sentence, whole rows and no process left, whatever ends it."""

import csv
import io
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.helpers.processes import running
from tests.helpers.server import free_port
from tests.helpers.waiting import PATIENCE_SECONDS, wait_until

ROOT = Path(__file__).parents[1]
TRAIN = ["-m", "nnlab", "train", "--iterations", "1000000"]
# One short run; the others would take minutes.
SWEEP = ["-m", "nnlab", "sweep", "--workers", "2", "--samples", "50"]
SWEEP += ["--axis", "iterations=50; 999998; 999999; 1000000"]
PAGE = ["-c", "import sys; from nnlab.app.launcher import run; sys.exit(run())"]

SIGNALS = {
    "Ctrl-C": (130, [signal.SIGINT]),
    "two Ctrl-C": (130, [signal.SIGINT, signal.SIGINT]),
    "SIGTERM": (143, [signal.SIGTERM]),
}

pytestmark = pytest.mark.slow


@contextmanager
def begun(arguments: list[str], **options: Any) -> Iterator[subprocess.Popen]:
    """Start Python in a process group of its own, as a shell does; wait until nothing is left."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": ROOT}
    command = [sys.executable, "-W", "error", "-X", "faulthandler", *arguments]
    with running(command, **{**pipes, **options}, start_new_session=True) as process:
        yield process
        process.wait(PATIENCE_SECONDS)
        wait_until(lambda: not members(process.pid))


def members(group: int) -> list[int]:
    """Return the processes of a group that still run."""
    found = []
    for process in psutil.process_iter():
        try:
            alive = process.status() != psutil.STATUS_ZOMBIE
            if alive and os.getpgid(process.pid) == group:
                found.append(process.pid)
        except (psutil.NoSuchProcess, ProcessLookupError):
            continue
    return found


def send(group: int, signals: list[signal.Signals], *, to_all: bool) -> None:
    for number in signals:
        (os.killpg if to_all else os.kill)(group, number)


def outcome(process: subprocess.Popen) -> tuple[int, str, str]:
    """Return exit code, output and errors at the end of a process.

    A process that does not end writes what its threads do, and is ended. `Popen.communicate`
    would lose the lines that a `readline` has read ahead.
    """
    too_late = threading.Timer(PATIENCE_SECONDS, os.killpg, (process.pid, signal.SIGABRT))
    too_late.start()
    out, error = (pipe and pipe.read() for pipe in (process.stdout, process.stderr))
    too_late.cancel()
    return process.wait(), out, error


@pytest.mark.parametrize("how", SIGNALS)
@pytest.mark.parametrize("lines_before", [1, 2, 4])
def test_a_signal_ends_training_with_whole_rows(how: str, lines_before: int) -> None:
    """The first line comes before the 100,000 points are drawn, the others while it trains."""
    code, signals = SIGNALS[how]
    with begun([*TRAIN, "--samples", "100000", "--every", "1"]) as process:
        lines = [process.stdout.readline() for _ in range(lines_before)]
        send(process.pid, signals, to_all=True)
        returned, out, error = outcome(process)
    assert returned == code
    found = re.fullmatch(r"Stopped at iteration (\d+)\.\n", error)
    assert found
    rows = ("".join(lines) + out).splitlines()[1:]
    assert [int(row.split()[0]) for row in rows] == list(range(len(rows)))
    assert all(len(row.split()) == 3 for row in rows)
    assert int(found[1]) >= len(rows) - 1


@pytest.mark.parametrize("to_all", [True, False], ids=["from the terminal", "to it alone"])
@pytest.mark.parametrize("how", SIGNALS)
@pytest.mark.parametrize("lines_before", [1, 2])
def test_a_signal_ends_a_sweep_with_whole_rows_and_its_workers(
    how: str, lines_before: int, to_all: bool
) -> None:
    """After the first line the workers start, after the second both compute."""
    code, signals = SIGNALS[how]
    with begun(SWEEP) as process:
        lines = [process.stdout.readline() for _ in range(lines_before)]
        send(process.pid, signals, to_all=to_all)
        returned, out, error = outcome(process)
    assert returned == code, error
    assert re.fullmatch(r"Stopped after 0:\d\d: [01] of 4 runs(, 1 done)?\.\n", error)
    rows = list(csv.reader(io.StringIO("".join(lines) + out)))
    assert len({len(row) for row in rows}) == 1
    assert len(rows) - 1 == int(error.split(": ")[1][0])


def imports(process: subprocess.Popen, module: str) -> Callable[[], bool]:
    """Return a function that says whether a process has loaded a compiled module."""
    maps = Path(f"/proc/{process.pid}/maps")
    return lambda: module in maps.read_text()


@pytest.mark.parametrize("how", SIGNALS)
@pytest.mark.parametrize("arguments", [TRAIN, SWEEP, PAGE], ids=["train", "sweep", "page"])
@pytest.mark.parametrize("module", ["numpy/_core", "scipy", "sklearn"])
def test_a_signal_during_the_imports_ends_a_command_at_once(
    how: str, arguments: list[str], module: str
) -> None:
    code, signals = SIGNALS[how]
    options = ["--server.headless", "true", "--server.port", str(free_port())]
    with begun([*arguments, *(options if arguments is PAGE else [])]) as process:
        wait_until(imports(process, module))
        send(process.pid, signals, to_all=True)
        assert outcome(process) == (code, "", "Stopped before it began.\n")


@pytest.mark.parametrize("how", SIGNALS)
def test_a_signal_ends_the_server_of_the_page_with_its_workers(how: str) -> None:
    """It cleans up as it exits: otherwise Python would warn of leftover semaphores."""
    code, signals = SIGNALS[how]
    port = free_port()
    options = ["--server.headless", "true", "--server.port", str(port)]
    with begun([*PAGE, *options], stderr=subprocess.PIPE) as process:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/_stcore/health"))
        send(process.pid, signals, to_all=False)
        returned, _, error = outcome(process)
    assert returned == code
    assert error.splitlines()[-1] == "Stopped."
    assert "Traceback" not in error


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def test_a_server_gets_the_first_signal_alone() -> None:
    """At a second one in the same moment, it logged a traceback of what it cut off."""
    program = (
        "import signal; from nnlab import process_end\n"
        "got = []\n"
        "for number in (signal.SIGINT, signal.SIGTERM):\n"
        "    signal.signal(number, lambda number, frame: got.append(number))\n"
        "process_end.pass_only_the_first_signal()\n"
        "for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM):\n"
        "    signal.raise_signal(number)\n"
        "print(*got)\n"
    )
    with begun(["-c", program]) as process:
        assert outcome(process) == (0, f"{int(signal.SIGTERM)}\n", "")


def test_ctrl_c_that_the_shell_has_switched_off_stays_off() -> None:
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "import sys; from nnlab import process_end\n"
        "ignored = lambda: signal.getsignal(signal.SIGINT) is signal.SIG_IGN\n"
        "sys.exit(process_end.run_with_signals(lambda: 0 if ignored() else 1))\n"
    )
    with begun(["-c", program]) as process:
        assert outcome(process) == (0, "", "")


FULL = Path("/dev/full")  # every write to it fails as on a full disk
SHORT = ["--axis", "iterations=50; 60; 70; 80; 90; 100", "--samples", "50"]
NO_SPACE = "The output cannot be written: No space left on device.\n"


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has /dev/full")
@pytest.mark.parametrize("arguments", [TRAIN, SWEEP], ids=["train", "sweep"])
def test_a_full_disk_under_the_output_is_one_sentence(arguments: list[str]) -> None:
    with FULL.open("w") as full, begun(arguments, stdout=full) as process:
        assert outcome(process) == (1, None, NO_SPACE)


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has /dev/full")
def test_a_full_disk_under_the_file_of_a_sweep_is_one_sentence() -> None:
    with begun([*SWEEP, "--output", str(FULL)]) as process:
        assert outcome(process) == (1, "", NO_SPACE)


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has /dev/full")
def test_standard_error_that_cannot_be_written_changes_only_the_exit_code() -> None:
    with FULL.open("w") as full, begun([*TRAIN, "--samples", "x"], stderr=full) as process:
        assert outcome(process) == (1, "", None)


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("to_file", [True, False], ids=["--output", ">"])
def test_a_disk_that_gets_full_keeps_the_whole_rows_of_a_sweep(
    to_file: bool, unbuffered: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    file = tmp_path / "sweep.csv"
    with file.open("w") as stdout, limited(300):
        arguments = ["-m", "nnlab", "sweep", "--workers", "2", *SHORT]
        options = ["--output", str(file)] if to_file else []
        with begun([*arguments, *options], stdout=stdout) as process:
            returned, _, error = outcome(process)
    assert (returned, error) == (1, "The output cannot be written: File too large.\n")
    rows = list(csv.reader(file.read_text().splitlines()))
    assert len(rows) > 1
    assert len({len(row) for row in rows}) == 1
    assert 200 < len(file.read_bytes()) <= 300


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_disk_that_gets_full_keeps_the_whole_rows_of_training(
    unbuffered: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    file = tmp_path / "rows"
    arguments = [*TRAIN, "--samples", "10", "--every", "1"]
    with file.open("w") as stdout, limited(600), begun(arguments, stdout=stdout) as process:
        returned, _, error = outcome(process)
    assert (returned, error) == (1, "The output cannot be written: File too large.\n")
    _, *rows = file.read_text().splitlines()
    assert [int(row.split()[0]) for row in rows] == list(range(len(rows)))
    assert all(len(row.split()) == 3 for row in rows)
    assert len(rows) > 5


def test_an_error_that_is_not_about_the_output_keeps_its_own_words() -> None:
    program = (
        "import os, sys; from nnlab import process_end\n"
        "sys.exit(process_end.exit_code_of(lambda: len(os.listdir('/does/not/exist'))))\n"
    )
    with begun(["-c", program]) as process:
        returned, _, error = outcome(process)
    assert returned == 1
    last = "FileNotFoundError: [Errno 2] No such file or directory: '/does/not/exist'"
    assert error.splitlines()[-1] == last


@contextmanager
def limited(size: int) -> Iterator[None]:
    """Limit the size of the files that processes started inside can write."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [([*TRAIN, "--samples", "10", "--every", "1"], 3), ([*SWEEP, "--seeds", "100"], 2)],
    ids=["train", "sweep"],
)
def test_a_pipe_closed_by_its_reader_causes_no_error_message(
    arguments: list[str], lines: int
) -> None:
    with begun(arguments) as process:
        for _ in range(lines):
            assert process.stdout.readline()
        process.stdout.close()  # as `head` does
        assert process.wait(PATIENCE_SECONDS) == 1
        assert process.stderr.read() == ""


SIGNALS_BLOCKED_IN_WORKERS = """
import signal
from nnlab.sweep.executors import LocalPool

if __name__ == "__main__":
    pool = LocalPool(2)
    blocked = [pool.submit(signal.pthread_sigmask, signal.SIG_BLOCK, []) for _ in range(2)]
    print(*(signal.SIGINT in future.result() for future in blocked))
    pool.shutdown()
"""


def test_ctrl_c_reaches_no_worker_that_starts() -> None:
    """The first worker of a process got it, and ended with a traceback of Python's own start."""
    with begun(["-c", SIGNALS_BLOCKED_IN_WORKERS]) as process:
        assert outcome(process) == (0, "True True\n", "")


KILLED_BEFORE_ITS_QUEUES_END = """
import threading, time
from loky.backend.queues import Queue
from nnlab.sweep.executors import LocalPool

feed = Queue._feed
def feed_and_end_late(*arguments):
    feed(*arguments)
    time.sleep(1)  # long enough for a kill that does not wait
Queue._feed = staticmethod(feed_and_end_late)

if __name__ == "__main__":
    pool = LocalPool(1)
    pool.submit(abs, -1).result()
    pool.kill()
    print([thread.name for thread in threading.enumerate()])
"""


def test_a_killed_pool_leaves_no_thread_that_would_free_semaphores_after_the_process() -> None:
    """Once in some thirty sweeps that a signal ended, loky warned of a lost semaphore."""
    command = [sys.executable, "-W", "error", "-c", KILLED_BEFORE_ITS_QUEUES_END]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert (ended.stdout, ended.stderr) == ("['MainThread']\n", "")


KILLED_WHILE_IT_SENDS_A_RESULT = """
import os, sys, time
from multiprocessing.connection import Connection
from pathlib import Path
from nnlab.sweep.executors import LocalPool
from tests.helpers.waiting import wait_until

def answer_in_part(began):
    def send(connection, data):
        os.write(connection.fileno(), data[: len(data) // 2])
        Path(began).touch()
        time.sleep(1000)
    Connection._send = send

if __name__ == "__main__":
    pool = LocalPool(2)
    for name in ("first", "second"):
        began = Path(sys.argv[1], name)
        pool.submit(answer_in_part, str(began))
        wait_until(began.exists)
    pool.kill()
    print("killed")
"""


def test_a_pool_can_be_killed_while_its_workers_send_their_results(tmp_path: Path) -> None:
    """It waited for ever for the rest of the results."""
    file = tmp_path / "main.py"  # loky's processes look for the function there
    file.write_text(KILLED_WHILE_IT_SENDS_A_RESULT)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with begun([str(file), str(tmp_path)], env=environment) as process:
        assert outcome(process) == (0, "killed\n", "")
