"""The settings of a run as options of the command line."""

import argparse
from typing import Any, NoReturn

from nnlab.process_end import EXIT_BAD_INPUT
from nnlab.training.config import SETTINGS, Config, parse, text


class Parser(argparse.ArgumentParser):
    """An argument parser whose error is one sentence, without the list of all options."""

    def error(self, message: str) -> NoReturn:
        """End the program with the error."""
        self.exit(EXIT_BAD_INPUT, f"{' '.join(message.split())}; --help lists the options\n")


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add an option for every field of Config."""
    for name, setting in SETTINGS.items():
        default = text(name, getattr(Config, name)) or "none"
        help_ = f"{setting.help} Must {setting.kind.must}. Default: {default}."
        option, help_ = "--" + name.replace("_", "-"), help_.replace("%", "%%")
        parser.add_argument(option, metavar=setting.kind.placeholder, help=help_)


def settings(options: dict[str, Any]) -> Config:
    """Return the Config of parsed options, or raise its BrokenRule; None means the default."""
    given = {name: options[name] for name in SETTINGS if options[name] is not None}
    return Config(**{name: parse(name, value) for name, value in given.items()})
