"""What a user can do on Explore, each described once for its button and its key."""

from nnlab.app.action import Action
from nnlab.app.explore import lockstep, session
from nnlab.app.explore.session import RunPair, StartedSweep

# Start, Resume and Pause are in one place, so that a late second click cannot undo the first one.
START_SWEEP = Action[StartedSweep | None](
    "sweep_start",
    lambda _: session.ask_start(),
    "Start",
    "Run the sweep.",
    " ",
)
# It has no key, since it replaces results.
RESTART_SWEEP = START_SWEEP._replace(
    name="sweep_restart",
    label="Start sweep",
    help="Run the sweep. This replaces the earlier results; Undo brings them back.",
    key="",
)
RESUME_SWEEP = START_SWEEP._replace(
    label="Resume",
    help="Continue the paused sweep.",
    command=session.resume_sweep,
)
PAUSE_SWEEP = RESUME_SWEEP._replace(
    name="sweep_pause",
    label="Pause",
    help="Pause the sweep; unfinished runs continue later.",
    command=session.pause_sweep,
)
CANCEL_SWEEP = Action[StartedSweep | None](
    "sweep_cancel",
    session.cancel_sweep,
    "Cancel",
    "End the sweep; the results so far stay.",
    is_enabled=lambda started: started is not None and started.is_active,
)

UNDO_SWEEP = Action[StartedSweep | None](
    "sweep_undo", session.undo_sweep, "Undo", "Bring back the results of the sweep before this one."
)


def _can_train(pair: RunPair) -> bool:
    return pair.runs is None or any(map(lockstep.remaining, pair.runs))


# START_PAIR, PAUSE_PAIR and STEP_PAIR have no help text, as on the playground.
START_PAIR = Action[RunPair](
    "compare_start",
    lambda _: session.train_pair(),
    "Start",
    key=" ",
    is_enabled=_can_train,
    stops=True,
)
PAUSE_PAIR = START_PAIR._replace(
    name="compare_pause",
    label="Pause",
    command=lambda _: session.pause_pair(),
)
STEP_PAIR = Action[RunPair](
    "compare_step",
    session.step_pair,
    "Step",
    key="ArrowRight",
    is_enabled=_can_train,
)
RESET_PAIR = Action[RunPair](
    "compare_reset",
    lambda _: session.reset_pair(),
    "Reset",
    "Set both back to iteration 0, with the same seeds.",
    "r",
    stops=True,
)
SHOW_ENDS = Action[RunPair](
    "compare_ends",
    lambda _: session.show_final_states(),
    "Show final state",
    "Show the final states in the sweep, or the playground's run as it is.",
    is_enabled=lambda pair: pair.runs is not None,
)
ON_KEYS = (START_PAIR, PAUSE_PAIR, START_SWEEP, PAUSE_SWEEP, STEP_PAIR, RESET_PAIR)
