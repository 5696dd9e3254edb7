"""What a user can do on a page, each described once for its button and its key."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from nnlab.app import live_chart

Record = TypeVar("Record")
KEY_NAMES = {" ": "space", "ArrowRight": "→", "Shift+ArrowRight": "Shift and →", "Escape": "Esc"}


class Action(NamedTuple, Generic[Record]):
    """What a user can do by a button, and perhaps by a key.

    Attributes
    ----------
    name : key of the button
    command : called with the record that the button was drawn for, and the button's values. It must
        neither wait nor compute, since no newer message can end the script run before it returns.
        For work that takes long, it only leaves a request in the record
    label, help : of the button, where they are always the same; the help names the key, too
    key : as in KeyboardEvent.key, with "Shift+" before it; empty if there is none
    is_enabled : says whether the action is possible
    stops : updates that are on their way are not drawn after it
    icon : of the button
    """

    name: str
    command: Callable[..., object]
    label: str = ""
    help: str = ""
    key: str = ""
    is_enabled: Callable[[Record], bool] = lambda _: True
    stops: bool = False
    icon: str | None = None

    @property
    def key_name(self) -> str:
        """Return the key as people call it."""
        return KEY_NAMES.get(self.key, self.key.upper())

    def button(
        self,
        where: Any,
        record: Record,
        *values: object,
        disabled: bool = False,
        **look: Any,
    ) -> None:
        """Draw the action's button in a container, or in st.

        Parameters
        ----------
        values : for the command
        disabled : for a reason that is not in the record
        look : for st.button; a label or help here replaces the action's own
        """
        help_ = look.pop("help", "") or self.help
        if help_ and self.key:
            help_ += f" Key: {self.key_name}."
        where.button(
            look.pop("label", self.label),
            key=self.name,
            on_click=self.command,
            args=(record, *values),
            disabled=disabled or not self.is_enabled(record),
            help=help_ or None,
            icon=self.icon,
            **look,
        )


def keyboard(
    actions: Iterable[Action[Any]],
    others: Iterable[tuple[str, str]] = (),
    chooses: Mapping[str, str] | None = None,
) -> None:
    """Let the keyboard press the buttons of these actions.

    If several actions share a key, it presses the first whose button is on the page. `others` lists
    keys that press no button, and what each does. `chooses` maps a key to the CSS selector of the
    choice that it clicks.
    """
    presses: dict[str, list[str]] = {}
    stops, names, labels = [], {}, {}
    for action in actions:
        if action.key:
            presses.setdefault(action.key, []).append(action.name)
            names[action.key] = action.key_name
            labels[action.name] = action.label
        if action.stops:
            stops.append(action.name)
    live_chart.keyboard(
        presses=presses,
        chooses=chooses or {},
        stops=stops,
        names=names,
        labels=labels,
        others=list(others),
    )
