"""Data flows one way through the folders, and so do imports."""

import ast
import subprocess
import sys
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from docs.map import FLOORS, header
from tests.helpers.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[1]

KNOW_STREAMLIT = {"nnlab.app", "streamlit_app"}
KNOW_PLOTLY = {"nnlab.figures", "nnlab.plots"}
# What runs a network. Figures draw numbers that others have computed.
RUN_NETWORKS = {
    *(f"nnlab.training.run.{name}" for name in ("start", "advance", "evaluate", "predict")),
    *(f"nnlab.{name}" for name in ("start", "advance", "evaluate", "predict")),
    "nnlab.model.network.Network",
    "nnlab.sweep.run_one",
    "nnlab.sweep.runs.run_one",
    "nnlab.inspection.network_curve.network_curve",
    "nnlab.inspection.observation.observe",
    "nnlab.inspection.plane_view.view_plane",
}
PAGES = ("nnlab.app.playground", "nnlab.app.explore", "nnlab.app.lessons")

FILES = [*sorted((ROOT / "nnlab").rglob("*.py")), ROOT / "streamlit_app.py"]
STATIC = [*sorted((ROOT / "nnlab").rglob("*.js"))]


def _name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {_name(file): file for file in FILES}


def _floor(module: str) -> str:
    return module if module in FLOORS else ".".join(module.split(".")[:2])


