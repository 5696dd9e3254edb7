"""A tick's message to the page is small, whatever the network, the points and the run."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nnlab import Config, Run, start
from nnlab.app import live_chart
from nnlab.app.live_chart import packing
from nnlab.app.live_chart.inbox import Inbox
from nnlab.app.playground.point_history import OwnPoints
from nnlab.app.playground.record import LeftRun
from nnlab.figures.curves import compact
from nnlab.figures.points import MAX_POINTS, STEPS, PointMarks, point_marks
from nnlab.inspection.observation import PointResults, observe
from tests.helpers.app_page import change, open_playground, press, run_of

MAX_BYTES = 60_000
CHAOS = {"activation": "sine", "initialization": "normal"}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, Any], bytes]]:
    """Collect the messages of the page's updates, before and after they are packed."""
    messages: list[tuple[dict[str, Any], bytes]] = []
    pack: Callable[[dict[str, Any]], bytes] = packing.pack

    def listen(message: dict[str, Any]) -> bytes:
        packed = pack(message)
        messages.append((message, packed))
        return packed

    monkeypatch.setattr(packing, "pack", listen)
    return messages


def long(run: Run, iterations: int = 100_000) -> Run:
    """Give a run the history of a long one, with losses that cannot be compressed."""
    random = np.random.default_rng(0).random
    rows = -(-iterations // 100)
    history = run.layer_history
    widths = {name: getattr(history, name).shape[1:] for name in history._fields[1:]}
    return replace(
        run,
        iteration=iterations,
        losses=random(iterations),
        test_losses=random(1 + iterations // 100),
        layer_history=history._replace(
            iterations=np.arange(rows) * 100,
            **{name: random((rows, *width)) for name, width in widths.items()},
        ),
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("network", "settings"),
    [
        ("10,5", {}),
        ("10,5", CHAOS),
        ("64,64,64,64,64,64,64,64", {"activation": "sine", "initialization": "he"}),
        ("64,64,64,64,64,64,64,64", {"activation": "tanh", "initialization": "normal"}),
        ("64,64,32", CHAOS),
        ("64,64,32", {**CHAOS, "problem": "regression", "dataset": "plane"}),
    ],
)
def test_a_ticks_message_is_at_most_60_kb(
    sent: list[tuple[dict[str, Any], bytes]], network: str, settings: dict[str, str]
) -> None:
    """With the diagram, mistakes, a penalty and a branch, as the page sends it.

    The largest network may have only as many points as this.
    """
    samples, test_samples = (1500, 1000) if network.startswith("64,64,64") else (5000, 5000)
    app = open_playground(
        hidden_layers=network,
        samples=str(samples),
        test_samples=str(test_samples),
        iterations="1000000",
        regularization="l2",
        misclassified="true",
        **settings,
    )
    run = long(run_of(app))
    change(app, run=run, left=LeftRun(run, OwnPoints(), is_branch=True))
    press(app, "start")
    charts, packed = sent[-1][0]["charts"], sent[-1][1]
    assert len(packed) <= MAX_BYTES
    # and everything that makes a message large was in it
    assert charts["decision-boundary"]["iteration"] > 100_000
    assert charts["decision-boundary"]["frames"]
    marks = charts["decision-boundary"]["points"]
    drawn = min(samples, MAX_POINTS) + min(test_samples, MAX_POINTS)
    assert sum(len(outputs) for _, _, outputs, _ in marks) == drawn
    assert [len(x) > 350 for x, _ in charts["loss-curve"]["series"]] == [True, True, False, True]
    assert charts["network"]["network"]["sheet"]


def test_frames_that_do_not_fit_are_left_out_and_the_last_one_stays(
    sent: list[tuple[dict[str, Any], bytes]],
) -> None:
    def left(frames: list[tuple[int, bytes]]) -> list[int]:
        charts = {"a": live_chart.Update(3, "", frames=frames)}
        live_chart.update(charts, inbox=Inbox(), handlers={})
        return [number for number, _ in sent[-1][0]["charts"]["a"]["frames"]]

    frames = [(number, bytes(20_000)) for number in range(4)]
    assert left(frames) == [1, 3]
    assert left(frames[:3]) == [0, 2]
    assert left([(1, bytes(90_000))]) == [1]


def answers(marks: PointMarks) -> np.ndarray:
    return marks.low + (marks.high - marks.low) * marks.outputs / STEPS


def marks_of(config: Config, outputs: np.ndarray) -> list[PointMarks]:
    none = np.zeros(len(outputs))
    results = PointResults(outputs[:, np.newaxis], none, none.astype(int), none > 0)
    seen = replace(observe(start(config)), train=results, test=results)
    return point_marks(seen, misclassified=False)


def test_outputs_keep_the_digits_that_the_page_shows() -> None:
    probabilities = np.random.default_rng(0).random(100)
    config = Config(samples=100, test_samples=100)
    sides = start(config).dataset.train_targets[:, 0]
    for label, marks in enumerate(marks_of(config, probabilities)[:2]):
        np.testing.assert_allclose(answers(marks), probabilities[sides == label], atol=1e-5)
    values = np.linspace(999, 1001, 100)
    regression = Config(problem="regression", dataset="plane", samples=100, test_samples=100)
    np.testing.assert_allclose(answers(marks_of(regression, values)[0]), values, atol=2e-5)


@pytest.mark.filterwarnings("error")
def test_infinite_missing_and_equal_outputs_can_be_sent() -> None:
    config = Config(problem="regression", dataset="plane", samples=3, test_samples=3)
    train, _ = marks_of(config, np.array([np.inf, np.nan, -1.0]))
    assert train.high == pytest.approx(3.4e38, rel=0.01)
    assert train.outputs.tolist() == [STEPS, STEPS + 1, 0]
    same, _ = marks_of(config, np.full(3, 7.5))
    np.testing.assert_array_equal(answers(same), [7.5] * 3)
    for marks in point_marks(observe(start(Config(dataset="own"))), misclassified=True):
        assert not len(marks.outputs)


@pytest.mark.parametrize(
    ("losses", "kind"),
    [([0.1, 3e30, np.nan, np.inf], np.float32), ([0.1, 1e300], float), ([0.1, 1e-60], float)],
)
@pytest.mark.filterwarnings("error")
def test_losses_are_sent_in_single_precision_where_that_holds_them(
    losses: list[float], kind: type
) -> None:
    _, sent = compact((np.arange(len(losses), dtype=np.int32), np.array(losses)))
    assert sent.dtype == kind
    np.testing.assert_allclose(sent, losses, rtol=1e-6)
