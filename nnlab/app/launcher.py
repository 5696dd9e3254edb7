"""The command `nnlab`: opens the page, or runs a subcommand without one.

It imports what it needs only when it runs, so that Ctrl-C works from the first moment.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from nnlab import __main__, __version__, process_end

# Streamlit reads the page's settings from the folder .streamlit beside the script.
SCRIPT = Path(__file__).with_name("streamlit_app.py")


def main() -> int:
    """Run the command and return its exit code."""
    arguments = sys.argv[1:]
    if arguments and arguments[0] in __main__.SUBCOMMANDS:
        return __main__.main(arguments, "nnlab")
    return process_end.exit_code_of(lambda: _open_page(arguments))


def run() -> int:
    """Run the command as a process, which Ctrl-C and SIGTERM end."""
    return process_end.run_with_signals(main)


def _open_page(arguments: Sequence[str]) -> int:
    from nnlab.training.cli_options import Parser  # noqa: PLC0415

    parser = Parser(
        prog="nnlab",
        usage="%(prog)s [--server.port N] [--server.headless true] ...\n"
        "       %(prog)s train [--help] [--OPTION VALUE ...]\n"
        "       %(prog)s sweep [--help] [--OPTION VALUE ...]\n"
        "       %(prog)s lesson [--help] {check,new} FILE ...\n"
        "       %(prog)s verify [--help] FILE ...",
        description="Open the page in the browser. It takes the options of `streamlit run`. "
        "Without a browser, `%(prog)s train` trains one network and `%(prog)s sweep` many, "
        "`%(prog)s lesson` checks lessons, and `%(prog)s verify` runs receipts again.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    _, options = parser.parse_known_args(arguments)
    if options and not re.match(r"--\w+\.\w", options[0]):
        parser.error(f"unrecognized arguments: {' '.join(options)}")

    from streamlit.web import cli  # noqa: PLC0415 - slow to load, and only the page needs it

    cli.main(["run", str(SCRIPT), *options], prog_name="nnlab")
    return 0
