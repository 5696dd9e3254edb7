"""What the page says about a run, in words and numbers."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnlab.data.datasets import CURVE
from nnlab.inspection.diagnosis.finding import Cure
from nnlab.training.config import Config
from nnlab.training.metrics import Metrics
from nnlab.training.run import Run
from nnlab.training.wording import phrase, short, value_text

_FIXED = "\u00a0"  # a space at which a line does not break
_WIDE = "\u2003"  # between the parts of a line: at its end or start, a dot would be left over


def title(config: Config) -> str:
    """Say in words what runs: the data, the network and the learning rate."""
    sizes = "-".join(map(str, config.layer_sizes))
    return (
        f"{value_text('dataset', config.dataset)}, {sizes}, learning rate {config.learning_rate:g}"
    )


def status(run: Run, goal: int, speed: float | None) -> str:
    """Say how far the run is, how fast it trains, or why it has stopped.

    Where the line is too long it breaks between its parts, never between a number and its unit.
    It pauses at iteration `goal`. `speed` is in iterations per second, None unless it trains.
    """
    if run.diverged:
        return f":red[**Diverged at iteration {run.iteration:,}: the loss is no longer finite.**]"
    if not len(run.dataset.train_inputs):
        return "No points yet: choose a tool that adds points, then click on the plane."
    parts = [f"{run.iteration:,} of{_FIXED}{goal:,}{_FIXED}iterations"]
    if run.parameters_edited:
        parts.append("edited by hand".replace(" ", _FIXED))
    config, more = run.config, "; change this rule to continue"
    if run.rule_met == "target_loss":
        parts.append(f"stopped at loss{_FIXED}{config.target_loss:g}{more}")
    elif run.rule_met == "plateau":
        parts.append(f"stopped: no progress for {config.patience:,}{_FIXED}iterations{more}")
    elif speed:
        seconds = (goal - run.iteration) / speed
        parts.append(f"{float(f'{speed:.2g}'):,.0f}{_FIXED}iterations/s")
        parts.append(f"{seconds:,.0f}{_FIXED}s{_FIXED}left")
    elif run.iteration == goal:
        parts.append(f"Done. Start trains {config.iterations:,}{_FIXED}more")
    return _WIDE.join(parts)


def looking_back(run: Run, shown: Run) -> str:
    """Say that the page shows the past."""
    return f"**Looking back at iteration {shown.iteration:,}** of the {run.iteration:,} made so far"


def count(run: Run, shown: Run, goal: int, speed: float | None) -> tuple[str, str]:
    """Return the iteration of the run shown, and the status in few words, for large type.

    The parameters are those of `status` and `looking_back`.
    """
    if shown is not run:
        return f"{shown.iteration:,}", f"looking back, of {run.iteration:,}"
    number, words = f"{run.iteration:,}", f"iterations of {goal:,}"
    if run.diverged:
        return number, ":red[**diverged**]"
    if not len(run.dataset.train_inputs):
        return number, "no points yet"
    if run.rule_met:
        words += " · target reached" if run.rule_met == "target_loss" else " · no progress"
    elif speed:
        words += f" · {float(f'{speed:.2g}'):,.0f} a second"
    elif run.iteration == goal:
        words += " · done"
    elif run.parameters_edited:
        words += " · edited by hand"
    return number, words


def metrics(values: Metrics, large: tuple[str, str] | None = None) -> str:
    """Return the metrics as a table in Markdown, without those that do not apply.

    `large` is what `count` returns, for a table in large type: it gets a column of its own, and the
    numbers are shorter.
    """
    columns, loss = [], _short_loss if large else _loss
    if not math.isnan(values.train_accuracy):
        accuracy = f"{values.train_accuracy:.1%}"
        accuracy = accuracy.replace("100.0", "100") if large else accuracy
        test = "–" if math.isnan(values.test_accuracy) else f"{values.test_accuracy:.1%}"
        columns.append((accuracy, f"right · test {test}", ""))
    # Below the loss, since a column of its own would leave no room for the status
    penalty = f"+ penalty {loss(values.penalty)}" if values.penalty else ""
    columns.append((loss(values.train_loss), f"loss · test {loss(values.test_loss)}", penalty))
    if large:
        columns.append((*large, ""))
    numbers, captions, last = zip(*columns, strict=True)
    rows = [numbers, ["---"] * len(columns), captions, *([last] if penalty else [])]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


STANDARDISE = "Standardize the points"  # the label of a button


def changes(changed: Mapping[str, Any]) -> str:
    """Return the label of a button that changes settings."""
    if changed.get("regularization") == "none":
        return "Switch the penalty off"
    rest, words = dict(changed), []
    if "regularization" in rest:
        words.append(value_text("regularization", rest.pop("regularization")))
        if "regularization_rate" in rest:
            words[-1] += f" {short(rest.pop('regularization_rate'))}"
    return "Try " + ", ".join([*words, *(phrase(name, value) for name, value in rest.items())])


def cure_label(cure: Cure) -> str:
    """Return the label of a button that applies a cure."""
    return STANDARDISE if cure.standardise else changes(cure.changes)


def alt(run: Run, values: Metrics) -> str:
    """Return the end of a chart's text for a screen reader."""
    train, test = _loss(values.train_loss), _loss(values.test_loss)
    return f"at iteration {run.iteration}: training loss {train}, test loss {test}."


def reading(
    config: Config, shares: NDArray[np.uint8] | None = None, *, discretize: bool = False
) -> dict[str, object] | None:
    """Return what the map of the output shows, as in messages.json; `shares` as in `PlaneView`."""
    if shares is not None:
        return {"kind": "shares", "reach": 1.0, "shares": shares}
    if config.head.n_outputs > 1 or config.dataset == CURVE:
        return None  # a sweep keeps the map alone, and a curve has none
    if not config.n_classes:
        return {"kind": "sign" if discretize else "value", "reach": 1.0}
    return {"kind": "class" if discretize else "probability", "reach": 1.0}


def _loss(loss: float) -> str:
    if math.isnan(loss):
        return "–"  # without points
    return f"{loss:.4f}" if loss < 1000 else f"{loss:.3g}"


def _short_loss(loss: float) -> str:
    """Return a loss in at most six characters."""
    if loss < 100_000:
        return f"{loss:.4f}" if loss < 10 else f"{loss:,.0f}"
    return "–" if math.isnan(loss) else f"{loss:.0e}".replace("+", "")
