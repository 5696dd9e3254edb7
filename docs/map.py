"""Write the README's map of the code: every folder and module with its first sentence.

    .venv/bin/python -m docs.map

The README has it twice, between comments: the folders only, and with all modules.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
MODULES = {".py", ".js"}
NAME_WIDTH = 28
# The floors of the house, from the ground up: a module imports from its own floor and those below.
FLOORS = [
    "nnlab.process_end",
    "nnlab.data",
    "nnlab.model",
    "nnlab.training",
    "nnlab.inspection",
    "nnlab.estimator",
    "nnlab.sweep",
    "nnlab.lessons",
    "nnlab",  # the public interface
    "nnlab.figures",
    "nnlab.export",  # a replay and an animation show figures
    "nnlab.plots",
    "nnlab.__main__",
    "nnlab.app",
    "streamlit_app",
]


def header(source: str) -> str:
    """Return a Python docstring, or a JavaScript file's first comment without its marks."""
    if source.startswith("/"):
        (comment,) = re.findall(r"\A(?:/\*[\s\S]*?\*/|(?://.*\n)+)", source)
        return re.sub(r"^\s*(?:/?\*+/?|//)|\*/$|@ts-check", "", comment, flags=re.MULTILINE)
    return ast.get_docstring(ast.parse(source)) or ""


def sentence(source: str) -> str:
    """Return the first sentence of a source's header."""
    paragraph = " ".join(header(source).strip().split("\n\n", maxsplit=1)[0].split())
    return re.split(r"(?<=\.) (?=[A-Z`])", paragraph, maxsplit=1)[0].rstrip(".")


def _line(path: Path, depth: int) -> str:
    name = "  " * depth + path.name + ("/" if path.is_dir() else "")
    file = path / "__init__.py" if path.is_dir() else path
    text = sentence(file.read_text(encoding="utf-8")) if file.exists() else ""
    return f"{name:<{NAME_WIDTH - 1}} {text}".rstrip()


def _place(path: Path) -> tuple[bool, int, str]:
    """Sort modules before folders, and the folders of nnlab as imports go: from the ground up."""
    module = f"nnlab.{path.name}"
    return path.is_dir(), FLOORS.index(module) if module in FLOORS else 0, path.name


def _inside(folder: Path, depth: int, *, modules: bool) -> Iterator[str]:
    for path in sorted(folder.iterdir(), key=_place):
        if path.suffix in MODULES and path.name != "__init__.py" and (modules or depth == 1):
            yield _line(path, depth)
        elif path.is_dir() and (modules or (path / "__init__.py").exists()):
            lines = list(_inside(path, depth + 1, modules=modules))
            if lines or (path / "__init__.py").exists():
                yield from [_line(path, depth), *lines]


def drawn(*, modules: bool) -> str:
    """Return the map, of the folders or of all modules."""
    lines = [_line(ROOT / "streamlit_app.py", 0), _line(ROOT / "nnlab", 0)]
    return "\n".join([*lines, *_inside(ROOT / "nnlab", 1, modules=modules)])


def updated(readme: str) -> str:
    """Return the README with both maps as they should be."""
    for name in ("folders", "modules"):
        block = f"<!-- {name} -->\n\n```\n{drawn(modules=name == 'modules')}\n```\n"
        pattern = rf"<!-- {name} -->\n\n```\n.*?```\n"
        readme = re.sub(pattern, lambda _, block=block: block, readme, count=1, flags=re.DOTALL)
    return readme


if __name__ == "__main__":
    README.write_text(updated(README.read_text(encoding="utf-8")), encoding="utf-8")
