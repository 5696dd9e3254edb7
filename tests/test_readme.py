"""The README's map of the code agrees with the code."""

import pytest

from docs.map import README, drawn, sentence


@pytest.mark.parametrize("modules", [False, True])
def test_the_map_names_every_folder_and_module_with_its_first_sentence(modules: bool) -> None:
    """If it does not, `python -m docs.map` writes it again."""
    assert f"\n```\n{drawn(modules=modules)}\n```\n" in README.read_text(encoding="utf-8")


def test_no_module_begins_without_a_sentence() -> None:
    lines = drawn(modules=True).splitlines()
    assert len(lines) > 50
    assert [line for line in lines if len(line.split()) < 3 and line.strip() != "static/"] == []


@pytest.mark.parametrize(
    "source",
    [
        '"""Reads a file. It may be large."""\n',
        '"""Reads\na file.\n\nMore about it."""\n',
        "// Reads a file.\nconst A = 1; // that\n",
        "// Reads\n// a file. It may be large.\n",
        "// @ts-check\n// Reads a file.\n",
        "/** Reads a file. */\n",
        "/**\n * Reads\n * a file.\n *\n * @module\n */\n",
    ],
)
def test_the_first_sentence_is_found_in_docstrings_and_comments(source: str) -> None:
    assert sentence(source) == "Reads a file"
