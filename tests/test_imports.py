"""Data flows one way through the modules, and their imports follow it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Data flows one way: a module imports from earlier stages, or from its own package.
# Config reads the known names out of the registries of the modules before it.
STAGES = [
    {"nnlab.points", "nnlab.activations", "nnlab.features", "nnlab.optimizers"},
    {"nnlab.losses", "nnlab.kinds"},
    {"nnlab.datasets", "nnlab.network"},
    {"nnlab.config"},
    {
        "nnlab.options",
        "nnlab.csv_data",
        "nnlab.batches",
        "nnlab.updates",
        "nnlab.plane",
        "nnlab.series",
    },
    {"nnlab.stop_rules", "nnlab.metrics", "nnlab.interventions"},
    {"nnlab.history"},
    {"nnlab.training"},
    {"nnlab.editing", "nnlab.step"},
    {"nnlab.range_test"},
    {
        "nnlab.estimator",
        "nnlab.sweep",
        "nnlab.inspection",
        "nnlab.diagnosis",
        "nnlab.script",
        "nnlab.parameters_file",
    },
    {"nnlab.numeric_gradients", "nnlab.results"},
    {"nnlab", "nnlab.__main__"},  # the public interface and the command line of the core
    {"nnlab.figures"},
    {"nnlab.live_chart"},
    {"nnlab.pages"},
    {"streamlit_app"},
]
KNOWN = {module: stage for stage, modules in enumerate(STAGES) for module in modules}
KNOW_STREAMLIT = {"nnlab.live_chart", "nnlab.pages", "streamlit_app"}

FILES = [*sorted((ROOT / "nnlab").rglob("*.py")), ROOT / "streamlit_app.py"]


def _name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _unit(module: str) -> str:
    """Return the module or package that has a place in the order, as nnlab.pages for its pages."""
    return ".".join(module.split(".")[:2])


def _imported(source: str) -> set[str]:
    """Return the modules that a source imports anywhere, in functions too."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name their module in full"
            # `from nnlab import figures` imports a module, `from nnlab.figures import x` a name
            names = {f"nnlab.{alias.name}" for alias in node.names} & set(KNOWN)
            found |= names if node.module == "nnlab" and names else {node.module or ""}
    return found


def _breaches(module: str, source: str) -> list[str]:
    """Return what a module imports against the rules."""
    unit, breaches = _unit(module), []
    for name in sorted(_imported(source)):
        package, other = name.split(".")[0], _unit(name)
        if package == "streamlit" and unit not in KNOW_STREAMLIT:
            breaches.append(name)
        # live_chart asks the package where it lies, for the JavaScript, and builds nothing with it
        if package == "plotly" and unit != "nnlab.figures":
            breaches += [name] if (unit, name) != ("nnlab.live_chart", "plotly") else []
        if package in {"nnlab", "streamlit_app"} and other != unit and KNOWN[other] >= KNOWN[unit]:
            breaches.append(name)
    return breaches


@pytest.mark.parametrize("file", FILES, ids=_name)
def test_a_module_imports_only_what_comes_before_it(file: Path) -> None:
    assert _unit(_name(file)) in KNOWN, "a new module needs its place in STAGES"
    assert _breaches(_name(file), file.read_text()) == []


@pytest.mark.parametrize(
    ("module", "source", "breaches"),
    [
        ("nnlab.network", "from nnlab.config import Config", ["nnlab.config"]),
        ("nnlab.network", "from nnlab.datasets import DATASETS", ["nnlab.datasets"]),
        ("nnlab.training", "from nnlab import Config", ["nnlab"]),
        ("nnlab.training", "def f():\n    import nnlab.figures", ["nnlab.figures"]),
        ("nnlab.training", "import streamlit.runtime", ["streamlit.runtime"]),
        ("nnlab.figures", "from streamlit import session_state", ["streamlit"]),
        ("nnlab.figures", "import nnlab.pages.playground", ["nnlab.pages.playground"]),
        ("nnlab.live_chart", "import plotly.graph_objects", ["plotly.graph_objects"]),
        ("nnlab.pages.explore", "from plotly import graph_objects", ["plotly"]),
        ("nnlab.pages.explore", "import streamlit_app", ["streamlit_app"]),
        ("nnlab.pages.explore", "import streamlit\nfrom nnlab.pages import playground", []),
        ("nnlab.pages.explore", "from nnlab import figures, Config", []),
        ("nnlab.figures", "import plotly.graph_objects\nfrom nnlab.training import Run", []),
        ("nnlab.live_chart", "import plotly\nimport streamlit", []),
    ],
)
def test_the_rule_finds_what_breaks_it(module: str, source: str, breaches: list[str]) -> None:
    assert _breaches(module, source) == breaches


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
        timeout=120,
    )
    assert result.stdout.strip() == ""
    assert result.stderr == ""
