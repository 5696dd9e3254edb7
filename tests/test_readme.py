"""The README's map of the code agrees with the code."""

import re

import pytest
from PIL import Image

from docs.map import README, drawn, sentence


@pytest.mark.parametrize("modules", [False, True])
def test_the_map_names_every_folder_and_module_with_its_first_sentence(modules: bool) -> None:
    """If it does not, `python -m docs.map` writes it again."""
    assert f"\n```\n{drawn(modules=modules)}\n```\n" in README.read_text(encoding="utf-8")


def test_the_readme_begins_with_moving_picture_sentence_commands_and_three_pictures() -> None:
    face, _ = README.read_text(encoding="utf-8").split("\n## ", 1)
    marks = re.findall(r"\*\*Watch|<picture>|^```sh|!\[[^]]*\]\(docs/[a-z-]+\.png\)", face, re.M)
    assert [mark[:5] for mark in marks[:4]] == ["<pict", "**Wat", "```sh", "```sh"]
    assert [mark[:2] for mark in marks[4:]] == ["!["] * 3


def test_the_moving_pictures_are_small_and_move() -> None:
    files = sorted(README.parent.glob("docs/*.webp"))
    assert len(files) == 2  # one for each theme
    for file in files:
        assert file.stat().st_size < 3_000_000
        with Image.open(file) as picture:
            assert getattr(picture, "n_frames", 1) > 20


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
