"""`pip install .` gives a package that has all it needs, in an environment with nothing else."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from playwright.sync_api import Page, expect

import nnlab
from tests.helpers.browser_page import button, iteration, open_page, press
from tests.helpers.server import ROOT, served_by

pytestmark = pytest.mark.slow

PARTS = ("nnlab", ".streamlit", "README.md", "pyproject.toml", "requirements.txt")
# Without the repository, which the tests' own process finds first.
OUTSIDE = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
PRIMARY = "rgb(8, 119, 189)"  # the light theme's in .streamlit/config.toml


def requirements(file: Path) -> list[Requirement]:
    """Read a list of packages."""
    lines = file.read_text().splitlines()
    return [Requirement(line) for line in lines if line and line[0] not in "-#"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, so that the build's own files do not end up in the clone."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in PARTS:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "."]
    subprocess.run(command, cwd=folder, env=OUTSIDE, check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def commands(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Install the wheel into an empty environment; yield the folder of its commands."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", folder], env=OUTSIDE, check=True)
    pip = [folder / "bin/pip", "install", "--quiet", "--no-compile", wheel]
    subprocess.run(pip, env=OUTSIDE, check=True)
    yield folder / "bin"
    shutil.rmtree(folder)  # half a gigabyte


def test_the_wheel_has_every_file_of_the_package(wheel: Path) -> None:
    files = {
        str(file.relative_to(ROOT))
        for file in (ROOT / "nnlab").rglob("*")
        if file.is_file() and file.suffix != ".pyc"
    }
    files |= {"nnlab/app/.streamlit/config.toml"}  # which lies outside of nnlab, in a clone
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert packed == files


def test_the_metadata_repeats_nothing_that_stands_elsewhere(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    (folder,) = tmp_path.glob("*.dist-info")
    package = Distribution.at(folder)
    assert (package.name, package.version) == ("nnlab", nnlab.__version__)
    assert package.metadata["Requires-Python"] == ">=3.11"
    assert "Watch a neural network learn" in package.metadata["Summary"]
    assert str(package.metadata.get_payload()).strip() == (ROOT / "README.md").read_text().strip()
    needed = [Requirement(one) for one in package.requires or ()]
    assert [one for one in needed if not one.marker] == requirements(ROOT / "requirements.txt")
    (extra,) = (one for one in needed if one.marker)
    assert extra.marker
    assert extra.marker.evaluate({"extra": "cluster"})
    installed = {one.name: one for one in requirements(ROOT / "tests/requirements.txt")}
    assert extra.specifier == installed[extra.name].specifier


def test_the_command_opens_the_page_in_any_folder(
    commands: Path, page: Page, tmp_path: Path
) -> None:
    with served_by([commands / "nnlab"], tmp_path, OUTSIDE) as (address, _):
        open_page(page, f"http://{address}")
        expect(button(page, "Start")).to_have_css("background-color", PRIMARY)
        press(page, "Start")
        page.wait_for_function(
            "document.querySelector('[data-live-chart=decision-boundary]').dataset.iteration > 0"
        )
        assert iteration(page) > 0
        page.goto("about:blank")  # otherwise the page logs an error


def test_the_command_trains_and_sweeps(commands: Path, tmp_path: Path) -> None:
    def lines(*arguments: str) -> list[str]:
        result = subprocess.run(
            [commands / "nnlab", *arguments],
            cwd=tmp_path,
            env=OUTSIDE,
            check=True,
            capture_output=True,
            text=True,
        )
        return result.stdout.splitlines()

    small = ["--samples", "50", "--iterations", "20"]
    assert lines("--version") == [f"nnlab {nnlab.__version__}"]
    assert lines("train", *small)[-1].startswith("After 20 iterations: ")
    assert len(lines("sweep", *small, "--seeds", "2", "--workers", "1")) == 3
