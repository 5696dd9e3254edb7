"""The script of a run repeats it without nnlab, bit for bit, and can be read."""

import ast
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnlab import Config, Run, advance, start
from nnlab.__main__ import main
from nnlab.data.datasets import DATASETS, DATASETS_FOR
from nnlab.data.features import FEATURES
from nnlab.export.script import MAX_COLUMNS, MAX_LINES, script
from nnlab.model.activations import ACTIVATIONS
from nnlab.model.initialization import INITIALIZATIONS, TFP
from nnlab.model.optimizers import OPTIMIZERS, PENALTIES, SCHEDULES
from nnlab.training.config import text
from tests.helpers.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[1]

# Runs scripts one after the other and keeps what each has printed and its losses. NumPy is not
# imported before the first script has said how many threads it may use.
RUN_ALL = """
import contextlib, io, pathlib, runpy, sys
for path in map(pathlib.Path, sys.argv[1:]):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        names = runpy.run_path(str(path))
    import numpy
    numpy.save(path.with_suffix(".npy"), names["losses"])
    path.with_suffix(".out").write_text(printed.getvalue())
"""

RNG = np.random.default_rng(4)

# those whose random numbers a script can draw
DRAWN_HERE = {
    problem: [name for name in names if name != "own" and not DATASETS[name].is_tfp]
    for problem, names in DATASETS_FOR.items()
}
OWN_INITIALIZATIONS = [name for name in INITIALIZATIONS if name != TFP]


def own_points(count: int, decimals: int, target: Callable[[], float]) -> list[tuple[float, ...]]:
    inputs = RNG.uniform(-1.2, 1.2, (count, 2)).round(decimals).tolist()
    return [(x1, x2, target()) for x1, x2 in inputs]


def a_class() -> float:
    return float(RNG.integers(2))


def config(**changes: Any) -> Config:
    small = {"samples": 60, "test_samples": 20, "iterations": 200, "learning_rate": 0.1}
    return Config(**{**small, **changes})


def any_config(seed: int) -> Config:
    """Draw a value for every field, numbers with all their digits."""
    rng = np.random.default_rng(seed)

    def one(names: Any) -> Any:
        return list(names)[rng.integers(len(names))]

    problem = one(DATASETS_FOR)
    layers = [int(width) for width in rng.integers(1, 9, rng.integers(5))]
    names = [one(ACTIVATIONS) for _ in layers]
    return config(
        problem=problem,
        dataset=one(DRAWN_HERE[problem]),
        noise=rng.uniform(0, 0.5),
        data_seed=int(rng.integers(2**32)),
        test_seed=int(rng.integers(2**32)),
        features=[one(FEATURES)]
        if rng.random() < 0.5
        else rng.permutation(list(FEATURES))[:5].tolist(),
        hidden_layers=layers,
        activation=names if rng.random() < 0.5 else one(ACTIVATIONS),
        initialization=one(OWN_INITIALIZATIONS),
        seed=int(rng.integers(2**32)),
        output_loss=one(["cross_entropy", "squared_error"]),
        optimizer=one(OPTIMIZERS),
        momentum=rng.uniform(),
        learning_rate=10 ** rng.uniform(-3, 0),
        learning_rate_schedule=one(SCHEDULES),
        batch_size=one([None, 1, 7, 32]),
        regularization=one(PENALTIES),
        regularization_rate=rng.uniform(0, 0.01),
        target_loss=one([None, rng.uniform(0, 0.3)]),
        patience=one([None, 20]),
    )


