"""The panel Layers on the page: its charts follow the run, live, and say the run's own numbers."""

import re
from dataclasses import replace

import numpy as np
from playwright.sync_api import Page, expect

from nnlab import Config, Run, advance, start
from nnlab.app.playground.panels import layers
from nnlab.app.playground.point_history import OwnPoints
from nnlab.app.playground.record import Playground
from nnlab.app.turns import show
from nnlab.figures.layer_charts import names
from nnlab.inspection.observation import confusion, observe
from nnlab.inspection.plane_view import ViewOptions
from tests.helpers.browser_page import (
    chart,
    enter,
    mark,
    marked,
    open_page,
    press,
    settled,
    shown,
    wait_for_iteration,
)

OVER_TIME, NOW = "layers-over-time", "weights-and-predictions"
QUERY = "panel=layers&speed=100&samples=100"
CONFIG = Config(samples=100)


def values(page: Page, name: str, trace: int, axis: str = "y") -> list[float]:
    """Return what a trace of a chart was given to draw."""
    return page.evaluate(
        """([name, trace, axis]) => Array.from(
             document.querySelector(`[data-live-chart=${name}] .plot`).data[trace][axis])""",
        [name, trace, axis],
    )


def counts(run: Run) -> list[list[int]]:
    """Return the confusion matrices of train and test, flat, row by row."""
    seen, data = observe(run), run.dataset
    pairs = ((data.train_targets, seen.train), (data.test_targets, seen.test))
    return [confusion(targets, results).ravel().tolist() for targets, results in pairs]


def test_the_charts_show_the_runs_own_numbers_and_their_texts_say_them(
    page: Page, server: str
) -> None:
    open_page(page, server, QUERY)
    for iteration in (100, 200):
        press(page, "Step 100")
        shown(page, "loss-curve", iteration)
    press(page, "Step")
    for name in (OVER_TIME, NOW):
        shown(page, name, 201)
    run = advance(start(CONFIG), 201)
    now = observe(run).layers
    assert values(page, OVER_TIME, 0, "x") == [0, 100, 200, 201]
    for trace, name, layer in (
        (0, "gradient_norms", 0),
        (5, "weight_norms", 2),
        (7, "dead_fractions", 1),
    ):
        samples, present = getattr(run.layer_history, name), getattr(now, name)
        expected = np.append(samples[:, layer], present[:, layer])
        assert values(page, OVER_TIME, trace) == expected.tolist()  # float32, as they are
    for trace, matrix in zip((3, 4), counts(run), strict=True):
        assert values(page, NOW, trace, "z") == matrix
    written = chart(page, NOW).locator(".heatmap-label").all_text_contents()
    assert sorted(written) == sorted(str(count) for matrix in counts(run) for count in matrix)
    expect(chart(page, "loss-curve").get_by_text("+ penalty")).to_have_count(0)
    norms = now.gradient_norms[0]
    listed = ", ".join(f"{name} {norm:.3g}" for name, norm in zip(names(3), norms, strict=True))
    beginning = f"Layers at iteration 201: gradient norm: {listed}; weight norm: layer 1 "
    expect(page.get_by_role("img", name=beginning)).to_be_visible()
    right = counts(run)[0][0]
    dead = f"dead units: layer 1 {now.dead_fractions[0, 0]:.0%}"
    expect(page.get_by_role("img", name=dead)).to_be_visible()
    sentence = f"of 50 training points “orange”, {right} are right"
    expect(page.get_by_role("img", name=sentence)).to_be_visible()


def test_the_text_gives_dead_units_in_percent() -> None:
    run = advance(start(replace(CONFIG, hidden_layers=(5,), activation="relu")), 1)
    parameters = run.parameters.copy()
    parameters.weights[0][:, 2] = 0
    parameters.biases[0][:, 2] = -1
    run = replace(run, parameters=parameters)
    opened = Playground(run, 0, (OwnPoints(),))
    alt = layers.updates(opened, show([run], ViewOptions()))[OVER_TIME].alt
    assert "dead units: layer 1 20%;" in alt


def test_the_charts_follow_the_run_and_end_with_it(page: Page, server: str) -> None:
    open_page(page, server, QUERY)
    for name in (OVER_TIME, NOW):
        shown(page, name, 0)
    mark(page)
    press(page, "Start")
    wait_for_iteration(page, 500)
    press(page, "Pause")
    at = settled(page)
    for name in (OVER_TIME, NOW):
        shown(page, name, at)  # however long a chart rests, it draws the last update
    assert marked(page)
    assert values(page, NOW, 3, "z") == counts(advance(start(CONFIG), at))[0]


def test_other_layers_get_their_lines(page: Page, server: str) -> None:
    open_page(page, server, QUERY)
    enter(page, "Hidden layers", "")
    expect(chart(page, OVER_TIME).locator(".annotation")).to_have_count(2)
    enter(page, "Hidden layers", ",".join(["3"] * 8))
    expect(chart(page, OVER_TIME).locator(".annotation")).to_have_count(4)
    press(page, "Step 100")
    for name in (OVER_TIME, NOW):
        shown(page, name, 100)
    assert len(values(page, OVER_TIME, 9 + 9 + 8 + 8 - 1)) == 2


def test_there_is_no_confusion_matrix_for_a_regression_or_without_points(
    page: Page, server: str
) -> None:
    open_page(page, server, f"{QUERY}&problem=regression&dataset=plane")
    press(page, "Step 100")
    shown(page, NOW, 100)
    expect(chart(page, NOW).locator(".annotation")).to_have_text(["weights"])
    open_page(page, server, "panel=layers&dataset=own")
    for name in (OVER_TIME, NOW):
        shown(page, name, 0)
    assert values(page, NOW, 3, "z") == [0, 0, 0, 0]
    labels = [
        chart(page, name).locator(".plot").get_attribute("aria-label") for name in (OVER_TIME, NOW)
    ]
    assert not re.search("nan", " ".join(map(str, labels)))


def test_the_panel_can_be_folded_away_and_opened_again(page: Page, server: str) -> None:
    open_page(page, server, QUERY)
    for iteration in (100, 200):
        page.get_by_role("radio", name="Layers").click()
        expect(chart(page, OVER_TIME)).to_have_count(0)
        press(page, "Step 100")
        shown(page, "loss-curve", iteration)
        page.get_by_role("radio", name="Layers").click()
        for name in (OVER_TIME, NOW):
            shown(page, name, iteration)
    assert len(values(page, OVER_TIME, 0)) == 3


def test_the_loss_with_its_penalty_has_a_line(page: Page, server: str) -> None:
    open_page(page, server, f"{QUERY}&regularization=l2")
    press(page, "Step 100")
    shown(page, "loss-curve", 100)
    expect(chart(page, "loss-curve").get_by_text("+ penalty")).to_be_visible()
    assert len(values(page, "loss-curve", 2)) == 2
    assert values(page, "loss-curve", 2)[1] > values(page, "loss-curve", 0)[-1]
