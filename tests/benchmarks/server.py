"""Serves a page of this repository for a benchmark, and names the machine it runs on."""

import importlib.metadata
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
APP = ROOT / "streamlit_app.py"
START_SECONDS = 60  # that a server may take until it answers


@contextmanager
def serving(script: Path = APP) -> Iterator[tuple[str, psutil.Process]]:
    """Run a Streamlit script on a free port; yield its address, without a scheme, and its process.

    The server reads the repository's settings and imports the repository's nnlab.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless", "true"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait_for_answer(f"http://127.0.0.1:{port}/_stcore/health", process)
            yield f"127.0.0.1:{port}", psutil.Process(process.pid)
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


def _wait_for_answer(url: str, process: subprocess.Popen) -> None:
    deadline = time.perf_counter() + START_SECONDS
    while process.poll() is None and time.perf_counter() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"The server did not answer at {url} within {START_SECONDS} s.")


def machine(*packages: str) -> str:
    """Name the processor, its cores, Python and the versions of these packages."""
    cpu = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        cpu = next((line.split(": ")[1] for line in lines if line.startswith("model name")), cpu)
    versions = [f"{package} {importlib.metadata.version(package)}" for package in packages]
    parts = [f"{os.cpu_count()} cores, {cpu}", f"Python {platform.python_version()}", *versions]
    return " · ".join(parts)
