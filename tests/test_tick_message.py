"""A tick's message depends only on the playground's record, so it needs no page."""

import re
from dataclasses import replace

import pytest

from nnlab import Config, Run, advance, evaluate, rewind, start
from nnlab.app.live_chart import Time
from nnlab.app.playground.display_options import DisplayOptions
from nnlab.app.playground.point_history import OwnPoints
from nnlab.app.playground.record import Playground, Training
from nnlab.app.playground.tick_message import Message, left_curve, message
from nnlab.app.turns import show
from nnlab.inspection.plane_view import Unit, ViewOptions

OPTIONS = DisplayOptions(("train", "test"), misclassified=False, discretize=False)
CHARTS = {"decision-boundary", "loss-curve"}


@pytest.fixture
def run() -> Run:
    return advance(start(Config(samples=20, test_samples=10, iterations=200)), 100)


def sent(
    playground: Playground, panel: str | None = None, view: ViewOptions | None = None
) -> Message:
    shown = show([playground.viewed_run], view or ViewOptions(playground.shown_unit))
    return message(playground, shown, panel, OPTIONS)


def lengths(found: Message) -> list[int]:
    return [len(x) for x, _ in found.charts["loss-curve"].series]


def test_a_paused_run_is_sent_with_its_past_to_look_back_at(run: Run) -> None:
    found = sent(Playground(run, 1, (OwnPoints(),)))
    assert found.status.replace("\u00a0", " ") == "100 of 200 iterations"
    assert found.progress == 0.5
    assert f"| {evaluate(run).train_loss:.4f} |" in found.metrics
    assert set(found.charts) == CHARTS
    assert isinstance(found.time_line, Time)
    assert found.time_line.at == 100
    assert found.time_line.iterations.tolist() == list(run.snapshot_iterations)
    assert lengths(found) == [101, 3, 0, 0]  # no mark of the past, no penalty


def test_a_training_run_is_sent_with_its_speed_and_without_a_time_line(run: Run) -> None:
    training = Training(150, 0.06, 0, 0.0)
    found = sent(Playground(run, 1, (OwnPoints(),), training=training))
    assert re.match(
        r"100 of\s150\siterations\s[\d,]+\siterations/s\s[\d,]+\ss\sleft$", found.status
    )
    assert found.progress == pytest.approx(100 / 150)
    assert found.time_line is None


def test_a_look_back_is_a_mark_on_the_curve_of_the_whole_run(run: Run) -> None:
    found = sent(Playground(run, 1, (OwnPoints(),), viewed_iteration=32))
    then = evaluate(rewind(run, 32))
    assert found.status.startswith("**Looking back at iteration 32** of the 100")
    assert f"| {then.train_loss:.4f} |" in found.metrics
    assert found.time_line
    assert found.time_line.at == 32
    assert {chart.iteration for chart in found.charts.values()} == {32}
    assert lengths(found) == [101, 3, 1, 0]
    (at,), (loss,) = found.charts["loss-curve"].series[2]
    assert at == 32
    assert loss == pytest.approx(then.train_loss, rel=1e-6)  # sent in single precision


def test_a_penalty_has_a_curve_of_its_own(run: Run) -> None:
    config = replace(run.config, regularization="l2")
    penalized = advance(start(config), 100)
    assert lengths(sent(Playground(penalized, 1, (OwnPoints(),))))[3] > 0


def test_the_chart_names_the_unit_that_it_shows(run: Run) -> None:
    playground = Playground(run, 1, (OwnPoints(),), shown_unit=Unit(1, 2))
    chart = sent(playground).charts["decision-boundary"]
    assert re.match(r".*: \S+ to \S+$", chart.caption)
    assert chart.alt.startswith(chart.caption)


def test_an_open_panel_adds_its_charts(run: Run) -> None:
    playground = Playground(run, 1, (OwnPoints(),), refused_value="No.")
    found = sent(playground, "network", ViewOptions(thumbnails=True))
    assert set(found.charts) == {*CHARTS, "network"}
    network = found.charts["network"].network
    assert network
    assert network["refused"] == "No."


def test_the_run_that_a_branch_left_ends_with_its_present_loss(run: Run) -> None:
    curve = left_curve(run)
    iterations, losses = curve
    assert iterations[-1] == 100
    assert losses[-1] == evaluate(run).train_loss