def _imported(source: str) -> set[str]:
    """Return the modules that a source imports anywhere, in functions too."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name their module in full"
            # `from nnlab import figures` imports a module, `from nnlab.figures import x` a name
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = names & set(MODULES)
            found |= modules if modules == names else modules | {node.module or ""}
    return found


def _names(source: str) -> set[str]:
    """Return the names that a source imports from modules, such as nnlab.training.run.predict."""
    return {
        f"{node.module}.{alias.name}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _breaches(module: str, source: str) -> list[str]:
    """Return what a module imports against the rules."""
    floor = _floor(module)
    breaches = sorted(_names(source) & RUN_NETWORKS) if floor == "nnlab.figures" else []
    for name in sorted(_imported(source)):
        package, other = name.split(".")[0], _floor(name)
        if package == "streamlit" and floor not in KNOW_STREAMLIT:
            breaches.append(name)
        # live_chart serves the JavaScript that the package brings, and builds no figure with it
        if package == "plotly" and floor not in KNOW_PLOTLY:
            breaches += [] if (module, name) == ("nnlab.app.live_chart", "plotly") else [name]
        if package in {"nnlab", "streamlit_app"} and other != floor:
            breaches += [] if FLOORS.index(other) < FLOORS.index(floor) else [name]
        breaches += [
            name
            for page in PAGES
            if module.startswith(page)
            for other_page in PAGES
            if other_page != page and name.startswith(other_page)
        ]
    return breaches


@pytest.mark.parametrize("file", FILES, ids=_name)
def test_a_module_imports_only_from_its_floor_and_those_below(file: Path) -> None:
    assert _floor(_name(file)) in FLOORS, "a new folder needs its place in FLOORS"
    assert _breaches(_name(file), file.read_text()) == []


@pytest.mark.parametrize(
    ("module", "source", "breaches"),
    [
        ("nnlab.model.network", "from nnlab import training", ["nnlab.training"]),
        (
            "nnlab.model.network",
            "from nnlab.training.config import Config",
            ["nnlab.training.config"],
        ),
        ("nnlab.training.run", "from nnlab import Config", ["nnlab"]),
        ("nnlab.training.run", "def f():\n    import nnlab.figures", ["nnlab.figures"]),
        ("nnlab.training.run", "import streamlit.runtime", ["streamlit.runtime"]),
        ("nnlab.figures.points", "from streamlit import session_state", ["streamlit"]),
        ("nnlab.figures.points", "import nnlab.app.report", ["nnlab.app.report"]),
        ("nnlab.app.live_chart", "import plotly.graph_objects", ["plotly.graph_objects"]),
        ("nnlab.app.explore.page", "from plotly import graph_objects", ["plotly"]),
        ("nnlab.app.explore.page", "import streamlit_app", ["streamlit_app"]),
        (
            "nnlab.app.explore.page",
            "from nnlab.app.playground import page",
            ["nnlab.app.playground.page"],
        ),
        ("nnlab.app.explore.page", "import streamlit\nfrom nnlab.app import links", []),
        ("nnlab.app.explore.page", "from nnlab import figures, Config", []),
        ("nnlab.figures.points", "import plotly\nfrom nnlab.training.run import Run", []),
        ("nnlab.app.live_chart", "import plotly\nimport streamlit", []),
        (
            "nnlab.figures.points",
            "from nnlab.training.run import Run, predict",
            ["nnlab.training.run.predict"],
        ),
        ("nnlab.figures.points", "def f():\n    from nnlab import advance", ["nnlab.advance"]),
        ("nnlab.plots", "from nnlab.training.run import Run, predict", []),
    ],
)
def test_the_rule_finds_what_breaks_it(module: str, source: str, breaches: list[str]) -> None:
    assert _breaches(module, source) == breaches


def _children(imports: dict[str, set[str]], folder: str) -> dict[str, set[str]]:
    """Return which children of a folder, modules and folders, import which others of them."""
    depth = folder.count(".") + 2

    def child(module: str) -> str | None:
        inside = module.startswith(folder + ".")
        return ".".join(module.split(".")[:depth]) if inside else None

    found: dict[str, set[str]] = {}
    for module, others in imports.items():
        here = child(module)
        if here:
            found.setdefault(here, set()).update(
                there for there in map(child, others) if there not in (None, here)
            )
    return found


def _circle(imports: dict[str, set[str]], folder: str) -> list[str]:
    try:
        TopologicalSorter(_children(imports, folder)).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle
    return []


IMPORTS = {name: _imported(file.read_text()) for name, file in MODULES.items()}


@pytest.mark.parametrize("folder", [_name(file) for file in FILES if file.name == "__init__.py"])
def test_what_stands_in_one_folder_imports_one_way(folder: str) -> None:
    assert _circle(IMPORTS, folder) == []


def test_a_circle_between_two_folders_is_found() -> None:
    imports = {"a.b.x": {"a.c.y"}, "a.c.z": {"a.b.w"}, "a.b.w": set(), "a.c.y": set()}
    assert set(_circle(imports, "a")) == {"a.b", "a.c"}


def test_the_house_has_at_most_fourteen_rooms() -> None:
    entries = {
        entry.name for entry in (ROOT / "nnlab").iterdir() if not entry.name.startswith("__pyc")
    }
    assert len(entries) <= 14, sorted(entries)


# The files that may share a name, in two folders, and why.
TWINS = {
    # each page has one of each
    "actions": {"nnlab/app/explore", "nnlab/app/playground"},
    "page": {"nnlab/app/explore", "nnlab/app/playground"},
    "session": {"nnlab/app/explore", "nnlab/app/playground"},
    # what is computed from a sweep, and the view or chart that shows it
    "importance": {"nnlab/sweep/analysis", "nnlab/app/explore/views"},
    "seed_spread": {"nnlab/sweep/analysis", "nnlab/app/explore/views"},
    "range_test": {"nnlab/sweep", "nnlab/figures"},
    # the data, and the picture of them
    "points": {"nnlab/data", "nnlab/figures"},
    # Python writes the message that JavaScript draws
    "network_diagram": {"nnlab/figures", "nnlab/app/live_chart/static"},
    # one command trains, the other sweeps
    "command_line": {"nnlab/training", "nnlab/sweep"},
    # the entry of the package, and that of a clone
    "streamlit_app": {"nnlab/app", "."},
}


def test_only_the_twins_share_a_file_name() -> None:
    places: dict[str, list[str]] = {}
    for file in [*FILES, *STATIC]:
        if not file.stem.startswith("__"):
            places.setdefault(file.stem, []).append(str(file.relative_to(ROOT).parent))
    shared = {stem: sorted(folders) for stem, folders in places.items() if len(folders) > 1}
    assert shared == {stem: sorted(folders) for stem, folders in TWINS.items()}


def test_a_class_name_stands_once() -> None:
    names = Counter(
        node.name
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ClassDef)
    )
    assert {name: count for name, count in names.items() if count > 1} == {}


def test_a_module_over_250_lines_argues_for_itself() -> None:
    """In its docstring or first comment, which then names the number."""
    sources = {str(file): file.read_text() for file in [*FILES, *STATIC]}
    long = {name: text for name, text in sources.items() if len(text.splitlines()) > 250}
    assert [name for name, text in long.items() if "250 lines" not in header(text)] == []


def test_importing_nnlab_loads_neither_streamlit_nor_plotly() -> None:
    program = (
        "import sys, nnlab, nnlab.__main__\n"
        "print(*sorted({'streamlit', 'plotly', 'PIL', 'starlette'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    assert result.stdout.strip() == ""
    assert result.stderr == ""
