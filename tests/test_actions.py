"""Actions: each described once, for its button and its key."""

from collections.abc import Iterator
from types import ModuleType

import pytest

from nnlab.app.action import Action
from nnlab.app.explore import actions as explore
from nnlab.app.playground import actions as playground


def actions(page: ModuleType) -> Iterator[Action]:
    return (value for value in vars(page).values() if isinstance(value, Action))


@pytest.mark.parametrize("page", [playground, explore])
def test_every_action_with_a_key_is_on_the_keyboard(page: ModuleType) -> None:
    assert {action.name for action in actions(page) if action.key} == {
        action.name for action in page.ON_KEYS
    }


def test_no_key_replaces_the_results_of_a_sweep() -> None:
    assert explore.RESTART_SWEEP.key == ""
    assert explore.RESTART_SWEEP not in explore.ON_KEYS
