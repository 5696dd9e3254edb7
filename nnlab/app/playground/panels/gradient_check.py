"""Checks backpropagation: its gradients beside central differences, and how well they agree."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from nnlab.app.playground.panels.matrices import (
    COLUMNS,
    Names,
    digits,
    draw,
    of_parameters,
    shown_rows,
)
from nnlab.inspection.next_update import Step
from nnlab.inspection.numeric_gradients import (
    affordable_checks,
    crossings,
    numeric_gradients,
    positions_of,
)
from nnlab.model.network import FloatArray, Parameters
from nnlab.training.run import Run

FORMULA = r"$\big(L(w + h) - L(w - h)\big) / 2h$ with $h = 10^{-5}$"
# Errors that truncation (about h²) and rounding of the loss (about 1e-16 / h) may cause.
RELATIVE_TOLERANCE, ABSOLUTE_TOLERANCE = 1e-6, 1e-9
WORDS = {3: "thousand", 6: "million", 9: "billion"}  # by the power of ten


def render(run: Run, step: Step, layer: int, names: Names) -> None:
    """Draw both gradients of the loss with respect to a layer's parameters; layers count from 1."""
    config, analytic = run.config, step.gradients.matrices[layer - 1]
    rows = shown_rows(len(analytic), has_biases=True)
    positions = positions_of(config.layer_sizes)[layer - 1][rows, :COLUMNS]
    checked = positions.ravel()[: affordable_checks(step)]
    how = digits(analytic[rows, :COLUMNS])
    name = f"dW<sub>{layer}</sub>, db<sub>{layer}</sub>"
    ours = of_parameters(name, step.gradients, layer, names, how)
    cost = f"each takes two forward passes over {step.n_samples:,} points"
    if not len(checked):
        draw(ours)
        st.markdown(f"They are not checked against {FORMULA}, as {cost}.")
        return
    numeric = Parameters(step.before.layer_sizes, np.full_like(step.before.vector, np.nan))
    numeric.vector[checked] = numeric_gradients(run, step.point, checked.tolist())
    words = _agreement(run, step, checked, numeric.vector[checked])
    draw(ours, of_parameters("numerical gradient", numeric, layer, names, how))
    if len(checked) < positions.size:
        words += f" Only {len(checked)} of the {positions.size} shown are checked, as {cost}."
    st.markdown(f"The numerical gradient is {FORMULA}. {words}")


def _agreement(run: Run, step: Step, positions: NDArray[np.intp], numeric: FloatArray) -> str:
    """Say how well both gradients agree, or why they differ."""
    analytic = step.gradients.vector[positions]
    differences = np.abs(analytic - numeric)
    sizes = np.maximum(np.abs(analytic), np.abs(numeric))
    limits = RELATIVE_TOLERANCE * sizes + ABSOLUTE_TOLERANCE * max(1.0, step.loss)
    largest, scale = float(differences.max()), float(sizes.max())
    if not np.isfinite(differences).all():
        return "The loss is too large here for a central difference."
    if scale == 0:
        return "Both are 0: none of these weights and biases changes the loss."
    if (differences <= limits).all():
        if largest > 1e-3 * scale:
            return "They agree as far as the rounding of the loss can show: the gradients are tiny."
        return f"They agree: they differ by at most {part(largest / scale)} of the largest."
    passed = crossings(run, step.point, int(positions[np.argmax(differences - limits)]))
    reason = "the loss curves too strongly for this h, or is so large that its rounding shows."
    if passed:
        sums = "one of the sums z crosses" if passed == 1 else f"{passed:,} of the sums z cross"
        reason = f"""between w − h and w + h, {sums} 0, where the activation has a kink. The \
numerical gradient averages the slopes on both sides; backpropagation uses the slope at w."""
    return f"They differ by up to {part(largest / scale)} of the largest: {reason}"


def part(ratio: float) -> str:
    """Write a ratio from 0 to 1 as "3.1%" or "1 part in 5 billion"."""
    if ratio >= 1e-3:
        return f"{ratio:.1%}"
    if ratio < 1e-12:
        return "less than 1 part in a trillion"
    parts = float(f"{1 / ratio:.1g}")
    power = next(power for power in (9, 6, 3) if parts >= 10**power)
    return f"1 part in {parts / 10**power:.0f} {WORDS[power]}"
