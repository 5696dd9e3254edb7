"""Actions: what a user can do on a page, each described once for its button and its key."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

State = TypeVar("State")
KEY_NAMES = {" ": "space", "ArrowRight": "→", "Shift+ArrowRight": "Shift and →"}


def _always(_: object) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Action(Generic[State]):
    """What a user can do on a page, by a button or a key.

    Attributes
    ----------
    name : key of the button
    label, help : of the button, where they do not depend on the state
    command : called with the state that the button was drawn for, and the button's values
    key : as in KeyboardEvent.key, with "Shift+" before it; empty if there is none
    is_enabled : says whether the action is possible in a state
    read_only : the action is allowed where nobody may change settings and points
    """

    name: str
    label: str = ""
    help: str = ""
    command: Callable[..., object]
    key: str = ""
    is_enabled: Callable[[State], bool] = _always
    read_only: bool = False

    def button(
        self,
        where: Any,
        state: State,
        *values: object,
        label: str = "",
        help: str = "",  # noqa: A002 - as Streamlit calls it
        disabled: bool = False,
        **look: Any,
    ) -> None:
        """Draw the action's button.

        Parameters
        ----------
        where : a container, or st
        values : for the command, after the state
        label, help : in place of the action's own
        disabled : for a reason that is not in the state
        look : as st.button takes it
        """
        key = f" Key: {KEY_NAMES.get(self.key, self.key.upper())}." if self.key else ""
        where.button(
            label or self.label,
            key=self.name,
            on_click=self.command,
            args=(state, *values),
            disabled=disabled or not self.is_enabled(state),
            help=(help or self.help) + key,
            **look,
        )


def keys(actions: Iterable[Action[Any]]) -> dict[str, list[str]]:
    """Return for each key of the keyboard the names of the buttons that it may press."""
    found: dict[str, list[str]] = {}
    for action in actions:
        if action.key:
            found.setdefault(action.key, []).append(action.name)
    return found