LONG = "abs(sin(sin(cos(1.5*x**2-0.25*x)))+sqrt(abs(x))-exp(-x*x)+1+2-3-0.5-x/2+x/3-1/2)"
CONFIGS = {
    **{name: config(dataset=name) for name in DRAWN_HERE["classification"]},
    **{
        f"regression of {name}": config(problem="regression", dataset=name)
        for name in DRAWN_HERE["regression"]
    },
    **{
        f"above {function}": config(dataset="function", function=function)
        for function in ("0.1+0*x", "cos(x)-exp(x)*sqrt(2)/3", "2**0.5*abs(-x)**3-10**-2", LONG)
    },
    **{
        f"{classes} classes of {name}": config(dataset=name, classes=classes, output_loss=loss)
        for name in ("circles", "gaussians", "spirals")
        for classes, loss in ((3, "cross_entropy"), (4, "squared_error"), (6, "cross_entropy"))
    },
    "own points of five classes": config(
        dataset="own", classes=5, points=own_points(40, 3, lambda: float(RNG.integers(5)))
    ),
    "batches of three classes": config(
        dataset="iris", batch_size=7, output_loss="squared_error", optimizer="adam"
    ),
    "data_columns": config(dataset="breast-cancer", data_columns=("mean area", "worst texture")),
    "few test rows": config(dataset="diabetes", problem="regression", test_samples=7, test_seed=9),
    "rows and points": config(
        dataset="breast-cancer", points=own_points(4, 3, a_class), batch_size=50
    ),
    **{name: config(activation=name) for name in ACTIVATIONS},
    **{f"initialization {name}": config(initialization=name) for name in OWN_INITIALIZATIONS},
    **{name: config(optimizer=name, learning_rate=0.01) for name in OPTIMIZERS},
    **{f"schedule {name}": config(learning_rate_schedule=name) for name in SCHEDULES},
    **{name: config(regularization=name) for name in PENALTIES if name != "none"},
    **{f"batches of {size}": config(batch_size=size) for size in (1, 7, 30, 59, 60, 100)},
    "squared error": config(output_loss="squared_error"),
    "squared error of tanh": config(output_loss="tanh_squared_error"),
    "no hidden layer": config(hidden_layers=()),
    "one unit": config(hidden_layers=(1,)),
    "8 layers": config(hidden_layers=(8,) * 8),
    "8 layers of 64": config(
        hidden_layers=(64,) * 8, activation="tanh", initialization="xavier", iterations=20
    ),
    # large enough for two threads to add in another order than one does
    "many points, wide layers": config(
        samples=2000, hidden_layers=(64, 59, 27), learning_rate=0.01, iterations=20
    ),
    "8 activations": config(
        hidden_layers=(8,) * 8, activation=tuple(ACTIVATIONS)[:8], learning_rate=0.001
    ),
    "the other activations": config(
        hidden_layers=(8,) * 3, activation=("gelu", "tanh", "step"), learning_rate=0.001
    ),
    "every feature": config(features=tuple(FEATURES), activation="tanh"),
    "x2 alone": config(features=("x2",)),
    "waves": config(features=("sin(x2)", "cos(x1)", "x1*x2")),
    "target loss": config(target_loss=0.6),
    "target loss from the start": config(target_loss=10),
    "patience": config(learning_rate=2, patience=5),
    "both stop rules, batches": config(patience=5, target_loss=0.01, batch_size=7),
    "divergence": config(activation="linear", learning_rate=1000),
    "divergence of the penalty": config(
        activation="tanh",
        optimizer="momentum",
        learning_rate=1e5,
        regularization="l2",
        regularization_rate=1,
    ),
    "200 drawn points": config(dataset="own", points=own_points(200, 3, a_class)),
    "200 points more": config(points=own_points(200, 3, a_class), features=("x2", "sin(x1)")),
    "2 points, no test": config(dataset="own", points=own_points(2, 3, a_class)),
    "points of all digits": config(
        dataset="own", points=own_points(150, 17, a_class), features=("x1", "cos(x2)")
    ),
    "points of a regression": config(
        problem="regression", dataset="plane", points=own_points(50, 17, RNG.normal)
    ),
    **{f"anything {seed}": any_config(seed) for seed in range(60)},
}


@dataclass(frozen=True)
class Executed:
    """What a script has left behind."""

    source: str
    losses: np.ndarray
    printed: str


