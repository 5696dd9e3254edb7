"""The command `nnlab` opens the page, or hands its subcommands on."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import streamlit as st
from streamlit import cli_util
from streamlit.web import cli

import nnlab
from nnlab import process_end
from nnlab.app import entry, launcher
from tests.helpers.coroutines import run_in_a_thread
from tests.helpers.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[1]


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int | str | None:
    """Return the exit code of the command `nnlab`."""
    monkeypatch.setattr(sys, "argv", ["nnlab", *arguments])
    with pytest.raises(SystemExit) as end:
        sys.exit(launcher.main())
    return end.value.code


@pytest.mark.parametrize("options", [[], ["--server.port", "8600", "--server.headless=true"]])
def test_without_a_subcommand_it_is_streamlit_run_with_its_options(
    options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    called = []
    monkeypatch.setattr(cli, "main", lambda arguments, prog_name: called.append(arguments))
    assert call(monkeypatch, *options) == 0
    assert called == [["run", str(launcher.SCRIPT), *options]]
    assert launcher.SCRIPT.is_file()


@pytest.mark.parametrize("subcommand", ["train", "sweep"])
def test_a_subcommand_is_that_of_the_module(
    subcommand: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, subcommand, "--samples", "x") == 2
    assert capsys.readouterr().err.startswith("samples must ")


def test_every_command_of_the_readme_and_of_its_own_help_is_known(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "--help") == 0
    pages = capsys.readouterr().out + (ROOT / "README.md").read_text()
    subcommands = set(re.findall(r"\bnnlab (train|sweep|lesson|verify|[a-z]+ FILE)", pages))
    assert subcommands == {"train", "sweep", "lesson", "verify"}
    for subcommand in subcommands:
        assert call(monkeypatch, subcommand, "--help") == 0
        assert capsys.readouterr().out.startswith(f"usage: nnlab {subcommand} [")


def test_it_says_its_version(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"nnlab {nnlab.__version__}\n"


@pytest.mark.parametrize("words", [["--hidden-layers", "4"], ["page"], ["--sweep"]])
def test_an_unknown_word_is_an_error_of_one_sentence(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, *words) == 2
    error = capsys.readouterr().err
    assert error == f"unrecognized arguments: {' '.join(words)}; --help lists the options\n"


def test_the_settings_beside_the_script_are_those_of_a_clone() -> None:
    clone = launcher.SCRIPT.parents[2] / ".streamlit/config.toml"
    assert launcher.SCRIPT.with_name(".streamlit").joinpath("config.toml").samefile(clone)


@pytest.mark.parametrize("module", ["streamlit_app", "nnlab.app.streamlit_app"])
def test_only_an_entry_changes_the_garbage_collection(module: str) -> None:
    program = (
        "import gc, importlib, sys\n"
        "before = gc.get_threshold()\n"
        "import nnlab.app.entry\n"
        "assert gc.get_threshold() == before and not gc.get_freeze_count()\n"
        "importlib.import_module(sys.argv[1]).app\n"
        "assert gc.get_threshold()[0] == 10_000 and gc.get_freeze_count()\n"
    )
    command = [sys.executable, "-c", program, module]
    subprocess.run(command, cwd=ROOT, check=True, timeout=PATIENCE_SECONDS)


@pytest.mark.parametrize(
    ("headless", "address", "hosts"),
    [
        (True, None, []),
        (False, None, ["localhost"]),
        (False, "0.0.0.0", ["localhost"]),
        (False, "::", ["localhost"]),
        (False, "192.168.1.5", ["192.168.1.5"]),
        (False, "fd00::5", ["[fd00::5]"]),
    ],
)
def test_a_start_opens_the_page_in_a_browser_unless_it_is_headless(
    headless: bool, address: str | None, hosts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(cli_util, "open_browser", opened.append)
    options = {"server.headless": headless, "server.address": address}
    monkeypatch.setattr(st, "get_option", options.get)
    # this is not the main thread, which alone can set what a signal does
    monkeypatch.setattr(process_end, "pass_only_the_first_signal", lambda: None)

    async def start() -> None:
        async with entry.lifespan(st.App(__file__)):
            await asyncio.sleep(0)

    run_in_a_thread(start())
    assert [urlsplit(url).netloc.removesuffix(":8501") for url in opened] == hosts
