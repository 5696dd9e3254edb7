"""The examples: each does what it says, its picture shows its end, and one click starts it."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from docs.example_pictures import picture, trained
from nnlab import Config, Run, advance, evaluate, start
from nnlab.app.playground.example_buttons import PICTURES
from nnlab.app.playground.example_runs import EXAMPLE_RUNS
from nnlab.data.points import Points, encode
from nnlab.figures.plane_picture import recolored
from nnlab.figures.style import DARK, LIGHT
from nnlab.inspection.diagnosis.trials import advise
from nnlab.training.run import TEST_EVERY
from tests.helpers.app_page import headings, key_of, open_playground, playground_of, press, run_of
from tests.helpers.browser_page import button, open_page, settled, wait_for_iteration, wait_in
from tests.helpers.pictures import pixels, rgb


@pytest.fixture(scope="module")
def ends() -> dict[str, Run]:
    return {name: trained(name) for name in EXAMPLE_RUNS}


def advised(run: Run) -> str:
    """Return the name of what is wrong with a run, if there is advice."""
    advice = advise(run)
    return advice.finding.name if advice else ""


def test_the_article_is_the_default_run() -> None:
    assert EXAMPLE_RUNS["article"].config == Config()


def test_one_is_solved_after_100_iterations() -> None:
    run = advance(start(EXAMPLE_RUNS["solved"].config), 100)
    assert evaluate(run).test_accuracy >= 0.99


def test_the_spirals_are_learned_without_complaints(ends: dict[str, Run]) -> None:
    results = evaluate(ends["spirals"])
    assert min(results.train_accuracy, results.test_accuracy) >= 0.95
    assert advised(ends["spirals"]) == ""


@pytest.mark.parametrize("rate", [0.001, 0.01, 0.1, 1, 10, 100])
def test_no_learning_rate_lets_a_line_separate_the_circles(rate: float) -> None:
    """The best line cuts a cap off the outer circle and does not touch the inner one.

    The inner radius is 0.8, so the cap is arccos(0.8) / π = 20 % of the outer circle, and 60 % of
    all points are right. Noise blurs this by a few points.
    """
    run = start(replace(EXAMPLE_RUNS["line"].config, learning_rate=rate))
    for _ in range(10):
        run = advance(run, 500)
        assert evaluate(run).train_accuracy < 0.65


def test_the_page_says_what_a_line_lacks(ends: dict[str, Run]) -> None:
    advice = advise(ends["line"])
    assert advice
    assert set(advice.cure.changes) == {"hidden_layers"}


def test_the_overfitted_points_are_all_right_and_the_test_points_are_not(
    ends: dict[str, Run],
) -> None:
    run = ends["overfitting"]
    results = evaluate(run)
    assert results.train_accuracy == 1
    assert results.test_accuracy < 0.85
    assert run.test_losses[-1] > 2 * run.test_losses.min()
    advice = advise(run)
    assert advice
    assert advice.finding.name == "overfitting"
    lowest = int(np.argmin(run.test_losses))
    for shown in (
        f"was {run.test_losses[lowest]:.4f} at iteration {lowest * TEST_EVERY:,} ",
        f"is {results.test_loss:.4f} now",
        f"training loss {results.train_loss:.4f}",
    ):
        assert shown in advice.finding.sentence


def test_the_diverging_run_gets_worse_until_its_loss_is_no_longer_finite(
    ends: dict[str, Run],
) -> None:
    run = ends["diverging"]
    assert run.diverged
    assert (np.diff(run.losses[-6:]) > 0).all()
    assert advised(run) == "divergence"
    assert run.config.learning_rate == 1000 * Config.learning_rate


@pytest.mark.parametrize("name", EXAMPLE_RUNS)
def test_a_picture_shows_the_end_of_its_run(name: str, ends: dict[str, Run]) -> None:
    """Make them again with `python -m docs.example_pictures`.

    Another machine rounds differently, and shifts a boundary by a pixel.
    """
    with Image.open(PICTURES / f"{name}.png") as kept:
        same = np.asarray(kept) == np.asarray(picture(ends[name]))
    assert same.mean() > 0.9


def test_a_picture_has_the_colours_of_the_theme() -> None:
    kept = (PICTURES / "article.png").read_bytes()
    for palette in (LIGHT, DARK):
        found = {tuple(color) for row in pixels(recolored(kept, palette)) for color in row}
        assert {tuple(rgb(color)) for color in (*palette.ends, *palette.plane[:2])} <= found
    assert recolored(recolored(kept, DARK), LIGHT) == recolored(kept, LIGHT)
    assert Image.open(io.BytesIO(kept)).size[0] >= 2 * 38  # sharp on a screen with fine pixels


@pytest.mark.parametrize("name", EXAMPLE_RUNS)
def test_one_click_starts_an_example_at_its_speed_and_undo_brings_back_the_run(name: str) -> None:
    example = EXAMPLE_RUNS[name]
    link = {"batch_size": "5", "momentum": "0.5", "points": encode(Points.of([(0, 0, 1)]))}
    link |= {"optimizer": "momentum", "problem": "classification", "speed": "100"}
    app = press(open_playground(**link), "step")
    before = run_of(app)
    assert headings(app)[0] == "Examples"
    press(app, f"example_{name}")
    playground = playground_of(app)
    assert playground.run.config == example.config
    assert playground.training or playground.run.iteration
    assert app.button_group(key=key_of(app, "speed")).value == example.speed
    assert headings(app)[0] == f"Examples · :gray[{example.title.lower()}]"
    press(app, "undo_run")
    assert run_of(app) is before
    assert playground_of(app).training is None
    assert app.button_group(key=key_of(app, "speed")).value == "100"


def test_a_picture_starts_its_example_by_its_name(page: Page, server: str) -> None:
    open_page(page, server, "samples=100&speed=100")
    heading = page.get_by_role("heading", name="Examples", level=2)
    expect(heading).to_have_text("Examples")
    button(page, "Step 100").click()
    wait_in(page, lambda: settled(page) == 100)
    for example in EXAMPLE_RUNS.values():
        expect(button(page, example.title)).to_be_visible()
    button(page, "A line is not enough").click()
    wait_for_iteration(page, 300)
    expect(heading).to_have_text("Examples · a line is not enough")
    assert "hidden_layers=&" in page.url
    button(page, "Undo restart").click()
    wait_in(page, lambda: settled(page) == 100)
    expect(heading).to_have_text("Examples")
    assert "hidden_layers" not in page.url
