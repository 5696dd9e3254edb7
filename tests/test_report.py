"""The page's sentences about a run are true of the run."""

import math
from dataclasses import replace

import pytest

from nnlab import Config, Metrics, advance, evaluate, start
from nnlab.app import report

RUN = start(Config(samples=20))


@pytest.mark.parametrize(
    ("loss", "shown"),
    [
        (0.0, "0.0000"),
        (0.25249, "0.2525"),
        (999.99, "999.9900"),
        (1.46e260, "1.46e+260"),
        (math.nan, "–"),
    ],
)
def test_a_loss_is_short_whatever_its_size(loss: float, shown: str) -> None:
    assert f"| {shown} |" in report.metrics(Metrics(loss, 0.5, 1.0, 0.5))


def test_what_does_not_apply_is_left_out() -> None:
    line = report.metrics(Metrics(0.5, math.nan, math.nan, math.nan))
    assert "right" not in line
    assert "penalty" not in line
    assert "nan" not in line
    without_test = report.metrics(Metrics(0.5, 0.5, math.nan, math.nan))
    assert "| right · test – | loss · test – |" in without_test
    assert "+ penalty 0.1000 |" in report.metrics(Metrics(0.5, 0.5, 0.5, 0.5, 0.1))


def test_the_status_counts_and_gives_the_time_left() -> None:
    run = advance(start(Config(samples=20)), 500)
    assert report.status(run, 25_000, None) == "500 of 25,000 iterations"
    assert report.status(run, 25_000, 1234.5) == (
        "500 of 25,000 iterations · 1,200 iterations/s · 20 s left"  # 24,500 / 1234.5 = 19.8
    )
    assert report.status(run, 500, None).endswith("Done. Start trains 25,000 more")


def test_a_diverged_run_says_where() -> None:
    run = replace(start(Config(samples=20)), diverged=True, iteration=137)
    assert report.status(run, 25_000, None) == (
        ":red[**Diverged at iteration 137: the loss is no longer finite.**]"
    )


def test_without_points_the_page_says_what_to_do() -> None:
    run = start(Config(dataset="own"))
    assert report.status(run, 25_000, None).startswith("No points yet")
    assert "| – |" in report.metrics(evaluate(run))
    assert "training loss –, test loss –" in report.alt(run, evaluate(run))
