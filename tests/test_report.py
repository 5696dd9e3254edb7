"""The page's sentences about a run are true of the run."""

import math
from dataclasses import replace

import pytest

from nnlab import Config, Metrics, advance, evaluate, set_parameter, start
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
    assert report.status(run, 25_000, None) == "500 of\u00a025,000\u00a0iterations"
    assert report.status(run, 25_000, 1234.5) == (
        "500 of\u00a025,000\u00a0iterations\u20031,200\u00a0iterations/s"
        "\u200320\u00a0s\u00a0left"  # 24,500 / 1234.5 = 19.8
    )
    assert report.status(run, 500, None).endswith("Done. Start trains 25,000\u00a0more")


@pytest.mark.parametrize(
    ("loss", "shown"),
    [(0.0, "0.0000"), (9.87654, "9.8765"), (999.99, "1,000"), (1.17e259, "1e259")],
)
def test_a_loss_in_large_type_has_at_most_six_characters(loss: float, shown: str) -> None:
    table = report.metrics(Metrics(loss, 1.0, 0.5, 0.5), ("16,500", "of 25,000"))
    assert table.startswith(f"| 100% | {shown} | 16,500 |")
    assert table.endswith("| right · test 50.0% | loss · test 0.5000 | of 25,000 |")
    assert "| – |" in report.metrics(Metrics(math.nan, 0.5, 1.0, 0.5), ("0", "no points yet"))


def test_the_status_in_large_type_is_the_iteration_and_a_few_words() -> None:
    run = advance(start(Config(samples=20)), 500)
    assert report.count(run, run, 25_000, None) == ("500", "iterations of 25,000")
    assert report.count(run, run, 25_000, 1234.5) == (
        "500",
        "iterations of 25,000 · 1,200 a second",
    )
    assert report.count(run, run, 500, None) == ("500", "iterations of 500 · done")
    assert report.count(run, start(Config(samples=20)), 500, None) == ("0", "looking back, of 500")
    edited, stopped = set_parameter(run, 0, 0, 0, 9), replace(run, rule_met="plateau")
    assert report.count(edited, edited, 900, None)[1] == "iterations of 900 · edited by hand"
    assert report.count(stopped, stopped, 900, None)[1] == "iterations of 900 · no progress"
    diverged, empty = replace(run, diverged=True), start(Config(dataset="own"))
    assert report.count(diverged, diverged, 900, None)[1] == ":red[**diverged**]"
    assert report.count(empty, empty, 900, None) == ("0", "no points yet")


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
