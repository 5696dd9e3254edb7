"""What the sidebar's popovers hold, in a few words: their labels."""

from collections.abc import Iterable, Mapping
from typing import Any

from nnlab.data.datasets import DATASETS, OWN
from nnlab.data.real_sets import REAL_SETS
from nnlab.training.config import Config, parse
from nnlab.training.wording import option_name, own_points, short

DEFAULTS = Config()


def without(hidden: Iterable[str], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values without hidden ones. What no label says stays: problem and data set."""
    unsaid = set(hidden) - {"problem", "dataset"}
    return {name: value for name, value in values.items() if name not in unsaid}


def of_data(values: Mapping[str, Any], own: int | None) -> str:
    """Return "seed 4 · 100 test points · upload".

    Parameters
    ----------
    values : of the fields, by their names in Config; one that is cleared, refused or hidden is left
        out
    own : how many own points there are; None if they are hidden
    """
    dataset, tests = values["dataset"], values.get("test_samples")
    seed = values.get("data_seed") if DATASETS[dataset].is_random else None
    if dataset in REAL_SETS:
        seed = values.get("test_seed")
    chosen = values["problem"] == "classification" and DATASETS[dataset].n_classes is None
    classes = values["classes"] if chosen and _differs(values, "classes") else None
    points = "" if classes or own is None else "upload"
    if own:
        points = own_points(dataset, own, tests)
    return _joined(
        _with("{} classes", classes),
        _with("seed {}", seed),
        "" if dataset == OWN else _with("{:,} test points", tests),
        points,
    )


def of_network(values: Mapping[str, Any]) -> str:
    """Return "x₁, x₂ · normal weights, seed 4"; the loss only if it is not the article's."""
    features = ", ".join(option_name("features", feature) for feature in values.get("features", ()))
    initialization = _name(values, "initialization")
    weights = f"{initialization} weights" if initialization else ""
    seed = _with("seed {}", values.get("seed"))
    applies = values["problem"] == "classification" and _differs(values, "output_loss")
    return _joined(
        features,
        ", ".join(filter(None, [weights, seed])),
        _name(values, "output_loss") if applies else "",
    )


def of_training(values: Mapping[str, Any]) -> str:
    """Return "Adam · batch 32 · L2 0.0005"; what is off or constant is left out."""
    optimizer = option_name("optimizer", values.get("optimizer", ""))
    if values.get("optimizer") in ("momentum", "nesterov"):
        optimizer = " ".join([optimizer, *filter(None, [_with("{:g}", values.get("momentum"))])])
    penalty = ""
    if _differs(values, "regularization"):
        penalty = option_name("regularization", values["regularization"])
        rate = values.get("regularization_rate")
        penalty += f" {short(rate)}" if rate is not None else ""
    batch = _with("batch {:,}", _typed_number(values, "batch_size"))
    if values.get("batch_size") == "":
        batch = "all points"
    schedule = _name(values, "learning_rate_schedule")
    return _joined(
        optimizer,
        batch,
        f"{schedule} schedule" if _differs(values, "learning_rate_schedule") else "",
        penalty,
        _with("stop at loss {:g}", _typed_number(values, "target_loss")),
        _with("stop after {:,} without progress", _typed_number(values, "patience")),
    )


def _differs(values: Mapping[str, Any], name: str) -> bool:
    """Say whether a field is seen and does not have its default."""
    return name in values and bool(values[name] != getattr(DEFAULTS, name))


def _name(values: Mapping[str, Any], name: str) -> str:
    """Return an option as it stands within a line: in lower case, unless it is a person's name."""
    words = option_name(name, values.get(name, ""))
    return words if words in ("He", "Xavier") else words.lower()


def _typed_number(values: Mapping[str, Any], name: str) -> float | None:
    """Return a number that is typed as text, or None if the field is empty, refused or hidden."""
    number = parse(name, values.get(name, ""))
    return None if isinstance(number, str) else number


def _with(form: str, number: float | None) -> str:
    return "" if number is None else form.format(number)


def _joined(*parts: str) -> str:
    return " · ".join(filter(None, parts)) or "more"
