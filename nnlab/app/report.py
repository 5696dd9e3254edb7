"""What the page says about a run, in words and numbers."""

import math
from collections.abc import Mapping
from typing import Any

from nnlab.training.config import Config
from nnlab.training.metrics import Metrics
from nnlab.training.run import Run
from nnlab.training.wording import phrase, short, value_text


def title(config: Config) -> str:
    """Say in words what runs: the data, the network and the learning rate."""
    sizes = "-".join(map(str, config.layer_sizes))
    return (
        f"{value_text('dataset', config.dataset)}, {sizes}, learning rate {config.learning_rate:g}"
    )


def status(run: Run, goal: int, speed: float | None) -> str:
    """Say in one line how far the run is, how fast it trains, or why it has stopped.

    It pauses at iteration `goal`. `speed` is in iterations per second, None unless it trains.
    """
    if run.diverged:
        return f":red[**Diverged at iteration {run.iteration:,}: the loss is no longer finite.**]"
    if not len(run.dataset.train_inputs):
        return "No points yet: choose a tool that adds points, then click on the plane."
    line = f"{run.iteration:,} of {goal:,} iterations"
    if run.parameters_edited:
        line += " · edited by hand"
    config, more = run.config, "; change this rule to continue"
    if run.rule_met == "target_loss":
        line += f" · stopped at loss {config.target_loss:g}{more}"
    elif run.rule_met == "plateau":
        line += f" · stopped: no progress for {config.patience:,} iterations{more}"
    elif speed:
        seconds = (goal - run.iteration) / speed
        line += f" · {float(f'{speed:.2g}'):,.0f} iterations/s · {seconds:,.0f} s left"
    elif run.iteration == goal:
        line += f" · Done. Start trains {config.iterations:,} more"
    return line


def looking_back(run: Run, shown: Run) -> str:
    """Say that the page shows the past."""
    return f"**Looking back at iteration {shown.iteration:,}** of the {run.iteration:,} made so far"


def count(run: Run, shown: Run, goal: int, speed: float | None) -> tuple[str, str]:
    """Return the iteration of the run shown, and the status in few words, for large type.

    The parameters are those of `status` and `looking_back`.
    """
    if shown is not run:
        return f"{shown.iteration:,}", f"looking back, of {run.iteration:,}"
    number, words = f"{run.iteration:,}", f"of {goal:,}"
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


def alt(run: Run, values: Metrics) -> str:
    """Return the end of a chart's text for a screen reader."""
    train, test = _loss(values.train_loss), _loss(values.test_loss)
    return f"at iteration {run.iteration}: training loss {train}, test loss {test}."


def loss_name(config: Config) -> str:
    """Return the name of the loss under these settings."""
    squared = config.problem == "regression" or config.output_loss == "squared_error"
    return "½ squared error" if squared else "cross-entropy"


def reading(config: Config, *, discretize: bool = False) -> dict[str, object]:
    """Return what the map of the output shows, as in messages.json."""
    if config.problem == "regression":
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
