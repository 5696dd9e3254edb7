"""What the page says about a run, in words and numbers."""

import math
from collections.abc import Mapping

from nnlab.sweep.analysis.columns import setting_text
from nnlab.training.config import Config
from nnlab.training.metrics import Metrics
from nnlab.training.run import Run


def status(run: Run, goal: int, speed: float | None) -> str:
    """Say in one line how far the run is, how fast it trains, or why it has stopped.

    It pauses at iteration `goal`. `speed` is in iterations per second, None unless it trains.
    """
    if run.diverged:
        return f":red[**Diverged at iteration {run.iteration:,}: the loss is no longer finite.**]"
    if not len(run.dataset.train_inputs):
        return "No points yet: choose + 0 or + 1 below and click on the plane to draw some."
    line = f"{run.iteration:,} of {goal:,} iterations"
    if run.parameters_edited:
        line += " · edited by hand"
    config, more = run.config, "; change this rule to continue"
    if run.rule_met == "target_loss":
        line += f" · stopped: the training loss reached the target {config.target_loss:g}{more}"
    elif run.rule_met == "plateau":
        line += f" · stopped: no better loss for {config.patience:,} iterations{more}"
    elif speed:
        seconds = (goal - run.iteration) / speed
        line += f" · {float(f'{speed:.2g}'):,.0f} iterations/s · {seconds:,.0f} s left"
    elif run.iteration == goal:
        line += f" · done; Start trains {config.iterations:,} more"
    return line


def looking_back(run: Run, shown: Run) -> str:
    """Say that the page shows the past."""
    return f"**Looking back at iteration {shown.iteration:,}** of the {run.iteration:,} made so far"


def metrics(values: Metrics) -> str:
    """Return the metrics in one line of Markdown, without those that do not apply."""
    parts = [("train loss", _loss(values.train_loss)), ("test loss", _loss(values.test_loss))]
    if values.penalty:
        parts.append(("penalty", _loss(values.penalty)))
    for name, value in (("train", values.train_accuracy), ("test", values.test_accuracy)):
        if not math.isnan(value):
            parts.append((f"{name} accuracy", f"{value:.1%}"))
    return " &emsp; ".join(f"{name} **{value}**" for name, value in parts)


STANDARDISE = "Standardise the points"  # the label of a button


def changes(changed: Mapping[str, object]) -> str:
    """Return the label of a button that changes settings."""
    return "Set " + ", ".join(
        f"{name.replace('_', ' ')} to {setting_text(name, value)}"
        for name, value in changed.items()
    )


def alt(run: Run, values: Metrics) -> str:
    """Return the end of a chart's text for a screen reader."""
    train, test = _loss(values.train_loss), _loss(values.test_loss)
    return f"at iteration {run.iteration}: train loss {train}, test loss {test}."


def loss_name(config: Config) -> str:
    """Return the name of the loss under these settings."""
    squared = config.problem == "regression" or config.output_loss == "squared_error"
    return "½ squared error" if squared else "cross-entropy"


def _loss(loss: float) -> str:
    if math.isnan(loss):
        return "–"  # without points
    return f"{loss:.4f}" if loss < 1000 else f"{loss:.3g}"
