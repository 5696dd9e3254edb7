"""Write docs/what_can_go_wrong.md: each rule of the diagnosis, with a run that shows it.

.venv/bin/python -m docs.what_can_go_wrong
"""

import inspect
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import numpy as np

from nnlab import Config, advance, start
from nnlab.app import report
from nnlab.app.links import config_query
from nnlab.app.playground.example_runs import EXAMPLE_RUNS
from nnlab.data.points import Points
from nnlab.inspection.diagnosis import RULES
from nnlab.inspection.observation import observe

PAGE = Path(__file__).with_suffix(".md")
HEAD = """# What can go wrong

Each row is a rule of the diagnosis in `nnlab/inspection/diagnosis`. Append the link to the
playground's address, and press *Start*. The page tries the cures in short runs before it advises
one, so it may advise something that is not in the row. `python -m docs.what_can_go_wrong` writes
this page.

| What is wrong | The picture | The evidence, in the linked run | What may help | Try it |
|---|---|---|---|---|
"""


class Shown(NamedTuple):
    """A run that shows what a rule finds, and what one sees in it."""

    config: Config
    picture: str


def _far_points() -> Points:
    """Return points on the scales of ages and salaries, few enough for a link."""
    rng = np.random.default_rng(0)
    ages, salaries = rng.integers(18, 61, 60), rng.integers(15, 150, 60) * 1000
    return Points(np.column_stack([ages, salaries]), (ages > 42) | (salaries > 90_000))


# By the names of the rules, in their order.
SHOWN = {
    "overfitting": Shown(
        EXAMPLE_RUNS["overfitting"].config,
        "The boundary winds around single points; the test loss rises while the training loss "
        "falls.",
    ),
    "unscaled": Shown(
        Config(dataset="own", points=_far_points(), iterations=2_000),
        "One colour everywhere, or stripes along one axis.",
    ),
    "divergence": Shown(
        Config(
            problem="regression",
            dataset="plane",
            activation="linear",
            initialization="xavier",
            learning_rate=2,
            iterations=500,
        ),
        "The loss climbs until the run stops.",
    ),
    "symmetry": Shown(
        Config(initialization="zeros", activation="tanh", learning_rate=0.1, iterations=2_000),
        "All units of a layer show the same map.",
    ),
    "strong penalty": Shown(
        Config(
            regularization="l2",
            regularization_rate=0.3,
            initialization="xavier",
            learning_rate=0.1,
            iterations=3_000,
        ),
        "The lines between the units get thin, and the plane gets pale.",
    ),
    "line": Shown(
        Config(activation="linear", initialization="xavier", learning_rate=0.1, iterations=3_000),
        "The boundary is a straight line through both classes.",
    ),
    "large learning rate": Shown(
        Config(learning_rate=3, iterations=2_000),
        "The loss jumps, or falls to a level where it stays.",
    ),
    "unfit start": Shown(
        Config(hidden_layers=(8,) * 4, initialization="uniform", iterations=2_000),
        "The later a layer, the paler its units, until the output has one colour.",
    ),
    "exploding gradients": Shown(
        Config(
            samples=200,
            hidden_layers=(64,) * 6,
            initialization="normal",
            learning_rate=1e-7,
            iterations=300,
        ),
        "The plane is torn into hard patches, and the loss is far above 0.69.",
    ),
    "vanishing gradients": Shown(
        Config(
            hidden_layers=(8,) * 6,
            activation="sigmoid",
            initialization="xavier",
            learning_rate=0.1,
            iterations=2_000,
        ),
        "Only the last layers' lines change; the loss stays level.",
    ),
    "saturation": Shown(
        Config(activation="tanh", initialization="xavier", learning_rate=30, iterations=1_000),
        "The units show two full colours with a hard edge, or one colour.",
    ),
    "dead units": Shown(
        Config(learning_rate=3, iterations=2_000),
        "Units are hatched, and the boundary stops moving.",
    ),
    "bottleneck": Shown(
        Config(hidden_layers=(8, 1), initialization="he", seed=1, iterations=2_000),
        "All lines meet in one or two units; the map after them repeats theirs.",
    ),
    "too deep": Shown(
        Config(hidden_layers=(8,) * 7, initialization="he", iterations=2_000),
        "The first layers' maps hardly change.",
    ),
    "small learning rate": Shown(
        Config(learning_rate=1e-5, iterations=3_000),
        "Nothing moves.",
    ),
    "noisy batches": Shown(
        Config(
            dataset="spirals",
            noise=0.08,
            samples=300,
            hidden_layers=(16, 16),
            activation="tanh",
            initialization="xavier",
            optimizer="adam",
            batch_size=32,
            iterations=4_000,
        ),
        "The loss is a broad band, and the boundary trembles.",
    ),
    "plateau": Shown(
        Config(hidden_layers=(), learning_rate=0.1, iterations=10_000),
        "The loss is a level line.",
    ),
    "slow progress": Shown(
        Config(initialization="he", iterations=2_000),
        "The loss still falls when the run ends.",
    ),
    "few units": Shown(
        Config(hidden_layers=(3,), initialization="he", learning_rate=0.1, iterations=3_000),
        "The boundary has few corners, and cuts off some points on every side.",
    ),
}


def page() -> str:
    """Return the page as it should be."""
    return HEAD + "".join(_row(name, shown) for name, shown in SHOWN.items())


def _row(name: str, shown: Shown) -> str:
    rule = next(rule for rule in RULES if rule.__name__ == name.replace(" ", "_"))
    finding = rule(observe(advance(start(shown.config), shown.config.iterations)))
    if not finding:
        raise ValueError(f"the run of {name} does not show it")
    what = (inspect.getdoc(rule) or "").split("\n\n")[0].split(". ")[0].removeprefix("Find ")
    labels = [report.cure_label(cure) for cure in finding.cures]
    link = f"`?{urlencode(config_query(shown.config))}`"
    title = name.capitalize()
    what = " ".join(what.split()).rstrip(".")
    cells = (f"**{title}**: {what}", shown.picture, finding.sentence, "; ".join(labels), link)
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
