"""What a user can do on the playground, each described once for its button and its key."""

from collections.abc import Callable
from typing import Any, NamedTuple

from nnlab.app.playground import session
from nnlab.app.playground.record import Playground

KEY_NAMES = {" ": "space", "ArrowRight": "→", "Shift+ArrowRight": "Shift and →"}


class Action(NamedTuple):
    """What a user can do by a button, and perhaps by a key.

    Attributes
    ----------
    name : key of the button
    command : called with the playground that the button was drawn for, and the button's values
    label, help : of the button, where they are always the same
    key : as in KeyboardEvent.key, with "Shift+" before it; empty if there is none
    is_enabled : says whether the action is possible
    read_only : the action is allowed where nobody may change settings and points
    """

    name: str
    command: Callable[..., object]
    label: str = ""
    help: str = ""
    key: str = ""
    is_enabled: Callable[[Playground], bool] = lambda _: True
    read_only: bool = False

    def button(
        self,
        where: Any,
        playground: Playground,
        *values: object,
        disabled: bool = False,
        **look: Any,
    ) -> None:
        """Draw the action's button in a container, or in st.

        Parameters
        ----------
        values : for the command
        disabled : for a reason that is not in the playground
        look : for st.button; a label or help here replaces the action's own
        """
        key = f" Key: {KEY_NAMES.get(self.key, self.key.upper())}." if self.key else ""
        where.button(
            look.pop("label", self.label),
            key=self.name,
            on_click=self.command,
            args=(playground, *values),
            disabled=disabled or not self.is_enabled(playground),
            help=(look.pop("help", "") or self.help) + key,
            **look,
        )


def _can_train(playground: Playground) -> bool:
    return not playground.run.diverged and len(playground.run.dataset.train_inputs) > 0


# Two actions in one place, so that a late second click on Pause cannot start the training.
START = Action(
    "start", session.start_training, "Start", "Start the training.", " ", _can_train, read_only=True
)
PAUSE = Action("pause", session.pause, "Pause", "Pause the training.", " ", read_only=True)
STEP = Action(
    "step", session.step, "Step", "Make one iteration.", "ArrowRight", _can_train, read_only=True
)
STEP_TICK = Action(
    "step_tick",
    session.step,
    help="Make as many iterations as one update of the page.",
    key="Shift+ArrowRight",
    is_enabled=_can_train,
    read_only=True,
)
RESET = Action(
    "reset", session.reset, "Reset", "Back to iteration 0 with the same seed.", "r", read_only=True
)
UNDO_BRANCH = Action(
    "undo_branch",
    session.undo_branch,
    "Back to before",
    "Undo the branch: return to the run with the grey curve.",
    read_only=True,
)
ARTICLE = Action(
    "article",
    session.set_article,
    "Back to the article's settings",
    "A new run with every setting as in the article Implementing Neural Network Algorithm with "
    "NumPy, and without your own points.",
)
ADVICE = Action("apply_advice", session.apply_advice)
NEW_SEED = Action(
    "new_seed", session.set_new_seed, "New seed", "Draw other starting weights for this network."
)
REMOVE_LAYER = Action(
    "remove_layer", session.set_layers, ":material/remove:", "Remove the last layer."
)
ADD_LAYER = Action("add_layer", session.set_layers, ":material/add:", "Add a layer after the last.")
MAKE_STEP = Action(
    "make_step", session.make_step, "Take the step", "Make this update in the charts and numbers."
)
UNDO = Action(
    "undo",
    session.undo_points,
    "Undo",
    "Undo what you last drew, erased, cleared or uploaded.",
    is_enabled=lambda playground: len(playground.point_history) > 1,
)
CLEAR = Action(
    "clear",
    session.clear_points,
    "Clear",
    "Remove all points that you have drawn or uploaded. To train on your points alone, choose the "
    "data set own.",
    is_enabled=lambda playground: len(playground.own.points) > 0,
)
USE_POINTS = Action("use_points", session.use_points, "Use these points")

KEYS: dict[str, list[str]] = {}  # of the keyboard: the names of the buttons that each may press
for _action in (START, PAUSE, STEP, STEP_TICK, RESET):
    KEYS.setdefault(_action.key, []).append(_action.name)
