"""Names the machine that a benchmark runs on."""

import importlib.metadata
import os
import platform
from pathlib import Path


def machine(*packages: str) -> str:
    """Name the processor, its cores, Python and the versions of these packages."""
    cpu = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        cpu = next((line.split(": ")[1] for line in lines if line.startswith("model name")), cpu)
    versions = [f"{package} {importlib.metadata.version(package)}" for package in packages]
    parts = [f"{os.cpu_count()} cores, {cpu}", f"Python {platform.python_version()}", *versions]
    return " · ".join(parts)
