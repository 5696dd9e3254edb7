"""What the fields of the page show, and which widget each of them has."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from nnlab.data.datasets import CURVE
from nnlab.training.config import SETTINGS, Config, text

TEXTS = {name for name, setting in SETTINGS.items() if setting.typed} | {"activation"}


class Fields(NamedTuple):
    """The values that the fields show.

    The browser keeps the values of its widgets and sends them again: even those in a closed
    popover, and even old ones before a change has reached it. So a field that the program sets gets
    a new widget with a new key, and the values of earlier widgets do not count.

    Attributes
    ----------
    values : by the names of the fields; the name of a setting is that in Config
    numbers : how many widgets each field has had before the present one
    """

    values: Mapping[str, Any]
    numbers: Mapping[str, int] = {}

    def key(self, name: str) -> str:
        """Return the key of the field's present widget."""
        number = self.numbers.get(name, 0)
        return f"{name}_{number}" if number else name

    def entered(self, name: str, value: Any) -> "Fields":
        """Return the fields after the user has entered a value."""
        return self._replace(values={**self.values, name: value})

    def filled(self, values: Mapping[str, Any]) -> "Fields":
        """Return the fields after the program has set some; the others keep their widgets."""
        known = self.values
        changed = {
            name: value
            for name, value in values.items()
            if name not in known or known[name] != value
        }
        return Fields({**known, **changed}, self.numbers).renewed(changed)

    def renewed(self, names: Iterable[str]) -> "Fields":
        """Return the fields with new widgets for these names."""
        numbers = {name: self.numbers.get(name, 0) + 1 for name in names}
        return self._replace(numbers={**self.numbers, **numbers})


def field_values(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the fields show for these settings; points have no field."""
    return {
        name: text(name, value) if name in TEXTS else value
        for name, value in settings.items()
        if name != "points"
    }


def config_values(config: Config) -> dict[str, Any]:
    """Return what the fields show for all settings of a config."""
    settings = {name: getattr(config, name) for name in SETTINGS}
    if config.dataset == CURVE and config.features == ("x1",):
        settings["features"] = Config.features  # another data set then has its x2
    return field_values(settings)
