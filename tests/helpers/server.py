"""Serves a page of this repository on a free port, for the browser tests and the benchmarks."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psutil

from tests.helpers.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
APP = ROOT / "streamlit_app.py"


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def serving(
    script: Path = APP, *, port: int | None = None, base_path: str = ""
) -> AbstractContextManager[tuple[str, psutil.Process]]:
    """Run a Streamlit script; yield its address, without a scheme, and its process.

    The server reads the repository's settings and imports the repository's nnlab.
    """
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return served_by(command, ROOT, environment, port=port, base_path=base_path)


@contextmanager
def served_by(
    command: Sequence[str | Path],
    folder: Path,
    environment: Mapping[str, str],
    *,
    port: int | None = None,
    base_path: str = "",
    listen: str = "127.0.0.1",
) -> Iterator[tuple[str, psutil.Process]]:
    """Run a command that takes Streamlit's options; yield as `serving` does."""
    port = port or free_port()
    command = [*command, "--server.headless", "true", "--server.address", listen]
    command += ["--server.port", str(port), "--server.baseUrlPath", base_path]
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            address = f"127.0.0.1:{port}/{base_path}".rstrip("/")
            _wait_for_answer(f"http://{address}/_stcore/health", process)
            yield address, psutil.Process(process.pid)
        except BaseException:
            log.seek(0)
            print("The server's last words:\n" + log.read()[-3000:], file=sys.stderr)
            raise
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for_answer(url: str, process: subprocess.Popen[str]) -> None:
    deadline = time.perf_counter() + PATIENCE_SECONDS
    while process.poll() is None and time.perf_counter() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:  # nothing listens yet
            time.sleep(0.1)
    raise RuntimeError(f"The server did not answer at {url} within {PATIENCE_SECONDS} s.")