def execute(folder: Path, configs: dict[str, Config]) -> dict[str, Executed]:
    """Run the scripts in a process of their own, which cannot import nnlab."""
    paths = {name: folder / f"script_{i}.py" for i, name in enumerate(configs)}
    for name, path in paths.items():
        path.write_text(script(configs[name]), encoding="utf-8")
    subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", RUN_ALL, *paths.values()],
        cwd=folder,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    return {
        name: Executed(
            path.read_text(encoding="utf-8"),
            np.load(path.with_suffix(".npy")),
            path.with_suffix(".out").read_text(),
        )
        for name, path in paths.items()
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scripts")


@pytest.fixture(scope="module")
def executed(folder: Path) -> dict[str, Executed]:
    return execute(folder, CONFIGS)


@cache
def trained(config: Config) -> Run:
    return advance(start(config), config.iterations)


@pytest.mark.slow
@pytest.mark.parametrize("name", CONFIGS)
def test_a_script_has_every_loss_of_the_run_bit_for_bit_and_is_short(
    executed: dict[str, Executed], name: str
) -> None:
    """And it needs NumPy and scikit-learn alone."""
    script = executed[name]
    np.testing.assert_array_equal(script.losses, trained(CONFIGS[name]).losses)
    lines = script.source.splitlines()
    assert len(lines) <= MAX_LINES <= 120
    assert max(map(len, lines)) <= MAX_COLUMNS <= 100
    imported = set()
    for node in ast.walk(ast.parse(script.source)):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
    roots = {module.split(".")[0] for module in imported}
    assert "numpy" in roots
    # scikit-learn brings SciPy
    assert roots - {"numpy", "sklearn", "scipy"} <= sys.stdlib_module_names


@pytest.mark.slow
def test_the_script_of_the_articles_run_repeats_its_25_000_losses_and_its_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = execute(tmp_path, {"article": Config()})["article"]
    np.testing.assert_array_equal(result.losses, trained(Config()).losses)
    assert len(result.losses) == 25_000
    main([])
    assert result.printed == capsys.readouterr().out


def test_the_configs_cover_every_way_to_end() -> None:
    """So the scripts above have ended in all of them."""
    ends = {name: trained(config) for name, config in CONFIGS.items()}
    assert {run.stopped for run in ends.values()} == {None, "diverged", "target_loss", "plateau"}
    assert ends["target loss from the start"].iteration == 0
    assert 0 < ends["divergence"].iteration < 10
    assert ends["divergence of the penalty"].stopped == "diverged"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["moons", "regression of plane", "batches of 7", "divergence"])
def test_the_script_prints_what_the_command_line_prints(
    executed: dict[str, Executed], capsys: pytest.CaptureFixture[str], name: str
) -> None:
    options = []
    for item in fields(Config):
        options += [
            "--" + item.name.replace("_", "-"),
            text(item.name, getattr(CONFIGS[name], item.name)),
        ]
    main(options)
    assert executed[name].printed == capsys.readouterr().out


@pytest.mark.usefixtures("executed")
def test_ruff_finds_nothing_in_a_script(folder: Path) -> None:
    """Under the rules of this repository, but for the names W and dW, which are the article's."""
    options = ["--config", str(ROOT / "pyproject.toml"), "--no-cache"]
    names = ["--ignore", "N803,N806,N816"]
    for command in (["check", *names], ["format", "--check"]):
        result = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *options, str(folder)],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
        assert result.returncode == 0, result.stdout


def test_a_script_holds_only_what_its_config_needs(executed: dict[str, Executed]) -> None:
    article = script(Config())
    for word in ("make_moons", "default_rng", "memory", "rate =", "OWN", "PATIENCE", "np.tanh"):
        assert word not in article
    assert "make_moons" in executed["moons"].source
    assert "PATIENCE" in executed["patience"].source


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dataset": "own"}, "points must be at least one in a script, got none"),
        (
            {"points": own_points(500, 17, a_class)},
            "points must fit into a script of 120 lines, got 500 points",
        ),
    ],
)
def test_a_run_that_no_script_can_repeat_is_refused_in_a_sentence(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        script(config(**changes))
