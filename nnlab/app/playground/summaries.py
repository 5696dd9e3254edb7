"""What the sidebar's popovers hold, in a few words: their labels."""

from collections.abc import Mapping
from typing import Any

from nnlab.data.datasets import OWN
from nnlab.training.config import Config
from nnlab.training.wording import option_name, short

DEFAULTS = Config()


def of_data(values: Mapping[str, Any], own_points: int) -> str:
    """Return "seed 4 · 100 test points · upload".

    Parameters
    ----------
    values : of the fields, by their names in Config; one that is cleared or refused is left out
    own_points : how many there are
    """
    seed = None if values["dataset"] == OWN else values["data_seed"]
    return _joined(
        _with("seed {}", seed),
        _with("{:,} test points", values["test_samples"]),
        f"{own_points:,} own points" if own_points else "upload",
    )


def of_network(values: Mapping[str, Any]) -> str:
    """Return "x₁, x₂ · normal weights, seed 4"; the loss only if it is not the article's."""
    features = ", ".join(option_name("features", feature) for feature in values["features"])
    weights = f"{_name(values, 'initialization')} weights"
    seed = _with("seed {}", values["seed"])
    applies = values["problem"] == "classification" and _differs(values, "output_loss")
    return _joined(
        features,
        f"{weights}, {seed}" if seed else weights,
        _name(values, "output_loss") if applies else "",
    )


def of_training(values: Mapping[str, Any]) -> str:
    """Return "Adam · batch 32 · L2 0.0005"; what is off or constant is left out."""
    optimizer = option_name("optimizer", values["optimizer"])
    if values["optimizer"] in ("momentum", "nesterov"):
        optimizer = " ".join([optimizer, *filter(None, [_with("{:g}", values["momentum"])])])
    penalty = ""
    if _differs(values, "regularization"):
        penalty = option_name("regularization", values["regularization"])
        rate = values["regularization_rate"]
        penalty += f" {short(rate)}" if rate is not None else ""
    schedule = _name(values, "learning_rate_schedule")
    return _joined(
        optimizer,
        _with("batch {:,}", values["batch_size"]) or "all points",
        f"{schedule} schedule" if _differs(values, "learning_rate_schedule") else "",
        penalty,
        _with("stop at loss {:g}", values["target_loss"]),
        _with("stop after {:,} without progress", values["patience"]),
    )


def _differs(values: Mapping[str, Any], name: str) -> bool:
    """Say whether a field does not have its default."""
    return bool(values[name] != getattr(DEFAULTS, name))


def _name(values: Mapping[str, Any], name: str) -> str:
    """Return an option as it stands within a line: in lower case, unless it is a person's name."""
    words = option_name(name, values[name])
    return words if values[name] in ("he", "xavier") else words.lower()


def _with(form: str, number: float | None) -> str:
    return "" if number is None else form.format(number)


def _joined(*parts: str) -> str:
    return " · ".join(filter(None, parts))
