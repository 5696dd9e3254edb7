"""What a user can do on the playground by a button."""

from nnlab.app.actions import Action, keys
from nnlab.app.playground import session
from nnlab.app.playground.record import Playground


def _can_train(playground: Playground) -> bool:
    return not playground.run.diverged and len(playground.run.dataset.train_inputs) > 0


# Two actions in one place: a second click on Pause that comes late must not start the training.
START = Action[Playground](
    name="start",
    label="Start",
    help="Start the training.",
    command=session.start_training,
    key=" ",
    is_enabled=_can_train,
    read_only=True,
)
PAUSE = Action[Playground](
    name="pause",
    label="Pause",
    help="Pause the training.",
    command=session.pause,
    key=" ",
    read_only=True,
)
STEP = Action[Playground](
    name="step",
    label="Step",
    help="Make one iteration.",
    command=session.step,
    key="ArrowRight",
    is_enabled=_can_train,
    read_only=True,
)
STEP_TICK = Action[Playground](
    name="step_tick",
    help="Make as many iterations as one update of the page.",
    command=session.step,
    key="Shift+ArrowRight",
    is_enabled=_can_train,
    read_only=True,
)
RESET = Action[Playground](
    name="reset",
    label="Reset",
    help="Back to iteration 0 with the same seed.",
    command=session.reset,
    key="r",
    read_only=True,
)
UNDO_BRANCH = Action[Playground](
    name="undo_branch",
    label="Back to before",
    help="Undo the branch: return to the run with the grey curve.",
    command=session.undo_branch,
    read_only=True,
)
ARTICLE = Action[Playground](
    name="article",
    label="Back to the article's settings",
    help="A new run with every setting as in the article Implementing Neural Network Algorithm "
    "with NumPy, and without your own points.",
    command=session.set_article,
)
ADVICE = Action[Playground](name="apply_advice", command=session.apply_advice)
NEW_SEED = Action[Playground](
    name="new_seed",
    label="New seed",
    help="Draw other starting weights: the same network, another run.",
    command=session.set_new_seed,
)
REMOVE_LAYER = Action[Playground](
    name="remove_layer",
    label=":material/remove:",
    help="Remove the last layer.",
    command=session.set_layers,
)
ADD_LAYER = Action[Playground](
    name="add_layer",
    label=":material/add:",
    help="Add a layer after the last.",
    command=session.set_layers,
)
TAKE_STEP = Action[Playground](
    name="take_step",
    label="Take the step",
    help="Make this update: the charts and all numbers follow.",
    command=session.make_step,
)
UNDO = Action[Playground](
    name="undo",
    label="Undo",
    help="Undo what you last drew, erased, cleared or uploaded.",
    command=session.undo_points,
    is_enabled=lambda playground: len(playground.point_history) > 1,
)
CLEAR = Action[Playground](
    name="clear",
    label="Clear",
    help="Remove all points that you have drawn or uploaded. To train on your points alone, "
    "choose the data set own.",
    command=session.clear_points,
    is_enabled=lambda playground: len(playground.own.points) > 0,
)
USE_POINTS = Action[Playground](
    name="use_points", label="Use these points", command=session.use_points
)

KEYS = keys((START, PAUSE, STEP, STEP_TICK, RESET))
