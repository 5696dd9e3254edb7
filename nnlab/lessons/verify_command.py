"""The command `nnlab verify`: runs receipts again, and says what came of it."""

import csv
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from nnlab import process_end
from nnlab.data.cells import guarded
from nnlab.lessons.library import in_folder, shipped
from nnlab.lessons.verify import Verdict, verify
from nnlab.training import cli_options

COLUMNS = ("file", "name", "lesson", "nnlab", "reproduced", "goals_met", "goals", "verdict")


def main(arguments: Sequence[str], name: str, version: str) -> int:
    """Run the command, and return the exit code; `name` is what its help calls the command."""
    process_end.exit_on_signal()
    parser = cli_options.Parser(
        prog=name,
        description="Run receipts of nnlab again. For files, it says what came of each; for a "
        "folder, it prints a table as CSV.",
    )
    parser.add_argument("places", nargs="+", type=Path, metavar="FILE or FOLDER")
    code = 0
    for place in parser.parse_args(arguments).places:
        if place.is_dir():
            code = max(code, _folder(place, version))
            continue
        verdict = _verdict(place, version)
        process_end.write(f"{place.name}: {verdict.sentence}.\n", sys.stdout)
        code = max(code, process_end.EXIT_BAD_INPUT if verdict.differs else 0)
    return code


def _verdict(file: Path, version: str) -> Verdict:
    lessons = {**shipped().lessons, **in_folder().lessons}
    try:
        return verify(file.read_text(encoding="utf-8"), lessons, version)
    except OSError as error:
        return Verdict(None, (f"it cannot be read: {error.strerror}",))
    except UnicodeDecodeError:
        return Verdict(None, ("not a receipt: it must be UTF-8",))


def _folder(folder: Path, version: str) -> int:
    """Print a table of all receipts in a folder."""
    _print(COLUMNS)
    code = 0
    for file in sorted(folder.glob("*.txt")):
        verdict = _verdict(file, version)
        receipt = verdict.receipt
        said = (receipt.name, receipt.lesson, receipt.version) if receipt else ("", "", "")
        reproduced = "no" if verdict.differs else "yes"
        goals = (str(verdict.goals_met), str(verdict.goals))
        texts = map(guarded, (file.name, *said))
        _print((*texts, reproduced, *goals, guarded(verdict.sentence)))
        code = max(code, process_end.EXIT_BAD_INPUT if verdict.differs else 0)
    return code


def _print(row: Sequence[str]) -> None:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(row)
    process_end.write(line.getvalue(), sys.stdout)
