"""What a user can do on the playground, each described once for its button and its key."""

from nnlab.app.action import Action
from nnlab.app.playground import session
from nnlab.app.playground.example_runs import EXAMPLE_RUNS
from nnlab.app.playground.record import Playground
from nnlab.data.labels import MAX_CLASSES


def _can_train(playground: Playground) -> bool:
    return (
        not playground.asks
        and not playground.run.diverged
        and len(playground.run.dataset.train_inputs) > 0
    )


# START, PAUSE and both steps have no help text: under a resting mouse it would cover the numbers.
# START and PAUSE are two actions in one place: a late second click on Pause cannot start a run.
START = Action[Playground](
    "start",
    session.start_training,
    "Start",
    key=" ",
    is_enabled=_can_train,
    stops=True,
)
PAUSE = Action[Playground]("pause", session.pause, "Pause", key=" ", stops=True)
STEP = Action[Playground](
    "step",
    session.step,
    "Step",
    key="ArrowRight",
    is_enabled=_can_train,
)
STEP_TICK = Action[Playground](
    "step_tick",
    session.step,
    "Run several iterations (the number on the button)",
    key="Shift+ArrowRight",
    is_enabled=_can_train,
)
RESET = Action[Playground](
    "reset",
    session.reset,
    "Reset",
    "Back to iteration 0 with the same seed.",
    "r",
    stops=True,
)
UNDO_RUN = Action[Playground]("undo_run", session.undo_run)
EXAMPLES = {
    name: Action[Playground](f"example_{name}", session.start_example, help=example.title)
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
)
END_PRESENTING = Action[Playground](
    "end_presenting",
    session.set_presenting,
    "Exit (Esc)",
    "Back to the whole page.",
    "Escape",
)

GO_BACK = Action[Playground](
    "lesson_back", session.go_to_step, "Back", icon=":material/chevron_left:"
)
GO_ON = Action[Playground](
    "lesson_next", session.go_to_step, "Next", icon=":material/chevron_right:"
)
TOUR = Action[Playground](
    "tour",
    session.start_lesson,
    "New here? A tour in five stops",
    "Point at the controls that matter, one after another. You can leave at any stop.",
)
LEAVE_LESSON = Action[Playground](
    "leave_lesson",
    session.leave_lesson,
    "Leave",
    "Leave the lesson. The settings and the run stay.",
)
CLOSE_EDITOR = Action[Playground](
    "close_editor",
    session.close_editor,
    "Close",
    "Close the editor, and see the lesson as others will.",
)


def answer_action(number: int) -> Action[Playground]:
    """Return the action that chooses an answer of a lesson's question."""
    return Action[Playground](f"lesson_answer_{number}", session.answer)


HINT = Action[Playground]("lesson_hint", session.show_hint)
EXPLAIN = Action[Playground]("lesson_explain", session.show_explanation, "Show the explanation")

ON_KEYS = (START, PAUSE, STEP, STEP_TICK, RESET, PRESENT, END_PRESENTING)
# The tool of each class stands after Look, and Erase is the last.
TOOL_KEYS = {
    f"{label}": f".st-key-drawing_tools [role=radio]:nth-child({label + 2}):not(:last-child)"
    for label in range(MAX_CLASSES)
}
# What `?` lists of the keys that press no button.
TOOL_KEYS_HELP = ((f"0 … {MAX_CLASSES - 1}", "Draw points of this class; with Shift, of the next"),)
PLANE_KEYS = (  # for crosshair.js, while the plane has the focus
    ("Tab", "To the plane: a crosshair appears there"),
    ("↑ ↓ ← →", "Move the crosshair; with Shift, farther"),
    ("Enter, space", "Do what a click there does: draw, erase, or pin the nearest point"),
    ("Esc", "Leave the plane"),
)
DIAGRAM_KEYS = (  # for network_diagram.js, while one of its units has the focus
    ("↑ ↓ ← →", "In the network: go to the next unit"),
    ("Enter, space", "In the network: show the unit's map large"),
    ("E", "In the network: set the unit's bias"),
)
