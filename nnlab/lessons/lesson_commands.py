"""The command `nnlab lesson`: checks lessons, and writes a template for a new one."""

from collections.abc import Sequence
from pathlib import Path

from nnlab import process_end
from nnlab.lessons.check import check
from nnlab.lessons.faults import FaultyLesson
from nnlab.lessons.reading import read_file
from nnlab.training import cli_options

TEMPLATE = Path(__file__).with_name("template.md")


def main(arguments: Sequence[str], name: str) -> int:
    """Run the command, and return the exit code; `name` is what its help calls the command."""
    process_end.exit_on_signal()
    parser = cli_options.Parser(prog=name, description="Check lessons, or begin a new one.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="check or new")
    help_ = "List all faults in lessons, and run their solutions."
    check_parser = commands.add_parser("check", help=help_, description=help_)
    check_parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    help_ = "Write a commented template for a new lesson."
    new_parser = commands.add_parser("new", help=help_, description=help_)
    new_parser.add_argument("file", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    if options.command == "new":
        return _write_new(options.file)
    return max(_check(file) for file in options.files)


def _check(file: Path) -> int:
    """Check one lesson; return 0, or the exit code for a faulty one."""
    try:
        lesson = read_file(file)
    except FaultyLesson as faulty:
        process_end.say(str(faulty))
        return process_end.EXIT_BAD_INPUT
    except OSError as error:
        process_end.say(f"{file} cannot be read: {error.strerror}.")
        return process_end.EXIT_BAD_INPUT
    if faults := check(lesson):
        process_end.say(str(FaultyLesson(file.name, faults)))
        return process_end.EXIT_BAD_INPUT
    goals = sum(step.goal is not None for step in lesson.steps)
    process_end.say(f"{file.name}: no faults. Steps: {len(lesson.steps)}, goals: {goals}.")
    return 0


def _write_new(file: Path) -> int:
    if file.suffix != ".md":
        process_end.say(f"The name of a lesson must end in .md, as in {file.with_suffix('.md')}.")
        return process_end.EXIT_BAD_INPUT
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(TEMPLATE.read_text(encoding="utf-8"))
    except FileExistsError:
        process_end.say(f"{file} exists already, and nothing was written.")
        return process_end.EXIT_BAD_INPUT
    except OSError as error:
        process_end.say(f"{file} cannot be written: {error.strerror}.")
        return process_end.EXIT_NO_OUTPUT
    process_end.say(
        f"{file} is a template for a new lesson. `nnlab lesson check {file}` checks it."
    )
    return 0
