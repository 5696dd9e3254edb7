"""The command `nnlab`: opens the page, or trains and sweeps without one."""

import re
import sys
from pathlib import Path

from nnlab import __main__, __version__
from nnlab.training.cli_options import Parser

# Streamlit reads the page's settings from the folder .streamlit beside the script.
SCRIPT = Path(__file__).with_name("streamlit_app.py")


def main() -> int:
    """Run the command and return its exit code."""
    arguments = sys.argv[1:]
    if arguments[:1] in (["train"], ["sweep"]):
        return __main__.main(arguments, "nnlab")
    parser = Parser(
        prog="nnlab",
        usage="%(prog)s [--server.port N] [--server.headless true] ...\n"
        "       %(prog)s train [--help] [--OPTION VALUE ...]\n"
        "       %(prog)s sweep [--help] [--OPTION VALUE ...]",
        description="Open the page in the browser. It takes the options of `streamlit run`. "
        "`%(prog)s train` trains one network without a browser, and `%(prog)s sweep` many.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    _, options = parser.parse_known_args(arguments)
    if options and not re.match(r"--\w+\.\w", options[0]):
        parser.error(f"unrecognized arguments: {' '.join(options)}")

    from streamlit.web import cli  # noqa: PLC0415 - slow to load, and only the page needs it

    cli.main(["run", str(SCRIPT), *options], prog_name="nnlab")
    return 0
