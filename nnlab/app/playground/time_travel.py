"""Looking back at what the run remembers, and training on from there.

The session's keys are `seen`, the iteration that is looked at, absent in the present, and
`before`, the Run that a branch left behind, absent if there is none.
"""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from nnlab.app import live_chart
from nnlab.figures.curves import Line, compact, loss_series, penalized_series
from nnlab.training.edits import rewind
from nnlab.training.run import Metrics, Run, evaluate


def seen(run: Run) -> Run:
    """Return the run as it was at the moment that is looked at, mostly the present."""
    at = st.session_state.get("seen")
    return rewind(run, at) if at in run.snapshot_iterations else run


def look() -> None:
    """Turn to the moment that the time line stands at."""
    st.session_state.seen = st.session_state["update"].look["iteration"]


def has_settled() -> bool:
    """Say whether the time line rests where it is: time for all else on the page to follow."""
    if "seen" not in st.session_state:
        return True  # in the present, though Start may have ended a replay on its way
    moment = st.session_state.get("update", {}).get("look")  # absent at first
    return not moment or bool(moment["settled"])


def return_to_present() -> None:
    """Look at the run as it is."""
    st.session_state.pop("seen", None)


def branch() -> None:
    """Let the run go on from the moment that the time line stands at."""
    state = st.session_state
    run, at = state.run, state["update"].branch
    if at in run.snapshot_iterations:
        state.before, state.run = run, rewind(run, at)
    return_to_present()


def take_back() -> None:
    """Let the run that the branch left behind be the run again."""
    before: Run | None = st.session_state.pop("before", None)
    if before:  # else the browser has told the click twice
        st.session_state.run = before
        return_to_present()


def left_behind() -> Line | None:
    """Return the curve of before a branch."""
    run: Run | None = st.session_state.get("before")
    if run is None:
        return None
    iterations, losses = loss_series(run, evaluate(run).train_loss, np.nan)[0]
    return tuple(iterations.tolist()), tuple(losses.tolist())


def curves(run: Run, shown: Run, metrics: Metrics) -> list[tuple[NDArray[np.generic], ...]]:
    """Return the lines of the loss curve: the whole run's, where one looks at it, with its penalty.

    The last one is empty for a run without a penalty.
    """
    nothing = (np.empty(0, np.int32), np.empty(0))
    then, whole = nothing, metrics
    if shown is not run:
        then = (np.array([shown.iteration], np.int32), np.array([metrics.train_loss]))
        whole = evaluate(run)
    penalized = penalized_series(run, whole) if run.config.regularization != "none" else nothing
    lines = [*loss_series(run, whole.train_loss, whole.test_loss), then, penalized]
    return [compact(series) for series in lines]


def forget() -> None:
    """Leave all of the past behind, as for a new run."""
    return_to_present()
    for name in ("before", "step_taken", "step_point"):
        st.session_state.pop(name, None)


def line(run: Run, shown: Run) -> live_chart.Time:
    """Return what the time line can look back at in a run, and where it stands."""
    return live_chart.Time(np.array(run.snapshot_iterations, np.int32), shown.iteration)
