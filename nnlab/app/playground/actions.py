"""What a user can do on the playground, each described once for its button and its key."""

from nnlab.app.action import Action
from nnlab.app.playground import session
from nnlab.app.playground.example_runs import EXAMPLE_RUNS
from nnlab.app.playground.record import Playground


def _can_train(playground: Playground) -> bool:
    return not playground.run.diverged and len(playground.run.dataset.train_inputs) > 0


# Without help texts, which would cover the numbers while the mouse rests there in mid-run.
# Two actions in one place, so that a late second click on Pause cannot start the training.
START = Action[Playground](
    "start",
    session.start_training,
    "Start",
    key=" ",
    is_enabled=_can_train,
    read_only=True,
    stops=True,
)
PAUSE = Action[Playground]("pause", session.pause, "Pause", key=" ", read_only=True, stops=True)
STEP = Action[Playground](
    "step", session.step, "Step", "Run one iteration.", "ArrowRight", _can_train, read_only=True
)
STEP_TICK = Action[Playground](
    "step_tick",
    session.step,
    "Run several iterations (the number on the button)",
    "",
    "Shift+ArrowRight",
    _can_train,
    read_only=True,
)
RESET = Action[Playground](
    "reset",
    session.reset,
    "Reset",
    "Back to iteration 0 with the same seed.",
    "r",
    read_only=True,
    stops=True,
)
UNDO_RUN = Action[Playground]("undo_run", session.undo_run, read_only=True)
EXAMPLES = {
    name: Action[Playground](
        f"example_{name}", session.start_example, help=f"{example.title}: {example.sentence}"
    )
    for name, example in EXAMPLE_RUNS.items()
}
ADVICE = Action[Playground]("apply_advice", session.apply_advice)
NEW_SEED = Action[Playground](
    "new_seed", session.set_new_seed, "New seed", "Draw other starting weights for this network."
)
REMOVE_LAYER = Action[Playground](
    "remove_layer",
    session.set_layers,
    "Remove the last hidden layer",
    "A network with one hidden layer fewer.",
    icon=":material/remove:",
)
ADD_LAYER = Action[Playground](
    "add_layer",
    session.set_layers,
    "Add a hidden layer",
    "One more hidden layer before the output, as wide as the last.",
    icon=":material/add:",
)
LOWER_RATE = Action[Playground](
    "lower_rate",
    session.set_learning_rate,
    "Lower the learning rate",
    "The next lower value of …, 0.01, 0.03, 0.1, 0.3, ….",
    icon=":material/remove:",
)
HIGHER_RATE = Action[Playground](
    "higher_rate",
    session.set_learning_rate,
    "Raise the learning rate",
    "The next higher value of …, 0.01, 0.03, 0.1, 0.3, ….",
    icon=":material/add:",
)
MAKE_STEP = Action[Playground](
    "make_step", session.make_step, "Take the step", "Apply this update to the network."
)
UNDO = Action[Playground](
    "undo",
    session.undo_points,
    "Undo",
    "Undo what you last drew, erased, cleared or uploaded.",
    is_enabled=lambda playground: len(playground.point_history) > 1,
)
CLEAR = Action[Playground](
    "clear",
    session.clear_points,
    "Clear",
    "Remove all points that you have drawn or uploaded. To train on your points alone, choose the "
    "data set “Your own points”.",
    is_enabled=lambda playground: len(playground.own.points) > 0,
)
USE_POINTS = Action[Playground]("use_points", session.use_upload, "Use these points")
PRESENT = Action[Playground](
    "present",
    session.set_presenting,
    "Present",
    "Show the picture, the numbers and the network alone, large enough for the back row.",
    "p",
    read_only=True,
)
END_PRESENTING = Action[Playground](
    "end_presenting",
    session.set_presenting,
    "Exit (Esc)",
    "Back to the whole page.",
    "Escape",
    read_only=True,
)

ON_KEYS = (START, PAUSE, STEP, STEP_TICK, RESET, PRESENT, END_PRESENTING)
PLANE_KEYS = {  # for crosshair.js, while the plane has the focus
    "Tab": "To the plane: a crosshair appears there",
    "↑ ↓ ← →": "Move the crosshair; with Shift, farther",
    "Enter, space": "Draw or erase there; with Look, pin the nearest point",
    "Esc": "Leave the plane",
}
